package handlers

import (
	"cmp"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"portico/db"
	"portico/rules"
	"portico/views"
)

// sharesShown is how many accounts, items or locations are shown by name.
const sharesShown = 12

// report is what a backtest found, as it is shown.
func (d *drafted) report(b db.Backtest) (*views.BacktestReport, error) {
	t := &b.Tally
	path := views.BacktestPath(b.ID)
	r := &views.BacktestReport{Path: path, Live: b.Live, Shadow: b.Shadow, Cases: t.Cases, Changed: t.Changed, Share: percent(d.g.Lang, t.Changed, t.Cases)}
	for i, name := range rules.OutcomeNames {
		if t.Outcomes[i] > 0 && (i >= 2 || t.Outcomes[i] != t.Changed) {
			r.Outcomes = append(r.Outcomes, views.OutcomeChanges{Name: outcomeName(name), Cases: t.Outcomes[i], Href: path + "/cases?outcome=" + name})
		}
	}
	r.Priorities = matrixTable(d.g.Lang, path, "priority", t.Priorities(), t.Changed, func(p int) views.MatrixHead {
		return views.MatrixHead{Priority: db.Priority(p), Name: views.AnyPriority(p).In(d.g.Lang)}
	})
	r.Queues = matrixTable(d.g.Lang, path, "queue", t.Queues(), t.Changed, func(q string) views.MatrixHead { return views.MatrixHead{Name: q} })
	r.Loads, r.Weeks = loads(d.g.Lang, path, t.Load)
	var err error
	if r.Shares, err = d.shares(path, t); err != nil || b.Shadow {
		return r, err
	}
	sum := t.Promised()
	for _, p := range []rules.Promise{rules.Met, rules.Missed, rules.Pending, rules.Unpromised} {
		if n := sum[p]; n != (rules.Before{}) {
			r.Promises = append(r.Promises, views.BeforeRow{Name: views.Say("backtest.due." + string(p)), Old: n.Old, New: n.New})
		}
	}
	r.Broken, r.Saved = t.Promises[rules.Kept{Old: rules.Met, New: rules.Missed}], t.Promises[rules.Kept{Old: rules.Missed, New: rules.Met}]
	for name, a := range agreements(t) {
		row := views.AgreementRow{Name: outcomeName(rules.OutcomeNames[name]), Corrected: a.Corrected, Old: a.Old, New: a.New}
		if a.Corrected > 0 {
			row.OldBar, row.NewBar = 100*a.Old/a.Corrected, 100*a.New/a.Corrected
		}
		r.Agreements = append(r.Agreements, row)
	}
	return r, nil
}

// agreements are those of priority and queue, in the order of OutcomeNames.
func agreements(t *rules.Tally) []rules.Agreement { return []rules.Agreement{t.Priority, t.Queue} }

// percent is a part of a whole, with a figure after the point where it is small.
func percent(lang string, part, whole int) string {
	if whole == 0 {
		return "–"
	}
	digits := 0
	if share := 100 * float64(part) / float64(whole); share < 10 && part > 0 {
		digits = 1
	}
	text := strconv.FormatFloat(100*float64(part)/float64(whole), 'f', digits, 64) + "\u00a0%"
	if lang == "fr" {
		return strings.Replace(text, ".", ",", 1)
	}
	return text
}

// matrixTable shows a matrix without the lines that no case comes to.
func matrixTable[K cmp.Ordered](lang, path, of string, m rules.Matrix[K], changed int, head func(K) views.MatrixHead) views.MatrixTable {
	v := views.MatrixTable{ID: "matrix-" + of, Title: views.Say("backtest.matrix." + of), CSV: path + "/" + of + ".csv"}
	totals := map[K]int{}
	for cell, n := range m.Cells {
		totals[cell[0]] += n
	}
	for _, value := range m.Values {
		v.Heads = append(v.Heads, head(value))
	}
	for i, from := range m.Values {
		row := views.MatrixRow{Head: v.Heads[i], Total: totals[from]}
		for n, to := range m.Values {
			cell := views.MatrixCell{Cases: m.Cells[[2]K{from, to}], Same: from == to}
			if !cell.Same && cell.Cases > 0 {
				q := url.Values{"from-" + of: {fmt.Sprint(from)}, "to-" + of: {fmt.Sprint(to)}}
				cell.Href = path + "/cases?" + q.Encode()
				cell.Label = views.T(lang, "backtest.matrix.cell", "Cases", views.Number(lang, cell.Cases), "From", v.Heads[i].Name, "To", v.Heads[n].Name)
				cell.Heavy = min(4, 1+4*cell.Cases/max(changed, 1))
			}
			row.Cells = append(row.Cells, cell)
		}
		v.Rows = append(v.Rows, row)
	}
	return v
}

// The measure of a chart: a week is so wide, and all of it so high.
const (
	chartWeek = 8
	chartHigh = 60
)

// loads draws how many cases come to each queue by week, all at one scale, and says the same as figures.
func loads(lang, path string, load rules.Table[rules.QueueWeek, rules.Before]) ([]views.LoadChart, views.LoadTable) {
	queues, seen, most := map[string]rules.Before{}, map[int]bool{}, 1
	for at, n := range load {
		sum := queues[at.Queue]
		queues[at.Queue] = rules.Before{Old: sum.Old + n.Old, New: sum.New + n.New}
		seen[at.Week] = true
		most = max(most, n.Old, n.New)
	}
	table := views.LoadTable{CSV: path + "/load.csv", Queues: slices.Sorted(maps.Keys(queues))}
	weeks := slices.Sorted(maps.Keys(seen))
	for _, w := range slices.Backward(weeks) {
		row := views.LoadRow{Week: weekName(w)}
		for _, q := range table.Queues {
			row.Cells = append(row.Cells, views.LoadCell(load[rules.QueueWeek{Queue: q, Week: w}]))
		}
		table.Rows = append(table.Rows, row)
	}
	var charts []views.LoadChart
	for _, q := range table.Queues {
		sum := queues[q]
		chart := views.LoadChart{Queue: q, Old: sum.Old, New: sum.New, Width: chartWeek * len(weeks)}
		var line strings.Builder
		for i, w := range weeks {
			n := load[rules.QueueWeek{Queue: q, Week: w}]
			chart.Most = max(chart.Most, n.Old, n.New)
			if high := scaled(n.New, most); high > 0 {
				chart.Bars = append(chart.Bars, views.ChartBar{X: chartWeek * i, Y: chartHigh + 4 - high, Height: high})
			}
			at := "L"
			if i == 0 {
				at = "M"
			}
			fmt.Fprintf(&line, "%s%d %dH%d", at, chartWeek*i, chartHigh+4-scaled(n.Old, most), chartWeek*(i+1))
		}
		chart.Line = line.String()
		chart.Alt = views.T(lang, "backtest.load.alt", "Queue", q, "Old", views.Number(lang, chart.Old), "New", views.Number(lang, chart.New),
			"Most", views.Number(lang, chart.Most))
		charts = append(charts, chart)
	}
	return charts, table
}

// scaled is how high a count stands; one that is not zero can be seen.
func scaled(n, most int) int {
	if n == 0 {
		return 0
	}
	return max(1, chartHigh*n/most)
}

// weekName is a week as ISO 8601 writes it.
func weekName(week int) string { return fmt.Sprintf("%d-W%02d", week/100, week%100) }

// shared is a count of cases that have something in common, by what that is.
type shared[K comparable] struct {
	key K
	rules.Share
}

// mostChanged orders what is counted by how many change, then by how many there are.
func mostChanged[K comparable](table rules.Table[K, rules.Share], order func(a, b K) int) []shared[K] {
	list := make([]shared[K], 0, len(table))
	for key, n := range table {
		list = append(list, shared[K]{key, n})
	}
	slices.SortFunc(list, func(a, b shared[K]) int {
		return cmp.Or(cmp.Compare(b.Changed, a.Changed), cmp.Compare(b.Cases, a.Cases), order(a.key, b.key))
	})
	return list
}

func byPlace(a, b rules.Place) int {
	return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Account, b.Account))
}

// shares are the tables by item, account and location.
func (d *drafted) shares(path string, t *rules.Tally) ([]views.ShareTable, error) {
	accounts, places := mostChanged(t.Accounts, cmp.Compare[int64]), mostChanged(t.Locations, byPlace)
	var ids []int64
	for _, a := range accounts[:min(sharesShown, len(accounts))] {
		ids = append(ids, a.key)
	}
	for _, p := range places[:min(sharesShown, len(places))] {
		ids = append(ids, p.key.Account)
	}
	names, err := d.app.DB.AccountNames(d.c.UserContext(), ids)
	if err != nil {
		return nil, err
	}
	rest := views.T(d.g.Lang, "backtest.share.rest")
	return []views.ShareTable{
		shareTable(path, "items", rest, mostChanged(t.Items, cmp.Compare[string]), func(key string) views.ShareRow {
			return views.ShareRow{Name: d.itemName(key)}
		}),
		shareTable(path, "accounts", rest, accounts, func(id int64) views.ShareRow {
			return views.ShareRow{Name: cmp.Or(names[id], "–"), Href: views.AccountPath(id)}
		}),
		shareTable(path, "locations", rest, places, func(p rules.Place) views.ShareRow {
			return views.ShareRow{Name: p.Name, Sub: names[p.Account]}
		}),
	}, nil
}

func shareTable[K comparable](path, of, rest string, list []shared[K], row func(K) views.ShareRow) views.ShareTable {
	v := views.ShareTable{ID: of, Title: views.Say("backtest.share." + of), CSV: path + "/" + of + ".csv"}
	for i, s := range list {
		if i >= sharesShown {
			if v.Rest == nil {
				v.Rest = &views.ShareRow{Name: rest}
			}
			v.Rest.Cases, v.Rest.Changed = v.Rest.Cases+s.Cases, v.Rest.Changed+s.Changed
			continue
		}
		r := row(s.key)
		r.Cases, r.Changed = s.Cases, s.Changed
		if s.Changed > 0 {
			r.Bar = max(1, 100*s.Changed/list[0].Changed)
		}
		v.Rows = append(v.Rows, r)
	}
	return v
}
