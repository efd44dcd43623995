package handlers_test

import (
	"net/url"
	"strconv"

	"portico/db"

	"github.com/google/uuid"
)

// writing is what people begin to write: replies and forms, kept until they are sent.
func (s *sweep) writing(post poster, to adder) {
	// Each of them writes in one window.
	windows := map[string]string{}
	window := func(who string) string {
		if windows[who] == "" {
			windows[who] = uuid.NewString()
		}
		return windows[who]
	}
	maple, harbour := "/cases/"+s.maple.String()+"/replies/", "/cases/"+s.harbour.String()+"/replies/"
	reply := func(who string) url.Values { return form("body", "so far", "submission", window(who)) }
	in := func(path string) func(string) string {
		return func(string) string { s.reset(db.Open); return path }
	}
	for verb, want := range map[string]string{"draft": "ok", "draft/removal": "ok", "preview": "200"} {
		post("/cases/:number/replies/"+verb, in(maple+verb), reply, "all 404, in-reach "+want+", agent "+want+", lead "+want+", agent2 403, platform 403")
		post("/cases/:number/replies/"+verb, in(harbour+verb), reply, "all 404, harbours "+want+", agent2 "+want+", lead "+want+", agent 403, platform 403")
	}
	plants := strconv.FormatInt(personID(s.t, s.Site, "plant@maple.test"), 10)
	filled := func(more ...string) func(string) url.Values {
		return func(who string) url.Values {
			f := answers(more...)
			f.Set("submission", window(who))
			return f
		}
	}
	const draft, removal = "/items/report-issue/draft", "/items/report-issue/draft/removal"
	post("/items/:item/draft", to(draft), filled(), "contacts ok, agents 400, platform 403")
	post("/items/:item/draft", to(draft), filled("for", plants), "all 404, plant ok, manager ok, admin ok, agents ok, platform 403")
	post("/items/:item/draft", to("/items/nothing/draft"), filled(), "all 404, platform 403")
	post("/items/:item/draft/removal", to(removal), filled(), "all ok")
	post("/items/:item/draft/removal", to("/items/nothing/draft/removal"), filled(), "all 404")
}
