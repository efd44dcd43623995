package bench

import (
	"context"
	"errors"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"sync/atomic"

	"portico/db"
	"portico/policy"
)

const listGroup = "List of cases, as a partial"

// deep is how many pages of a list are turned before the one that is measured.
const deep = 40

// listing is one page of a list, as its address and as what db is asked for it.
type listing struct {
	query  url.Values
	within *db.Scope // where it isn't all that somebody sees
	filter db.CaseFilter
	paging db.CasePaging
}

func (l listing) path() string {
	if len(l.query) == 0 {
		return "/cases"
	}
	return "/cases?" + l.query.Encode()
}

// in is where the rows are, of what somebody sees.
func (l listing) in(see db.Scope) db.Scope {
	if l.within != nil {
		return *l.within
	}
	return see
}

// view is what one figure is of: a page of a list, or several that are asked for by turns.
type view struct {
	name  string
	pages []listing
	once  bool // the portal is asked for each page once only, so that what it remembers of an earlier time is no help
}

func (b *bench) lists(ctx context.Context) error {
	for _, one := range []struct {
		name string
		who  *visitor
	}{
		{"customer", b.people.customer}, {"case manager", b.people.manager},
		{"customer administrator", b.people.administrator}, {"agent", b.people.agent},
	} {
		views, err := b.viewsOf(ctx, one.who)
		if err != nil {
			return wrong(listGroup, one.name, err)
		}
		named, err := b.named(ctx, one.who)
		if err != nil {
			return wrong(listGroup, one.name, err)
		}
		for _, w := range slices.Concat(views, named) {
			name := one.name + ", " + w.name
			if !b.wants(listGroup, name) {
				continue
			}
			f, err := b.list(ctx, one.who, name, w)
			if err != nil {
				return wrong(listGroup, name, err)
			}
			f.Over = b.people.under[one.who]
			f.Note = f.Over + "; " + f.Note
		}
	}
	return nil
}

// viewsOf are what is measured for somebody. They take long to find among many cases: once is enough.
func (b *bench) viewsOf(ctx context.Context, v *visitor) ([]view, error) {
	if found, ok := b.viewed[v]; ok {
		return found, nil
	}
	if b.common == nil {
		var err error
		if b.common, err = b.db.CommonWords(ctx, b.last, someWords); err != nil {
			return nil, err
		}
	}
	found, err := b.views(ctx, v, b.common)
	if err == nil {
		b.viewed[v] = found
	}
	return found, err
}

func (b *bench) views(ctx context.Context, v *visitor, common []string) ([]view, error) {
	see := b.judge.Scope(v.who, policy.See)
	first, err := b.db.Cases(ctx, see, db.CaseFilter{}, db.CasePaging{})
	if err != nil {
		return nil, err
	}
	if len(first.Rows) == 0 {
		return nil, errors.New("the list is empty")
	}
	all := []view{{name: "first page", pages: []listing{{}}}}

	at, turned, paging, seen := first, 0, db.CasePaging{}, first.Rows
	for ; turned < deep && at.Next != ""; turned++ {
		paging = db.CasePaging{Sort: db.ByUpdated, After: at.Next}
		if at, err = b.db.Cases(ctx, see, db.CaseFilter{}, paging); err != nil {
			return nil, err
		}
		seen = append(seen, at.Rows...)
	}
	if turned > 0 {
		all = append(all,
			view{name: "page " + strconv.Itoa(turned+1) + " by cursor", pages: []listing{{query: url.Values{"after": {paging.After}}, paging: paging}}},
			view{name: "last page", pages: []listing{{query: url.Values{"page": {"last"}}, paging: db.CasePaging{Last: true}}}})
	}
	for _, p := range []db.Priority{db.Moderate, db.Low, db.High, db.Critical} {
		f := db.CaseFilter{State: db.OpenStates, Priority: p}
		if n, err := b.db.CountCases(ctx, see, f, 1); err != nil {
			return nil, err
		} else if n > 0 {
			all = append(all, view{name: "open and of one priority", pages: []listing{{filter: f,
				query: url.Values{"state": {string(db.OpenStates)}, "priority": {strconv.Itoa(int(p))}}}}})
			break
		}
	}
	searches, err := b.searches(ctx, see, seen, common)
	return append(all, searches...), err
}

// named are the lists beside that of all cases: their first pages, and the last of those that are long.
func (b *bench) named(ctx context.Context, v *visitor) (all []view, err error) {
	for _, list := range b.desk.CaseLists(v.who) {
		if list.Key == "" {
			continue
		}
		first, err := b.db.Cases(ctx, list.Scope, list.Filter, db.CasePaging{})
		if err != nil {
			return nil, err
		}
		page := listing{query: url.Values{"list": {list.Key}}, within: &list.Scope, filter: list.Filter}
		if len(first.Rows) > 0 {
			all = append(all, view{name: "list " + list.Key + ", first page", pages: []listing{page}})
		}
		if first.Next != "" {
			page.query, page.paging = url.Values{"list": {list.Key}, "page": {"last"}}, db.CasePaging{Last: true}
			all = append(all, view{name: "list " + list.Key + ", last page", pages: []listing{page}})
		}
	}
	return append(all, view{name: "issues by number", pages: []listing{{filter: db.CaseFilter{Type: db.TypeIssue}, paging: db.CasePaging{Sort: db.ByNumber},
		query: url.Values{"type": {db.TypeIssue}, "sort": {string(db.ByNumber)}}}}}), nil
}

// Searches are for many words in turn, of each kind at most so many.
const (
	manyWords = 24
	someWords = 8
)

// fresh is how many searches are made up, for each second of a figure, that the portal was never asked for.
const fresh = 500

// searches are views of what somebody finds, who sees these cases, the deepest last.
func (b *bench) searches(ctx context.Context, see db.Scope, rows []db.CaseRow, common []string) ([]view, error) {
	var numbers []db.Number
	var typed []string
	for _, row := range rows {
		numbers = append(numbers, row.ID)
		typed = append(typed, row.ID.String())
	}
	rare, err := b.db.RareWords(ctx, numbers, manyWords)
	if err != nil {
		return nil, err
	}
	together, err := b.db.WordsBeside(ctx, rare, numbers, max(int(fresh*b.Duration.Seconds()), manyWords))
	if err != nil {
		return nil, err
	}
	var all []view
	for _, s := range []struct {
		by    string
		words []string
		once  bool
	}{
		{"a rare word", rare, false}, {"a rare word and another, never before", together, true},
		{"a common word", common, false}, {"a number", typed[max(0, len(typed)-manyWords):], false},
	} {
		w := view{name: "searched by " + s.by, once: s.once}
		for _, word := range s.words {
			f := db.CaseFilter{Search: word}
			if !s.once { // the words of a case find that one; common ones were found among all
				if n, err := b.db.CountCases(ctx, see, f, 1); err != nil {
					return nil, err
				} else if n == 0 {
					continue
				}
			}
			w.pages = append(w.pages, listing{filter: f, query: url.Values{"q": {word}}})
		}
		if len(w.pages) > 0 {
			all = append(all, w)
		}
	}
	wrong, err := b.misspelt(ctx, see, append(common, rare...))
	if len(wrong.pages) > 0 {
		all = append(all, wrong)
	}
	return all, err
}

// compared is how many pages of a view are held against what the portal shows.
const compared = 3

// list measures a view, and sees that floor and portal hold the same cases in the same order: before, or afterwards where
// the portal must not have been asked.
func (b *bench) list(ctx context.Context, v *visitor, name string, w view) (*Figure, error) {
	f, err := b.listFloor(ctx, v, w)
	if err != nil {
		return nil, err
	}
	defer f.close(ctx)
	var paths []string
	for _, l := range w.pages {
		paths = append(paths, l.path())
	}
	askers := make([]*asker, b.Clients)
	for i := range askers {
		askers[i] = v.asker()
	}
	var next atomic.Int64
	ask := func(_ context.Context, worker int) error {
		i := int(next.Add(1)) - 1
		if w.once && i >= len(paths) {
			return errDone
		}
		return ok(askers[worker].get(paths[i%len(paths)], true))
	}
	most := 0
	if w.once {
		most = len(paths)
	} else if err := b.agree(ctx, v, w); err != nil {
		return nil, err
	}
	measured, err := b.versusTimes(ctx, listGroup, name, timesFloor(2), ask, f.load, most)
	if err != nil {
		return nil, err
	}
	measured.Note = "floor " + f.planned
	if n := len(w.pages); n > 1 {
		measured.Note = strconv.Itoa(n) + " of them; " + measured.Note
	}
	if w.once {
		err = b.agree(ctx, v, w)
	}
	return measured, err
}

// listFloor is the session's query and that of the rows, of each page by turns.
func (b *bench) listFloor(ctx context.Context, v *visitor, w view) (*floor, error) {
	session, err := b.sessionOf(ctx, v)
	if err != nil {
		return nil, err
	}
	f, err := b.bare(ctx, session)
	if err != nil {
		return nil, err
	}
	known := map[string]bool{}
	for _, l := range w.pages {
		rows, err := b.rowsFor(ctx, f, v, l, known)
		if err != nil {
			f.close(ctx)
			return nil, err
		}
		f.turns = append(f.turns, open([]db.Statement{rows})...)
	}
	if err := f.settle(ctx); err != nil {
		f.close(ctx)
		return nil, err
	}
	return f, nil
}

// rowsFor is the statement that gives a page its rows, as the portal sends it. Those that are known to do so, as a page before showed, are known
// again with other arguments.
func (b *bench) rowsFor(ctx context.Context, f *floor, v *visitor, l listing, known map[string]bool) (rows db.Statement, err error) {
	see := b.judge.Scope(v.who, policy.See)
	err = again(func() error {
		recording, r := db.Record(ctx)
		if _, err := b.db.PageRows(recording, l.in(see), l.filter, l.paging); err != nil {
			return err
		}
		sent := r.Statements()
		if i := slices.IndexFunc(sent, func(s db.Statement) bool { return known[s.SQL] }); i >= 0 {
			rows = sent[i]
			return nil
		}
		page, err := b.db.Cases(ctx, l.in(see), l.filter, l.paging)
		if err != nil {
			return err
		}
		i, err := f.onlyRows(ctx, open(sent), page.Rows)
		if err != nil {
			return err
		}
		rows, known[sent[i].SQL] = sent[i], true
		return nil
	})
	return rows, err
}

// again does something a few times until it is right: what it looks at may change in between.
func again(do func() error) (err error) {
	for range 3 {
		if err = do(); err == nil {
			return nil
		}
	}
	return err
}

var caseLink = regexp.MustCompile(`/cases/(CS[0-9]+)`)

// agree sees whether the portal shows the same cases, on some pages of a view.
func (b *bench) agree(ctx context.Context, v *visitor, w view) error {
	see := b.judge.Scope(v.who, policy.See)
	for _, l := range w.pages[:min(len(w.pages), compared)] {
		err := again(func() error {
			page, err := b.db.Cases(ctx, l.in(see), l.filter, l.paging)
			if err != nil {
				return err
			}
			text, err := v.see(l.path(), true)
			if err != nil {
				return err
			}
			return sameCases(text, page.Rows)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func sameCases(text string, rows []db.CaseRow) error {
	var shown, want []string
	for _, found := range caseLink.FindAllStringSubmatch(text, -1) {
		if !slices.Contains(shown, found[1]) {
			shown = append(shown, found[1])
		}
	}
	for _, row := range rows {
		want = append(want, row.ID.String())
	}
	if !slices.Equal(shown, want) {
		return errors.New("floor and page disagree: the portal shows other cases than its query gives, or in another order")
	}
	return nil
}
