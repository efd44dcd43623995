package handlers

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"portico/policy"
	"portico/rules"
	"portico/views"

	"github.com/gofiber/fiber/v2"
)

// ruleLanguage documents what conditions are written in: what of it can be, from the code that reads them.
func (a *App) ruleLanguage(c *fiber.Ctx, who policy.Actor) error {
	if err := a.Judge.Check(who, policy.Configure, policy.Object{}); err != nil {
		return err
	}
	_, vocabulary, err := a.Desk.World(c.UserContext())
	if err != nil {
		return err
	}
	g, err := a.glossary(c)
	if err != nil {
		return err
	}
	p := &views.LanguagePage{Tabs: rulesTabs("/rules/language"), Facts: g.FactLines(vocabulary.Facts()), Bounds: rules.LanguageBounds()}
	p.Title, p.Here = views.T(g.Lang, "language.title"), "rules"
	for _, w := range rules.Operators {
		p.Operators = append(p.Operators, views.LanguageWord{Word: w})
	}
	for _, w := range rules.Functions {
		p.Functions = append(p.Functions, views.LanguageWord{Word: w})
	}
	for _, name := range rules.OutcomeNames {
		p.Outcomes = append(p.Outcomes, views.LanguageOutcome{Name: name, Adds: slices.Contains(rules.AddingOutcomes, name)})
	}
	for i, w := range rules.Worked {
		line := views.WorkedLine{N: i + 1, Key: w.Key, When: w.When}
		for _, over := range w.Over {
			o := views.WorkedOver{Holds: over.Holds}
			for _, u := range over.Given {
				o.Facts = append(o.Facts, views.WorkedFact{Path: u.Fact, Value: asWritten(u.Value), Missing: u.Value == nil})
			}
			line.Over = append(line.Over, o)
		}
		p.Worked = append(p.Worked, line)
	}
	return a.page(c, who, p)
}

// asWritten is a value as a condition would write it.
func asWritten(value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case string:
		return strconv.Quote(v)
	case []string:
		quoted := make([]string, len(v))
		for i, s := range v {
			quoted[i] = strconv.Quote(s)
		}
		return "[" + strings.Join(quoted, ", ") + "]"
	}
	return fmt.Sprint(value)
}
