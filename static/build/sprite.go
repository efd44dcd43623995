package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// Stroke width and colour are left to the styles: what is drawn takes them from the element that uses it.
var (
	comment = regexp.MustCompile(`(?s)<!--.*?-->`)
	frame   = regexp.MustCompile(`(?s)<svg[^>]*>(.*)</svg>`)
	blank   = regexp.MustCompile(`\s*\n\s*`)
)

// sprite joins the icons that icons.txt names into one file of symbols, fetched once.
func sprite(root string, out *output) error {
	list, err := os.ReadFile(filepath.Join(root, "icons.txt"))
	if err != nil {
		return err
	}
	var all bytes.Buffer
	all.WriteString(`<svg xmlns="http://www.w3.org/2000/svg">`)
	for _, name := range strings.Fields(string(list)) {
		path := filepath.Join(root, "node_modules/lucide-static/icons", name+".svg")
		if name == "logo" {
			path = filepath.Join(root, "pictures/logo.svg") // drawn on the same grid, to take the colour of its place
		}
		drawing, err := os.ReadFile(path)
		if err != nil {
			return fmt.Errorf("icons.txt: %w", err)
		}
		inner := frame.FindSubmatch(comment.ReplaceAll(drawing, nil))
		if inner == nil {
			return fmt.Errorf("icon %s is no drawing", name)
		}
		fmt.Fprintf(&all, `<symbol id="%s" viewBox="0 0 24 24">%s</symbol>`, name, blank.ReplaceAll(inner[1], nil))
	}
	all.WriteString(`</svg>`)
	out.add("icons.svg", all.Bytes())
	return nil
}
