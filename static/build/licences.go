package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strings"
)

// licences writes the texts of all works of others that are in the program, or that it sends to browsers, into one
// file, as their authors ask.
func licences(root string, out *output) error {
	packages, err := npmPackages(root)
	if err != nil {
		return err
	}
	modules, err := goModules()
	if err != nil {
		return err
	}
	var all bytes.Buffer
	all.WriteString("This portal contains the following works of others.\n")
	for _, w := range append(packages, modules...) {
		text, err := w.licence()
		if err != nil {
			return fmt.Errorf("licence of %s: %w", w.name, err)
		}
		fmt.Fprintf(&all, "\n%s\n%s %s\n\n%s\n", strings.Repeat("-", 78), w.name, w.version, bytes.TrimSpace(text))
	}
	out.add("licences.txt", all.Bytes())
	return nil
}

type work struct{ name, version, dir string }

// licence reads all that stands beside the work under the usual names, a notice that Apache's licence asks for included.
func (w work) licence() ([]byte, error) {
	entries, err := os.ReadDir(w.dir)
	if err != nil {
		return nil, err
	}
	var all []byte
	for _, entry := range entries {
		name := strings.ToUpper(entry.Name())
		if entry.IsDir() || strings.HasSuffix(name, ".GO") {
			continue
		}
		for _, usual := range []string{"LICENSE", "LICENCE", "COPYING", "NOTICE", "PATENTS"} {
			if !strings.HasPrefix(name, usual) {
				continue
			}
			text, err := os.ReadFile(filepath.Join(w.dir, entry.Name()))
			if err != nil {
				return nil, err
			}
			all = append(append(all, text...), '\n')
		}
	}
	if all == nil { // as with the Go that some distributions pack
		all = []byte("Its licence is found where it comes from.")
	}
	return all, nil
}

// npmPackages are those that the bundle is made of; what only helps to develop isn't shipped.
func npmPackages(root string) ([]work, error) {
	var own struct{ Dependencies map[string]string }
	data, err := os.ReadFile(filepath.Join(root, "package.json"))
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(data, &own); err != nil {
		return nil, fmt.Errorf("package.json: %w", err)
	}
	var works []work
	for name, version := range own.Dependencies {
		works = append(works, work{name, version, filepath.Join(root, "node_modules", filepath.FromSlash(name))})
	}
	sort.Slice(works, func(i, j int) bool { return works[i].name < works[j].name })
	return works, nil
}

// goModules are those that the program links, Go's own library first.
func goModules() ([]work, error) {
	const format = `{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}} {{.Dir}}{{end}}{{end}}`
	list := exec.Command("go", "list", "-deps", "-e", "-f", format, "./cmd/...")
	list.Stderr = os.Stderr
	lines, err := list.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	env, err := exec.Command("go", "env", "GOROOT", "GOVERSION").Output()
	if err != nil {
		return nil, fmt.Errorf("go env: %w", err)
	}
	goroot := strings.Fields(string(env))
	if len(goroot) != 2 {
		return nil, fmt.Errorf("go env: unexpected answer %q", env)
	}
	works := []work{{"Go", goroot[1], goroot[0]}}
	seen := map[string]bool{}
	for line := range strings.Lines(string(lines)) {
		fields := strings.SplitN(strings.TrimSpace(line), " ", 3)
		if len(fields) != 3 || fields[2] == "" || seen[fields[0]] {
			continue
		}
		seen[fields[0]] = true
		works = append(works, work{fields[0], fields[1], fields[2]})
	}
	sort.Slice(works[1:], func(i, j int) bool { return works[i+1].name < works[j+1].name })
	return works, nil
}
