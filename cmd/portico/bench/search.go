package bench

import (
	"context"
	"net/url"
	"slices"
	"time"

	"portico/db"
	"portico/policy"
)

const searchGroup = "Search from the bar, while one types"

// misspell swaps two letters of a word that is long enough to be put right; else it is empty.
func misspell(word string) string {
	if len(word) < 6 || word[2] == word[3] {
		return ""
	}
	return word[:2] + word[3:4] + word[2:3] + word[4:]
}

// misspelt is a view of what somebody finds by words that are misspelt: the floor is told how they are put right.
func (b *bench) misspelt(ctx context.Context, see db.Scope, words []string) (view, error) {
	w := view{name: "searched by a misspelt word"}
	if err := b.learn(ctx); err != nil {
		return w, err
	}
	for _, word := range words {
		typed := misspell(word)
		f := db.CaseFilter{Search: typed}
		if typed == "" || len(w.pages) == someWords {
			continue
		}
		if n, err := b.db.CountCases(ctx, see, f, 1); err != nil {
			return w, err
		} else if n > 0 { // somebody wrote it so
			continue
		}
		right, err := b.db.Corrected(ctx, see, f)
		if err != nil {
			return w, err
		}
		if right != "" {
			w.pages = append(w.pages, listing{filter: db.CaseFilter{Search: right}, query: url.Values{"q": {typed}}})
		}
	}
	return w, nil
}

// learn has the words of all cases be known, unless the portal is about that itself.
func (b *bench) learn(ctx context.Context) error {
	_, err := b.db.LearnWords(ctx, time.Now())
	return err
}

// searchKinds are the kinds of word that are searched by, see searches.
var searchKinds = []string{"a rare word", "a common word", "a number", "a misspelt word"}

// suggestions measures what the bar asks for while one types, by each kind of word that a list is searched by.
func (b *bench) suggestions(ctx context.Context) error {
	for _, one := range []struct {
		name string
		who  *visitor
	}{{"customer", b.people.customer}, {"case manager", b.people.manager}, {"agent", b.people.agent}} {
		name := func(kind string) string { return one.name + ", searched by " + kind }
		if !slices.ContainsFunc(searchKinds, func(kind string) bool { return b.wants(searchGroup, name(kind)) }) {
			continue
		}
		views, err := b.viewsOf(ctx, one.who)
		if err != nil {
			return wrong(searchGroup, one.name, err)
		}
		see := b.judge.Scope(one.who.who, policy.See)
		for _, kind := range searchKinds {
			at := slices.IndexFunc(views, func(w view) bool { return one.name+", "+w.name == name(kind) })
			if at < 0 || !b.wants(searchGroup, name(kind)) {
				continue
			}
			l := views[at].pages[0]
			path := "/search/suggestions?" + l.query.Encode()
			needs := func(ctx context.Context) error {
				if _, _, err := b.db.FirstCases(ctx, see, l.filter, suggested, 0); err != nil {
					return err
				}
				_, err := b.db.FindArticles(ctx, one.who.who.Person.Language, l.filter.Search, suggested)
				return err
			}
			if err := b.part(ctx, one.who, searchGroup, name(kind), path, true, needs); err != nil {
				return err
			}
		}
	}
	return nil
}

// suggested is how many the portal asks for of each source: one more than it shows.
const suggested = 6
