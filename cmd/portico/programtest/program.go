// Package programtest starts the built program as a process of its own, and visits it, for tests of what only a whole
// program can show: starts, stops, kills, several copies.
package programtest

import (
	"bufio"
	"bytes"
	"errors"
	"io"
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
	return RunWithin(t, cmd, Patience)
}

// RunWithin is Run for a command that takes longer than others.
func RunWithin(t testing.TB, cmd *exec.Cmd, bound time.Duration) (status int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Start()
	if err == nil {
		timer := time.AfterFunc(bound, func() { _ = cmd.Process.Kill() })
		defer timer.Stop()
		err = cmd.Wait()
	}
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

// End waits for the end, however it comes.
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
