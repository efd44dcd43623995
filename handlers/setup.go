package handlers

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"portico/db"
	"portico/handlers/desk"
	"portico/policy"
	"portico/rules"
	"portico/views"

	"github.com/gofiber/fiber/v2"
)

// setsUp lets in who sets the portal up.
func (a *App) setsUp(h Handler) fiber.Handler {
	return a.signedIn(func(c *fiber.Ctx, who policy.Actor) error {
		if err := a.Judge.Check(who, policy.Configure, policy.Object{}); err != nil {
			return err
		}
		return h(c, who)
	})
}

// setupParts are the parts of the set-up, in the order in which a new portal needs them.
var setupParts = []string{"portal", "services", "queues", "staff", "catalog", "targets", "calendar", "contact"}

// setupFrame fills what all pages of the set-up have, and gives the links to its parts.
func setupFrame(s *views.Shell, part, title string) []views.SetupTab {
	s.Title, s.Here = title, "setup"
	tabs := []views.SetupTab{{Href: "/setup", Label: views.Say("setup.tab.overview"), Current: part == ""}}
	for _, p := range setupParts {
		tabs = append(tabs, views.SetupTab{Href: "/setup/" + p, Label: views.Say("setup.tab." + p), Current: p == part})
	}
	return tabs
}

// setup shows how far the portal is set up.
func (a *App) setup(c *fiber.Ctx, who policy.Actor) error {
	ctx := c.UserContext()
	have, err := a.DB.SetUpProgress(ctx)
	if err != nil {
		return err
	}
	live, err := a.Desk.PublishedRules(ctx, who, have.Rules)
	if err != nil {
		return err
	}
	p := &views.SetupOverview{}
	p.Tabs = setupFrame(&p.Shell, "", views.T(a.lang(c), "setup.title"))
	step := func(part, href, title string, done bool, state, otherwise views.Message) {
		if !done {
			state = otherwise
			p.Left++
		}
		p.Steps = append(p.Steps, views.SetupStep{Href: href, Title: views.Say(title), Line: views.Say("setup.step." + part + ".line"), State: state, Done: done})
	}
	own := func(part string, done bool, state, otherwise views.Message) {
		step(part, "/setup/"+part, "setup.tab."+part, done, state, otherwise)
	}
	counted := func(what string, n int) views.Message { return views.Count("setup.state."+what, n) }
	none := views.Say("setup.state.none")
	own("portal", have.Named, views.Say("setup.state.named", "Name", a.provider().Name), none)
	own("services", have.Services > 0, counted("services", have.Services), none)
	own("queues", have.Queues > 1, counted("queues", have.Queues), views.Say("setup.state.one-queue"))
	own("staff", have.Staff > 1, counted("staff", have.Staff), views.Say("setup.state.only-you"))
	own("catalog", have.Items > 0, counted("items", have.Items), none)
	step("accounts", "/accounts", "setup.step.accounts", have.Accounts > 0, counted("accounts", have.Accounts), none)
	step("contacts", "/contacts", "setup.step.contacts", have.Contacts > 0, counted("contacts", have.Contacts), none)
	step("rules", "/rules", "setup.step.rules", len(live.Rules) > 0, views.Say("setup.state.rules", "N", have.Rules), views.Say("setup.state.first-rules"))
	own("targets", have.Targets > 0, counted("targets", have.Targets), none)
	own("calendar", have.Days > 0, counted("days", have.Days), views.Say("setup.state.always"))
	own("contact", have.Ways > 0, counted("ways", have.Ways), none)
	return a.page(c, who, p)
}

// sheet is a kind of form of the set-up: what it is made of, and how that is asked for. The keys of its fields are the
// names that the parts of its content have as JSON.
type sheet[C any] struct {
	id, action string
	title      views.Message
	submit     views.Message
	fields     func(C) []views.SetupField
}

// form shows a content to be changed.
func (s sheet[C]) form(a *App, c *fiber.Ctx, content C) views.SetupForm {
	return views.SetupForm{Post: a.post(c, s.action), ID: s.id, Title: s.title, Marks: desk.Marks(content), Fields: s.fields(content), Submit: s.submit}
}

// refused is the form again, with what was typed and what is wrong with it; nil where the error is not the form's. now
// reads what somebody else made of it meanwhile.
func (s sheet[C]) refused(a *App, c *fiber.Ctx, typed C, err error, now func() (C, error)) (*views.SetupForm, error) {
	var invalid desk.Invalid
	switch {
	case errors.As(err, &invalid):
		form := s.form(a, c, typed)
		form.Marks, form.Fresh = c.FormValue("marks"), true
		complain(&form, invalid)
		return &form, nil
	case errors.Is(err, db.ErrStale) && now != nil:
		current, err := now()
		if err != nil {
			return nil, err
		}
		form := s.form(a, c, typed)
		form.Marks, form.Stale, form.Fresh = desk.Marks(current), true, true
		changed := desk.ChangedSince(c.FormValue("marks"), current)
		for i, there := range s.fields(current) {
			if i < len(form.Fields) && form.Fields[i].Key == there.Key && slices.ContainsFunc(changed, func(part string) bool {
				return there.Key == part || strings.HasPrefix(there.Key, part+"-")
			}) {
				form.Fields[i].Meanwhile = meanwhile(shownIn(there))
			}
		}
		return &form, nil
	}
	return nil, err
}

func meanwhile(value string) views.Message {
	if value == "" {
		return views.Say("setup.meanwhile.nothing")
	}
	return views.Say("setup.meanwhile", "Value", value)
}

// shownIn is what a field shows, in words.
func shownIn(f views.SetupField) string {
	var words []string
	for _, in := range f.Inputs {
		words = append(words, in.Value)
	}
	for _, choice := range f.Choices {
		if choice.Chosen {
			words = append(words, choice.Label)
		}
	}
	for _, row := range f.Rows {
		if row.Inputs[0].Value != "" {
			words = append(words, row.Inputs[0].Value)
		}
	}
	return strings.Join(slices.DeleteFunc(words, func(w string) bool { return w == "" }), " · ")
}

// complain puts each complaint beside the field that it is about; one about none of them beside the first.
func complain(form *views.SetupForm, invalid desk.Invalid) {
	said := map[string]bool{}
	say := func(key string, to *views.Message) {
		if wrong, found := invalid[key]; found {
			*to, said[key] = views.Message{Key: wrong.Code, Args: wrong.Args}, true
		}
	}
	for i := range form.Fields {
		f := &form.Fields[i]
		for n := range f.Inputs {
			say(f.Inputs[n].ID, &f.Inputs[n].Complaint)
		}
		for n := range f.Rows {
			for k := range f.Rows[n].Inputs {
				say(f.Rows[n].Inputs[k].ID, &f.Rows[n].Inputs[k].Complaint)
			}
		}
		if !said[f.Key] {
			say(f.Key, &f.Complaint)
		}
	}
	for key := range invalid {
		if !said[key] && len(form.Fields) > 0 {
			say(key, &form.Fields[0].Complaint)
		}
	}
}

// What fields of the set-up are made of.

func lineField(key, label, value, kind string) views.SetupField {
	return views.SetupField{Kind: views.SetupText, Key: key, Label: views.Say(label),
		Inputs: []views.SetupInput{{ID: key, Name: key, Type: kind, Value: value, Label: views.Say(label), Max: 300, Autocomplete: "off"}}}
}

func bothField(key, label string, t rules.Text) views.SetupField {
	f := views.SetupField{Kind: views.SetupText, Key: key, Label: views.Say(label)}
	for _, lang := range views.Languages {
		id := key + "-" + lang
		f.Inputs = append(f.Inputs, views.SetupInput{ID: id, Name: id, Type: "text", Value: t[lang], Lang: lang, Label: views.Say("setup.in." + lang),
			Max: 300, Autocomplete: "off"})
	}
	return f
}

func choiceField(kind, key, label string, choices ...views.SetupChoice) views.SetupField {
	for i := range choices {
		choices[i].ID, choices[i].Name = fmt.Sprintf("%s-%d", key, i+1), key
	}
	return views.SetupField{Kind: kind, Key: key, Label: views.Say(label), Choices: choices}
}

// spareLines is how many empty lines wait for more choices.
const spareLines = 2

func linesField(key, label string, options []rules.Option) views.SetupField {
	f := views.SetupField{Kind: views.SetupLines, Key: key, Label: views.Say(label)}
	for i := range len(options) + spareLines {
		var o rules.Option
		if i < len(options) {
			o = options[i]
		}
		row := views.SetupLine{N: i + 1, Field: key, Value: o.Value, IsLast: i == len(options)+spareLines-1}
		for _, lang := range views.Languages {
			row.Inputs = append(row.Inputs, views.SetupInput{ID: fmt.Sprintf("%s-%d-%s", key, i, lang), Name: key + "-" + lang, Type: "text",
				Value: o.Label[lang], Lang: lang, Label: views.Say("setup.line."+lang, "N", i+1), Max: 300, Autocomplete: "off"})
		}
		f.Rows = append(f.Rows, row)
	}
	return f
}

// What such fields bring back.

func bothOf(c *fiber.Ctx, key string) rules.Text {
	t := rules.Text{}
	for _, lang := range views.Languages {
		t[lang] = c.FormValue(key + "-" + lang)
	}
	return t
}

func linesOf(c *fiber.Ctx, key string) []rules.Option {
	values := c.Request().PostArgs().PeekMulti(key + "-value")
	at := func(lang string, i int) string {
		if all := c.Request().PostArgs().PeekMulti(key + "-" + lang); i < len(all) {
			return string(all[i])
		}
		return ""
	}
	list := make([]rules.Option, 0, len(values))
	for i, value := range values {
		o := rules.Option{Value: string(value), Label: rules.Text{}}
		for _, lang := range views.Languages {
			o.Label[lang] = at(lang, i)
		}
		list = append(list, o)
	}
	for len(list) > 0 && list[len(list)-1].Value == "" && list[len(list)-1].Label["en"]+list[len(list)-1].Label["fr"] == "" {
		list = list[:len(list)-1]
	}
	return list
}

func idsOf(c *fiber.Ctx, key string) []int64 {
	list := []int64{}
	for _, value := range c.Request().PostArgs().PeekMulti(key) {
		if id, err := strconv.ParseInt(string(value), 10, 64); err == nil {
			list = append(list, id)
		}
	}
	return list
}

// movedLine moves a choice a line up or down where one of the buttons for that was pressed: the form comes back with it in
// its new place, and nothing is saved yet.
func movedLine(c *fiber.Ctx, lists map[string][]rules.Option) bool {
	field, rest, ok := strings.Cut(c.FormValue("move"), ":")
	number, way, _ := strings.Cut(rest, ":")
	n, err := strconv.Atoi(number)
	list, known := lists[field]
	if !ok || !known || err != nil {
		return false
	}
	from, to := n-1, n-2
	if way == "down" {
		to = n
	}
	if from >= 0 && from < len(list) && to >= 0 && to < len(list) {
		list[from], list[to] = list[to], list[from]
	}
	return true
}

// orderOf is how a list is to be put in order: by one of its buttons, or as it was dragged.
func orderOf[K comparable](c *fiber.Ctx, parse func(string) (K, error)) (desk.Order[K], error) {
	var order desk.Order[K]
	var err error
	if one, way, pressed := strings.Cut(c.FormValue("move"), ":"); pressed {
		order.Move, err = parse(one)
		order.Later = way == "down"
	} else {
		for _, value := range c.Request().PostArgs().PeekMulti("order") {
			one, wrong := parse(string(value))
			if wrong != nil {
				err = wrong
				break
			}
			order.All = append(order.All, one)
		}
	}
	if err != nil || order.All == nil && c.FormValue("move") == "" {
		return order, db.ErrNotFound
	}
	return order, nil
}

func parseID(s string) (int64, error)     { return strconv.ParseInt(s, 10, 64) }
func parseKey(s string) (string, error)   { return s, nil }
func idParam(c *fiber.Ctx) (int64, error) { return idFrom(c.Params("id")) }
func idFrom(s string) (id int64, err error) {
	if id, err = strconv.ParseInt(s, 10, 64); err != nil {
		return 0, db.ErrNotFound
	}
	return id, nil
}

// rowEnds marks the first and the last row of a list: there is no way further up or down from them.
func rowEnds(rows []views.SetupRow) {
	if len(rows) > 0 {
		rows[0].IsFirst, rows[len(rows)-1].IsLast = true, true
	}
}

// removal is the answer to who takes a thing of the set-up away: on to its list, or the page again with what speaks against
// it.
func (a *App) removal(c *fiber.Ctx, who policy.Actor, err error, list string, page func() (*views.SetupPage, error)) error {
	var invalid desk.Invalid
	switch {
	case err == nil:
		return a.done(c, list+"?done=setup-removed")
	case !errors.As(err, &invalid):
		return err
	}
	p, err := page()
	if err != nil {
		return err
	}
	complainAction(p, invalid)
	c.Status(fiber.StatusUnprocessableEntity)
	return a.page(c, who, p)
}

// complainAction puts complaints beside the button that was pressed, or above the page where it has none.
func complainAction(p *views.SetupPage, invalid desk.Invalid) {
	for id, wrong := range invalid {
		said := views.Message{Key: wrong.Code, Args: wrong.Args}
		at := slices.IndexFunc(p.Actions, func(a views.SetupAction) bool { return a.ID == id })
		if at < 0 {
			p.Problem = said
			continue
		}
		p.Actions[at].Complaint = said
	}
}
