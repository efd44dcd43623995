package db_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"portico/db"
	"portico/db/dbtest"
)

func TestListen(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	urls := dbtest.Fresh(t)
	d, owner := dbtest.Open(t, urls.Program), dbtest.Open(t, urls.Owner)

	heard, ended, milestones := make(chan db.Topic, 16), make(chan struct{}), map[string]int{}
	listening, stop := context.WithCancel(ctx)
	go func() {
		defer close(ended)
		d.Listen(listening, slog.New(slog.DiscardHandler), func(topic db.Topic) {
			if name, ok := topic.Milestone(); ok { // each is another
				if milestones[name]++; milestones[name] > 1 {
					t.Errorf("%s twice", topic)
				}
				return
			}
			heard <- topic
		})
	}()
	expect := func(want ...db.Topic) {
		t.Helper()
		for _, topic := range want {
			select {
			case got := <-heard:
				if got != topic {
					t.Fatalf("heard %q, not %q", got, topic)
				}
			case <-ctx.Done():
				t.Fatalf("did not hear %q", topic)
			}
		}
	}

	expect(db.Everything) // it begins by saying so: nobody knows what was before

	if err := d.Notify(ctx, db.RulesChanged, db.CaseChanged(1883)); err != nil {
		t.Fatal(err)
	}
	expect("rules", "case-1883")

	// A transaction tells when it commits, and not at all if it does not.
	failure := errors.New("no")
	err := d.InTx(ctx, func(ctx context.Context, tx *db.DB) error {
		return errors.Join(tx.Notify(ctx, db.PolicyChanged), failure)
	})
	if !errors.Is(err, failure) {
		t.Fatal(err)
	}
	err = d.InTx(ctx, func(ctx context.Context, tx *db.DB) error {
		if err := tx.Notify(ctx, db.QueueChanged(3)); err != nil {
			return err
		}
		select {
		case topic := <-heard:
			t.Errorf("heard %q before the commit", topic)
		default:
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	expect("queue-3")

	// Its connection breaks: it says Everything when it is back, and goes on.
	_, err = owner.Pool().Exec(ctx, `select pg_terminate_backend(pid) from pg_stat_activity
		where datname = current_database() and query = 'listen portico'`)
	if err != nil {
		t.Fatal(err)
	}
	expect(db.Everything)
	if err := d.Notify(ctx, db.PersonChanged(5)); err != nil {
		t.Fatal(err)
	}
	expect("person-5")

	stop()
	select {
	case <-ended:
	case <-ctx.Done():
		t.Fatal("it does not end with its context")
	}
	if len(milestones) != 3 {
		t.Errorf("what is told has %d milestones, not one a change", len(milestones))
	}
}
