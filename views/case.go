package views

import (
	"slices"
	"time"

	"portico/db"
	"portico/rules"
)

// CasePage is a case, for customers and staff alike: the conversation, what is known of it, and what its reader can do.
type CasePage struct {
	Shell
	Path    string
	Live    CaseLive
	Actions CaseActions
	Opened  *Opened     // to who has just opened it
	Agent   *AgentTools // staff who work with it
}

// Template names views/cases/page.html.
func (*CasePage) Template() string { return "cases/page" }

// CaseLive is what follows the case by itself while the page is open: all but what its reader types into.
type CaseLive struct {
	Path    string
	Topic   string // names the case when it changed
	Head    CaseHead
	Thread  CaseThread
	Arrived Arrived
	Panel   CasePanel
	// Outdated says that the page's forms, made for Was, don't fit the case's state any more.
	Outdated Message
	Was      db.State
	Actions  *CaseActions // to who asked for them as they fit now
	Said     Message      // that earlier entries are shown now, to who asked for them
}

// Template names views/cases/live.html.
func (*CaseLive) Template() string { return "cases/live" }

// CaseHead is what a case is about and how it stands.
type CaseHead struct {
	Number   string
	TypeName rules.Text
	Title    string
	Priority db.Priority
	State    db.State
	WaitsFor Message   // empty: for nobody
	Due      time.Time // when to expect an answer; zero: not told
	SolveBy  time.Time // when to expect the solution; zero: not told
	Sentence rules.Text
	Reason   Message // in its place where there is none; empty: none is told
	Awaited  string  // what its reader is asked for, before anything goes on; empty: nothing
	Asked    string  // what the rules asked its reader for, as it was opened; empty: nothing that isn't answered
	Behalf   Message // who opened it for whom; empty: who asked for it did
	Follow   *FollowForm
}

// FollowForm has its reader follow a case, or no longer; nil where they can't.
type FollowForm struct {
	Action    string
	CSRF      string
	Following bool
}

// Followed answers who follows a case from now on, or no longer.
type Followed struct {
	Form FollowForm
	Said Message
}

// Template names views/cases/followed.html.
func (*Followed) Template() string { return "cases/followed" }

// CaseThread is the conversation, oldest first.
type CaseThread struct {
	Entries []ThreadEntry
	// From is the event that the page is to be asked for again with, so that nothing goes that is shown now.
	From int64
	// After is the event behind which these entries come, where the page shows what there was before; 0: this is the whole.
	After int64
	Last  int64 // the newest event
	Seen  int64 // the last one that the reader has had before their eyes
}

// Arrived is what others have said that its reader has not seen yet, though their page shows it.
type Arrived struct {
	Count int
	First int64 // the event that the first of it belongs to
}

// ThreadEntry is one line of the conversation: a day, a letter, a change, or what stands for all that is left out.
type ThreadEntry struct {
	ID      int64 // of the event that Day begins with
	Day     time.Time
	Change  *ThreadChange
	Letter  *Letter
	Earlier *Earlier
}

// Earlier is the part of a long conversation that is not shown, and where it can be had.
type Earlier struct {
	Path  string // the case's
	Count int
	More  int   // how many of them a part has
	From  int64 // which event that begins with; 0: one part is all there is
	First int64 // the event behind it, where its reader goes on
}

// ThreadChange is a quiet line.
type ThreadChange struct {
	ID       int64
	Line     Message
	At       time.Time
	Internal bool
}

// Letter is something said.
type Letter struct {
	ID       int64  // of the event
	Beside   bool   // a line of the conversation has the event's name already
	New      bool   // it came while the page was open
	From     string // "customer" or "provider"; empty for a note
	Internal bool
	Name     string
	Avatar   Avatar
	Where    string
	Lead     Message // what it was said for; empty: just said
	At       time.Time
	Body     string
	Pictures []Attachment
	Files    []Attachment
}

// Attachment is a file of a letter.
type Attachment struct {
	Href string
	Name string
	Size int64
	// Preview is the address of a small picture of it; empty where it is no picture. It measures so much, as far as that is known.
	Preview       string
	Width, Height int
}

// CasePanel is what is known of a case, beside its conversation: in blocks, each with a template of its own.
type CasePanel struct {
	Facts   []Fact
	Edit    string   // where its reader changes what they may; empty: nothing
	Tags    []string // staff only
	People  CasePeople
	Links   []CaseLink
	Files   *CaseFiles // nil: nothing is attached
	Answers []Fact
}

// CaseFiles are what was attached to a case, newest first.
type CaseFiles struct {
	New   []Attachment
	Old   []Attachment // folded away
	Count int          // of all
}

// filesOpen is how many attachments of a case are not folded away.
const filesOpen = 6

// NewCaseFiles sorts what was attached, oldest first, into what is shown at once and what is folded away; nil of nothing.
func NewCaseFiles(list []Attachment) *CaseFiles {
	if len(list) == 0 {
		return nil
	}
	list = slices.Clone(list)
	slices.Reverse(list)
	n := min(len(list), filesOpen)
	return &CaseFiles{New: list[:n], Old: list[n:], Count: len(list)}
}

// CasePeople are those who have to do with a case.
type CasePeople struct {
	Involved []CasePerson // by what they have to do with it
	Copied   []CasePerson

	Outsiders []string // addresses of who is copied from elsewhere
	Leave     *Post    // takes its reader out of the copies; nil: they are not among them
}

// AnyCopied tells whether anybody is.
func (p CasePeople) AnyCopied() bool { return len(p.Copied) > 0 || len(p.Outsiders) > 0 }

// CasePerson is somebody who has to do with a case.
type CasePerson struct {
	Role   Message // empty where it needs no saying
	Avatar Avatar
	Name   string
	Said   Message // in place of a name, where there is nobody, or nobody who is known
}

// CaseLink leads to another case that has to do with this one.
type CaseLink struct {
	Lead   Message // what that one is to this one
	Number string
	Href   string
	Title  string
	State  db.State
}

// Fact is one thing known, in the one of the ways that fits it.
type Fact struct {
	Label    Message
	Name     rules.Text // the label of a question
	Text     string
	Time     time.Time
	Priority db.Priority
	State    db.State
	Message  Message
}

// CaseActions are the forms at the end of the conversation: those that the case's state and its reader allow.
type CaseActions struct {
	Path   string
	State  db.State // that the forms were made for
	CSRF   string
	Reply  *ReplyForm
	Solve  *CaseWordForm
	Reopen *CaseWordForm
	// FollowUp leads to a new case that goes on where this one is over; nil: to none.
	FollowUp *FollowUp
	// Over says why there is nothing to write; Unsent is what could not be sent because of that.
	Over   Message
	Unsent string
	// Landed: they stand in place of the form that was just sent, and take the focus that was in it.
	Landed bool
}

// Template names views/cases/actions.html.
func (*CaseActions) Template() string { return "cases/actions" }

// ReplyForm adds to the conversation.
type ReplyForm struct {
	Action     string
	CSRF       string
	Submission string
	Keep       string // by what name the browser keeps what is typed
	Body       string
	Complaint  Message
	Files      FileField
	FileFault  Message
	MaySolve   bool
	Staff      bool
	Reopens    bool // sending it opens the case again
	Draft      ReplyDraft
	Preview    ReplyPreview
}

// Template names views/cases/_reply.html.
func (*ReplyForm) Template() string { return "cases/_reply" }

// CaseWordForm does something to a case, with a word on it.
type CaseWordForm struct {
	Action     string
	CSRF       string
	Submission string
	Body       string
	Complaint  Message
	Until      time.Time // until when it can be done; zero: always
}

// FollowUp is where a case is followed up.
type FollowUp struct {
	Href   string
	Closed bool // there is no other way on
}

// Replied answers a form of the case's page that was accepted: forms afresh, the conversation as it is now, and a word.
type Replied struct {
	Actions CaseActions
	Live    CaseLive
	Said    Message
	Alert   Message // instead of it, where it was not done
}

// Template names views/cases/replied.html.
func (*Replied) Template() string { return "cases/replied" }
