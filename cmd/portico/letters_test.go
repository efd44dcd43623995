package main

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"portico/cmd/portico/programtest"
)

var linkInLetter = regexp.MustCompile(`http://\S+(/links/\S+)`)

// A letter that was promised outlives the portal, and what it promises is good: its link works once, whichever of two
// copies of it one opens, and stands nowhere but in the mail.
func TestALetterOutlivesThePortal(t *testing.T) {
	t.Parallel()
	c := newCopies(t)
	c.mail.Become(programtest.Absent)
	c.start(1)
	asked := c.at[0].Send("/forgotten-password", "/forgotten-password", url.Values{"email": {"customer@maple.test"}})
	if asked.Status != http.StatusOK {
		t.Fatalf("%s", &asked)
	}
	_ = c.running[0].Cmd.Process.Kill()
	c.running[0].End()

	again := func(what string, so func() bool) {
		t.Helper()
		programtest.Until(t, func() bool {
			// What waits for its time, or for whom was killed at it, has waited long enough.
			_, err := c.db.Pool().Exec(context.Background(), `update river_job set scheduled_at = now() - interval '1 hour' where state in ('retryable', 'scheduled')`)
			if err == nil {
				_, err = c.db.Pool().Exec(context.Background(), `update river_job set attempted_at = attempted_at - interval '1 hour' where state = 'running' and attempted_at < now() - interval '10 seconds'`)
			}
			if err != nil {
				t.Fatal(err)
			}
			return so()
		}, what)
	}
	c.mail.Become(programtest.Mute) // it takes the mail, and doesn't say so
	c.start(1)
	again("the letter comes", func() bool { return len(c.mail.Texts()) > 0 })
	c.mail.Become(programtest.Well)
	sent := func() (n int) {
		c.ask(&n, `select count(*)::int from mails where sent_at is not null`)
		return n
	}
	again("it is sent", func() bool { return sent() == 1 })

	var links []string
	for _, text := range c.mail.Texts() {
		found := linkInLetter.FindStringSubmatch(text)
		if found == nil {
			t.Fatalf("there is no link in\n%s", text)
		}
		links = append(links, found[1])
	}
	if ids := c.mail.Taken(); len(ids) != 1 || len(links) < 2 {
		t.Errorf("it came as %v, with %d links", ids, len(links))
	}
	slices.Sort(links)
	if len(slices.Compact(slices.Clone(links))) != len(links) {
		t.Error("two tries have one secret")
	}
	var kept string
	c.ask(&kept, `select string_agg(m::text, ' ') || (select string_agg(l::text, ' ') from links l) || coalesce((select string_agg(args::text || coalesce(errors::text, ''), ' ') from river_job), '') from mails m`)
	log := c.running[1].Stderr.String() + c.running[1].Out.String()
	for _, link := range links {
		if secret := strings.TrimPrefix(link, "/links/"); strings.Contains(kept, secret) || strings.Contains(log, secret) {
			t.Error("the secret is kept")
		}
	}
	v := c.at[1]
	chosen := v.Send(links[0], links[0], url.Values{"password": {"three quiet herons"}})
	if chosen.Status != http.StatusOK || !v.SignedIn() {
		t.Errorf("%s", &chosen)
	}
	for _, link := range links {
		if got := v.Get(link); got.Status != http.StatusGone {
			t.Errorf("used once more: %d", got.Status)
		}
	}
	if log := c.running[1].Stderr.String() + c.running[1].Out.String(); strings.Contains(log, strings.TrimPrefix(links[0], "/links/")) {
		t.Error("the log tells the secret")
	}
	again("who it is of is told", func() bool { return sent() == 2 })
}
