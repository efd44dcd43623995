package views

import (
	"maps"
	"net/url"
	"slices"
	"time"

	"portico/db"
	"portico/rules"
)

// DraftTry is where a form is filled in to watch what a draft decides.
type DraftTry struct {
	Shell
	Bar   DraftBar
	Trial Trial
}

// Template names views/rules/try.html.
func (*DraftTry) Template() string { return "rules/try" }

// LiveTry is where a form is filled in to watch what the rules decide that are live.
type LiveTry struct {
	Shell
	Tabs  []CompareLink
	Trial Trial
}

// Template names views/rules/try_live.html.
func (*LiveTry) Template() string { return "rules/try_live" }

// Trial is a form as it is tried, with what comes of it. On its own it answers each change of an answer.
type Trial struct {
	Post
	Draft        bool // it is a draft that is tried; else what is live
	Revision     int
	Example      int // the draft's example that it was begun with, by its place from 1; 0: none
	Live         int
	Address      string // where others find the same trial
	Items        []ItemChoice
	Case         string // number of the case that it was begun with
	CaseHref     string // empty: there is no such case
	CaseWrong    Message
	Contact      *Finder
	ContactWrong Message
	Account      *Finder // nil where the form itself asks for it
	AccountWrong Message
	Gone         []NamedValue // answers of the case that nobody asks for today
	Carried      []CarriedAnswer
	Questions    []Question
	Pretend      []Pretend
	Pretending   int       // of those, how many are given
	At           time.Time // when it would be opened, by the clock of the account; zero where that is not known
	Outcomes     []TriedOutcome
	Differs      bool // the draft decides otherwise than what is live
	Due          []TriedDue
	Sentences    []TriedSentence
	Held         []TriedRule // but for those that stand beside an outcome already
	Near         []TriedNear
	Unfinished   bool     // something required is open: what came close is not known yet
	Failed       []string // rules that could not be asked
	Keep         KeepExample
}

// Template names views/rules/trial.html.
func (*Trial) Template() string { return "rules/trial" }

// ItemChoice is an item that can be tried.
type ItemChoice struct {
	Key    string
	Name   rules.Text
	Chosen bool
}

// CarriedAnswer is an answer that counts although the form does not offer it.
type CarriedAnswer struct {
	NamedValue
	Field  string
	Posted []string
}

// Pretend is a fact that can be given instead of what is known of account, contact or time.
type Pretend struct {
	Field   string // of the address
	Label   string
	Kind    string // select, checks, number, text
	Known   string // what it is without; as people read it
	Choices []PretendChoice
	Values  []string // of text and numbers
	Wrong   Message
}

// PretendChoice is one value that a fact can be given.
type PretendChoice struct {
	Value  string
	Label  string
	Chosen bool
}

// TriedOutcome is one outcome, as the draft and as what is live decide it.
type TriedOutcome struct {
	Name    Message
	Draft   TriedSide
	Live    TriedSide
	Differs bool
}

// TriedSide is what one of two rule sets decides, and why.
type TriedSide struct {
	Value string
	By    []TriedRule
}

// TriedRule is a rule that decided, or held, with what it looked at.
type TriedRule struct {
	Name    string
	Default bool
	Href    string // its editor; empty where there is none
	When    string
	Used    []NamedValue
}

// TriedNear is a rule that would have set an outcome, had one answer been different.
type TriedNear struct {
	Rule    TriedRule
	Outcome string // what it would have set, in words
	Change  []NamedValue
}

// Same tells whether another one is of the same rule and the same answers.
func (n TriedNear) Same(other TriedNear) bool {
	return n.Rule.Name == other.Rule.Name && slices.Equal(n.Change, other.Change)
}

// TriedDue is by when something would be promised; zero where nothing would be.
type TriedDue struct {
	Name    Message
	Draft   time.Time
	Live    time.Time
	Differs bool
}

// TriedSentence is what the customer would read in one language.
type TriedSentence struct {
	Lang     string
	Language Message
	Draft    string
	Live     string
	Differs  bool
}

// KeepExample is the part of a trial in which it is made an example.
type KeepExample struct {
	Action    string
	Open      bool // it was asked for
	Name      string
	NameWrong Message
	Outcomes  []KeepOutcome
	Drafts    []KeepDraft // of a trial of what is live: where it could go
	Fresh     string      // name of a new draft
	Wrong     Message     // of the draft
	Was       string      // name of the example that would be changed
	Stale     bool        // somebody else changed the draft meanwhile
}

// Picked tells whether one of the drafts is chosen.
func (k KeepExample) Picked() bool {
	return slices.ContainsFunc(k.Drafts, func(d KeepDraft) bool { return d.Chosen })
}

// KeepOutcome is an outcome that can be expected.
type KeepOutcome struct {
	Name   string
	Label  Message
	Value  string
	Chosen bool
}

// KeepDraft is a draft that an example can be put into.
type KeepDraft struct {
	Value  string // its number and revision
	Name   string
	Chosen bool
}

// TryFields are the parts of the address of a trial of an example, or of a witness, in a fixed order.
func TryFields(e rules.Example) []NamedValue {
	out := []NamedValue{{"try-item", e.Item}}
	add := func(name string, values ...string) {
		for _, v := range values {
			out = append(out, NamedValue{name, v})
		}
	}
	if e.Contact != "" {
		add("try-contact", e.Contact)
	}
	if e.Account != "" {
		add("try-account", e.Account)
	}
	given := map[string]any{}
	if e.Now != nil {
		given["now.hour"], given["now.weekday"], given["now.business_hours"] = e.Now.Hour, e.Now.Weekday, e.Now.BusinessHours
	}
	maps.Copy(given, e.Assume)
	for _, path := range slices.Sorted(maps.Keys(given)) {
		add("assume-"+path, rules.Posted(given[path])...)
	}
	for _, key := range slices.Sorted(maps.Keys(e.Answers)) {
		add(key, rules.Posted(e.Answers[key])...)
	}
	return out
}

// TryPath is the address of a trial of an example, or of a witness, on a draft; with draft 0 on what is live.
func TryPath(draft int64, e rules.Example) string {
	q := url.Values{}
	for _, f := range TryFields(e) {
		q.Add(f.Name, f.Value)
	}
	return TryAt(draft) + "?" + q.Encode()
}

// TryAt is where a draft is tried; of draft 0 what is live.
func TryAt(draft int64) string {
	if draft == 0 {
		return "/rules/try"
	}
	return DraftPath(draft) + "/try"
}

// TryCasePath is the address of a trial that begins with a past case.
func TryCasePath(draft int64, n db.Number) string {
	return TryAt(draft) + "?" + url.Values{"try-case": {n.String()}}.Encode()
}
