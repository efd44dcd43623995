package db

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"portico/rules"

	"github.com/google/uuid"
	"github.com/uptrace/bun"
)

// State is how far a case is. What moves it from one to another stands in desk's one table.
type State string

// The states of a case.
const (
	New      State = "new"
	Open     State = "open"
	Awaiting State = "awaiting" // Awaiting your reply: the customer's
	Solved   State = "solved"
	Closed   State = "closed"
)

// Priority is 1 (critical) to 4 (low).
type Priority int

// The priorities.
const (
	Critical Priority = 1
	High     Priority = 2
	Moderate Priority = 3
	Low      Priority = 4
)

// Number is a case's number, written CS0001883. It is the case's id: given once, never reused, with gaps.
type Number int64

// String writes the number as people read it.
func (n Number) String() string { return fmt.Sprintf("CS%07d", int64(n)) }

var numberForm = regexp.MustCompile(`^(?i:CS)0*([1-9][0-9]{0,17})$`)

// ParseNumber reads a case number as people type it, in either case of letters; ok is false for anything else.
func ParseNumber(s string) (n Number, ok bool) {
	m := numberForm.FindStringSubmatch(s)
	if m == nil {
		return 0, false
	}
	id, err := strconv.ParseInt(m[1], 10, 64)
	return Number(id), err == nil
}

// Case is one matter, of whatever kind.
type Case struct {
	bun.BaseModel `bun:"table:cases,alias:c"`

	ID               Number `bun:",pk,autoincrement"`
	Item             string // the item's key
	FormVersion      int64  // the FormVersion's id it was opened with
	Type             string // the type of case its item gives: "Issue", "Change Request" …
	Origin           string // "portal", "email", "phone", "monitoring" or "api"
	State            State
	Priority         Priority
	QueueID          int64
	AssigneeID       int64 `bun:",nullzero"`
	RequesterID      int64 // the contact it is for
	OpenedBy         int64 // the person who opened it: the requester, or staff for a caller
	AccountID        int64
	Ancestors        []int64 `bun:",array,scanonly"` // the account's path; in the table the columns a1 to a8, see migrations
	CopiedIDs        []int64 `bun:",array,scanonly"` // the people copied on it
	ProductID        int64   `bun:",nullzero"`
	ShortDescription string
	Description      string
	Tags             []string `bun:",array"`
	Awaited          string   // what the customer is asked for while Awaiting
	Answers          rules.Answers
	Facts            rules.Facts
	Decision         rules.Decision
	RuleVersion      int       // which version of the rule set decided it
	Lexicon          int64     `bun:",nullzero"` // and what that was compiled against; 0 where it was not kept yet
	DueAt            time.Time `bun:",nullzero"` // when the first answer is due; zero once given or when none is promised
	SolveBy          time.Time `bun:",nullzero"` // when the solution is due; zero when none is promised
	Asked            Texts     // what its customer was asked for as it was opened, until they said something; nil: nothing
	AnsweredAt       time.Time `bun:",nullzero"` // when staff first answered
	SolvedAt         time.Time `bun:",nullzero"`
	ClosedAt         time.Time `bun:",nullzero"`
	CreatedAt        time.Time
	UpdatedAt        time.Time // last activity that its customer can see
	Revision         int       // grows with each change; what a form was filled from
	Submission       uuid.UUID `bun:",type:uuid"` // the form's own token: a repeated submit finds the case it opened
}

// Ref is what decides who may see and act on the case. It needs Ancestors and CopiedIDs, which FindCase fills in.
func (c Case) Ref() CaseRef {
	return CaseRef{RequesterID: c.RequesterID, CopiedIDs: c.CopiedIDs, Path: c.Ancestors, QueueID: c.QueueID}
}

// Path is where the case is seen.
func (c Case) Path() string { return "/cases/" + c.ID.String() }

// EventKind is what an event tells.
type EventKind string

// The kinds of event.
const (
	Opened     EventKind = "opened"
	Decided    EventKind = "decided" // internal: the decision, its trace stands on the case
	Comment    EventKind = "comment"
	Note       EventKind = "note"      // internal, always
	Requested  EventKind = "requested" // staff asked for information
	Changed    EventKind = "changed"
	Resolved   EventKind = "solved"
	Reopened   EventKind = "reopened"
	AutoClosed EventKind = "closed"
)

// Event is one entry in a case's history. Events are only ever added.
type Event struct {
	bun.BaseModel `bun:"table:events,alias:event"`

	ID         int64 `bun:",pk,autoincrement"`
	CaseID     Number
	At         time.Time
	PersonID   int64 `bun:",nullzero"` // 0: Portico itself
	Kind       EventKind
	Internal   bool      // never shown to a customer, in any form
	Body       string    // as typed, Markdown-light; escaped where it is shown
	Change     *Change   `bun:",nullzero"`
	Submission uuid.UUID `bun:",type:uuid,nullzero"` // as a case's
}

// Change is what an event changed. From and To are values, not words: a priority's figure, a queue's name, a person's name.
type Change struct {
	Field string // "priority", "queue", "assignee", "state", "title", "product", "contact", "copies"
	From  string
	To    string
	Words *ChangeWords `json:",omitempty"` // nil where From and To are told as they are in any language
	// Correction tells that a person overruled what the rules decided.
	Correction bool `json:",omitempty"`
	// Decision is what was decided before a case was decided anew, and Lexicon what that was compiled against.
	Decision *rules.Decision `json:",omitempty"`
	Lexicon  int64           `json:",omitempty"`
	// Asked is what the rules asked the customer for, in each language.
	Asked *Texts `json:",omitempty"`
}

// ChangeWords are From and To of a change in each language.
type ChangeWords struct{ From, To rules.Text }

// Texts are kept as one value; nil is none.
type Texts []rules.Text

// Value keeps them.
func (t Texts) Value() (driver.Value, error) {
	if len(t) == 0 {
		return nil, nil
	}
	b, err := json.Marshal([]rules.Text(t))
	return string(b), err
}

// In gives them in a language, as a list where there are several.
func (t Texts) In(lang string) string {
	if len(t) == 1 {
		return t[0].In(lang)
	}
	var lines strings.Builder
	for _, one := range t {
		lines.WriteString("- " + strings.Join(strings.Fields(one.In(lang)), " ") + "\n")
	}
	return strings.TrimSpace(lines.String())
}

// File is an attachment: uploaded by a person, and from the submit on part of an event of a case.
type File struct {
	bun.BaseModel `bun:"table:files,alias:file"`

	ID        uuid.UUID `bun:",pk,type:uuid"` // unguessable, and what forms carry
	PersonID  int64     // who uploaded it; until it belongs to an event nobody else sees it
	CaseID    Number    `bun:",nullzero"`
	EventID   int64     `bun:",nullzero"`
	Name      string    // as uploaded, cleaned of paths and control characters
	MediaType string    // as sniffed, never as claimed
	Size      int64     // bytes
	Key       string    // in the blob store
	CreatedAt time.Time

	// What its preview measures, so that a page can keep the place free: 0 as long as nobody looked, NoPreview where none can
	// be made.
	PreviewWidth, PreviewHeight int
}

// NoPreview is the width of what no preview can be made of.
const NoPreview = -1
