package views

import (
	"time"

	"portico/rules"
)

// StoryPage is a page of its own for why a case was decided as it was.
type StoryPage struct {
	Shell
	Number string
	About  string
	Story  Story
}

// Template names views/cases/why.html.
func (*StoryPage) Template() string { return "cases/why" }

// Story is why a case was decided as it was, and what would have decided it otherwise. On its own it fills the fold on the
// case's page.
type Story struct {
	Path      string // of the case
	Version   int
	Href      string // of the version; empty for who may not see the rules
	MayHref   string // where it is asked why somebody may see the case; empty for who may not
	TryHref   string // where the case is tried; empty for who may not
	KeepHref  string // where it is made an example of a draft; empty where there is none
	Differs   bool   // it would not be decided again as it was
	Outcomes  []StoryOutcome
	Held      []string
	Failed    []rules.Failure
	Near      []StoryNear
	NearMore  []StoryNear // those after the first few
	NearPart  bool        // there may be more: not every answer was tried
	Otherwise []StoryOtherwise
	Unfit     bool // the form can't be filled in as it was, so nothing else was looked for
}

// Template names views/cases/story.html.
func (*Story) Template() string { return "cases/story" }

// StoryOutcome is one outcome, with the rules that set it and what a person has made of it since.
type StoryOutcome struct {
	Key   string
	Name  Message
	Value string
	Rules []StoryRule
	Since *StorySince
}

// StoryRule is a rule that set an outcome, or the default.
type StoryRule struct {
	Name    string
	Default bool
	When    string
	Used    []NamedValue
}

// StorySince is what somebody changed an outcome to.
type StorySince struct {
	To string
	By string
	At time.Time
}

// StoryNear is a rule that came close.
type StoryNear struct {
	Rule   string
	Would  []StoryWould // what it would have set
	Pieces []StoryPiece // its condition
	Used   []NamedValue // by what failed
	Beaten []string     // it held, and these came first
	Had    string       // by which answers it would have won
}

// StoryWould is an outcome as it would have been.
type StoryWould struct {
	Name  Message
	Value string
}

// StoryPiece is a part of a condition's text.
type StoryPiece struct {
	Text   string
	Failed bool
}

// StoryOtherwise is what would have decided an outcome otherwise, in a sentence; or that nothing was found.
type StoryOtherwise struct {
	Text  string
	Found bool
	Query string   // the answers, as the address of a trial takes them
	Href  string   // where it is tried; empty for who may not
	Notes []string // how far that is proved, where it isn't
}
