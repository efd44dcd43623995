package demo

import (
	"embed"
	"fmt"
	"strings"
	"time"

	"portico/db"
	"portico/rules"
)

// A file is an article in one language; its first line is the title.
//
//go:embed articles/*.md
var articleFiles embed.FS

// shelves are the knowledge base's categories, with their articles by the name of the file.
var shelves = []struct {
	key     string
	heading rules.Text
	slugs   []string
}{
	{"phones", text("Phones and calls", "Téléphones et appels"),
		[]string{"restart-a-desk-phone", "improve-call-quality", "keep-your-911-address-up-to-date", "how-hunt-groups-work"}},
	{"networks", text("Internet and networks", "Internet et réseaux"),
		[]string{"test-your-connection", "when-sd-wan-changes-links", "connect-to-the-vpn"}},
	{"security", text("Security", "Sécurité"), []string{"ask-for-a-firewall-change"}},
	{"billing", text("Invoices and payments", "Factures et paiements"), []string{"read-your-invoice"}},
}

func articles(now time.Time) ([]db.Article, error) {
	var list []db.Article
	for _, s := range shelves {
		for _, slug := range s.slugs {
			a := db.Article{
				Slug: slug, Category: s.key, Heading: s.heading, Title: rules.Text{}, Body: rules.Text{},
				UpdatedAt: now.AddDate(0, 0, -11*(len(list)+1)), // not all were written on one day
			}
			for _, lang := range []string{"en", "fr"} {
				data, err := articleFiles.ReadFile("articles/" + slug + "." + lang + ".md")
				if err != nil {
					return nil, fmt.Errorf("article %s: %w", slug, err)
				}
				title, body, _ := strings.Cut(string(data), "\n")
				a.Title[lang], a.Body[lang] = strings.TrimPrefix(title, "# "), strings.TrimSpace(body)
			}
			list = append(list, a)
		}
	}
	return list, nil
}
