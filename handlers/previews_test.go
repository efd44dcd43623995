package handlers_test

import (
	"image"
	"net/http"
	"strings"
	"sync"
	"testing"

	"portico/db"
	"portico/handlers/desk"
	"portico/handlers/handlertest"

	_ "image/png"

	"github.com/google/uuid"
)

func TestPreviews(t *testing.T) {
	site := handlertest.New(t)
	customer, agent := site.As("customer@maple.test"), site.As("agent@boreal.test")
	n := aCase(t, site, "customer@maple.test", db.Open, db.Awaiting, db.New)
	path := "/cases/" + n.String()
	sent := func(name string, body []byte) string {
		t.Helper()
		if got := customer.Upload(path+"/replies", reply("see "+name), false, handlertest.File{Field: "upload", Name: name, Body: body}); got.Status != 303 {
			t.Fatalf("%s: %d %s", name, got.Status, got.Body)
		}
		return customer.Get(path).Page().Find("#letters > .letter").Last().Find("a.letter-picture").AttrOr("href", "")
	}

	large := sent("screen.png", picture(3000, 1500))
	t.Run("its place is kept free before anybody has asked for it", func(t *testing.T) {
		img := customer.Get(path).Page().Find(".letter-picture img")
		if img.AttrOr("src", "") != large+"/preview" || img.AttrOr("width", "") != "1280" || img.AttrOr("height", "") != "640" || img.AttrOr("alt", "") != "screen.png" {
			t.Errorf("%s, %s × %s", img.AttrOr("src", ""), img.AttrOr("width", ""), img.AttrOr("height", ""))
		}
	})
	t.Run("it is small, whoever asks first, and as many as like", func(t *testing.T) {
		var all sync.WaitGroup
		answers := make([]*handlertest.Answer, 6)
		for i := range answers {
			all.Go(func() { answers[i] = customer.Get(large + "/preview") })
		}
		all.Wait()
		for _, got := range answers {
			config, format, err := image.DecodeConfig(strings.NewReader(got.Body))
			if got.Status != 200 || err != nil || format != "png" || config.Width != 1280 || config.Height != 640 || got.Body != answers[0].Body {
				t.Fatalf("%d, %s, %v, %v", got.Status, format, config, err)
			}
			if got.Header.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(got.Header.Get("Content-Security-Policy"), "sandbox") {
				t.Errorf("%v", got.Header)
			}
		}
	})
	t.Run("a browser that has it is asked to keep it, as long as its reader may see it", func(t *testing.T) {
		tag := customer.Get(large + "/preview").Header.Get("ETag")
		if got := customer.Do(http.MethodGet, large+"/preview", nil, "", false, "If-None-Match", tag); got.Status != 304 || got.Body != "" {
			t.Errorf("%d", got.Status)
		}
		if got := site.As("colleague@maple.test").Do(http.MethodGet, large+"/preview", nil, "", false, "If-None-Match", tag); got.Status != 404 {
			t.Errorf("a colleague: %d", got.Status)
		}
	})
	t.Run("what can't be read becomes a file like any other", func(t *testing.T) {
		broken := sent("broken.png", picture(40, 40)[:60])
		if got := customer.Get(broken + "/preview").Status; got != 404 {
			t.Errorf("%d", got)
		}
		last := customer.Get(path).Page().Find("#letters > .letter").Last()
		if last.Find("img").Length() != 0 || last.Find(".attachments a").AttrOr("href", "") != broken {
			t.Error("it is still shown as a picture")
		}
		if got := customer.Get(broken).Status; got != 200 {
			t.Errorf("the file itself: %d", got)
		}
	})
	t.Run("what is no picture has none", func(t *testing.T) {
		customer.Upload(path+"/replies", reply("see the log"), false, handlertest.File{Field: "upload", Name: "log.txt", Body: []byte("hop 1")})
		href := customer.Get(path).Page().Find("#letters > .letter").Last().Find(".attachments a").AttrOr("href", "")
		if got := customer.Get(href + "/preview").Status; href == "" || got != 404 {
			t.Errorf("%s: %d", href, got)
		}
	})
	t.Run("of what hangs on a note only staff see one", func(t *testing.T) {
		file, err := site.Desk.Upload(t.Context(), site.Actor("agent@boreal.test"), "plan.png", strings.NewReader(string(dot)))
		if err != nil {
			t.Fatal(err)
		}
		preview := "/files/" + file.ID.String() + "/preview"
		if got := customer.Get(preview).Status; got != 404 {
			t.Errorf("before it is sent: %d", got)
		}
		note := desk.Words{Body: "zanzibar", Files: []uuid.UUID{file.ID}, Submission: uuid.New()}
		if _, _, err := site.Desk.Note(t.Context(), site.Actor("agent@boreal.test"), n, note); err != nil {
			t.Fatal(err)
		}
		if c, a := customer.Get(preview).Status, agent.Get(preview).Status; c != 404 || a != 200 {
			t.Errorf("customer %d, staff %d", c, a)
		}
		for _, page := range []*handlertest.Answer{customer.Get(path), customer.Partial(path + "/live?was=open")} {
			if strings.Contains(page.Body, "plan.png") {
				t.Error("its name is told")
			}
		}
		if !strings.Contains(agent.Get(path).Text("#case-panel"), "plan.png") {
			t.Error("staff don't find it among the attachments")
		}
	})
}
