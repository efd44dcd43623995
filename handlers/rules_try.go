package handlers

import (
	"errors"
	"net/url"
	"slices"

	"portico/handlers/desk"
	"portico/policy"
	"portico/rules"
	"portico/views"

	"github.com/gofiber/fiber/v2"
)

// tryDraft fills in a form and shows what the draft decides, beside what is live. The address holds all of it, so that a
// trial can be sent to somebody and done again.
func (a *App) tryDraft(c *fiber.Ctx, who policy.Actor) error {
	d, err := a.draft(c, who)
	if err != nil {
		return err
	}
	if d.Broken {
		return a.done(c, d.path()+"/text")
	}
	t, err := d.trial()
	if err != nil {
		return err
	}
	if isPartial(c) {
		return a.partial(c, t)
	}
	return a.page(c, who, &views.DraftTry{Shell: d.shell("try"), Bar: d.bar("try"), Trial: *t})
}

func (d *drafted) trial() (*views.Trial, error) {
	raw := url.Values{}
	d.c.Context().QueryArgs().VisitAll(func(key, value []byte) { raw.Add(string(key), string(value)) })
	// No question's key has a dash in it.
	in := desk.Trial{Item: raw.Get("try-item"), Contact: clean(raw.Get("try-contact")), Account: clean(raw.Get("try-account")), Raw: raw}
	items := d.Vocabulary.Items()
	if !slices.ContainsFunc(items, func(i rules.Item) bool { return i.Key == in.Item && i.Form != nil }) {
		for _, i := range items {
			if i.Form != nil {
				in.Item = i.Key
				break
			}
		}
	}
	t := &views.Trial{Action: d.path() + "/try", Contact: in.Contact, Account: in.Account, Live: d.Live}
	for _, i := range items {
		if i.Form != nil {
			t.Items = append(t.Items, views.ItemChoice{Key: i.Key, Name: d.g.Items[i.Key], Chosen: i.Key == in.Item})
		}
	}
	tried, err := d.app.Desk.Try(d.c.UserContext(), d.who, in)
	var invalid desk.Invalid
	if err != nil && !errors.As(err, &invalid) {
		return nil, err
	}
	t.ContactWrong, t.AccountWrong = complaintOf(invalid, "contact"), complaintOf(invalid, "account")
	d.ask(t, tried, raw)
	d.decide(t, tried.Facts)
	return t, nil
}

// ask shows the form's questions as the portal would ask them, but for files, which rules don't see.
func (d *drafted) ask(t *views.Trial, tried desk.Tried, raw url.Values) {
	f := &filled{app: d.app, lang: d.g.Lang, shown: raw["shown"]}
	f.ForOther = true // whoever it may be, it is not who tries
	f.Form, f.Filled, f.Offers = tried.Form, tried.Filled, tried.Offers
	labels := map[string]rules.Text{}
	for _, q := range tried.Filled.Asked {
		labels[q.Key] = q.Label
		if q.Kind == rules.KindFiles {
			continue
		}
		v := f.question(q)
		v.WaitsFor = labels[q.WaitsFor]
		t.Questions = append(t.Questions, v)
	}
}

// decide asks both rule sets.
func (d *drafted) decide(t *views.Trial, facts rules.Facts) {
	draft := d.Compiled.Decide(facts)
	live := draft
	if d.LiveSet != nil {
		live = d.LiveSet.Decide(facts)
	}
	t.Sentence, t.LiveSentence = draft.Customer, live.Customer
	for _, f := range draft.Trace.Failed {
		t.Failed = append(t.Failed, f.Rule)
	}
	for _, o := range []struct {
		name        string
		draft, live any
	}{
		{"priority", draft.Outcomes.Priority, live.Outcomes.Priority},
		{"queue", draft.Outcomes.Queue, live.Outcomes.Queue},
		{"tags", draft.Outcomes.Tags, live.Outcomes.Tags},
	} {
		out := views.TriedOutcome{Name: views.Say("rules.field." + o.name),
			Draft: d.side(o.name, o.draft, draft.Trace), Live: d.side(o.name, o.live, live.Trace)}
		out.Differs = out.Draft.Value != out.Live.Value
		t.Differs = t.Differs || out.Differs
		t.Outcomes = append(t.Outcomes, out)
	}
}

func (d *drafted) side(name string, value any, trace rules.Trace) views.TriedSide {
	side := views.TriedSide{Value: outcomeText(d.g, name, value)}
	for _, step := range trace.Steps {
		if step.Outcome != name {
			continue
		}
		by := views.TriedRule{Name: step.Rule, When: step.When, Used: d.g.Used(step.Used), Default: step.Rule == rules.ByDefault}
		side.By = append(side.By, by)
	}
	return side
}
