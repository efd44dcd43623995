package handlers_test

import (
	"net/http"
	"strings"
	"testing"

	"portico/db"
	"portico/handlers/handlertest"
)

func TestWhatMayBeAttachedBySetting(t *testing.T) {
	site := handlertest.New(t)
	other := handlertest.Over(t, site.DB) // a second copy of the portal
	alex, v, elsewhere := site.As("platform@boreal.test"), site.As("customer@maple.test"), other.As("customer@maple.test")
	text := handlertest.File{Field: "file", Name: "boot.log", Body: []byte("12:00 started")}
	zip := handlertest.File{Field: "file", Name: "all.zip", Body: []byte("PK\x03\x04" + strings.Repeat("\x00", 26) + "a.log")}
	large := handlertest.File{Field: "file", Name: "large.log", Body: []byte(strings.Repeat("x", 1_000_001))}

	set := alex.Get("/setup/portal").Form("#portal-form")
	if set.Values.Get("file_megabytes") != "25" || set.Values.Get("file_count") != "10" || len(set.Values["file_kinds"]) != 4 {
		t.Fatalf("at first: %v", set.Values)
	}
	if a := v.Upload("/uploads", nil, false, zip); a.Status != http.StatusUnprocessableEntity || !strings.Contains(a.Body, "only pictures, PDF and office documents, text, logs and CSV and recordings") {
		t.Errorf("a packed folder: %d %s", a.Status, a.Body)
	}
	for _, wrong := range []struct{ field, value string }{{"file_megabytes", "0"}, {"file_megabytes", "501"}, {"file_megabytes", "many"}, {"file_count", "51"}, {"file_count", ""}, {"file_kinds", "programs"}} {
		form := alex.Get("/setup/portal").Form("#portal-form")
		form.Set(wrong.field, wrong.value)
		if a := alex.Submit(form); a.Status != http.StatusUnprocessableEntity || a.Page().Find("#portal-form .complaint").Length() != 1 {
			t.Errorf("%s = %q: %d, %s", wrong.field, wrong.value, a.Status, a.Text(".complaint"))
		}
	}
	set.Set("file_megabytes", "1")
	set.Set("file_count", "3")
	set.Set("file_kinds", "archives", "pictures")
	if a := alex.Submit(set); a.Status != http.StatusSeeOther {
		t.Fatalf("saved: %d %s", a.Status, a.Text(".complaint"))
	}
	follow := func() bool { return elsewhere.Upload("/uploads", nil, false, zip).Status == http.StatusCreated }
	if follow() {
		t.Error("the other copy has not heard of it yet")
	}
	other.App.Hear(db.SetUpChanged)
	for !follow() { // it reads them meanwhile
	}
	for name, v := range map[string]*handlertest.Visitor{"this copy": v, "the other": elsewhere} {
		if a := v.Upload("/uploads", nil, false, zip); a.Status != http.StatusCreated {
			t.Errorf("%s, a packed folder: %d %s", name, a.Status, a.Body)
		}
		if a := v.Upload("/uploads", nil, false, text); a.Status != http.StatusUnprocessableEntity || !strings.Contains(a.Body, "only pictures and archives") {
			t.Errorf("%s, a text: %d %s", name, a.Status, a.Body)
		}
		if a := v.Upload("/uploads", nil, false, large); a.Status != http.StatusUnprocessableEntity && a.Status != http.StatusRequestEntityTooLarge {
			t.Errorf("%s, too large: %d", name, a.Status)
		}
		if box := v.Get(issueForm).Page().Find("[data-upload]"); box.AttrOr("data-upload-max", "") != "1000000" || box.AttrOr("data-upload-limit", "") != "3" {
			t.Errorf("%s, the form says %s and %s", name, box.AttrOr("data-upload-max", ""), box.AttrOr("data-upload-limit", ""))
		}
	}
	t.Run("a picture of oneself is always taken", func(t *testing.T) {
		set := alex.Get("/setup/portal").Form("#portal-form")
		set.Set("file_kinds", "texts")
		if a := alex.Submit(set); a.Status != http.StatusSeeOther {
			t.Fatalf("saved: %d", a.Status)
		}
		if a := v.Upload("/profile/picture", nil, false, handlertest.File{Field: "picture", Name: "me.jpg", Body: photograph(t)}); a.Status != http.StatusSeeOther {
			t.Errorf("%d %s", a.Status, a.Text(".complaint"))
		}
	})
}
