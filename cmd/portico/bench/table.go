package bench

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// column is one of the table.
type column struct {
	over, head string // two lines above the figures
	width      int
}

// Write prints the report as a table. before, unless nil, is an earlier report: how each figure has grown since stands
// beside it.
func (r *Report) Write(to io.Writer, before *Report) error {
	columns := []column{{head: "p50"}, {head: "p99"}, {head: "a second"},
		{over: "CPU each", head: "portal"}, {over: "of", head: "postgres"}, {over: "", head: "both"},
		{over: "floor", head: "p50"}, {over: "", head: "CPU"}, {head: "ratio"}}
	if before != nil {
		columns = append(columns, column{head: "grown"})
	}
	names := 0
	cells := make([][]string, len(r.Figures))
	for i, f := range r.Figures {
		cells[i] = f.cells(r.MeasuresPostgres)
		if before != nil {
			cells[i] = append(cells[i], grown(f, before.find(f.Group, f.Name)))
		}
		names = max(names, utf8.RuneCountInString(f.Name)+2)
		for n, cell := range cells[i] {
			columns[n].width = max(columns[n].width, utf8.RuneCountInString(cell))
		}
	}
	var out strings.Builder
	r.head(&out, before)
	group := ""
	for i, f := range r.Figures {
		if f.Group != group {
			group = f.Group
			heading(&out, group, names, columns)
		}
		out.WriteString(left("  "+f.Name, names))
		for n, c := range columns {
			out.WriteString("  " + right(cells[i][n], c.width))
		}
		out.WriteString("  " + f.remark() + "\n")
	}
	r.foot(&out)
	text := strings.Builder{}
	for line := range strings.Lines(out.String()) {
		text.WriteString(strings.TrimRight(line, " \n") + "\n")
	}
	_, err := io.WriteString(to, text.String())
	return err
}

func (r *Report) head(out *strings.Builder, before *Report) {
	fmt.Fprintf(out, "Portico %s with %s cases of %s accounts\n", r.Portico, thousands(float64(r.Cases)), thousands(float64(r.Accounts)))
	fmt.Fprintf(out, "PostgreSQL %s, %s, %d cores; %d clients, %g s for each figure and as much for its floor, by turns\n",
		r.PostgreSQL, r.Go, r.Cores, r.Clients, r.Seconds)
	if !r.MeasuresPostgres {
		fmt.Fprintln(out, "PostgreSQL runs on another machine: its CPU is not measured, and so no ratio is held against an aim")
	}
	if before != nil {
		fmt.Fprintf(out, "grown: what one costs here, over what it cost with %s cases\n", thousands(float64(before.Cases)))
	}
}

// heading is a group's name with the heads of the columns.
func heading(out *strings.Builder, group string, names int, columns []column) {
	out.WriteString("\n" + left("", names))
	for _, c := range columns {
		out.WriteString("  " + right(c.over, max(c.width, utf8.RuneCountInString(c.head))))
	}
	out.WriteString("\n" + left(group, names))
	for i := range columns {
		columns[i].width = max(columns[i].width, utf8.RuneCountInString(columns[i].head), utf8.RuneCountInString(columns[i].over))
		out.WriteString("  " + right(columns[i].head, columns[i].width))
	}
	out.WriteString("\n")
}

// foot says how many aims are met.
func (r *Report) foot(out *strings.Builder) {
	met, aims := 0, 0
	for _, f := range r.Figures {
		if f.Aim == nil {
			continue
		}
		aims++
		if f.Aim.Met {
			met++
		}
	}
	fmt.Fprintf(out, "\nTimes are milliseconds. CPU of a floor is that of PostgreSQL and of the client that asks it. %d of %d aims are met.\n", met, aims)
}

// cells are a figure's, in the order of the columns.
func (f *Figure) cells(postgres bool) []string {
	list := make([]string, 9)
	if f.Value != nil {
		list[0] = number(f.Value.Number) + " " + f.Value.Unit
		return list
	}
	list[0], list[1] = number(f.P50), number(f.P99)
	if f.PerSecond > 0 {
		list[2] = thousands(f.PerSecond)
	}
	if f.CPU > 0 {
		list[3], list[5] = number(f.CPU), number(f.all())
	}
	if postgres && f.PostgresCPU > 0 {
		list[4] = number(f.PostgresCPU)
	}
	if f.Floor != nil {
		list[6] = number(f.Floor.P50)
		if f.Floor.all() > 0 {
			list[7] = number(f.Floor.all())
		}
	}
	if f.Ratio > 0 {
		list[8] = number(f.Ratio) + " ×"
	}
	return list
}

// remark tells of the aim, and what else is to be known.
func (f *Figure) remark() string {
	var parts []string
	switch {
	case f.Aim == nil:
	case f.Aim.Met:
		parts = append(parts, "✓ "+f.Aim.What)
	default:
		parts = append(parts, "✗ "+f.Aim.What)
	}
	if f.Note != "" {
		parts = append(parts, f.Note)
	}
	return strings.Join(parts, "; ")
}

func (r *Report) find(group, name string) *Figure {
	for _, f := range r.Figures {
		if f.Group == group && f.Name == name {
			return f
		}
	}
	return nil
}

// grown is what a figure costs now, over what it cost before.
func grown(now, before *Figure) string {
	if before == nil {
		return ""
	}
	of := func(f *Figure) float64 {
		switch {
		case f.Value != nil:
			return f.Value.Number
		case f.CPU > 0:
			return f.all()
		}
		return f.P50
	}
	if of(before) == 0 {
		return ""
	}
	return number(of(now)/of(before)) + " ×"
}

// number writes a figure with as many places as anybody can read.
func number(v float64) string {
	switch size := math.Abs(v); {
	case size == 0:
		return "0"
	case size < .001:
		return strconv.FormatFloat(v, 'f', 5, 64)
	case size < .1:
		return strconv.FormatFloat(v, 'f', 4, 64)
	case size < 10:
		return strconv.FormatFloat(v, 'f', 2, 64)
	case size < 1000:
		return strconv.FormatFloat(v, 'f', 1, 64)
	}
	return thousands(v)
}

// thousands writes a whole number with commas.
func thousands(v float64) string {
	digits := strconv.FormatFloat(math.Round(v), 'f', 0, 64)
	for i := len(digits) - 3; i > 0 && digits[i-1] != '-'; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

func left(s string, width int) string {
	return s + strings.Repeat(" ", max(0, width-utf8.RuneCountInString(s)))
}

func right(s string, width int) string {
	return strings.Repeat(" ", max(0, width-utf8.RuneCountInString(s))) + s
}
