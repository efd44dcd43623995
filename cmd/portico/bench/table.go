package bench

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// span is some columns of the table under one head.
type span struct {
	over  string
	heads []string
}

// spans are the columns of the table; the last is there only where figures are compared.
func spans(compared bool) []span {
	list := []span{{"took, ms", []string{"p50", "p99"}}, {"", []string{"a second"}}, {"CPU each, ms", []string{"portal", "postgres", "both"}},
		{"floor, ms", []string{"p50", "CPU"}}, {"", []string{"ratio"}}, {"", []string{"aim"}}}
	if compared {
		list = append(list, span{"", []string{"grown"}})
	}
	return list
}

// gap stands between two columns; aims is the one that holds no figures.
const (
	gap  = "  "
	aims = 9
)

// Write prints the report as a table. before, unless nil, is an earlier report: how each figure has grown since stands
// beside it.
func (r *Report) Write(to io.Writer, before *Report) error {
	columns := spans(before != nil)
	var widths []int
	for _, s := range columns {
		for _, head := range s.heads {
			widths = append(widths, utf8.RuneCountInString(head))
		}
	}
	names := 0
	cells := make([][]string, len(r.Figures))
	for i, f := range r.Figures {
		cells[i] = f.cells(r.MeasuresPostgres)
		if before != nil {
			cells[i] = append(cells[i], mark(f.Grown)+grown(f, before.find(f.Group, f.Name)))
		}
		names = max(names, 2+utf8.RuneCountInString(f.Name))
		for n, cell := range cells[i] {
			widths[n] = max(widths[n], utf8.RuneCountInString(cell))
		}
	}
	lines := append(r.about(before), "")
	lines = append(lines, heads(names, columns, widths)...)
	group := ""
	for i, f := range r.Figures {
		if f.Group != group {
			group = f.Group
			lines = append(lines, "", group)
		}
		line := left("  "+f.Name, names)
		for n, width := range widths {
			if n == aims {
				line += gap + left(cells[i][n], width)
			} else {
				line += gap + right(cells[i][n], width)
			}
		}
		lines = append(lines, line+gap+f.Note)
	}
	lines = append(lines, "", r.outcome())
	var out strings.Builder
	for _, line := range lines {
		out.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	_, err := io.WriteString(to, out.String())
	return err
}

// about says what was measured, and where.
func (r *Report) about(before *Report) []string {
	lines := []string{
		fmt.Sprintf("Portico %s: %s cases of %s accounts", r.Portico, thousands(float64(r.Cases)), thousands(float64(r.Accounts))),
		fmt.Sprintf("PostgreSQL %s, %s, %d cores; %d clients, %g s for each figure and as much for its floor, by turns",
			r.PostgreSQL, r.Go, r.Cores, r.Clients, r.Seconds),
	}
	if !r.MeasuresPostgres {
		lines = append(lines, "PostgreSQL runs on another machine: its CPU is not measured, and no ratio is held against an aim")
	}
	if before != nil {
		line := fmt.Sprintf("grown: what one costs, in what it cost with %s cases", thousands(float64(before.Cases)))
		if before.Cases < r.Cases {
			line += fmt.Sprintf("; ✓: up to %g ×, a list counts as not grown", steady)
		}
		lines = append(lines, line)
	}
	return lines
}

// heads are the two lines above the figures.
func heads(names int, columns []span, widths []int) []string {
	over, under := left("", names), left("", names)
	n := 0
	for _, s := range columns {
		whole := -len(gap)
		for _, head := range s.heads {
			if n == aims {
				under += gap + left(head, widths[n])
			} else {
				under += gap + right(head, widths[n])
			}
			whole += len(gap) + widths[n]
			n++
		}
		line := strings.Repeat(" ", whole)
		if s.over != "" {
			line = rule(s.over, whole)
		}
		over += gap + line
	}
	return []string{over, under}
}

// rule is a line with a word in it.
func rule(word string, width int) string {
	word = " " + word + " "
	before := max(0, (width-utf8.RuneCountInString(word))/2)
	after := max(0, width-utf8.RuneCountInString(word)-before)
	return strings.Repeat("─", before) + word + strings.Repeat("─", after)
}

// outcome says how many aims are met.
func (r *Report) outcome() string {
	met, held := 0, 0
	for _, f := range r.Figures {
		for _, aim := range []*Aim{f.Aim, f.Grown} {
			if aim == nil {
				continue
			}
			held++
			if aim.Met {
				met++
			}
		}
	}
	return fmt.Sprintf("%d of %d aims are met. CPU of a floor is that of PostgreSQL and of the client that asks it.", met, held)
}

// cells are a figure's, in the order of the columns.
func (f *Figure) cells(postgres bool) []string {
	list := make([]string, aims+1)
	if f.Aim != nil {
		list[aims] = mark(f.Aim) + "≤ " + strconv.FormatFloat(f.Aim.Limit, 'f', -1, 64) + " " + f.Aim.Unit
	}
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
		list[8] = times(f.Ratio)
	}
	return list
}

// mark tells whether an aim is met, if there is one.
func mark(a *Aim) string {
	switch {
	case a == nil:
		return ""
	case a.Met:
		return "✓ "
	}
	return "✗ "
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
	return times(of(now) / of(before))
}

// number writes a figure so that most stand below each other by their point.
func number(v float64) string {
	switch size := math.Abs(v); {
	case size == 0:
		return "0"
	case size < .001:
		return strconv.FormatFloat(v, 'f', 5, 64)
	case size < .1:
		return strconv.FormatFloat(v, 'f', 4, 64)
	case size < 1000:
		return strconv.FormatFloat(v, 'f', 2, 64)
	}
	return thousands(v)
}

func times(v float64) string { return number(v) + " ×" }

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
