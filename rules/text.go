package rules

import "maps"

// Text is what a person reads, by language code: "en", "fr".
type Text map[string]string

// In gives the text in a language; where that is missing, the English one.
func (t Text) In(lang string) string {
	if s := t[lang]; s != "" {
		return s
	}
	return t["en"]
}

func (t Text) equal(other Text) bool { return maps.Equal(t, other) }
