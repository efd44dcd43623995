package torture

import (
	"strings"
	"testing"

	"portico/cmd/portico/programtest"
)

// TestMail pulls plugs while mail goes out, through a server that has its moods. What was promised is sent at least once;
// should it be sent again, its reader's program knows it by its Message-ID.
func TestMail(t *testing.T) {
	t.Parallel()
	server := programtest.NewPost(t)
	w := newWorld(t, "PORTICO_SMTP_URL="+server.URL)
	w.start()
	k := w.checker(w.talkers)
	for range max(2, *rounds/2) {
		server.Become([]programtest.Mood{programtest.Well, programtest.Absent, programtest.Mute}[w.chance.IntN(3)])
		w.wait()
		if w.chance.IntN(2) == 0 {
			k.survives(w.killPostgres)
		} else {
			w.killPortal()
			w.hold(func() { w.buried(); w.start(); k.check() })
		}
		if t.Failed() {
			t.FailNow()
		}
	}
	w.wait()
	w.finish()
	server.Become(programtest.Well)

	// An hour passes: what a killed portal was sending is taken up by another one, and what failed is tried again.
	c := w.database()
	for _, sql := range []string{
		`update river_job set attempted_at = attempted_at - interval '1 hour' where state = 'running'`,
		`update river_leader set expires_at = now() - interval '1 hour'`,
	} {
		w.exec(c, sql)
	}
	w.stop()
	w.start()
	c = w.database()
	w.until("all mail is sent", func() bool {
		w.exec(c, `update river_job set scheduled_at = now() - interval '1 hour' where state in ('retryable', 'scheduled')`)
		return ask[int](w, c, `select count(*)::int from mails where id > $1 and sent_at is null`, k.begun.Mail)[0] == 0
	})

	taken, again := server.Taken(), 0
	mails := ask[string](w, c, `select format('mail-%s-', id) from mails where id > $1`, k.begun.Mail)
	for _, mail := range mails {
		var ids []string
		for id, times := range taken {
			if strings.HasPrefix(id, mail) {
				ids = append(ids, id)
				again += times - 1
				delete(taken, id)
			}
		}
		if len(ids) != 1 {
			t.Errorf("%s was promised, and sent as %q", mail, ids)
		}
	}
	if len(taken) > 0 {
		t.Errorf("nobody promised %v", taken)
	}
	k.check()
	w.stop()
	t.Logf("%d mails promised, all sent, %d times once more", len(mails), again)
}

// talkers are the clients whose mail goes back and forth.
func (w *world) talkers(l *ledger) []*client {
	w.t.Helper()
	customer, agent := w.client(l, "customer@maple.test"), w.client(l, "lead@boreal.test")
	customer.customer("100210")
	agent.agent()
	return []*client{customer, agent}
}
