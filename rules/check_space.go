package rules

import (
	"math"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/expr-lang/expr/vm"
)

// space is all that rules can ever be asked: the facts of every form of the world, filled in in every way in which it can
// be sent, of any account, contact and time. It is written as clauses: a literal for each value of each fact, and
// what ties them together. check.go says what it is for.
type space struct {
	*gates
	set     *Compiled
	types   *scope
	items   []lit // beside the world's; no for one that has no form
	domains map[string]*domain
	said    sayings
	atoms   map[string]lit
	opaque  []*opaqueAtom
	exact   lit                       // no fact has an open value
	offered map[string]map[string]lit // by source and value: what account and person have to choose from

	decider  *Decider
	programs map[string]*vm.Program
	pool     []*sample // all that was found
	late     bool      // some question was not answered in time
}

// opaqueAtom is a question that is known only by asking it of some facts.
type opaqueAtom struct {
	lit   lit
	facts []string
	ask   func(env map[string]any) bool
}

func newSpace(c *Compiled) *space {
	w := &space{gates: newGates(), set: c, types: newScope(c.vocabulary.Facts(), maybeMissing), domains: map[string]*domain{},
		said: sayings{}, atoms: map[string]lit{}, offered: map[string]map[string]lit{},
		decider: c.NewDecider(), programs: map[string]*vm.Program{}}
	w.exact = w.fresh()
	for _, r := range c.rules {
		if r.condition != nil {
			w.said.formula(r.condition.formula)
		}
	}
	for _, item := range c.vocabulary.world.Items {
		held := w.no()
		if item.Form != nil {
			held = w.fresh()
			w.listed(item.Form)
			for _, q := range item.Form.asked {
				for _, f := range append([]*condition{q.when}, q.options...) {
					if f != nil {
						w.said.formula(f.formula)
					}
				}
			}
		}
		w.items = append(w.items, held)
	}
	w.add(w.items...)
	w.apart(w.items...)
	w.sources()
	for _, f := range c.vocabulary.facts {
		w.domain(f.Fact)
	}
	w.account()
	for i, item := range c.vocabulary.world.Items {
		if item.Form != nil {
			w.form(i, item.Form)
		}
	}
	w.services()
	return w
}

// listed notes what a form lists for questions that offer other things on other forms, and that some texts have to be short.
func (w *space) listed(form *CompiledForm) {
	for _, q := range form.Questions {
		fact, known := w.set.vocabulary.fact("answers." + q.Key)
		if !known || fact.Choices != nil {
			continue
		}
		all, _ := w.set.vocabulary.choices(q, values(serviceOptions(w.set.vocabulary.world.Services)))
		if q.MaxLength > 0 && q.MaxLength < len(anything[0]) {
			all = append(all, "x")
		}
		for _, s := range all {
			w.said.of(fact.Path).literals = append(w.said.of(fact.Path).literals, s)
		}
	}
}

func serviceOptions(services []Service) []Option {
	out := make([]Option, len(services))
	for i, s := range services {
		out[i] = Option{Value: s.Name}
	}
	return out
}

// sources has questions that offer the same speak of the same values.
func (w *space) sources() {
	for _, source := range []string{FromAccounts, FromLocations} {
		all := &mention{}
		paths := []string{}
		for _, item := range w.set.vocabulary.world.Items {
			if item.Form == nil {
				continue
			}
			for _, q := range item.Form.Questions {
				if q.Source == source {
					paths = appendNew(paths, "answers."+q.Key)
				}
			}
		}
		if source == FromAccounts {
			paths = append(paths, "account.client_number")
		}
		for _, p := range paths {
			all.merge(w.said.of(p))
		}
		for _, p := range paths {
			w.said[p] = all
		}
		w.offered[source] = map[string]lit{}
		for _, v := range all.texts(2) {
			w.offered[source][v.is.(string)] = w.fresh()
		}
	}
}

func (m *mention) merge(other *mention) {
	m.literals = append(m.literals, other.literals...)
	m.opaque, m.cases = m.opaque || other.opaque, m.cases || other.cases
	m.starts, m.parts, m.ends = append(m.starts, other.starts...), append(m.parts, other.parts...), append(m.ends, other.ends...)
	m.patterns, m.lengths = append(m.patterns, other.patterns...), append(m.lengths, other.lengths...)
}

// domain makes a fact finite.
func (w *space) domain(f Fact) {
	d := &domain{Fact: f, there: w.fresh()}
	said := w.said.of(f.Path)
	switch f.Path {
	case "item", "type", "services", "families":
		d.there = w.yes
		w.domains[f.Path] = d
		w.derived(d)
		return
	}
	low, high, bounds, open := w.span(f.Path)
	switch {
	case f.Type == Bool:
		d.values = []value{{is: true}, {is: false}}
	case f.Type == Int:
		d.values = said.numbers(low, high, bounds)
	case f.Type == Day:
		d.values = said.days()
	case len(f.Choices) > 0 || f.Choices != nil && strings.HasPrefix(f.Path, "answers."):
		for _, c := range f.Choices {
			d.values = append(d.values, value{is: c})
		}
		if open {
			d.values = append(d.values, value{is: unknown, open: true})
		}
	default:
		d.values = said.texts(1)
		if w.chosen(f.Path) { // two of the same offer
			d.values = said.texts(2)
		}
		if open && !said.opaque {
			d.values = append(d.values, value{is: unknown, open: true})
		}
	}
	lits := make([]lit, len(d.values))
	for i := range d.values {
		v := &d.values[i]
		v.lit = w.fresh()
		lits[i] = v.lit
		w.implies(v.lit, d.there)
		if v.open {
			w.add(w.exact.not(), v.lit.not())
		}
	}
	if f.Type != List {
		w.apart(lits...)
	}
	if f.Type != List || strings.HasPrefix(f.Path, "answers.") { // a list of answers that is there is not empty
		w.add(append([]lit{d.there.not()}, lits...)...)
	}
	if !strings.HasPrefix(f.Path, "answers.") {
		w.add(d.there) // a case has an account, a contact and a time
	}
	w.domains[f.Path] = d
}

// chosen tells whether a text is chosen from what an account or a person has.
func (w *space) chosen(path string) bool {
	if path == "account.client_number" {
		return true
	}
	found := false
	w.questions(path, func(q Question) { found = found || q.Source == FromAccounts || q.Source == FromLocations })
	return found
}

// questions calls do for each question that answers a fact.
func (w *space) questions(path string, do func(Question)) {
	for _, item := range w.set.vocabulary.world.Items {
		if item.Form == nil {
			continue
		}
		if q, ok := item.Form.Question(strings.TrimPrefix(path, "answers.")); ok && strings.HasPrefix(path, "answers.") {
			do(q)
		}
	}
}

// span is from where to where a number can be, and where it begins and ends on some form; open tells that the question
// is of another kind on another form, so that it may have other values than its kind has.
func (w *space) span(path string) (low, high int, bounds []int, open bool) {
	switch path {
	case "now.hour":
		return 0, 23, every(23), false
	case "account.depth":
		return 0, deepest, every(deepest), false
	}
	low, high = math.MaxInt, math.MinInt
	kinds := map[Kind]bool{}
	fact, _ := w.set.vocabulary.fact(path)
	w.questions(path, func(q Question) {
		kinds[q.Kind] = true
		open = open || q.Kind.Type() != fact.Type
		from, to := math.MinInt, math.MaxInt
		if q.Min != nil {
			from, bounds = *q.Min, append(bounds, *q.Min)
		}
		if q.Max != nil {
			to, bounds = *q.Max, append(bounds, *q.Max)
		}
		low, high = min(low, from), max(high, to)
	})
	return low, high, bounds, open || len(kinds) > 1
}

// deepest is how far below its root an account can be.
const deepest = 7

func every(last int) []int {
	all := make([]int, last+1)
	for n := range all {
		all[n] = n
	}
	return all
}

// derived are facts that follow from others.
func (w *space) derived(d *domain) {
	items := w.set.vocabulary.world.Items
	switch d.Path {
	case "item":
		for i, item := range items {
			d.values = append(d.values, value{is: item.Key, lit: w.items[i]})
		}
	case "type":
		for _, kind := range d.Choices {
			var of []lit
			for i, item := range items {
				if item.Type == kind {
					of = append(of, w.items[i])
				}
			}
			d.values = append(d.values, value{is: kind, lit: w.or(of...)})
		}
	default: // services ties them to the answers
		for _, name := range d.Choices {
			d.values = append(d.values, value{is: name, lit: w.fresh()})
		}
		other := value{is: unlike(unknown, d.Choices), lit: w.fresh(), open: true} // what a form lists as a service, and is none
		d.values = append(d.values, other)
		w.add(w.exact.not(), other.lit.not())
	}
}

// account ties together what is known of an account: it stands last in its path, which is as long as it is deep.
func (w *space) account() {
	name, depth, path := w.domains["account.name"], w.domains["account.depth"], w.domains["account.path"]
	var above []lit
	for _, v := range path.values {
		if v.open {
			continue
		}
		named := w.no()
		for _, n := range name.values {
			if n.is == v.is {
				named = n.lit
			}
		}
		w.implies(named, v.lit)
		above = append(above, w.and(v.lit, named.not()))
	}
	counts := w.atLeast(deepest+1, above)
	for _, d := range depth.values {
		w.add(d.lit.not(), counts[d.is.(int)+1].not())
	}
}

// formula is a condition as a literal.
func (w *space) formula(f *formula) lit { return w.reading(f, nil) }

// reading is a formula as a literal, with some atoms read as something else.
func (w *space) reading(f *formula, instead func(*atom) (lit, bool)) lit {
	switch f.op {
	case opTrue, opFalse:
		return w.constant(f.op == opTrue)
	case opAtom:
		if instead != nil {
			if l, ok := instead(f.atom); ok {
				return l
			}
		}
		return w.atom(f.atom)
	case opNot:
		return w.reading(f.subs[0], instead).not()
	}
	parts := make([]lit, len(f.subs))
	for i, sub := range f.subs {
		parts[i] = w.reading(sub, instead)
	}
	if f.op == opAnd {
		return w.and(parts...)
	}
	return w.or(parts...)
}

// condition is where a condition holds. One that can fail is known only by asking it.
func (w *space) condition(c *condition) lit {
	switch {
	case c == nil:
		return w.yes
	case !c.fails:
		return w.formula(c.formula)
	}
	key := "condition " + c.source
	if l, ok := w.atoms[key]; ok {
		return l
	}
	return w.ask(key, c.facts, func(env map[string]any) bool {
		holds, err := c.holds(env)
		return holds && err == nil
	})
}

func (w *space) atom(a *atom) lit {
	if l, ok := w.atoms[a.key]; ok {
		return l
	}
	d := w.domains[a.fact]
	var l lit
	switch {
	case a.kind == atomOther:
		return w.opaqueAtom(a)
	case d == nil: // no published form asks for it: what reads it is broken
		l = w.no()
	case a.kind == atomHas:
		l = d.there
	default:
		var of []lit
		for _, v := range d.values {
			if a.kind == atomBare && v.is == true || (a.kind == atomEquals || a.kind == atomMember) && equalValues(v.is, a.value) ||
				a.kind == atomOrder && inOrder(v.is, a.op, a.value) {
				of = append(of, v.lit)
			}
		}
		l = w.or(of...)
	}
	w.atoms[a.key] = l
	return l
}

func (w *space) opaqueAtom(a *atom) lit {
	program := w.program(a)
	l := w.ask(a.key, a.facts, func(env map[string]any) bool { return run(program, env) })
	for _, path := range a.facts {
		if d := w.domains[path]; d != nil {
			w.implies(l, d.there) // no where a fact is missing
		}
	}
	return l
}

// compiling one after the other: expr's checker writes into what it checks.
var checking sync.Mutex

func (w *space) program(a *atom) *vm.Program {
	checking.Lock()
	defer checking.Unlock()
	program, err := w.types.program(a.node)
	if err != nil {
		return nil // it compiled as part of its condition; if it ever does not, nothing is known of it
	}
	return program
}

func run(program *vm.Program, env map[string]any) bool {
	if program == nil {
		return false
	}
	m := machines.Get().(*vm.VM)
	defer machines.Put(m)
	out, err := m.Run(program, env)
	return err == nil && out == true
}

// ask makes a literal of a question that can only be asked. Where it is about one fact that is no list, all of its values
// are asked at once; else refine asks where it matters.
func (w *space) ask(key string, facts []string, ask func(map[string]any) bool) lit {
	l := w.fresh()
	w.atoms[key] = l
	w.opaque = append(w.opaque, &opaqueAtom{lit: l, facts: facts, ask: ask})
	if len(facts) != 1 || w.domains[facts[0]] == nil || w.domains[facts[0]].Type == List {
		return l
	}
	d := w.domains[facts[0]]
	env := map[string]any{d.Path: zero[d.Type], has(d.Path): false}
	if d.there != w.yes {
		w.say(ask(env), l, d.there)
	}
	for _, v := range d.values {
		if !v.open {
			env[d.Path], env[has(d.Path)] = v.is, true
			w.say(ask(env), l, v.lit.not())
		}
	}
	return l
}

// say has a literal hold, or not, unless something else does.
func (w *space) say(holds bool, l lit, unless ...lit) {
	if !holds {
		l = l.not()
	}
	w.add(append(unless, l)...)
}

// fillable tells whether a text can be the answer to a question, as it is read from what was typed.
func fillable(q Question, s string) bool {
	limit := q.MaxLength
	switch q.Kind {
	case KindText:
		if strings.Join(strings.Fields(s), " ") != s {
			return false
		}
		if limit == 0 {
			limit = defaultTextLength
		}
	case KindParagraph:
		if strings.TrimSpace(s) != s || strings.ContainsRune(s, '\r') {
			return false
		}
		if limit == 0 {
			limit = defaultParagraphLength
		}
	default:
		return strings.TrimSpace(s) == s
	}
	return utf8.RuneCountInString(s) <= limit && s != "" && utf8.ValidString(s) && !strings.ContainsRune(s, 0)
}
