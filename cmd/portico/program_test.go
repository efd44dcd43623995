package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// binary builds the program that these tests start, once.
var binary = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "portico-program-")
	if err != nil {
		return "", err
	}
	built = dir
	path := filepath.Join(dir, "portico")
	args := []string{"build", "-buildvcs=false", "-o", path}
	if raced {
		args = append(args, "-race")
	}
	if out, err := exec.Command("go", append(args, ".")...).CombinedOutput(); err != nil {
		return "", fmt.Errorf("build: %w\n%s", err, out)
	}
	return path, nil
})

var built string // the folder of the binary

func TestMain(m *testing.M) {
	status := m.Run()
	if built != "" {
		_ = os.RemoveAll(built)
	}
	os.Exit(status)
}

// patience bounds every wait: what takes longer has failed.
const patience = 90 * time.Second

// program is a started portico.
type program struct {
	t      *testing.T
	cmd    *exec.Cmd
	ended  chan struct{} // closed when the process is gone
	err    error         // how it ended
	out    output
	stderr output
}

// output collects what a program writes, and tells when there is more.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
	more chan struct{}
}

func (o *output) read(r io.Reader) {
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

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// state is what was written so far, and what tells of more.
func (o *output) state() (string, <-chan struct{}) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String(), o.more
}

// portico is a command that knows nothing of this process's settings.
func portico(t *testing.T, environment []string, args ...string) *exec.Cmd {
	t.Helper()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, args...)
	cmd.Dir = folder(t)
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME"), "TMPDIR=" + os.TempDir()}, environment...)
	return cmd
}

// run runs a command to its end.
func run(t *testing.T, cmd *exec.Cmd) (status int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	timer := time.AfterFunc(patience, func() { _ = cmd.Process.Kill() })
	defer timer.Stop()
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), out.String(), errs.String()
}

// start starts serving in the background. It is killed when the test ends, if it still runs then.
func start(t *testing.T, environment []string, args ...string) *program {
	t.Helper()
	p := &program{t: t, ended: make(chan struct{})}
	p.out.more, p.stderr.more = make(chan struct{}), make(chan struct{})
	p.cmd = portico(t, environment, append([]string{"serve", "--addr", "127.0.0.1:0"}, args...)...)
	stdout, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	stderr, err := p.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var reading sync.WaitGroup
	reading.Go(func() { p.out.read(stdout) })
	reading.Go(func() { p.stderr.read(stderr) })
	go func() {
		reading.Wait()
		p.err = p.cmd.Wait()
		close(p.ended)
	}()
	t.Cleanup(func() {
		_ = p.cmd.Process.Kill()
		<-p.ended
	})
	return p
}

var address = regexp.MustCompile(`Portico is ready: (http://\S+)`)

// ready waits for the address that the program prints, and gives a visitor to it.
func (p *program) ready() *visitor {
	p.t.Helper()
	deadline := time.After(patience)
	for {
		text, more := p.out.state()
		if found := address.FindStringSubmatch(text); found != nil {
			return newVisitor(p.t, found[1])
		}
		select {
		case <-more:
		case <-p.ended:
			p.t.Fatalf("it ended before it was ready: %v\n%s%s", p.err, &p.out, &p.stderr)
		case <-deadline:
			p.t.Fatalf("not ready after %s\n%s%s", patience, &p.out, &p.stderr)
		}
	}
}

// stop sends a signal and waits for the end; it must be a clean one.
func (p *program) stop(signal syscall.Signal) {
	p.t.Helper()
	if err := p.cmd.Process.Signal(signal); err != nil {
		p.t.Fatal(err)
	}
	p.end()
	if p.err != nil {
		p.t.Errorf("after %s: %v\n%s", signal, p.err, &p.stderr)
	}
}

func (p *program) end() {
	p.t.Helper()
	select {
	case <-p.ended:
	case <-time.After(patience):
		p.t.Fatalf("still there\n%s", &p.stderr)
	}
}

// folder is a fresh one that the database's user may pass through.
func folder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.Chmod(filepath.Dir(dir), 0o711); err != nil {
		t.Fatal(err)
	}
	return dir
}

// visitor is a browser's worth of a client.
type visitor struct {
	t      *testing.T
	url    string
	client *http.Client
}

func newVisitor(t *testing.T, address string) *visitor {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &visitor{t, address, &http.Client{Jar: jar, Timeout: patience}}
}

// at is the same visitor, cookies and all, after the portal moved.
func (v *visitor) at(other *visitor) *visitor {
	here, _ := url.Parse(v.url)
	there, _ := url.Parse(other.url)
	other.client.Jar.SetCookies(there, v.client.Jar.Cookies(here))
	return other
}

// answer is what came back, read to its end.
type answer struct {
	status int
	header http.Header
	text   string
	path   string // where redirects led
}

func (v *visitor) get(path string) answer {
	v.t.Helper()
	return v.ask(http.MethodGet, path, nil)
}

func (v *visitor) ask(method, path string, form url.Values) answer {
	v.t.Helper()
	request, err := http.NewRequestWithContext(context.Background(), method, v.url+path, strings.NewReader(form.Encode()))
	if err != nil {
		v.t.Fatal(err)
	}
	if form != nil {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r, err := v.client.Do(request)
	if err != nil {
		v.t.Fatal(err)
	}
	defer func() { _ = r.Body.Close() }()
	text, err := io.ReadAll(r.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	return answer{r.StatusCode, r.Header, string(text), r.Request.URL.Path}
}

// listen opens a stream, and returns when it has begun; what it gives is closed when the stream ends.
func (v *visitor) listen(path string) <-chan struct{} {
	v.t.Helper()
	begun, ended := make(chan error, 1), make(chan struct{})
	go func() {
		defer close(ended)
		r, err := v.client.Get(v.url + path)
		if err != nil {
			begun <- err
			return
		}
		defer func() { _ = r.Body.Close() }()
		if kind := r.Header.Get("Content-Type"); r.StatusCode != http.StatusOK || kind != "text/event-stream" {
			err = fmt.Errorf("%s is no stream: %s, %s", path, r.Status, kind)
		}
		begun <- err
		_, _ = io.Copy(io.Discard, r.Body)
	}()
	if err := <-begun; err != nil {
		v.t.Fatal(err)
	}
	return ended
}

var token = regexp.MustCompile(`name="csrf" value="([^"]+)"`)

// signIn signs in through the form, as anybody would.
func (v *visitor) signIn(email, password string) {
	v.t.Helper()
	page := v.get("/sign-in").text
	found := token.FindStringSubmatch(page)
	if found == nil {
		v.t.Fatalf("the sign-in page has no token:\n%s", page)
	}
	got := v.ask(http.MethodPost, "/sign-in", url.Values{"csrf": {found[1]}, "email": {email}, "password": {password}})
	if !v.signedIn() {
		v.t.Fatalf("%s can't sign in: %d\n%s", email, got.status, got.text)
	}
}

// signedIn tells whether a page for people who are signed in shows.
func (v *visitor) signedIn() bool {
	v.t.Helper()
	got := v.get("/sessions")
	return got.status == http.StatusOK && got.path == "/sessions"
}

// until asks for a page again and again until it answers as wanted.
func (v *visitor) until(path string, status int) answer {
	v.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	for {
		got := v.get(path)
		if got.status == status {
			return got
		}
		select {
		case <-ctx.Done():
			v.t.Fatalf("%s answers %d, not %d:\n%s", path, got.status, status, got.text)
		case <-again.C:
		}
	}
}

// isSentence tells whether a program failed as it should: one line that says so, and nothing else but its log.
func isSentence(t *testing.T, status int, stderr, says string) {
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
