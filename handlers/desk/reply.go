package desk

import (
	"context"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"portico/db"
	"portico/policy"

	"github.com/google/uuid"
)

// Reply is what somebody adds to a case's conversation.
type Reply struct {
	Body       string
	Files      []uuid.UUID // uploads of the same person
	Solve      bool        // and that is the end of it
	Submission uuid.UUID   // the form's own token: sent twice, it is said once
	Draft      uuid.UUID   // the mark of the draft that this is; none: it never was one
}

// Reply adds to the conversation, for customers and staff alike, and moves the case on. ErrState where the conversation
// is over: of a solved case for its customer, of a closed one for all. The same submission gives the same event.
func (d *Desk) Reply(ctx context.Context, who policy.Actor, n db.Number, in Reply) (kase db.Case, event db.Event, err error) {
	in.Body = CleanText(in.Body)
	err = d.DB.InTx(ctx, func(ctx context.Context, tx *db.DB) error {
		if kase, err = d.locked(ctx, tx, who, policy.Comment, n); err != nil {
			return err
		}
		if event, err = tx.EventBySubmission(ctx, n, who.Person.ID, in.Submission); !errors.Is(err, db.ErrNotFound) {
			return err
		}
		if err := d.checkBody(in.Body, in.Files, in.Solve); err != nil {
			return err
		}
		if _, err := tx.DropReplyDraft(ctx, who.Person.ID, n, in.Draft, in.Submission); err != nil {
			return err
		}
		if in.Body != "" || len(in.Files) > 0 {
			if event, err = d.comment(ctx, tx, who, &kase, in); err != nil {
				return err
			}
			in.Submission = uuid.Nil // it is the comment's
		}
		if !in.Solve {
			return nil
		}
		last, err := d.solve(ctx, tx, who, &kase, Solve{Submission: in.Submission})
		if event.ID == 0 {
			event = last
		}
		return err
	})
	return kase, event, submittedTwice(err)
}

// comment says something in a case that is locked already.
func (d *Desk) comment(ctx context.Context, tx *db.DB, who policy.Actor, kase *db.Case, in Reply) (db.Event, error) {
	from := kase.State
	if err := commentBy(who).move(kase, d.now(kase)); err != nil {
		return db.Event{}, err
	}
	if who.Staff() {
		d.answered(kase)
	} else {
		kase.Asked = nil // whatever was said, it is for people to read now
	}
	event := db.Event{PersonID: who.Person.ID, Kind: db.Comment, Body: in.Body, Change: stateChange(from, kase), Submission: in.Submission}
	if err := d.record(ctx, tx, &event, kase); err != nil {
		return db.Event{}, err
	}
	if err := d.claim(ctx, tx, who.Person.ID, in.Files, event); err != nil {
		return db.Event{}, err
	}
	return event, d.promise(ctx, tx, *kase, event)
}

// commentBy is what a comment of theirs means to the state.
func commentBy(who policy.Actor) act {
	if who.Staff() {
		return staffActs
	}
	return customerComments
}

// answered notes that staff gave the first answer: the promise is kept, or broken, from then on.
func (d *Desk) answered(c *db.Case) {
	if c.AnsweredAt.IsZero() {
		c.AnsweredAt = d.now(c)
	}
	c.DueAt = time.Time{}
}

// claim makes a person's uploads part of an event.
func (d *Desk) claim(ctx context.Context, tx *db.DB, person int64, files []uuid.UUID, of db.Event) error {
	err := tx.ClaimFiles(ctx, person, files, of)
	if errors.Is(err, db.ErrNotFound) {
		return Invalid{"files": {Code: "files_gone"}}
	}
	return err
}

// checkBody tells what is wrong with what somebody writes. With attachments, or on solving, it may be empty.
func (d *Desk) checkBody(body string, files []uuid.UUID, mayBeEmpty bool) error {
	invalid, limit := Invalid{}, d.Limits()
	switch n := utf8.RuneCountInString(body); {
	case n > limit.BodyRunes:
		invalid["body"] = Complaint{Code: "too_long", Args: map[string]any{"Max": limit.BodyRunes}}
	case n == 0 && len(files) == 0 && !mayBeEmpty:
		invalid["body"] = Complaint{Code: "missing"}
	}
	if len(files) > limit.Files {
		invalid["files"] = Complaint{Code: "too_many_files", Args: map[string]any{"Max": limit.Files}}
	}
	if len(invalid) > 0 {
		return invalid
	}
	return nil
}

// CleanText makes what people type fit to be kept: proper line ends and UTF-8, none of what PostgreSQL refuses, and
// nothing but text at its ends.
func CleanText(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\r\n", "\n")
	return strings.TrimSpace(strings.ReplaceAll(s, "\x00", ""))
}

// errSubmittedElsewhere says that a form's token was used before, for something else.
var errSubmittedElsewhere = Invalid{"submission": {Code: "not_offered"}}

func submittedTwice(err error) error {
	if db.Violates(err, "events_submission_key") {
		return errSubmittedElsewhere
	}
	return err
}
