package handlers

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"portico/db"
	"portico/handlers/desk"
	"portico/policy"
	"portico/rules"
	"portico/views"

	"github.com/gofiber/fiber/v2"
)

// contactWords is the name under which the words are sent by which a contact is looked for.
const contactWords = "try-contact.words"

// accountWords is that by which an account is looked for where the form asks for none.
const accountWords = "try-account.words"

// contactsFound is how many contacts are shown of those found.
const contactsFound = 10

// view is the trial as it is shown.
func (t *trial) view() *views.Trial {
	v := &views.Trial{Post: t.app.post(t.c, t.path), Draft: t.draft != nil, Live: t.version, Example: t.example, Address: t.address(),
		Case: t.raw.Get("try-case"), CaseWrong: complaintOf(t.wrong, "case"),
		ContactWrong: complaintOf(t.wrong, "contact"), AccountWrong: complaintOf(t.wrong, "account")}
	if t.draft != nil {
		v.Revision = t.draft.Revision
	}
	if kase := t.tried.Case; kase.ID != 0 {
		v.Case, v.CaseHref = kase.ID.String(), kase.Path()
	}
	for _, i := range t.choosable() {
		v.Items = append(v.Items, views.ItemChoice{Key: i.Key, Name: t.g.Items[i.Key], Chosen: i.Key == t.tried.Item})
	}
	v.Gone = answersGiven(t.g, t.tried.Gone)
	v.Contact, v.Account = t.contact, t.account
	t.ask(v)
	t.pretend(v)
	t.decided(v)
	return v
}

// filled is the form as those pages show it that open cases.
func (t *trial) filled() *filled {
	f := &filled{app: t.app, lang: t.g.Lang, shown: t.raw["shown"]}
	f.ForOther = true // whoever it may be, it is not who tries
	f.Form, f.Filled, f.Offers, f.Search = t.tried.Form, t.tried.Filled, t.tried.Offers, t.tried.Search
	return f
}

// ask shows the form's questions as the portal would ask them, but for files, which rules don't see.
func (t *trial) ask(v *views.Trial) {
	f := t.filled()
	labels := map[string]rules.Text{}
	for _, q := range t.tried.Filled.Asked {
		labels[q.Key] = q.Label
		if q.Kind == rules.KindFiles {
			continue
		}
		question := f.question(q)
		question.WaitsFor = labels[q.WaitsFor]
		question.Find = t.finder(question.Find)
		v.Questions = append(v.Questions, question)
	}
	for _, key := range t.tried.Carried {
		v.Carried = append(v.Carried, views.CarriedAnswer{
			NamedValue: views.NamedValue{Name: t.g.Fact("answers." + key), Value: t.g.Value(t.tried.Facts.Answers[key])},
			Field:      key, Posted: rules.Posted(t.tried.Facts.Answers[key]),
		})
	}
}

// finder has the accounts of a trial looked for where trials are, with what they hang on.
func (t *trial) finder(f *views.Finder) *views.Finder {
	if f == nil {
		return nil
	}
	q := trialQuery("try-item", t.tried.Item, "try-contact", t.tried.Contact.Person.Email)
	f.Action, f.Refresh = "/rules/try/accounts?"+q, t.path
	return f
}

// contactFinder is where a contact is looked for, with the chosen one on top.
func (a *App) contactFinder(c *fiber.Ctx, words string, chosen policy.Actor) (*views.Finder, error) {
	lang := a.lang(c)
	f := &views.Finder{Key: "try-contact", Name: contactWords, Label: views.Say("try.contact.words"), Words: words, Action: "/rules/try/contacts", Hint: views.Say("try.contact.hint")}
	ids := map[string]int{}
	add := func(value, name, detail string, on bool) {
		f.Choices = append(f.Choices, views.Choice{Option: rules.Option{Value: value, Label: rules.Text{lang: name}}, ID: choiceID(f.Key, value, ids),
			Name: "try-contact", Type: "radio", Detail: detail, Chosen: on})
	}
	email := chosen.Person.Email
	if email == desk.Nobody {
		email = ""
	}
	if email != "" {
		add(email, cmp.Or(chosen.Person.Name(), email), joinedBy(chosen.Home.Name, email), true)
	}
	add(desk.Nobody, views.T(lang, "try.nobody"), "", email == "")
	if words == "" {
		return f, nil
	}
	list, err := a.DB.Callers(c.UserContext(), db.AccountScope{All: true}, words, contactsFound+1)
	if err != nil {
		return nil, err
	}
	for _, p := range list[:min(len(list), contactsFound)] {
		if p.Email != email {
			add(p.Email, db.Person{FirstName: p.FirstName, LastName: p.LastName}.Name(), joinedBy(p.Account, p.Email), false)
		}
	}
	switch {
	case len(list) == 0:
		f.Hint = views.Say("try.contact.none")
	case len(list) > contactsFound:
		f.Hint = views.Say("try.contact.more")
	default:
		f.Hint = views.Count("try.contact.found", len(list))
	}
	return f, nil
}

// accountFinder is where an account is looked for that the form itself does not ask for, with the chosen one on top.
func (a *App) accountFinder(c *fiber.Ctx, words string, chosen db.AccountLine) (*views.Finder, error) {
	f := &views.Finder{Key: "try-account", Name: accountWords, Words: words, Hint: views.Say("form.find.hint")}
	ids := map[string]int{}
	list, err := a.DB.FindAccounts(c.UserContext(), db.AccountScope{All: true}, words, desk.AccountsFound+1)
	if err != nil {
		return nil, err
	}
	switch {
	case words != "" && len(list) == 0:
		f.Hint = views.Say("form.find.none")
	case len(list) > desk.AccountsFound:
		f.Hint = views.Say("form.find.more")
	case words != "":
		f.Hint = views.Count("form.find.found", len(list))
	}
	list = slices.DeleteFunc(list[:min(len(list), desk.AccountsFound)], func(l db.AccountLine) bool { return l.ID == chosen.ID })
	if chosen.ID != 0 {
		list = append([]db.AccountLine{chosen}, list...)
	}
	for _, l := range list {
		f.Choices = append(f.Choices, views.Choice{Option: rules.Option{Value: l.ClientNumber, Label: rules.Text{"en": l.Name}},
			ID: choiceID(f.Key, l.ClientNumber, ids), Name: f.Key, Type: "radio", Detail: l.ClientNumber, Chosen: l.ID == chosen.ID})
	}
	return f, nil
}

func joinedBy(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), " · ")
}

// trialQuery is a part of an address: of names and values, without those that are empty.
func trialQuery(pairs ...string) string {
	q := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			q.Set(pairs[i], pairs[i+1])
		}
	}
	return q.Encode()
}

// pretend lists the facts that can be given instead of those that are known, those of the time first.
func (t *trial) pretend(v *views.Trial) {
	facts := slices.DeleteFunc(t.vocabulary.Facts(), func(f rules.Fact) bool { return !rules.Assumable(f.Path) })
	rank := func(f rules.Fact) int {
		switch {
		case strings.HasPrefix(f.Path, "now."):
			return 0
		case f.Choices != nil:
			return 1
		}
		return 2
	}
	slices.SortStableFunc(facts, func(a, b rules.Fact) int { return rank(a) - rank(b) })
	for _, f := range facts {
		given, isGiven := t.tried.Assumed[f.Path]
		p := views.Pretend{Field: "assume-" + f.Path, Label: t.g.Fact(f.Path), Known: t.factValue(f.Path, t.tried.Known[f.Path]),
			Wrong: complaintOf(t.wrong, "assume-"+f.Path)}
		if !p.Wrong.Empty() {
			p.Values = t.in.Assume[f.Path]
		}
		if isGiven {
			v.Pretending++
			p.Values = rules.Posted(given)
		}
		choices := f.Choices
		switch {
		case f.Type == rules.Bool:
			p.Kind, choices = "select", []string{"yes", "no"}
		case f.Type == rules.List && choices != nil:
			p.Kind = "checks"
		case choices != nil:
			p.Kind = "select"
		case f.Type == rules.Int:
			p.Kind = "number"
		default:
			p.Kind = "text"
		}
		for _, c := range choices {
			label := t.factValue(f.Path, c)
			if f.Type == rules.Bool {
				label = views.T(t.g.Lang, "form."+c)
			}
			p.Choices = append(p.Choices, views.PretendChoice{Value: c, Label: label, Chosen: slices.Contains(p.Values, c)})
		}
		if p.Kind == "checks" {
			p.Choices = append(p.Choices, views.PretendChoice{Label: views.T(t.g.Lang, "try.pretend.none"), Chosen: isGiven && slices.Equal(p.Values, []string{""})})
		}
		if p.Kind == "text" && f.Type == rules.List || len(p.Values) == 0 {
			p.Values = append(p.Values, "")
		}
		v.Pretend = append(v.Pretend, p)
	}
}

// factValue is a value of a fact as people read it: days, roles and languages by their names.
func (t *trial) factValue(path string, value any) string {
	name := func(s string) string {
		if path == "contact.roles" {
			return views.T(t.g.Lang, "role."+s)
		}
		if key := "try.value." + path + "." + s; views.T(t.g.Lang, key) != key {
			return views.T(t.g.Lang, key)
		}
		return s
	}
	switch v := value.(type) {
	case nil:
		return views.T(t.g.Lang, "try.pretend.unknown")
	case string:
		return name(v)
	case []string:
		names := make([]string, len(v))
		for i, s := range v {
			names[i] = name(s)
		}
		return t.g.Value(names)
	}
	return t.g.Value(value)
}

// decided asks the rule set that is tried and, where it is a draft's, the live one too.
func (t *trial) decided(v *views.Trial) {
	draft := t.set().Decide(t.tried.Facts)
	live := draft
	if t.draft != nil && t.live != nil {
		live = t.live.Decide(t.tried.Facts)
	}
	shown := map[string]bool{}
	for _, name := range rules.OutcomeNames {
		a, b := draft.Outcomes.Value(name), live.Outcomes.Value(name)
		if !draft.Outcomes.Gives(name) && !live.Outcomes.Gives(name) && name != rules.OutcomePriority && name != rules.OutcomeQueue {
			continue
		}
		out := views.TriedOutcome{Name: views.Say("rules.field." + name), Draft: t.side(name, a, draft.Trace), Live: t.side(name, b, live.Trace),
			Differs: !draft.Outcomes.Same(name, live.Outcomes)}
		v.Differs = v.Differs || out.Differs
		v.Outcomes = append(v.Outcomes, out)
		for _, r := range out.Draft.By {
			shown[r.Name] = true
		}
	}
	for _, name := range draft.Trace.Held {
		if !shown[name] {
			v.Held = append(v.Held, t.rule(name))
		}
	}
	for _, f := range draft.Trace.Failed {
		v.Failed = append(v.Failed, f.Rule)
	}
	t.due(v, draft, live)
	for _, lang := range views.Languages {
		s := views.TriedSentence{Lang: lang, Language: views.Say("rules.language." + lang), Draft: draft.Customer[lang], Live: live.Customer[lang]}
		if s.Differs = s.Draft != s.Live; s.Draft != "" || s.Live != "" {
			v.Sentences = append(v.Sentences, s)
			v.Differs = v.Differs || s.Differs
		}
	}
	t.near(v)
	t.keeping(v, draft)
}

// nearBudget bounds how many forms are filled in, with each answer that changes, to find what came close.
const nearBudget = 2_000

// near tells what came close, where the form could be sent as it is.
func (t *trial) near(v *views.Trial) {
	if v.Unfinished = len(t.tried.Filled.Missing) > 0; v.Unfinished {
		return
	}
	why := t.set().Explain(rules.Asking{Facts: t.tried.Facts, Form: t.tried.Form, Offers: t.tried.Offers, Budget: nearBudget})
	for _, n := range why.Near {
		near := views.TriedNear{Rule: t.rule(n.Rule), Outcome: t.g.Outcome(n.Outcome, n.Value)}
		near.Rule.When = n.When
		for _, c := range n.Change {
			near.Change = append(near.Change, views.NamedValue{Name: t.g.Fact("answers." + c.Question.Key), Value: t.g.Value(c.To)})
		}
		if i := slices.IndexFunc(v.Near, near.Same); i >= 0 { // the same answers would have it set that too
			v.Near[i].Outcome += ", " + near.Outcome
			continue
		}
		v.Near = append(v.Near, near)
	}
}

// due tells by when the case would be answered and solved.
func (t *trial) due(v *views.Trial, draft, live rules.Decision) {
	if t.tried.Account.ID == 0 {
		return
	}
	zone := t.tried.Account.Zone()
	v.At = t.tried.At.In(zone)
	answer, solution := t.tried.Promised(draft)
	liveAnswer, liveSolution := t.tried.Promised(live)
	for _, due := range []views.TriedDue{
		{Name: views.Say("try.due.answer"), Draft: answer, Live: liveAnswer},
		{Name: views.Say("try.due.solution"), Draft: solution, Live: liveSolution},
	} {
		if due.Draft.IsZero() && due.Live.IsZero() {
			continue
		}
		due.Differs = !due.Draft.Equal(due.Live)
		due.Draft, due.Live = inZone(due.Draft, zone), inZone(due.Live, zone)
		v.Due = append(v.Due, due)
	}
}

func inZone(at time.Time, zone *time.Location) time.Time {
	if at.IsZero() {
		return at
	}
	return at.In(zone)
}

func (t *trial) side(name string, value any, trace rules.Trace) views.TriedSide {
	side := views.TriedSide{Value: t.g.Outcome(name, value)}
	for _, step := range trace.Steps {
		if step.Outcome != name {
			continue
		}
		by := t.rule(step.Rule)
		by.When, by.Used = step.When, t.g.Used(step.Used)
		side.By = append(side.By, by)
	}
	return side
}

// rule is a rule of the set that is tried, with the place where it is edited.
func (t *trial) rule(name string) views.TriedRule {
	r := views.TriedRule{Name: name, Default: name == rules.ByDefault}
	if t.draft == nil {
		return r
	}
	if i := slices.IndexFunc(t.draft.Set.Rules, func(r rules.Rule) bool { return r.Name == name }); i >= 0 {
		r.Href = t.draft.path() + "?rule=" + strconv.Itoa(i+1) + "#editor"
	} else if r.Default {
		r.Href = t.draft.path() + "?rule=default#editor"
	}
	return r
}

// keeping is the form that makes an example of the trial.
func (t *trial) keeping(v *views.Trial, d rules.Decision) {
	k := t.keep
	if k.Name == "" {
		k.Name = clean(t.raw.Get("example-name"))
	}
	expected := t.raw["example-expect"]
	if len(expected) == 0 {
		expected = []string{rules.OutcomePriority, rules.OutcomeQueue}
	}
	for _, name := range rules.OutcomeNames {
		if d.Outcomes.Gives(name) {
			k.Outcomes = append(k.Outcomes, views.KeepOutcome{Name: name, Label: views.Say("rules.field." + name),
				Value: t.g.Outcome(name, d.Outcomes.Value(name)), Chosen: slices.Contains(expected, name)})
		}
	}
	if t.draft != nil {
		k.Action = t.draft.path() + "/examples"
		if t.example > 0 && t.example <= len(t.draft.Set.Examples) {
			k.Was = t.draft.Set.Examples[t.example-1].Name
			if k.Name == "" {
				k.Name = k.Was
			}
		}
	} else {
		k.Action, k.Drafts, k.Fresh = "/rules/examples", t.drafts, clean(t.raw.Get("example-fresh"))
	}
	k.Open = k.Open || k.Was != "" || t.raw.Get("example-name") != ""
	v.Keep = k
}
