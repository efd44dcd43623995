//go:build linux || darwin

package embedded

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// lock is the ownership of a data folder. The system drops it with the process, however that ends. Its file says
// whether the owner's server is ready to be joined.
type lock struct{ file *os.File }

// take takes the lock if nobody has it; nil, nil means that somebody has.
func (f files) take(a account) (*lock, error) {
	file, err := os.OpenFile(f.lock, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, f.refused(err)
	}
	err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, file.Close()
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("lock the data folder %s: %w", f.dir, err), file.Close())
	}
	l := &lock{file: file}
	if err := errors.Join(l.ready(false), a.give(f.lock)); err != nil {
		return nil, errors.Join(err, l.release())
	}
	return l, nil
}

// ready notes for others whether they may join.
func (l *lock) ready(yes bool) error {
	if err := l.file.Truncate(0); err != nil {
		return err
	}
	if !yes {
		return nil
	}
	_, err := l.file.WriteAt([]byte("ready "+strconv.Itoa(os.Getpid())+"\n"), 0)
	return err
}

// release lets the next one own the folder. The file stays: removing it would let two processes lock two files.
func (l *lock) release() error {
	return errors.Join(l.ready(false), l.file.Close())
}

// joinable tells whether the owner of the folder says that its server is ready.
func (f files) joinable() bool {
	text, err := os.ReadFile(f.lock)
	return err == nil && strings.HasPrefix(string(text), "ready ") && strings.HasSuffix(string(text), "\n")
}
