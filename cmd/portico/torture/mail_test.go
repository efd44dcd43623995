package torture

import (
	"strings"
	"testing"

	"portico/cmd/portico/programtest"
)

// TestMail pulls plugs while mail goes out, through a server that has its moods, one of them exactly between what the server
// read and the word that it has it. No mail is sent twice; what was sent is known to be, or said to be sent perhaps.
func TestMail(t *testing.T) {
	t.Parallel()
	server := programtest.NewPost(t)
	w := newWorld(t, "PORTICO_SMTP_URL="+server.URL)
	w.start()
	k := w.checker(w.talkers)

	server.Become(programtest.Silent)
	w.until("a mail is handed over", func() bool { return len(server.Taken()) > 0 })
	w.killPortal()
	var between map[string]int
	w.hold(func() {
		w.buried()
		between = server.Taken()
		server.Become(programtest.Well)
		w.start()
		k.check()
	})
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
	w.until("no mail waits", func() bool {
		w.exec(c, `update river_job set scheduled_at = now() - interval '1 hour' where state in ('retryable', 'scheduled')`)
		return ask[int](w, c, `select count(*)::int from mails where id > $1 and sent_at is null and handed_at is null`, k.begun.Mail)[0] == 0
	})

	taken, perhaps := server.Taken(), 0
	mails := ask[string](w, c, `select format('mail-%s-', id) || case when sent_at is null then ' perhaps' else ' sent' end from mails where id > $1`, k.begun.Mail)
	for _, mail := range mails {
		id, became, _ := strings.Cut(mail, " ")
		var ids []string
		for message, times := range taken {
			if !strings.HasPrefix(message, id) {
				continue
			}
			ids = append(ids, message)
			if times > 1 {
				t.Errorf("%s was sent %d times", message, times)
			}
			if became == "sent" && between[message] > 0 {
				t.Errorf("%s is said to be sent, which nobody could know", message)
			}
			delete(taken, message)
		}
		if became == "perhaps" {
			perhaps++
		}
		if len(ids) > 1 || len(ids) == 0 && became == "sent" {
			t.Errorf("%s was promised, is %s, and was taken as %q", id, became, ids)
		}
	}
	if len(taken) > 0 {
		t.Errorf("nobody promised %v", taken)
	}
	if perhaps < len(between) {
		t.Errorf("%d mails were handed over without a word, and %d are said to be sent perhaps", len(between), perhaps)
	}
	k.check()
	w.stop()
	t.Logf("%d mails promised, none sent twice, %d sent perhaps", len(mails), perhaps)
}

// talkers are the clients whose mail goes back and forth.
func (w *world) talkers(l *ledger) []*client {
	w.t.Helper()
	customer, agent := w.client(l, "customer@maple.test"), w.client(l, "lead@boreal.test")
	customer.customer("100210")
	agent.agent()
	return []*client{customer, agent}
}
