package handlers

import (
	"errors"
	"net/url"
	"strconv"
	"strings"

	"portico/db"
	"portico/handlers/desk"
	"portico/policy"
	"portico/rules"
	"portico/views"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
)

// repairVersions is how many versions cases can be decided anew by can be chosen from.
const repairVersions = 50

// repairRows is how many cases of a repair are shown.
const repairRows = 100

// repairCases lists the open cases that a version decided and that another would decide otherwise.
func (a *App) repairCases(c *fiber.Ctx, who policy.Actor) error {
	return a.showRepairable(c, who, nil)
}

func (a *App) showRepairable(c *fiber.Ctx, who policy.Actor, wrong desk.Invalid) error {
	version, err := strconv.Atoi(c.Params("version"))
	if err != nil {
		return db.ErrNotFound
	}
	by, _ := strconv.Atoi(c.FormValue("by")) // none is the live one
	after, _ := db.ParseNumber(c.Query("after"))
	all := c.Query("show") == "all"
	found, err := a.Desk.Repairable(c.UserContext(), who, version, by, after, all)
	var invalid desk.Invalid
	if errors.As(err, &invalid) && by != 0 {
		wrong = invalid
		found, err = a.Desk.Repairable(c.UserContext(), who, version, 0, after, all)
	}
	if err != nil {
		return err
	}
	g, err := a.glossary(c)
	if err != nil {
		return err
	}
	path := "/rules/versions/" + c.Params("version") + "/repair"
	p := &views.RepairPage{Version: version, By: found.By, Live: found.Live, Open: found.Open, Looked: found.Looked, All: all, Path: path,
		Choose: views.RepairChoice{Post: a.post(c, path), Submission: uuid.NewString(), By: found.By, Open: found.Open, Lines: repairLines(g, found.List, true)},
		Wrong:  complaintOf(wrong, "by")}
	if len(wrong) > 0 && p.Wrong.Empty() {
		p.Choose.Wrong = complaintOf(wrong, "case")
	}
	for v := found.Live; v > 0 && v > found.Live-repairVersions; v-- {
		p.Versions = append(p.Versions, v)
	}
	address := func(after db.Number) string {
		q := url.Values{"by": {strconv.Itoa(found.By)}}
		if all {
			q.Set("show", "all")
		}
		if after != 0 {
			q.Set("after", after.String())
		}
		return path + "?" + q.Encode()
	}
	if after != 0 {
		p.First = address(0)
	}
	if found.Next != 0 {
		p.Next = address(found.Next)
	}
	p.Title, p.Here = views.T(a.lang(c), "repair.title", "N", version), "rules"
	if len(wrong) > 0 {
		c.Status(fiber.StatusUnprocessableEntity)
	}
	return a.page(c, who, p)
}

// chooseRepair keeps a choice of those cases, to be looked at once more.
func (a *App) chooseRepair(c *fiber.Ctx, who policy.Actor) error {
	version, err := strconv.Atoi(c.Params("version"))
	if err != nil {
		return db.ErrNotFound
	}
	by, err := strconv.Atoi(c.FormValue("by"))
	if err != nil {
		return db.ErrNotFound
	}
	var picks []db.Picked // nil: all
	if c.FormValue("what") != "all" {
		picks = []db.Picked{}
		for _, field := range c.Request().PostArgs().PeekMulti("case") {
			name, revision, _ := strings.Cut(string(field), ":")
			number, ok := db.ParseNumber(name)
			at, err := strconv.Atoi(revision)
			if ok && err == nil {
				picks = append(picks, db.Picked{Case: number, Revision: at})
			}
		}
	}
	id, err := a.Desk.ChooseRepair(c.UserContext(), who, version, by, picks, submission(c))
	var invalid desk.Invalid
	switch {
	case errors.As(err, &invalid):
		return a.showRepairable(c, who, invalid)
	case err != nil:
		return err
	}
	return a.done(c, repairPath(id))
}

func repairPath(id int64) string { return "/rules/repairs/" + strconv.FormatInt(id, 10) }

// showRepair shows a choice of cases before it is done, how far it is, or what came of it.
func (a *App) showRepair(c *fiber.Ctx, who policy.Actor) error {
	id, err := idParam(c)
	if err != nil {
		return err
	}
	repair, list, err := a.Desk.Repair(c.UserContext(), who, id, repairRows)
	if err != nil {
		return err
	}
	g, err := a.glossary(c)
	if err != nil {
		return err
	}
	p := &views.RepairedPage{Repair: views.Repair{Post: a.post(c, repairPath(id)+"/start"), Href: repairPath(id), State: string(repair.State),
		Version: repair.Version, By: repair.By, Cases: repair.Chosen(), Done: repair.Done(), Lines: repairLines(g, list, false)}}
	p.Repair.More = max(repair.Chosen()-len(list), 0)
	for _, result := range []db.RepairResult{db.RepairDecided, db.RepairSame, db.RepairChanged, db.RepairOver} {
		p.Repair.Results = append(p.Repair.Results, views.RepairCount{Result: string(result), N: repair.Counts[result]})
	}
	p.Repair.Back = "/rules/versions/" + strconv.Itoa(repair.Version) + "/repair?by=" + strconv.Itoa(repair.By)
	if isPartial(c) {
		return a.partial(c, &p.Repair)
	}
	if repair.State == db.RepairAsked {
		p.Refresh = 2 // where there are no scripts
	}
	p.Title, p.Here = views.T(a.lang(c), "repair.title", "N", repair.Version), "rules"
	return a.page(c, who, p)
}

// startRepair has the chosen cases decided anew.
func (a *App) startRepair(c *fiber.Ctx, who policy.Actor) error {
	id, err := idParam(c)
	if err != nil {
		return err
	}
	if err := a.Desk.StartRepair(c.UserContext(), who, id); err != nil {
		return err
	}
	return a.done(c, repairPath(id))
}

// repairLines are cases with what would become of them.
func repairLines(g views.Glossary, list []desk.Redecision, pick bool) []views.RepairLine {
	lines := make([]views.RepairLine, len(list))
	for i, re := range list {
		k := re.Case
		line := views.RepairLine{Href: k.Path(), Number: k.ID.String(), Title: k.ShortDescription, Account: k.Account, State: k.State, Result: string(k.Result)}
		if pick && re.Acts() {
			line.Pick = k.ID.String() + ":" + strconv.Itoa(k.Revision)
		}
		for _, ch := range re.Changes {
			change := views.RepairChange{Name: views.OutcomeName(ch.Outcome), Left: string(ch.Left)}
			if ch.From != nil || ch.Outcome != rules.OutcomeNotify && ch.Outcome != rules.OutcomeRequest {
				change.From = g.Outcome(ch.Outcome, ch.From)
			}
			change.To = g.Outcome(ch.Outcome, ch.To)
			line.Changes = append(line.Changes, change)
		}
		lines[i] = line
	}
	return lines
}
