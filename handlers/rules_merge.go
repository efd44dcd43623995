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

// merging is how the draft would be joined with what was published meanwhile, after what was chosen so far.
func (d *drafted) merging(choices map[string]rules.Choice) *views.MergeForm {
	f := &views.MergeForm{Post: d.app.post(d.c, d.path()+"/base"), Revision: d.Revision, Live: d.Live, Base: d.BaseVersion, Broken: d.Broken,
		Compared: views.Comparison{Old: views.T(d.g.Lang, "rules.version", "N", d.BaseVersion), New: views.T(d.g.Lang, "rules.version", "N", d.Live),
			Things: d.g.Compare(d.Base, d.Now)}}
	if d.Broken {
		return f
	}
	for i, c := range rules.Merge(d.Base, d.Set, d.Now, choices).Conflicts {
		chosen := choices[c.Key()]
		shown := d.g.Conflict(c)
		shown.N, shown.Chosen = i, string(chosen.Side)
		if shown.Text = chosen.Text; shown.Text == "" {
			shown.Text = c.Mine
		}
		switch {
		case choices == nil || c.Settled:
		case chosen.Side == rules.Edited:
			shown.Complaint, f.Wrong = views.Say("drafts.merge.unread"), true
		default:
			shown.Complaint, f.Wrong = views.Say("drafts.merge.unchosen"), true
		}
		f.Conflicts = append(f.Conflicts, shown)
	}
	return f
}

// mostChoices is how many conflicts one form settles: far more than anybody looks through.
const mostChoices = 2000

// chosenSides reads what was chosen of each conflict.
func chosenSides(c *fiber.Ctx) map[string]rules.Choice {
	choices := map[string]rules.Choice{}
	for i := range mostChoices {
		n := strconv.Itoa(i)
		key := unixLines(c.FormValue("key-" + n))
		if key == "" {
			break
		}
		side := rules.Side(c.FormValue("side-" + n))
		if slices.Contains([]rules.Side{rules.Mine, rules.Theirs, rules.Edited}, side) {
			choices[key] = rules.Choice{Side: side, Text: strings.TrimSpace(unixLines(c.FormValue("text-" + n)))}
		}
	}
	return choices
}

// updateDraft joins a draft with what was published since it was begun, or says that it counts as it is.
func (a *App) updateDraft(c *fiber.Ctx, who policy.Actor) error {
	id, err := draftID(c)
	if err != nil {
		return err
	}
	live, err := strconv.Atoi(c.FormValue("live"))
	if err != nil {
		live = -1 // no version at all: stale
	}
	choices := chosenSides(c)
	said := "draft-joined"
	if c.FormValue("keep") != "" {
		said = "draft-updated"
		_, err = a.Desk.UpdateDraft(c.UserContext(), who, id, revision(c), live)
	} else {
		_, err = a.Desk.Rebase(c.UserContext(), who, id, revision(c), live, choices)
	}
	var unpublishable desk.Unpublishable
	switch {
	case err == nil:
		return a.done(c, views.DraftPath(id)+"/changes?done="+said)
	case errors.Is(err, desk.ErrUnreadable), errors.As(err, &unpublishable):
		return a.done(c, views.DraftPath(id)+"/text")
	case errors.Is(err, db.ErrStale), errors.As(err, new(desk.Unsettled)):
	default:
		return fmt.Errorf("bring draft %d up to date: %w", id, err)
	}
	d, wrong := a.draft(c, who)
	if wrong != nil {
		return wrong
	}
	p, wrong := d.changesPage()
	if wrong != nil {
		return wrong
	}
	if d.Overtaken() {
		p.Merge = d.merging(choices)
	}
	if errors.Is(err, db.ErrStale) || p.Merge == nil {
		return d.staleChanges(p)
	}
	return a.refuse(c, who, p, p.Merge)
}
