package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"portico/db"
	"portico/db/demo"
	"portico/db/demo/crowd"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

func seed(ctx context.Context, args []string) error {
	fs := newFlags("seed")
	var ask crowd.Crowd
	fs.IntVar(&ask.Cases, "cases", 10_000, "how many cases; a hundredth as many accounts and a tenth as many contacts come with them")
	fs.Uint64Var(&ask.Seed, "seed", 1, "what everything is drawn from: the same seed gives the same world")
	now := fs.String("now", "", "the day on which that world's past ends, such as 2026-06-15; when not given, today, or the day on which it was begun")
	c, err := configure(fs, args)
	if err != nil {
		return err
	}
	switch {
	case fs.NArg() > 0:
		return usage(fmt.Sprintf("%q is not needed: portico seed --help.", fs.Arg(0)))
	case ask.Cases < 1 || ask.Cases > mostCases:
		return usage(fmt.Sprintf("--cases is a number from 1 to %d.", mostCases))
	}
	if *now != "" {
		if ask.Now, err = time.Parse(time.DateOnly, *now); err != nil || ask.Now.After(time.Now()) {
			return usage("--now is a day that has come, such as 2026-06-15.")
		}
	}
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	s, err := openStore(ctx, &c, newLog(max(c.level, levelQuiet)))
	if err != nil {
		return err
	}
	defer s.close()

	if *now == "" {
		if ask.Now, err = today(ctx, s.DB); err != nil {
			return err
		}
	}
	began := time.Now()
	show := &progress{terminal: term.IsTerminal(int(os.Stdout.Fd()))}
	done, err := ask.Fill(ctx, s.DB, func(ctx context.Context) error { return db.Settle(ctx, s.owner) },
		crowd.Watcher{Step: show.step, Done: show.done})
	show.end()
	switch {
	case errors.Is(err, demo.ErrForeign):
		return errors.New("this database holds data that is neither the demo's nor a seed's: seed an empty one, with --data or DATABASE_URL")
	case err != nil && ctx.Err() != nil:
		return errors.New("interrupted: the same command goes on from here")
	case err != nil:
		return err
	case !done:
		fmt.Println("All of it is there already.")
		return nil
	}
	return report(ctx, s.DB, time.Since(began))
}

// today is the day that the database was begun to be filled on, if it was, so that the same command goes on with it
// whenever it is given again.
func today(ctx context.Context, d *db.DB) (time.Time, error) {
	kept, err := crowd.Read(ctx, d)
	if err != nil || kept.Cases > 0 {
		return kept.Now, err
	}
	return time.Now().UTC().Truncate(24 * time.Hour), nil
}

// mostCases leaves each case a number that fits where numbers are shown, and each account a client number.
const mostCases = 100_000_000

// report says what is in the database now.
func report(ctx context.Context, d *db.DB, took time.Duration) error {
	held, err := d.Holds(ctx)
	if err != nil {
		return err
	}
	fmt.Printf("Filled in %s: %d cases with %d events, %d accounts with %d products, %d people with %d grants; %d MB.\n",
		took.Round(time.Second/10), held.Cases, held.Events, held.Accounts, held.Products, held.People, held.Grants, held.Bytes>>20)
	fmt.Printf("Sign in as %s, %s, %s, or %s to %s, with the password %s.\n",
		crowd.Admin, crowd.Manager, crowd.Customer, crowd.Agent(1), crowd.Agent(crowd.Agents), demo.Password)
	return nil
}

// progress shows how far it is: by a bar on a terminal, else by a line now and then.
type progress struct {
	terminal bool
	bar      *progressbar.ProgressBar
	told     int // tenths
}

func (p *progress) step(sentence string) {
	p.end()
	fmt.Println(sentence + " …")
}

func (p *progress) done(cases, of int) {
	if !p.terminal {
		if tenths := cases * 10 / of; tenths > p.told {
			p.told = tenths
			fmt.Printf("%d of %d cases\n", cases, of)
		}
		return
	}
	if p.bar == nil {
		p.bar = progressbar.NewOptions(of, progressbar.OptionSetWriter(os.Stdout), progressbar.OptionSetWidth(40),
			progressbar.OptionShowCount(), progressbar.OptionShowIts(), progressbar.OptionSetItsString("cases"),
			progressbar.OptionSetPredictTime(true), progressbar.OptionThrottle(100*time.Millisecond))
	}
	_ = p.bar.Set(cases) // a terminal that is gone stops no work
}

// end leaves the bar as it is, on a line of its own.
func (p *progress) end() {
	if p.bar != nil {
		p.bar = nil
		fmt.Println()
	}
}
