package views

import (
	"bytes"
	"html/template"
	"sync"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer/html"
)

var markdown = sync.OnceValue(func() goldmark.Markdown {
	// Line breaks stay where people typed them. Raw HTML is not passed on: goldmark leaves it out by default.
	return goldmark.New(goldmark.WithExtensions(extension.Linkify, extension.Strikethrough, extension.Table),
		goldmark.WithRendererOptions(html.WithHardWraps()))
})

var sanitizer = sync.OnceValue(func() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "br", "strong", "em", "del", "code", "pre", "blockquote", "ul", "ol", "li", "hr",
		"h2", "h3", "h4", "table", "thead", "tbody", "tr", "th", "td")
	p.AllowAttrs("href").OnElements("a")
	p.AllowURLSchemes("http", "https", "mailto", "tel")
	p.RequireNoFollowOnLinks(true)
	p.AllowRelativeURLs(true)
	return p
})

// Markdown makes HTML of what people write: emphasis, lists, quotes, links, code, tables; no pictures from elsewhere
// and no HTML of their own. What can't be read as Markdown stands as it was typed.
func Markdown(source string) template.HTML {
	var out bytes.Buffer
	if err := markdown().Convert([]byte(source), &out); err != nil {
		return template.HTML("<p>" + template.HTMLEscapeString(source) + "</p>")
	}
	return template.HTML(sanitizer().SanitizeBytes(out.Bytes()))
}
