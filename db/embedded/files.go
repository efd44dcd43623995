//go:build linux || darwin

package embedded

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// files is where everything of one data folder lies.
type files struct {
	dir, cluster, lock, log, socket string

	unborn string // how the names of folders begin in which clusters are made
}

// maxSocketPath is what every system allows a unix socket's path; macOS is the strictest, with 104 bytes.
const maxSocketPath = 100

// maxLog is the size from which the server's log is put aside when it starts.
const maxLog = 8 << 20

func filesOf(dir string) (files, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return files{}, fmt.Errorf("data folder %s: %w", dir, err)
	}
	abs = realPath(abs) // the server knows its folder by this name, and so does whoever looks for its leftovers
	f := files{
		dir:     abs,
		cluster: filepath.Join(abs, "postgres"),
		unborn:  "postgres.new",
		lock:    filepath.Join(abs, "postgres.lock"),
		log:     filepath.Join(abs, "postgres.log"),
		socket:  filepath.Join(abs, "postgres.run"),
	}
	if len(filepath.Join(f.socket, ".s.PGSQL.5432")) > maxSocketPath {
		// Derived, not random: those who join, and those who take over, must meet at the same place.
		sum := sha256.Sum256([]byte(abs))
		f.socket = "/tmp/portico-" + hex.EncodeToString(sum[:8])
	}
	return f, nil
}

// realPath resolves symbolic links as far as the path exists.
func realPath(path string) string {
	if resolved, err := filepath.EvalSymlinks(path); err == nil {
		return resolved
	}
	parent, base := filepath.Dir(path), filepath.Base(path)
	if parent == path {
		return path
	}
	return filepath.Join(realPath(parent), base)
}

// make makes the data folder, where the server can reach it.
func (f files) make(a account) error {
	mode := fs.FileMode(0o700)
	if a.drop {
		mode = 0o711 // the server's user has to pass, and needs no more
	}
	if err := a.passes(f.dir); err != nil {
		return err
	}
	if err := makeDir(f.dir, mode); err != nil {
		return f.refused(err)
	}
	return nil
}

// makeDir is os.MkdirAll whatever the umask.
func makeDir(dir string, mode fs.FileMode) error {
	if info, err := os.Stat(dir); err == nil && info.IsDir() {
		return nil
	}
	if parent := filepath.Dir(dir); parent != dir {
		if err := makeDir(parent, mode); err != nil {
			return err
		}
	}
	if err := os.Mkdir(dir, mode); errors.Is(err, fs.ErrExist) {
		return os.MkdirAll(dir, mode) // somebody was faster, or a file is in the way
	} else if err != nil {
		return err
	}
	return os.Chmod(dir, mode)
}

// makeSocket makes the folder of the socket, which is private: whoever can enter it is let in without a password.
func (f files) makeSocket(a account) error {
	err := os.Mkdir(f.socket, 0o700)
	switch {
	case err == nil:
		if err := a.give(f.socket); err != nil {
			return err
		}
	case !errors.Is(err, fs.ErrExist):
		return f.refused(err)
	}
	// In /tmp anybody could have made it first, and would then be the one we talk to.
	info, err := os.Lstat(f.socket)
	if err != nil {
		return f.refused(err)
	}
	if owner := ownerOf(info); !info.IsDir() || owner != a.uid || info.Mode().Perm()&0o077 != 0 {
		return fmt.Errorf("%s is in the way: it has to be a private folder of user %s; remove it and start again",
			f.socket, a.name)
	}
	return nil
}

// removeSocket removes the socket's folder where it lies outside the data folder.
func (f files) removeSocket() error {
	if strings.HasPrefix(f.socket, f.dir) {
		return nil
	}
	return os.RemoveAll(f.socket)
}

// refused says in a sentence why the data folder cannot be used.
func (f files) refused(err error) error {
	reason := err
	var path *fs.PathError
	if errors.As(err, &path) {
		reason = path.Err
	}
	return fmt.Errorf("cannot write to the data folder %s (%w): make it writable for you, or choose another one with PORTICO_DATA",
		f.dir, reason)
}

// major reads which PostgreSQL made the cluster; 0 means that there is none yet.
func (f files) major() (int, error) {
	text, err := os.ReadFile(filepath.Join(f.cluster, "PG_VERSION"))
	if errors.Is(err, fs.ErrNotExist) {
		if _, err := os.Lstat(f.cluster); err == nil {
			return 0, fmt.Errorf("%s holds no PostgreSQL cluster: move it away and start again", f.cluster)
		}
		return 0, nil
	}
	if err != nil {
		return 0, f.refused(err)
	}
	var major int
	if _, err := fmt.Sscanf(string(text), "%d", &major); err != nil {
		return 0, fmt.Errorf("%s says no version: the cluster is damaged", filepath.Join(f.cluster, "PG_VERSION"))
	}
	return major, nil
}

// born puts a cluster that was made into its place.
func (f files) born(unborn string) error {
	if err := os.Rename(unborn, f.cluster); err != nil {
		return err
	}
	dir, err := os.Open(f.dir)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close()) // else a power cut could take the name back, and all that came after
}

// sweepUnborn removes clusters that were never whole, as well as that goes: what an initdb is still dying in goes at the
// next start.
func (f files) sweepUnborn() {
	all, _ := os.ReadDir(f.dir)
	for _, e := range all {
		if strings.HasPrefix(e.Name(), f.unborn) {
			_ = os.RemoveAll(filepath.Join(f.dir, e.Name()))
		}
	}
}

// openLog opens the server's log for one more run.
func (f files) openLog(a account) (*os.File, error) {
	if info, err := os.Stat(f.log); err == nil && info.Size() > maxLog {
		if err := os.Rename(f.log, f.log+".1"); err != nil {
			return nil, f.refused(err)
		}
	}
	out, err := os.OpenFile(f.log, os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o600)
	if err != nil {
		return nil, f.refused(err)
	}
	if err := a.give(f.log); err != nil {
		return nil, errors.Join(err, out.Close())
	}
	return out, nil
}

// complaint is the last thing the server's log complains of, from an offset on.
func (f files) complaint(from int64) string {
	text, err := os.ReadFile(f.log)
	if err != nil || from > int64(len(text)) {
		return ""
	}
	return lastComplaint(string(text[from:]))
}

// lastComplaint finds the last error in what one of PostgreSQL's programs said.
func lastComplaint(text string) string {
	last := ""
	for line := range strings.Lines(text) {
		for _, level := range []string{"FATAL: ", "PANIC: ", "ERROR: ", "error: "} {
			if _, what, found := strings.Cut(line, level); found {
				last = strings.TrimSpace(what)
			}
		}
	}
	return last
}

func ownerOf(info fs.FileInfo) uint32 {
	return info.Sys().(*syscall.Stat_t).Uid
}
