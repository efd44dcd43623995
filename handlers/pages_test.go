package handlers_test

import (
	"testing"

	"portico/handlers/handlertest"
)

// pages are those that people open most, with how many statements each may take, the session's own included.
var pages = []struct {
	name, who, path string
	partial         bool
	statements      int64
}{
	{"home", "customer@maple.test", "/", false, 6},
	{"list", "customer@maple.test", "/cases", false, 6},
	{"list part", "customer@maple.test", "/cases", true, 2},
	{"list part of a branch", "manager@maple.test", "/cases", true, 2},
	{"list part of all", "agent@boreal.test", "/cases", true, 2},
	{"case", "customer@maple.test", "/cases/CS0001883", false, 6},
	{"case for its agent", "agent@boreal.test", "/cases/CS0001883", false, 8},
	{"editing a case", "manager@maple.test", "/cases/CS0001883/details", true, 7},
	{"people for a case", "manager@maple.test", "/cases/CS0001883/people?for=copies&copies_words=m", true, 3},
	{"own requests", "customer@maple.test", "/activities", false, 4},
	{"what one follows", "manager@maple.test", "/activities?tab=following", true, 4},
	{"what one wrote", "customer@maple.test", "/activities?tab=contributions", true, 2},
	{"why it was decided so", "agent@boreal.test", "/cases/CS0001883/why", true, 5},
	{"queue", "agent@boreal.test", "/queues", false, 4},
	{"form", "customer@maple.test", "/items/report-issue", false, 4},
	{"products", "manager@maple.test", "/products", false, 4},
	{"accounts", "platform@boreal.test", "/accounts", false, 5},
	{"account", "platform@boreal.test", "/accounts/2", false, 12},
	{"search", "customer@maple.test", "/search?q=phone", false, 5},
	{"suggestions", "customer@maple.test", "/search/suggestions?q=phone", true, 4},
	{"search put right", "customer@maple.test", "/search?q=phnoes", true, 10},
	{"status", "customer@maple.test", "/status", false, 4},
	{"knowledge base", "customer@maple.test", "/knowledge", false, 3},
	{"contacts", "admin@maple.test", "/contacts", false, 4},
	{"contacts part", "admin@maple.test", "/contacts", true, 2},
	{"contact", "admin@maple.test", "/contacts/1", true, 6},
	{"registrations", "admin@maple.test", "/registrations", false, 4},
	{"roles", "admin@maple.test", "/contacts/1/grants", false, 6},
	{"policy", "platform@boreal.test", "/policy", false, 2},
	{"why", "platform@boreal.test", "/why?person=5&action=see&case=CS0001883", false, 6},
	{"language of rules", "platform@boreal.test", "/rules/language", false, 5},
	{"trial", "platform@boreal.test", "/rules/try?try-case=CS0001883", false, 13},
	{"set-up", "platform@boreal.test", "/setup", false, 4},
	{"staff", "platform@boreal.test", "/setup/staff", false, 3},
	{"set-up of queues", "platform@boreal.test", "/setup/queues", false, 4},
	{"set-up of services", "platform@boreal.test", "/setup/services", false, 4},
	{"set-up of the catalog", "platform@boreal.test", "/setup/catalog", false, 4},
	{"set-up of hours", "platform@boreal.test", "/setup/calendar", false, 4},
}

func TestPagesTakeAsManyStatementsAsTheyMay(t *testing.T) {
	site := handlertest.New(t)
	for _, page := range pages {
		v := site.As(page.who)
		ask := v.Get
		if page.partial {
			ask = v.Partial
		}
		if got := ask(page.path); got.Status != 200 { // the first one fills caches: compiled rules and forms
			t.Fatalf("%s: %d", page.path, got.Status)
		}
		before := site.App.DB.Statements()
		body := ask(page.path).Body
		taken := site.App.DB.Statements() - before
		t.Logf("%s: %d statements, %d bytes", page.name, taken, len(body))
		if taken > page.statements {
			t.Errorf("%s takes %d statements, may take %d", page.name, taken, page.statements)
		}
	}
}

// BenchmarkPages says what the pages cost the program itself; PostgreSQL's part is not in its allocations.
func BenchmarkPages(b *testing.B) {
	site := handlertest.New(b)
	for _, page := range pages {
		b.Run(page.name, func(b *testing.B) {
			v := site.As(page.who)
			ask := v.Get
			if page.partial {
				ask = v.Partial
			}
			for b.Loop() {
				if got := ask(page.path); got.Status != 200 {
					b.Fatal(got.Status)
				}
			}
		})
	}
}
