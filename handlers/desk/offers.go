package desk

import (
	"context"
	"errors"
	"maps"
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
	Raw   map[string][]string // what was posted, by question; see AccountWords too
	Files []uuid.UUID         // uploaded for it so far

	// Follows is the case that is followed up; 0: none. See FollowUp.
	Follows db.Number

	// Typing says that words are still being typed by which an account is looked for: a whole client number among them
	// chooses nothing yet.
	Typing bool
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
	Search    *AccountSearch // where there are too many accounts to list them; else nil
	Filled    rules.Filled
	Account   db.Account  // the chosen one; zero while there is none
	Files     []db.File   // of those uploaded, the ones that are there
	Calendar  db.Calendar // when the provider works
	Follows   db.Case     // that is followed up; zero: none
}

// Sheet follows a form that is being filled in: choices follow the answers before them, and what no longer fits is
// dropped. In rules.Submit mode it also says what is wrong, as Open would.
//
// It is policy.Forbidden to those who may open no case at all, or not for that contact's accounts; and db.ErrNotFound if
// there is no such item, or no such contact within reach.
func (d *Desk) Sheet(ctx context.Context, who policy.Actor, in Ask, mode rules.Mode) (Sheet, error) {
	a, err := d.sheet(ctx, who, in, mode, true)
	return a.Sheet, err
}

// asked is a sheet with what is known of it beyond what is shown.
type asked struct {
	Sheet
	edition *edition       // it was made of this, which was live when the account was read
	at      db.FormAccount // the chosen account; zero while there is none

	followed []db.Followed // of what was decided, once it is
}

// sheet makes a sheet. One that is not to be shown does without the accounts that were not chosen.
func (d *Desk) sheet(ctx context.Context, who policy.Actor, in Ask, mode rules.Mode, shown bool) (asked, error) {
	if !d.Judge.May(who, policy.Open) {
		return asked{}, policy.Forbidden{Action: policy.Open}
	}
	requester, err := d.requester(ctx, who, in.For)
	if err != nil {
		return asked{}, err
	}
	follows, err := d.follows(ctx, d.DB, who, in)
	if err != nil {
		return asked{}, err
	}
	p := picking{desk: d, requester: requester, raw: in.Raw, typing: in.Typing, within: d.accountsToOpenAt(who, requester)}
	now, err := d.latest(ctx, d.DB)
	if err != nil {
		return asked{}, err
	}
	for {
		p.form = now.Items[in.Item].Form
		revision, err := p.choose(ctx)
		if err != nil {
			return asked{}, err
		}
		if revision == now.Revision {
			break
		}
		if now, err = d.live(ctx, d.DB); err != nil {
			return asked{}, err
		}
	}
	if p.form == nil {
		return asked{}, db.ErrNotFound
	}
	item := now.Items[in.Item]
	s := asked{edition: now, Sheet: Sheet{
		Item: item.Item, Version: item.Version, Form: item.Form, Calendar: now.Calendar, Follows: follows,
		Requester: requester, ForOther: requester.Person.ID != who.Person.ID, MayChoose: d.Judge.May(who, policy.OpenFor),
	}}
	switch {
	case requester.Person.ID == 0:
		return s, nil // a caller has to be chosen first
	case p.within.Empty():
		return asked{}, policy.Forbidden{Action: policy.Open}
	}
	if err := p.offer(ctx, shown); err != nil {
		return asked{}, err
	}
	s.at, s.Account, s.Search = p.chosen, p.chosen.Account, p.search
	s.Offers = p.chosen.Offers()
	s.Offers.Accounts, s.Offers.MoreAccounts, s.Offers.IssueTypes = p.offered, p.search != nil, now.IssueTypes
	s.Offers.Contact = map[string]string{"email": requester.Person.Email, "phone": requester.Person.Phone}
	if s.Files, err = d.DB.Uploads(ctx, who.Person.ID, in.Files); err != nil {
		return asked{}, err
	}
	s.Filled = s.Form.Fill(withFiles(s.Form, p.raw, s.Files), s.Offers, mode)
	if !s.TakesFiles() {
		s.Files = nil
	}
	return s, nil
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
	out := maps.Clone(raw)
	if out == nil {
		out = map[string][]string{}
	}
	delete(out, form.Questions[i].Key)
	for _, f := range files {
		out[form.Questions[i].Key] = append(out[form.Questions[i].Key], f.ID.String())
	}
	return out
}

// requester is whom a case will be for: oneself, or a contact within reach for whom one may open it. It is nobody where
// staff, who have no cases of their own, have not said for whom.
func (d *Desk) requester(ctx context.Context, who policy.Actor, id int64) (policy.Actor, error) {
	switch {
	case !who.Staff() && (id == 0 || id == who.Person.ID):
		return who, nil
	case id == 0:
		return policy.Actor{}, nil
	}
	in, err := d.DB.Contact(ctx, id)
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
func (d *Desk) accountsToOpenAt(who, requester policy.Actor) db.AccountScope {
	if who.Person.ID == requester.Person.ID {
		return d.Judge.Accounts(who, policy.Open)
	}
	return d.Judge.AccountsOfBoth(requester, policy.Open, who, policy.OpenFor)
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
