package views

import (
	"embed"
	"fmt"
	"maps"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/BurntSushi/toml"
	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

// Languages are those of the catalogues; the first is what one gets who asks for none of them.
var Languages = []string{"en", "fr"}

//go:embed locales/*.toml
var locales embed.FS

// catalogue is all text of one language.
type catalogue struct {
	tag       language.Tag
	plain     map[string]string                   // texts without arguments or plurals, which are most of them
	filled    map[string][]string                 // texts with arguments: what stands between them, and their names, in turn
	counted   map[string]map[plural.Form][]string // texts with plurals, likewise
	localizer *i18n.Localizer                     // plurals of what is counted in millions
}

// manyAt is where French begins to count otherwise.
const manyAt = 1_000_000

var argument = regexp.MustCompile(`\{\{\.(\w+)\}\}`)

// add takes a text in, taken apart, so that pages need no more than to put it together, which they do many times over.
func (c *catalogue) add(m *i18n.Message) {
	parts := takeTextApart(m.Other)
	switch {
	case m.One != "" || m.Many != "":
		c.counted[m.ID] = map[plural.Form][]string{plural.One: takeTextApart(m.One), plural.Other: parts}
	case len(parts) == 1:
		c.plain[m.ID] = m.Other
	default:
		c.filled[m.ID] = parts
	}
}

func takeTextApart(text string) (parts []string) {
	end := 0
	for _, at := range argument.FindAllStringSubmatchIndex(text, -1) {
		parts = append(parts, text[end:at[0]], text[at[2]:at[3]])
		end = at[1]
	}
	return append(parts, text[end:])
}

// put is T for texts whose arguments are text.
func put(lang, key string, pairs ...string) string {
	if text, ok := catalogueOf(lang).plain[key]; ok {
		return text
	}
	return string(appendText(nil, lang, key, pairs...))
}

// appendText writes what put gives.
func appendText(b []byte, lang, key string, pairs ...string) []byte {
	c := catalogueOf(lang)
	if text, ok := c.plain[key]; ok {
		return append(b, text...)
	}
	if parts, ok := c.filled[key]; ok {
		return appendParts(b, parts, pairs...)
	}
	return append(b, key...)
}

// appendCounted writes what Count says of n things, below a million of them.
func appendCounted(b []byte, lang, key string, n int) []byte {
	c := catalogueOf(lang)
	return appendParts(b, c.counted[key][c.form(n)], "N", strconv.Itoa(n))
}

func appendParts(b []byte, parts []string, pairs ...string) []byte {
	for i, part := range parts {
		if i%2 == 0 {
			b = append(b, part...)
			continue
		}
		for name := 0; name+1 < len(pairs); name += 2 {
			if pairs[name] == part {
				b = append(b, pairs[name+1]...)
			}
		}
	}
	return b
}

func catalogueOf(lang string) *catalogue {
	if c, ok := catalogues()[lang]; ok {
		return c
	}
	return catalogues()[Languages[0]]
}

// fill puts arguments into a text that add took apart.
func fill(parts []string, args map[string]any) string {
	var out strings.Builder
	for i, part := range parts {
		if i%2 == 0 {
			out.WriteString(part)
		} else if s, ok := args[part].(string); ok {
			out.WriteString(s)
		} else {
			fmt.Fprint(&out, args[part])
		}
	}
	return out.String()
}

var catalogues = sync.OnceValue(func() map[string]*catalogue {
	out := map[string]*catalogue{}
	bundle := i18n.NewBundle(language.English)
	bundle.RegisterUnmarshalFunc("toml", toml.Unmarshal)
	files, err := locales.ReadDir("locales")
	if err != nil {
		panic(err) // they are embedded
	}
	for _, lang := range Languages {
		out[lang] = &catalogue{tag: language.Make(lang), plain: map[string]string{}, filled: map[string][]string{},
			counted: map[string]map[plural.Form][]string{}}
	}
	for _, f := range files {
		file, err := bundle.LoadMessageFileFS(locales, "locales/"+f.Name())
		if err != nil {
			panic(fmt.Errorf("catalogue %s: %w", f.Name(), err)) // embedded too, and every test reads them
		}
		c := out[file.Tag.String()]
		for _, m := range file.Messages {
			c.add(m)
		}
	}
	for _, lang := range Languages {
		out[lang].localizer = i18n.NewLocalizer(bundle, lang)
	}
	return out
})

// Message is text by its key in the catalogues, for where the language is not known yet. N is the count that picks the
// plural form, if HasCount is set; the text calls it {{.N}}.
type Message struct {
	Key      string
	Args     map[string]any
	N        int
	HasCount bool
}

// Say makes a message with arguments in pairs of name and value.
func Say(key string, pairs ...any) Message { return Message{Key: key, Args: arguments(pairs)} }

// Count makes a message about n things.
func Count(key string, n int, pairs ...any) Message {
	return Message{Key: key, Args: arguments(pairs), N: n, HasCount: true}
}

// In is the message's text in a language. A key that no catalogue has is shown as it is; a test finds those.
func (m Message) In(lang string) string {
	text, err := m.in(lang)
	if err != nil {
		return m.Key
	}
	return text
}

// Empty tells whether there is nothing to say.
func (m Message) Empty() bool { return m.Key == "" }

func (m Message) in(lang string) (string, error) {
	c := catalogueOf(lang)
	if !m.HasCount {
		if text, ok := c.plain[m.Key]; ok {
			return text, nil
		}
		if parts, ok := c.filled[m.Key]; ok {
			return fill(parts, m.Args), nil
		}
	}
	config := &i18n.LocalizeConfig{MessageID: m.Key, TemplateData: m.Args}
	if m.HasCount {
		args := maps.Clone(m.Args)
		if args == nil {
			args = map[string]any{}
		}
		if _, given := args["N"]; !given {
			args["N"] = m.N
		}
		if forms, ok := c.counted[m.Key]; ok && m.N >= 0 && m.N < manyAt {
			return fill(forms[c.form(m.N)], args), nil
		}
		config.PluralCount, config.TemplateData = m.N, args
	}
	return c.localizer.Localize(config)
}

// form is how the language speaks of n things; see manyAt.
func (c *catalogue) form(n int) plural.Form {
	if plural.Cardinal.MatchPlural(c.tag, n, 0, 0, 0, 0) == plural.One {
		return plural.One
	}
	return plural.Other
}

// T is the text of a key in a language, with arguments in pairs of name and value.
func T(lang, key string, pairs ...any) string { return Say(key, pairs...).In(lang) }

func arguments(pairs []any) map[string]any {
	if len(pairs) == 0 {
		return nil
	}
	args := make(map[string]any, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		args[fmt.Sprint(pairs[i])] = pairs[i+1]
	}
	return args
}
