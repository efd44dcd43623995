package views

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var iconUses = regexp.MustCompile(`\b(?:icon |Icon:\s*)"([^"]+)"`)

// An icon that is not in the sprite shows nothing, and nobody notices.
func TestEveryIconIsInTheSprite(t *testing.T) {
	data, err := os.ReadFile("../static/icons.txt")
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{"logo": true} // the portal's own picture
	for _, name := range strings.Fields(string(data)) {
		known[name] = true
	}
	for _, dir := range []string{".", "../handlers"} {
		err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
			source := strings.HasSuffix(path, ".html") || strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go")
			if err != nil || entry.IsDir() || !source {
				return err
			}
			data, err := os.ReadFile(path)
			for _, m := range iconUses.FindAllStringSubmatch(string(data), -1) {
				if !known[m[1]] {
					t.Errorf("%s: there is no icon %q in static/icons.txt", path, m[1])
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
