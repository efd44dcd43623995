package static

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"
)

func bundled() fstest.MapFS {
	file := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }
	return fstest.MapFS{
		"placeholder":         file("stands in"),
		"manifest.json":       file(`{"app.css":"app-ABC.css","icons.svg":"icons-DEF.svg","font.woff2":"font-GHI.woff2"}`),
		"app-ABC.css":         file("body {}"),
		"app-ABC.css.gz":      file("gzipped"),
		"app-ABC.css.br":      file("broken small"),
		"icons-DEF.svg":       file("<svg/>"),
		"font-GHI.woff2":      file("font"),
		"left-from-before.js": file("old"),
	}
}

func TestBundle(t *testing.T) {
	b, err := Open(bundled())
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"app.css": "/static/app-ABC.css", "missing.js": "/static/missing.js"} {
		if got := b.Path(name); got != want {
			t.Errorf("the address of %s is %s, want %s", name, got, want)
		}
	}
	if icon := string(b.Icon(`x"><b>`)); strings.Contains(icon, "<b>") || !strings.Contains(icon, "/static/icons-DEF.svg#x") {
		t.Errorf("an icon's name is not escaped: %s", icon)
	}
}

func TestAsset(t *testing.T) {
	b, err := Open(bundled())
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct{ fact, name, accept, body, kind, encoding string }{
		{"brotli comes before gzip", "app-ABC.css", "gzip, deflate, br", "broken small", "text/css; charset=utf-8", "br"},
		{"gzip where brotli isn't accepted", "app-ABC.css", "gzip", "gzipped", "text/css; charset=utf-8", "gzip"},
		{"no weight means no", "app-ABC.css", "br;q=0, gzip; q=0.5", "gzipped", "text/css; charset=utf-8", "gzip"},
		{"as it is for those who ask for nothing", "app-ABC.css", "", "body {}", "text/css; charset=utf-8", ""},
		{"as it is where no smaller form exists", "font-GHI.woff2", "br, gzip", "font", "font/woff2", ""},
		{"a drawing has its type", "icons-DEF.svg", "br", "<svg/>", "image/svg+xml", ""},
	}
	for _, test := range tests {
		t.Run(test.fact, func(t *testing.T) {
			a, ok := b.Asset(test.name, test.accept)
			if !ok || string(a.Body) != test.body || a.Type != test.kind || a.Encoding != test.encoding {
				t.Errorf("got %v %q %q %q", ok, a.Body, a.Type, a.Encoding)
			}
		})
	}
	for _, name := range []string{"app.css", "app-ABC.css.gz", "manifest.json", "placeholder", "left-from-before.js", "../static.go", ""} {
		if _, ok := b.Asset(name, "br"); ok {
			t.Errorf("%q is served", name)
		}
	}
}

func TestWithoutBundle(t *testing.T) {
	_, err := Open(fstest.MapFS{"placeholder": &fstest.MapFile{}})
	if !errors.Is(err, ErrNoBundle) || !strings.Contains(err.Error(), "task@v3.53.1 build") {
		t.Errorf("a missing bundle doesn't say what to run: %v", err)
	}
	broken := bundled()
	delete(broken, "app-ABC.css")
	if _, err := Open(broken); err == nil || errors.Is(err, ErrNoBundle) {
		t.Errorf("a bundle that lacks a file is taken: %v", err)
	}
	if got := Empty().Path("app.css"); got != "/static/app.css" {
		t.Errorf("an empty bundle has the address %s", got)
	}
}
