package handlers_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"portico/db"
	"portico/handlers/desk"
	"portico/handlers/handlertest"

	"github.com/google/uuid"
)

// answers are those to an issue, ready to be changed.
func answers(more ...string) url.Values {
	form := url.Values{
		"account": {"100210"}, "all_locations": {"yes"}, "service": {"Hosted Voice"}, "issue_type": {"No dial tone"},
		"intermittent": {"no"}, "description": {"Nobody hears a tone."}, "submission": {uuid.NewString()},
	}
	for i := 0; i+1 < len(more); i += 2 {
		if more[i+1] == "" {
			form.Del(more[i])
			continue
		}
		form[more[i]] = strings.Split(more[i+1], "|")
	}
	return form
}

const (
	issueForm   = "/items/report-issue"
	issueFollow = "/items/report-issue/questions"
	issueCases  = "/items/report-issue/cases"
)

func TestCatalogPages(t *testing.T) {
	site := handlertest.New(t)
	v := site.As("customer@maple.test")
	for path, links := range map[string][]string{
		"/catalog":                   {"/items/report-issue", "/items/technical-change-request", "/items/billing-inquiry", "/catalog/technical-support"},
		"/catalog/technical-support": {"/items/technical-change-request"},
		"/catalog/customer-service":  {"/items/billing-inquiry"},
	} {
		for name, a := range map[string]*handlertest.Answer{"whole": v.Get(path), "partial": v.Partial(path)} {
			if a.Status != http.StatusOK || a.Has("html > body .bar") != (name == "whole") {
				t.Errorf("%s, %s: %d", path, name, a.Status)
			}
			for _, link := range links {
				if !a.Has(`a[href="` + link + `"]`) {
					t.Errorf("%s, %s: no link to %s", path, name, link)
				}
			}
		}
	}
	if a := v.Get("/catalog/nothing"); a.Status != http.StatusNotFound {
		t.Errorf("an unknown category: %d", a.Status)
	}
	for _, path := range []string{"/catalog", "/catalog/technical-support"} {
		if a := site.As("platform@boreal.test").Get(path); a.Status != http.StatusForbidden {
			t.Errorf("%s to who may open nothing: %d", path, a.Status)
		}
	}
	if a := site.As("colleague@maple.test").Get("/catalog/technical-support"); !strings.Contains(a.Text("h1"), "technique") {
		t.Errorf("in French: %q", a.Text("h1"))
	}
}

func TestFormPage(t *testing.T) {
	site := handlertest.New(t)
	v := site.As("customer@maple.test")
	whole := v.Get(issueForm)
	if whole.Status != http.StatusOK || !whole.Has("form#form[method=post][enctype='multipart/form-data']") || !whole.Has(".bar") {
		t.Fatalf("whole: %d %s", whole.Status, whole.Body)
	}
	if part := v.Partial(issueForm); part.Status != http.StatusOK || part.Has(".bar") || !part.Has("form#form") {
		t.Errorf("partial: %d", part.Status)
	}
	if !whole.Has("#q-account input[type=hidden][value='100210']") {
		t.Error("the one account there is stands not filled in")
	}
	if whole.Has("#question-locations") || whole.Has("#question-urgent_reason") || whole.Has("#question-additional_services") {
		t.Error("a question that does not apply is there")
	}
	for _, question := range []string{"all_locations", "service", "additional", "issue_type", "intermittent", "description", "urgent", "attachments"} {
		if !whole.Has("#question-" + question) {
			t.Errorf("question %s is missing", question)
		}
	}
	if n := whole.Page().Find("#form-aside .checklist li").Length(); n != 6 {
		t.Errorf("%d required, want 6: %s", n, whole.Text("#form-aside"))
	}
	if n := whole.Page().Find("#form-aside .checklist li[data-done]").Length(); n != 1 {
		t.Errorf("%d done, want the account alone", n)
	}
	if text := whole.Text("#form-aside .next-steps"); !strings.Contains(text, "Monday to Friday, 08:00 to 18:00") || !strings.Contains(text, "11:00") {
		t.Errorf("what happens next: %s", text)
	}
	for _, target := range whole.Page().Find("#form-aside .checklist a").EachIter() {
		if href, _ := target.Attr("href"); !whole.Has(`[id="` + strings.TrimPrefix(href, "#") + `"]`) {
			t.Errorf("%s leads nowhere", href)
		}
	}
	if a := v.Get("/items/nothing"); a.Status != http.StatusNotFound {
		t.Errorf("an unknown item: %d", a.Status)
	}
	if a := site.As("platform@boreal.test").Get(issueForm); a.Status != http.StatusForbidden {
		t.Errorf("a platform administrator: %d", a.Status)
	}
	if a := site.Nobody().Get(issueForm); a.Status != http.StatusSeeOther {
		t.Errorf("signed out: %d", a.Status)
	}
	prefilled := v.Get(issueForm + "?service=SD-WAN")
	if !prefilled.Has("#question-service option[value='SD-WAN'][selected], #question-service input[value='SD-WAN'][checked]") {
		t.Error("the address says which service, and the form does not")
	}
	if !prefilled.Has("#question-issue_type input[value='Packet loss']") {
		t.Error("the types of issue do not follow the service")
	}
}

func TestFormFollowsTheAnswers(t *testing.T) {
	site := handlertest.New(t)
	v := site.As("manager@maple.test")

	a := v.PostPartial(issueFollow, url.Values{"account": {"100210"}, "all_locations": {"no"}, "shown": {"account", "all_locations", "service", "description"}, "description": {"  as\nI type "}})
	if a.Status != http.StatusOK || a.Has(".bar") {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	if !a.Has("#question-locations[data-arrived] input[value='Moncton Office']") || a.Has("#question-locations input[value='Halifax Plant 1']") {
		t.Error("the chosen account's own locations are to appear")
	}
	if a.Has("#question-service[data-arrived]") {
		t.Error("a question that was there is called new")
	}
	if !strings.Contains(a.Text(`hx-partial[hx-target="#form-news"]`), "Choose the locations impacted") {
		t.Error("nobody is told of the new question")
	}
	if got := a.Page().Find("#q-description").Text(); got != "  as\nI type " {
		t.Errorf("what was typed comes back as %q", got)
	}
	if !a.Has(`hx-partial[hx-target="#form-aside"] .checklist li[data-done] a[href="#q-all_locations-yes"]`) {
		t.Error("what is answered is not ticked off")
	}

	a = v.PostPartial(issueFollow, url.Values{"account": {"100211"}, "all_locations": {"no"}, "locations": {"Moncton Office"}, "service": {"SIP Trunking"}})
	if a.Has("#question-locations input[value='Moncton Office']") || !a.Has("#question-locations input[value='Halifax Plant 1']") {
		t.Error("another account has other locations")
	}
	if a.Has("#question-service [value='SIP Trunking']") || !a.Has("#question-service [value='Co-Managed VPN']") {
		t.Error("another account has other services")
	}
	if !a.Has("#question-issue_type .help") {
		t.Error("the type of issue is to wait for the service")
	}

	a = v.PostPartial(issueFollow, url.Values{"account": {"200300"}})
	if a.Status != http.StatusOK || strings.Contains(a.Body, "Clinic") {
		t.Error("a foreign account shows what it has")
	}
	a = v.PostPartial(issueFollow, url.Values{"account": {"100210"}, "additional": {"yes"}, "service": {"SD-WAN"}})
	if !a.Has("#question-additional_services") || a.Has("#question-additional_services input[value='SD-WAN']") {
		t.Error("a service is offered again as an additional one")
	}
	if a := site.As("colleague@maple.test").Get(issueForm); !strings.Contains(a.Text("#question-all_locations legend"), "emplacements") {
		t.Errorf("in French: %s", a.Text("#question-all_locations legend"))
	}
}

func TestThreeFormsEndToEnd(t *testing.T) {
	site := handlertest.New(t)
	for _, c := range []struct {
		name, who, item string
		form            url.Values
		kind, short     string
	}{
		{"an issue", "customer@maple.test", "report-issue", answers(), "Issue", "No dial tone: Hosted Voice"},
		{"a change", "customer@maple.test", "technical-change-request",
			url.Values{"service": {"SD-WAN"}, "change_type": {"Change bandwidth"}}, "Change Request", "Change bandwidth: SD-WAN"},
		{"a bill", "customer@maple.test", "billing-inquiry",
			url.Values{"topic": {"Payment"}, "contact_by": {"email"}, "description": {"When is it due?"}}, "Billing Inquiry", "Payment"},
		{"an issue in French", "colleague@maple.test", "report-issue", answers(), "Issue", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, send := range []func(*handlertest.Visitor, string, url.Values) *handlertest.Answer{
				(*handlertest.Visitor).Post, (*handlertest.Visitor).PostPartial,
				func(v *handlertest.Visitor, path string, form url.Values) *handlertest.Answer {
					return v.Upload(path, form, false, handlertest.File{Field: "upload", Name: "trace.txt", Body: []byte("timeout")})
				},
			} {
				v := site.As(c.who)
				page := v.Get("/items/" + c.item)
				c.form.Set("submission", page.Page().Find("input[name=submission]").AttrOr("value", ""))
				a := send(v, "/items/"+c.item+"/cases", c.form)
				if a.Status != http.StatusSeeOther && a.Status != http.StatusOK || !strings.HasSuffix(a.Location(), "?done=opened") {
					t.Fatalf("%d to %q: %s", a.Status, a.Location(), a.Text("#form-errors"))
				}
				number, _, _ := strings.Cut(strings.TrimPrefix(a.Location(), "/cases/"), "?")
				kase := findCase(t, site, number)
				if kase.Type != c.kind || c.short != "" && kase.ShortDescription != c.short {
					t.Errorf("%s: %s", kase.Type, kase.ShortDescription)
				}
				if again := send(v, "/items/"+c.item+"/cases", c.form); again.Location() != a.Location() {
					t.Errorf("the same form again leads to %s", again.Location())
				}
			}
		})
	}
}

func findCase(t *testing.T, site *handlertest.Site, number string) db.Case {
	t.Helper()
	n, ok := db.ParseNumber(number)
	if !ok {
		t.Fatalf("no case number: %q", number)
	}
	kase, err := site.DB.FindCase(t.Context(), db.Scope{All: true}, n)
	if err != nil {
		t.Fatal(err)
	}
	return kase
}

func TestBadInput(t *testing.T) {
	site := handlertest.New(t)
	v := site.As("customer@maple.test")
	long := strings.Repeat("long text ", 200_000)
	for _, c := range []struct {
		name, key string
		form      url.Values
	}{
		{"a missing answer", "service", answers("service", "")},
		{"a choice that is not offered", "issue_type", answers("issue_type", "Packet loss")},
		{"a service the account does not have", "service", answers("service", "Co-Managed Toaster")},
		{"a foreign account", "account", answers("account", "200300")},
		{"an account that does not exist", "account", answers("account", "nothing")},
		{"a location of another account", "locations", answers("all_locations", "no", "locations", "Halifax Plant 1")},
		{"no location", "locations", answers("all_locations", "no")},
		{"2 MB of text", "description", answers("description", long)},
		{"a NUL byte", "description", answers("description", "a\x00b")},
		{"text that is not UTF-8", "description", answers("description", "a\xff\xfeb")},
		{"a wrong type", "all_locations", answers("all_locations", "perhaps")},
		{"two answers where one fits", "service", answers("service", "Hosted Voice|SD-WAN")},
		{"a reason that is asked and not given", "urgent_reason", answers("urgent", "yes")},
		{"blanks", "description", answers("description", "  \n ")},
	} {
		t.Run(c.name, func(t *testing.T) {
			for name, a := range map[string]*handlertest.Answer{
				"whole": v.Post(issueCases, c.form), "partial": v.PostPartial(issueCases, c.form),
				"with a file": v.Upload(issueCases, c.form, false, handlertest.File{Field: "upload", Name: "trace.txt", Body: []byte("timeout")}),
			} {
				if a.Status != http.StatusUnprocessableEntity || a.Has(".bar") == (name == "partial") {
					t.Fatalf("%s: %d", name, a.Status)
				}
				if !a.Has("#question-"+c.key+" .complaint") || !a.Has(".errors a[href^='#q-"+c.key+"']") {
					t.Errorf("%s: no complaint beside %s; complaints: %s", name, c.key, a.Text(".complaint"))
				}
				if href, _ := a.Page().Find(".errors a").First().Attr("href"); !a.Has(`[id="` + strings.TrimPrefix(href, "#") + `"]`) {
					t.Errorf("%s: %s leads nowhere", name, href)
				}
				if typed := c.form.Get("description"); strings.TrimSpace(typed) != "" && c.name != "a NUL byte" && c.name != "text that is not UTF-8" {
					if got := a.Page().Find("#q-description").Text(); strings.TrimSpace(got) != strings.TrimSpace(typed) {
						t.Errorf("%s: %d characters typed, %d come back", name, len(typed), len(got))
					}
				}
				if name == "with a file" && (!a.Has("li.upload-file input[name=files]") || a.Text("li.upload-file .upload-name") != "trace.txt") {
					t.Errorf("its file is not kept: %s", a.Text(".upload"))
				}
			}
		})
	}
	t.Run("nothing was opened", func(t *testing.T) {
		if a := v.Post(issueCases, answers("service", "")); strings.Contains(a.Location(), "CS") {
			t.Error(a.Location())
		}
	})
	if a := v.Post("/items/nothing/cases", answers()); a.Status != http.StatusNotFound {
		t.Errorf("an unknown item: %d", a.Status)
	}
	if a := v.Post(issueCases, answers("for", "999999")); a.Status != http.StatusNotFound {
		t.Errorf("for somebody who does not exist: %d", a.Status)
	}
	if a := v.Post(issueCases, answers("csrf", "forged")); a.Status != http.StatusForbidden {
		t.Errorf("a forged token: %d", a.Status)
	}
	if a := v.Do(http.MethodPost, issueCases, strings.NewReader(strings.Repeat("x", 9<<20)), "application/x-www-form-urlencoded", false); a.Status != http.StatusRequestEntityTooLarge {
		t.Errorf("9 MB of fields: %d", a.Status)
	}
}

func TestARefusedFormKeepsComplainingUntilPutRight(t *testing.T) {
	site := handlertest.New(t)
	v := site.As("customer@maple.test")
	form := answers("service", "", "issue_type", "", "intermittent", "", "refused", "yes", "shown", "account|all_locations|service|intermittent|description")
	a := v.PostPartial(issueFollow, form)
	if !a.Has("#question-service .complaint") || !a.Has("#question-intermittent .complaint") {
		t.Error("what is missing is no longer complained of")
	}
	form.Set("service", "SD-WAN")
	if a = v.PostPartial(issueFollow, form); a.Has("#question-service .complaint") || !a.Has("#question-intermittent .complaint") {
		t.Error("what was put right is complained of, or the rest is not")
	}
}

func TestFormWithoutScripts(t *testing.T) {
	site := handlertest.New(t)
	v := site.As("customer@maple.test")
	log := handlertest.File{Field: "upload", Name: "boot.log", Body: []byte("12:00 started")}
	page := v.Upload(issueFollow, answers("all_locations", "no"), false, log)
	if page.Status != http.StatusOK || !page.Has(".bar") || !page.Has("#question-locations") {
		t.Fatalf("%d", page.Status)
	}
	id := page.Page().Find("li.upload-file input[name=files]").AttrOr("value", "")
	if id == "" || !page.Has(`button[name=remove][formaction="`+issueFollow+`"][value="`+id+`"]`) {
		t.Fatal("the file that came with the form is not kept")
	}
	refused := v.Post(issueCases, answers("all_locations", "no", "files", id))
	if refused.Status != http.StatusUnprocessableEntity || !refused.Has(`li.upload-file input[name=files][value="`+id+`"]`) {
		t.Fatalf("refused: %d", refused.Status)
	}
	removed := v.Upload(issueFollow, answers("files", id, "remove", id), false, log)
	second := removed.Page().Find("li.upload-file input[name=files]")
	if second.Length() != 1 || second.AttrOr("value", "") == id {
		t.Errorf("one is removed, one comes along: %s", removed.Text(".uploads"))
	}
	a := v.Upload(issueCases, answers("all_locations", "no", "locations", "Moncton Office", "files", second.AttrOr("value", "")), false,
		handlertest.File{Field: "upload", Name: "photo.png", Body: []byte("\x89PNG\r\n\x1a\nxxxx")})
	if a.Status != http.StatusSeeOther {
		t.Fatalf("%d: %s", a.Status, a.Text(".errors"))
	}
	number, _, _ := strings.Cut(strings.TrimPrefix(a.Location(), "/cases/"), "?")
	events, err := site.DB.Events(t.Context(), db.Scope{All: true}, findCase(t, site, number).ID, false)
	if err != nil {
		t.Fatal(err)
	}
	if len(events) != 1 || len(events[0].Files) != 2 {
		t.Errorf("the case has %+v", events)
	}
}

func TestUploadRoutes(t *testing.T) {
	site := handlertest.New(t)
	site.App.Desk.TakeLimits(desk.Limits{FileBytes: 1000, Files: 2, BodyRunes: 20_000, Kinds: desk.DefaultLimits.Kinds})
	v := site.As("customer@maple.test")
	file := func(name, body string) handlertest.File {
		return handlertest.File{Field: "file", Name: name, Body: []byte(body)}
	}
	a := v.Upload("/uploads", nil, false, file("boot.log", "12:00 started"))
	if a.Status != http.StatusCreated || !strings.Contains(a.Body, `"name":"boot.log"`) {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	id := idIn(a.Body)
	for _, c := range []struct {
		name   string
		file   []handlertest.File
		status int
		words  string
	}{
		{"a file too large", []handlertest.File{file("big.txt", strings.Repeat("x", 2000))}, http.StatusRequestEntityTooLarge, "big.txt is larger than"},
		{"a type not allowed", []handlertest.File{file("setup.exe", "MZ\x90\x00\x03")}, http.StatusUnprocessableEntity, "setup.exe"},
		{"no file", nil, http.StatusUnprocessableEntity, "no file"},
	} {
		if a := v.Upload("/uploads", nil, false, c.file...); a.Status != c.status || !strings.Contains(a.Body, c.words) {
			t.Errorf("%s: %d %s", c.name, a.Status, a.Body)
		}
	}
	if a := v.Upload(issueCases, answers(), false, file("1.txt", "1"), file("2.txt", "2"), file("3.txt", "3")); a.Status != http.StatusUnprocessableEntity || !a.Has("#question-attachments .complaint") {
		t.Errorf("more files than fit: %d", a.Status)
	}
	if a := v.Upload(issueCases, answers(), false, file("big.txt", strings.Repeat("x", 2000)), file("ok.txt", "ok")); a.Status != http.StatusUnprocessableEntity || a.Text(".uploads .upload-name") != "ok.txt" {
		t.Errorf("one too large, one right: %d %s", a.Status, a.Text(".uploads"))
	}
	cut := "--b\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n" + v.Token() +
		"\r\n--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"half.txt\"\r\n\r\nhalf a fi"
	before := waitingFiles(t, site)
	if a := v.Do(http.MethodPost, "/uploads", strings.NewReader(cut), "multipart/form-data; boundary=b", false); a.Status != http.StatusBadRequest {
		t.Errorf("cut off half-way: %d %s", a.Status, a.Body)
	}
	late := strings.Replace(cut, "half a fi", "a whole file\r\n--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"other.txt\"\r\n\r\nhalf", 1)
	if a := v.Do(http.MethodPost, "/uploads", strings.NewReader(late), "multipart/form-data; boundary=b", false); a.Status != http.StatusBadRequest {
		t.Errorf("cut off in the second file: %d", a.Status)
	}
	unsigned := "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\nabc\r\n--b--\r\n"
	if a := v.Do(http.MethodPost, "/uploads", strings.NewReader(unsigned), "multipart/form-data; boundary=b", false); a.Status != http.StatusForbidden {
		t.Errorf("without a token: %d", a.Status)
	}
	if after := waitingFiles(t, site); after != before {
		t.Errorf("%d files kept of what was cut off", after-before)
	}
	if a := site.As("colleague@maple.test").Post("/uploads/"+id+"/removal", nil); a.Status != http.StatusNotFound {
		t.Errorf("a colleague removes it: %d", a.Status)
	}
	if a := site.As("colleague@maple.test").Post(issueCases, answers("files", id)); a.Status != http.StatusUnprocessableEntity {
		t.Errorf("a colleague submits it: %d", a.Status)
	}
	if a := v.Post("/uploads/"+id+"/removal", nil); a.Status != http.StatusNoContent {
		t.Errorf("removal: %d", a.Status)
	}
	if a := v.Post("/uploads/nonsense/removal", nil); a.Status != http.StatusNotFound {
		t.Errorf("removal of nothing: %d", a.Status)
	}
	if a := site.Nobody().Upload("/uploads", nil, true, file("a.txt", "a")); a.Status != http.StatusUnauthorized {
		t.Errorf("signed out: %d", a.Status)
	}
}

// idIn is the id of a file, as an answer to its upload says it.
func idIn(answer string) string {
	_, id, _ := strings.Cut(answer, `"id":"`)
	id, _, _ = strings.Cut(id, `"`)
	return id
}

func waitingFiles(t *testing.T, site *handlertest.Site) int64 {
	t.Helper()
	n, err := site.DB.CountUploads(t.Context(), site.Actor("customer@maple.test").Person.ID)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestOpeningForACaller(t *testing.T) {
	site := handlertest.New(t)
	agent := site.As("agent@boreal.test")
	if a := agent.Get(issueForm); a.Location() != issueForm+"/requesters" {
		t.Fatalf("staff are to choose the caller first: %d %s", a.Status, a.Location())
	}
	found := agent.Get(issueForm + "/requesters?q=harbour.test")
	if found.Status != http.StatusOK || !found.Has(".bar") || found.Page().Find("#callers li").Length() < 2 {
		t.Fatalf("callers: %d %s", found.Status, found.Text("#callers"))
	}
	if part := agent.Partial(issueForm + "/requesters?q=harbour.test"); part.Has(".bar") || !part.Has("#callers li") {
		t.Error("the list alone is asked for")
	}
	href := agent.Partial(issueForm+"/requesters?q=customer@harbour.test").Page().Find("#callers a").AttrOr("href", "")
	form := agent.Get(href)
	if form.Status != http.StatusOK || !strings.Contains(form.Text("#form-for"), "customer@harbour.test") {
		t.Fatalf("%s: %d", href, form.Status)
	}
	if !form.Has("input[name=account][value='200300']") || strings.Contains(form.Body, "Maple Foods") {
		t.Error("the choices are to be the caller's")
	}
	id := form.Page().Find("input[name=for]").AttrOr("value", "")
	a := agent.Post(issueCases, answers("account", "200300", "for", id))
	if a.Status != http.StatusSeeOther {
		t.Fatalf("%d %s", a.Status, a.Text(".errors"))
	}
	number, _, _ := strings.Cut(strings.TrimPrefix(a.Location(), "/cases/"), "?")
	if kase := findCase(t, site, number); kase.Origin != "phone" || kase.RequesterID == kase.OpenedBy {
		t.Errorf("%+v", kase)
	}
	if a := agent.Post(issueCases, answers()); a.Status != http.StatusBadRequest {
		t.Errorf("for nobody: %d", a.Status)
	}
	if a := site.As("customer@maple.test").Get(issueForm + "/requesters"); a.Status != http.StatusForbidden {
		t.Errorf("a customer looks for others: %d", a.Status)
	}
	if a := site.As("customer@maple.test").Get(issueForm); a.Has("#form-for") {
		t.Error("a customer is offered what they may not do")
	}
	if a := site.As("manager@maple.test").Get(issueForm); !a.Has("#form-for a[href^='" + issueForm + "/requesters']") {
		t.Error("a case manager is not offered to open for others")
	}
}

func BenchmarkFormRefresh(b *testing.B) {
	site := handlertest.New(b)
	v := site.As("manager@maple.test")
	form := answers("all_locations", "no")
	for b.Loop() {
		if a := v.PostPartial(issueFollow, form); a.Status != http.StatusOK {
			b.Fatal(a.Status)
		}
	}
}

func BenchmarkFormSubmit(b *testing.B) {
	site := handlertest.New(b)
	v := site.As("customer@maple.test")
	for b.Loop() {
		if a := v.PostPartial(issueCases, answers()); a.Status != http.StatusOK {
			b.Fatal(a.Status, a.Body)
		}
	}
}
