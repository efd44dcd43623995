package handlers

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"portico/db"
	"portico/handlers/desk"
	"portico/policy"
	"portico/views"

	"github.com/gofiber/fiber/v2"
)

// setupTargets shows what is promised.
func (a *App) setupTargets(c *fiber.Ctx, who policy.Actor) error {
	p, err := a.targetsPage(c)
	if err != nil {
		return err
	}
	return a.page(c, who, p)
}

func (a *App) targetsPage(c *fiber.Ctx) (*views.SetupTargets, error) {
	targets, err := a.DB.ResponseTargets(c.UserContext())
	if err != nil {
		return nil, err
	}
	tiers, err := a.DB.TargetTiers(c.UserContext())
	if err != nil {
		return nil, err
	}
	p := &views.SetupTargets{}
	p.Tabs = setupFrame(&p.Shell, "targets", views.T(a.lang(c), "setup.targets.title"))
	p.Form = views.TargetForm{Post: a.post(c, "/setup/targets"), Marks: desk.Marks(desk.TargetsAsContent(targets))}
	tiers = append([]string{""}, tiers...)
	for _, tier := range tiers {
		p.Form.Heads = append(p.Form.Heads, views.TargetHead{Tier: tier})
	}
	for priority := db.Critical; priority <= db.Low; priority++ {
		row := views.TargetRow{Priority: priority}
		for n, tier := range tiers {
			cell := views.TargetCell{ID: fmt.Sprintf("target-%d-%d", priority, n), Tier: tier, Unit: "business-hours"}
			for _, t := range targets {
				if t.Priority == priority && t.Tier == tier {
					cell.Number, cell.Unit = targetWords(t)
				}
			}
			row.Cells = append(row.Cells, cell)
		}
		p.Form.Rows = append(p.Form.Rows, row)
	}
	return p, nil
}

// targetWords is a target as it is typed: a number, and what it counts.
func targetWords(t db.ResponseTarget) (number, unit string) {
	minutes, unit := t.Minutes, "minutes"
	if minutes%60 == 0 {
		minutes, unit = minutes/60, "hours"
	}
	if t.BusinessHours {
		unit = "business-" + unit
	}
	return strconv.Itoa(minutes), unit
}

// targetTyped is what stands in a cell. What is no number is refused as the number that can't be.
func targetTyped(cell views.TargetCell, priority db.Priority) db.ResponseTarget {
	minutes, err := strconv.Atoi(cell.Number)
	if err != nil || minutes > 1_000_000 {
		minutes = -1
	}
	if strings.HasSuffix(cell.Unit, "hours") {
		minutes *= 60
	}
	return db.ResponseTarget{Priority: priority, Tier: cell.Tier, Minutes: minutes, BusinessHours: strings.HasPrefix(cell.Unit, "business")}
}

// saveTargets replaces what is promised.
func (a *App) saveTargets(c *fiber.Ctx, who policy.Actor) error {
	p, err := a.targetsPage(c)
	if err != nil {
		return err
	}
	// The table may have another column by now: which cell is which tier's is what the form says.
	var targets []db.ResponseTarget
	current := map[string]views.TargetCell{}
	for r := range p.Form.Rows {
		row := &p.Form.Rows[r]
		for i := range row.Cells {
			cell := &row.Cells[i]
			current[desk.TargetPlace(row.Priority, cell.Tier)] = *cell
			cell.Number, cell.Unit = strings.TrimSpace(c.FormValue(cell.ID)), c.FormValue(cell.ID+"-unit")
			if cell.Number != "" {
				targets = append(targets, targetTyped(*cell, row.Priority))
			}
		}
	}
	err = a.Desk.SetTargets(c.UserContext(), who, targets, c.FormValue("marks"))
	if err == nil {
		return a.done(c, "/setup/targets?done=setup-saved")
	}
	var invalid desk.Invalid
	var changed desk.Meanwhile
	switch {
	case errors.As(err, &invalid):
		p.Form.Wrong, p.Form.Marks = true, c.FormValue("marks")
	case errors.As(err, &changed):
		p.Form.Stale = true
	default:
		return err
	}
	for r := range p.Form.Rows {
		for i := range p.Form.Rows[r].Cells {
			cell := &p.Form.Rows[r].Cells[i]
			place := desk.TargetPlace(p.Form.Rows[r].Priority, cell.Tier)
			if wrong, found := invalid[place]; found {
				cell.Complaint = views.Message{Key: wrong.Code, Args: wrong.Args}
			}
			if now := current[place]; p.Form.Stale && (now.Number != cell.Number || now.Number != "" && now.Unit != cell.Unit) {
				cell.Meanwhile = meanwhile(strings.TrimSpace(now.Number + " " + views.T(a.lang(c), "setup.targets.unit."+now.Unit)))
				if now.Number == "" {
					cell.Meanwhile = meanwhile("")
				}
			}
		}
	}
	return a.refuse(c, who, p, &p.Form)
}
