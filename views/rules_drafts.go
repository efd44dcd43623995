package views

import (
	"fmt"
	"time"

	"portico/db"
)

// RulesPage is the rule set that is live, with how rules are read, what is on its way, the drafts and the versions.
type RulesPage struct {
	Shell
	Tabs     []CompareLink
	Alarm    RulesAlarm
	Version  db.VersionLine // the live one
	Lines    []RuleLine
	Names    []SharedName
	Waiting  []ProposalLine // for their time, or for a second person
	Drafts   []db.DraftLine
	Begin    BeginDraft
	Versions []db.VersionLine
	Before   int    // the versions shown are those before this one; 0: the newest
	Older    string // address of the versions before these; empty: there are none
	Second   bool   // rules are published by two people
	Away     int    // the version that was rolled away from, where it decided cases that are not over; 0: none
	Open     int    // how many
}

// Template names views/rules/page.html.
func (*RulesPage) Template() string { return "rules/page" }

// ProposalLine is a draft on its way to being published, in a line.
type ProposalLine struct {
	Name string
	Href string
	What Message
	Own  bool // the reader may not approve it
	Asks bool // it waits for somebody's approval
}

// BeginDraft is the form that begins a draft.
type BeginDraft struct {
	Post
	Name      string
	Version   int   // to begin from, 0: from what is live
	Draft     int64 // or from this one
	Complaint Message
}

// Template names views/rules/begin.html.
func (*BeginDraft) Template() string { return "rules/begin" }

// VersionPage is one published version of the rule set.
type VersionPage struct {
	Shell
	Version db.VersionLine
	Live    int
	Cases   Message // how many it decided
	Href    string  // the list of them
	Source  string
	Changes Comparison
	First   bool      // there is none before
	Back    *RollBack // nil for the live one
	Begin   BeginDraft
	Open    int // cases that it decided and that are not over
}

// Template names views/rules/version.html.
func (*VersionPage) Template() string { return "rules/version" }

// RollBack is the form that publishes an earlier version again.
type RollBack struct {
	Post
	Version   int
	Live      int
	Changes   int // how many differences to what is live
	Note      string
	Alone     bool // rules need a second person, who is not waited for here
	Complaint Message
	Refused   []RuleProblem // it no longer holds to what is published
	Red       []ExampleLine
}

// Template names views/rules/rollback.html.
func (*RollBack) Template() string { return "rules/rollback" }

// Blocked tells whether it can't be published as it stands.
func (b *RollBack) Blocked() bool { return len(b.Refused) > 0 || len(b.Red) > 0 }

// Against is the page's own address, compared with what is live.
func (b *RollBack) Against() string {
	return fmt.Sprintf("/rules/versions/%d?against=%d#changes", b.Version, b.Live)
}

// DraftChanges is how a draft differs from what is live, and where it is published.
type DraftChanges struct {
	Shell
	Bar      DraftBar
	Changes  Comparison
	Merge    *MergeForm // nil while nobody else published
	Proposal *ProposalView
	Conflict *DraftConflict
	Publish  PublishDraft
	Copy     BeginDraft
	Rename   RenameDraft
}

// Template names views/rules/changes.html.
func (*DraftChanges) Template() string { return "rules/changes" }

// RenameDraft is the form of a draft's name.
type RenameDraft struct {
	Post
	Was       string
	Name      string
	Complaint Message
}

// Template names views/rules/rename.html.
func (*RenameDraft) Template() string { return "rules/rename" }

// MergeForm joins a draft with what was published meanwhile.
type MergeForm struct {
	Post
	Revision  int
	Live      int
	Base      int
	Compared  Comparison // what others published
	Broken    bool       // the draft can't be read: it can only be said that it counts as it is
	Conflicts []MergeConflict
	Wrong     bool // not all was chosen
}

// Template names views/rules/merge.html.
func (*MergeForm) Template() string { return "rules/merge" }

// MergeConflict is what the draft and others changed, each in its own way.
type MergeConflict struct {
	N                  int
	Key                string
	Subject            string
	What               Message
	Base, Mine, Theirs ComparedCell
	Code               bool
	Chosen             string // mine, theirs, edit; empty: not yet
	Editable           bool
	Text               string
	Complaint          Message
}

// ProposalView is how far a draft is on its way to being published, and what can be done about it.
type ProposalView struct {
	Kind     string // of the notice
	Icon     string
	Title    Message
	Lines    []Message
	Note     string
	Word     string // of who sent it back
	Withdraw *Post  // nil where there is nothing to take back
	Approve  *Post  // nil unless it waits for approval, and the reader is a second person
	Return   *ReturnForm
	Revision int
	Own      bool // it waits for somebody else than the reader
	At       time.Time
}

// ReturnForm sends a draft back.
type ReturnForm struct {
	Post
	Revision  int
	Word      string
	Complaint Message
}

// Template names views/rules/return.html.
func (*ReturnForm) Template() string { return "rules/return" }

// PublishDraft is the form by which a draft becomes live, or why it can't.
type PublishDraft struct {
	Post
	Revision    int
	Note        string
	Complaint   Message
	Later       bool   // at a time
	At          string // as the browser has it: 2006-01-02T15:04
	AtComplaint Message
	Zone        string // in which that is said
	Second      bool   // it is asked for, and another person approves
	Waits       bool   // it is on its way already: this replaces that
	Problems    []RuleProblem
	Red         []ExampleLine
	Same        bool // nothing would change
	Broken      bool // the text has to be mended first
}

// Template names views/rules/publish.html.
func (*PublishDraft) Template() string { return "rules/publish" }

// Blocked tells whether there is something to mend first.
func (p *PublishDraft) Blocked() bool { return len(p.Problems) > 0 || len(p.Red) > 0 }
