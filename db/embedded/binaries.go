//go:build linux || darwin

package embedded

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// oldest is the first major version the portal's SQL works on.
const oldest = 15

// binaries is one PostgreSQL server, as installed.
type binaries struct {
	dir   string // of initdb and postgres
	libs  string // where its libraries lie when the system doesn't know; npm's server only
	major int
}

// server chooses the PostgreSQL for a cluster of a major version, or for a new one (0): the newest of those installed,
// else the one that npm brought.
func (o Options) server(major int, f files, a account) (binaries, error) {
	if o.Bin != "" {
		return pick(major, []binaries{{dir: o.Bin, major: majorOf(o.Bin)}}, f)
	}
	found := installed(a)
	if _, err := pick(major, found, f); err == nil {
		return pick(major, found, f)
	}
	brought, err := fromNPM(a)
	if err != nil {
		return binaries{}, err
	}
	return pick(major, append(found, brought...), f)
}

// pick picks the server that can read a cluster.
func pick(major int, found []binaries, f files) (binaries, error) {
	slices.SortStableFunc(found, func(a, b binaries) int { return cmp.Compare(b.major, a.major) })
	newest := 0
	for _, b := range found {
		if b.major == major || major == 0 && b.major >= oldest {
			return b, nil
		}
		newest = max(newest, b.major)
	}
	switch {
	case major != 0 && newest != 0:
		return binaries{}, fmt.Errorf("the database in %s was made by PostgreSQL %d, and here is PostgreSQL %d, which cannot read it: install PostgreSQL %d, or dump it there and load it anew",
			f.cluster, major, newest, major)
	case major != 0:
		return binaries{}, fmt.Errorf("the database in %s needs PostgreSQL %d, and no PostgreSQL server was found: install PostgreSQL %d",
			f.cluster, major, major)
	case newest != 0:
		return binaries{}, fmt.Errorf("PostgreSQL %d is too old: install PostgreSQL %d or newer, or set DATABASE_URL to a database elsewhere",
			newest, oldest)
	}
	return binaries{}, errors.New("no PostgreSQL server was found: install one (Debian: apt install postgresql; macOS: brew install postgresql; anywhere: task postgres), or set DATABASE_URL to a database elsewhere")
}

// installed lists the servers of this machine that the account can run.
func installed(a account) []binaries {
	dirs := filepath.SplitList(os.Getenv("PATH"))
	for _, pattern := range []string{
		"/usr/lib/postgresql/*/bin", // Debian
		"/usr/pgsql-*/bin",          // Red Hat
		"/usr/libexec/postgresql*",  // Alpine
		"/usr/local/pgsql/bin",
		"/opt/homebrew/opt/postgresql*/bin",
		"/usr/local/opt/postgresql*/bin",
		"/Applications/Postgres.app/Contents/Versions/*/bin",
	} {
		more, _ := filepath.Glob(pattern) // fails on a malformed pattern only
		dirs = append(dirs, more...)
	}
	var found []binaries
	for _, dir := range dirs {
		// A link in PATH leads to the folder where postgres finds its companions.
		server, err := filepath.EvalSymlinks(filepath.Join(dir, "postgres"))
		if err != nil {
			continue
		}
		dir := filepath.Dir(server)
		if slices.ContainsFunc(found, func(b binaries) bool { return b.dir == dir }) || a.passes(dir) != nil {
			continue
		}
		if major := majorOf(dir); major != 0 {
			found = append(found, binaries{dir: dir, major: major})
		}
	}
	return found
}

// majorOf asks a server's version; 0 means that the folder holds no working server.
func majorOf(dir string) int {
	if _, err := os.Stat(filepath.Join(dir, "initdb")); err != nil {
		return 0
	}
	// "postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)"
	out, err := exec.Command(filepath.Join(dir, "postgres"), "--version").Output()
	if err != nil {
		return 0
	}
	_, version, _ := strings.Cut(string(out), "(PostgreSQL) ")
	digits := strings.IndexFunc(version, func(r rune) bool { return r < '0' || r > '9' })
	if digits < 0 {
		return 0
	}
	major, err := strconv.Atoi(version[:digits])
	if err != nil {
		return 0
	}
	return major
}
