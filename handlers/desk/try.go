package desk

import (
	"context"
	"errors"
	"strings"

	"portico/db"
	"portico/policy"
	"portico/rules"
)

// Trial is a form as it would be filled in by a contact, at an account; nothing comes of it.
type Trial struct {
	Item    string
	Contact string // e-mail address; empty: nobody is known, and the contact's facts read like missing answers
	Account string // client number or name; empty: of the contact's accounts, or of some, the one that the form chooses
	Raw     map[string][]string
}

// Tried is a trial as far as it goes: the form as it then stands, and the facts that rules would see.
type Tried struct {
	Form   *rules.CompiledForm
	Filled rules.Filled
	Offers rules.Offers
	Facts  rules.Facts
}

// Try fills in a form without opening a case, for administrators who want to know what rules make of it. It is Invalid
// where there is no such contact or account; what is tried is there nonetheless, without them.
func (d *Desk) Try(ctx context.Context, who policy.Actor, in Trial) (Tried, error) {
	if err := d.Judge.Check(who, policy.Configure, policy.Object{}); err != nil {
		return Tried{}, err
	}
	now, err := d.live(ctx, d.DB)
	if err != nil {
		return Tried{}, err
	}
	item, known := now.Vocabulary.Item(in.Item)
	if !known || item.Form == nil {
		return Tried{}, db.ErrNotFound
	}
	t := &trying{desk: d, Trial: in, edition: now, wrong: Invalid{}}
	out := Tried{Form: item.Form}
	if err := errors.Join(t.findContact(ctx), t.findAccount(ctx, item.Form)); err != nil {
		return Tried{}, err
	}
	out.Offers = t.offers()
	out.Filled = item.Form.Fill(in.Raw, out.Offers, rules.Refresh)
	out.Facts = t.facts(out.Filled.Answers)
	if len(t.wrong) > 0 {
		return out, t.wrong
	}
	return out, nil
}

type trying struct {
	Trial
	desk     *Desk
	edition  *edition
	contact  policy.Actor     // nobody if none is named
	accounts []db.AccountLine // to choose from
	account  db.FormAccount   // the chosen one; zero while there is none
	wrong    Invalid
}

func (t *trying) findContact(ctx context.Context) error {
	if t.Contact = strings.TrimSpace(t.Contact); t.Contact == "" {
		return nil
	}
	p, err := t.desk.DB.PersonByEmail(ctx, CleanText(t.Contact))
	if err == nil {
		var in db.SignedIn
		if in, err = t.desk.DB.Contact(ctx, p.ID); err == nil {
			t.contact = policy.Actor{Person: in.Person, Home: in.Home, Grants: in.Grants}
			t.accounts, err = t.desk.DB.AccountLines(ctx, t.desk.Judge.Accounts(t.contact, policy.Open), accountsListed)
		}
	}
	if errors.Is(err, db.ErrNotFound) {
		t.wrong["contact"] = Complaint{Code: "rules.try.no-contact"}
		return nil
	}
	return err
}

func (t *trying) findAccount(ctx context.Context, form *rules.CompiledForm) error {
	if t.Account == "" && t.Contact == "" && form.Case.Account != "" {
		var err error
		if t.accounts, err = t.desk.DB.AccountLines(ctx, db.AccountScope{All: true}, accountsListed); err != nil {
			return err
		}
	}
	if name := CleanText(strings.TrimSpace(t.Account)); name != "" {
		list, err := t.desk.DB.AccountsCalled(ctx, name)
		switch {
		case err != nil:
			return err
		case len(list) == 0:
			t.wrong["account"] = Complaint{Code: "rules.try.no-account"}
		case len(list) > 1:
			t.wrong["account"] = Complaint{Code: "rules.try.many-accounts"}
		default:
			t.accounts = []db.AccountLine{line(list[0])}
		}
	}
	number := form.ChosenAccount(t.Raw, options(t.accounts...))
	if form.Case.Account == "" && len(t.accounts) > 0 {
		number = t.accounts[0].ClientNumber
		if t.contact.Home.ID != 0 && t.Account == "" {
			number = t.contact.Home.ClientNumber
		}
	}
	var err error
	if number != "" {
		t.account, _, err = t.desk.DB.FormAccount(ctx, number)
	}
	return err
}

// offers are what the account has. A form that asks for none offers all services that any account could have.
func (t *trying) offers() rules.Offers {
	o := t.account.Offers()
	if t.account.ID == 0 {
		for _, s := range t.edition.World.Services {
			o.Services = append(o.Services, rules.Option{Value: s.Name})
			o.Families[s.Name] = s.Family
		}
	}
	o.IssueTypes = t.edition.IssueTypes
	o.Accounts = options(t.accounts...)
	if t.contact.Person.ID != 0 {
		o.Contact = map[string]string{"email": t.contact.Person.Email, "phone": t.contact.Person.Phone}
	}
	return o
}

func (t *trying) facts(a rules.Answers) rules.Facts {
	var account rules.AccountFacts
	var contact rules.ContactFacts
	var now rules.NowFacts
	if t.account.ID != 0 {
		account = accountFacts(t.account)
		now = t.edition.Calendar.Facts(t.desk.Clock(), t.account.Zone())
	}
	if t.contact.Person.ID != 0 {
		contact = contactFacts(t.contact.Person, t.contact.Grants)
	}
	return t.edition.Vocabulary.NewFacts(t.Item, a, account, contact, now)
}
