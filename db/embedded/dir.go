//go:build linux || darwin

package embedded

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// shared is where root's data lies when the working folder will not do.
const shared = "/var/lib/portico"

// DefaultDir chooses the data folder for when none is configured: data in the working folder, or, for root in a folder
// that the server's user cannot enter, one of its own below /var/lib/portico. The note says the latter in a sentence
// meant for the person who starts the portal, and is empty otherwise.
func DefaultDir() (dir, note string, err error) {
	work, err := os.Getwd()
	if err != nil {
		return "", "", fmt.Errorf("working folder: %w", err)
	}
	return defaultDir(work, shared)
}

func defaultDir(work, shared string) (dir, note string, err error) {
	dir = filepath.Join(work, "data")
	a, err := accountFor(filepath.Join(dir, "postgres"))
	if err != nil {
		return "", "", err
	}
	if a.passes(dir) == nil {
		return dir, "", nil
	}
	if dir, err = claim(work, shared); err != nil {
		return "", "", err
	}
	return dir, fmt.Sprintf("The data lies in %s, because the database runs as user %s, who may not enter %s.",
		dir, a.name, work), nil
}

// claim finds or makes the folder of a checkout below the shared one. Checkouts of the same name get one each.
func claim(work, shared string) (string, error) {
	for n := 1; ; n++ {
		dir := filepath.Join(shared, filepath.Base(work))
		if n > 1 {
			dir = fmt.Sprintf("%s-%d", dir, n)
		}
		deed := filepath.Join(dir, "checkout")
		whose, err := os.ReadFile(deed)
		switch {
		case err == nil && strings.TrimSpace(string(whose)) == work:
			return dir, nil
		case err == nil:
			continue
		case !errors.Is(err, fs.ErrNotExist):
			return "", files{dir: dir}.refused(err)
		}
		if err := makeDir(dir, 0o711); err != nil {
			return "", files{dir: dir}.refused(err)
		}
		if err := os.WriteFile(deed, []byte(work+"\n"), 0o644); err != nil {
			return "", files{dir: dir}.refused(err)
		}
		return dir, nil
	}
}
