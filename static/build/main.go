// Command build makes the front end's bundle: it reads css, js and icons, and what npm brought, and writes hashed and
// compressed files with a manifest into dist, from where package static embeds them. It runs from the root of the
// repository: go run ./static/build.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"text/tabwriter"

	"github.com/evanw/esbuild/pkg/api"
)

func main() {
	root := flag.String("dir", "static", "the folder that holds package.json, css and js")
	flag.Parse()
	if err := build(*root); err != nil {
		fmt.Fprintln(os.Stderr, "static/build:", err)
		os.Exit(1)
	}
}

// build makes the whole bundle in memory before it touches dist, so that a mistake leaves the last good one in place.
func build(root string) error {
	if _, err := os.Stat(filepath.Join(root, "node_modules")); errors.Is(err, fs.ErrNotExist) {
		return errors.New("there is no node_modules: run npm ci --prefix " + root)
	}
	out := newOutput()
	for _, step := range []func(string, *output) error{bundle, sprite, pictures, licences} {
		if err := step(root, out); err != nil {
			return err
		}
	}
	if err := out.write(filepath.Join(root, "dist")); err != nil {
		return err
	}
	return report(out)
}

// bundle has esbuild join styles and scripts; the fonts come along, as the styles name them.
func bundle(root string, out *output) error {
	dir, err := filepath.Abs(root)
	if err != nil {
		return err
	}
	result := api.Build(api.BuildOptions{
		AbsWorkingDir:     dir,
		EntryPoints:       []string{"css/app.css", "css/case.css", "css/office.css", "css/workbench.css", "js/app.js", "js/rules.js"}, // the first of each for every page
		Outdir:            "dist",
		EntryNames:        "[name]-[hash]",
		AssetNames:        "[name]-[hash]",
		PublicPath:        "/static",
		Loader:            map[string]api.Loader{".woff2": api.LoaderFile},
		Bundle:            true,
		Format:            api.FormatESModule,
		Target:            api.ES2022,
		Engines:           []api.Engine{{Name: api.EngineChrome, Version: "119"}, {Name: api.EngineFirefox, Version: "121"}, {Name: api.EngineSafari, Version: "17.2"}},
		MinifyWhitespace:  true,
		MinifySyntax:      true,
		MinifyIdentifiers: true,
		LegalComments:     api.LegalCommentsNone, // all licences are shipped together, see licences.go
		Metafile:          true,
		LogLevel:          api.LogLevelWarning,
	})
	if len(result.Errors) > 0 {
		return errors.New("esbuild found errors, see above")
	}

	var meta struct {
		Outputs map[string]struct {
			EntryPoint string
			Inputs     map[string]any
		}
	}
	if err := json.Unmarshal([]byte(result.Metafile), &meta); err != nil {
		return fmt.Errorf("read esbuild's metafile: %w", err)
	}
	for _, file := range result.OutputFiles {
		name := filepath.Base(file.Path)
		from := meta.Outputs["dist/"+name]
		source := from.EntryPoint
		for input := range from.Inputs {
			if source == "" {
				source = input
			}
		}
		out.addNamed(filepath.Base(source), name, file.Contents)
	}
	return nil
}

// pictures takes the logo and what else lies in the folder of pictures as it is.
func pictures(root string, out *output) error {
	paths, err := filepath.Glob(filepath.Join(root, "pictures", "*.svg"))
	if err != nil {
		return err
	}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		out.add(filepath.Base(path), data)
	}
	return nil
}

// report prints what each file weighs on its way to a browser.
func report(out *output) error {
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	names := make([]string, 0, len(out.manifest))
	for name := range out.manifest {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		file := out.manifest[name]
		sizes := []string{fmt.Sprint(len(out.files[file]))}
		for _, suffix := range []string{".gz", ".br"} {
			if data, ok := out.files[file+suffix]; ok {
				sizes = append(sizes, fmt.Sprintf("%d %s", len(data), strings.TrimPrefix(suffix, ".")))
			}
		}
		fmt.Fprintf(table, "%s\t%s\n", name, strings.Join(sizes, "\t"))
	}
	if err := table.Flush(); err != nil {
		return err
	}
	return weigh(out)
}

// firstVisit is what every page loads; with a page of some 10 KB it stays below 100 KB on the wire.
var firstVisit = []string{"app.css", "app.js", "icons.svg", "favicon.svg", "atkinson-hyperlegible-next-latin-wght-normal.woff2"}

const budget = 85_000

// weigh refuses a bundle that has grown too heavy for a first visit, when gzip is all that the browser takes.
func weigh(out *output) error {
	total := 0
	for _, name := range firstVisit {
		file, ok := out.manifest[name]
		if !ok {
			return fmt.Errorf("the bundle lacks %s", name)
		}
		data, packed := out.files[file+".gz"]
		if !packed {
			data = out.files[file]
		}
		total += len(data)
	}
	fmt.Printf("a first visit loads %d bytes, of %d\n", total, budget)
	if total > budget {
		return errors.New("that is too much: make the styles or scripts lighter, or load them where they are used")
	}
	return nil
}
