package handlers

import (
	"context"
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"portico/policy"
	"portico/rules"
	"portico/views"

	"github.com/gofiber/fiber/v2"
)

// How long a page waits for a check that nobody made yet: the page of the check itself, and others that show its dots.
const (
	checkWaits = 5 * time.Second
	dotsWait   = 300 * time.Millisecond
)

// findingsShown is how many findings of one severity a page lists.
const findingsShown = 60

// checks remembers what was found lately. The same set, world and examples always give the same.
type checks struct {
	mu   sync.Mutex
	made []madeCheck // the latest last
}

const checksKept = 16

type madeCheck struct {
	of    checkOf
	found rules.Checked
}

// checkOf is what a check depends on.
type checkOf struct {
	set   [32]byte // the rules, and how their examples fare
	words *rules.Vocabulary
}

// of checks a set within a time, or finds what was found before. What was not finished is not remembered.
func (k *checks) of(ctx context.Context, wait time.Duration, source string, words *rules.Vocabulary, set *rules.Compiled, results []rules.Result) rules.Checked {
	h := sha256.New()
	_, _ = h.Write([]byte(source)) // never fails
	for _, r := range results {
		_, _ = fmt.Fprintf(h, "\x00%v %v", r.Passed(), r.Decision.Trace.Held)
	}
	of := checkOf{words: words}
	h.Sum(of.set[:0])
	k.mu.Lock()
	for _, m := range k.made {
		if m.of == of {
			k.mu.Unlock()
			return m.found
		}
	}
	k.mu.Unlock()
	found := set.Findings(ctx, rules.Limits{Time: wait}, results)
	if found.InTime {
		k.mu.Lock()
		defer k.mu.Unlock()
		k.made = append(k.made, madeCheck{of, found})
		k.made = slices.Delete(k.made, 0, max(0, len(k.made)-checksKept))
	}
	return found
}

// draftCheck shows what the draft's rules can and can't do.
func (a *App) draftCheck(c *fiber.Ctx, who policy.Actor) error {
	d, err := a.draft(c, who)
	if err != nil {
		return err
	}
	if d.Broken {
		return a.done(c, d.path()+"/text")
	}
	p := &views.DraftCheck{Shell: d.shell("check"), Bar: d.bar("check")}
	if len(d.Report.Problems) > 0 {
		p.Check.Problems, p.Check.Mend = problemList(d.g, d.Set, d.Source, d.path(), d.Report.Problems), d.path()
		return a.page(c, who, p)
	}
	found := a.checks.of(c.UserContext(), checkWaits, d.Source, d.Vocabulary, d.Compiled, d.Report.Results)
	taken := map[string]bool{}
	for _, e := range d.Set.Examples {
		taken[e.Name] = true
	}
	p.Check = checkReport(d.g, found, d.rulePath, func(f rules.Finding, line *views.FindingLine) {
		line.Try = views.TryPath(d.ID, *f.Witness)
		line.Keep = &views.FindingKeep{Post: a.post(c, d.path()+"/examples"), Revision: d.Revision,
			Fields: append(views.TryFields(*f.Witness), keepFields(f, taken)...)}
	})
	return a.page(c, who, p)
}

// keepFields name the example that a finding's witness becomes, and what it expects: the outcome that the finding is about,
// or else all that was decided.
func keepFields(f rules.Finding, taken map[string]bool) []views.NamedValue {
	name := strings.Join(f.Rules[:min(2, len(f.Rules))], " / ")
	if name == "" {
		name = f.Args["item"] + " / " + f.Args["facts"]
	}
	name = string([]rune(name)[:min(longestKeptName, len([]rune(name)))])
	for unique, n := name, 2; ; n++ {
		if !taken[unique] {
			name = unique
			break
		}
		unique = fmt.Sprintf("%s %d", name, n)
	}
	out := []views.NamedValue{{Name: "example-name", Value: name}}
	for _, outcome := range rules.OutcomeNames {
		if about := f.Args["outcome"]; about == outcome || about == "" && f.Witness.Expect.Gives(outcome) {
			out = append(out, views.NamedValue{Name: "example-expect", Value: outcome})
		}
	}
	return out
}

const longestKeptName = 150

// checkReport is a check in words. Show says where a witness can be tried and kept.
func checkReport(g views.Glossary, found rules.Checked, href func(string) string, show func(rules.Finding, *views.FindingLine)) views.CheckReport {
	r := views.CheckReport{Asked: true, Complete: found.Complete, Summary: views.CheckSummary(g.Lang, found), Fine: true}
	for _, severity := range rules.Severities {
		group := views.FindingGroup{Severity: string(severity), Title: views.Say("check.group." + string(severity)),
			Help: views.Say("check.group." + string(severity) + ".help"), Folded: severity == rules.Info}
		for _, f := range found.Findings {
			if f.Severity != severity {
				continue
			}
			if group.Count++; group.Count > findingsShown {
				group.More++
				continue
			}
			line := views.FindingLine{ID: fmt.Sprintf("finding-%s-%d", severity, group.Count), Parts: g.Finding(f, href), Open: !group.Folded && group.Count == 1}
			if e := f.Witness; e != nil {
				line.Item, line.Decides = g.Items[e.Item].In(g.Lang), g.Outcomes(e.Expect)
				if line.Item == "" {
					line.Item = e.Item
				}
				line.Facts = append(assumedFacts(g, *e), answersGiven(g, e.Answers)...)
				show(f, &line)
			}
			group.Findings = append(group.Findings, line)
		}
		if group.Count > 0 {
			r.Groups = append(r.Groups, group)
			r.Fine = r.Fine && group.Folded
		}
	}
	for _, s := range found.Spoken {
		r.Spoken = append(r.Spoken, views.SpokenLine{Name: g.Fact(s.Fact), Path: s.Fact, Rules: s.Rules, Choices: s.Choices, Unspoken: s.Unspoken})
	}
	return r
}

func assumedFacts(g views.Glossary, e rules.Example) (out []views.NamedValue) {
	for _, path := range slices.Sorted(maps.Keys(e.Assume)) {
		out = append(out, views.NamedValue{Name: g.Fact(path), Value: g.Value(e.Assume[path])})
	}
	return out
}

// found is what a check has to say of the draft as it is saved, as far as that is known at once; nothing while something
// is wrong with it.
func (d *drafted) found() rules.Checked {
	if d.Broken || d.Compiled == nil || len(d.Report.Problems) > 0 {
		return rules.Checked{}
	}
	return d.app.checks.of(d.c.UserContext(), dotsWait, d.Source, d.Vocabulary, d.Compiled, d.Report.Results)
}

// rulePath is where a rule of the draft is edited.
func (d *drafted) rulePath(name string) string {
	return ruleAt(d.Set, name, d.path()+"?rule=%d#editor")
}

func ruleAt(set rules.RuleSet, name, path string) string {
	for i, r := range set.Rules {
		if r.Name == name {
			return fmt.Sprintf(path, i+1)
		}
	}
	return ""
}

// liveCheck shows what the rules can and can't do that are live.
func (a *App) liveCheck(c *fiber.Ctx, who policy.Actor) error {
	if err := a.Judge.Check(who, policy.Configure, policy.Object{}); err != nil {
		return err
	}
	ctx := c.UserContext()
	p := &views.LiveCheck{Tabs: rulesTabs("/rules/check")}
	p.Title, p.Here = views.T(a.lang(c), "check.live.title"), "rules"
	version, live, err := a.Desk.Live(ctx)
	if err != nil {
		return err
	}
	if live == nil {
		return a.page(c, who, p)
	}
	set, err := a.Desk.PublishedRules(ctx, who, version)
	if err != nil {
		return err
	}
	problems, err := a.Desk.LiveProblems(ctx)
	if err != nil {
		return err
	}
	_, words, err := a.Desk.World(ctx)
	if err != nil {
		return err
	}
	g, err := a.glossary(c)
	if err != nil {
		return err
	}
	results := live.Test(a.Desk.Lookup(ctx).Remembering())
	found := a.checks.of(ctx, checkWaits, fmt.Sprint("version ", version), words, live, results)
	p.Check = checkReport(g, found, func(name string) string { return ruleAt(set, name, "/rules#rule-%d") },
		func(f rules.Finding, line *views.FindingLine) { line.Try = views.TryPath(0, *f.Witness) })
	p.Check.Problems = problemList(g, set, "", "", problems)
	return a.page(c, who, p)
}
