package e2e

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

var errNoBrowser = errors.New("no Chromium or Chrome is found, which the browser tests need")

// browser is one browser for all tests; each tab in it has cookies of its own.
var browser = sync.OnceValues(func() (context.Context, error) {
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome",
		"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome", "/Applications/Chromium.app/Contents/MacOS/Chromium"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		return nil, errNoBrowser
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("lang", "en"))
	if os.Getuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, end := chromedp.NewContext(allocator)
	later(stop, end)
	if err := chromedp.Do(ctx); err != nil {
		return nil, fmt.Errorf("start %s: %w", path, err)
	}
	return ctx, nil
})

// size is a window's, in CSS pixels.
type size struct{ Width, Height int64 }

func (s size) String() string { return strconv.FormatInt(s.Width, 10) }

var (
	desktop = size{1280, 860}
	phone   = size{390, 844}
)

// tab is a person's window on the portal. Whatever goes wrong in it unseen fails the test.
type tab struct {
	t       *testing.T
	ctx     context.Context
	address string
	plain   bool        // JavaScript is off
	cut     atomic.Bool // there was no connection for a while, which scripts may complain of

	mu       sync.Mutex
	problems []string
	answers  map[network.RequestID]*answer
}

// answer is something that the tab loaded.
type answer struct {
	url    string
	kind   network.ResourceType
	status int64
	bytes  float64 // over the wire, headers included
}

// open opens a window in which nobody is signed in. Where there is no browser the test says so and ends; where one is
// required, it fails.
func open(t *testing.T, at size) *tab {
	t.Helper()
	parent, err := browser()
	switch {
	case errors.Is(err, errNoBrowser) && os.Getenv("CI") != "true":
		t.Skip(err)
	case err != nil:
		t.Fatal(err)
	}
	ctx, end := chromedp.NewContext(parent, chromedp.WithNewBrowserContext())
	b := &tab{t: t, ctx: ctx, address: portal(t), answers: map[network.RequestID]*answer{}}
	t.Cleanup(func() {
		end()
		b.mu.Lock()
		defer b.mu.Unlock()
		for _, problem := range b.problems {
			t.Error(problem)
		}
	})
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	if err := chromedp.Listen(ctx, b.hear); err != nil {
		t.Fatal(err)
	}
	b.resize(at)
	return b
}

// hear keeps what the browser complains of, and what it loads.
func (b *tab) hear(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		b.wrong("a script failed: %s", e.ExceptionDetails.Text)
		if e.ExceptionDetails.Exception != nil {
			b.wrong("%s", e.ExceptionDetails.Exception.Description)
		}
	case *runtime.EventConsoleAPICalled:
		if b.cut.Load() {
			return
		}
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeAssert {
			var words []string
			for _, a := range e.Args {
				words = append(words, string(a.Value)+a.Description)
			}
			b.wrong("the console says: %s", strings.Join(words, " "))
		}
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError && e.Entry.Source != log.EntrySourceNetwork {
			b.wrong("the browser says: %s %s", e.Entry.Text, e.Entry.URL)
		}
	case *network.EventRequestWillBeSent:
		b.answers[e.RequestID] = &answer{url: e.Request.URL, kind: e.Type}
		u, err := url.Parse(e.Request.URL)
		own, _ := url.Parse(b.address)
		inside := err == nil && (u.Host == own.Host || u.Scheme == "data") // data: are Chromium's own pictures; ours are forbidden
		if !inside {
			b.wrong("fetched from elsewhere: %s", e.Request.URL)
		}
	case *network.EventResponseReceived:
		if a := b.answers[e.RequestID]; a != nil {
			a.status = e.Response.Status
		}
		if e.Response.Status >= 500 {
			b.wrong("%d from %s", e.Response.Status, e.Response.URL)
		}
	case *network.EventLoadingFinished:
		if a := b.answers[e.RequestID]; a != nil {
			a.bytes = e.EncodedDataLength
		}
	case *network.EventLoadingFailed:
		if a := b.answers[e.RequestID]; a != nil && e.BlockedReason != "" {
			b.wrong("blocked (%s): %s", e.BlockedReason, a.url)
		}
	}
}

func (b *tab) wrong(format string, args ...any) {
	b.problems = append(b.problems, fmt.Sprintf(format, args...))
}

// loaded is what was loaded since the last time it was asked.
func (b *tab) loaded() []answer {
	b.mu.Lock()
	defer b.mu.Unlock()
	var all []answer
	for _, a := range b.answers {
		all = append(all, *a)
	}
	clear(b.answers)
	return all
}
