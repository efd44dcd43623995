package desk

import (
	"context"
	"errors"
	"maps"

	"portico/db"
	"portico/db/standard"
	"portico/policy"
	"portico/rules"

	"github.com/google/uuid"
)

// FirstRequest is what somebody asks for who is not signed in.
type FirstRequest struct {
	Name, Email string
	Raw         map[string][]string // the answers to the item's questions, as they were posted
	Language    string
	Client      string    // the client's address
	Submission  uuid.UUID // the form's own token: submitted twice, it opens one case
}

// SendRequest opens a case for somebody who is not signed in. It is filed under the reception and belongs to nobody, so that
// only staff see it, until whoever has the address uses the link that they are sent. Whether the address is somebody's
// already is found out when that mail is written: the answer is the same for every address, and takes as long.
//
// Invalid is by question, or of "name" and "email"; ErrNotFound says that nothing can be asked for without signing in.
func (d *Desk) SendRequest(ctx context.Context, in FirstRequest) (kase db.Case, err error) {
	ctx = db.AsSystem(ctx, "first request")
	open, err := d.Doors(ctx)
	switch {
	case err != nil:
		return db.Case{}, err
	case !open.GeneralRequest:
		return db.Case{}, db.ErrNotFound
	case in.Submission == uuid.Nil:
		return db.Case{}, Invalid{"submission": {Code: rules.CodeMissing}}
	}
	at, err := d.reception(ctx, d.DB)
	if err != nil {
		return db.Case{}, err
	}
	if kase, err := d.sentBefore(ctx, in.Submission); !errors.Is(err, db.ErrNotFound) {
		return kase, err
	}
	now, err := d.latest(ctx, d.DB)
	if err != nil {
		return db.Case{}, err
	}
	form := now.Items[standard.GeneralRequest.Key].Form
	if form == nil {
		return db.Case{}, db.ErrNotFound
	}
	in.Raw = maps.Clone(in.Raw)
	delete(in.Raw, form.Case.Account) // it is the reception's, whatever somebody sends
	delete(in.Raw, AccountWords(form.Case.Account))
	if err := d.judgeRequest(ctx, &in, at); err != nil {
		return db.Case{}, err
	}
	if err := d.knock(ctx, "first request", in.Client, in.Email); err != nil {
		return db.Case{}, err
	}
	err = d.undisturbed(ctx, func() error {
		kase, err = d.sendRequest(ctx, in, at)
		return err
	})
	if db.Violates(err, "cases_submission_key") { // the other half of a double click was quicker
		return d.sentBefore(ctx, in.Submission)
	}
	if err != nil {
		return db.Case{}, err
	}
	d.tellDecision(ctx, kase)
	return kase, nil
}

// sentBefore is the case that the same form opened before. A token that opened another kind of case is somebody else's.
func (d *Desk) sentBefore(ctx context.Context, submission uuid.UUID) (db.Case, error) {
	kase, err := d.DB.CaseBySubmission(ctx, submission)
	if err != nil {
		return db.Case{}, err
	}
	if _, err := d.DB.Claim(ctx, kase.ID); errors.Is(err, db.ErrNotFound) {
		return db.Case{}, Invalid{"submission": {Code: rules.CodeNotOffered}}
	} else if err != nil {
		return db.Case{}, err
	}
	return kase, nil
}

// ask is the request as a form of the item takes it. The account is not asked for, nor are there files.
func (in FirstRequest) ask() Ask { return Ask{Item: standard.GeneralRequest.Key, Raw: in.Raw} }

// judgeRequest says all that is wrong with a request at once, and makes name and address what they are to be kept as.
func (d *Desk) judgeRequest(ctx context.Context, in *FirstRequest, at Reception) error {
	s, err := d.sheet(ctx, at.sender(in.Language), in.ask(), rules.Submit, false)
	if err != nil {
		return err
	}
	invalid := d.invalid(s.Sheet, in.ask())
	invalid.take("name", &in.Name, FullName, in.Name)
	invalid.take("email", &in.Email, EmailAddress, in.Email)
	if len(invalid) > 0 {
		return invalid
	}
	return nil
}

func (d *Desk) sendRequest(ctx context.Context, in FirstRequest, at Reception) (db.Case, error) {
	kase, s, err := d.decide(ctx, at.sender(in.Language), Open{Ask: in.ask(), Submission: in.Submission, Origin: "portal"})
	if err != nil {
		return db.Case{}, err
	}
	err = d.DB.InTx(ctx, func(ctx context.Context, tx *db.DB) error {
		if _, err := d.writeCase(ctx, tx, &kase, s); err != nil {
			return err
		}
		claim := db.Claim{CaseID: kase.ID, Name: in.Name, Email: in.Email, Language: in.Language, CreatedAt: kase.CreatedAt}
		if err := tx.AddClaim(ctx, claim); err != nil {
			return err
		}
		reader := newcomer(in.Name, in.Email, in.Language)
		if err := d.promiseLetter(ctx, tx, letter{Kind: db.LetterFirstRequest, Reader: reader, About: int64(kase.ID), Case: kase.ID}); err != nil {
			return err
		}
		return d.audit(ctx, tx, policy.Actor{}, db.AuditEntry{Action: db.RequestSent, Subject: "case", SubjectID: int64(kase.ID), AccountID: kase.AccountID})
	})
	return kase, err
}

// RequestForm is the form of a first request as it stands before somebody who is not signed in: with what they typed and, in
// rules.Submit mode, what is wrong with it. What only people with an account can answer is not asked.
func (d *Desk) RequestForm(ctx context.Context, raw map[string][]string, mode rules.Mode) (Sheet, error) {
	open, err := d.Doors(ctx)
	if err != nil {
		return Sheet{}, err
	}
	now, err := d.latest(ctx, d.DB)
	if err != nil {
		return Sheet{}, err
	}
	item := now.Items[standard.GeneralRequest.Key]
	if !open.GeneralRequest || item.Form == nil {
		return Sheet{}, db.ErrNotFound
	}
	s := Sheet{Item: item.Item, Version: item.Version, Form: item.Form, Calendar: now.Calendar}
	s.Filled = item.Form.Fill(raw, s.Offers, mode)
	kept := s.Filled.Asked[:0]
	for _, q := range s.Filled.Asked {
		if q.Key != item.Form.Case.Account && q.Kind != rules.KindFiles {
			kept = append(kept, q)
		}
	}
	s.Filled.Asked = kept
	return s, nil
}
