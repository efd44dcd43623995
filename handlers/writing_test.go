package handlers_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"portico/db"
	"portico/db/dbtest"
	"portico/handlers/desk"
	"portico/handlers/handlertest"

	"github.com/google/uuid"
)

// window is a window in which somebody writes to a case: its form, as it came up.
type window struct {
	*handlertest.Visitor
	form handlertest.Form
	path string
}

func writeIn(t *testing.T, v *handlertest.Visitor, path string) *window {
	t.Helper()
	w := &window{Visitor: v, form: v.Get(path).Form("#reply"), path: path + "/replies"}
	if !w.form.Found {
		t.Fatalf("%s has no form to reply by", path)
	}
	return w
}

// keep keeps what is written, as scripts do while one types.
func (w *window) keep(body string, files ...string) *handlertest.Answer {
	w.form.Set("body", body)
	w.form.Set("files", files...)
	a := w.PostPartial(w.path+"/draft", w.form.Values)
	w.form.Set("draft", a.Page().Find("input[name=draft]").AttrOr("value", ""))
	return a
}

func (w *window) says() string { return w.form.Values.Get("body") }

func TestDraftOfAReply(t *testing.T) {
	site := handlertest.New(t)
	v := site.As("customer@maple.test")
	n := aCase(t, site, "customer@maple.test", db.Open, db.New)
	path := "/cases/" + n.String()

	t.Run("it is there again, with its files, in another window", func(t *testing.T) {
		one := writeIn(t, v, path)
		if one.says() != "" || one.form.Values.Get("draft") != "" {
			t.Fatalf("at first: %v", one.form.Values)
		}
		file := idIn(v.Upload("/uploads", nil, false, handlertest.File{Field: "file", Name: "lights.txt", Body: []byte("all off")}).Body)
		if a := one.keep("  So far,\nand no further ", file); a.Status != http.StatusOK || !strings.Contains(a.Text(".draft-kept"), "Draft saved") {
			t.Fatalf("%d %s", a.Status, a.Body)
		}
		again := writeIn(t, v, path)
		if again.says() != "  So far,\nand no further " || again.form.Values.Get("files") != file || again.form.Values.Get("draft") != one.form.Values.Get("draft") {
			t.Errorf("%v", again.form.Values)
		}
		for _, other := range []string{"colleague@maple.test", "manager@maple.test", "agent@boreal.test", "platform@boreal.test"} {
			if a := site.As(other).Get(path); strings.Contains(a.Body, "no further") || strings.Contains(a.Body, "lights.txt") {
				t.Errorf("%s sees it", other)
			}
		}
	})
	t.Run("two windows lose nothing", func(t *testing.T) {
		one, other := writeIn(t, v, path), writeIn(t, v, path)
		one.keep("from one")
		stale := other.keep("from the other")
		if stale.Status != http.StatusConflict || stale.Page().Find("#draft-other").Text() != "from one" || stale.Has(".draft-kept") {
			t.Fatalf("%d %s", stale.Status, stale.Body)
		}
		if one.keep("from one, going on"); writeIn(t, v, path).says() != "from one, going on" {
			t.Error("what was kept is gone")
		}
		stale = other.keep("from the other, going on")
		mark := stale.Page().Find("button[name=over]").AttrOr("value", "")
		if stale.Status != http.StatusConflict || stale.Page().Find("#draft-other").Text() != "from one, going on" || mark == "" {
			t.Fatalf("%d %s", stale.Status, stale.Body)
		}
		other.form.Set("over", mark)
		if a := other.keep("from the other, chosen"); a.Status != http.StatusOK {
			t.Errorf("chosen: %d", a.Status)
		}
		if stale := one.keep("from one, late"); stale.Status != http.StatusConflict || stale.Page().Find("#draft-other").Text() != "from the other, chosen" {
			t.Errorf("the first: %d %s", stale.Status, stale.Body)
		}
		// Sent from a window that has not seen what the other kept, that stays.
		if a := one.Post(one.path, one.form.Values); a.Status != http.StatusSeeOther {
			t.Fatalf("sent: %d", a.Status)
		}
		if got := writeIn(t, v, path).says(); got != "from the other, chosen" {
			t.Errorf("the other's: %q", got)
		}
	})
	t.Run("without scripts what is written comes back beside what another window kept", func(t *testing.T) {
		one, other := writeIn(t, v, path), writeIn(t, v, path)
		one.keep("kept by one")
		other.form.Set("body", "typed in the other")
		a := other.Post(other.path+"/draft", other.form.Values)
		if a.Status != http.StatusConflict || a.Page().Find("#reply-body").Text() != "typed in the other" || a.Page().Find("#draft-other").Text() != "kept by one" {
			t.Errorf("%d %s", a.Status, a.Text("#reply"))
		}
	})
	t.Run("sent, it is gone, however late it is kept", func(t *testing.T) {
		one := writeIn(t, v, path)
		one.keep("to be sent")
		late := *one
		late.form.Values = url.Values{}
		for name, values := range one.form.Values {
			late.form.Values[name] = values
		}
		if a := one.PostPartial(one.path, one.form.Values); a.Status != http.StatusOK || a.Page().Find("#reply-body").Text() != "" || a.Has(".draft-kept") {
			t.Fatalf("sent: %d %s", a.Status, a.Text("#reply"))
		}
		if a := late.keep("to be sent"); a.Status != http.StatusOK || a.Has(".draft-kept") {
			t.Errorf("kept late: %d %s", a.Status, a.Body)
		}
		if got := writeIn(t, v, path).says(); got != "" {
			t.Errorf("it is back: %q", got)
		}
		// What was on its way as the reply was sent, and was kept by whoever was quicker, is over as well.
		_, err := site.DB.Pool().Exec(context.Background(), `insert into reply_drafts (person_id, case_id, body, files, submission, saved_at) values ($1, $2, 'to be sent', '{}', $3, $4)`,
			site.Actor("customer@maple.test").Person.ID, n, one.form.Values.Get("submission"), dbtest.Now)
		if err != nil {
			t.Fatal(err)
		}
		if got := writeIn(t, v, path).says(); got != "" {
			t.Errorf("it is back: %q", got)
		}
		if a := writeIn(t, v, path).keep("the next"); a.Status != http.StatusOK || !a.Has(".draft-kept") {
			t.Errorf("the next: %d %s", a.Status, a.Body)
		}
	})
	t.Run("emptied, it is gone", func(t *testing.T) {
		one := writeIn(t, v, path)
		if a := one.keep(" \n"); a.Status != http.StatusOK || a.Has(".draft-kept") || writeIn(t, v, path).says() != "" {
			t.Errorf("%d %s", a.Status, a.Body)
		}
	})
	t.Run("discarded, it is gone with its files; what another window has kept is not", func(t *testing.T) {
		file := idIn(v.Upload("/uploads", nil, false, handlertest.File{Field: "file", Name: "more.txt", Body: []byte("more")}).Body)
		one := writeIn(t, v, path)
		one.keep("to be discarded", file)
		other := writeIn(t, v, path)
		other.keep("kept by the other", file)
		if a := one.PostPartial(one.path+"/draft/removal", one.form.Values); a.Status != http.StatusOK || a.Page().Find("#reply-body").Text() != "kept by the other" {
			t.Errorf("of the other: %d %s", a.Status, a.Text("#reply"))
		}
		if a := other.PostPartial(other.path+"/draft/removal", other.form.Values); a.Status != http.StatusOK || a.Page().Find("#reply-body").Text() != "" {
			t.Errorf("one's own: %d", a.Status)
		}
		if a := v.Get("/files/" + file); a.Status != http.StatusNotFound {
			t.Errorf("its file: %d", a.Status)
		}
	})
	t.Run("what is too long is not kept, and it says so", func(t *testing.T) {
		one := writeIn(t, v, path)
		if a := one.keep(strings.Repeat("é", desk.DefaultLimits.BodyRunes+1)); a.Status != http.StatusUnprocessableEntity || !a.Has(".complaint") {
			t.Errorf("%d %s", a.Status, a.Body)
		}
	})
	t.Run("another's files are not kept", func(t *testing.T) {
		file := idIn(site.As("colleague@maple.test").Upload("/uploads", nil, false, handlertest.File{Field: "file", Name: "theirs.txt", Body: []byte("x")}).Body)
		one := writeIn(t, v, path)
		one.keep("with their file", file)
		if got := writeIn(t, v, path).form.Values["files"]; len(got) != 0 {
			t.Errorf("%v", got)
		}
	})
}

// TestDraftsAreTheirWritersAlone: whatever is asked for, PostgreSQL shows nobody what another has begun to write.
func TestDraftsAreTheirWritersAlone(t *testing.T) {
	site := handlertest.New(t)
	v, writer := site.As("customer@maple.test"), site.Actor("customer@maple.test")
	n := aCase(t, site, "customer@maple.test", db.Open, db.New)
	writeIn(t, v, "/cases/"+n.String()).keep("for me alone")
	if a := v.PostPartial(issueDraft, answers()); !a.Has(".draft-kept") {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	for who, email := range everyone {
		wall := db.Wall{}
		if who != "nobody" {
			wall = site.App.Judge.Wall(site.Actor(email))
		}
		ctx := db.Behind(t.Context(), wall)
		_, reply := site.App.DB.ReplyDraft(ctx, writer.Person.ID, n)
		_, form := site.App.DB.FormDraft(ctx, writer.Person.ID, "report-issue", 0)
		list, err := site.App.DB.FormDrafts(ctx, writer.Person.ID, db.AccountScope{All: true}, 10)
		if err != nil {
			t.Fatal(err)
		}
		if sees := who == "customer"; (reply == nil) != sees || (form == nil) != sees || (len(list) == 1) != sees {
			t.Errorf("%s: the reply %v, the form %v, the list %d", who, reply, form, len(list))
		}
		if _, err := site.App.DB.DropReplyDraft(ctx, writer.Person.ID, n, uuid.Nil, uuid.Nil); err != nil {
			t.Fatal(err)
		}
	}
}

func TestDraftsAreSwept(t *testing.T) {
	site := handlertest.New(t)
	v := site.As("customer@maple.test")
	path := "/cases/" + aCase(t, site, "customer@maple.test", db.Open, db.New).String()
	upload := func(name string) string {
		return idIn(v.Upload("/uploads", nil, false, handlertest.File{Field: "file", Name: name, Body: []byte("some words")}).Body)
	}
	there := func(file string) bool { return v.Get("/files/"+file).Status == http.StatusOK }
	sweep := func(after time.Duration) {
		t.Helper()
		site.SetClock(dbtest.Now.Add(after))
		ctx := db.AsSystem(t.Context(), "sweep")
		if err := site.App.Desk.ForgetDrafts(ctx); err != nil {
			t.Fatal(err)
		}
		if _, err := site.App.Desk.DiscardUploads(ctx); err != nil {
			t.Fatal(err)
		}
	}
	replied, filled, loose := upload("reply.txt"), upload("form.txt"), upload("loose.txt")
	w := writeIn(t, v, path)
	w.keep("so far", replied)
	if a := v.PostPartial("/items/report-issue/draft", answers("files", filled)); !a.Has(".draft-kept") {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	sweep(desk.UploadLife + time.Hour)
	if there(loose) || !there(replied) || !there(filled) {
		t.Errorf("after a day: loose %v, of the reply %v, of the form %v", there(loose), there(replied), there(filled))
	}
	if a := writeIn(t, v, path); a.says() != "so far" || a.form.Values.Get("files") != replied {
		t.Errorf("the reply: %v", a.form.Values)
	}
	sweep(desk.DraftLife + time.Hour)
	site.SetClock(dbtest.Now) // for the session
	if there(replied) || there(filled) || writeIn(t, v, path).says() != "" || v.Get("/").Has("#drafts") {
		t.Error("after a month something is left")
	}
}

func TestPreviewOfAReply(t *testing.T) {
	site := handlertest.New(t)
	v := site.As("customer@maple.test")
	path := "/cases/" + aCase(t, site, "customer@maple.test", db.Open, db.New).String()
	w := writeIn(t, v, path)
	w.form.Set("body", "It is **still** down <script>alert(1)</script>\n\n> as before")
	for name, a := range map[string]*handlertest.Answer{"part": v.PostPartial(w.path+"/preview", w.form.Values), "whole": v.Post(w.path+"/preview", w.form.Values)} {
		if a.Status != http.StatusOK || a.Text(".reply-preview strong") != "still" || strings.Contains(a.Body, "<script>alert") || a.Has(".bar") != (name == "whole") {
			t.Errorf("%s: %d %s", name, a.Status, a.Text(".reply-preview"))
		}
		if name == "whole" && a.Page().Find("#reply-body").Text() != w.says() {
			t.Errorf("what is written: %q", a.Page().Find("#reply-body").Text())
		}
	}
	if a := v.Get(path); strings.Contains(a.Body, "still") && a.Has("#reply-body:contains('still')") {
		t.Error("it was kept, and nobody asked for that")
	}
}

const issueDraft = "/items/report-issue/draft"

func TestDraftOfAForm(t *testing.T) {
	site := handlertest.New(t)
	v := site.As("manager@maple.test")
	const home, other = "/", "/items/billing-inquiry"
	file := idIn(v.Upload("/uploads", nil, false, handlertest.File{Field: "file", Name: "lights.txt", Body: []byte("all off")}).Body)
	form := answers("all_locations", "no", "locations", "Moncton Office", "description", "Half-way through", "files", file)
	kept := v.PostPartial(issueDraft, form)
	if kept.Status != http.StatusOK || !kept.Has(".draft-kept") {
		t.Fatalf("%d %s", kept.Status, kept.Body)
	}
	mark := kept.Page().Find("input[name=draft]").AttrOr("value", "")

	t.Run("home and the item's page offer it", func(t *testing.T) {
		if a := v.Get(home); !a.Has("#drafts a[href='" + issueForm + "']") {
			t.Errorf("home: %s", a.Text("#drafts"))
		}
		a := v.Get(issueForm)
		f := a.Form("#form")
		if !a.Has("#resumed") || f.Values.Get("description") != "Half-way through" || f.Values.Get("locations") != "Moncton Office" || f.Values.Get("files") != file || f.Values.Get("draft") != mark {
			t.Errorf("%v", f.Values)
		}
		if a := v.Get(other); a.Has("#resumed") || a.Has(".draft-kept") {
			t.Error("another item's form has it")
		}
		for _, who := range []string{"customer@maple.test", "colleague@maple.test", "admin@maple.test"} {
			v := site.As(who)
			if strings.Contains(v.Get(issueForm).Body, "Half-way") || v.Get(home).Has("#drafts") {
				t.Errorf("%s sees it", who)
			}
		}
	})
	t.Run("a form that is filled in by its address is, and offers it", func(t *testing.T) {
		a := v.Get(issueForm + "?account=100210&service=SD-WAN")
		if a.Has("#resumed") || a.Form("#form").Values.Get("description") != "" || !a.Has("#form-offer a[href='"+issueForm+"']") {
			t.Errorf("%s", a.Text("#form-draft"))
		}
		f := a.Form("#form")
		f.Set("description", "Another matter")
		if stale := v.PostPartial(issueDraft, f.Values); stale.Status != http.StatusConflict || !stale.Has(".draft-other") {
			t.Errorf("kept over it: %d", stale.Status)
		}
		if v.Get(issueForm).Form("#form").Values.Get("description") != "Half-way through" {
			t.Error("it is lost")
		}
		chosen := v.Get(issueForm + "?account=100210&service=SD-WAN")
		f = chosen.Form("#form")
		f.Set("over", chosen.Page().Find("#offer-replace").AttrOr("value", ""))
		f.Set("description", "The other matter")
		if a := v.PostPartial(issueDraft, f.Values); a.Status != http.StatusOK || !a.Has("hx-partial[hx-target='#form-offer']") {
			t.Errorf("chosen: %d %s", a.Status, a.Body)
		}
		back := v.Get(issueForm).Form("#form")
		if back.Values.Get("description") != "The other matter" || back.Values.Get("service") != "SD-WAN" {
			t.Errorf("%v", back.Values)
		}
		back.Set("description", "Half-way through")
		v.PostPartial(issueDraft, back.Values)
	})
	t.Run("for somebody else there is another", func(t *testing.T) {
		plants := personID(t, site, "plant@maple.test")
		f := v.Get(draftOf(plants)).Form("#form")
		f.Set("description", "For the plant")
		if a := v.PostPartial(issueDraft, f.Values); a.Status != http.StatusOK {
			t.Fatalf("%d %s", a.Status, a.Body)
		}
		if got := v.Get(draftOf(plants)).Form("#form").Values.Get("description"); got != "For the plant" {
			t.Errorf("theirs: %q", got)
		}
		if got := v.Get(issueForm).Form("#form").Values.Get("description"); got != "Half-way through" {
			t.Errorf("one's own: %q", got)
		}
		if a := v.Get(home); a.Page().Find("#drafts li").Length() != 2 {
			t.Errorf("home: %s", a.Text("#drafts"))
		}
		// Once they are out of reach, so is what was begun for them.
		if _, err := site.DB.Pool().Exec(t.Context(), `update people set account_id = (select id from accounts where client_number = '100220') where id = $1`, plants); err != nil {
			t.Fatal(err)
		}
		if a := v.Get(home); a.Page().Find("#drafts li").Length() != 1 || v.Get(draftOf(plants)).Status != http.StatusNotFound {
			t.Errorf("out of reach: %s", a.Text("#drafts"))
		}
	})
	t.Run("without scripts it is kept by a button", func(t *testing.T) {
		f := v.Get(issueForm).Form("#form")
		f.Set("description", "By the button")
		a := v.Post(issueDraft, f.Values)
		if a.Status != http.StatusSeeOther || a.Location() != issueForm+"?done=draft-kept" {
			t.Fatalf("%d %s", a.Status, a.Location())
		}
		if got := v.Get(a.Location()).Form("#form").Values.Get("description"); got != "By the button" {
			t.Errorf("%q", got)
		}
	})
	t.Run("submitted, it is gone, however late it is kept", func(t *testing.T) {
		f := v.Get(issueForm).Form("#form")
		for name, values := range answers() {
			if name != "submission" {
				f.Set(name, values...)
			}
		}
		f.Values.Del("locations")
		if a := v.Post(issueCases, f.Values); a.Status != http.StatusSeeOther {
			t.Fatalf("%d %s", a.Status, a.Text(".errors"))
		}
		if a := v.PostPartial(issueDraft, f.Values); a.Status != http.StatusOK || a.Has(".draft-kept") {
			t.Errorf("kept late: %d %s", a.Status, a.Body)
		}
		if a := v.Get(issueForm); a.Has("#resumed") || a.Form("#form").Values.Get("description") != "" || v.Get(home).Has("#drafts") {
			t.Error("it is still there")
		}
	})
	t.Run("discarded from home, it is gone with its files", func(t *testing.T) {
		file := idIn(v.Upload("/uploads", nil, false, handlertest.File{Field: "file", Name: "a.txt", Body: []byte("x")}).Body)
		v.PostPartial(issueDraft, answers("files", file))
		form := v.Get(home).Form("#drafts form")
		if a := v.Submit(form); a.Status != http.StatusSeeOther || a.Location() != "/?done=draft-discarded" {
			t.Fatalf("%d %s", a.Status, a.Location())
		}
		if v.Get(home).Has("#drafts") || v.Get("/files/"+file).Status != http.StatusNotFound {
			t.Error("something is left of it")
		}
	})
	t.Run("more than a form can hold is not kept", func(t *testing.T) {
		if a := v.PostPartial(issueDraft, answers("description", strings.Repeat("x", 600_000))); a.Status != http.StatusUnprocessableEntity || !a.Has(".complaint") {
			t.Errorf("%d", a.Status)
		}
		many := answers()
		for range 300 {
			many.Set(uuid.NewString(), "x")
		}
		if a := v.PostPartial(issueDraft, many); a.Status != http.StatusUnprocessableEntity {
			t.Errorf("many: %d", a.Status)
		}
	})
	t.Run("what is no text is made such", func(t *testing.T) {
		if a := v.PostPartial(issueDraft, answers("description", "a\x00b\xff", "k\x00\xff", "x")); a.Status != http.StatusOK || !a.Has(".draft-kept") {
			t.Errorf("%d %s", a.Status, a.Body)
		}
		if got := v.Get(issueForm).Form("#form").Values.Get("description"); got != "ab\uFFFD" {
			t.Errorf("%q", got)
		}
	})
}

func draftOf(requester int64) string {
	return issueForm + "?for=" + id(db.Number(requester))
}
