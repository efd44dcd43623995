package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestOutput(t *testing.T) {
	dist := t.TempDir()
	for _, name := range []string{"placeholder", "app-OLD.css"} {
		if err := os.WriteFile(filepath.Join(dist, name), []byte("before"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	out, other := newOutput(), newOutput()
	out.add("app.css", []byte(strings.Repeat("body {} ", 50)))
	other.add("app.css", []byte("body {}"))
	if out.manifest["app.css"] == other.manifest["app.css"] {
		t.Error("a name doesn't change with its content")
	}
	if err := out.write(dist); err != nil {
		t.Fatal(err)
	}

	hashed := out.manifest["app.css"]
	for name, want := range map[string]bool{
		"placeholder": true, "manifest.json": true, hashed: true, hashed + ".gz": true, hashed + ".br": true, "app-OLD.css": false,
	} {
		if _, err := os.Stat(filepath.Join(dist, name)); (err == nil) != want {
			t.Errorf("%s is there: %v, want %v", name, err == nil, want)
		}
	}
}

func TestSprite(t *testing.T) {
	root := t.TempDir()
	write := func(name, text string) {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("icons.txt", "x\nlogo\n")
	write("node_modules/lucide-static/icons/x.svg", "<!-- a licence -->\n<svg stroke-width=\"2\">\n  <path d=\"M18 6 6 18\" />\n</svg>\n")
	write("pictures/logo.svg", "<svg viewBox=\"0 0 24 24\"><path d=\"M3 9\" /></svg>")

	out := newOutput()
	if err := sprite(root, out); err != nil {
		t.Fatal(err)
	}
	got := string(out.files[out.manifest["icons.svg"]])
	want := `<svg xmlns="http://www.w3.org/2000/svg"><symbol id="x" viewBox="0 0 24 24"><path d="M18 6 6 18" /></symbol>` +
		`<symbol id="logo" viewBox="0 0 24 24"><path d="M3 9" /></symbol></svg>`
	if got != want {
		t.Errorf("the sprite is\n%s\nwant\n%s", got, want)
	}

	write("icons.txt", "no-such-icon")
	if err := sprite(root, newOutput()); err == nil || !strings.Contains(err.Error(), "no-such-icon") {
		t.Errorf("an icon that doesn't exist is not named: %v", err)
	}
}

func TestWeigh(t *testing.T) {
	out := newOutput()
	if err := weigh(out); err == nil {
		t.Error("a bundle without its files passes")
	}
	for _, name := range firstVisit {
		out.addNamed(name, name, make([]byte, budget/len(firstVisit)+1))
	}
	if err := weigh(out); err == nil {
		t.Error("a bundle beyond its budget passes")
	}
}
