package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"portico/db"
	"portico/policy"
	"portico/rules"

	"github.com/google/uuid"
)

// Open is a form as it is submitted.
type Open struct {
	Ask
	Submission uuid.UUID // the form's own token: submitted twice, it opens one case
	Origin     string    // how it came in; empty: phone where staff open it, else the portal
	Draft      uuid.UUID // the mark of the draft that this is; none: it never was one
}

// errRepublished says that a form or rules were published while a case was decided.
var errRepublished = fmt.Errorf("something was just published: %w", db.ErrStale)

// Open opens a case: the answers are checked, the facts taken down, the live rules asked, and all of it is written at
// once. The same submission gives the same case, however often and however many times at once it comes. What is wrong
// with the answers is Invalid, by question; everything else is as with Sheet.
func (d *Desk) Open(ctx context.Context, who policy.Actor, in Open) (kase db.Case, err error) {
	if in.Submission == uuid.Nil {
		return db.Case{}, Invalid{"submission": {Code: rules.CodeMissing}}
	}
	err = d.undisturbed(ctx, func() error {
		kase, err = d.open(ctx, who, in)
		return err
	})
	if err != nil {
		// The same form may have been submitted before: then the token is taken, or the files are, or it is too late.
		kase, found := d.opened(ctx, who, in.Submission)
		if found == nil || errors.As(found, new(Invalid)) {
			return kase, found
		}
		return db.Case{}, err
	}
	d.tellDecision(ctx, kase)
	d.overWith(ctx, who, in)
	return kase, nil
}

// opened finds what the submission opened before. A token that somebody else used is nobody's business.
func (d *Desk) opened(ctx context.Context, who policy.Actor, submission uuid.UUID) (db.Case, error) {
	kase, err := d.DB.CaseBySubmission(ctx, submission)
	if err == nil && kase.OpenedBy != who.Person.ID {
		return db.Case{}, Invalid{"submission": {Code: rules.CodeNotOffered}}
	}
	return kase, err
}

// undisturbed has something decided by what is published, again when something else was published meanwhile: the last time
// with whoever publishes held off.
func (d *Desk) undisturbed(ctx context.Context, decide func() error) error {
	for range 3 {
		if err := decide(); !errors.Is(err, errRepublished) {
			return err
		}
	}
	return d.DB.InTx(ctx, func(ctx context.Context, tx *db.DB) error {
		if err := tx.LockShared(ctx, providerLock); err != nil {
			return err
		}
		return decide()
	})
}

func (d *Desk) open(ctx context.Context, who policy.Actor, in Open) (db.Case, error) {
	kase, s, err := d.decide(ctx, who, in)
	if err != nil {
		return db.Case{}, err
	}
	return kase, d.begin(ctx, &kase, s)
}

// decide makes the case of a form that is submitted, as the live rules decide it: all but written.
func (d *Desk) decide(ctx context.Context, who policy.Actor, in Open) (db.Case, asked, error) {
	s, err := d.sheet(ctx, who, in.Ask, rules.Submit, false)
	if err != nil {
		return db.Case{}, s, err
	}
	if invalid := d.invalid(s.Sheet, in.Ask); len(invalid) > 0 {
		return db.Case{}, s, invalid
	}
	if s.edition.Set == nil {
		return db.Case{}, s, errNoRules
	}
	kase := d.draw(who, in, s.Sheet)
	kase.ProductID = productFor(s.Form.Case, s.Filled.Answers, s.at.Installed)
	kase.Facts = s.facts(kase.CreatedAt)
	kase.RuleVersion, kase.Lexicon = s.edition.Rules, s.edition.LexiconID
	kase.Decision = s.edition.Set.Decide(kase.Facts)
	s.followed, err = d.obey(ctx, &kase, s)
	return kase, s, err
}

// invalid is what is wrong with a form that is submitted, by question.
func (d *Desk) invalid(s Sheet, in Ask) Invalid {
	invalid := Invalid{}
	if s.Requester.Person.ID == 0 {
		invalid["for"] = Complaint{Code: rules.CodeMissing}
	}
	for _, c := range s.Filled.Complaints {
		invalid[c.Key] = Complaint{Code: c.Code, Args: c.Args}
	}
	switch {
	case !s.TakesFiles(): // they are no answer to anything, and not saved
	case len(in.Files) > d.Limits().Files:
		invalid["files"] = Complaint{Code: "too_many_files", Args: map[string]any{"Max": d.Limits().Files}}
	case len(s.Files) < len(in.Files):
		invalid["files"] = Complaint{Code: "files_gone"}
	}
	return invalid
}

// draw makes the case of the answers, as far as nothing has to be decided for it.
func (d *Desk) draw(who policy.Actor, in Open, s Sheet) db.Case {
	now := d.Clock().UTC().Truncate(time.Microsecond) // as the database keeps it
	lang := s.Requester.Person.Language
	kase := db.Case{
		Item: s.Item.Key, FormVersion: s.Version, Type: s.Item.Type, Origin: in.Origin, State: db.New,
		RequesterID: s.Requester.Person.ID, OpenedBy: who.Person.ID, AccountID: s.Account.ID, Ancestors: s.Account.Path,
		ShortDescription: inOneLine(s.Form.ShortDescription(s.Filled.Answers, s.Offers, lang)),
		Description:      s.Filled.Answers.Text(s.Form.Case.Description),
		Answers:          s.Filled.Answers,
		CreatedAt:        now, UpdatedAt: now, Revision: 1, Submission: in.Submission,
	}
	if kase.ShortDescription == "" {
		kase.ShortDescription = s.Item.Name.In(lang)
	}
	if kase.Origin == "" {
		kase.Origin = "portal"
		if who.Staff() {
			kase.Origin = "phone"
		}
	}
	return kase
}

// productFor is the product that the case is about, where exactly one fits its services and locations; else 0. An
// answer that names no location fits them all.
func productFor(m rules.Mapping, a rules.Answers, installed []db.Installed) int64 {
	services := append(slices.Clone(a.List(m.Service)), a.List(m.AdditionalServices)...)
	locations := a.List(m.Locations)
	var found int64
	for _, p := range installed {
		if !slices.Contains(services, p.Service) || len(locations) > 0 && !slices.Contains(locations, p.Location) {
			continue
		}
		if found != 0 {
			return 0
		}
		found = p.ID
	}
	return found
}

// facts takes down what rules see, as it is now.
func (s asked) facts(now time.Time) rules.Facts {
	contact := contactFacts(s.Requester.Person, s.Requester.Grants)
	return s.edition.Vocabulary.NewFacts(s.Item.Key, s.Filled.Answers, accountFacts(s.at), contact, s.Calendar.Facts(now, s.Account.Zone()))
}

// begin writes the case with the first lines of its history, and tells who has to know.
func (d *Desk) begin(ctx context.Context, kase *db.Case, s asked) error {
	forOther := kase.RequesterID != kase.OpenedBy
	write := func(ctx context.Context, tx *db.DB) error {
		old, err := d.heldToFollow(ctx, tx, s)
		if err != nil {
			return err
		}
		opened, err := d.writeCase(ctx, tx, kase, s)
		if err != nil {
			return err
		}
		if err := d.link(ctx, tx, *kase, old); err != nil {
			return err
		}
		ids := make([]uuid.UUID, len(s.Files))
		for i, f := range s.Files {
			ids[i] = f.ID
		}
		if err := d.claim(ctx, tx, kase.OpenedBy, ids, opened); err != nil || !forOther && !s.at.Followed {
			return err
		}
		return d.promise(ctx, tx, *kase, opened)
	}
	if len(s.Files) == 0 && !forOther && !s.at.Followed && s.Follows.ID == 0 && len(kase.Decision.Outcomes.Notify) == 0 {
		return write(ctx, d.DB) // one statement, all or nothing by itself
	}
	return d.DB.InTx(ctx, write)
}

// tellDecision reports on a case that was decided: to the metrics, and to the log what kept rules from being asked.
func (d *Desk) tellDecision(ctx context.Context, kase db.Case) {
	select {
	case d.Opened <- struct{}{}:
	default: // whoever listens hears of it anyway
	}
	countDecision(kase.Item, kase.Decision)
	for _, f := range kase.Decision.Trace.Failed {
		d.Log.ErrorContext(ctx, "a rule failed and was passed over", "rule", f.Rule, "version", kase.RuleVersion,
			"case", kase.ID.String(), "error", fmt.Sprint(f.Error))
	}
}
