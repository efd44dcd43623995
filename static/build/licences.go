package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
)

// licences writes the texts of all that is shipped to browsers into one file, as their authors ask.
func licences(root string, out *output) error {
	own, err := readPackage(root)
	if err != nil {
		return err
	}
	names := make([]string, 0, len(own.Dependencies))
	for name := range own.Dependencies {
		names = append(names, name)
	}
	sort.Strings(names)

	var all bytes.Buffer
	all.WriteString("What this portal sends to browsers contains the following works of others.\n")
	for _, name := range names {
		dir := filepath.Join(root, "node_modules", filepath.FromSlash(name))
		info, err := readPackage(dir)
		if err != nil {
			return err
		}
		text, err := os.ReadFile(filepath.Join(dir, "LICENSE"))
		if err != nil {
			return fmt.Errorf("licence of %s: %w", name, err)
		}
		fmt.Fprintf(&all, "\n%s\n%s %s (%s)\n\n%s\n", strings.Repeat("-", 78), name, info.Version, info.License, bytes.TrimSpace(text))
	}
	out.add("licences.txt", all.Bytes())
	return nil
}

type packageJSON struct {
	Version, License string
	Dependencies     map[string]string
}

func readPackage(dir string) (packageJSON, error) {
	var p packageJSON
	data, err := os.ReadFile(filepath.Join(dir, "package.json"))
	if err != nil {
		return p, err
	}
	if err := json.Unmarshal(data, &p); err != nil {
		return p, fmt.Errorf("%s: %w", filepath.Join(dir, "package.json"), err)
	}
	return p, nil
}
