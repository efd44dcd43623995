package desk

import (
	"context"
	"maps"
	"slices"
	"strings"

	"portico/db"
	"portico/policy"
	"portico/rules"
)

const (
	accountsListed = 100 // how many accounts are listed to choose from; where there are more, they are looked for
	longestSearch  = 100 // in characters
)

// AccountsFound is how many of the accounts that are looked for are shown.
const AccountsFound = 10

// AccountWords is the name under which the words are posted by which an account is looked for. No question is called so.
func AccountWords(question string) string { return question + ".words" }

// AccountSearch is the search for an account where there are too many to list them.
type AccountSearch struct {
	Words string
	Found int  // how many of the accounts that have such words are shown
	More  bool // there are more of them
}

// picking is how a form comes by its account.
type picking struct {
	desk      *Desk
	requester policy.Actor
	within    db.AccountScope // the accounts that may be chosen
	form      *rules.CompiledForm
	raw       map[string][]string // with the account that was chosen without being posted
	typing    bool
	anybody   bool // nobody need be the requester: it is only tried

	chosen  db.FormAccount // zero while there is none
	offered []rules.Option
	search  *AccountSearch
}

// choose reads the account that the answers choose, if it is one that may be chosen. The revision is that of what is
// published at the time.
func (p *picking) choose(ctx context.Context) (revision int64, err error) {
	at, revision, err := p.desk.DB.FormAccount(ctx, p.number())
	if err == nil && p.within.Holds(at.Path) {
		p.chosen = at
	}
	return revision, err
}

// number is the client number of the account that is meant.
func (p *picking) number() string {
	home := p.requester.Home
	switch posted := p.posted(); {
	case p.form == nil || p.requester.Person.ID == 0 && !p.anybody || len(posted) > 1:
		return ""
	case p.form.Case.Account == "": // a form that doesn't ask is about one's own account
		return home.ClientNumber
	case len(posted) == 1:
		return posted[0]
	case p.onlyHome():
		return home.ClientNumber
	case p.typing:
		return ""
	}
	return p.words() // a client number that was typed as it is means that account
}

func (p *picking) posted() (list []string) {
	if p.form == nil {
		return nil
	}
	for _, s := range p.raw[p.form.Case.Account] {
		if s = CleanText(s); s != "" && !slices.Contains(list, s) {
			list = append(list, s)
		}
	}
	return list
}

// words are those by which an account is looked for.
func (p *picking) words() string {
	words := []rune(CleanText(strings.Join(p.raw[AccountWords(p.form.Case.Account)], " ")))
	return string(words[:min(len(words), longestSearch)])
}

// onlyHome tells whether there is nothing to choose but the requester's own account.
func (p *picking) onlyHome() bool {
	in := p.within
	return !in.All && len(in.Branches) == 0 && len(in.Accounts) == 1 && in.Accounts[0] == p.requester.Home.ID
}

// offer finds the accounts to choose from: the chosen one alone where they are not to be shown.
func (p *picking) offer(ctx context.Context, shown bool) error {
	chosen, home := line(p.chosen.Account), line(p.requester.Home)
	switch {
	case p.form.Case.Account == "":
		return nil
	case p.onlyHome():
		p.offered = options(home)
		return nil
	case !shown && p.chosen.ID != 0:
		p.offered = options(chosen)
		p.take()
		return nil
	}
	list, err := p.desk.DB.AccountLines(ctx, p.within, accountsListed+1)
	if err != nil {
		return err
	}
	if len(list) <= accountsListed {
		p.offered = options(list...)
		if only := p.form.ChosenAccount(p.raw, p.offered); p.chosen.ID == 0 && only != "" {
			p.chosen, _, err = p.desk.DB.FormAccount(ctx, only)
		}
		p.take()
		return err
	}
	p.search = &AccountSearch{Words: p.words()}
	found, err := p.desk.DB.FindAccounts(ctx, p.within, p.search.Words, AccountsFound+1)
	if err != nil {
		return err
	}
	p.search.Found, p.search.More = min(len(found), AccountsFound), len(found) > AccountsFound
	found = found[:p.search.Found]
	if p.search.Words == "" && home.ID != 0 && p.within.Holds(p.requester.Home.Path) {
		found = append(found, home) // the likeliest one, before anything is typed
	}
	if p.chosen.ID != 0 {
		found = slices.DeleteFunc(found, func(a db.AccountLine) bool { return a.ID == chosen.ID })
		found = append([]db.AccountLine{chosen}, found...)
	}
	p.offered = options(found...)
	p.take()
	return nil
}

// take answers the question for the account by the one that is chosen, if that was not posted.
func (p *picking) take() {
	if p.chosen.ID == 0 || len(p.posted()) > 0 {
		return
	}
	p.raw = maps.Clone(p.raw)
	if p.raw == nil {
		p.raw = map[string][]string{}
	}
	p.raw[p.form.Case.Account] = []string{p.chosen.ClientNumber}
}

func line(a db.Account) db.AccountLine {
	return db.AccountLine{ID: a.ID, Name: a.Name, ClientNumber: a.ClientNumber}
}

func options(accounts ...db.AccountLine) []rules.Option {
	var out []rules.Option
	for _, a := range accounts {
		out = append(out, rules.Option{Value: a.ClientNumber, Label: rules.Text{"en": a.Name}})
	}
	return out
}
