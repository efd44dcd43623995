package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"portico/db"
	"portico/rules"
)

// Lookup finds the facts that an example, or a decision asked for, only names: an account by its client number or its
// name where that is unique, a contact by e-mail address, and the present time as it is for an account.
func (d *Desk) Lookup(ctx context.Context) rules.Lookup { return d.lookup(ctx, d.DB) }

func (d *Desk) lookup(ctx context.Context, tx *db.DB) rules.Lookup {
	return rules.Lookup{
		Account: func(name string) (rules.AccountFacts, error) {
			account, err := accountCalled(ctx, tx, name)
			if err != nil {
				return rules.AccountFacts{}, err
			}
			at, _, err := tx.FormAccount(ctx, account.ClientNumber)
			return accountFacts(at), err
		},
		Contact: func(email string) (rules.ContactFacts, error) {
			person, err := tx.PersonByEmail(ctx, email)
			if errors.Is(err, db.ErrNotFound) || err == nil && person.Staff {
				return rules.ContactFacts{}, fmt.Errorf("there is no contact %q", email)
			}
			if err != nil {
				return rules.ContactFacts{}, err
			}
			in, err := tx.Contact(ctx, person.ID)
			if err != nil {
				return rules.ContactFacts{}, err
			}
			return contactFacts(in.Person, in.Grants), nil
		},
		Now: func(account rules.AccountFacts) rules.NowFacts {
			found, err := accountCalled(ctx, tx, account.ClientNumber)
			if err != nil {
				return rules.NowFacts{} // read like missing answers
			}
			calendar, err := tx.ReadCalendar(ctx)
			if err != nil {
				return rules.NowFacts{}
			}
			return calendar.Facts(d.Clock(), found.Zone())
		},
	}
}

func accountCalled(ctx context.Context, tx *db.DB, name string) (db.Account, error) {
	list, err := tx.AccountsCalled(ctx, name)
	if err != nil {
		return db.Account{}, err
	}
	switch len(list) {
	case 0:
		return db.Account{}, fmt.Errorf("there is no account %q", name)
	case 1:
		return list[0], nil
	}
	return db.Account{}, fmt.Errorf("several accounts are called %q: give the client number", name)
}

// accountFacts are what rules see of an account.
func accountFacts(a db.FormAccount) rules.AccountFacts {
	return rules.AccountFacts{Name: a.Name, ClientNumber: a.ClientNumber, Tier: a.Tier, Depth: a.Depth(), Path: a.Names}
}

// contactFacts are what rules see of a contact: each of their roles once, in the order of the matrix.
func contactFacts(p db.Person, grants []db.Grant) rules.ContactFacts {
	facts := rules.ContactFacts{Language: p.Language, Roles: []string{}}
	for _, role := range db.Roles {
		if slices.ContainsFunc(grants, func(g db.Grant) bool { return g.Role == role }) {
			facts.Roles = append(facts.Roles, string(role))
		}
	}
	return facts
}
