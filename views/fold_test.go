package views

import (
	"bytes"
	"fmt"
	"html"
	"html/template"
	"testing"
)

func TestFoldedTemplatesSayTheSame(t *testing.T) {
	icon := func(name string) template.HTML { return template.HTML(`<svg id="` + name + `"></svg>`) }
	for _, lang := range Languages {
		functions := template.FuncMap{"t": func(key string) (string, error) { return Say(key).in(lang) }, "icon": icon}
		for key := range catalogueOf(lang).plain {
			source := fmt.Sprintf(`{{define "p"}}<p title="{{t %[1]q}}">{{if .}}{{t %[1]q}}{{else}}{{icon "x"}}{{end}}</p>{{end}}{{template "p" true}}{{template "p" false}}`, key)
			written := func(folded bool) string {
				set := template.Must(template.New("").Funcs(functions).Parse(source))
				if folded {
					fold(set, lang, icon)
				}
				var out bytes.Buffer
				if err := set.Execute(&out, nil); err != nil {
					t.Fatal(err)
				}
				return html.UnescapeString(out.String()) // "+" is as good as "&#43;"
			}
			if got, want := written(true), written(false); got != want {
				t.Fatalf("%s, %s: %q, not %q", lang, key, got, want)
			}
		}
	}
}
