package bench

import (
	"context"
	"errors"
	"net/url"
	"regexp"
	"slices"
	"strconv"

	"portico/db"
	"portico/policy"
)

const listGroup = "List of cases, as a partial"

// deep is how many pages of a list are turned before the one that is measured.
const deep = 40

// listing is one page of a list, as its address and as what db is asked for it.
type listing struct {
	name   string
	query  url.Values
	filter db.CaseFilter
	paging db.CasePaging
}

func (l listing) path() string {
	if len(l.query) == 0 {
		return "/cases"
	}
	return "/cases?" + l.query.Encode()
}

func (b *bench) lists(ctx context.Context) error {
	common, err := b.db.CommonWord(ctx, b.last)
	if err != nil {
		return err
	}
	for _, one := range []struct {
		name string
		who  *visitor
	}{
		{"customer", b.people.customer}, {"case manager", b.people.manager},
		{"customer administrator", b.people.administrator}, {"agent", b.people.agent},
	} {
		pages, err := b.listings(ctx, one.who, common)
		if err != nil {
			return wrong(listGroup, one.name, err)
		}
		for _, l := range pages {
			name := one.name + ", " + l.name
			if !b.wants(listGroup, name) {
				continue
			}
			f, err := b.list(ctx, one.who, name, l)
			if err != nil {
				return wrong(listGroup, name, err)
			}
			f.Note = b.people.under[one.who] + "; floor " + f.Note
		}
	}
	return nil
}

// listings are the pages that are measured for somebody.
func (b *bench) listings(ctx context.Context, v *visitor, common string) ([]listing, error) {
	see := b.judge.Scope(v.who, policy.See)
	first, err := b.db.Cases(ctx, see, db.CaseFilter{}, db.CasePaging{})
	if err != nil {
		return nil, err
	}
	if len(first.Rows) == 0 {
		return nil, errors.New("the list is empty")
	}
	all := []listing{{name: "first page"}}

	at, turned, paging := first, 0, db.CasePaging{}
	for ; turned < deep && at.Next != ""; turned++ {
		paging = db.CasePaging{Sort: db.ByUpdated, After: at.Next}
		if at, err = b.db.Cases(ctx, see, db.CaseFilter{}, paging); err != nil {
			return nil, err
		}
	}
	if turned > 0 {
		all = append(all,
			listing{name: "page " + strconv.Itoa(turned+1) + " by cursor", query: url.Values{"after": {paging.After}}, paging: paging},
			listing{name: "last page", query: url.Values{"page": {"last"}}, paging: db.CasePaging{Last: true}})
	}
	for _, p := range []db.Priority{db.Moderate, db.Low, db.High, db.Critical} {
		f := db.CaseFilter{State: db.OpenStates, Priority: p}
		if n, err := b.db.CountCases(ctx, see, f, 1); err != nil {
			return nil, err
		} else if n > 0 {
			all = append(all, listing{name: "open and of one priority", filter: f,
				query: url.Values{"state": {string(db.OpenStates)}, "priority": {strconv.Itoa(int(p))}}})
			break
		}
	}
	middle := at.Rows[len(at.Rows)/2].ID
	rare, err := b.db.RareWord(ctx, []db.Number{middle, at.Rows[0].ID, first.Rows[0].ID})
	if err != nil {
		return nil, err
	}
	for _, s := range []struct{ name, words string }{{"a rare word", rare}, {"a common word", common}, {"a number", middle.String()}} {
		f := db.CaseFilter{Search: s.words}
		if n, err := b.db.CountCases(ctx, see, f, 1); err != nil {
			return nil, err
		} else if n > 0 {
			all = append(all, listing{name: "searched by " + s.name, filter: f, query: url.Values{"q": {s.words}}})
		}
	}
	return all, nil
}

// list measures a page of a list, after it has seen that floor and page hold the same cases in the same order.
func (b *bench) list(ctx context.Context, v *visitor, name string, l listing) (*Figure, error) {
	f, err := b.listFloor(ctx, v, l)
	if err != nil {
		return nil, err
	}
	defer f.close(ctx)
	path := l.path()
	askers := make([]*asker, b.Clients)
	for i := range askers {
		askers[i] = v.asker()
	}
	measured, err := b.versus(ctx, listGroup, name, timesFloor(2), func(_ context.Context, worker int) error {
		return ok(askers[worker].get(path, true))
	}, f.load)
	if err == nil {
		measured.Note = f.planned
	}
	return measured, err
}

// listFloor is the session's query and that of the rows. What changes while it is put together is looked at again.
func (b *bench) listFloor(ctx context.Context, v *visitor, l listing) (*floor, error) {
	session, err := b.sessionOf(ctx, v)
	if err != nil {
		return nil, err
	}
	for try := 1; ; try++ {
		see := b.judge.Scope(v.who, policy.See)
		page, err := b.db.Cases(ctx, see, l.filter, l.paging)
		if err != nil {
			return nil, err
		}
		sent, err := recorded(ctx, func(ctx context.Context) error {
			_, err := b.db.PageRows(ctx, see, l.filter, l.paging)
			return err
		})
		if err != nil {
			return nil, err
		}
		f, err := b.bare(ctx, sent)
		if err != nil {
			return nil, err
		}
		rows, err := f.onlyRows(ctx, page.Rows)
		if err == nil {
			err = b.agree(v, l, page)
		}
		if err == nil {
			f.statements = slices.Concat(session, []db.Statement{rows})
			return f, f.settle(ctx)
		}
		f.close(ctx)
		if try == 3 {
			return nil, err
		}
	}
}

var caseLink = regexp.MustCompile(`/cases/(CS[0-9]+)`)

// agree sees whether the portal shows the same cases.
func (b *bench) agree(v *visitor, l listing, page db.CaseList) error {
	text, err := v.see(l.path(), true)
	if err != nil {
		return err
	}
	var shown, want []string
	for _, found := range caseLink.FindAllStringSubmatch(text, -1) {
		if !slices.Contains(shown, found[1]) {
			shown = append(shown, found[1])
		}
	}
	for _, row := range page.Rows {
		want = append(want, row.ID.String())
	}
	if !slices.Equal(shown, want) {
		return errors.New("floor and page disagree: the portal shows other cases than its query gives, or in another order")
	}
	return nil
}
