// Package bench measures a portal that runs: what its pages, its verbs, its rules and its streams cost, each beside a
// floor, the least that the same could cost, taken in the same run by turns. It is no test: it fails only where an answer
// is wrong, never because one is slow.
//
// What the portal asks of its database is asked through db, here as everywhere. The floors are bare pgx, with SQL of their
// own where it has to be written out: they are what the portal is held against, so they must not share its ways.
package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"runtime"
	"slices"
	"strings"
	"time"

	"portico/db"
	"portico/db/demo/crowd"
	"portico/handlers/desk"
	"portico/policy"
)

// Options say what is measured, and how.
type Options struct {
	DB       *db.DB                          // the database of the portal: the bench looks up there whom to be, and what to ask for
	Owner    string                          // its address as the role that owns it: for what is measured without the wall
	URL      *url.URL                        // of the portal
	Metrics  string                          // the address of its /metrics
	Started  bool                            // the portal was started for this run, and has answered nothing yet: its memory is that at rest
	Clients  int                             // how many ask at once
	Duration time.Duration                   // how long the portal is measured for each figure, and the floor as well
	Streams  int                             // how many streams are opened
	Post     *Post                           // where a portal that was started for this run sends its mail; nil for others
	Mails    int                             // how many are sent as one pile
	Second   func() (kill func(), err error) // starts a second copy of that portal
	Encoding string                          // what the clients accept: Accept-Encoding
	Only     []string                        // the figures wanted, by words of their groups or names; all when empty
	Progress io.Writer                       // told what is measured now
	Version  string                          // of the portal
	Log      *slog.Logger
}

// ErrNotSeeded refuses to measure a database that may be somebody's own.
var ErrNotSeeded = errors.New("the benchmark opens cases and takes them, so it measures only a database that was filled for it: " +
	"fill one with portico seed, or let portico bench do so")

// bench is one run.
type bench struct {
	Options
	db     *db.DB
	desk   *desk.Desk
	judge  *policy.Judge
	portal *portal
	meters *meters
	report *Report

	last     db.Number // of the cases that were there before anybody measured
	people   people
	sessions []db.Session

	common []string            // the commonest words of all cases
	viewed map[*visitor][]view // what was found to be measured for each of them
}

// Run measures. Its error means that something is wrong, not that something is slow: the report tells that.
func Run(ctx context.Context, o Options) (report *Report, err error) {
	b := &bench{Options: o, db: o.DB, portal: newPortal(o.URL, o.Encoding), viewed: map[*visitor][]view{}}
	switch filled, err := crowd.Read(ctx, b.db); {
	case err != nil:
		return nil, err
	case filled.Cases == 0:
		return nil, ErrNotSeeded
	case !filled.Finished:
		return nil, crowd.ErrUnfinished
	default:
		b.last = filled.First + db.Number(filled.Cases)
	}
	if b.judge, err = policy.NewJudge(b.db.PolicyLines()); err != nil {
		return nil, err
	}
	b.desk = &desk.Desk{DB: b.db, Judge: b.judge, Clock: time.Now, Log: b.Log, URL: o.URL.String(), Limit: desk.DefaultLimits}
	var version string
	if b.meters, version, err = newMeters(ctx, b.db, o.Metrics); err != nil {
		return nil, err
	}
	b.report = &Report{
		At: time.Now().UTC().Truncate(time.Second), Portico: o.Version, PostgreSQL: version, Go: runtime.Version(), Cores: runtime.NumCPU(),
		Clients: o.Clients, Seconds: o.Duration.Seconds(), MeasuresPostgres: b.meters.postmaster != 0, Encoding: o.Encoding,
	}
	if b.report.Cases, b.report.Accounts, err = b.db.CasesThere(ctx); err != nil {
		return nil, err
	}
	defer func() {
		err = errors.Join(err, b.signOut(context.WithoutCancel(ctx)))
	}()
	return b.report, b.all(ctx)
}

// all takes the figures in an order in which none disturbs the next: memory before all that swells it, and then what only
// reads.
func (b *bench) all(ctx context.Context) error {
	if err := b.atRest(ctx); err != nil {
		return err
	}
	if err := b.findPeople(ctx); err != nil {
		return err
	}
	for _, group := range []func(context.Context) error{
		b.streams, b.lists, b.files, b.walls, b.pages, b.suggestions, b.forms, b.opening, b.taking, b.deciding, b.backtests, b.publishing, b.moving, b.mailing, b.inTheEnd,
	} {
		if err := group(ctx); err != nil {
			return err
		}
	}
	if len(b.report.Figures) == 0 {
		return fmt.Errorf("there is no figure of which %q is a part", strings.Join(b.Only, ", "))
	}
	return nil
}

// wants tells whether a figure was asked for.
func (b *bench) wants(group, name string) bool {
	if len(b.Only) == 0 {
		return true
	}
	is := strings.ToLower(group + ": " + name)
	return slices.ContainsFunc(b.Only, func(word string) bool { return strings.Contains(is, strings.ToLower(strings.TrimSpace(word))) })
}

// now tells what is measured.
func (b *bench) now(group, name string) {
	_, _ = fmt.Fprintf(b.Progress, "%s: %s\n", group, name)
}

// wrong says in which figure something is wrong.
func wrong(group, name string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %s: %w", group, name, err)
}

// versus measures one figure, portal and floor by turns, and puts it into the report.
func (b *bench) versus(ctx context.Context, group, name string, aim *Aim, portal, floor load) (*Figure, error) {
	return b.versusTimes(ctx, group, name, aim, portal, floor, 0)
}

// versusTimes does so where the portal can be asked only so many times.
func (b *bench) versusTimes(ctx context.Context, group, name string, aim *Aim, portal, floor load, times int) (*Figure, error) {
	b.now(group, name)
	of, under, err := b.duel(ctx, portal, floor, times)
	if err != nil {
		return nil, wrong(group, name, err)
	}
	f := b.report.add(group, name, of)
	f.under(under)
	if aim != nil && f.Ratio > 0 && b.report.MeasuresPostgres {
		aim.judge(f.Ratio)
		f.Aim = aim
	}
	return f, nil
}
