package main

import (
	"cmp"
	"context"
	"encoding/csv"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"portico/db"
	"portico/handlers/desk"
	"portico/rules"
)

// backtestFlags are those of portico rules backtest.
type backtestFlags struct {
	since, until, item, account string
	csv, fails                  bool
}

func (b *ruleBook) backtestFlags(fs *flag.FlagSet) {
	b.fileFlags(fs)
	fs.StringVar(&b.past.since, "since", "", "only cases opened on that day or later: 2026-01-31")
	fs.StringVar(&b.past.until, "until", "", "only cases opened on that day or earlier")
	fs.StringVar(&b.past.item, "item", "", "only cases of the item with that key")
	fs.StringVar(&b.past.account, "account", "", "only cases of that account and of those below it, by client number or name")
	fs.BoolVar(&b.past.csv, "csv", false, "lists the cases that change, as comma-separated values")
	fs.BoolVar(&b.past.fails, "fail-on-change", false, "ends with status 1 where any case would be decided otherwise, for CI")
}

// day reads a date of a flag; skip is how many days later the time is.
func day(name, value string, skip int) (time.Time, error) {
	if value == "" {
		return time.Time{}, nil
	}
	at, err := time.Parse(time.DateOnly, value)
	if err != nil {
		return time.Time{}, usage(fmt.Sprintf("--%s is a day, such as 2026-01-31.", name))
	}
	return at.AddDate(0, 0, skip), nil
}

// backtest holds a rule set against what is live, over past cases. It ends with status 0, whatever changes, unless that is
// asked to be a failure.
func (b *ruleBook) backtest(ctx context.Context) error {
	source, _, report, err := b.judged(ctx)
	if err != nil {
		return err
	}
	if len(report.Problems) > 0 {
		b.tell(source, report.Problems)
		return errTold
	}
	in := desk.NewBacktest{Account: b.past.account, Filter: db.BacktestFilter{Item: b.past.item}}
	if in.Filter.From, err = day("since", b.past.since, 0); err != nil {
		return err
	}
	if in.Filter.Until, err = day("until", b.past.until, 1); err != nil {
		return err
	}
	began, told := time.Now(), time.Now()
	found, changed, err := b.desk.CompareCases(ctx, source, in, func(percent, cases, changed int) {
		if time.Since(told) > time.Second {
			told = time.Now()
			_, _ = fmt.Fprintf(b.errs, "%3d %%: %d cases, %d change\n", percent, cases, changed)
		}
	})
	var invalid desk.Invalid
	switch {
	case errors.As(err, &invalid) && invalid["account"].Code != "":
		return usage(fmt.Sprintf("There is no account %q, or more than one.", b.past.account))
	case errors.As(err, &invalid):
		return usage("--since is after --until.")
	case err != nil:
		return err
	}
	switch {
	case b.json:
		err = b.write(backtestReport(found, time.Since(began)))
	case b.past.csv:
		err = writeChanged(b.out, changed)
	default:
		err = tellBacktest(b.out, found, time.Since(began))
	}
	if err == nil && b.past.fails && found.Tally.Changed > 0 {
		err = errTold
	}
	return err
}

// backtestLines is what came of it, as programs read it.
type backtestLines struct {
	Live       int                            `json:"live"`
	Cases      int                            `json:"cases"`
	Changed    int                            `json:"changed"`
	Seconds    float64                        `json:"seconds"`
	Outcomes   map[string]int                 `json:"outcomes"`
	Priorities []cellLine[int]                `json:"priorities"`
	Queues     []cellLine[string]             `json:"queues"`
	Load       []loadLine                     `json:"load"`
	Promises   map[rules.Promise]rules.Before `json:"promises"`
	Priority   rules.Agreement                `json:"agreement_priority"`
	Queue      rules.Agreement                `json:"agreement_queue"`
}

type cellLine[K cmp.Ordered] struct {
	From  K   `json:"from"`
	To    K   `json:"to"`
	Cases int `json:"cases"`
}

type loadLine struct {
	rules.QueueWeek
	rules.Before
}

func backtestReport(b db.Backtest, took time.Duration) backtestLines {
	t := &b.Tally
	out := backtestLines{Live: b.Live, Cases: t.Cases, Changed: t.Changed, Seconds: took.Seconds(), Outcomes: map[string]int{},
		Priorities: cellLines(t.Priorities()), Queues: cellLines(t.Queues()), Promises: t.Promised(), Priority: t.Priority, Queue: t.Queue}
	for i, name := range rules.OutcomeNames {
		out.Outcomes[name] = t.Outcomes[i]
	}
	for at, load := range t.Load {
		out.Load = append(out.Load, loadLine{at, load})
	}
	slices.SortFunc(out.Load, func(a, b loadLine) int {
		return cmp.Or(cmp.Compare(a.Week, b.Week), cmp.Compare(a.QueueWeek.Queue, b.QueueWeek.Queue))
	})
	return out
}

func cellLines[K cmp.Ordered](m rules.Matrix[K]) []cellLine[K] {
	lines := []cellLine[K]{}
	for cell, n := range m.Cells {
		lines = append(lines, cellLine[K]{cell[0], cell[1], n})
	}
	slices.SortFunc(lines, func(a, b cellLine[K]) int { return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To)) })
	return lines
}

func tellBacktest(out io.Writer, b db.Backtest, took time.Duration) error {
	t := &b.Tally
	var text strings.Builder
	fmt.Fprintf(&text, "%d of %d cases would be decided otherwise than by version %d (%s, %.0f cases a second)\n",
		t.Changed, t.Cases, b.Live, took.Round(time.Millisecond), float64(t.Cases)/took.Seconds())
	for i, name := range rules.OutcomeNames {
		if t.Outcomes[i] > 0 {
			fmt.Fprintf(&text, "  %s: %d\n", name, t.Outcomes[i])
		}
	}
	table := tabwriter.NewWriter(&text, 0, 0, 2, ' ', tabwriter.AlignRight)
	tellMatrix(table, "priority", t.Priorities())
	tellMatrix(table, "queue", t.Queues())
	_, _ = fmt.Fprintln(table, "\nfirst answers\tlive\tthis\t")
	promised := t.Promised()
	for _, p := range slices.Sorted(maps.Keys(promised)) {
		_, _ = fmt.Fprintf(table, "%s\t%d\t%d\t\n", p, promised[p].Old, promised[p].New)
	}
	_, _ = fmt.Fprintln(table, "\nas people set it by hand\tof\tlive\tthis\t")
	for name, a := range map[string]rules.Agreement{"priority": t.Priority, "queue": t.Queue} {
		_, _ = fmt.Fprintf(table, "%s\t%d\t%d\t%d\t\n", name, a.Corrected, a.Old, a.New)
	}
	_ = table.Flush() // a strings.Builder takes everything
	_, err := io.WriteString(out, text.String())
	return err
}

func tellMatrix[K cmp.Ordered](out io.Writer, name string, m rules.Matrix[K]) {
	head := "\n" + name + ", from ↓ to →\t"
	for _, to := range m.Values {
		head += fmt.Sprintf("%v\t", to)
	}
	_, _ = fmt.Fprintln(out, head)
	for _, from := range m.Values {
		line := fmt.Sprintf("%v\t", from)
		for _, to := range m.Values {
			if n := m.Cells[[2]K{from, to}]; n > 0 {
				line += strconv.Itoa(n)
			}
			line += "\t"
		}
		_, _ = fmt.Fprintln(out, line)
	}
}

func writeChanged(out io.Writer, changed []db.BacktestCase) error {
	table := csv.NewWriter(out)
	_ = table.Write([]string{"case", "priority", "new_priority", "queue", "new_queue", "differs"})
	for _, c := range changed {
		_ = table.Write([]string{c.Number.String(), strconv.Itoa(c.FromPriority), strconv.Itoa(c.ToPriority), c.FromQueue, c.ToQueue,
			strings.Join(c.Differs.Names(), " ")})
	}
	table.Flush()
	return table.Error() // of all that was written
}
