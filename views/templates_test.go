package views

import (
	"html/template"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"portico/static"

	"github.com/jba/templatecheck"
)

func engineForTest(t *testing.T) *Engine {
	t.Helper()
	e := New(static.Empty(), func() time.Time { return time.Date(2026, 6, 15, 14, 0, 0, 0, time.UTC) })
	if err := e.Load(); err != nil {
		t.Fatal(err)
	}
	return e
}

func TestEachTemplateFitsItsType(t *testing.T) {
	e := engineForTest(t)
	for lang, set := range e.sets {
		for _, v := range all {
			check := func(name string) {
				tmpl := set.Lookup(name)
				if tmpl == nil {
					t.Errorf("%T: there is no template %q", v, name)
					return
				}
				if err := templatecheck.CheckHTML(tmpl, v); err != nil {
					t.Errorf("%s: %q and %T: %v", lang, name, v, err)
				}
			}
			check(v.Template())
			if _, whole := v.(Page); whole {
				check("page:" + v.Template())
			}
		}
	}
}

var includes = regexp.MustCompile(`{{-?\s*template\s+"([^"]+)"`)

func TestEveryTemplateIsUsed(t *testing.T) {
	used := map[string]bool{"layouts/_top": true, "layouts/_bottom": true}
	for _, v := range all {
		used[v.Template()] = true
	}
	sources := sourcesForTest(t)
	for _, source := range sources {
		for _, m := range includes.FindAllStringSubmatch(source, -1) {
			used[m[1]] = true
		}
	}
	for name, source := range sources {
		if !used[name] {
			t.Errorf("no type and no other template uses views/%s.html", name)
		}
		if strings.Contains(source, "{{define") || strings.Contains(source, "{{ define") {
			t.Errorf("views/%s.html defines a template: all share one namespace, so one file is one template", name)
		}
		if inlineStyle.MatchString(source) && name != "mail/letter" { // programs for mail know no other, and have no policy of ours
			t.Errorf("views/%s.html has an inline style or script, which browsers are told to refuse", name)
		}
	}
}

var inlineStyle = regexp.MustCompile(`<style|\sstyle="|<script(?:\s+type="module")?>|\son[a-z]+="`)

// keyUses finds the keys that templates name outright; those they put together are the tests' of their pages.
var keyUses = regexp.MustCompile(`\b(?:t|tn)\s+"([^"]+)"`)

func TestEveryKeyThatATemplateNamesIsInBothCatalogues(t *testing.T) {
	known := map[string]map[string]bool{}
	for _, lang := range Languages {
		known[lang] = keys(t, lang)
	}
	for name, source := range sourcesForTest(t) {
		for _, m := range keyUses.FindAllStringSubmatch(source, -1) {
			for _, lang := range Languages {
				if !known[lang][m[1]] {
					t.Errorf("views/%s.html: the %s catalogue has no %q", name, lang, m[1])
				}
			}
		}
	}
}

func TestCataloguesHaveTheSameKeys(t *testing.T) {
	first := keys(t, Languages[0])
	for _, lang := range Languages[1:] {
		other := keys(t, lang)
		for key := range first {
			if !other[key] {
				t.Errorf("%q is not in %s", key, lang)
			}
		}
		for key := range other {
			if !first[key] {
				t.Errorf("%q is in %s only", key, lang)
			}
		}
	}
}

var quotedKey = regexp.MustCompile(`(?m)^\[?"([^"]+)"\]?`)

func keys(t *testing.T, lang string) map[string]bool {
	t.Helper()
	files, err := fs.Glob(locales, "locales/*."+lang+".toml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no catalogue of %s: %v", lang, err)
	}
	found := map[string]bool{}
	for _, file := range files {
		data, err := fs.ReadFile(locales, file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range quotedKey.FindAllStringSubmatch(string(data), -1) {
			if found[m[1]] {
				t.Errorf("%s: %q is there twice", file, m[1])
			}
			found[m[1]] = true
		}
	}
	return found
}

func sourcesForTest(t *testing.T) map[string]string {
	t.Helper()
	files, err := fs.Glob(templates, "*/*.html")
	if err != nil {
		t.Fatal(err)
	}
	sources := map[string]string{}
	for _, file := range files {
		data, err := fs.ReadFile(templates, file)
		if err != nil {
			t.Fatal(err)
		}
		sources[strings.TrimSuffix(file, ".html")] = string(data)
	}
	return sources
}

func TestTextsInBothLanguages(t *testing.T) {
	at := time.Date(2026, 3, 1, 9, 5, 0, 0, time.UTC)
	for _, c := range []struct{ got, want string }{
		{Day("en", at), "1 March 2026"},
		{Day("fr", at), "1er mars 2026"},
		{Clock("en", at), "09:05"},
		{Clock("fr", at), "9\u00a0h\u00a005"},
		{Clock("fr", at.Add(-5*time.Minute)), "9\u00a0h"},
		{relative("en", at, at.Add(-90*time.Minute)), "1 h ago"},
		{relative("fr", at, at.Add(-90*time.Minute)), "il y a 1\u00a0h"},
		{relative("en", at, at.Add(26*time.Hour)), "tomorrow"},
		{relative("fr", at, at.Add(-50*time.Hour)), "il y a 2 jours"},
		{relative("en", at, at.AddDate(0, -2, 0)), "1 January 2026"},
		{Number("en", 1234567), "1,234,567"},
		{Number("fr", -1234), "-1\u202f234"},
		{Bytes("en", 1_250_000), "1.2\u00a0MB"},
		{Bytes("fr", 1_250_000), "1,2\u00a0Mo"},
		{PriorityName(1).In("en"), "1 - Critical"},
		{StateName("awaiting").In("fr"), "En attente de votre réponse"},
		{Say("no.such.key").In("en"), "no.such.key"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

func TestMarkdownLetsNothingActiveThrough(t *testing.T) {
	for source, want := range map[string]template.HTML{
		"**now** and\nthen":              "<p><strong>now</strong> and<br>\nthen</p>\n",
		"<script>alert(1)</script>":      "\n",
		"[a](javascript:alert(1))":       "<p>a</p>\n",
		"![x](https://elsewhere.test/x)": "<p></p>\n",
		"<b onclick=x>hi</b>":            "<p>hi</p>\n",
	} {
		if got := Markdown(source); got != want {
			t.Errorf("%q: got %q, want %q", source, got, want)
		}
	}
	for _, active := range []string{"<img src=x onerror=alert(1)>", "[x](data:text/html,x)", "<javascript:alert(1)>", "a\x00b"} {
		got := strings.ToLower(string(Markdown(active)))
		if slices.ContainsFunc([]string{"<img", "onerror=", "href=\"data:", "href=\"javascript:"}, func(s string) bool { return strings.Contains(got, s) }) {
			t.Errorf("%q came through as %q", active, got)
		}
	}
}

func relative(lang string, now, t time.Time) string { return string(appendRelative(nil, lang, now, t)) }
