package handlers

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"portico/db"
)

// listQuery is a list's address, read.
type listQuery struct {
	values url.Values // all that was said and makes sense, but for the page
	zone   *time.Location
	filter db.CaseFilter
	paging db.CasePaging

	account db.CaseAccount   // that the address names
	meant   []db.CaseAccount // those that it may mean instead
}

// lists are the keys of the lists beside that of all cases.
var lists = []string{"action", "mine", "requests", "copied", "organization"}

// newListQuery reads a list's address.
func newListQuery(said func(key string) string, zone *time.Location, staff bool) *listQuery {
	q := &listQuery{values: url.Values{}, zone: zone}
	take := func(key string, makesSense func(string) bool) {
		if v := strings.TrimSpace(strings.ReplaceAll(strings.ToValidUTF8(said(key), ""), "\x00", "")); v != "" && len(v) <= 400 && makesSense(v) {
			q.values.Set(key, v)
		}
	}
	whatever := func(string) bool { return true }
	take("list", func(v string) bool { return slices.Contains(lists, v) })
	take("q", func(v string) bool { q.filter.Search = v; return true })
	take("state", func(v string) bool {
		q.filter.State = db.StateFilter(v)
		return slices.Contains([]db.StateFilter{db.OpenStates, db.AwaitingState, db.SolvedStates}, q.filter.State)
	})
	if q.values.Get("state") == "" {
		q.filter.State = ""
	}
	take("type", func(v string) bool { q.filter.Type = v; return true })
	take("priority", func(v string) bool {
		n, err := strconv.Atoi(v)
		ok := err == nil && n >= int(db.Critical) && n <= int(db.Low)
		if ok {
			q.filter.Priority = db.Priority(n)
		}
		return ok
	})
	take("account", whatever)
	if q.values.Has("account") {
		take("below", func(v string) bool { return v == "yes" })
	}
	take("product", func(v string) bool { _, err := strconv.ParseInt(v, 10, 64); return err == nil })
	if staff { // who decides by which rules is no matter of customers
		take("version", func(v string) bool {
			n, err := strconv.ParseInt(v, 10, 32)
			if err != nil || n < 1 {
				return false
			}
			q.filter.Version = int(n)
			return true
		})
	}
	take("from", func(v string) (ok bool) { q.filter.From, ok = q.day(v, 0); return ok })
	take("to", func(v string) (ok bool) { q.filter.To, ok = q.day(v, 1); return ok })
	take("sort", func(v string) bool {
		name, reverse := strings.CutPrefix(v, "-")
		ok := slices.Contains(db.Sorts, db.Sort(name))
		if ok {
			q.paging.Sort, q.paging.Reverse = db.Sort(name), reverse
		}
		return ok && v != string(db.ByUpdated) // which need not be said
	})
	if q.paging.Sort == "" {
		q.paging.Sort = db.ByUpdated
	}
	q.paging.Page, _ = strconv.Atoi(said("page"))
	q.paging.After, q.paging.Before, q.paging.Last = said("after"), said("before"), said("page") == "last"
	return q
}

// day is when a day began in the reader's zone, or one so many days later.
func (q *listQuery) day(v string, later int) (time.Time, bool) {
	t, err := time.ParseInLocation(time.DateOnly, v, q.zone)
	if err != nil || t.Year() < 1970 || t.Year() > 9999 {
		return time.Time{}, false
	}
	return t.AddDate(0, 0, later), true
}

// over is the reader's own filter on top of a list's. Where both speak of the state, both must hold.
func (q *listQuery) over(f db.CaseFilter) db.CaseFilter {
	out := q.filter
	out.Within, out.Matter, out.Requester = f.Within, f.Matter, f.Requester
	switch {
	case f.State == "" || f.State == out.State:
	case out.State == "":
		out.State = f.State
	default:
		out.Within = &db.Scope{} // awaiting and, say, solved: there is no such case
	}
	return out
}

// sort is the order as the address says it.
func (q *listQuery) sort() string {
	s := string(q.paging.Sort)
	if q.paging.Reverse {
		s = "-" + s
	}
	return s
}

// with is the address of the same list with something else said; an empty value unsays it.
func (q *listQuery) with(pairs ...string) string {
	v := url.Values{}
	for key, value := range q.values {
		v[key] = value
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] == "" {
			v.Del(pairs[i])
		} else {
			v.Set(pairs[i], pairs[i+1])
		}
	}
	return listPath(v.Encode())
}

// listPath is the address of a list, of which the query is known.
func listPath(query string) string {
	if query == "" {
		return "/cases"
	}
	return "/cases?" + query
}

// below tells whether what is below the account counts as well.
func (q *listQuery) below() bool { return q.values.Get("below") == "yes" }

// here is the address of the page itself, without what was said in vain, and with more said as in with.
func (q *listQuery) here(more ...string) string {
	p := q.paging
	page := ""
	if p.Last {
		page = "last"
	} else if p.Page > 1 {
		page = strconv.Itoa(p.Page)
	}
	return q.with(append(more, "page", page, "after", p.After, "before", p.Before)...)
}

// list is another list's address: all that was said of this one is left behind.
func (q *listQuery) list(key string) string {
	if key == "" {
		return "/cases"
	}
	return "/cases?list=" + url.QueryEscape(key)
}
