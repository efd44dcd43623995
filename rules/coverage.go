package rules

import "slices"

// Covered is how much of a rule, or of the default, examples exercise.
type Covered struct {
	Rule  string   // its name; ByDefault for the default
	Place int      // in the set; AtDefault for the default
	Held  int      // examples in which it held; of the default, in which it set something
	Won   []string // outcomes of it that came out in some example
	Open  []string // outcomes of it that came out in none
}

// Full tells whether nothing of it is left that no example shows.
func (c Covered) Full() bool { return len(c.Open) == 0 }

// Coverage tells how much of each rule of the set examples exercise, by how they fared; the default stands last. A rule
// that is off is asked nothing, and not counted. Whether an example came out as expected does not matter: what it expects
// may be what is wrong.
func (c *Compiled) Coverage(results []Result) []Covered {
	held := map[string]int{}
	won := map[string]map[string]bool{}
	for _, r := range results {
		if r.Err != nil {
			continue
		}
		for _, name := range r.Decision.Trace.Held {
			held[name]++
		}
		byDefault := false
		for _, outcome := range OutcomeNames {
			for _, name := range r.Decision.By.Rules(outcome) {
				if won[name] == nil {
					won[name] = map[string]bool{}
				}
				won[name][outcome] = true
				byDefault = byDefault || name == ByDefault
			}
		}
		if byDefault {
			held[ByDefault]++
		}
	}
	var out []Covered
	count := func(name string, place int, then Outcomes) {
		covered := Covered{Rule: name, Place: place, Held: held[name]}
		for _, outcome := range OutcomeNames {
			switch {
			case !then.Gives(outcome):
			case won[name][outcome]:
				covered.Won = append(covered.Won, outcome)
			default:
				covered.Open = append(covered.Open, outcome)
			}
		}
		out = append(out, covered)
	}
	for i, r := range c.rules {
		if !r.Off {
			count(r.Name, i, r.Then)
		}
	}
	count(ByDefault, AtDefault, c.fallback.Outcomes)
	return out
}

// Uncovered are those of which something is left that no example shows.
func Uncovered(list []Covered) []Covered {
	return slices.DeleteFunc(slices.Clone(list), Covered.Full)
}
