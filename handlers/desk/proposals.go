package desk

import (
	"context"
	"errors"
	"strings"
	"time"

	"portico/db"
	"portico/policy"
)

// ErrSecondPerson says that rules are published by two here: one asks, another approves.
var ErrSecondPerson = errors.New("rules need a second person here: save them as a draft, ask for approval, and let another platform administrator publish it")

// ErrOwnWork says that who approves a draft must be another than who asked and than who changed it last.
var ErrOwnWork = errors.New("somebody else has to approve it: this person asked for it, or changed the draft last")

// SettingSecondPerson is "on" where rules are published by two people.
const SettingSecondPerson = "rules_second_person"

// SecondPerson tells whether rules are published by two people.
func (d *Desk) SecondPerson(ctx context.Context, tx *db.DB) (bool, error) {
	set, err := tx.Setting(ctx, SettingSecondPerson, "off")
	return set == "on", err
}

// Wish is how a draft is to be published.
type Wish struct {
	Note string
	At   time.Time // zero: at once
}

// Granted is what became of a wish: one of the three.
type Granted struct {
	Version int       // it is live, as this version
	At      time.Time // it is planned for then
	Asked   bool      // it waits for a second person
}

// farthest is how far ahead a publication can be planned.
const farthest = 366 * 24 * time.Hour

// SubmitDraft has a draft published: at once, at a time, or, where rules need a second person, once another platform
// administrator approves. It is judged now in each case, as if it were published now: Unpublishable, Overtaken. What was
// planned or asked for before is replaced. The revision is the one that was looked at; db.ErrStale if somebody else saved.
func (d *Desk) SubmitDraft(ctx context.Context, who policy.Actor, id int64, revision int, wish Wish) (Granted, error) {
	if err := d.Judge.Check(who, policy.Configure, policy.Object{}); err != nil {
		return Granted{}, err // before it is said whether there is such a draft
	}
	wish.Note = strings.TrimSpace(wish.Note)
	if err := checkNote(wish.Note); err != nil {
		return Granted{}, err
	}
	now := d.Clock()
	switch {
	case wish.At.IsZero():
	case !wish.At.After(now):
		return Granted{}, Invalid{"at": {Code: "drafts.at.past"}}
	case wish.At.After(now.Add(farthest)):
		return Granted{}, Invalid{"at": {Code: "drafts.at.far"}}
	}
	var done Granted
	err := d.DB.InTx(ctx, func(ctx context.Context, tx *db.DB) error {
		draft, err := tx.RuleDraft(ctx, id)
		if err != nil {
			return err
		}
		if draft.Revision != revision {
			return db.ErrStale
		}
		second, err := d.SecondPerson(ctx, tx)
		if err != nil {
			return err
		}
		if wish.At.IsZero() && !second {
			done.Version, err = d.publishDraftIn(ctx, tx, who, draft, db.Proposal{Note: wish.Note, By: who.Person.Named()})
			return err
		}
		if err := d.publishable(ctx, tx, Publication{Source: draft.Source, Base: draft.BaseVersion}); err != nil {
			return err
		}
		p := db.Proposal{DraftID: id, Revision: revision, State: db.Asked, Note: wish.Note, PublishAt: wish.At, By: who.Person.Named(), At: now}
		if second {
			done.Asked = true
			return d.ask(ctx, tx, who, p)
		}
		p.State, done.At = db.Scheduled, wish.At
		return d.plan(ctx, tx, who, p, db.DraftPlanned)
	})
	return done, err
}

// publishable tells what speaks against publishing now.
func (d *Desk) publishable(ctx context.Context, tx *db.DB, p Publication) error {
	live, err := tx.LiveVersion(ctx)
	if err != nil {
		return err
	}
	if live != p.Base {
		return Overtaken{Base: p.Base, Live: live}
	}
	report, err := d.check(ctx, tx, p.Source)
	if err == nil && !report.Publishable() {
		err = Unpublishable{report}
	}
	return err
}

// ask has other platform administrators hear that a draft waits for one of them.
func (d *Desk) ask(ctx context.Context, tx *db.DB, who policy.Actor, p db.Proposal) error {
	if err := tx.SaveProposal(ctx, p); err != nil {
		return err
	}
	others, err := tx.PlatformAdministrators(ctx, told)
	if err != nil {
		return err
	}
	for _, other := range others {
		if other.ID == who.Person.ID {
			continue
		}
		if err := d.promiseLetter(ctx, tx, letter{Kind: db.LetterDraftAsked, Reader: other, By: who.Person.ID, About: p.DraftID}); err != nil {
			return err
		}
	}
	return d.audit(ctx, tx, who, db.AuditEntry{Action: db.DraftAsked, Subject: "draft", SubjectID: p.DraftID, Detail: planned(p)})
}

// told is how many platform administrators hear of a draft at most.
const told = 50

func planned(p db.Proposal) map[string]any {
	if p.PublishAt.IsZero() {
		return nil
	}
	return map[string]any{"at": p.PublishAt.UTC().Format(time.RFC3339)}
}

// early is how long before its time a publication is taken up: the queue looks for what has come due every five seconds.
const early = 6 * time.Second

func (d *Desk) plan(ctx context.Context, tx *db.DB, who policy.Actor, p db.Proposal, did db.AuditAction) error {
	return errors.Join(
		tx.SaveProposal(ctx, p),
		tx.EnqueueFor(ctx, db.PublishDrafts{At: p.PublishAt}, p.PublishAt.Add(-early)),
		d.audit(ctx, tx, who, db.AuditEntry{Action: did, Subject: "draft", SubjectID: p.DraftID, Detail: planned(p)}))
}

// waiting reads a draft with its proposal, for a transaction that decides on it. The proposal must be as somebody saw it,
// at a revision of the draft, and wait: db.ErrStale where it doesn't.
func (d *Desk) waiting(ctx context.Context, tx *db.DB, id int64, revision int) (db.RuleDraft, db.Proposal, error) {
	draft, err := tx.RuleDraft(ctx, id)
	if err != nil {
		return draft, db.Proposal{}, err
	}
	p, err := tx.Proposal(ctx, id)
	if errors.Is(err, db.ErrNotFound) || err == nil && (!p.Waits() || p.Revision != revision || draft.Revision != revision) {
		err = db.ErrStale
	}
	return draft, p, err
}

// ApproveDraft is a second person's leave: the draft is published, or planned where a time was asked for that has not
// come yet. ErrOwnWork if it is no second person; else as SubmitDraft.
func (d *Desk) ApproveDraft(ctx context.Context, who policy.Actor, id int64, revision int) (Granted, error) {
	if err := d.Judge.Check(who, policy.Configure, policy.Object{}); err != nil {
		return Granted{}, err
	}
	var done Granted
	err := d.DB.InTx(ctx, func(ctx context.Context, tx *db.DB) error {
		draft, p, err := d.waiting(ctx, tx, id, revision)
		switch {
		case err != nil:
			return err
		case p.State != db.Asked:
			return db.ErrStale // somebody else approved it already
		case MayNotApprove(who, p):
			return ErrOwnWork
		}
		p.ApprovedBy, p.ApprovedAt = who.Person.Named(), d.Clock()
		if p.PublishAt.After(d.Clock()) {
			if err := d.publishable(ctx, tx, Publication{Source: draft.Source, Base: draft.BaseVersion}); err != nil {
				return err
			}
			p.State, done.At = db.Scheduled, p.PublishAt
			return d.plan(ctx, tx, who, p, db.DraftApproved)
		}
		done.Version, err = d.publishDraftIn(ctx, tx, who, draft, p)
		if err != nil {
			return err
		}
		return d.audit(ctx, tx, who, db.AuditEntry{Action: db.DraftApproved, Subject: "draft", SubjectID: id})
	})
	return done, err
}

// MayNotApprove tells whether somebody is no second person to a proposal: they asked, or changed the draft last.
func MayNotApprove(who policy.Actor, p db.Proposal) bool {
	return who.Person.ID == p.By.ID || who.Person.ID == p.ChangedBy.ID
}

// ReturnDraft sends a draft back that waits for a second person, with a word to who asked.
func (d *Desk) ReturnDraft(ctx context.Context, who policy.Actor, id int64, revision int, word string) error {
	if err := d.Judge.Check(who, policy.Configure, policy.Object{}); err != nil {
		return err
	}
	word = strings.TrimSpace(word)
	var wrong Invalid
	if errors.As(checkNote(word), &wrong) {
		return Invalid{"word": wrong["note"]}
	}
	return d.DB.InTx(ctx, func(ctx context.Context, tx *db.DB) error {
		_, p, err := d.waiting(ctx, tx, id, revision)
		if err != nil {
			return err
		}
		if p.State != db.Asked {
			return db.ErrStale
		}
		p.State, p.Word, p.WordBy, p.WordAt = db.Returned, word, who.Person.Named(), d.Clock()
		if err := tx.SaveProposal(ctx, p); err != nil {
			return err
		}
		if p.By.ID != who.Person.ID {
			if err := d.tell(ctx, tx, db.LetterDraftReturned, p, p.By.ID, who.Person.ID); err != nil {
				return err
			}
		}
		return d.audit(ctx, tx, who, db.AuditEntry{Action: db.DraftReturned, Subject: "draft", SubjectID: id})
	})
}

// WithdrawDraft takes back what was planned or asked for; the draft stays. There may be nothing any more: that is fine.
func (d *Desk) WithdrawDraft(ctx context.Context, who policy.Actor, id int64) error {
	if err := d.Judge.Check(who, policy.Configure, policy.Object{}); err != nil {
		return err
	}
	return d.DB.InTx(ctx, func(ctx context.Context, tx *db.DB) error {
		if _, err := tx.RuleDraft(ctx, id); err != nil {
			return err
		}
		dropped, err := tx.DropProposal(ctx, id)
		if err != nil || !dropped {
			return err
		}
		return d.audit(ctx, tx, who, db.AuditEntry{Action: db.DraftWithdrawn, Subject: "draft", SubjectID: id})
	})
}

func (d *Desk) tell(ctx context.Context, tx *db.DB, kind db.LetterKind, p db.Proposal, reader, by int64) error {
	person, err := tx.Person(ctx, reader)
	if err != nil {
		return err
	}
	return d.promiseLetter(ctx, tx, letter{Kind: kind, Reader: person, By: by, About: p.DraftID})
}

// publishDraftIn publishes a draft and removes it. Who asked for it is who publishes it.
func (d *Desk) publishDraftIn(ctx context.Context, tx *db.DB, who policy.Actor, draft db.RuleDraft, p db.Proposal) (int, error) {
	version, err := d.publishIn(ctx, tx, who, Publication{Source: draft.Source, Note: p.Note, Base: draft.BaseVersion, of: &p, draft: draft}, 0)
	if err != nil {
		return 0, err
	}
	return version, tx.DropRuleDraft(ctx, draft.ID, draft.Revision)
}

// Why a planned draft was not published: the end of its words' key in the catalogues.
const (
	FailedOvertaken = "overtaken" // somebody else published meanwhile
	FailedProblems  = "problems"  // it no longer holds to what is published, or an example is red
	FailedAlone     = "alone"     // rules came to need a second person meanwhile
	FailedPerson    = "person"    // who planned or approved it may no longer publish
)

// PublishPlanned publishes the drafts whose time has come, each once, however many copies are at it. Each is judged as it
// is now: one that can't be published stays a draft, and who planned it is told.
func (d *Desk) PublishPlanned(ctx context.Context) error {
	for {
		var p db.Proposal
		why := ""
		err := d.DB.InTx(ctx, func(ctx context.Context, tx *db.DB) error {
			var err error
			if p, err = tx.DueProposal(ctx, d.Clock()); err != nil {
				return err
			}
			return d.publishDue(ctx, tx, p)
		})
		switch {
		case errors.Is(err, db.ErrNotFound) && p.DraftID == 0:
			return nil
		case err == nil:
			continue
		case errors.As(err, new(Overtaken)), errors.Is(err, db.ErrStale):
			why = FailedOvertaken
		case errors.As(err, new(Unpublishable)), errors.As(err, new(Invalid)):
			why = FailedProblems
		case errors.Is(err, ErrSecondPerson):
			why = FailedAlone
		case errors.As(err, new(policy.Forbidden)):
			why = FailedPerson
		default:
			return err
		}
		if err := d.failPlanned(ctx, p, why); err != nil {
			return err
		}
	}
}

func (d *Desk) publishDue(ctx context.Context, tx *db.DB, p db.Proposal) error {
	who, err := d.administratorNow(ctx, tx, p.By.ID)
	if err != nil {
		return err
	}
	if p.ApprovedBy.ID != 0 {
		if _, err := d.administratorNow(ctx, tx, p.ApprovedBy.ID); err != nil {
			return err
		}
	}
	draft, err := tx.RuleDraft(ctx, p.DraftID)
	if err != nil {
		return err
	}
	_, err = d.publishDraftIn(ctx, tx, who, draft, p)
	return err
}

// administratorNow is somebody as they are now, if they may still configure; policy.Forbidden if not.
func (d *Desk) administratorNow(ctx context.Context, tx *db.DB, person int64) (policy.Actor, error) {
	now, err := tx.StaffRecord(ctx, person)
	if errors.Is(err, db.ErrNotFound) {
		return policy.Actor{}, policy.Forbidden{Action: policy.Configure}
	}
	if err != nil {
		return policy.Actor{}, err
	}
	who := policy.Actor{Person: now.Person, Grants: now.Grants}
	return who, d.Judge.Check(who, policy.Configure, policy.Object{})
}

// failPlanned says of a planned draft why it was not published, once, and tells who planned and who approved it.
func (d *Desk) failPlanned(ctx context.Context, p db.Proposal, why string) error {
	return d.DB.InTx(ctx, func(ctx context.Context, tx *db.DB) error {
		now, err := tx.Proposal(ctx, p.DraftID)
		if errors.Is(err, db.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		if now.State != db.Scheduled || now.Revision != p.Revision || !now.PublishAt.Equal(p.PublishAt) {
			return nil // somebody else was here
		}
		now.State, now.Word, now.WordAt = db.Failed, why, d.Clock()
		if err := tx.SaveProposal(ctx, now); err != nil {
			return err
		}
		readers := []int64{now.By.ID}
		if now.ApprovedBy.ID != 0 {
			readers = append(readers, now.ApprovedBy.ID)
		}
		for _, reader := range readers {
			if err := d.tell(ctx, tx, db.LetterDraftFailed, now, reader, 0); err != nil {
				return err
			}
		}
		d.Log.WarnContext(ctx, "planned rules were not published", "draft", p.DraftID, "why", why)
		return d.audit(ctx, tx, policy.Actor{}, db.AuditEntry{Action: db.DraftFailed, Subject: "draft", SubjectID: p.DraftID, Detail: map[string]any{"why": why}})
	})
}
