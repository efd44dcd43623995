package desk

import (
	"context"
	"errors"
	"slices"

	"portico/db"
	"portico/policy"
	"portico/rules"

	"github.com/google/uuid"
)

var errNoRules = errors.New("no rule set is published")

// Ask is a form as somebody fills it in.
type Ask struct {
	Item  string
	For   int64               // the contact the case will be for; 0: for oneself
	Raw   map[string][]string // what was posted, by question
	Files []uuid.UUID         // uploaded for it so far
}

// Sheet is a form as it stands before somebody: the questions that apply, with what may be chosen and what was typed.
type Sheet struct {
	Item      db.Item
	Version   int64 // the form version's id
	Form      *rules.CompiledForm
	Requester policy.Actor // whom the case will be for; nobody while staff have not chosen a caller
	ForOther  bool         // the requester is somebody else than who fills it in
	MayChoose bool         // who fills it in may open it for somebody else
	Offers    rules.Offers
	Filled    rules.Filled
	Account   db.Account  // the chosen one; zero while there is none
	Files     []db.File   // of those uploaded, the ones that are there
	Calendar  db.Calendar // when the provider works
}

// Sheet follows a form that is being filled in: choices follow the answers before them, and what no longer fits is
// dropped. In rules.Submit mode it also says what is wrong, as Open would.
//
// It is policy.Forbidden to those who may open no case at all, or not for that contact's accounts; and db.ErrNotFound if
// there is no such item, or no such contact within reach.
func (d *Desk) Sheet(ctx context.Context, who policy.Actor, in Ask, mode rules.Mode) (Sheet, error) {
	s, _, err := d.sheet(ctx, d.DB, who, in, mode)
	return s, err
}

func (d *Desk) sheet(ctx context.Context, tx *db.DB, who policy.Actor, in Ask, mode rules.Mode) (Sheet, []db.Installed, error) {
	if !d.Judge.May(who, policy.Open) {
		return Sheet{}, nil, policy.Forbidden{Action: policy.Open}
	}
	var s Sheet
	var err error
	if s.Item, s.Version, err = tx.Item(ctx, in.Item); err != nil {
		return Sheet{}, nil, err
	}
	if s.Version == 0 {
		return Sheet{}, nil, db.ErrNotFound
	}
	if s.Form, err = d.formVersion(ctx, tx, s.Version); err != nil {
		return Sheet{}, nil, err
	}
	s.MayChoose = d.Judge.May(who, policy.OpenFor)
	if s.Requester, err = d.requester(ctx, tx, who, in.For); err != nil {
		return Sheet{}, nil, err
	}
	s.ForOther = s.Requester.Person.ID != who.Person.ID
	if s.Requester.Person.ID == 0 {
		return s, nil, nil // a caller has to be chosen first
	}
	accounts, err := d.accountsToOpenAt(ctx, tx, who, s.Requester)
	if err != nil {
		return Sheet{}, nil, err
	}
	if len(accounts) == 0 {
		return Sheet{}, nil, policy.Forbidden{Action: policy.Open}
	}
	var offered []rules.Option
	for _, a := range accounts {
		offered = append(offered, rules.Option{Value: a.ClientNumber, Label: rules.Text{"en": a.Name}})
	}
	number := s.Form.ChosenAccount(in.Raw, offered)
	if s.Form.Case.Account == "" {
		number = s.Requester.Home.ClientNumber // a form that doesn't ask is about one's own account
	}
	if i := slices.IndexFunc(accounts, func(a db.Account) bool { return a.ClientNumber == number }); i >= 0 {
		s.Account = accounts[i]
	}
	var has db.AccountOffers
	if s.Account.ID != 0 {
		if has, err = tx.AccountOffers(ctx, s.Account.ID); err != nil {
			return Sheet{}, nil, err
		}
	}
	s.Offers = has.Offers()
	s.Offers.Accounts = offered
	s.Offers.Contact = map[string]string{"email": s.Requester.Person.Email, "phone": s.Requester.Person.Phone}
	if s.Files, err = tx.Uploads(ctx, who.Person.ID, in.Files); err != nil {
		return Sheet{}, nil, err
	}
	if s.Calendar, err = tx.ReadCalendar(ctx); err != nil {
		return Sheet{}, nil, err
	}
	s.Filled = s.Form.Fill(withFiles(s.Form, in.Raw, s.Files), s.Offers, mode)
	if !s.TakesFiles() {
		s.Files = nil
	}
	return s, has.Installed, nil
}

// TakesFiles tells whether the form asks for files, as it stands.
func (s Sheet) TakesFiles() bool {
	return slices.ContainsFunc(s.Filled.Asked, func(q rules.Asked) bool { return q.Kind == rules.KindFiles })
}

// withFiles answers the form's question for files by those that are there.
func withFiles(form *rules.CompiledForm, raw map[string][]string, files []db.File) map[string][]string {
	i := slices.IndexFunc(form.Questions, func(q rules.Question) bool { return q.Kind == rules.KindFiles })
	if i < 0 {
		return raw
	}
	out := make(map[string][]string, len(raw)+1)
	for key, values := range raw {
		out[key] = values
	}
	delete(out, form.Questions[i].Key)
	for _, f := range files {
		out[form.Questions[i].Key] = append(out[form.Questions[i].Key], f.ID.String())
	}
	return out
}

// requester is whom a case will be for: oneself, or a contact within reach for whom one may open it. It is nobody where
// staff, who have no cases of their own, have not said for whom.
func (d *Desk) requester(ctx context.Context, tx *db.DB, who policy.Actor, id int64) (policy.Actor, error) {
	switch {
	case !who.Staff() && (id == 0 || id == who.Person.ID):
		return who, nil
	case id == 0:
		return policy.Actor{}, nil
	}
	in, err := tx.Contact(ctx, id)
	if err != nil {
		return policy.Actor{}, err
	}
	if !d.Judge.Accounts(who, policy.OpenFor).Holds(in.Home.Path) {
		return policy.Actor{}, db.ErrNotFound
	}
	return policy.Actor{Person: in.Person, Home: in.Home, Grants: in.Grants}, nil
}

// accountsToOpenAt are those at which the requester may open a case and, if that is somebody else, at which one may do
// so for them.
func (d *Desk) accountsToOpenAt(ctx context.Context, tx *db.DB, who, requester policy.Actor) ([]db.Account, error) {
	accounts, err := tx.AccountsWithin(ctx, d.Judge.Accounts(requester, policy.Open))
	if err != nil || who.Person.ID == requester.Person.ID {
		return accounts, err
	}
	mine := d.Judge.Accounts(who, policy.OpenFor)
	return slices.DeleteFunc(accounts, func(a db.Account) bool { return !mine.Holds(a.Path) }), nil
}

// Callers finds contacts for whom one may open a case, by words of their name, address or account.
func (d *Desk) Callers(ctx context.Context, who policy.Actor, words string) ([]db.Caller, error) {
	within := d.Judge.Accounts(who, policy.OpenFor)
	if within.Empty() {
		return nil, policy.Forbidden{Action: policy.OpenFor}
	}
	return d.DB.Callers(ctx, within, words, CallersShown+1)
}

// CallersShown is how many callers a search shows; one more than that tells that there are more.
const CallersShown = 20
