// Package views is what people see: templates in a folder per resource, and one Go type for each template. Templates
// show, they don't decide: what is not to be seen is not in the page's type.
package views

import (
	"embed"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"net/http"
	"path"
	"reflect"
	"strings"
	"sync"
	"time"

	engine "github.com/gofiber/template/html/v2"
)

//go:embed */*.html
var templates embed.FS

// View is the data of one template, which it names: "cases/list" is views/cases/list.html.
type View interface{ Template() string }

// Page is a view that can stand as a whole page: its type embeds a Shell.
type Page interface {
	View
	Frame() *Shell
}

// Assets are the built front end, as static.Bundle has it: where a file is, and an icon to stand beside words.
type Assets interface {
	Path(name string) string
	Icon(name string) template.HTML
}

// Engine renders views, in one set of templates a language. It is safe for concurrent use once loaded.
//
// A page is composed with its layout when the templates are loaded: the engine below would lock all rendering if it
// were given a layout for each page.
type Engine struct {
	assets Assets
	clock  func() time.Time
	load   sync.Once
	err    error
	sets   map[string]*template.Template
	rows   map[string]map[reflect.Type]*row // by language and type: what is written many times
}

// New makes an engine. The clock says what time "2 hours ago" counts from.
func New(assets Assets, clock func() time.Time) *Engine {
	return &Engine{assets: assets, clock: clock}
}

// Load parses all templates, once; fiber calls it at start.
func (e *Engine) Load() error {
	e.load.Do(func() {
		e.sets, e.rows = map[string]*template.Template{}, map[string]map[reflect.Type]*row{}
		for _, lang := range Languages {
			functions := e.functions(lang)
			set, err := e.parse(functions)
			if err != nil {
				e.err = err
				return
			}
			fold(set, lang, e.assets.Icon)
			e.sets[lang], e.rows[lang] = set, map[reflect.Type]*row{}
			for _, v := range repeated {
				calls := func(function string) func([]byte, reflect.Value) []byte { return e.htmlOf(functions, lang, function) }
				if e.rows[lang][reflect.TypeOf(v).Elem()], e.err = newRow(set, calls, v); e.err != nil {
					return
				}
			}
		}
	})
	return e.err
}

// Name is what Render calls a view in a language: as a part of a page, or as a whole page with its layout.
func Name(lang string, v View, whole bool) string {
	if whole {
		return lang + ":page:" + v.Template()
	}
	return lang + ":" + v.Template()
}

// Render writes a view by its Name. The layouts that fiber's interface speaks of are not used.
func (e *Engine) Render(w io.Writer, name string, data any, _ ...string) error {
	if err := e.Load(); err != nil {
		return err
	}
	lang, name, _ := strings.Cut(name, ":")
	set, ok := e.sets[lang]
	if !ok {
		return fmt.Errorf("views: no language %q", lang)
	}
	if err := set.ExecuteTemplate(w, name, data); err != nil {
		return fmt.Errorf("views: %w", err)
	}
	return nil
}

// Show writes a part of a page in a language.
func (e *Engine) Show(w io.Writer, lang string, v View) error {
	return e.Render(w, Name(lang, v, false), v)
}

func (e *Engine) parse(functions template.FuncMap) (*template.Template, error) {
	base := engine.NewFileSystem(http.FS(templates), ".html")
	base.AddFuncMap(functions)
	if err := base.Load(); err != nil {
		return nil, fmt.Errorf("views: %w", err)
	}
	set := base.Templates
	for _, v := range all {
		if _, whole := v.(Page); !whole {
			continue
		}
		name := v.Template()
		content, err := fs.ReadFile(templates, path.Clean(name)+".html")
		if err != nil {
			return nil, fmt.Errorf("views: %s: %w", name, err)
		}
		page := `{{template "layouts/_top" .Frame}}` + string(content) + `{{template "layouts/_bottom" .Frame}}`
		if _, err := set.New("page:" + name).Parse(page); err != nil {
			return nil, fmt.Errorf("views: %s: %w", name, err)
		}
	}
	return set, nil
}
