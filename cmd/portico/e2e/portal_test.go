package e2e

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"portico/static"
)

// patience bounds every wait: what takes longer has failed.
const patience = 30 * time.Second

// atEnd is what is to be cleaned up when all tests are through, last first.
var atEnd struct {
	sync.Mutex
	list []func()
}

func later(clean ...func()) {
	atEnd.Lock()
	defer atEnd.Unlock()
	atEnd.list = append(atEnd.list, clean...)
}

func TestMain(m *testing.M) {
	status := m.Run()
	for _, clean := range slices.Backward(atEnd.list) {
		clean()
	}
	os.Exit(status)
}

// portal is the address of one portal with the demo's data that all tests share: they leave its rules as they were.
func portal(t *testing.T) string {
	t.Helper()
	address, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	return address
}

var shared = sync.OnceValues(func() (string, error) {
	dir, err := folder()
	if err != nil {
		return "", err
	}
	return serve(dir)
})

// folder is one for a portal, until all tests are through.
func folder() (string, error) {
	dir, err := os.MkdirTemp("", "portico-e2e-")
	if err != nil {
		return "", err
	}
	later(func() { _ = os.RemoveAll(dir) })
	return dir, os.Chmod(dir, 0o711) // the database's user passes through
}

// program builds what is tested, once.
var program = sync.OnceValues(func() (string, error) {
	if _, err := static.Load(); err != nil {
		return "", err
	}
	dir, err := folder()
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "portico")
	if out, err := exec.Command("go", "build", "-buildvcs=false", "-o", path, "..").CombinedOutput(); err != nil {
		return "", fmt.Errorf("build: %w\n%s", err, out)
	}
	return path, nil
})

var ready = regexp.MustCompile(`Portico is ready: (http://\S+)`)

// serve starts the program in the folder, on a port of its own, and gives the address that it prints.
func serve(dir string) (string, error) {
	path, err := program()
	if err != nil {
		return "", err
	}
	cmd := exec.Command(path, "serve", "--demo", "--addr", "127.0.0.1:0", "--log", "warn")
	cmd.Dir = dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME"), "TMPDIR=" + os.TempDir(), "PORTICO_DATA=" + filepath.Join(dir, "data")}
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.StdoutPipe()
	if err != nil {
		return "", err
	}
	if err := cmd.Start(); err != nil {
		return "", fmt.Errorf("serve: %w", err)
	}
	later(func() {
		kill := time.AfterFunc(patience, func() { _ = cmd.Process.Kill() })
		defer kill.Stop()
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
		if errs.Len() > 0 {
			fmt.Fprintf(os.Stderr, "the portal's log:\n%s", &errs)
		}
	})
	found := make(chan string, 1)
	go func() {
		defer close(found)
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			if m := ready.FindStringSubmatch(lines.Text()); m != nil {
				found <- m[1]
			}
		}
	}()
	select {
	case address, ok := <-found:
		if ok {
			return address, nil
		}
		return "", errors.New("serve: it ended before it was ready")
	case <-time.After(3 * patience):
		return "", errors.New("serve: it is not ready")
	}
}
