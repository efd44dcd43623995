//go:build linux || darwin

package embedded

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// account is the user that the server runs as. PostgreSQL refuses to run as root, so root hands it to somebody else.
type account struct {
	name     string
	uid, gid uint32
	drop     bool // we are root, and the server is not
}

// accountFor chooses the user for a cluster: its owner when there is one already, else us, else for root the user
// postgres or nobody.
func accountFor(cluster string) (account, error) {
	me := uint32(os.Geteuid())
	owner, exists := me, false
	if info, err := os.Stat(cluster); err == nil {
		owner, exists = ownerOf(info), true
	}
	switch {
	case me != 0 && owner != me:
		return account{}, fmt.Errorf("the database in %s belongs to user %s: start as the user who started it before, or choose another folder with PORTICO_DATA",
			cluster, userName(owner))
	case me != 0:
		return account{name: userName(me), uid: me, gid: uint32(os.Getegid())}, nil
	case exists && owner != 0:
		if u, err := user.LookupId(strconv.FormatUint(uint64(owner), 10)); err == nil {
			return servant(u)
		}
		return account{name: userName(owner), uid: owner, gid: owner, drop: true}, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		if u, err := user.Lookup(name); err == nil {
			return servant(u)
		}
	}
	return account{}, errors.New("PostgreSQL does not run as root, and there is no user postgres or nobody to run it: start as an ordinary user")
}

func servant(u *user.User) (account, error) {
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return account{}, fmt.Errorf("user %s: %w", u.Username, err)
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return account{}, fmt.Errorf("user %s: %w", u.Username, err)
	}
	return account{name: u.Username, uid: uint32(uid), gid: uint32(gid), drop: true}, nil
}

func userName(uid uint32) string {
	id := strconv.FormatUint(uint64(uid), 10)
	if u, err := user.LookupId(id); err == nil {
		return u.Username
	}
	return id
}

// give makes the account own what we made.
func (a account) give(path string) error {
	if !a.drop {
		return nil
	}
	if err := os.Lchown(path, int(a.uid), int(a.gid)); err != nil {
		return fmt.Errorf("give %s to user %s: %w", path, a.name, err)
	}
	return nil
}

// passes tells whether the account can walk to a folder, as far as that exists. The error names the folder that stops it.
func (a account) passes(dir string) error {
	if !a.drop {
		return nil // the system itself will say, at the first file
	}
	dir = realPath(dir)
	if info, err := os.Stat(dir); err == nil && info.IsDir() && !a.mayEnter(info) {
		return fmt.Errorf("the database runs as user %s, who may not enter %s: choose another data folder with PORTICO_DATA, or allow it with chmod o+x %s",
			a.name, dir, dir)
	}
	if parent := filepath.Dir(dir); parent != dir {
		return a.passes(parent)
	}
	return nil
}

func (a account) mayEnter(info fs.FileInfo) bool {
	stat := info.Sys().(*syscall.Stat_t)
	switch mode := info.Mode().Perm(); {
	case stat.Uid == a.uid:
		return mode&0o100 != 0
	case stat.Gid == a.gid:
		return mode&0o010 != 0
	default:
		return mode&0o001 != 0
	}
}
