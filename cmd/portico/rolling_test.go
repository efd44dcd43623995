package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"portico/cmd/portico/programtest"
	"portico/db/demo"
)

// rollingDrain is as long as the balancer of these tests needs, many times over.
const rollingDrain = time.Second

// Each of three copies behind a balancer is stopped and started anew while people read, open cases, reply and listen.
// What nobody answered they send again, with the token of the form; nothing else may fail, and nothing may be lost or be
// there twice. With a drain that the balancer noticed, not even that may happen.
func TestRollingRestart(t *testing.T) {
	t.Parallel()
	addresses := []string{programtest.Address(t), programtest.Address(t), programtest.Address(t)}
	b := newBalancer(t, addresses...)
	c := newCopies(t, "PORTICO_URL="+b.URL, "PORTICO_PROXIES=127.0.0.1")
	start := func(drain time.Duration, at string) *programtest.Program {
		return programtest.Serve(t, c.environment, "--addr", at, "--drain", drain.String())
	}
	// Every other one leaves without a word, each of them in every other lap.
	drain := func(lap, i int) time.Duration { return rollingDrain * time.Duration((lap+i+1)%2) }
	running := make([]*programtest.Program, len(addresses))
	for i, at := range addresses {
		running[i] = start(drain(0, i), at)
	}
	for i := range running {
		b.await(t, i, true)
	}

	l := newLoad(t, b)
	defer l.stop()
	l.begin()
	l.settle()
	for lap := range max(1, *rounds/4) {
		for i, at := range addresses {
			cut, told := b.cut.Load(), time.Now()
			running[i].Stop(syscall.SIGTERM)
			b.await(t, i, false)
			noticed := time.Unix(0, b.backends[i].out.Load()).Sub(told)
			if n := b.cut.Load() - cut; drain(lap, i) > 0 && noticed < rollingDrain/2 && n > 0 {
				t.Errorf("lap %d: %d requests to copy %d got no answer, though the balancer knew after %s that it stops", lap, n, i, noticed)
			}
			running[i] = start(drain(lap+1, i), at)
			b.await(t, i, true)
			l.settle() // so that the next one is stopped under load too
		}
	}
	l.listening()
	l.stop()
	l.compare(c)
	c.allMailOnce(t)
	for _, p := range running {
		p.Stop(syscall.SIGTERM)
	}
}

// load is what people do all the time.
type load struct {
	t        *testing.T
	b        *balancer
	customer *programtest.Visitor
	manager  *programtest.Visitor
	agent    *programtest.Visitor

	over    context.Context
	end     context.CancelFunc
	working sync.WaitGroup

	asked    atomic.Int64
	repeated atomic.Int64
	ends     atomic.Int64   // of streams
	told     []atomic.Int64 // how often each stream told of a case

	mu      sync.Mutex
	opened  map[string]string // numbers of cases, by what their form said
	replies map[string]string // numbers of cases, by what was written
}

func newLoad(t *testing.T, b *balancer) *load {
	t.Helper()
	l := &load{t: t, b: b, customer: b.visitor(t), manager: b.visitor(t), agent: b.visitor(t), opened: map[string]string{}, replies: map[string]string{},
		told: make([]atomic.Int64, 3)}
	l.over, l.end = context.WithCancel(context.Background())
	l.customer.SignIn("customer@maple.test", demo.Password)
	l.manager.SignIn("manager@maple.test", demo.Password)
	l.agent.SignIn("agent2@boreal.test", demo.Password)
	return l
}

// begin sends people in.
func (l *load) begin() {
	for i := range 2 {
		l.again(func(n int) { l.open(fmt.Sprintf("inquiry %d of %d", n, i)) })
	}
	number := l.open("what is talked about")
	l.again(func(n int) { l.reply(number, fmt.Sprintf("Word %d.", n)) })
	l.again(func(int) { l.get(l.manager, "/cases") })
	l.again(func(int) { l.get(l.manager, "/cases/"+number) })
	l.again(func(int) { l.get(l.customer, "/") })
	for i := range l.told {
		l.again(func(int) { l.hear(&l.told[i]) })
	}
}

// pace is how often each of them does something: more would only keep the machine busy.
const pace = 200 * time.Millisecond

func (l *load) again(do func(n int)) {
	l.working.Go(func() {
		beat := time.NewTicker(pace)
		defer beat.Stop()
		for n := 0; l.over.Err() == nil && !l.t.Failed(); n++ {
			do(n)
			<-beat.C
		}
	})
}

func (l *load) stop() {
	l.end()
	l.working.Wait()
}

// settle waits until much more was asked, with whatever copies there are.
func (l *load) settle() {
	l.t.Helper()
	from := l.asked.Load()
	programtest.Until(l.t, func() bool { return l.t.Failed() || l.asked.Load() > from+25 }, "people have asked for more")
}

// listening waits until every stream has told of a case since.
func (l *load) listening() {
	l.t.Helper()
	for i := range l.told {
		from := l.told[i].Load()
		programtest.Until(l.t, func() bool { return l.t.Failed() || l.told[i].Load() > from }, "every page hears of new cases")
	}
}

// answer is one that came whole.
type answer struct {
	programtest.Answer
	to string // where it redirects
}

var errNoAnswer = errors.New("no answer")

// ask asks once. An answer that didn't come, or not as a whole, is errNoAnswer.
func (l *load) ask(v *programtest.Visitor, method, path string, form url.Values) (answer, error) {
	r, err := http.NewRequestWithContext(context.Background(), method, v.URL+path, strings.NewReader(form.Encode()))
	if err != nil {
		return answer{}, err
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	client := *v.Client
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	got, err := client.Do(r)
	if err != nil {
		return answer{}, fmt.Errorf("%w: %w", errNoAnswer, err)
	}
	defer func() { _ = got.Body.Close() }()
	text, err := io.ReadAll(got.Body)
	if err != nil {
		return answer{}, fmt.Errorf("%w: cut off: %w", errNoAnswer, err)
	}
	l.asked.Add(1)
	if got.StatusCode == http.StatusBadGateway {
		return answer{}, errNoAnswer
	}
	return answer{programtest.Answer{Status: got.StatusCode, Header: got.Header, Text: string(text)}, got.Header.Get("Location")}, nil
}

// get asks for a page, which must come.
func (l *load) get(v *programtest.Visitor, path string) answer {
	got, err := l.ask(v, http.MethodGet, path, nil)
	if err != nil || got.Status != http.StatusOK {
		l.t.Errorf("GET %s: %d %v", path, got.Status, err)
	}
	return got
}

// send sends a form until it is answered: what a browser's person does, and the form's token makes it safe.
func (l *load) send(v *programtest.Visitor, path string, form url.Values) answer {
	for range 100 {
		got, err := l.ask(v, http.MethodPost, path, form)
		switch {
		case err == nil && got.Status == http.StatusSeeOther:
			return got
		case !errors.Is(err, errNoAnswer):
			l.t.Errorf("POST %s: %d %v\n%s", path, got.Status, err, got.Text)
			return got
		}
		l.repeated.Add(1)
	}
	l.t.Errorf("POST %s: never answered", path)
	return answer{}
}

func (l *load) open(what string) (number string) {
	page, form := l.get(l.customer, inquiryForm), inquiry(what)
	form.Set("csrf", page.Field("csrf"))
	form.Set("submission", page.Field("submission"))
	number, _, _ = strings.Cut(strings.TrimPrefix(l.send(l.customer, inquiryForm+"/cases", form).to, "/cases/"), "?")
	l.mu.Lock()
	defer l.mu.Unlock()
	l.opened[what] = number
	return number
}

func (l *load) reply(number, words string) {
	page := l.get(l.agent, "/cases/"+number)
	l.send(l.agent, "/cases/"+number+"/replies", url.Values{"csrf": {page.Field("csrf")}, "submission": {page.Field("submission")}, "body": {words}})
	l.mu.Lock()
	defer l.mu.Unlock()
	l.replies[words] = number
}

// hear listens until the stream ends, which it must do properly.
func (l *load) hear(told *atomic.Int64) {
	r, err := http.NewRequestWithContext(l.over, http.MethodGet, l.b.URL+"/live?on=cases", nil)
	if err != nil {
		l.t.Error(err)
		return
	}
	r.Header.Set("Accept", "text/event-stream")
	client := *l.manager.Client
	client.Timeout = 0
	got, err := client.Do(r)
	if err != nil {
		if l.over.Err() == nil {
			l.t.Errorf("listen: %v", err)
		}
		return
	}
	defer func() { _ = got.Body.Close() }()
	switch {
	case got.StatusCode == http.StatusServiceUnavailable && got.Header.Get("Retry-After") != "":
		return // it was about to stop, and says so
	case got.StatusCode != http.StatusOK:
		l.t.Errorf("listen: %s", got.Status)
		return
	}
	if err := programtest.Names(got.Body, func(string) { told.Add(1) }); err != nil && l.over.Err() == nil {
		l.t.Errorf("a stream was cut off: %v", err)
	}
	l.ends.Add(1)
}

// compare sees that all that was acknowledged is there, once, and nothing else.
func (l *load) compare(c *copies) {
	l.t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	for what, number := range maps.All(l.opened) {
		var found string
		c.ask(&found, `select coalesce(string_agg(id::text, ' '), '') from cases where description = $1`, what)
		if number == "" || found != fmt.Sprint(id(l.t, number)) {
			l.t.Errorf("%q was opened as %s: there is %q", what, number, found)
		}
	}
	for words, number := range maps.All(l.replies) {
		var found int
		c.ask(&found, `select count(*) from events where case_id = $1 and body = $2`, id(l.t, number), words)
		if found != 1 {
			l.t.Errorf("%q stands %d times in %s", words, found, number)
		}
	}
	l.t.Logf("%d requests, of them %d cases and %d replies; %d were sent again; streams ended %d times",
		l.asked.Load(), len(l.opened), len(l.replies), l.repeated.Load(), l.ends.Load())
}
