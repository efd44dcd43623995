package rules

import (
	"slices"
	"strings"
)

// ChosenAccount is the account that the raw answers choose, if it is one of those offered; the only one where there is
// but one and none was posted; else "". Ask it first: the other offers are those of the chosen account.
func (f *CompiledForm) ChosenAccount(raw map[string][]string, accounts []Option) string {
	posted := present(raw[f.Case.Account])
	switch {
	case f.Case.Account == "" || len(posted) > 1:
		return ""
	case len(posted) == 0 && len(accounts) == 1:
		return accounts[0].Value
	case len(posted) == 1 && slices.Contains(values(accounts), posted[0]):
		return posted[0]
	}
	return ""
}

// Fill reads posted answers. Questions are settled in their order, each seeing only answers that apply: so what an
// earlier answer rules out neither counts nor blocks, however long the chain.
func (f *CompiledForm) Fill(raw map[string][]string, offers Offers, mode Mode) Filled {
	r := &reading{form: f, raw: raw, offers: offers, mode: mode, env: map[string]any{}, wrong: map[string]bool{}, out: Filled{Answers: Answers{}}}
	for i, q := range f.Questions {
		r.know(q, nil)
		if r.holds(f.asked[i].when) {
			r.ask(i, q)
		}
	}
	return r.out
}

// reading is one pass over a form.
type reading struct {
	form   *CompiledForm
	raw    map[string][]string
	offers Offers
	mode   Mode
	env    map[string]any
	wrong  map[string]bool // questions that are complained of, or wait for such a one
	out    Filled
}

// know makes an answer visible to the conditions of later questions; nil is a missing one.
func (r *reading) know(q Question, value any) {
	typ := q.Kind.Type()
	path := "answers." + q.Key
	there := fits(typ, value)
	if !there {
		value = zero[typ]
	}
	r.env[path], r.env[has(path)] = value, there
}

// holds asks a condition of the form. One that fails at run time does not hold.
func (r *reading) holds(c *condition) bool {
	if c == nil {
		return true
	}
	ok, err := c.holds(r.env)
	return ok && err == nil
}

func (r *reading) ask(i int, q Question) {
	a := Asked{Question: q}
	if q.Kind == KindChoice || q.Kind == KindChoices {
		if needs := r.form.asked[i].needs; needs != "" && r.out.Answers[needs] == nil {
			if !r.asks(needs) {
				return // it would wait for ever
			}
			a.WaitsFor = needs
		} else {
			a.Offered = r.offered(i, q)
			if len(a.Offered) == 0 && !r.more(q) {
				return // there is nothing to ask
			}
		}
	}
	value, wrong := r.read(&a)
	waits := r.wrong[a.WaitsFor] // what it waits for is complained of already, and there is nothing to choose from
	if r.mode == Refresh || waits {
		wrong = nil
	}
	if value != nil && q.Kind != KindFiles {
		r.out.Answers[q.Key] = value
		r.know(q, value)
	}
	if value == nil && q.Required {
		a.Missing = true
		r.out.Missing = append(r.out.Missing, q.Key)
		if wrong == nil && r.mode == Submit && !waits {
			wrong = &Complaint{Code: CodeMissing}
		}
	}
	r.wrong[q.Key] = waits || wrong != nil
	if wrong != nil {
		wrong.Key = q.Key
		a.Wrong = wrong
		r.out.Complaints = append(r.out.Complaints, *wrong)
	}
	for n := range a.Offered {
		a.Offered[n].Chosen = slices.Contains(a.Values, a.Offered[n].Value)
	}
	r.out.Asked = append(r.out.Asked, a)
}

// asks tells whether an earlier question was asked.
func (r *reading) asks(key string) bool {
	return slices.ContainsFunc(r.out.Asked, func(a Asked) bool { return a.Key == key })
}

// more tells whether a question has other options than those that are offered.
func (r *reading) more(q Question) bool { return q.Source == FromAccounts && r.offers.MoreAccounts }

// offered are the options of a question, as earlier answers leave them.
func (r *reading) offered(i int, q Question) []Offered {
	var options []Option
	switch q.Source {
	case FromAccounts:
		options = r.offers.Accounts
	case FromLocations:
		options = r.offers.Locations
	case FromServices:
		options = r.offers.Services
	case FromIssueTypes:
		service := r.out.Answers.Text(r.form.Case.Service)
		options = r.offers.IssueTypes[r.offers.Families[service]]
	default:
		options = q.Options
	}
	taken := r.out.Answers.List(q.Except)
	out := make([]Offered, 0, len(options))
	for n, o := range options {
		if slices.Contains(taken, o.Value) {
			continue
		}
		if conditions := r.form.asked[i].options; n < len(conditions) && !r.holds(conditions[n]) {
			continue
		}
		offered := Offered{Option: o}
		if q.Source == FromContact && r.offers.Contact != nil {
			offered.Detail = r.offers.Contact[o.Value]
			offered.Unavailable = offered.Detail == ""
		}
		out = append(out, offered)
	}
	return out
}

// Settle leaves out of typed answers what would not apply, as Fill would, and sets ticks that apply and are not there
// to false. It asks nothing about offers.
func (f *CompiledForm) Settle(a Answers) Answers {
	r := &reading{form: f, env: map[string]any{}, out: Filled{Answers: Answers{}}}
	for i, q := range f.Questions {
		r.know(q, nil)
		if !r.holds(f.asked[i].when) {
			continue
		}
		value, ok := a[q.Key]
		if !ok && q.Kind == KindTick {
			value = false
		}
		if fits(q.Kind.Type(), value) {
			r.out.Answers[q.Key] = value
			r.know(q, value)
		}
	}
	return r.out.Answers
}

// present are the posted values that say something: an empty one stands for an option such as "please choose".
func present(posted []string) []string {
	var out []string
	for _, s := range posted {
		if s = strings.TrimSpace(s); s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}
