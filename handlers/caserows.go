package handlers

import (
	"strconv"
	"time"

	"portico/db"
	"portico/rules"
	"portico/views"
)

// caseRows is the part of a list that follows its filters.
func caseRows(l *listAsked, found db.CaseList, shown views.CaseShown, lang string) views.CaseRows {
	q, f, list := l.listQuery, l.filter, l.Key
	if found.TooMany {
		q.paging.Sort, q.paging.Reverse = found.Sort, false
		q.values.Del("sort")
	}
	rows := views.CaseRows{Caption: views.Say("cases.caption"), Total: total(found),
		Chips: chips(q, f, lang), ClearAll: q.list(list),
		Fits: shown.Fits, Query: q.values.Encode(), Refresh: q.here("live", "yes"), Export: exportPath(q.values)}
	for _, m := range q.meant {
		rows.Meant = append(rows.Meant, views.AccountMeant{Href: q.with("account", m.Client), Name: m.Name, Code: m.Client})
	}
	if found.TooMany {
		rows.Problem = views.Say("cases.too-many-to-sort", "Max", views.Number(lang, db.SortCap))
	}
	option := func(sort string) {
		rows.Sort.Options = append(rows.Sort.Options,
			views.SortOption{Value: sort, Label: views.T(lang, "cases.sort."+sort), Current: sort == q.sort()})
	}
	for _, s := range db.Sorts {
		option(string(s))
		if s == q.paging.Sort && q.paging.Reverse {
			option(q.sort())
		}
	}
	for _, column := range caseColumns {
		if !shown.Has(string(column.sort)) {
			continue
		}
		head := views.CaseHeadCell{Class: column.class, Column: string(column.sort), Label: views.T(lang, "cases.column."+string(column.sort))}
		to := string(column.sort)
		if column.sort == q.paging.Sort {
			head.Sort, head.Icon = "ascending", "arrow-up"
			if column.sort.Descends() != q.paging.Reverse {
				head.Sort, head.Icon = "descending", "arrow-down"
			}
			if !q.paging.Reverse {
				to = "-" + to
			}
		}
		head.Href = q.with("sort", to)
		rows.Heads = append(rows.Heads, head)
	}
	if len(rows.Meant) > 0 {
		return rows
	}
	if len(found.Rows) == 0 {
		rows.Empty = whyEmpty(q, list, len(rows.Chips) > 0)
		return rows
	}
	if found.Previous != "" || found.Next != "" {
		rows.Pages = pages(q, found, lang)
	}
	return rows
}

// caseLines are the rows in the reader's words and by their clock.
func caseLines(rows []db.CaseRow, shown views.CaseShown, lang string, zone *time.Location, staff bool) []views.CaseLine {
	lines := make([]views.CaseLine, len(rows))
	for i, r := range rows {
		number := r.ID.String()
		l := views.CaseLine{CaseShown: shown, Number: number, Href: r.Path(), Title: r.ShortDescription, Type: r.TypeName.In(lang), Product: r.Product.In(lang),
			Account: r.Account, Contact: r.Contact, Priority: r.Priority, State: r.State,
			Created: r.CreatedAt.In(zone), Updated: r.UpdatedAt.In(zone), Waiting: r.State == db.Awaiting && !staff}
		if l.Contact == "" { // nobody has said yet that it is theirs
			l.Contact = views.T(lang, "case.unproven")
		}
		for _, part := range []struct {
			shown bool
			words string
		}{{shown.ShowType, l.Type}, {shown.ShowProduct, l.Product}, {shown.ShowAccount, l.Account}} {
			switch {
			case !part.shown || part.words == "":
			case l.Sub == "":
				l.Sub = part.words
			default:
				l.Sub += " · " + part.words
			}
		}
		lines[i] = l
	}
	return lines
}

func total(l db.CaseList) views.Message {
	if l.More {
		return views.Say("cases.total.more", "N", l.Total)
	}
	return views.Count("cases.total", l.Total)
}

// chips are the filters that are set.
func chips(q *listQuery, f views.CaseFilters, lang string) (list []views.Chip) {
	add := func(key, label, value string, name rules.Text) {
		if q.values.Get(key) != "" {
			list = append(list, views.Chip{Label: views.Say(label), Value: value, Name: name, Href: q.with(without(key)...)})
		}
	}
	words := func(from []views.Choosable, value string) (string, rules.Text) {
		for _, o := range from {
			if o.Value == value {
				return o.Words, o.Name
			}
		}
		return value, nil
	}
	add("q", "cases.filter.search", f.Search, nil)
	add("state", "cases.state."+f.State, "", nil)
	value, name := words(f.Types, f.Type)
	add("type", "cases.filter.type", value, name)
	add("priority", "priority."+f.Priority, "", nil)
	account := keyOr(q.account.Name, f.Account)
	if q.below() {
		account = views.T(lang, "lists.below", "Account", account)
	}
	add("account", "cases.filter.account", account, nil)
	value, name = words(f.Products, f.Product)
	add("product", "cases.filter.product", value, name)
	add("version", "drafts.cases.version", f.Version, nil)
	add("from", "cases.filter.from", f.From, nil)
	add("to", "cases.filter.to", f.To, nil)
	return list
}

// without is what unsays a filter, with what has no meaning without it.
func without(key string) []string {
	if key == "account" {
		return []string{"account", "", "below", ""}
	}
	return []string{key, ""}
}

// whyEmpty says why a list holds nothing: because of its filters, or because there is nothing of its kind.
func whyEmpty(q *listQuery, list string, filtered bool) *views.Empty {
	if filtered {
		return &views.Empty{Icon: "funnel", Heading: views.Say("cases.empty.filtered"), Text: views.Say("cases.empty.filtered.text"),
			Action: views.Say("cases.clear-all"), Href: q.list(list)}
	}
	key := "cases.empty." + keyOr(list, "all")
	if list == "copied" {
		return &views.Empty{Icon: "mail", Heading: views.Say("lists.copied.empty"), Text: views.Say("lists.copied.empty.text"),
			Action: views.Say("cases.list.all"), Href: q.list("")}
	}
	e := &views.Empty{Icon: "inbox", Heading: views.Say(key), Text: views.Say(key + ".text"), Action: views.Say("cases.open"), Href: "/catalog"}
	if list == "action" {
		e.Icon, e.Action, e.Href = "circle-check", views.Say("cases.list.all"), q.list("")
	}
	return e
}

// pages lead on from a page: by number as far as the list was counted, and by cursor everywhere.
func pages(q *listQuery, l db.CaseList, lang string) *views.Pages {
	p := &views.Pages{Range: views.Say("cases.range.unknown", "Count", l.Total)}
	if l.Page > 0 {
		first := (l.Page-1)*db.PageSize + 1
		key := "cases.range"
		if l.More {
			key = "cases.range.more"
		}
		p.Range = views.Say(key, "From", first, "To", first+len(l.Rows)-1, "Total", l.Total)
	} else if l.More {
		p.Range = views.Say("cases.total.more", "N", l.Total)
	}
	if l.Previous != "" {
		p.First, p.Previous = q.with(), q.with("before", l.Previous)
	}
	if l.Next != "" {
		p.Next, p.Last = q.with("after", l.Next), q.with("page", "last")
	}
	last := (l.Total + db.PageSize - 1) / db.PageSize
	if l.Page > last {
		return p
	}
	shown := 0
	for n := 1; n <= last; n++ {
		if n != 1 && (n != last || l.More) && (n < l.Page-2 || n > l.Page+2) {
			continue
		}
		if n > shown+1 {
			p.Numbers = append(p.Numbers, views.PageLink{})
		}
		number := strconv.Itoa(n)
		link := views.PageLink{Number: number, Label: views.T(lang, "cases.page.number", "Number", n),
			Href: q.with("page", number), Current: n == l.Page}
		if n == 1 {
			link.Href = q.with()
		}
		p.Numbers = append(p.Numbers, link)
		shown = n
	}
	if l.More {
		p.Numbers = append(p.Numbers, views.PageLink{})
	}
	return p
}
