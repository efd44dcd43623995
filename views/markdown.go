package views

import (
	"bytes"
	"html/template"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"unicode"

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
	if plain(source) {
		return template.HTML("<p>" + paragraphs.Replace(source) + "</p>\n")
	}
	return parsed.of(source, formatted)
}

func formatted(source string) template.HTML {
	if heavy(source) {
		return asTyped(source)
	}
	var out bytes.Buffer
	if err := markdown().Convert([]byte(source), &out); err != nil {
		return asTyped(source)
	}
	return template.HTML(sanitizer().SanitizeBytes(out.Bytes()))
}

// asTyped shows a text as it is.
func asTyped(source string) template.HTML {
	return template.HTML("<p>" + paragraphs.Replace(template.HTMLEscapeString(source)) + "</p>\n")
}

// Nobody nests so deep, has tables so large, or so many links and words set apart, who writes to be read.
const (
	deepest   = 50
	mostCells = 20_000
	mostMarks = 2_000
)

var (
	nested = regexp.MustCompile(`^(?:[ \t]*(?:>|[-+*]|\d{1,9}[.)])){` + strconv.Itoa(deepest) + `}`)
	ruled  = regexp.MustCompile(`[-:| \t]*\|[-:| \t]*`)
)

// heavy tells whether a short text may come to a page without end: a table has every cell of every row, said or not, so
// that 20,000 characters make millions of them; each quote in a quote costs as much as all that is in it; and what may begin
// a link, or end what is set apart, is compared with all that may be its other end.
func heavy(source string) bool {
	if strings.Count(source, "[") > mostMarks/2 || strings.Count(source, "*")+strings.Count(source, "_") > mostMarks {
		return true
	}
	lines, columns := 0, 0
	for line := range strings.Lines(source) {
		lines++
		if nested.MatchString(line) {
			return true
		}
		if strings.Count(line, "|") < columns {
			continue
		}
		for _, run := range ruled.FindAllString(line, -1) { // what may set a table's head apart, in whatever it stands
			columns = max(columns, strings.Count(run, "|")+1)
		}
	}
	return lines*columns > mostCells
}

// parsed keeps what texts came to: a page that is open asks for all its letters again with each new one, and they are
// never changed. The newest are there, and some of those before: a few MB at most.
var parsed texts

const (
	textsKept = 500
	textKept  = 1_000 // longer ones are parsed each time
)

type texts struct {
	mu          sync.Mutex
	young, aged map[string]template.HTML
}

func (t *texts) of(source string, make func(string) template.HTML) template.HTML {
	if len(source) > textKept {
		return make(source)
	}
	t.mu.Lock()
	html, ok := t.young[source]
	if !ok {
		html, ok = t.aged[source]
	}
	t.mu.Unlock()
	if ok {
		return html
	}
	html = make(source)
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.young == nil || len(t.young) >= textsKept {
		t.aged, t.young = t.young, map[string]template.HTML{}
	}
	t.young[strings.Clone(source)] = html
	return html
}

// paragraphs makes of plain text what the long way would.
var paragraphs = strings.NewReplacer("\n\n", "</p>\n<p>", "\n", "<br>\n", `"`, "&#34;", "'", "&#39;")

// plain tells whether a text is nothing but words, as most are: lines that begin with a letter, and nothing in them that
// could mean something to Markdown, or be the address of something.
func plain(s string) bool {
	begins, before := 2, ' ' // how many lines ended just before
	for _, r := range s {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r > 0x7f && unicode.IsLetter(r):
			begins = 0
		case r == '\n':
			if begins++; begins > 2 || before == ' ' {
				return false
			}
		case begins > 0: // anything else may make a list, a heading or code of a line
			return false
		case r >= '0' && r <= '9', strings.ContainsRune(" ,.;?!()/-'\"%’“”…–—", r):
		default:
			return false
		}
		before = r
	}
	return begins == 0 && before != ' ' && !strings.Contains(s, "www.") && !strings.Contains(s, "WWW.")
}
