package views

import (
	"time"

	"portico/db"
)

// SetupTab is a part of the set-up, beside the others.
type SetupTab struct {
	Href    string
	Label   Message
	Current bool
}

// SetupOverview is what the set-up begins with: what there is, and what is still missing.
type SetupOverview struct {
	Shell
	Tabs  []SetupTab
	Steps []SetupStep
	Left  int // of the steps: what is not done yet
}

// Template names views/setup/overview.html.
func (*SetupOverview) Template() string { return "setup/overview" }

// SetupStep is one thing to be set up.
type SetupStep struct {
	Href  string
	Title Message
	Line  Message // what it is good for
	State Message // how far it is
	Done  bool
}

// SetupList shows things of one kind, or of several that belong together.
type SetupList struct {
	Shell
	Tabs   []SetupTab
	Title  Message
	Lead   Message
	Groups []SetupGroup
}

// Template names views/setup/list.html.
func (*SetupList) Template() string { return "setup/list" }

// SetupGroup is a list within the page. On its own it is the answer to who put it in order.
type SetupGroup struct {
	ID       string
	Title    Message
	Help     Message
	Empty    Message
	Rows     []SetupRow
	Order    Post    // where its order is changed; without an action it has none
	In       string  // which of several lists it is, for those who change its order
	Problem  Message // of what was just asked for
	AddHref  string  // a page for it
	AddLabel Message
	Edit     string // where the list itself is changed
	EditWord Message
	Add      *SetupForm // a form at its end
}

// Template names views/setup/group.html.
func (*SetupGroup) Template() string { return "setup/group" }

// Ordered tells whether its rows can be put in order.
func (g SetupGroup) Ordered() bool { return g.Order.Action != "" && len(g.Rows) > 1 }

// SetupRow is one thing of a list.
type SetupRow struct {
	ID      string // of the element
	Key     string // by which it is moved
	Href    string
	Name    string
	Avatar  *Avatar
	Line    string    // quiet, below the name
	Facts   []Message // beside it
	Tags    []Message
	Off     bool         // shown as not in use
	State   *ServiceLine // of a service
	Press   *SetupAction // a button of its own
	IsFirst bool
	IsLast  bool
}

// SetupPage is one thing, with its form.
type SetupPage struct {
	Shell
	Tabs    []SetupTab
	Back    string // where its list is
	Up      Message
	Heading string
	Part    bool // it is a part of the set-up itself, among its tabs, rather than one of a list
	Lead    Message
	Problem Message // of what was just asked for, where nothing on the page is what it was asked by
	Form    SetupForm
	Actions []SetupAction
}

// Template names views/setup/page.html.
func (*SetupPage) Template() string { return "setup/page" }

// SetupAction is something else that can be done with a thing.
type SetupAction struct {
	Post
	ID        string
	Label     Message
	Help      Message
	Note      Message // what follows besides, for this one
	Danger    bool
	Complaint Message
	Name      string // of a field that goes with it
	Value     string
}

// SetupForm is a form of the set-up. On its own it is the answer to one that was refused.
type SetupForm struct {
	Post
	ID     string
	Title  Message // empty: the page's heading is enough
	Marks  string  // of what it was made from
	Fields []SetupField
	Submit Message
	Stale  bool // somebody else saved it meanwhile
	Fresh  bool // it is the answer to what was just sent
}

// Template names views/setup/form.html.
func (*SetupForm) Template() string { return "setup/form" }

// SetupError is one thing that is wrong with a form, and where.
type SetupError struct {
	Target string
	Label  Message
	Text   Message
}

// Errors are all that is wrong with the form, in the order of its fields.
func (f *SetupForm) Errors() (list []SetupError) {
	for _, field := range f.Fields {
		if !field.Complaint.Empty() {
			list = append(list, SetupError{field.Target(), field.Label, field.Complaint})
		}
		for _, in := range field.Inputs {
			if !in.Complaint.Empty() {
				list = append(list, SetupError{in.ID, in.Label, in.Complaint})
			}
		}
		for _, row := range field.Rows {
			for _, in := range row.Inputs {
				if !in.Complaint.Empty() {
					list = append(list, SetupError{in.ID, in.Label, in.Complaint})
				}
			}
		}
	}
	return list
}

// The kinds of fields.
const (
	SetupText   = "text"  // one line, or one in each language beside the other
	SetupFixed  = "fixed" // shown, and not to be changed
	SetupSelect = "select"
	SetupRadios = "radios"
	SetupTicks  = "ticks"
	SetupLines  = "lines" // choices in both languages, in order
)

// SetupField is a field, or several that are one question.
type SetupField struct {
	Kind      string
	Key       string
	Label     Message
	Help      Message
	Optional  bool
	Inputs    []SetupInput
	Choices   []SetupChoice
	Rows      []SetupLine
	Value     string  // of one that is fixed
	Complaint Message // of choices and rows; an input has its own
	Meanwhile Message // what somebody else made of it
}

// Target is the id of what the field is answered by.
func (f SetupField) Target() string {
	switch {
	case f.Kind == SetupSelect:
		return f.Key
	case len(f.Inputs) > 0:
		return f.Inputs[0].ID
	case len(f.Choices) > 0:
		return f.Choices[0].ID
	case len(f.Rows) > 0:
		return f.Rows[0].Inputs[0].ID
	}
	return f.Key
}

// Single tells whether the label is that of one field.
func (f SetupField) Single() bool {
	return f.Kind == SetupSelect || f.Kind == SetupText && len(f.Inputs) == 1
}

// Layout is how its choices stand.
func (f SetupField) Layout() string {
	if f.Kind == SetupTicks && len(f.Choices) > 1 {
		return "choices choices-two"
	}
	return "choices"
}

// Wrong tells whether there is something to complain of.
func (f SetupField) Wrong() bool { return !f.Complaint.Empty() }

// SetupInput is a line to be filled in.
type SetupInput struct {
	ID, Name, Type string
	Value          string
	Lang           string
	Label          Message // of its own, where it is one of several
	Complaint      Message
	Describes      string // ids of what describes it
	Max            int
	Short          bool // it takes a small number
	Autocomplete   string
}

// SetupChoice is one of those that a field offers.
type SetupChoice struct {
	ID, Name, Value string
	Label           string
	Detail          string
	Chosen          bool
}

// SetupLine is a row of choices in both languages.
type SetupLine struct {
	N      int    // from 1
	Field  string // the field's key
	Value  string // what it is called by; empty: it is new
	Inputs []SetupInput
	IsLast bool
}

// SetupTargets is the table of what is promised: priorities by tiers.
type SetupTargets struct {
	Shell
	Tabs []SetupTab
	Form TargetForm
}

// Template names views/setup/targets.html.
func (*SetupTargets) Template() string { return "setup/targets" }

// TargetForm is that table as a form.
type TargetForm struct {
	Post
	Marks string
	Heads []TargetHead
	Rows  []TargetRow
	Stale bool
	Wrong bool
	Fresh bool
}

// Template names views/setup/target_form.html.
func (*TargetForm) Template() string { return "setup/target_form" }

// TargetHead is a column: a tier, or all of them.
type TargetHead struct {
	Tier string // empty: all that have none of their own
}

// TargetRow is a priority with what is promised for it.
type TargetRow struct {
	Priority db.Priority
	Cells    []TargetCell
}

// TargetCell is one promise.
type TargetCell struct {
	ID        string // also its name: "target-2-gold"
	Tier      string
	Number    string
	Unit      string
	Complaint Message
	Meanwhile Message
}

// TargetUnits are how a promise is counted: its key in the catalogue under "setup.targets.unit.".
var TargetUnits = []string{"minutes", "hours", "business-minutes", "business-hours"}

// Units are those of a cell.
func (TargetCell) Units() []string { return TargetUnits }

// SetupCalendar is when the provider works.
type SetupCalendar struct {
	Shell
	Tabs    []SetupTab
	Week    []WeekDay // from Monday
	Form    HoursForm
	Years   []HolidayYear
	Federal FederalForm
	Add     SetupForm
}

// Template names views/setup/calendar.html.
func (*SetupCalendar) Template() string { return "setup/calendar" }

// WeekDay is a day of the week as it is drawn.
type WeekDay struct {
	Name    Message
	Stretch []WeekStretch
	Hours   []string // in words; none: closed
}

// WeekStretch is a part of a day in which the provider works, in minutes since midnight.
type WeekStretch struct{ X, Width int }

// HoursForm is the form of business hours.
type HoursForm struct {
	Post
	Marks string
	Days  []HoursDay
	Stale bool
	Wrong bool
	Fresh bool
}

// Template names views/setup/hours_form.html.
func (*HoursForm) Template() string { return "setup/hours_form" }

// HoursDay is a weekday's hours as they are typed: pairs of times of day.
type HoursDay struct {
	Weekday   int
	Name      Message
	Pairs     []HoursPair
	Complaint Message
	Meanwhile Message
}

// HoursPair is from when to when: "08:00" to "18:00".
type HoursPair struct {
	N              int
	Opens, Closes  string
	OpensID, EndID string
}

// HolidayYear is the holidays of a year.
type HolidayYear struct {
	Year int
	Open bool
	Days []HolidayRow
}

// HolidayRow is a holiday.
type HolidayRow struct {
	Day    time.Time
	Name   string
	Remove Post
}

// FederalForm asks for the federal holidays of a year.
type FederalForm struct {
	Post
	Years []FederalYear
}

// FederalYear is a year that can be asked for.
type FederalYear struct {
	Year   int
	Chosen bool
}
