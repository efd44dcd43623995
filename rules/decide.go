package rules

import (
	"encoding/json"
	"slices"
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
		if r.Then.Priority != 0 && d.By.Priority == "" {
			d.Outcomes.Priority, d.By.Priority, sentences[0] = r.Then.Priority, r.Name, r.Customer
			d.step(r, env, "priority", r.Then.Priority)
		}
		if r.Then.Queue != "" && d.By.Queue == "" {
			d.Outcomes.Queue, d.By.Queue, sentences[1] = r.Then.Queue, r.Name, r.Customer
			d.step(r, env, "queue", r.Then.Queue)
		}
		if len(r.Then.Tags) > 0 {
			d.Outcomes.Tags = appendNew(d.Outcomes.Tags, r.Then.Tags...)
			d.By.Tags = append(d.By.Tags, r.Name)
			d.step(r, env, "tags", slices.Clone(r.Then.Tags))
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
	add := func(outcome string, value any) {
		d.Trace.Steps = append(d.Trace.Steps, Step{Outcome: outcome, Value: value, Rule: ByDefault})
	}
	if d.By.Priority == "" {
		d.Outcomes.Priority, d.By.Priority = fallback.Priority, ByDefault
		add("priority", fallback.Priority)
	}
	if d.By.Queue == "" {
		d.Outcomes.Queue, d.By.Queue = fallback.Queue, ByDefault
		add("queue", fallback.Queue)
	}
	if len(d.By.Tags) == 0 && len(fallback.Tags) > 0 {
		d.Outcomes.Tags = slices.Clone(fallback.Tags)
		d.By.Tags = append(d.By.Tags, ByDefault)
		add("tags", slices.Clone(fallback.Tags))
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
