package rules

import (
	"encoding/json"
	"errors"
	"slices"
)

// Decide gives the decision for facts, with its trace: always the same for the same facts.
func (c *Compiled) Decide(f Facts) Decision {
	decider, _ := c.deciders.Get().(*Decider)
	if decider == nil {
		decider = c.NewDecider()
	}
	defer c.deciders.Put(decider)
	v := decider.Decide(&f)
	d := Decision{Outcomes: v.Outcomes.clone(), By: c.by(v), Customer: c.sentence(v), Trace: Trace{Steps: []Step{}, Held: c.names(v.Held)}}
	for i, place := range v.Failed {
		failure := Failure{Rule: c.rules[place].Name, Error: c.rules[place].broken}
		if err := decider.failed[i]; err != nil {
			failure.Error = err.Error()
		}
		d.Trace.Failed = append(d.Trace.Failed, failure)
	}
	for _, place := range v.Held {
		for at, name := range OutcomeNames {
			if slices.Contains(v.By[at], place) {
				d.Trace.Steps = append(d.Trace.Steps, c.step(place, name, &f))
			}
		}
	}
	for at, name := range OutcomeNames {
		if slices.Contains(v.By[at], AtDefault) {
			d.Trace.Steps = append(d.Trace.Steps, Step{Outcome: name, Value: c.fallback.Value(name), Rule: ByDefault})
		}
	}
	return d
}

func (c *Compiled) step(place int, outcome string, f *Facts) Step {
	r := &c.rules[place]
	s := Step{Outcome: outcome, Value: r.Then.Value(outcome), Rule: r.Name, When: r.When}
	for _, fact := range c.plan.rules[place].used {
		u := Used{Fact: fact.Path}
		if value := fact.read(f); fits(fact.Type, value) {
			u.Value = value
		}
		s.Used = append(s.Used, u)
	}
	return s
}

// by names the rules of a verdict.
func (c *Compiled) by(v *Verdict) By {
	by := By{Tags: []string{}}
	for at, name := range OutcomeNames {
		if len(v.By[at]) == 0 {
			continue
		}
		names := c.names(v.By[at])
		if one := by.single(name); one != nil {
			*one = names[0]
		} else {
			*by.adding(name) = names
		}
	}
	return by
}

func (c *Compiled) names(places []int) []string {
	names := make([]string, len(places))
	for i, place := range places {
		names[i] = c.RuleAt(place).Name
	}
	return names
}

// sentence is what the customer reads: what the rule that set the priority says, else that which set the queue.
func (c *Compiled) sentence(v *Verdict) Text {
	for _, name := range []string{OutcomePriority, OutcomeQueue} {
		for _, place := range v.Rules(name) {
			if place != AtDefault && len(c.rules[place].Customer) > 0 {
				return c.rules[place].Customer
			}
		}
	}
	return c.fallback.Customer
}

// UnmarshalJSON gives the value the type it had when it was stored.
func (s *Step) UnmarshalJSON(data []byte) error {
	type stored Step
	if err := json.Unmarshal(data, (*stored)(s)); err != nil {
		return err
	}
	var o Outcomes
	if of, known := map[string]any{OutcomeAnswerWithin: &o.AnswerWithin, OutcomeSolveWithin: &o.SolveWithin, OutcomeRequest: &o.Request}[s.Outcome]; known {
		var raw struct{ Value json.RawMessage }
		if err := errors.Join(json.Unmarshal(data, &raw), json.Unmarshal(raw.Value, of)); err != nil {
			return err
		}
		s.Value = o.Value(s.Outcome)
		return nil
	}
	s.Value, _ = plain(s.Value)
	return nil
}

// UnmarshalJSON gives the value the type it had when it was stored.
func (u *Used) UnmarshalJSON(data []byte) error {
	type stored Used
	if err := json.Unmarshal(data, (*stored)(u)); err != nil {
		return err
	}
	u.Value, _ = plain(u.Value)
	return nil
}
