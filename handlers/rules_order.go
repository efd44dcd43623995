package handlers

import (
	"errors"
	"fmt"
	"strconv"

	"portico/db"
	"portico/handlers/desk"
	"portico/policy"
	"portico/rules"
	"portico/views"

	"github.com/gofiber/fiber/v2"
)

// orderRules takes the rule at one place of a draft to another. What stands in the editor at that time, saved or not,
// comes along and stays there.
func (a *App) orderRules(c *fiber.Ctx, who policy.Actor) error {
	id, err := draftID(c)
	if err != nil {
		return err
	}
	from, _ := strconv.Atoi(c.FormValue("from"))
	to, _ := strconv.Atoi(c.FormValue("to"))
	_, err = a.Desk.EditDraft(c.UserContext(), who, id, revision(c), func(set *rules.RuleSet) error {
		if n := len(set.Rules); from < 1 || from > n || to < 1 || to > n {
			return db.ErrNotFound
		}
		desk.MoveRule(set, from-1, to-1)
		return nil
	})
	inEditor := func(n int) place { return placeNamed(c.FormValue("place"), c.FormValue("after"), n) }
	switch {
	case errors.Is(err, db.ErrStale) && c.FormValue("place") != "":
		return a.conflict(c, who, inEditor, typedIn(c))
	case errors.Is(err, db.ErrStale):
		return a.overtakenDraft(c, who)
	case errors.Is(err, desk.ErrUnreadable):
		return a.done(c, views.DraftPath(id)+"/text")
	case err != nil:
		return err
	}
	if !isPartial(c) {
		return c.Redirect(fmt.Sprintf("%s?rule=%d&done=rule-moved#editor", views.DraftPath(id), to), fiber.StatusSeeOther)
	}
	d, err := a.draft(c, who)
	if err != nil {
		return err
	}
	if d.Broken {
		return a.done(c, d.path()+"/text")
	}
	d.said = views.Say("editor.moved", "Rule", d.Set.Rules[to-1].Name, "N", to, "Of", len(d.Set.Rules))
	at := inEditor(len(d.Set.Rules)).moved(from, to)
	c.Set("HX-Replace-Url", fmt.Sprintf("%s?rule=%s", d.path(), at))
	if c.FormValue("place") == "" {
		return d.show(at, d.saved(), nil)
	}
	set := cloneSet(d.Set)
	typedIn(c).apply(&set, at)
	return d.show(at, d.judge(set), nil)
}

// moved is where the same rule is after another one, or itself, went from one place to another.
func (p place) moved(from, to int) place {
	if p.rule == 0 {
		return p
	}
	switch {
	case p.rule == from:
		p.rule = to
	case from < p.rule && p.rule <= to:
		p.rule--
	case to <= p.rule && p.rule < from:
		p.rule++
	}
	return p
}
