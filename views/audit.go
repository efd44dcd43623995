package views

import (
	"time"

	"portico/db"
)

// AuditLog is who did what, and who of the provider's people looked at what.
type AuditLog struct {
	Shell
	Filter AuditFilter
	Days   []AuditDay
	Older  string // address of the entries before these; empty where there are none
	Newest string // address of the first page; empty on it
	Export string // address of the file with all that the filter leaves
}

// Template names views/audit/page.html.
func (*AuditLog) Template() string { return "audit/page" }

// AuditFilter is what the log is narrowed by, as the form shows it.
type AuditFilter struct {
	Who, About   string // as typed
	WhoProblem   Message
	AboutProblem Message
	Action       string
	Actions      []AuditChoice
	From, To     string
	Looks        bool // looks are shown too
	Set          bool // something is narrowed
}

// AuditChoice is an action to choose, or all that is done to one kind of thing.
type AuditChoice struct {
	Value string
	Words string
}

// AuditDay is what happened on one day, as its reader's clock has it.
type AuditDay struct {
	Day  time.Time
	Rows []AuditRow
}

// AuditRow is one entry of the log.
type AuditRow struct {
	ID        int64
	At        time.Time
	Actor     string // empty: erased, or nobody
	ActorID   int64
	ActorHref string // the log of what they did
	Oneself   bool   // the portal itself, or somebody who is not signed in
	Words     string
	Look      bool
	Subject   string // what it was done to
	Href      string // the log of what was done to it
	Account   string
	Detail    []AuditDetail
}

// AuditDetail is one thing more that the log knows: a name from the catalogue and a value as it was written down.
type AuditDetail struct {
	Name, Value string
}

// AuditWords are what the catalogue calls an action. One that only another version of Portico knows is called as it is kept.
func AuditWords(lang string, action db.AuditAction) string {
	return known(lang, "audit.action.", string(action))
}

// AuditGroup are what the catalogue calls all that is done to one kind of thing.
func AuditGroup(lang, group string) string { return known(lang, "audit.group.", group) }

// AuditDetailName is what the catalogue calls something that the log knows of an action, or what it is kept as.
func AuditDetailName(lang, name string) string { return known(lang, "audit.detail.", name) }

// AuditValue is what the catalogue calls a word that the log keeps: a role, a field, a kind. Others are as they are kept.
func AuditValue(lang, word string) string { return known(lang, "audit.value.", word) }

func known(lang, prefix, name string) string {
	if text := T(lang, prefix+name); text != prefix+name {
		return text
	}
	return name
}
