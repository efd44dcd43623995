package rules

import (
	"math/bits"
	"slices"
	"strings"

	"github.com/expr-lang/expr/vm"
)

// AtDefault stands in a Verdict for the default, in place of a rule.
const AtDefault = -1

// Verdict is what was decided, without its trace. It is its Decider's, with all lists in it, and is overwritten by the next
// decision: clone what is to stay. Rules are named by their place in the set.
type Verdict struct {
	Outcomes Outcomes
	By       [8][]int // the rules that set each outcome, in the order of OutcomeNames; AtDefault for the default
	Held     []int    // all rules that held, in order
	Failed   []int    // rules that could not be asked and were passed over
}

// Rules are the places of the rules that set an outcome; AtDefault for the default.
func (v *Verdict) Rules(outcome string) []int {
	if i := slices.Index(OutcomeNames, outcome); i >= 0 {
		return v.By[i]
	}
	return nil
}

// Decider decides case after case, each without a trace and without allocating anything. It is for one goroutine at a time.
//
// What is left to expr's machine may allocate: numbers that are worked out, changed case, and facts of the account, the
// contact and the time that differ from those of the decision before. So does a rule that fails.
type Decider struct {
	set     *Compiled
	verdict Verdict
	failed  []error // beside verdict.Failed; nil: the rule is broken

	facts   *Facts
	now     uint64 // counts decisions, so that nothing of the last has to be cleared away
	cells   []cell
	answers []remembered // of questions
	may     bitset       // rules that the dimensions leave
	given   [3][]uint64
	machine vm.VM
	env     map[string]any
}

// remembered is the answer to a question in one decision.
type remembered struct {
	at  uint64
	yes bool
}

// NewDecider makes a Decider of the set.
func (c *Compiled) NewDecider() *Decider {
	p := c.plan
	d := &Decider{set: c, cells: make([]cell, len(p.facts)), answers: make([]remembered, len(p.asks)), may: newBitset(len(p.rules)), env: map[string]any{}}
	for i := range d.given {
		d.given[i] = make([]uint64, max(len(p.adds[i].texts), len(p.adds[i].requests)))
	}
	d.verdict.Outcomes.Tags = []string{}
	return d
}

// Decide gives what Compiled.Decide does, without its trace, until the next decision.
func (d *Decider) Decide(f *Facts) *Verdict {
	d.begin(f)
	d.narrow()
	for word, left := range d.may {
		for ; left != 0; left &= left - 1 {
			d.rule(word*64 + bits.TrailingZeros64(left))
		}
	}
	d.settle()
	d.facts = nil
	return &d.verdict
}

func (d *Decider) begin(f *Facts) {
	d.now++
	d.facts = f
	v := &d.verdict
	v.Held, v.Failed, d.failed = v.Held[:0], v.Failed[:0], d.failed[:0]
	for i := range v.By {
		v.By[i] = v.By[i][:0]
	}
	o := &v.Outcomes
	*o = Outcomes{Tags: o.Tags[:0], Notify: o.Notify[:0], Request: o.Request[:0]}
}

// narrow finds the rules that can still hold.
func (d *Decider) narrow() {
	p := d.set.plan
	copy(d.may, p.on)
	for i := range p.index {
		of := &p.index[i]
		left, some := of.possible[of.class(d.cell(of.slot))], uint64(0)
		for word := range d.may {
			d.may[word] &= left[word]
			some |= d.may[word]
		}
		if some == 0 {
			return
		}
	}
}

// rule asks one rule, and obeys it where it holds.
func (d *Decider) rule(i int) {
	r := &d.set.plan.rules[i]
	switch {
	case r.settled:
	case r.query != nil:
		if !d.holds(r.query) {
			return
		}
	default:
		holds, err := false, error(nil)
		if condition := d.set.rules[i].condition; condition != nil {
			holds, err = d.run(condition)
		}
		if err != nil || r.machine == nil {
			d.verdict.Failed, d.failed = append(d.verdict.Failed, i), append(d.failed, err)
			return
		}
		if !holds {
			return
		}
	}
	v := &d.verdict
	v.Held = append(v.Held, i)
	for _, at := range r.sets {
		if len(v.By[at]) == 0 {
			v.By[at] = append(v.By[at], i)
			v.Outcomes.setSingle(at, &d.set.rules[i].Then)
		}
	}
	for kind := range r.gives {
		if len(r.gives[kind]) > 0 {
			d.add(kind, r.gives[kind], i)
		}
	}
}

// add has a rule give to an outcome that adds up.
func (d *Decider) add(kind int, gives []int, rule int) {
	v, p := &d.verdict, d.set.plan
	by := &v.By[len(SingleOutcomes)+kind]
	*by = append(*by, rule)
	for _, gift := range gives {
		if d.given[kind][gift] == d.now {
			continue
		}
		d.given[kind][gift] = d.now
		switch AddingOutcomes[kind] {
		case OutcomeTags:
			v.Outcomes.Tags = append(v.Outcomes.Tags, p.adds[kind].texts[gift])
		case OutcomeNotify:
			v.Outcomes.Notify = append(v.Outcomes.Notify, p.adds[kind].texts[gift])
		case OutcomeRequest:
			v.Outcomes.Request = append(v.Outcomes.Request, p.adds[kind].requests[gift])
		}
	}
}

// settle gives to the default what no rule set.
func (d *Decider) settle() {
	v, c := &d.verdict, d.set
	for _, at := range c.plan.falls {
		if len(v.By[at]) == 0 {
			v.By[at] = append(v.By[at], AtDefault)
			v.Outcomes.setSingle(at, &c.fallback.Outcomes)
		}
	}
	for kind, gives := range c.plan.without {
		if len(v.By[len(SingleOutcomes)+kind]) == 0 && len(gives) > 0 {
			d.add(kind, gives, AtDefault)
		}
	}
}

func (d *Decider) cell(slot int) *cell {
	c := &d.cells[slot]
	if c.at != d.now {
		c.at = d.now
		d.set.plan.load[slot](d.facts, c)
	}
	return c
}

func (d *Decider) holds(q *query) bool {
	switch q.op {
	case opAtom:
		return d.ask(q.ask)
	case opNot:
		return !d.holds(&q.subs[0])
	case opAnd:
		for i := range q.subs {
			if !d.holds(&q.subs[i]) {
				return false
			}
		}
		return true
	case opOr:
		for i := range q.subs {
			if d.holds(&q.subs[i]) {
				return true
			}
		}
		return false
	}
	return q.op == opTrue
}

// ask asks a question, once a decision.
func (d *Decider) ask(i int) bool {
	a := &d.answers[i]
	if a.at != d.now {
		*a = remembered{d.now, d.find(&d.set.plan.asks[i])}
	}
	return a.yes
}

func (d *Decider) find(q *asked) bool {
	if q.machine != nil {
		holds, err := d.machineHolds(q.machine, q.facts)
		return holds && err == nil // it cannot fail, else its rule would have a machine of its own
	}
	c := d.cell(q.slot)
	if !c.there {
		return false
	}
	switch q.kind {
	case atomBare:
		return c.yes
	case atomMember:
		return slices.Contains(c.list, q.value.(string))
	case atomEquals, atomOrder:
		switch v := q.value.(type) {
		case bool:
			return c.yes == v
		case string:
			return ordered(q.op, strings.Compare(c.text, v))
		case int:
			return ordered(q.op, compare(c.number, v))
		case float64:
			return ordered(q.op, compare(float64(c.number), v))
		}
	case atomOther:
		return q.looks(c.text)
	}
	return true // atomHas
}

func compare[T int | float64](a, b T) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func (q *asked) looks(text string) bool {
	switch q.look.op {
	case "contains":
		return strings.Contains(text, q.look.text)
	case "startsWith":
		return strings.HasPrefix(text, q.look.text)
	case "endsWith":
		return strings.HasSuffix(text, q.look.text)
	}
	return q.pattern.MatchString(text)
}

// run asks a condition that can fail.
func (d *Decider) run(c *condition) (bool, error) {
	holds, err := d.machineHolds(c.program, c.facts)
	if err != nil {
		return false, c.failure(err)
	}
	return holds, nil
}

func (d *Decider) machineHolds(program *vm.Program, facts []string) (bool, error) {
	p := d.set.plan
	for _, path := range facts {
		slot := p.slots[path]
		c, r := d.cell(slot), &p.facts[slot]
		d.env[r.Path], d.env[r.has] = c.box(r.Type), c.there
	}
	out, err := d.machine.Run(program, d.env)
	return out == true, err
}

// Reads are the paths of the facts that conditions of the set speak of. What changes no other fact changes no decision.
func (c *Compiled) Reads() []string {
	paths := make([]string, len(c.reads))
	for i, r := range c.reads {
		paths[i] = r.Path
	}
	return paths
}

// RuleAt is a rule by its place in the set, as Verdicts name it; for AtDefault one named ByDefault, with what the default gives.
func (c *Compiled) RuleAt(place int) Rule {
	if place == AtDefault {
		return Rule{Name: ByDefault, Then: c.fallback.Outcomes, Customer: c.fallback.Customer}
	}
	return c.rules[place].Rule
}
