package handlers

import (
	"context"
	"slices"
	"strconv"
	"time"

	"portico/policy"
	"portico/rules"
	"portico/views"

	"github.com/gofiber/fiber/v2"
)

// replaysShown is how many nights the page of replays lists.
const replaysShown = 30

// ruleReplays shows the nights in which cases were decided again, and of one of them, the last in which something came out
// otherwise where none is asked for, which cases did.
func (a *App) ruleReplays(c *fiber.Ctx, who policy.Actor) error {
	if err := a.Judge.Check(who, policy.Configure, policy.Object{}); err != nil {
		return err
	}
	ctx := c.UserContext()
	runs, err := a.DB.Replays(ctx, replaysShown)
	if err != nil {
		return err
	}
	p := &views.ReplayPage{}
	p.Title, p.Here = views.T(a.lang(c), "replay.title"), "rules"
	for _, run := range runs {
		day := run.Day.UTC().Format(time.DateOnly)
		line := views.ReplayRun{Day: run.Day.UTC(), Key: day, Cases: run.Cases, Differing: run.Differing, UnderWay: run.EndedAt.IsZero()}
		if chosen := c.Query("day"); p.Chosen == nil && run.Differing > 0 && (chosen == "" || chosen == day) {
			line.Chosen = true
			p.Chosen = &line
		}
		p.Runs = append(p.Runs, line)
	}
	if p.Chosen == nil {
		return a.page(c, who, p)
	}
	found, err := a.DB.ReplayCases(ctx, p.Chosen.Day)
	if err != nil {
		return err
	}
	g, err := a.glossary(c)
	if err != nil {
		return err
	}
	for _, f := range found {
		line := views.ReplayCase{Number: f.CaseID.String(), Href: "/cases/" + f.CaseID.String(), Version: f.Version,
			VersionHref: "/rules/versions/" + strconv.Itoa(f.Version)}
		for _, what := range f.Differs {
			d := views.ReplayDifference{What: views.ReplayWhat(what)}
			if f.Again != nil && f.Kept.Value(what) != nil || f.Again != nil && f.Again.Value(what) != nil {
				d.Kept, d.Again = told(g, what, f.Kept), told(g, what, *f.Again)
			}
			line.Differs = append(line.Differs, d)
		}
		p.Cases = append(p.Cases, line)
	}
	return a.page(c, who, p)
}

// told is an outcome as people read it; empty where it was not set.
func told(g views.Glossary, outcome string, o rules.Outcomes) string {
	if !o.Gives(outcome) {
		return ""
	}
	return g.Outcome(outcome, o.Value(outcome))
}

// rulesAlarm is what the page of the rules says first of all: what the nightly replay found, and what the live rules have
// lost since they were published.
func (a *App) rulesAlarm(ctx context.Context, g views.Glossary, live rules.RuleSet) (views.RulesAlarm, error) {
	_, differing, err := a.DB.Replayed(ctx)
	if err != nil {
		return views.RulesAlarm{}, err
	}
	problems, err := a.Desk.LiveProblems(ctx)
	if err != nil {
		return views.RulesAlarm{}, err
	}
	problems = slices.DeleteFunc(slices.Clone(problems), rules.Problem.Aside)
	for i := range problems {
		problems[i].FileLine, problems[i].Line = 0, 0 // there is no file beside it
	}
	return views.RulesAlarm{Replay: differing, Lost: problemList(g, live, "", "", problems)}, nil
}
