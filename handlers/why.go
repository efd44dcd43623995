package handlers

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"portico/db"
	"portico/handlers/desk"
	"portico/policy"
	"portico/rules"
	"portico/views"
)

// why tells why a case was decided as it was, from what was kept with it then, and what people changed since.
func (a *App) why(ctx context.Context, who policy.Actor, r *reading) (*views.Why, error) {
	kase := r.kase.Case
	d, err := a.Desk.Traced(ctx, kase)
	if err != nil {
		return nil, err
	}
	w := &views.Why{Version: kase.RuleVersion, Held: d.Trace.Held, Failed: d.Trace.Failed}
	if a.Judge.May(who, policy.Configure) {
		w.Href = "/rules/versions/" + strconv.Itoa(kase.RuleVersion)
		w.MayHref = whyPath(desk.WhyMay{Case: kase.ID.String()})
	}
	for _, s := range d.Trace.Steps {
		step := views.WhyStep{Outcome: views.Say("agent.why." + s.Outcome), Value: outcome(s.Outcome, s.Value), When: s.When}
		if s.Rule != rules.ByDefault {
			step.Rule = s.Rule
		}
		for _, u := range s.Used {
			step.Used = append(step.Used, views.WhyUsed{Fact: u.Fact, Value: factValue(u.Value)})
		}
		w.Steps = append(w.Steps, step)
	}
	corrections, err := r.corrections(ctx)
	if err != nil {
		return nil, err
	}
	for _, e := range corrections {
		w.Corrections = append(w.Corrections, views.Correction{Label: views.Say("agent.why." + e.Change.Field),
			From: changed(e.Change.Field, e.Change.From), To: changed(e.Change.Field, e.Change.To),
			By: e.Person.Name(), At: e.At.In(a.zone(who))})
	}
	return w, nil
}

// corrections are what people changed of the decision. Where all of the history was read, they stand in it.
func (r *reading) corrections(ctx context.Context) (list []db.Entry, err error) {
	if r.told.Earlier > 0 || !r.internal {
		return r.app.DB.Corrections(ctx, r.app.Judge.Scope(r.who, policy.See), r.kase.ID)
	}
	for _, e := range r.told.Entries {
		if e.Change != nil && e.Change.Correction {
			list = append(list, e)
		}
	}
	return list, nil
}

// outcome is what a rule set, as people read it.
func outcome(name string, value any) views.WhyValue {
	if p, ok := value.(int); ok && name == "priority" {
		return views.WhyValue{Words: views.PriorityName(db.Priority(p))}
	}
	return factValue(value)
}

func changed(field, value string) views.WhyValue {
	if p, err := strconv.Atoi(value); err == nil && field == "priority" {
		return outcome(field, p)
	}
	return factValue(value)
}

// factValue is a value as a condition found it, as people read it.
func factValue(value any) views.WhyValue {
	switch v := value.(type) {
	case nil:
		return views.WhyValue{Words: views.Say("agent.why.none")}
	case bool:
		return views.WhyValue{Words: views.Say(map[bool]string{true: "agent.why.yes", false: "agent.why.no"}[v])}
	case []string:
		value = strings.Join(v, ", ")
	}
	if text := fmt.Sprint(value); text != "" {
		return views.WhyValue{Text: text}
	}
	return views.WhyValue{Words: views.Say("agent.why.empty")}
}
