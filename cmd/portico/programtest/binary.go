package programtest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// Plain in a program's environment has it built without the race detector, for what tests tell of its memory: the
// detector takes several times as much. Without it the program is built as the tests are.
const Plain = "PORTICO_TEST_PLAIN=1"

// folder is where binaries are built.
var folder = sync.OnceValues(func() (string, error) { return os.MkdirTemp("", "portico-program-") })

var (
	binary = sync.OnceValues(func() (string, error) { return build("portico", raced) })
	plain  = sync.OnceValues(func() (string, error) { return build("portico-plain", false) })
)

// build builds the program that these tests start.
func build(name string, raced bool) (string, error) {
	dir, err := folder()
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, name)
	args := []string{"build", "-buildvcs=false", "-o", path}
	if raced {
		args = append(args, "-race")
	}
	if out, err := exec.Command("go", append(args, "portico/cmd/portico")...).CombinedOutput(); err != nil {
		return "", fmt.Errorf("build: %w\n%s", err, out)
	}
	return path, nil
}

// Main is a TestMain that leaves no program behind, and removes what else is to be removed.
func Main(m *testing.M, remove ...func()) {
	status := m.Run()
	for _, r := range remove {
		r()
	}
	if dir, err := folder(); err == nil {
		_ = os.RemoveAll(dir)
	}
	os.Exit(status)
}

// Memory is how much of the machine's memory the program takes now, in bytes: its own pages, not its children's.
func (p *Program) Memory() int64 {
	p.t.Helper()
	out, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.Cmd.Process.Pid))
	if err == nil {
		_, after, _ := strings.Cut(string(out), "VmRSS:")
		out = []byte(strings.Fields(after + " 0")[0])
	} else if out, err = exec.Command("ps", "-o", "rss=", "-p", strconv.Itoa(p.Cmd.Process.Pid)).Output(); err != nil {
		p.t.Fatalf("nothing tells of the program's memory: %v", err)
	}
	kilobytes, err := strconv.ParseInt(strings.TrimSpace(string(out)), 10, 64)
	if err != nil {
		p.t.Fatalf("nothing tells of the program's memory: %v", err)
	}
	return kilobytes << 10
}
