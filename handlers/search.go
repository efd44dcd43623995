package handlers

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"portico/db"
	"portico/policy"
	"portico/views"

	"github.com/gofiber/fiber/v2"
)

// The sources that a search looks through, in the order in which they are shown.
const (
	sourceCatalog  = "catalog"
	sourceCases    = "cases"
	sourceArticles = "articles"
)

// How much a search shows: of each source where there are several, or of the one that is asked for.
const (
	shownOfEach = 5
	shownOfOne  = db.PageSize
)

// shortestSearch is from how many letters on it is searched for while one types: fewer stand in nearly everything.
const shortestSearch = 2

// search shows what is found by words or a number, by sources: whole, or the part that follows what is typed on the page. Who
// asks for a case by its number goes there at once.
func (a *App) search(c *fiber.Ctx, who policy.Actor) error {
	sources := a.sources(who)
	p := &views.SearchPage{Query: searched(c), Source: c.Query("source")}
	if !slices.Contains(sources, p.Source) {
		p.Source = ""
	}
	found, err := a.found(c, who, p.Query, p.Source)
	if err != nil {
		return err
	}
	p.Results.Groups, p.Results.Query, p.Results.MayOpen = found, p.Query, a.Judge.May(who, policy.Open)
	p.Results.Refresh = searchPath(p.Query, p.Source)
	if isPartial(c) {
		if c.Query("live") == "" {
			c.Set("HX-Push-Url", p.Results.Refresh)
		}
		return a.partial(c, &p.Results)
	}
	if _, number := db.ParseNumber(p.Query); number && p.Source == "" {
		if at := slices.IndexFunc(found, func(g views.SearchGroup) bool { return g.Key == sourceCases }); at >= 0 {
			return c.Redirect(found[at].Hits[0].Href, fiber.StatusFound)
		}
	}
	for _, source := range append([]string{""}, sources...) {
		p.Sources = append(p.Sources, views.SearchSource{Label: views.Say("search.source." + keyOr(source, "all")), Value: source,
			Href: searchPath(p.Query, source), Current: source == p.Source})
	}
	p.Title = views.T(a.lang(c), "search.title")
	if slices.Contains(sources, sourceCases) {
		p.Live = liveFor(casesChanged)
	}
	return a.page(c, who, p)
}

// suggestions are the first that is found of what is being typed into the bar.
func (a *App) suggestions(c *fiber.Ctx, who policy.Actor) error {
	p := &views.Suggestions{Query: searched(c)}
	if utf8.RuneCountInString(p.Query) >= shortestSearch {
		var err error
		if p.Groups, err = a.found(c, who, p.Query, ""); err != nil {
			return err
		}
		p.All = searchPath(p.Query, "")
	}
	n := 0
	for g := range p.Groups {
		for h := range p.Groups[g].Hits {
			n++
			p.Groups[g].Hits[h].N = n
		}
	}
	p.Said = views.Count("search.said", n)
	return a.partial(c, p)
}

func searchPath(words, source string) string {
	q := url.Values{}
	if words != "" {
		q.Set("q", words)
	}
	if source != "" {
		q.Set("source", source)
	}
	if len(q) == 0 {
		return "/search"
	}
	return "/search?" + q.Encode()
}

// staffsOrder is that of the sources for the provider's people: cases are their work.
var staffsOrder = map[string]int{sourceCases: 0, sourceArticles: 1, sourceCatalog: 2}

// sources are those that somebody may search, what they come for first.
func (a *App) sources(who policy.Actor) (list []string) {
	if a.Judge.May(who, policy.Open) {
		list = append(list, sourceCatalog)
	}
	if see := a.Judge.Scope(who, policy.See); !see.Empty() {
		list = append(list, sourceCases)
	}
	if a.Judge.May(who, policy.SeeProducts) {
		list = append(list, sourceArticles)
	}
	if who.Staff() {
		slices.SortStableFunc(list, func(x, y string) int { return cmp.Compare(staffsOrder[x], staffsOrder[y]) })
	}
	return list
}

// found is what a search finds in one source, or, where none is named, in all; sources that have nothing are left out.
func (a *App) found(c *fiber.Ctx, who policy.Actor, words, source string) (groups []views.SearchGroup, err error) {
	if words == "" {
		return nil, nil
	}
	limit := shownOfEach
	if source != "" {
		limit = shownOfOne
	}
	known := false // the words, as cases have them
	for _, s := range a.sources(who) {
		if source != "" && s != source {
			continue
		}
		g := views.SearchGroup{Key: s}
		switch s {
		case sourceCatalog:
			err = a.foundOffers(c, words, limit+1, &g)
		case sourceCases:
			err = a.foundCases(c, who, words, limit+1, &g)
			known = len(g.Hits) > 0 && g.Corrected.Empty()
		case sourceArticles:
			err = a.foundArticles(c, words, limit+1, !known, &g)
		}
		if err != nil {
			return nil, err
		}
		if len(g.Hits) > limit {
			g.Hits, g.More = g.Hits[:limit], searchPath(words, s)
			if s == sourceCases && source != "" {
				g.More = casesPath(words)
			}
		}
		if len(g.Hits) > 0 {
			groups = append(groups, g)
		}
	}
	return groups, nil
}

func casesPath(words string) string { return "/cases?" + url.Values{"q": {words}}.Encode() }

func (a *App) foundOffers(c *fiber.Ctx, words string, limit int, g *views.SearchGroup) error {
	lang := a.lang(c)
	offers, err := a.DB.SearchCatalog(c.UserContext(), lang, words, limit)
	for _, o := range offers {
		hit := views.SearchHit{Icon: "form", Href: itemPath(o.Key), Title: o.Name.In(lang), Sub: o.Purpose.In(lang)}
		if o.Choice != "" {
			hit.Sub = o.Choice
		}
		if o.Category {
			hit.Icon, hit.Href = "layers", categoryPath(o.Key)
		}
		g.Hits = append(g.Hits, hit)
	}
	return err
}

func (a *App) foundCases(c *fiber.Ctx, who policy.Actor, words string, limit int, g *views.SearchGroup) error {
	see, f := a.Judge.Scope(who, policy.See), db.CaseFilter{Search: words}
	rows, _, err := a.DB.FirstCases(c.UserContext(), see, f, limit, 0)
	if err != nil {
		return err
	}
	if len(rows) == 0 {
		right, err := a.DB.Corrected(c.UserContext(), see, f)
		if err != nil || right == "" {
			return err
		}
		f.Search, g.Corrected = right, corrected(words, right)
		if rows, _, err = a.DB.FirstCases(c.UserContext(), see, f, limit, 0); err != nil {
			return err
		}
	}
	lang, zone := a.lang(c), a.zone(who)
	for _, r := range rows {
		about := []string{r.TypeName.In(lang), r.Product.In(lang), r.Account}
		about = slices.DeleteFunc(about, func(s string) bool { return s == "" })
		g.Hits = append(g.Hits, views.SearchHit{Icon: "inbox", Href: r.Path(), Title: r.ShortDescription, Sub: strings.Join(about, " · "),
			Number: r.ID.String(), State: r.State, Updated: r.UpdatedAt.In(zone), Waiting: r.State == db.Awaiting && !who.Staff()})
	}
	return nil
}

func (a *App) foundArticles(c *fiber.Ctx, words string, limit int, correct bool, g *views.SearchGroup) error {
	lang := a.lang(c)
	articles, err := a.DB.FindArticles(c.UserContext(), lang, words, limit)
	if err == nil && len(articles) == 0 && correct {
		var right string
		if right, err = a.DB.CorrectedForArticles(c.UserContext(), lang, words); err == nil && right != "" {
			g.Corrected = corrected(words, right)
			articles, err = a.DB.FindArticles(c.UserContext(), lang, right, limit)
		}
	}
	for _, article := range articles {
		g.Hits = append(g.Hits, views.SearchHit{Icon: "book-open", Href: "/knowledge/" + article.Slug, Title: article.Title.In(lang), Sub: article.Heading.In(lang)})
	}
	return err
}

// searchCases lists cases; where what is searched for stands in none, those that have it put right, and tells how it was.
func (a *App) searchCases(ctx context.Context, in db.Scope, f db.CaseFilter, p db.CasePaging) (list db.CaseList, right string, err error) {
	if list, err = a.DB.Cases(ctx, in, f, p); err != nil || len(list.Rows) > 0 || f.Search == "" {
		return list, "", err
	}
	if right, err = a.DB.Corrected(ctx, in, f); err != nil || right == "" {
		return list, "", err
	}
	f.Search = right
	list, err = a.DB.Cases(ctx, in, f, p)
	return list, right, err
}

// corrected says that a search was put right; nothing where it wasn't.
func corrected(typed, right string) views.Message {
	if right == "" {
		return views.Message{}
	}
	return views.Say("search.corrected", "Typed", typed, "Right", right)
}
