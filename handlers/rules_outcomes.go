package handlers

import (
	"slices"
	"strconv"
	"strings"

	"portico/db"
	"portico/handlers/desk"
	"portico/rules"
	"portico/views"

	"github.com/gofiber/fiber/v2"
)

// outcomesTyped are the outcomes that a form of the rules' editor brought. What makes no sense is kept so that it can't be
// saved: reading it back says what it should be.
func outcomesTyped(c *fiber.Ctx) rules.Outcomes {
	o := rules.Outcomes{
		Queue: c.FormValue("queue"), Tags: tagList(c.FormValue("tags")), Assignee: c.FormValue("assignee"),
		AnswerWithin: withinTyped(c, "answer_within"), SolveWithin: withinTyped(c, "solve_within"),
	}
	if s := c.FormValue("priority"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil {
			n = -1 // the check says what it should be
		}
		o.Priority = n
	}
	for _, email := range c.Request().PostArgs().PeekMulti("notify") {
		if s := string(email); s != "" && !slices.Contains(o.Notify, s) {
			o.Notify = append(o.Notify, s)
		}
	}
	en, fr := c.Request().PostArgs().PeekMulti("request-en"), c.Request().PostArgs().PeekMulti("request-fr")
	for i := range min(len(en), len(fr)) {
		t := rules.Text{}
		for lang, s := range map[string]string{"en": desk.CleanText(string(en[i])), "fr": desk.CleanText(string(fr[i]))} {
			if s != "" {
				t[lang] = s
			}
		}
		if len(t) > 0 {
			o.Request = append(o.Request, t)
		}
	}
	return o
}

// withinTyped is a time of a figure and its unit; one that can't be is negative.
func withinTyped(c *fiber.Ctx, field string) rules.Within {
	figure, unit := strings.TrimSpace(c.FormValue(field)), c.FormValue(field+"-unit")
	if figure == "" {
		return rules.Within{}
	}
	if w, ok := rules.ParseWithin(figure + " " + unit); ok {
		return w
	}
	_, business := strings.CutPrefix(unit, "business ")
	return rules.Within{Minutes: -1, Business: business}
}

// withinUnits are those that a time can be given in, as rule files write them.
var withinUnits = []string{"minutes", "hours", "business minutes", "business hours"}

func withinField(name string, w rules.Within) views.WithinField {
	f := views.WithinField{Name: name}
	unit := "hours"
	if w.Minutes > 0 {
		n := w.Minutes
		if n%60 == 0 {
			n /= 60
		} else {
			unit = "minutes"
		}
		f.Figure = strconv.Itoa(n)
	}
	if w.Business || w.Minutes == 0 {
		unit = "business " + unit
	}
	for _, u := range withinUnits {
		f.Units = append(f.Units, views.WithinUnit{Value: u, Label: views.Say("outcomes.unit." + strings.ReplaceAll(u, " ", "-")), Chosen: u == unit})
	}
	return f
}

// outcomeFields are the fields of a rule's outcomes. Colleagues whom it names and who can't be chosen any more stand among
// the others: nothing is lost by saving.
func outcomeFields(o rules.Outcomes, staff []db.StaffName) views.OutcomeFields {
	f := views.OutcomeFields{
		Within: []views.WithinField{withinField(rules.OutcomeAnswerWithin, o.AnswerWithin), withinField(rules.OutcomeSolveWithin, o.SolveWithin)},
		More:   slices.ContainsFunc(rules.OutcomeNames[2:], func(name string) bool { return name != rules.OutcomeTags && o.Gives(name) }),
	}
	named := func(chosen ...string) (list []views.StaffChoice) {
		for _, s := range staff {
			list = append(list, views.StaffChoice{Email: s.Email, Name: s.Name(), Chosen: slices.Contains(chosen, s.Email)})
		}
		for _, email := range chosen {
			if email != "" && !slices.ContainsFunc(staff, func(s db.StaffName) bool { return s.Email == email }) {
				list = append(list, views.StaffChoice{Email: email, Name: email, Chosen: true, Gone: true})
			}
		}
		return list
	}
	f.Assignee, f.Notify = named(o.Assignee), named(o.Notify...)
	for i := range len(o.Request) + 1 {
		row := views.RequestRow{N: i + 1}
		if i < len(o.Request) {
			row.English, row.French = o.Request[i]["en"], o.Request[i]["fr"]
		}
		f.Request = append(f.Request, row)
	}
	return f
}
