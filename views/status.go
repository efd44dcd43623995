package views

import (
	"time"

	"portico/db"
	"portico/rules"
)

// Status tells how all services do, and what was said of incidents.
type Status struct {
	Shell
	Services []ServiceLine
	Current  []IncidentStory
	Past     []IncidentStory
}

// Template names views/status/page.html.
func (*Status) Template() string { return "status/page" }

// IncidentStory is an incident with what was said of it, newest first.
type IncidentStory struct {
	ID       int64
	Title    rules.Text
	Services []rules.Text
	State    db.ServiceState // the worst of its services while it lasts
	Started  time.Time
	Ended    time.Time
	Updates  []IncidentWord
}

// Status is the state as the style sheet knows it.
func (i IncidentStory) Status() string {
	if !i.Ended.IsZero() {
		return "ok"
	}
	return serviceStatus(i.State)
}

// Words is how it stands with the incident.
func (i IncidentStory) Words() Message {
	if !i.Ended.IsZero() {
		return Say("incident.over")
	}
	return Say("service." + string(i.State))
}

// IncidentWord is one thing said of an incident.
type IncidentWord struct {
	At    time.Time
	Stage Message
	Body  rules.Text
}
