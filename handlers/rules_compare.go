package handlers

import (
	"fmt"
	"net/url"
	"strconv"

	"portico/db"
	"portico/rules"
	"portico/views"

	"github.com/gofiber/fiber/v2"
)

// compared is one side of a comparison.
type compared struct {
	name   string
	source string
	set    rules.RuleSet
	broken bool
}

// quick is a version that one often compares with, and the key of what the link to it says.
type quick struct {
	version int
	key     string
}

// versionSide is a published version as a side of a comparison; none is version 0, from before there were any.
func (a *App) versionSide(c *fiber.Ctx, version int) (compared, error) {
	s := compared{name: views.T(a.lang(c), "rules.version", "N", version)}
	if version == 0 {
		return s, nil
	}
	v, err := a.DB.RuleVersion(c.UserContext(), version)
	if err != nil {
		return s, err
	}
	s.source = v.Source
	set, problems := rules.Parse(v.Source)
	if len(problems) > 0 {
		return s, fmt.Errorf("rule version %d: %w", version, problems)
	}
	s.set = set
	return s, nil
}

// against is the version that the address asks to compare with, or the one that is usual.
func against(c *fiber.Ctx, usual, latest int) (int, error) {
	said := c.Query("against")
	if said == "" {
		return usual, nil
	}
	n, err := strconv.Atoi(said)
	if err != nil || n < 1 || n > latest {
		return 0, db.ErrNotFound
	}
	return n, nil
}

// compare holds two sides against each other, as the address asks for: in meaning or as text.
func compare(c *fiber.Ctx, g views.Glossary, path string, version, latest int, often []quick, old, new compared) views.Comparison {
	as, view := c.Query("as"), c.Query("view")
	if as != "text" || view != "unified" {
		view = ""
	}
	broken := old.broken || new.broken
	if as != "text" && !broken {
		as = ""
	} else {
		as = "text"
	}
	href := func(against int, as, view string) string {
		q := url.Values{"against": {strconv.Itoa(against)}}
		if as != "" {
			q.Set("as", as)
		}
		if view != "" {
			q.Set("view", view)
		}
		return path + "?" + q.Encode() + "#changes"
	}
	p := views.Comparison{Old: old.name, New: new.name, AsText: as == "text", Unified: view != "", Broken: broken,
		Against: views.Against{Action: path, As: as, View: view, Version: version, Latest: latest}}
	for _, q := range often {
		if q.version == version {
			continue
		}
		p.Against.Quick = append(p.Against.Quick, views.CompareLink{Label: views.Say(q.key, "N", q.version), Href: href(q.version, as, view)})
	}
	link := func(key, as, view string, current bool) {
		p.Links = append(p.Links, views.CompareLink{Label: views.Say(key), Href: href(version, as, view), Current: current})
	}
	if !broken {
		link("drafts.as.meaning", "", "", !p.AsText)
	}
	link("drafts.as.text", "text", "", p.AsText && !p.Unified)
	link("drafts.as.unified", "text", "unified", p.AsText && p.Unified)
	if p.AsText {
		p.Lines = views.CompareText(unixLines(old.source), unixLines(new.source))
	} else {
		p.Things = g.Compare(old.set, new.set)
	}
	return p
}
