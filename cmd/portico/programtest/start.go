package programtest

import (
	"regexp"
	"sync"
	"testing"
	"time"
)

// Start starts a command in the background. It is killed when the test ends, if it still runs then.
func Start(t testing.TB, environment []string, args ...string) *Program {
	t.Helper()
	p := &Program{t: t, Ended: make(chan struct{})}
	p.Out.more, p.Stderr.more = make(chan struct{}), make(chan struct{})
	p.Cmd = Command(t, environment, args...)
	stdout, err := p.Cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	stderr, err := p.Cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var reading sync.WaitGroup
	reading.Go(func() { p.Out.read(stdout) })
	reading.Go(func() { p.Stderr.read(stderr) })
	go func() {
		reading.Wait()
		p.Err = p.Cmd.Wait()
		close(p.Ended)
	}()
	t.Cleanup(func() {
		_ = p.Cmd.Process.Kill()
		<-p.Ended
	})
	return p
}

// Says waits until the program has printed what the pattern finds, and gives that with its groups.
func (p *Program) Says(pattern *regexp.Regexp) []string {
	p.t.Helper()
	deadline := time.After(Patience)
	for {
		text, more := p.Out.state()
		if found := pattern.FindStringSubmatch(text); found != nil {
			return found
		}
		select {
		case <-more:
		case <-p.Ended:
			if found := pattern.FindStringSubmatch(p.Out.String()); found != nil {
				return found
			}
			p.t.Fatalf("it ended before it said %s: %v\n%s%s", pattern, p.Err, &p.Out, &p.Stderr)
		case <-deadline:
			p.t.Fatalf("no %s after %s\n%s%s", pattern, Patience, &p.Out, &p.Stderr)
		}
	}
}
