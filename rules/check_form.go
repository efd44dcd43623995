package rules

import "slices"

// form says of an item in which ways its form can be filled in and sent; it mirrors Fill, question by question.
func (w *space) form(at int, form *CompiledForm) {
	f := &formSpace{space: w, form: form, here: w.items[at], asked: map[string]lit{}}
	if !w.sound(form) {
		return // anything goes: what comes of it is confirmed, or said to be unproved
	}
	for i, q := range form.Questions {
		if q.Kind.Type() == "" {
			continue
		}
		f.question(i, q)
	}
	for path, d := range w.domains {
		if key, isAnswer := answerKey(path); isAnswer {
			if _, asked := form.Question(key); !asked {
				w.add(f.here.not(), d.there.not())
			}
		}
	}
	if q, ok := form.Question(form.Case.Account); ok && q.Source == FromAccounts {
		number := w.domains["account.client_number"]
		for i, v := range w.domains["answers."+q.Key].values {
			w.add(f.here.not(), v.lit.not(), number.values[i].lit) // both have the values of the source, see sources
		}
	}
}

func answerKey(path string) (string, bool) {
	const answers = "answers."
	if len(path) <= len(answers) || path[:len(answers)] != answers {
		return "", false
	}
	return path[len(answers):], true
}

// sound tells whether all questions of a form are of the kind that conditions take them to be.
func (w *space) sound(form *CompiledForm) bool {
	return !slices.ContainsFunc(form.Questions, func(q Question) bool {
		_, _, _, other := w.span("answers." + q.Key)
		return q.Kind.Type() != "" && other
	})
}

// formSpace is one form in a space.
type formSpace struct {
	*space
	form  *CompiledForm
	here  lit            // it is this form that is filled in
	asked map[string]lit // questions that apply, by key
}

// where says that something follows on this form.
func (f *formSpace) where(lits ...lit) { f.add(append(lits, f.here.not())...) }

func (f *formSpace) question(i int, q Question) {
	d := f.domains["answers."+q.Key]
	asked := f.condition(f.form.asked[i].when)
	can := asked // it can be answered
	if q.Kind == KindChoice || q.Kind == KindChoices {
		offers := f.offers(i, q, d)
		some := f.or(offers...)
		ready, waits := f.yes, f.no()
		if needs := f.form.asked[i].needs; needs != "" {
			ready = f.domains["answers."+needs].there
			waits = f.and(ready.not(), f.asked[needs])
		}
		can = f.and(asked, ready, some)
		for n, v := range d.values {
			f.where(v.lit.not(), offers[n])
		}
		if q.Source == FromAccounts && q.Kind == KindChoice { // the only one is taken without a question
			f.where(can.not(), d.there, f.atLeast(2, offers)[2])
		}
		asked = f.or(can, f.and(asked, waits))
	} else {
		for _, v := range d.values {
			if !possible(q, v.is) {
				f.where(v.lit.not())
			}
		}
	}
	f.where(d.there.not(), can)
	if q.Required || q.Kind == KindTick {
		f.where(asked.not(), d.there)
	}
	f.asked[q.Key] = asked
}

// possible tells whether what is typed can come to a value.
func possible(q Question, is any) bool {
	switch v := is.(type) {
	case int:
		return (q.Min == nil || v >= *q.Min) && (q.Max == nil || v <= *q.Max)
	case string:
		return q.Kind == KindDate || fillable(q, v)
	}
	return true
}

// offers are literals beside the values of a choice: that this one is offered.
func (f *formSpace) offers(i int, q Question, d *domain) []lit {
	out := make([]lit, len(d.values))
	for n, v := range d.values {
		if s, _ := v.is.(string); fillable(q, s) {
			out[n] = f.and(f.offer(i, q, s), f.taken(q, s).not())
		} else {
			out[n] = f.no()
		}
	}
	return out
}

func (f *formSpace) offer(i int, q Question, s string) lit {
	switch q.Source {
	case FromAccounts, FromLocations:
		if l, ok := f.offered[q.Source][s]; ok {
			return l
		}
		return f.no()
	case FromServices:
		return f.service(s)
	case FromIssueTypes:
		return f.issueType(s)
	}
	if n := slices.IndexFunc(q.Options, func(o Option) bool { return o.Value == s }); n >= 0 {
		return f.condition(f.form.asked[i].options[n])
	}
	return f.no()
}

// service tells whether the account has a service; it is free but for that.
func (f *formSpace) service(s string) lit {
	all := f.offered[FromServices]
	if all == nil {
		all = map[string]lit{}
		for _, known := range f.set.vocabulary.world.Services {
			all[known.Name] = f.fresh()
		}
		f.offered[FromServices] = all
	}
	if l, ok := all[s]; ok {
		return l
	}
	return f.no()
}

// issueType tells whether a type of issue belongs to the family of the service that was chosen.
func (f *formSpace) issueType(s string) lit {
	service := f.domains["answers."+f.form.Case.Service]
	if service == nil {
		return f.no()
	}
	var of []lit
	for _, family := range f.set.vocabulary.world.Families {
		if !slices.Contains(values(family.IssueTypes), s) {
			continue
		}
		for _, v := range service.values {
			if name, _ := v.is.(string); family.Key != "" && f.set.vocabulary.families[name] == family.Key {
				of = append(of, v.lit)
			}
		}
	}
	return f.or(of...)
}

// taken tells whether an earlier question has this answer already.
func (f *formSpace) taken(q Question, s string) lit {
	if d := f.domains["answers."+q.Except]; q.Except != "" && d != nil {
		for _, v := range d.values {
			if v.is == s {
				return v.lit
			}
		}
	}
	return f.no()
}

// services ties services and families to the answers that name services, as NewFacts does.
func (w *space) services() {
	named, families := w.domains["services"], w.domains["families"]
	if w.offered[FromAccounts] != nil { // somebody who has no account opens no case
		var any []lit
		for _, l := range w.offered[FromAccounts] {
			any = append(any, l)
		}
		slices.Sort(any)
		w.add(any...)
	}
	for i, item := range w.set.vocabulary.world.Items {
		if item.Form == nil {
			continue
		}
		of := map[string][]lit{}
		if w.sound(item.Form) {
			for _, key := range []string{item.Form.Case.Service, item.Form.Case.AdditionalServices} {
				if d := w.domains["answers."+key]; key != "" && d != nil {
					for _, v := range d.values {
						s, _ := v.is.(string)
						of[s] = append(of[s], v.lit)
					}
				}
			}
			others := []lit{}
			for s, lits := range of {
				if !slices.Contains(named.Choices, s) {
					others = append(others, lits...)
				}
			}
			for _, v := range named.values {
				s, _ := v.is.(string)
				if v.open {
					w.alike(w.items[i], v.lit, w.or(others...))
				} else {
					w.alike(w.items[i], v.lit, w.or(of[s]...))
				}
			}
		}
	}
	for _, v := range families.values {
		var of []lit
		for _, s := range named.values {
			name, _ := s.is.(string)
			family := w.set.vocabulary.families[name]
			if family == v.is || v.open && (s.open || family != "" && !slices.Contains(families.Choices, family)) {
				of = append(of, s.lit)
			}
		}
		w.alike(w.yes, v.lit, w.or(of...))
	}
}
