package rules

import (
	"encoding/json"
	"errors"
)

// Decide gives the decision for facts, always the same for the same facts.
func (c *Compiled) Decide(f Facts) Decision {
	env := variables(c.reads, &f)
	d := Decision{
		Outcomes: Outcomes{Tags: []string{}},
		By:       By{Tags: []string{}},
		Trace:    Trace{Steps: []Step{}, Held: []string{}},
	}
	var sentences [2]Text // of the rules that set priority and queue
	for i := range c.rules {
		r := &c.rules[i]
		if r.Off {
			continue
		}
		if r.condition == nil {
			d.Trace.Failed = append(d.Trace.Failed, Failure{Rule: r.Name, Error: r.broken})
			continue
		}
		ok, err := r.condition.holds(env)
		if err != nil {
			d.Trace.Failed = append(d.Trace.Failed, Failure{Rule: r.Name, Error: err.Error()})
			continue
		}
		if !ok {
			continue
		}
		d.Trace.Held = append(d.Trace.Held, r.Name)
		for _, name := range SingleOutcomes {
			if by := d.By.single(name); *by == "" && r.Then.Gives(name) {
				*by = r.Name
				d.Outcomes.Take(name, r.Then)
				d.step(r, env, name, r.Then.Value(name))
				switch name {
				case OutcomePriority:
					sentences[0] = r.Customer
				case OutcomeQueue:
					sentences[1] = r.Customer
				}
			}
		}
		for _, name := range AddingOutcomes {
			if r.Then.Gives(name) {
				by := d.By.adding(name)
				*by = append(*by, r.Name)
				d.Outcomes.Take(name, r.Then)
				d.step(r, env, name, r.Then.Value(name))
			}
		}
	}
	d.settle(c.fallback)
	d.Customer = c.fallback.Customer
	for _, s := range sentences {
		if len(s) > 0 {
			d.Customer = s
			break
		}
	}
	return d
}

// settle gives to the default what no rule set.
func (d *Decision) settle(fallback Default) {
	for _, name := range OutcomeNames {
		if len(d.By.Rules(name)) > 0 || !fallback.Gives(name) {
			continue
		}
		if by := d.By.single(name); by != nil {
			*by = ByDefault
		} else {
			*d.By.adding(name) = []string{ByDefault}
		}
		d.Outcomes.Take(name, fallback.Outcomes)
		d.Trace.Steps = append(d.Trace.Steps, Step{Outcome: name, Value: fallback.Value(name), Rule: ByDefault})
	}
}

func (d *Decision) step(r *compiledRule, env map[string]any, outcome string, value any) {
	s := Step{Outcome: outcome, Value: value, Rule: r.Name, When: r.When}
	for _, path := range r.condition.facts {
		u := Used{Fact: path}
		if env[has(path)] == true {
			u.Value = env[path]
		}
		s.Used = append(s.Used, u)
	}
	d.Trace.Steps = append(d.Trace.Steps, s)
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
