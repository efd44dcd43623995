package rules

import (
	"context"
	"slices"
	"strconv"
)

// sample is a form that was filled in, with what the rules make of it.
type sample struct {
	item  int
	facts Facts
	model []bool // of the solver
	holds []bool // beside the rules, those that are off too
	first [5]int // beside SingleOutcomes: the rule that sets it; AtDefault: none does
}

// env is facts as conditions read them, all of them.
func (w *space) env(f *Facts) map[string]any {
	env := make(map[string]any, 2*len(w.set.vocabulary.facts))
	for _, r := range w.set.vocabulary.facts {
		value := r.read(f)
		there := fits(r.Type, value)
		if !there {
			value = zero[r.Type]
		}
		env[r.Path], env[r.has] = value, there
	}
	return env
}

// take makes a sample of a model: it fills in the form, sends it, and asks the rules. It is nil where that can't be done
// as the model has it.
func (w *space) take(model []bool) *sample {
	holds := func(l lit) bool { return model[l.variable()] != l.negative() }
	at := slices.IndexFunc(w.items, holds)
	if at < 0 {
		return nil
	}
	item := w.set.vocabulary.world.Items[at]
	raw := map[string][]string{}
	for _, q := range item.Form.Questions {
		if q.Kind == KindFiles {
			raw[q.Key] = []string{"file"}
		} else if d := w.domains["answers."+q.Key]; d != nil {
			raw[q.Key] = d.posted(holds)
		}
	}
	filled := item.Form.Fill(raw, w.offers(holds), Submit)
	if !filled.Complete() {
		return nil
	}
	s := &sample{item: at, model: model, facts: w.set.vocabulary.NewFacts(item.Key, filled.Answers, AccountFacts{ClientNumber: assumed}, ContactFacts{Language: languages[0]}, NowFacts{Weekday: weekdays[0]})}
	for _, d := range w.domains {
		if Assumable(d.Path) {
			if s.facts.take(d.Path, d.value(holds)) != nil {
				return nil
			}
		}
	}
	s.facts.Account.Path = w.path(s.facts.Account)
	w.judge(s)
	return s
}

// judge asks each rule: those that are on as they are when a case is decided.
func (w *space) judge(s *sample) {
	f, out := &s.facts, make([]bool, len(w.set.rules))
	verdict := w.decider.Decide(f)
	for _, at := range verdict.Held {
		out[at] = true
	}
	for n, outcome := range SingleOutcomes {
		s.first[n] = AtDefault
		if by := verdict.Rules(outcome); len(by) > 0 {
			s.first[n] = by[0]
		}
	}
	var env map[string]any
	for i, r := range w.set.rules {
		if r.Off && r.condition != nil {
			if env == nil {
				env = w.env(f)
			}
			out[i] = w.real(r.condition, env)
		}
	}
	s.holds = out
}

// real asks a condition of facts.
func (w *space) real(c *condition, env map[string]any) bool {
	if c.fails {
		holds, err := c.holds(env)
		return holds && err == nil
	}
	return w.evaluate(c.formula, env, nil)
}

// evaluate asks a formula of facts, with some atoms read as something else.
func (w *space) evaluate(f *formula, env map[string]any, instead func(*atom) (holds, ok bool)) bool {
	switch f.op {
	case opAtom:
		if instead != nil {
			if holds, ok := instead(f.atom); ok {
				return holds
			}
		}
		program, known := w.programs[f.atom.key]
		if !known {
			program = w.program(f.atom)
			w.programs[f.atom.key] = program
		}
		return run(program, env)
	case opNot:
		return !w.evaluate(f.subs[0], env, instead)
	case opAnd, opOr:
		for _, sub := range f.subs {
			if w.evaluate(sub, env, instead) != (f.op == opAnd) {
				return f.op == opOr
			}
		}
		return f.op == opAnd
	}
	return f.op == opTrue
}

// value is what a fact is in a model; nil where it is missing.
func (d *domain) value(holds func(lit) bool) any {
	if !holds(d.there) {
		return nil
	}
	list := []string{}
	for _, v := range d.values {
		if holds(v.lit) {
			if d.Type != List {
				return v.is
			}
			list = append(list, v.is.(string))
		}
	}
	if d.Type != List {
		return nil
	}
	return list
}

// posted is an answer as a browser sends it.
func (d *domain) posted(holds func(lit) bool) []string {
	switch v := d.value(holds).(type) {
	case bool:
		return []string{map[bool]string{true: "yes", false: "no"}[v]}
	case int:
		return []string{strconv.Itoa(v)}
	case string:
		return []string{v}
	case []string:
		return v
	}
	return nil
}

// offers are what account and person have to choose from in a model.
func (w *space) offers(holds func(lit) bool) Offers {
	world := &w.set.vocabulary.world
	o := Offers{Families: w.set.vocabulary.families, IssueTypes: map[string][]Option{}}
	for _, f := range world.Families {
		o.IssueTypes[f.Key] = append(o.IssueTypes[f.Key], f.IssueTypes...)
	}
	all := func(source string, names []string) (out []Option) {
		for _, name := range names {
			if l, ok := w.offered[source][name]; ok && holds(l) {
				out = append(out, Option{Value: name})
			}
		}
		return out
	}
	o.Services = all(FromServices, values(serviceOptions(world.Services)))
	o.Accounts = all(FromAccounts, keysOf(w.offered[FromAccounts]))
	o.Locations = all(FromLocations, keysOf(w.offered[FromLocations]))
	return o
}

// path is an account's path: it ends with its name, and is as long as the account is deep.
func (w *space) path(a AccountFacts) []string {
	above := slices.DeleteFunc(slices.Clone(a.Path), func(s string) bool { return s == a.Name })
	for len(above) < a.Depth {
		above = append(above, unlike(unknown, append(above, a.Name)))
	}
	return append(above[:min(len(above), a.Depth)], a.Name)
}

// fixed tells whether a fact has, in a model, a value that stands only for itself.
func (d *domain) fixed(holds func(lit) bool) bool {
	return d.Path != "account.path" && !slices.ContainsFunc(d.values, func(v value) bool { return v.open && holds(v.lit) })
}

// is are literals that together say what a fact is in a model.
func (d *domain) is(holds func(lit) bool) (out []lit) {
	if !holds(d.there) {
		return []lit{d.there.not()}
	}
	if d.Type == List {
		out = append(out, d.there)
	}
	for _, v := range d.values {
		switch {
		case holds(v.lit):
			out = append(out, v.lit)
		case d.Type == List:
			out = append(out, v.lit.not())
		}
	}
	return out
}

// refine asks the questions that can only be asked of what the model says, and has what they answer hold from now on. It
// tells whether the model had any of them wrong.
func (w *space) refine(model []bool) bool {
	holds := func(l lit) bool { return model[l.variable()] != l.negative() }
	learnt := false
	for _, o := range w.opaque {
		env, unless, fixed := map[string]any{}, []lit{}, true
		for _, path := range o.facts {
			d := w.domains[path]
			if d == nil || !d.fixed(holds) {
				fixed = false
				break
			}
			value := d.value(holds)
			env[path], env[has(path)] = zero[d.Type], value != nil
			if value != nil {
				env[path] = value
			}
			for _, l := range d.is(holds) {
				unless = append(unless, l.not())
			}
		}
		if !fixed {
			continue
		}
		if is := o.ask(env); is != holds(o.lit) {
			w.say(is, o.lit, unless...)
			learnt = true
		}
	}
	return learnt
}

// find looks for a form that can be filled in so that all assumptions hold, and of which the claim is true. It is no only
// where that is proved; because then names assumptions that rule each other out.
func (w *space) find(ctx context.Context, limits Limits, assumptions []lit, claim func(*sample) bool) (is answer, found *sample, because []lit) {
	for _, assumed := range [][]lit{append([]lit{w.exact}, assumptions...), assumptions} {
		for refined := 0; ; refined++ {
			is, model, why := w.solve(ctx, limits.Conflicts, assumed)
			if is == answerUnknown {
				w.late = true
				return answerUnknown, nil, nil
			}
			if is == answerNo {
				if len(assumed) == len(assumptions) || !slices.Contains(why, w.exact) {
					return answerNo, nil, why
				}
				break
			}
			if s := w.take(model); s != nil {
				w.pool = append(w.pool, s)
				if claim(s) {
					return answerYes, s, nil
				}
			}
			if refined >= limits.Refine || !w.refine(model) {
				break
			}
		}
	}
	return answerUnknown, nil, nil
}

func keysOf(m map[string]lit) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}
