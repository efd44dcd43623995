package db

import (
	"time"

	"portico/rules"

	"github.com/uptrace/bun"
)

// Category groups items of the catalog.
type Category struct {
	bun.BaseModel `bun:"table:categories,alias:category"`

	Key      string `bun:",pk"` // "technical-support", as in its address
	Name     rules.Text
	Purpose  rules.Text // one line of what it is for
	Position int
}

// Item is something that can be asked for. It carries a form, in versions.
type Item struct {
	bun.BaseModel `bun:"table:items,alias:item"`

	Key      string `bun:",pk"`       // "report-issue", as in its address and in rules
	Category string `bun:",nullzero"` // empty: it stands alone on the home page
	Type     string // of the cases it opens: "Issue", "Change Request" …
	TypeName rules.Text
	Name     rules.Text
	Purpose  rules.Text
	Submit   rules.Text // what its button says: "Submit issue"
	Position int
}

// FormVersion is one version of an item's form. The one with the highest id is what the item asks now.
type FormVersion struct {
	bun.BaseModel `bun:"table:form_versions,alias:form_version"`

	ID          int64 `bun:",pk,autoincrement"`
	Item        string
	Form        rules.Form
	PublishedAt time.Time `bun:",nullzero,default:now()"`
}

// RuleVersion is one published version of the rule set. The highest is live; none is ever changed or removed.
type RuleVersion struct {
	bun.BaseModel `bun:"table:rule_versions,alias:rule_version"`

	Version      int    `bun:",pk"`
	Source       string // YAML, see rules.ParseSet
	Note         string
	PublishedBy  int64     `bun:",nullzero"`
	PublishedAt  time.Time `bun:",nullzero,default:now()"`
	RestoredFrom int       `bun:",nullzero"` // the version that a roll-back published again
	ApprovedBy   int64     `bun:",nullzero"` // the second person, where one was asked
	PlannedFor   time.Time `bun:",nullzero"` // when it was to be published; zero: at once
	DraftID      int64     `bun:",nullzero"` // the draft that it was, which is gone
	Draft        string    // and what that was called
	Alone        bool      // a second person was needed, and not asked, as it was a roll-back
}

// RuleDraft is a rule set in the making.
type RuleDraft struct {
	bun.BaseModel `bun:"table:rule_drafts,alias:rule_draft"`

	ID          int64 `bun:",pk,autoincrement"`
	Name        string
	Source      string // YAML; may be broken: only publishing asks for more
	BaseVersion int    // what was live when it was begun or last brought up to date
	Revision    int    // grows with each change: two people editing one draft lose nothing
	AuthorID    int64
	UpdatedAt   time.Time `bun:",nullzero,default:now()"`
}

// Article is one article of the knowledge base.
type Article struct {
	bun.BaseModel `bun:"table:articles,alias:article"`

	ID        int64      `bun:",pk,autoincrement"`
	Slug      string     // unique, as in its address
	Category  string     // a heading's key
	Heading   rules.Text // the category's name
	Title     rules.Text
	Body      rules.Text // Markdown
	UpdatedAt time.Time
}

// Incident is something that affects services, with what was said of it.
type Incident struct {
	bun.BaseModel `bun:"table:incidents,alias:incident"`

	ID         int64 `bun:",pk,autoincrement"`
	Title      rules.Text
	ServiceIDs []int64 `bun:"service_ids,array"`
	StartedAt  time.Time
	EndedAt    time.Time        `bun:",nullzero"` // zero while it lasts
	Updates    []IncidentUpdate `bun:"type:jsonb"`
}

// IncidentUpdate is one thing said of an incident.
type IncidentUpdate struct {
	At    time.Time
	Stage string // "investigating", "identified", "monitoring", "resolved"
	Body  rules.Text
}

// ContactWay is one way to reach the provider.
type ContactWay struct {
	bun.BaseModel `bun:"table:contact_ways,alias:contact_way"`

	ID       int64  `bun:",pk,autoincrement"`
	Kind     string // "phone", "email", "address"
	Label    rules.Text
	Value    string
	Hours    rules.Text
	Position int
}

// Mail is one message that was promised: kept until sent, and after that for as long as the log of mail is kept.
type Mail struct {
	bun.BaseModel `bun:"table:mails,alias:mail"`

	ID        int64  `bun:",pk,autoincrement"`
	PersonID  int64  `bun:",nullzero"`
	CaseID    Number `bun:",nullzero"`
	EventID   int64  `bun:",nullzero"` // what it tells of
	Kind      string // the event's, or what else it is about
	To        string
	Subject   string    // empty until it is written, which is when it is sent
	Body      string    // plain text
	CreatedAt time.Time `bun:",nullzero,default:now()"`
	SentAt    time.Time `bun:",nullzero"` // when the server said that it has it; zero: see Became
	Failure   string    // of the last try, in the mail server's words
	Outcome   MailState // the end of one that was not sent: MailKept, MailWithheld, MailUnwanted, MailFailed; empty: there is none yet
	HandedAt  time.Time `bun:",nullzero"` // when all of it lay with the server, but for the last dot
	Tries     int       // so far
	NextAt    time.Time `bun:",nullzero"` // when it is tried again
	ByID      int64     `bun:",nullzero"` // who had a letter sent, where it names them
	About     int64     `bun:",nullzero"` // what a letter's link is about
	Name      string    // of a letter's reader who is nobody yet
	Language  string    // theirs
}
