// Package programtest starts the built program as a process of its own, and visits it, for tests of what only a whole
// program can show: starts, stops, kills, several copies.
package programtest

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"html"
	"io"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Patience bounds every wait: what takes longer has failed.
const Patience = 90 * time.Second

// Program is a started portico.
type Program struct {
	t testing.TB

	Cmd    *exec.Cmd
	Ended  chan struct{} // closed when the process is gone
	Err    error         // how it ended; to be read after Ended
	Out    Output
	Stderr Output
}

// Output collects what a program writes, and tells when there is more.
type Output struct {
	mu   sync.Mutex
	text bytes.Buffer
	more chan struct{}
}

func (o *Output) read(r io.Reader) {
	lines := bufio.NewReader(r)
	for {
		line, err := lines.ReadString('\n')
		o.mu.Lock()
		o.text.WriteString(line)
		close(o.more)
		o.more = make(chan struct{})
		o.mu.Unlock()
		if err != nil {
			return
		}
	}
}

func (o *Output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// state is what was written so far, and what tells of more.
func (o *Output) state() (string, <-chan struct{}) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String(), o.more
}

// Command is a command that knows nothing of this process's settings.
func Command(t testing.TB, environment []string, args ...string) *exec.Cmd {
	t.Helper()
	built := binary
	if slices.Contains(environment, Plain) {
		built = plain
	}
	path, err := built()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, args...)
	cmd.Dir = Folder(t)
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME"), "TMPDIR=" + os.TempDir()}, environment...)
	return cmd
}

// Run runs a command to its end.
func Run(t testing.TB, cmd *exec.Cmd) (status int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	timer := time.AfterFunc(Patience, func() { _ = cmd.Process.Kill() })
	defer timer.Stop()
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), out.String(), errs.String()
}

// Serve starts serving in the background. It is killed when the test ends, if it still runs then.
func Serve(t testing.TB, environment []string, args ...string) *Program {
	t.Helper()
	return Start(t, environment, append([]string{"serve", "--addr", "127.0.0.1:0"}, args...)...)
}

var address = regexp.MustCompile(`Portico is ready: (http://\S+)`)

// Ready waits for the address that the program prints, and gives a visitor to it.
func (p *Program) Ready() *Visitor {
	p.t.Helper()
	return NewVisitor(p.t, p.Says(address)[1])
}

// Stop sends a signal and waits for the end; it must be a clean one.
func (p *Program) Stop(signal syscall.Signal) {
	p.t.Helper()
	if err := p.Cmd.Process.Signal(signal); err != nil {
		p.t.Fatal(err)
	}
	p.End()
	if p.Err != nil {
		p.t.Errorf("after %s: %v\n%s", signal, p.Err, &p.Stderr)
	}
}

func (p *Program) End() {
	p.t.Helper()
	select {
	case <-p.Ended:
	case <-time.After(Patience):
		p.t.Fatalf("still there\n%s", &p.Stderr)
	}
}

// Folder is a fresh one that the database's user may pass through.
func Folder(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.Chmod(filepath.Dir(dir), 0o711); err != nil {
		t.Fatal(err)
	}
	return dir
}

// Visitor is a browser's worth of a client.
type Visitor struct {
	URL    string
	Client *http.Client

	t testing.TB
}

func NewVisitor(t testing.TB, address string) *Visitor {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &Visitor{address, &http.Client{Jar: jar, Timeout: Patience}, t}
}

// At is the same visitor, cookies and all, after the portal moved.
func (v *Visitor) At(other *Visitor) *Visitor {
	here, _ := url.Parse(v.URL)
	there, _ := url.Parse(other.URL)
	other.Client.Jar.SetCookies(there, v.Client.Jar.Cookies(here))
	return other
}

// Answer is what came back, read to its end.
type Answer struct {
	Status int
	Header http.Header
	Text   string
	Path   string // where redirects led
}

func (v *Visitor) Get(path string) Answer {
	v.t.Helper()
	return v.Ask(http.MethodGet, path, nil)
}

func (v *Visitor) Ask(method, path string, form url.Values) Answer {
	v.t.Helper()
	request, err := http.NewRequestWithContext(context.Background(), method, v.URL+path, strings.NewReader(form.Encode()))
	if err != nil {
		v.t.Fatal(err)
	}
	if form != nil {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r, err := v.Client.Do(request)
	if err != nil {
		v.t.Fatal(err)
	}
	defer func() { _ = r.Body.Close() }()
	text, err := io.ReadAll(r.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	return Answer{r.StatusCode, r.Header, string(text), r.Request.URL.Path}
}

// Listen opens a stream, and returns when it has begun; what it gives is closed when the stream ends.
func (v *Visitor) Listen(path string) <-chan struct{} {
	v.t.Helper()
	ended := make(chan struct{})
	names := v.Hear(path)
	go func() {
		defer close(ended)
		for range names { // only its end counts
		}
	}()
	return ended
}

// Hear opens a stream, and returns when it has begun: what comes are the names that it tells, until it ends.
func (v *Visitor) Hear(path string) <-chan string {
	v.t.Helper()
	client := *v.Client
	client.Timeout = 0 // a stream lasts
	ctx, cancel := context.WithCancel(context.Background())
	v.t.Cleanup(cancel)
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, v.URL+path, nil)
	if err != nil {
		v.t.Fatal(err)
	}
	unanswered := time.AfterFunc(Patience, cancel)
	r, err := client.Do(request)
	if err != nil {
		v.t.Fatal(err)
	}
	unanswered.Stop()
	if kind := r.Header.Get("Content-Type"); r.StatusCode != http.StatusOK || kind != "text/event-stream" {
		_ = r.Body.Close()
		v.t.Fatalf("%s is no stream: %s, %s", path, r.Status, kind)
	}
	names := make(chan string, 1024)
	go func() {
		defer close(names)
		defer func() { _ = r.Body.Close() }()
		for lines := bufio.NewScanner(r.Body); lines.Scan(); {
			if name, ok := strings.CutPrefix(lines.Text(), "event: "); ok {
				names <- name
			}
		}
	}()
	return names
}

// Await reads a stream's names until the one that is waited for.
func Await(t testing.TB, names <-chan string, want string) {
	t.Helper()
	for deadline := time.After(Patience); ; {
		select {
		case name, open := <-names:
			if !open {
				t.Fatalf("the stream ended before it told of %s", want)
			}
			if name == want {
				return
			}
		case <-deadline:
			t.Fatalf("the stream does not tell of %s", want)
		}
	}
}

// Field is the value of the first field of that name in the answer's forms; "" if there is none.
func (a Answer) Field(name string) string {
	found := regexp.MustCompile(`name="` + regexp.QuoteMeta(name) + `" value="([^"]*)"`).FindStringSubmatch(a.Text)
	if found == nil {
		return ""
	}
	return html.UnescapeString(found[1])
}

// Send sends a form with the token of the page it stands on.
func (v *Visitor) Send(page, to string, form url.Values) Answer {
	v.t.Helper()
	form = maps.Clone(form)
	shown := v.Get(page)
	if form.Set("csrf", shown.Field("csrf")); form.Get("csrf") == "" {
		v.t.Fatalf("%s has no token:\n%s", page, shown.Text)
	}
	return v.Ask(http.MethodPost, to, form)
}

// SignIn signs in through the form, as anybody would.
func (v *Visitor) SignIn(email, password string) {
	v.t.Helper()
	got := v.Send("/sign-in", "/sign-in", url.Values{"email": {email}, "password": {password}})
	if !v.SignedIn() {
		v.t.Fatalf("%s can't sign in: %d\n%s", email, got.Status, got.Text)
	}
}

// SignedIn tells whether a page for people who are signed in shows.
func (v *Visitor) SignedIn() bool {
	v.t.Helper()
	got := v.Get("/sessions")
	return got.Status == http.StatusOK && got.Path == "/sessions"
}

// Until asks for a page again and again until it answers as wanted.
func (v *Visitor) Until(path string, status int) Answer {
	v.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), Patience)
	defer cancel()
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	for {
		got := v.Get(path)
		if got.Status == status {
			return got
		}
		select {
		case <-ctx.Done():
			v.t.Fatalf("%s answers %d, not %d:\n%s", path, got.Status, status, got.Text)
		case <-again.C:
		}
	}
}

// IsSentence tells whether a program failed as it should: one line that says so, and nothing else but its log.
func IsSentence(t testing.TB, status int, stderr, says string) {
	t.Helper()
	var told []string
	for line := range strings.Lines(stderr) {
		if !strings.HasPrefix(line, "{") {
			told = append(told, line)
		}
	}
	if status != 1 || len(told) != 1 || !strings.Contains(told[0], says) {
		t.Errorf("exit status %d, want 1 and one sentence with %q:\n%s", status, says, strings.Join(told, ""))
	}
}
