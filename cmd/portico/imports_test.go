package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// The house's rooms, by package below the module, and which rooms each may use. A room is all packages below it that
// are not rooms themselves.
var rooms = map[string][]string{
	"cmd":                  {"*"},
	"handlers":             {"handlers/desk", "views", "policy", "rules", "db", "static"},
	"handlers/handlertest": {"*"}, // wires whole portals
	"handlers/jobs":        {"handlers/desk", "handlers/mail", "views", "policy", "db"},
	"handlers/mail":        {"handlers/desk", "views", "policy", "db"},
	"handlers/desk":        {"policy", "rules", "db"},
	"views":                {"db", "rules"},
	"policy":               {"db"},
	"db":                   {"rules"},
	"rules":                {},
	"static":               {},
}

// TestImports holds who may import whom. What only tests import is free.
func TestImports(t *testing.T) {
	for _, p := range ours(t) {
		from := room(p.ImportPath)
		allowed, known := rooms[from]
		if !known {
			t.Errorf("%s is in no room: find one of %q for it", p.ImportPath, names(rooms))
			continue
		}
		for _, i := range p.Imports {
			to := room(i)
			if to == "" || to == from || slices.Contains(allowed, "*") || slices.Contains(allowed, to) {
				continue
			}
			t.Errorf("%s imports %s: %s may import %q only", p.ImportPath, i, from, allowed)
		}
	}
}

// Views show nouns: they ask for nothing. Policy is handed its lines, and asks for nothing either.
func TestImportsOfNounsOnly(t *testing.T) {
	for _, p := range ours(t) {
		if r := room(p.ImportPath); r != "views" && r != "policy" && r != "rules" {
			continue
		}
		for _, i := range p.Imports {
			for _, queries := range []string{"database/sql", "github.com/uptrace/bun", "github.com/jackc/pgx"} {
				if strings.HasPrefix(i, queries) {
					t.Errorf("%s imports %s: queries belong into db", p.ImportPath, i)
				}
			}
		}
	}
}

// TestTopLevel keeps the house's front tidy: a new entry is a decision, not an accident.
func TestTopLevel(t *testing.T) {
	allowed := []string{"cmd", "handlers", "views", "rules", "policy", "db", "static", "Taskfile.yml", "README.md", "LICENSE", "go.mod", "go.sum"}
	cmd := exec.Command("git", "-C", "../..", "ls-files")
	listed, err := cmd.Output()
	var entries []string
	if err == nil && len(listed) > 0 {
		for line := range strings.Lines(string(listed)) {
			entry, _, _ := strings.Cut(strings.TrimSpace(line), "/")
			entries = append(entries, entry)
		}
	} else { // not a checkout: what is there, but for what tasks make
		dir, err := os.ReadDir("../..")
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range dir {
			if e.Name() != "bin" && e.Name() != "data" {
				entries = append(entries, e.Name())
			}
		}
	}
	slices.Sort(entries)
	for _, e := range slices.Compact(entries) {
		if !strings.HasPrefix(e, ".") && !slices.Contains(allowed, e) {
			t.Errorf("%s stands at the top: find a room for it", e)
		}
	}
}

type listed struct {
	ImportPath string
	Imports    []string
}

const module = "portico"

// ours are the packages of this module.
func ours(t *testing.T) []listed {
	t.Helper()
	cmd := exec.Command("go", "list", "-e", "-json=ImportPath,Imports", module+"/...")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []listed
	for d := json.NewDecoder(strings.NewReader(string(out))); d.More(); {
		var p listed
		if err := d.Decode(&p); err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	if len(all) < len(rooms) {
		t.Fatalf("go list found %d packages only", len(all))
	}
	return all
}

// room is the longest room that a package lies in; empty for packages that aren't ours.
func room(path string) string {
	below, found := strings.CutPrefix(path, module+"/")
	if !found {
		return ""
	}
	for r := below; ; r = r[:strings.LastIndexByte(r, '/')] {
		if _, known := rooms[r]; known || !strings.Contains(r, "/") {
			return r
		}
	}
}

func names(m map[string][]string) []string {
	var all []string
	for name := range m {
		all = append(all, name)
	}
	slices.Sort(all)
	return all
}
