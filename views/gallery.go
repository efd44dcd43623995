package views

import (
	"time"

	"portico/db"
)

// Gallery shows developers every component in every state. What it says is made up; only its headings are translated.
type Gallery struct {
	Shell
	Now        time.Time
	Priorities []db.Priority
	States     []db.State
	Services   []GallerySample // by the four ways a service can do
	Rules      []GalleryRule
}

// Template names views/gallery/page.html.
func (*Gallery) Template() string { return "gallery/page" }

// GallerySample is a component in one of its states.
type GallerySample struct{ State, Words string }

// GalleryRule is a rule as the workbench lists it, with what the check says of it: "error", "warn" or nothing.
type GalleryRule struct {
	Name, When, Then, Level string
	Number                  int
}

// NewGallery is the gallery as of a moment, which times in it are counted from.
func NewGallery(now time.Time) *Gallery {
	return &Gallery{
		Now:        now,
		Priorities: []db.Priority{db.Critical, db.High, db.Moderate, db.Low},
		States:     []db.State{db.New, db.Open, db.Awaiting, db.Solved, db.Closed},
		Services: []GallerySample{
			{"ok", "Running"}, {"degraded", "Degraded"}, {"outage", "Down"}, {"maintenance", "Maintenance"},
		},
		Rules: []GalleryRule{
			{Number: 1, Name: "Emergency calling", When: "the services include 911", Then: "priority Critical, queue Voice"},
			{Number: 2, Name: "Urgent", When: "urgent issue", Then: "priority High"},
			{Number: 3, Name: "Everywhere", When: "all locations", Then: "priority High", Level: "warn"},
			{Number: 4, Name: "Voice", When: "answers.urgnt", Then: "queue Voice", Level: "error"},
		},
	}
}

// Ago is a moment some hours before the gallery's.
func (g *Gallery) Ago(hours int) time.Time { return g.Now.Add(-time.Duration(hours) * time.Hour) }
