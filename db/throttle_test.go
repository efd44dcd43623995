package db_test

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"portico/db"
	"portico/db/dbtest"
)

func TestThrottle(t *testing.T) {
	ctx := context.Background()
	d := dbtest.New(t)
	try := func(t *testing.T, key string) (bool, time.Duration) {
		t.Helper()
		ok, after, err := d.Throttle(ctx, key, 3, time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		return ok, after
	}
	exec := func(t *testing.T, sql string) {
		t.Helper()
		if _, err := d.Pool().Exec(ctx, sql); err != nil {
			t.Fatal(err)
		}
	}
	t.Run("three are allowed, the fourth waits", func(t *testing.T) {
		for range 3 {
			if ok, after := try(t, "four"); !ok || after != 0 {
				t.Fatal("refused within the limit")
			}
		}
		if ok, after := try(t, "four"); ok || after <= 0 || after > time.Minute {
			t.Fatalf("got %v, wait %v", ok, after)
		}
		if ok, _ := try(t, "another"); !ok {
			t.Error("another key waits too")
		}
	})
	t.Run("the window's end opens the next", func(t *testing.T) {
		exec(t, `update throttles set until_at = now()`)
		if ok, _ := try(t, "four"); !ok {
			t.Error("still refused")
		}
	})
	t.Run("what led somewhere is forgotten", func(t *testing.T) {
		for range 4 {
			try(t, "typo")
		}
		if err := d.Unthrottle(ctx, "typo"); err != nil {
			t.Fatal(err)
		}
		if ok, _ := try(t, "typo"); !ok {
			t.Error("still refused")
		}
	})
	t.Run("a try taken back leaves room for one", func(t *testing.T) {
		for range 3 {
			try(t, "office")
		}
		if err := d.Untry(ctx, "office"); err != nil {
			t.Fatal(err)
		}
		if ok, _ := try(t, "office"); !ok {
			t.Error("refused")
		}
		if ok, _ := try(t, "office"); ok {
			t.Error("all were taken back")
		}
	})
	t.Run("keys of any length and content", func(t *testing.T) {
		if ok, _ := try(t, strings.Repeat("a\x00é", 1<<20)); !ok {
			t.Error("refused")
		}
	})
	t.Run("sweeping leaves open windows", func(t *testing.T) {
		for range 4 {
			try(t, "kept")
		}
		exec(t, `insert into throttles values ('old', 1, now() - interval '1 second')`)
		if err := d.SweepThrottles(ctx); err != nil {
			t.Fatal(err)
		}
		var old int
		if err := d.Pool().QueryRow(ctx, `select count(*) from throttles where key = 'old'`).Scan(&old); err != nil || old != 0 {
			t.Errorf("%d old windows left (%v)", old, err)
		}
		if ok, _ := try(t, "kept"); ok {
			t.Error("an open window was swept")
		}
	})
}

// Two copies of the portal, many tries at once: exactly as many pass as the limit says.
func TestThrottleAtOnce(t *testing.T) {
	urls := dbtest.Fresh(t)
	copies := []*db.DB{dbtest.Open(t, urls.Program), dbtest.Open(t, urls.Program)}
	var passed atomic.Int32
	var all sync.WaitGroup
	for i := range 64 {
		all.Go(func() {
			ok, _, err := copies[i%2].Throttle(context.Background(), "sign-in", 10, time.Minute)
			if err != nil {
				t.Error(err)
			}
			if ok {
				passed.Add(1)
			}
		})
	}
	all.Wait()
	if n := passed.Load(); n != 10 {
		t.Errorf("%d passed, want 10", n)
	}
}
