package handlers

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"portico/db"
	"portico/handlers/desk"
	"portico/rules"
	"portico/views"
)

// teller tells why a case was decided as it was, in its reader's language.
type teller struct {
	lang string
	g    views.Glossary
	kase db.Case
	told desk.Story
}

func (a *App) teller(lang string, kase db.Case, told desk.Story) teller {
	t := teller{lang: lang, kase: kase, told: told, g: views.NewGlossary(lang, told.Facts, told.Items)}
	for _, q := range told.Form.Questions { // as they were asked
		path := "answers." + q.Key
		t.g.Facts[path] = rules.Fact{Path: path, Type: q.Kind.Type(), Label: q.Label}
	}
	return t
}

// nearShown is how many rules that came close are told at once.
const nearShown = 4

func (t teller) story() views.Story {
	d := t.told.Decision
	s := views.Story{Path: t.kase.Path(), Version: t.kase.RuleVersion, Differs: !t.told.Agrees, Held: d.Trace.Held, Failed: d.Trace.Failed,
		NearPart: t.told.Fits && !t.told.Whole, Unfit: !t.told.Fits}
	for _, name := range rules.OutcomeNames {
		o := views.StoryOutcome{Key: name, Name: views.OutcomeName(name), Value: t.g.Outcome(name, d.Outcomes.Value(name))}
		for _, step := range d.Trace.Steps {
			if step.Outcome == name {
				o.Rules = append(o.Rules, views.StoryRule{Name: step.Rule, Default: step.Rule == rules.ByDefault, When: step.When, Used: t.used(step.Used)})
			}
		}
		if len(o.Rules) > 0 {
			s.Outcomes = append(s.Outcomes, o)
		}
	}
	s.Near = t.near()
	if len(s.Near) > nearShown {
		s.Near, s.NearMore = s.Near[:nearShown], s.Near[nearShown:]
	}
	for _, o := range t.told.Otherwise {
		s.Otherwise = append(s.Otherwise, t.otherwise(o))
	}
	return s
}

// near are the rules that came close, each told once for all outcomes that it would have set by the same answers.
func (t teller) near() (list []views.StoryNear) {
	at := map[string]int{}
	for _, n := range t.told.Near {
		would := views.StoryWould{Name: views.OutcomeName(n.Outcome), Value: t.g.Outcome(n.Outcome, n.Value)}
		key := n.Rule + "\n" + n.Beaten + "\n" + t.answers(n.Change)
		if i, told := at[key]; told {
			list[i].Would = append(list[i].Would, would)
			continue
		}
		at[key] = len(list)
		one := views.StoryNear{Rule: n.Rule, Would: []views.StoryWould{would}, Pieces: pieces(n), Had: views.T(t.lang, "whyso.had.near", "Answers", t.answers(n.Change))}
		if n.Beaten != "" {
			one.Beaten = []string{n.Beaten}
		}
		for _, p := range n.Failed {
			for _, u := range t.used(p.Used) {
				if !slices.Contains(one.Used, u) {
					one.Used = append(one.Used, u)
				}
			}
		}
		list = append(list, one)
	}
	return list
}

// pieces are a condition's text, cut where parts of it failed.
func pieces(n rules.Near) (list []views.StoryPiece) {
	text, at := []rune(n.When), 0
	failed := slices.SortedFunc(slices.Values(n.Failed), func(a, b rules.Part) int { return a.From - b.From })
	for _, p := range failed {
		if p.From < at {
			continue
		}
		if p.From > at {
			list = append(list, views.StoryPiece{Text: string(text[at:p.From])})
		}
		list, at = append(list, views.StoryPiece{Text: string(text[p.From:p.To]), Failed: true}), p.To
	}
	if at < len(text) {
		list = append(list, views.StoryPiece{Text: string(text[at:])})
	}
	return list
}

// otherwise says what would have decided an outcome otherwise, and how sure that is.
func (t teller) otherwise(o rules.Otherwise) views.StoryOtherwise {
	if o.Found() {
		out := views.StoryOtherwise{Found: true, Text: views.T(t.lang, "whyso.had", "Answers", t.answers(o.Change), "Result", t.result(o.Outcome, o.Value),
			"Rules", t.by(o.Rules))}
		query := url.Values{}
		for _, c := range o.Change {
			if query[c.Question.Key] = rules.Posted(c.To); c.To == nil {
				query.Set(c.Question.Key, "")
			}
		}
		if out.Query = query.Encode(); !o.Proved {
			out.Notes = t.untried("whyso.untried.fewer", o.Untried)
		}
		return out
	}
	key := "whyso.none"
	if !o.Proved {
		key = "whyso.none.tried"
	}
	key += map[rules.Toward]string{rules.Higher: ".higher", rules.Lower: ".lower"}[o.Toward]
	out := views.StoryOtherwise{Text: views.T(t.lang, key, "Outcome", views.OutcomeName(o.Outcome).In(t.lang)), Notes: t.untried("whyso.untried", o.Untried)}
	if !o.Proved && (o.Searched > 0 || len(o.Untried) == 0) {
		out.Notes = append(out.Notes, views.T(t.lang, "whyso.searched", "N", o.Searched))
	}
	return out
}

func (t teller) untried(key string, questions []string) (notes []string) {
	for _, q := range t.told.Form.Questions {
		if slices.Contains(questions, q.Key) {
			notes = append(notes, views.T(t.lang, key, "Question", q.Label.In(t.lang)))
		}
	}
	return notes
}

func (t teller) result(outcome string, value any) string {
	if value == nil {
		return views.T(t.lang, "whyso.nothing."+outcome)
	}
	return views.T(t.lang, "whyso.result."+outcome, "Value", t.g.Outcome(outcome, value))
}

func (t teller) by(names []string) string {
	if len(names) == 0 || names[0] == rules.ByDefault {
		return views.T(t.lang, "whyso.by.default")
	}
	list := make([]string, len(names))
	for i, name := range names {
		list[i] = views.T(t.lang, "whyso.by.rule", "Name", name)
	}
	return strings.Join(list, views.T(t.lang, "whyso.comma"))
}

// answers says how a form would have been filled in otherwise, as what follows "had" or "if".
func (t teller) answers(changes rules.Changes) string {
	said := make([]string, len(changes))
	for i, c := range changes {
		said[i] = t.answer(c, changes)
	}
	last := len(said) - 1
	if last == 0 {
		return said[0]
	}
	return views.T(t.lang, "whyso.and", "Most", strings.Join(said[:last], views.T(t.lang, "whyso.comma")), "Last", said[last])
}

func (t teller) answer(c rules.Changed, all rules.Changes) string {
	key := "set"
	switch {
	case c.Question.Kind == rules.KindFiles:
		key = "file"
	case c.To == nil:
		key = "open"
	case c.Any && c.From == nil:
		key = "any"
	case c.Any:
		key = "other"
	case c.Question.Kind == rules.KindTick:
		key = map[bool]string{true: "ticked", false: "unticked"}[c.To == true]
	}
	return views.T(t.lang, "whyso.answer."+key, "Question", c.Question.Label.In(t.lang), "Value", t.label(c.Question, c.To, all))
}

// label is an answer as the form shows it.
func (t teller) label(q rules.Question, value any, changes rules.Changes) string {
	service := t.kase.Answers.Text(t.told.Form.Case.Service)
	for _, c := range changes {
		if s, ok := c.To.(string); ok && c.Question.Key == t.told.Form.Case.Service {
			service = s
		}
	}
	o := t.told.Offers
	options := map[string][]rules.Option{rules.FromAccounts: o.Accounts, rules.FromLocations: o.Locations, rules.FromServices: o.Services,
		rules.FromIssueTypes: o.IssueTypes[o.Families[service]]}[q.Source]
	return t.labelled(append(slices.Clone(q.Options), options...), value)
}

// labelled is a value by the labels of the options that it is of; else as all facts are shown.
func (t teller) labelled(options []rules.Option, value any) string {
	named := func(s string) string {
		for _, o := range options {
			if o.Value == s {
				return o.Text(t.lang)
			}
		}
		return s
	}
	switch v := value.(type) {
	case string:
		return named(v)
	case []string:
		words := make([]string, len(v))
		for i, s := range v {
			words[i] = named(s)
		}
		return t.g.Value(words)
	}
	return t.g.Value(value)
}

// used are the facts that a condition looked at, as people read them.
func (t teller) used(list []rules.Used) []views.NamedValue {
	out := t.g.Used(list)
	for i, u := range list {
		switch key, answer := strings.CutPrefix(u.Fact, "answers."); {
		case u.Value == nil:
		case answer:
			for _, q := range t.told.Form.Questions {
				if q.Key == key {
					out[i].Value = t.label(q, u.Value, nil)
				}
			}
		case u.Fact == "services":
			out[i].Value = t.labelled(t.told.Offers.Services, u.Value)
		}
	}
	return out
}

// since are the last changes that people made, by outcome.
func (t teller) since(list []db.Entry, zone *time.Location) map[string]*views.StorySince {
	out := map[string]*views.StorySince{}
	for _, e := range list {
		s := &views.StorySince{To: e.Change.To, By: e.Person.Name(), At: e.At.In(zone)}
		if p, err := strconv.Atoi(e.Change.To); err == nil && e.Change.Field == rules.OutcomePriority {
			s.To = views.AnyPriority(p).In(t.lang)
		}
		if s.To == "" {
			s.To = views.T(t.lang, "agent.nobody")
		}
		out[e.Change.Field] = s
	}
	return out
}
