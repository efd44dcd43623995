package views

import (
	"time"

	"portico/rules"
)

// ReplyDraft is how a reply that is being written is kept: on its own it is the answer to having kept it.
type ReplyDraft struct {
	Save    string // where it is kept
	Discard string // where it is thrown away
	Mark    string // of what is kept; empty: nothing is
	At      time.Time
	Problem Message // it is not kept, for this reason
	// Another window has kept something else. Nothing is lost: it stands here until its writer has chosen.
	Other     string
	OtherMark string
	OtherAt   time.Time
}

// Template names views/cases/draft.html.
func (*ReplyDraft) Template() string { return "cases/draft" }

// Clashes tells whether another window has kept something else.
func (d ReplyDraft) Clashes() bool { return d.OtherMark != "" }

// ReplyPreview is what a reply will look like.
type ReplyPreview struct {
	Action string // where it is asked for again, as its writer goes on
	Body   string
	Shown  bool
}

// Template names views/cases/preview.html.
func (*ReplyPreview) Template() string { return "cases/preview" }

// FormDraft is how a form is kept that is being filled in: on its own it is the answer to having kept it.
type FormDraft struct {
	Save    string
	Discard string
	Mark    string // of what is kept; empty: nothing is
	At      time.Time
	Problem Message
	// Another window has kept it otherwise, or it was begun before.
	Other     string // address of the form with it
	OtherMark string
	OtherAt   time.Time
	Chosen    bool // this was put in the place of another
}

// Template names views/forms/draft.html.
func (*FormDraft) Template() string { return "forms/draft" }

// Clashes tells whether another window has kept something else.
func (d FormDraft) Clashes() bool { return d.OtherMark != "" }

// FormDrafts are the forms that somebody left half-way.
type FormDrafts struct {
	CSRF string
	List []FormDraftLine
}

// FormDraftLine is one of them.
type FormDraftLine struct {
	Name    rules.Text
	For     string // whom it is for; empty: oneself
	Href    string
	At      time.Time
	Discard string
	Mark    string
	Back    string // where one comes back to from there
	Caller  int64  // whom it is for; 0: oneself
}
