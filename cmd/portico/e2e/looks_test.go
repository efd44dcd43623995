package e2e

import (
	"flag"
	"fmt"
	"html/template"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"
)

var looksInto = flag.String("looks", "", "make the contact sheet of all pages in this folder")

// look is one way to look at a page.
type look struct {
	size     size
	theme    string // light, dark or contrast
	language string
}

func (l look) String() string { return fmt.Sprintf("%s-%s-%s", l.size, l.theme, l.language) }

// looks are the ways to look at a page: at both sizes in light and dark, in high contrast and in French once at each.
func looks(p page) []look {
	all := []look{
		{desktop, "light", "en"}, {desktop, "dark", "en"}, {phone, "light", "en"}, {phone, "dark", "en"},
		{desktop, "contrast", "en"}, {desktop, "light", "fr"}, {phone, "light", "fr"},
	}
	if p.Wide {
		all = append(all, look{size{1920, 1080}, "light", "en"})
	}
	return all
}

// shot is one picture of the sheet.
type shot struct {
	Look look
	File string
}

// TestLooks makes the contact sheet when it is asked to: go test ./cmd/portico/e2e -run TestLooks -looks DIR
func TestLooks(t *testing.T) {
	if *looksInto == "" {
		return // nobody asked
	}
	if err := os.MkdirAll(*looksInto, 0o755); err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	shots := map[string][]shot{}
	t.Run("people", func(t *testing.T) {
		for who, theirs := range byPerson() {
			t.Run(nameOf(who), func(t *testing.T) {
				t.Parallel()
				b := open(t, desktop)
				if who != "" {
					b.signIn(who)
				}
				if who == platform {
					b.furnish()
				}
				if who == administrator {
					b.bring()
				}
				for _, language := range []string{"en", "fr"} {
					b.speak(language, who != "")
					for _, p := range theirs {
						made := b.shoot(p, language)
						mu.Lock()
						shots[p.Name] = append(shots[p.Name], made...)
						mu.Unlock()
					}
				}
				b.speak("en", who != "")
			})
		}
	})
	if err := sheet(filepath.Join(*looksInto, "index.html"), shots); err != nil {
		t.Fatal(err)
	}
	t.Logf("the contact sheet is %s", filepath.Join(*looksInto, "index.html"))
}

// speak chooses the language, as a person does in the preferences or a visitor in the footer.
func (b *tab) speak(language string, signedIn bool) {
	b.t.Helper()
	if !signedIn {
		b.visit("/sign-in?lang=" + language)
		return
	}
	b.visit("/preferences")
	b.do("choose "+language, chromedpClick(`input[name="language"][value="`+language+`"]`), chromedpClick("main form .button"))
	b.until("the page in "+language, `document.documentElement.lang == "`+language+`" && document.querySelector(".notice")`)
}

// shoot takes the pictures of a page in one language.
func (b *tab) shoot(p page, language string) []shot {
	b.t.Helper()
	var made []shot
	for _, l := range looks(p) {
		if l.language != language {
			continue
		}
		b.resize(l.size)
		b.prefer(strings.Replace(l.theme, "contrast", "light", 1), l.theme == "contrast")
		if !b.shown(p) {
			return nil
		}
		b.until("the type to be there", `document.fonts.status == "loaded"`)
		b.resize(size{l.size.Width, min(9000, tell[int64](b, "Math.max(innerHeight, document.documentElement.scrollHeight)"))}) // what sticks to the window stands at its end
		name := p.Name + "-" + l.String() + ".png"
		picture, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
		if err == nil {
			err = os.WriteFile(filepath.Join(*looksInto, name), picture, 0o644)
		}
		if err != nil {
			b.t.Errorf("%s: %v", name, err)
			continue
		}
		made = append(made, shot{l, name})
	}
	return made
}

var sheetPage = template.Must(template.New("sheet").Parse(`<!doctype html>
<html lang="en"><meta charset="utf-8"><title>All pages</title>
<style>body { font: 14px system-ui; margin: 2rem; } section { display: flex; gap: 1rem; overflow-x: auto; align-items: start; padding-block: 1rem; }
figure { margin: 0; } img { height: 22rem; border: 1px solid #ccc; object-fit: cover; object-position: top; }</style>
{{range .}}<h2>{{.Name}}</h2><p>{{.Who}} {{.Path}}</p><section>{{range .Shots}}<figure><a href="{{.File}}"><img src="{{.File}}" alt="" loading="lazy"></a><figcaption>{{.Look}}</figcaption></figure>{{end}}</section>
{{end}}`))

// sheet writes the page that shows all pictures, in the order of the list of pages.
func sheet(path string, shots map[string][]shot) error {
	type row struct {
		page
		Shots []shot
	}
	var rows []row
	for _, p := range pages {
		rows = append(rows, row{p, shots[p.Name]})
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := sheetPage.Execute(f, rows); err != nil {
		_ = f.Close()
		return err
	}
	return f.Close()
}
