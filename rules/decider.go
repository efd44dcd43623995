package rules

import "slices"

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
type Decider struct {
	set     *Compiled
	verdict Verdict
	places  map[string]int
}

// NewDecider makes a Decider of the set.
func (c *Compiled) NewDecider() *Decider {
	d := &Decider{set: c, places: map[string]int{ByDefault: AtDefault}}
	for i, r := range c.rules {
		d.places[r.Name] = i
	}
	return d
}

// Decide gives what Compiled.Decide does, without its trace, until the next decision.
func (d *Decider) Decide(f *Facts) *Verdict {
	full := d.set.Decide(*f)
	v := Verdict{Outcomes: full.Outcomes}
	for i, name := range OutcomeNames {
		v.By[i] = d.find(full.By.Rules(name))
	}
	v.Held = d.find(full.Trace.Held)
	for _, f := range full.Trace.Failed {
		v.Failed = append(v.Failed, d.places[f.Rule])
	}
	d.verdict = v
	return &d.verdict
}

func (d *Decider) find(names []string) (places []int) {
	for _, name := range names {
		places = append(places, d.places[name])
	}
	return places
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
