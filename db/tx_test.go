package db_test

import (
	"context"
	"errors"
	"testing"

	"portico/db"
	"portico/db/dbtest"
)

func TestInTx(t *testing.T) {
	ctx := context.Background()
	count := func(t *testing.T, d *db.DB) (settings, jobs int) {
		t.Helper()
		err := d.Pool().QueryRow(ctx, `select (select count(*) from settings where key = 'x'), (select count(*) from river_job)`).Scan(&settings, &jobs)
		if err != nil {
			t.Fatal(err)
		}
		return settings, jobs
	}
	write := func(ctx context.Context, tx *db.DB) error {
		return errors.Join(tx.Set(ctx, "x", "1"), tx.Enqueue(ctx, db.SendMail{MailID: 7}))
	}

	t.Run("what was written and the job that it promised are there after a commit", func(t *testing.T) {
		d := dbtest.New(t)
		if err := d.InTx(ctx, write); err != nil {
			t.Fatal(err)
		}
		if settings, jobs := count(t, d); settings != 1 || jobs != 1 {
			t.Errorf("%d settings, %d jobs", settings, jobs)
		}
	})

	t.Run("neither is there after a failure", func(t *testing.T) {
		d := dbtest.New(t)
		failure := errors.New("no")
		err := d.InTx(ctx, func(ctx context.Context, tx *db.DB) error {
			return errors.Join(write(ctx, tx), failure)
		})
		if !errors.Is(err, failure) {
			t.Errorf("got %v", err)
		}
		if settings, jobs := count(t, d); settings != 0 || jobs != 0 {
			t.Errorf("%d settings, %d jobs", settings, jobs)
		}
	})

	t.Run("nor when its context ends in the middle, and others go on", func(t *testing.T) {
		d := dbtest.New(t)
		for range 20 {
			ctx, end := context.WithCancel(ctx)
			err := d.InTx(ctx, func(ctx context.Context, tx *db.DB) error {
				if err := write(ctx, tx); err != nil {
					t.Error(err)
				}
				go end()
				for {
					if err := write(ctx, tx); err != nil {
						return err
					}
				}
			})
			if err == nil {
				t.Fatal("it was committed")
			}
		}
		if settings, jobs := count(t, d); settings != 0 || jobs != 0 {
			t.Errorf("%d settings, %d jobs", settings, jobs)
		}
	})

	t.Run("nor after a panic, and the connection is free again", func(t *testing.T) {
		d := dbtest.New(t)
		func() {
			defer func() { _ = recover() }()
			_ = d.InTx(ctx, func(ctx context.Context, tx *db.DB) error {
				if err := write(ctx, tx); err != nil {
					t.Error(err)
				}
				panic("oh no")
			})
		}()
		if settings, jobs := count(t, d); settings != 0 || jobs != 0 {
			t.Errorf("%d settings, %d jobs", settings, jobs)
		}
		if busy := d.Pool().Stat().AcquiredConns(); busy != 0 {
			t.Errorf("%d connections are still taken", busy)
		}
	})

	t.Run("one within another joins it", func(t *testing.T) {
		d := dbtest.New(t)
		failure := errors.New("no")
		err := d.InTx(ctx, func(ctx context.Context, tx *db.DB) error {
			if err := tx.InTx(ctx, write); err != nil {
				return err
			}
			return failure
		})
		if !errors.Is(err, failure) {
			t.Errorf("got %v", err)
		}
		if settings, jobs := count(t, d); settings != 0 || jobs != 0 {
			t.Errorf("%d settings, %d jobs", settings, jobs)
		}
	})

	t.Run("a job is promised inside of one only", func(t *testing.T) {
		if err := dbtest.New(t).Enqueue(ctx, db.SendMail{MailID: 7}); err == nil {
			t.Error("it was promised")
		}
	})
}

func TestReserveNumbers(t *testing.T) {
	ctx := context.Background()
	d := dbtest.New(t)
	var next int64
	for _, test := range []struct {
		fact string
		last db.Number
		want int64
	}{
		{"of a fresh database", 1500, 1501},
		{"that were given already", 1500, 1502},
		{"beyond the last one given", 1510, 1511},
	} {
		t.Run(test.fact, func(t *testing.T) {
			if err := d.ReserveNumbers(ctx, test.last); err != nil {
				t.Fatal(err)
			}
			err := d.Pool().QueryRow(ctx, `select nextval('cases_id_seq')`).Scan(&next)
			if err != nil || next != test.want {
				t.Errorf("the next one is %d, not %d (%v)", next, test.want, err)
			}
		})
	}
}
