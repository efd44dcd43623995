package desk

import (
	"net/mail"
	"strings"
	"unicode"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"
)

// How long an e-mail address may be, and the part in front of its @, as mail servers have it.
const (
	longestEmail = 254
	longestLocal = 64
)

// EmailAddress is the one place that says what an e-mail address is: however it was typed, it gives it as it is kept and
// compared (but for case), or what is wrong with it. In front of the @ stand plain letters: few mail servers take others,
// and whoever can't tell two addresses apart must not have two. A domain may have letters of any alphabet, of one at a
// time; it is kept as mail servers write it.
func EmailAddress(typed string) (address string, wrong Complaint) {
	// Wide letters and the like mean the plain ones.
	typed = strings.TrimSpace(norm.NFKC.String(typed))
	if len(typed) > 2*longestEmail {
		return "", Complaint{Code: "person.email.long"}
	}
	parsed, err := mail.ParseAddress(typed)
	if err != nil || parsed.Address != typed || strings.Contains(typed, `"`) {
		return "", Complaint{Code: "person.email.wrong"}
	}
	at := strings.LastIndexByte(typed, '@')
	local, domain := typed[:at], typed[at+1:]
	if strings.ContainsFunc(local, func(r rune) bool { return r > unicode.MaxASCII }) || mixed(domain) {
		return "", Complaint{Code: "person.email.letters"}
	}
	domain, err = idna.Lookup.ToASCII(domain)
	if err != nil || !strings.Contains(domain, ".") || strings.HasSuffix(domain, ".invalid") { // there mail goes to nobody; see db.NobodyEmail
		return "", Complaint{Code: "person.email.wrong"}
	}
	if address = local + "@" + domain; len(local) > longestLocal || len(address) > longestEmail {
		return "", Complaint{Code: "person.email.long"}
	}
	return address, Complaint{}
}

// writings are alphabets that are written beside each other in one word.
var writings = [][]string{{"Han", "Hiragana", "Katakana"}, {"Han", "Hangul"}, {"Han", "Bopomofo"}}

// mixed tells whether a part of a domain has letters of alphabets that are not written beside each other: such names are
// made to look like another.
func mixed(domain string) bool {
	ascii, err := idna.Lookup.ToASCII(domain)
	if err != nil {
		return false // it is none at all
	}
	if domain, err = idna.Lookup.ToUnicode(ascii); err != nil {
		return false
	}
	for label := range strings.SplitSeq(domain, ".") {
		scripts := map[string]bool{}
		for _, r := range label {
			if s := scriptOf(r); s != "" {
				scripts[s] = true
			}
		}
		if len(scripts) > 1 && !together(scripts) {
			return true
		}
	}
	return false
}

// scriptOf is the alphabet of a letter; empty for digits and what else all of them share.
func scriptOf(r rune) string {
	if r <= unicode.MaxASCII { // nearly all, and the tables are many
		if unicode.IsLetter(r) {
			return "Latin"
		}
		return ""
	}
	if unicode.In(r, unicode.Common, unicode.Inherited) {
		return ""
	}
	for name, table := range unicode.Scripts {
		if unicode.Is(table, r) {
			return name
		}
	}
	return ""
}

func together(scripts map[string]bool) bool {
	for _, w := range writings {
		n := 0
		for _, s := range w {
			if scripts[s] {
				n++
			}
		}
		if n == len(scripts) {
			return true
		}
	}
	return false
}
