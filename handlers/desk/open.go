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
}

// errRepublished says that a form was published between two looks at it.
var errRepublished = errors.New("the form was just published anew")

// Open opens a case: the answers are checked, the facts taken down, the live rules asked, all in one transaction. The
// same submission gives the same case, however often and however many times at once it comes. What is wrong with the
// answers is Invalid, by question; everything else is as with Sheet.
func (d *Desk) Open(ctx context.Context, who policy.Actor, in Open) (db.Case, error) {
	kase, err := d.opened(ctx, who, in.Submission)
	if err == nil || !errors.Is(err, db.ErrNotFound) {
		return kase, err
	}
	for range 3 {
		err = d.DB.InTx(ctx, func(ctx context.Context, tx *db.DB) (err error) {
			kase, err = d.open(ctx, tx, who, in)
			return err
		})
		if !errors.Is(err, errRepublished) {
			break
		}
	}
	if err != nil {
		// Another submit of the same form may have been quicker: then the token is taken, or the files are.
		if taken := db.Violates(err, "cases_submission_key"); taken || errors.As(err, new(Invalid)) {
			if kase, found := d.opened(ctx, who, in.Submission); found == nil || taken {
				return kase, found
			}
		}
		return db.Case{}, err
	}
	d.tellDecision(ctx, kase)
	return kase, nil
}

// opened finds what the submission opened before. A token that somebody else used is nobody's business.
func (d *Desk) opened(ctx context.Context, who policy.Actor, submission uuid.UUID) (db.Case, error) {
	if submission == uuid.Nil {
		return db.Case{}, Invalid{"submission": {Code: rules.CodeMissing}}
	}
	kase, err := d.DB.CaseBySubmission(ctx, submission)
	if err == nil && kase.OpenedBy != who.Person.ID {
		return db.Case{}, Invalid{"submission": {Code: rules.CodeNotOffered}}
	}
	return kase, err
}

func (d *Desk) open(ctx context.Context, tx *db.DB, who policy.Actor, in Open) (db.Case, error) {
	s, installed, err := d.sheet(ctx, tx, who, in.Ask, rules.Submit)
	if err != nil {
		return db.Case{}, err
	}
	if invalid := d.invalid(s, in.Ask); len(invalid) > 0 {
		return db.Case{}, invalid
	}
	live, err := d.live(ctx, tx)
	switch {
	case err != nil:
		return db.Case{}, err
	case live.Set == nil:
		return db.Case{}, errNoRules
	case live.Forms[s.Item.Key] != s.Version:
		return db.Case{}, errRepublished
	}
	kase := d.draw(who, in, s)
	kase.ProductID = productFor(s.Form.Case, s.Filled.Answers, installed)
	if kase.Facts, err = d.facts(ctx, tx, s, live, kase.CreatedAt); err != nil {
		return db.Case{}, err
	}
	kase.RuleVersion = live.Rules
	kase.Decision = live.Set.Decide(kase.Facts)
	if err := d.obey(ctx, tx, &kase, s); err != nil {
		return db.Case{}, err
	}
	if err := tx.InsertCase(ctx, &kase); err != nil {
		return db.Case{}, err
	}
	return kase, d.begin(ctx, tx, kase, s.Files)
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
	case len(in.Files) > d.Limit.Files:
		invalid["files"] = Complaint{Code: "too_many_files", Args: map[string]any{"Max": d.Limit.Files}}
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
		ShortDescription: s.Form.ShortDescription(s.Filled.Answers, s.Offers, lang),
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
func (d *Desk) facts(ctx context.Context, tx *db.DB, s Sheet, live *edition, now time.Time) (rules.Facts, error) {
	account, err := accountFacts(ctx, tx, s.Account)
	if err != nil {
		return rules.Facts{}, err
	}
	contact := contactFacts(s.Requester.Person, s.Requester.Grants)
	return live.Vocabulary.NewFacts(s.Item.Key, s.Filled.Answers, account, contact, s.Calendar.Facts(now, s.Account.Zone())), nil
}

// obey makes the case what the rules decided.
func (d *Desk) obey(ctx context.Context, tx *db.DB, kase *db.Case, s Sheet) error {
	outcomes := kase.Decision.Outcomes
	kase.Priority = db.Priority(outcomes.Priority)
	kase.Tags = append([]string{}, outcomes.Tags...)
	queue, found, err := tx.QueueNamed(ctx, outcomes.Queue)
	if err != nil {
		return err
	}
	if !found {
		d.Log.ErrorContext(ctx, "rules name a queue that is not there", "queue", outcomes.Queue, "instead", queue.Name)
	}
	kase.QueueID = queue.ID
	kase.DueAt, err = dueBy(ctx, tx, s.Calendar, kase.Priority, s.Account.Tier, s.Account.Zone(), kase.CreatedAt)
	return err
}

// begin writes the first lines of the case's history, and tells who has to know.
func (d *Desk) begin(ctx context.Context, tx *db.DB, kase db.Case, files []db.File) error {
	opened := db.Event{At: kase.CreatedAt, PersonID: kase.OpenedBy, Kind: db.Opened, Body: kase.Description}
	if err := d.record(ctx, tx, &opened, &kase); err != nil {
		return err
	}
	decided := db.Event{CaseID: kase.ID, At: kase.CreatedAt, Kind: db.Decided, Internal: true}
	if err := tx.InsertEvent(ctx, &decided); err != nil {
		return err
	}
	ids := make([]uuid.UUID, len(files))
	for i, f := range files {
		ids[i] = f.ID
	}
	switch err := tx.ClaimFiles(ctx, kase.OpenedBy, ids, opened); {
	case errors.Is(err, db.ErrNotFound):
		return Invalid{"files": {Code: "files_gone"}}
	case err != nil:
		return err
	}
	return d.promise(ctx, tx, kase, opened)
}

// tellDecision reports on a case that was decided: to the metrics, and to the log what kept rules from being asked.
func (d *Desk) tellDecision(ctx context.Context, kase db.Case) {
	countDecision(kase.Item, kase.Decision)
	for _, f := range kase.Decision.Trace.Failed {
		d.Log.ErrorContext(ctx, "a rule failed and was passed over", "rule", f.Rule, "version", kase.RuleVersion,
			"case", kase.ID.String(), "error", fmt.Sprint(f.Error))
	}
}
