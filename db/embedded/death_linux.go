package embedded

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
)

// dieWithParent lets the server shut down properly when we are killed.
func dieWithParent(attr *syscall.SysProcAttr) { attr.Pdeathsig = syscall.SIGINT }

// serves tells whether a process is the server of a cluster: a server works in its cluster's folder.
func serves(pid int, cluster string) bool {
	dir, err := os.Readlink(filepath.Join("/proc", strconv.Itoa(pid), "cwd"))
	return err == nil && dir == cluster
}

// busy tells whether any process of a cluster's server is left, of which a killed one leaves several for a moment.
func busy(cluster string) bool {
	all, err := os.ReadDir("/proc")
	return err != nil || slices.ContainsFunc(all, func(e os.DirEntry) bool {
		pid, err := strconv.Atoi(e.Name())
		return err == nil && serves(pid, cluster)
	})
}
