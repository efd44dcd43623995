package handlers_test

import (
	"encoding/csv"
	"go/ast"
	"go/parser"
	"go/token"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"portico/db"
	"portico/handlers"
	"portico/handlers/handlertest"
	"portico/views"
)

func TestStaffsLooksAreAudited(t *testing.T) {
	t.Parallel()
	s := handlertest.New(t)
	agent, platform := s.As("agent@boreal.test"), s.As("platform@boreal.test")
	cases := numbersIn(s.As("customer@maple.test").Get("/cases"))
	if len(cases) == 0 {
		t.Fatal("the customer has no case")
	}
	number := cases[0].String()
	log := func() []string {
		var said []string
		page := platform.Get("/audit?looks=yes&about=" + number).Page()
		for _, line := range page.Find(".log-said").EachIter() {
			said = append(said, strings.Join(strings.Fields(line.Text()), " "))
		}
		return said
	}
	if got := log(); len(got) != 0 {
		t.Fatalf("looks of contacts are in the log: %q", got)
	}
	agent.Get("/cases/" + number)
	agent.Partial("/cases/" + number + "/live")
	agent.Get("/cases/" + number)
	got := log()
	if len(got) != 1 || !strings.Contains(got[0], "looked at the case · "+number) || !strings.HasPrefix(got[0], s.Actor("agent@boreal.test").Person.Name()) {
		t.Fatalf("one look, and its parts: %q", got)
	}
	s.SetClock(s.Desk.Clock().Add(6 * time.Minute))
	agent.Get("/cases/" + number)
	if got := log(); len(got) != 2 {
		t.Errorf("a look later on: %q", got)
	}
	agent.Get("/cases/CS9999999")
	if agent.Get("/cases?q=Zebra+Quagga&state=open"); !strings.Contains(platform.Get("/audit?looks=yes&action=cases.").Text("main"), "looked at a list of cases") {
		t.Error("a look at a list is not in the log")
	}
	if text := platform.Get("/audit?looks=yes").Text("main"); strings.Contains(text, "Zebra") || strings.Contains(text, "CS9999999") {
		t.Error("what somebody typed, or never saw, is in the log")
	}
	if text := platform.Get("/audit").Text(".log"); strings.Contains(text, "looked") {
		t.Errorf("looks are shown unasked: %q", text)
	}
}

func TestAuditIsForPlatformAdministrators(t *testing.T) {
	t.Parallel()
	s := handlertest.New(t)
	for who, want := range map[string]int{"admin@maple.test": 404, "agent@boreal.test": 403, "lead@boreal.test": 403, "platform@boreal.test": 200} {
		for _, path := range []string{"/audit", "/audit.csv"} {
			if got := s.As(who).Get(path).Status; got != want {
				t.Errorf("%s, %s: %d, want %d", path, who, got, want)
			}
		}
	}
	platform := s.As("platform@boreal.test")
	for path, want := range map[string]string{
		"/audit?who=nobody@nowhere.test": "Nobody has the address",
		"/audit?about=%23abc":            "There is no person, case or account",
		"/audit?action=no.such":          "Nothing found",
		"/audit?from=nonsense&before=-5": "Audit log",
		"/audit?from=2999-01-01":         "No entry fits",
	} {
		got := platform.Get(path)
		if got.Status != http.StatusOK || !strings.Contains(got.Text("main"), want) {
			t.Errorf("%s: %d %q", path, got.Status, got.Text("main"))
		}
	}
}

func TestAuditPagesAndExport(t *testing.T) {
	t.Parallel()
	s := handlertest.New(t)
	platform := s.As("platform@boreal.test")
	who := s.Actor("platform@boreal.test").Person.ID
	for i := range 120 {
		e := db.AuditEntry{At: s.Desk.Clock(), ActorID: who, Action: "test.count", Subject: "account", SubjectID: 1, Detail: map[string]any{"nth": i, "tier": "=1+1"}}
		if err := s.Desk.DB.Audit(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	seen := 0
	for path := "/audit?" + (url.Values{"action": {"test.count"}, "who": {"platform@boreal.test"}}).Encode(); path != ""; {
		page := platform.Get(path).Page()
		seen += page.Find(".log-line").Length()
		path, _ = page.Find("a[rel=next]").Attr("href")
	}
	if seen != 120 {
		t.Errorf("%d entries on all pages", seen)
	}
	answer := platform.Get("/audit.csv?action=test.count")
	if got := answer.Header.Get("Content-Disposition"); !strings.Contains(got, "audit.csv") {
		t.Errorf("it is called %q", got)
	}
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(answer.Body, "\ufeff"))).ReadAll()
	if err != nil || len(rows) != 121 {
		t.Fatalf("%d lines, %v", len(rows), err)
	}
	if rows[1][2] != strconv.FormatInt(who, 10) || rows[1][4] != "test.count" || !strings.Contains(rows[1][9], `"nth": 119`) && !strings.Contains(rows[1][9], `"nth":119`) {
		t.Errorf("the first is %q", rows[1])
	}
	if !strings.Contains(platform.Get("/audit").Text("main"), "exported the audit log") {
		t.Error("the export is not in the log")
	}
}

// The program's own role can only add to the log.
func TestAuditIsOnlyAddedTo(t *testing.T) {
	t.Parallel()
	s := handlertest.New(t)
	for _, sql := range []string{"update audit set action = 'x'", "delete from audit", "truncate audit", "drop table audit"} {
		if _, err := s.Desk.DB.Pool().Exec(t.Context(), sql); err == nil || !strings.Contains(err.Error(), "42501") {
			t.Errorf("%s: %v", sql, err)
		}
	}
}

// What becomes of a case stands in the log too, each once, without what was said.
func TestCasesAreAudited(t *testing.T) {
	t.Parallel()
	s := handlertest.New(t)
	agent, platform := s.As("agent@boreal.test"), s.As("platform@boreal.test")
	number := numbersIn(s.As("customer@maple.test").Get("/cases"))[0].String()
	agent.Get("/cases/" + number)
	if got := agent.Post("/cases/"+number+"/notes", url.Values{"body": {"the zebra is loose"}}); got.Status != http.StatusSeeOther {
		t.Fatalf("note: %d", got.Status)
	}
	page := platform.Get("/audit?about=" + number)
	if text := page.Text(".log"); !strings.Contains(text, "wrote an internal note on the case · "+number) || strings.Contains(text, "zebra") {
		t.Errorf("the log says %q", text)
	}
}

// Every action that the log knows, and every kind of event, has words in both languages.
func TestAuditActionsHaveWords(t *testing.T) {
	t.Parallel()
	file, err := parser.ParseFile(token.NewFileSet(), "../db/auditactions.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	ast.Inspect(file, func(n ast.Node) bool {
		value, ok := n.(*ast.BasicLit)
		if !ok || value.Kind != token.STRING {
			return true
		}
		action, _ := strconv.Unquote(value.Value)
		found++
		group, _, _ := strings.Cut(action, ".")
		for _, lang := range views.Languages {
			if views.AuditWords(lang, db.AuditAction(action)) == action {
				t.Errorf("%s: %q has no words", lang, action)
			}
			if views.AuditGroup(lang, group) == group {
				t.Errorf("%s: the group %q has no words", lang, group)
			}
		}
		return true
	})
	for _, kind := range []db.EventKind{db.Opened, db.Comment, db.Note, db.Requested, db.Changed, db.Resolved, db.Reopened, db.AutoClosed} {
		for _, lang := range views.Languages {
			if action := "case." + string(kind); views.AuditWords(lang, db.AuditAction(action)) == action {
				t.Errorf("%s: %q has no words", lang, action)
			}
		}
	}
	if found < 5 {
		t.Errorf("only %d actions: is this still their file?", found)
	}
}

// What shows nothing that is a customer's, or only the asker's own. A new page stands here, or is noted when one of the
// provider's people looks at it.
var unnoted = []string{
	// Getting in, and oneself.
	"/sign-in", "/sign-up", "/general-request", "/forgotten-password", "/links/:token", "/unsubscribe/:token", "/password", "/email", "/sessions",
	"/profile", "/people/:id<int>/picture", "/cases/views", "/preferences", "/notifications",
	// What the provider publishes and sets up, with a customer's names at the most.
	"/", "/status", "/knowledge", "/knowledge/:slug", "/catalog", "/catalog/:category", "/items/:item", "/licences", "/components", "/policy",
	"/rules", "/setup", "/audit", "/live",
	// What machines ask.
	"/healthz", "/readyz", "/static/:name", "/favicon.ico",
	// Noted by what they do themselves.
	"/audit.csv", "/contacts/export.csv", "/cases.csv", "/why",
	// Empty forms.
	"/contacts/new", "/accounts/new", "/contacts/import", "/contacts/import/template.csv",
}

func TestEveryLookIsNotedOrNone(t *testing.T) {
	t.Parallel()
	for _, r := range handlers.Routes() {
		if r.Method != http.MethodGet || r.Looked || slices.Contains(unnoted, r.Path) {
			continue
		}
		if strings.HasPrefix(r.Path, "/setup/") || strings.HasPrefix(r.Path, "/rules/") {
			continue
		}
		t.Errorf("%s: is it a look at what is a customer's?", r.Path)
	}
}
