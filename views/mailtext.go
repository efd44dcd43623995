package views

import (
	"fmt"
	"html/template"
	"strings"
	"sync"
)

// MailText is what a mail about a case, or a letter about somebody's access, says, in its reader's words already. It is written twice: as plain text, which says
// all of it, and as HTML for who reads mail in colours. That one has no pictures and fetches nothing.
type MailText struct {
	Lang        string
	Provider    string
	Number      string // of the case; empty: it is about none
	Title       string // what the case, or the letter, is about
	Greeting    string
	Lead        string
	Facts       []string // lines of what is known of the case
	Body        string   // Markdown-light, as somebody typed it
	Lines       []string // what else there is to be known
	Asked       string   // Markdown-light
	Files       []string // names of what was attached, with their sizes
	FilesLead   string
	Link        string   // to the case; empty for who can't open it
	LinkLead    string   // in plain text, link included
	Before      string   // said before the button, of a link that is also written out for who can't press it
	Open        string   // on the button
	After       []string // what is to be known of the link
	Footer      string
	Unsubscribe string // an address; empty for mail that always comes
	StopLead    string // in plain text, address included
	Stop        string // on the link
}

// Template names views/mail/letter.html.
func (*MailText) Template() string { return "mail/letter" }

// Plain writes it as text. What people wrote is set apart from the portal's own words.
func (m *MailText) Plain() string {
	paragraphs := []string{m.Greeting, m.Lead}
	if len(m.Facts) > 0 {
		paragraphs = append(paragraphs, setApart(strings.Join(m.Facts, "\n")))
	}
	if m.Body != "" {
		paragraphs = append(paragraphs, setApart(m.Body))
	}
	paragraphs = append(paragraphs, m.Lines...)
	if m.Asked != "" {
		paragraphs = append(paragraphs, setApart(m.Asked))
	}
	if len(m.Files) > 0 {
		paragraphs = append(paragraphs, m.FilesLead+"\n"+setApart(strings.Join(m.Files, "\n")))
	}
	if m.Link != "" {
		paragraphs = append(paragraphs, m.LinkLead)
	}
	paragraphs = append(paragraphs, m.After...)
	footer := "-- \n" + m.Footer
	if m.StopLead != "" {
		footer += "\n" + m.StopLead
	}
	return strings.Join(append(paragraphs, footer), "\n\n") + "\n"
}

func setApart(text string) string { return "  | " + strings.ReplaceAll(text, "\n", "\n  | ") }

var mailHTML = sync.OnceValues(func() (*template.Template, error) {
	return template.New("letter.html").Funcs(template.FuncMap{"markdown": Markdown}).ParseFS(templates, "mail/letter.html")
})

// HTML writes it as a page of its own.
func (m *MailText) HTML() (string, error) {
	t, err := mailHTML()
	if err != nil {
		return "", fmt.Errorf("views: mail: %w", err)
	}
	var out strings.Builder
	if err := t.Execute(&out, m); err != nil {
		return "", fmt.Errorf("views: mail: %w", err)
	}
	return out.String(), nil
}
