package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"

	"portico/cmd/portico/programtest"
)

// idling names to a process of this test what it shall do nothing with: an address and a number of connections.
const idling = "PORTICO_TEST_IDLE"

// holdIdle is all that such a process does: it connects, says that it has, and holds the connections until its input
// ends. It tells whether this is one.
func holdIdle() bool {
	task := os.Getenv(idling)
	if task == "" {
		return false
	}
	host, number, _ := strings.Cut(task, " ")
	n, _ := strconv.Atoi(number)
	held := make([]net.Conn, n)
	for i := range held {
		var err error
		if held[i], err = net.Dial("tcp", host); err != nil {
			fmt.Printf("after %d connections: %v\n", i, err)
			return true
		}
	}
	fmt.Println("held")
	_, _ = io.Copy(io.Discard, os.Stdin)
	for _, c := range held { // until here nobody may take them for garbage
		_ = c.Close()
	}
	return true
}

// idlers hold so many connections that say nothing, in as many processes as the system's limit takes, until they are
// let go.
func (s *siege) idlers(n int) (letGo func()) {
	s.t.Helper()
	const own = 64 // descriptors that a process needs for itself
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		s.t.Fatal(err)
	}
	each := int(min(limit.Max, 1<<20)) - own //nolint:gosec // it is small
	if each < 100 {
		s.t.Fatalf("a process may have %d files and connections open, which is too few to attack with: raise it with ulimit -Hn", limit.Max)
	}
	var inputs []io.Closer
	var processes []*exec.Cmd
	for left := n; left > 0; left -= each {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%s %d", idling, s.host, min(left, each)))
		in, err := cmd.StdinPipe()
		if err != nil {
			s.t.Fatal(err)
		}
		out, err := cmd.StdoutPipe()
		if err != nil {
			s.t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			s.t.Fatal(err)
		}
		inputs, processes = append(inputs, in), append(processes, cmd)
		s.t.Cleanup(func() { _ = cmd.Process.Kill() })
		stuck := time.AfterFunc(programtest.Patience, func() { _ = cmd.Process.Kill() })
		said, err := bufio.NewReader(out).ReadString('\n')
		stuck.Stop()
		if said != "held\n" {
			s.t.Fatalf("idle connections: %s%v", said, err)
		}
	}
	s.t.Logf("%d idle connections of %d processes", n, len(processes))
	return func() {
		for i, cmd := range processes {
			_ = inputs[i].Close()
			_ = cmd.Wait()
		}
	}
}
