package handlers

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"portico/db"
	"portico/db/dbtest"
	"portico/policy"
)

// listeners is a hub with so many streams, of people who may see all cases, each in a session of their own.
func listeners(t testing.TB, n int, topics ...db.Topic) (*hub, []*stream) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	d := dbtest.Demo(t)
	if err := policy.Establish(d.PolicyLines()); err != nil {
		t.Fatal(err)
	}
	judge, err := policy.NewJudge(d.PolicyLines())
	if err != nil {
		t.Fatal(err)
	}
	lead, err := d.PersonByEmail(ctx, "lead@boreal.test")
	if err != nil {
		t.Fatal(err)
	}
	h := newHub(ctx, d, judge, func() time.Time { return dbtest.Now }, slog.New(slog.DiscardHandler))
	on := map[db.Topic]bool{}
	for _, topic := range topics {
		on[topic] = true
	}
	streams := make([]*stream, n)
	for i := range streams {
		token := tokenHash(fmt.Sprint("stream ", i))
		if err := d.BeginSession(ctx, &db.Session{TokenHash: token, PersonID: lead.ID, CreatedAt: dbtest.Now, SeenAt: dbtest.Now, ExpiresAt: dbtest.Now.Add(db.SessionLife)}); err != nil {
			t.Fatal(err)
		}
		who := policy.Actor{Person: lead}
		who.Person.ID = -int64(i) - 1 // as one person may have but a few
		streams[i] = newStream(who, token, on)
		if !h.join(streams[i]) {
			t.Fatal("the hub has ended")
		}
	}
	h.judgeAgain(ctx, h.all())
	return h, streams
}

func TestStreamsAreJudgedTogether(t *testing.T) {
	ctx := context.Background()
	h, streams := listeners(t, 2*judgedAtOnce+1, casesChanged)
	if _, err := h.db.Pool().Exec(ctx, `delete from sessions where token_hash = any($1)`, [][]byte{streams[0].token, streams[judgedAtOnce].token}); err != nil {
		t.Fatal(err)
	}
	asked := h.db.Pool().Stat().AcquireCount()
	h.judgeAgain(ctx, h.all())
	if asked = h.db.Pool().Stat().AcquireCount() - asked; asked > 3 {
		t.Errorf("%d streams take %d queries", len(streams), asked)
	}
	for i, s := range streams {
		ended := false
		select {
		case <-s.gone:
			ended = true
		default:
		}
		if over := i == 0 || i == judgedAtOnce; ended != over {
			t.Errorf("stream %d: ended %v, its session is over: %v", i, ended, over)
		}
	}
}

// Two may judge a stream at once. What was read first must not count because it was written down last.
func TestTheLaterLookCounts(t *testing.T) {
	before, now := &policy.Actor{Grants: []db.Grant{{ID: 1}}}, &policy.Actor{}
	s := newStream(*before, nil, nil)
	s.judged(2, now)
	s.judged(1, before)
	if len(s.who.Load().Grants) > 0 {
		t.Error("a grant that is gone counts")
	}
}

// A slow reader is told each name once, however often it changed meanwhile.
func TestNamesWaitForASlowReader(t *testing.T) {
	h, streams := listeners(t, 1, casesChanged, db.CaseChanged(1883))
	for range 1000 {
		h.tell(context.Background(), db.CaseChanged(1883))
	}
	if names := streams[0].take(); len(names) != 2 {
		t.Errorf("%v", names)
	}
	h.leave(streams[0])
	if len(h.streams)+len(h.on)+len(h.of) != 0 {
		t.Errorf("of a stream that left there is still %v %v %v", h.streams, h.on, h.of)
	}
}

// BenchmarkTelling1000Streams is what one change takes until all of them have its name to write; and what it takes to
// judge all of them again, when the policy has changed.
func BenchmarkTelling1000Streams(b *testing.B) {
	ctx := context.Background()
	h, streams := listeners(b, 1000, casesChanged)
	b.Run("of a case", func(b *testing.B) {
		for b.Loop() {
			h.tell(ctx, db.CaseChanged(1883))
			for _, s := range streams {
				if len(s.take()) != 1 {
					b.Fatal("somebody heard nothing")
				}
			}
		}
	})
	b.Run("of another policy", func(b *testing.B) {
		for b.Loop() {
			h.tell(ctx, db.PolicyChanged)
		}
	})
}
