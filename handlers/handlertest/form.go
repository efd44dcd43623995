package handlertest

import (
	"net/url"
	"strings"

	"github.com/PuerkitoBio/goquery"
)

// Form is a form of a page as a browser without scripts would send it: to be filled in and submitted.
type Form struct {
	Action string
	Values url.Values
	Found  bool // there is such a form
}

// Form reads the form that matches the selector, with what stands in it.
func (a *Answer) Form(selector string) Form {
	form := a.Page().Find(selector).First()
	f := Form{Values: url.Values{}, Found: form.Is("form")}
	f.Action, _ = form.Attr("action")
	form.Find("input[name], select[name], textarea[name]").Each(func(_ int, field *goquery.Selection) {
		name, _ := field.Attr("name")
		kind, _ := field.Attr("type")
		_, checked := field.Attr("checked")
		switch {
		case field.Is("select"):
			chosen := field.Find("option[selected]").First()
			if chosen.Length() == 0 {
				chosen = field.Find("option").First()
			}
			if value, has := chosen.Attr("value"); has {
				f.Values.Add(name, value)
			} else if chosen.Length() > 0 {
				f.Values.Add(name, chosen.Text())
			}
		case field.Is("textarea"):
			f.Values.Add(name, strings.TrimPrefix(field.Text(), "\n"))
		case (kind == "checkbox" || kind == "radio") && !checked, kind == "file":
		default:
			value, has := field.Attr("value")
			if !has && kind == "checkbox" {
				value = "on"
			}
			f.Values.Add(name, value)
		}
	})
	return f
}

// Set fills a field of the form in, with as many values as are given.
func (f Form) Set(name string, values ...string) Form {
	f.Values[name] = values
	return f
}

// Submit sends a form as it was filled in.
func (v *Visitor) Submit(f Form) *Answer { return v.Post(f.Action, f.Values) }
