package views

import (
	"portico/db"
	"portico/rules"
)

// Home is what a contact comes to: the truth in a sentence, what waits for them, what they can ask for.
type Home struct {
	Shell
	Unplaced  bool         // nobody has said yet which company the reader belongs to
	Waiting   []db.CaseRow // that wait for the reader
	MoreWait  bool         // there are more of them than were counted
	Running   bool         // all services that concern the reader run
	Disturbed []rules.Text // those that don't
	Count     int          // of Waiting, as far as counted
	Shortcuts []Shortcut
	Pending   []db.CaseRow // open and waiting for the provider
	Working   int          // how many those are, as far as counted
	MoreWork  bool         // there are more of them than were counted
	Drafts    FormDrafts
	Services  []ServiceLine
	Ways      []db.ContactWay
}

// Template names views/home/page.html.
func (*Home) Template() string { return "home/page" }

// Truth is the page's first sentence.
func (h *Home) Truth() Message {
	switch {
	case h.Count == 0:
		return Say("home.truth.none")
	case h.MoreWait:
		return Say("home.truth.many", "N", h.Count)
	}
	return Count("home.truth.waiting", h.Count)
}

// PendingCount is how many cases wait for the provider.
func (h *Home) PendingCount() Message {
	if h.MoreWork {
		return Say("home.pending.many", "N", h.Working)
	}
	return Say("home.pending.count", "N", h.Working)
}

// Shortcut is one of the large quiet links of the home page.
type Shortcut struct {
	Href    string
	Icon    string
	Name    rules.Text // what the catalog calls it; nil: Label does
	Label   Message
	Purpose rules.Text
	Line    Message
}

// ServiceLine is a service with how it does.
type ServiceLine struct {
	Name  rules.Text
	State db.ServiceState
}

// Status is the state as the style sheet knows it.
func (s ServiceLine) Status() string { return serviceStatus(s.State) }

// Words is the state as people read it.
func (s ServiceLine) Words() Message { return Say("service." + string(s.State)) }

func serviceStatus(s db.ServiceState) string {
	switch s {
	case db.Degraded, db.Maintenance:
		return string(s)
	case db.Down:
		return "outage"
	}
	return "ok"
}
