//go:build linux || darwin

package embedded

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// child is a running postgres, with what it wrote to the log since its start.
type child struct {
	process *os.Process
	since   int64         // length of the log when it started
	gone    chan struct{} // closed when it has ended
	how     error         // how it ended; to be read when it has
}

// command prepares one of the server's programs to run as the account, out of reach of our terminal and of the caller's
// PG… variables.
func (a account) command(b binaries, dir, name string, args ...string) *exec.Cmd {
	cmd := exec.Command(b.dir+"/"+name, args...)
	cmd.Dir = dir
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "PG") && !strings.HasPrefix(v, "LC_") && !strings.HasPrefix(v, "LANG") {
			cmd.Env = append(cmd.Env, v)
		}
	}
	cmd.Env = append(cmd.Env, "LC_ALL=C", "TZ=UTC")
	if b.libs != "" {
		cmd.Env = append(cmd.Env, "LD_LIBRARY_PATH="+b.libs)
	}
	// A group of its own: Ctrl+C is for us, and we stop the server when the portal is done with it.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if a.drop {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: a.uid, Gid: a.gid}
	}
	dieWithParent(cmd.SysProcAttr)
	return cmd
}

// begin starts a command and tells when it has ended, and how.
func begin(cmd *exec.Cmd) (<-chan error, error) {
	started, ended := make(chan error), make(chan error, 1)
	go func() {
		// Linux tells the child of its parent's death when the parent's thread ends: this thread lives as long as
		// the child.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			ended <- cmd.Wait()
		}
	}()
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start %s: %w", cmd.Path, err)
	}
	return ended, nil
}

// run runs a command to its end, or asks it to end with the context.
func run(ctx context.Context, cmd *exec.Cmd) error {
	ended, err := begin(cmd)
	if err != nil {
		return err
	}
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
		_ = cmd.Process.Signal(syscall.SIGTERM) // it may have ended by now
		return errors.Join(ctx.Err(), <-ended)
	}
}

// spawn starts a server.
func spawn(cmd *exec.Cmd, log *os.File) (*child, error) {
	info, err := log.Stat()
	if err != nil {
		return nil, err
	}
	cmd.Stdout, cmd.Stderr = log, log
	ended, err := begin(cmd)
	if err != nil {
		return nil, err
	}
	c := &child{process: cmd.Process, since: info.Size(), gone: make(chan struct{})}
	go func() {
		c.how = <-ended
		close(c.gone)
	}()
	return c, nil
}

// Signals to a server, from polite to final: end all sessions and write a checkpoint; end at once, and recover at the
// next start; nothing left to say.
var escalation = []struct {
	signal syscall.Signal
	wait   time.Duration
}{
	{syscall.SIGINT, 10 * time.Second},
	{syscall.SIGQUIT, 5 * time.Second},
	{syscall.SIGKILL, 5 * time.Second},
}

// end ends a server and waits until it is gone; ctx shortens the patience, not the job.
func (c *child) end(ctx context.Context, hurry bool) error {
	for _, step := range escalation {
		if hurry && step.signal == syscall.SIGINT {
			continue
		}
		if err := c.process.Signal(step.signal); err != nil {
			select {
			case <-c.gone: // it was faster
				return nil
			case <-time.After(time.Second):
				return fmt.Errorf("stop PostgreSQL: %w", err)
			}
		}
		done := ctx.Done()
		if step.signal != syscall.SIGINT {
			done = nil
		}
		select {
		case <-c.gone:
			return nil
		case <-done:
		case <-time.After(step.wait):
		}
	}
	return fmt.Errorf("PostgreSQL (process %d) does not end", c.process.Pid)
}
