// Package static holds what browsers fetch: styles, scripts, icons, fonts. Their sources are beside this file; the
// bundle made of them is embedded from dist, where a placeholder stands in for it until it is built.
package static

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"mime"
	"path"
	"strings"
)

//go:embed all:dist
var dist embed.FS

// ErrNoBundle means that this program was compiled before the front end was built.
var ErrNoBundle = errors.New("the front end is not built into this program: " +
	"run go run github.com/go-task/task/v3/cmd/task@v3.53.1 build")

// Prefix is where the handler serves the files of a bundle; the styles name their fonts by it.
const Prefix = "/static/"

// CacheControl suits every file of a bundle: a name that carries a hash never changes its content.
const CacheControl = "public, max-age=31536000, immutable"

// Bundle is the built front end. It is read once and then safe for concurrent use.
type Bundle struct {
	names map[string]string // by plain name, the hashed one
	files map[string][]byte // by hashed name, compressed variants too
}

// Asset is one file as it goes over the wire.
type Asset struct {
	Body     []byte
	Type     string // its Content-Type
	Encoding string // its Content-Encoding; empty when it is sent as it is
}

// Load reads the embedded bundle, or gives ErrNoBundle.
func Load() (*Bundle, error) {
	sub, err := fs.Sub(dist, "dist")
	if err != nil {
		return nil, err
	}
	return Open(sub)
}

// Open reads a bundle from the folder that static/build wrote, or gives ErrNoBundle when nothing was written.
func Open(dir fs.FS) (*Bundle, error) {
	manifest, err := fs.ReadFile(dir, "manifest.json")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNoBundle
	}
	if err != nil {
		return nil, fmt.Errorf("front end bundle: %w", err)
	}
	b := &Bundle{files: map[string][]byte{}}
	if err := json.Unmarshal(manifest, &b.names); err != nil {
		return nil, fmt.Errorf("front end bundle: manifest.json: %w", err)
	}
	for _, name := range b.names {
		if b.files[name], err = fs.ReadFile(dir, name); err != nil {
			return nil, fmt.Errorf("front end bundle: %w", err)
		}
		for _, suffix := range []string{".gz", ".br"} {
			data, err := fs.ReadFile(dir, name+suffix)
			if err == nil {
				b.files[name+suffix] = data
			} else if !errors.Is(err, fs.ErrNotExist) {
				return nil, fmt.Errorf("front end bundle: %w", err)
			}
		}
	}
	return b, nil
}

// Empty is a bundle without files, for tests of pages: its addresses are the plain names, and nothing lies behind them.
func Empty() *Bundle { return &Bundle{} }

// Path gives the address of a file by its plain name, such as app.css. A name that the bundle lacks keeps its plain
// form, so that a page shows and the missing file is seen in the log of requests.
func (b *Bundle) Path(name string) string {
	if hashed, ok := b.names[name]; ok {
		name = hashed
	}
	return Prefix + name
}

// Icon gives the drawing of an icon listed in icons.txt, hidden from screen readers: it always stands beside words.
func (b *Bundle) Icon(name string) template.HTML {
	return template.HTML(`<svg class="icon" aria-hidden="true"><use href="` +
		template.HTMLEscapeString(b.Path("icons.svg")+"#"+name) + `"></use></svg>`)
}

// Asset finds a file by its hashed name, in the smallest form that the browser accepts; only names that the manifest
// lists are found. Answers vary with Accept-Encoding.
func (b *Bundle) Asset(name, acceptEncoding string) (Asset, bool) {
	body, ok := b.files[name]
	if !ok || strings.HasSuffix(name, ".gz") || strings.HasSuffix(name, ".br") {
		return Asset{}, false
	}
	asset := Asset{Body: body, Type: contentType(name)}
	for _, coding := range []struct{ token, suffix string }{{"br", ".br"}, {"gzip", ".gz"}} {
		if packed, ok := b.files[name+coding.suffix]; ok && accepts(acceptEncoding, coding.token) {
			asset.Body, asset.Encoding = packed, coding.token
			break
		}
	}
	return asset, true
}

// accepts reads an Accept-Encoding header. A coding that the browser gives no weight is refused.
func accepts(header, coding string) bool {
	for part := range strings.SplitSeq(header, ",") {
		token, params, _ := strings.Cut(part, ";")
		if !strings.EqualFold(strings.TrimSpace(token), coding) {
			continue
		}
		weight, found := strings.CutPrefix(strings.ReplaceAll(params, " ", ""), "q=")
		return !found || strings.Trim(weight, "0.") != ""
	}
	return false
}

// contentType doesn't trust the machine's own table, which differs from one to the next.
func contentType(name string) string {
	switch ext := path.Ext(name); ext {
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".txt":
		return "text/plain; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".woff2":
		return "font/woff2"
	default:
		if known := mime.TypeByExtension(ext); known != "" {
			return known
		}
		return "application/octet-stream"
	}
}
