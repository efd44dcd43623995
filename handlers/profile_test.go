package handlers_test

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"net/url"
	"strings"
	"testing"

	"portico/db"
	"portico/handlers/desk"
	"portico/handlers/handlertest"

	"github.com/PuerkitoBio/goquery"
)

func TestPreferences(t *testing.T) {
	site := handlertest.New(t)
	v := site.As("customer@maple.test")
	looks := func() string {
		html := v.Get("/preferences").Page().Find("html")
		var all []string
		for _, name := range []string{"lang", "data-theme", "data-contrast", "data-text", "data-motion", "data-links"} {
			all = append(all, html.AttrOr(name, "-"))
		}
		return strings.Join(all, " ")
	}
	save := func(pairs ...string) {
		t.Helper()
		if got := v.Post("/preferences", form(pairs...)); got.Status != 303 || got.Location() != "/preferences?done=preferences" {
			t.Fatalf("%d %s", got.Status, got.Body)
		}
	}
	if got := looks(); got != "en auto - - - -" {
		t.Errorf("at first the page is %s", got)
	}
	save("language", "fr", "theme", "dark", "contrast", "more", "text", "larger", "motion", "less", "links", "underlined", "zone", "America/Vancouver")
	if got := looks(); got != "fr dark more larger less underlined" {
		t.Errorf("the page is %s", got)
	}
	if got := v.Get("/preferences").Page().Find("#zone option[selected]").AttrOr("value", ""); got != "America/Vancouver" {
		t.Errorf("zone %q", got)
	}
	save("language", "en", "theme", "pink", "text", "enormous", "zone", "")
	if got := looks(); got != "en auto - - - -" {
		t.Errorf("then the page is %s", got)
	}
	for written, want := range map[string]string{"Europe/Paris": "Europe/Paris", "new york": "America/New_York", "america/halifax": "America/Halifax", "Buenos Aires": "America/Argentina/Buenos_Aires"} {
		save("zone", "UTC", "other-zone", written)
		if got := v.Get("/preferences").Page().Find("#zone option[selected]").AttrOr("value", ""); got != want {
			t.Errorf("%q becomes %q", written, got)
		}
	}
	for _, wrong := range []string{"../../etc/passwd", "Local", "Atlantis", "/etc/localtime", "UTC\x00", strings.Repeat("a/", 1000)} {
		got := v.Post("/preferences", form("language", "en", "zone", "UTC", "other-zone", wrong))
		if got.Status != 422 || got.Text("#zone-complaint") == "" || !got.Has("#other-zone[aria-invalid]") || !got.Has("details[open] #other-zone") {
			t.Errorf("%q: %d, %q", wrong, got.Status, got.Text("#zone-complaint"))
		}
	}
}

// TestEveryZoneIsOne: the list that is offered was taken from the tz database, as of one day.
func TestEveryZoneIsOne(t *testing.T) {
	site := handlertest.New(t)
	list := site.As("customer@maple.test").Get("/preferences").Page().Find("#zones option")
	if list.Length() < 400 {
		t.Errorf("%d zones", list.Length())
	}
	for i := range list.Length() {
		if name := list.Eq(i).AttrOr("value", ""); !desk.IsZone(name) {
			t.Errorf("%q is none", name)
		}
	}
}

// TestPreferencesLeaveAloneWhatOthersChanged: an administrator may set somebody's language while they have the form open.
func TestPreferencesLeaveAloneWhatOthersChanged(t *testing.T) {
	site := handlertest.New(t)
	v := site.As("customer@maple.test")
	set(t, site, `update people set language = 'fr', revision = revision + 1 where email = 'customer@maple.test'`)
	if got := v.Post("/preferences", form("was_language", "en", "was_zone", "", "language", "en", "zone", "UTC", "theme", "dark")); got.Status != 303 {
		t.Fatal(got.Status)
	}
	if p := site.Actor("customer@maple.test").Person; p.Language != "fr" || p.TimeZone != "UTC" || p.Theme != "dark" {
		t.Errorf("%s, %s, %s", p.Language, p.TimeZone, p.Theme)
	}
}

// The forms show how one can be reached, and lead to where that is changed.
func TestPhoneIsChangedFromTheForm(t *testing.T) {
	site := handlertest.New(t)
	v := site.As("reports@maple.test") // has none
	const billing = "/items/billing-inquiry"
	page := v.Get(billing)
	if !page.Has("#q-contact_by-phone[disabled]") || !page.Has(`#question-contact_by a[href="/profile#phone"]`) {
		t.Fatal(page.Text("#question-contact_by"))
	}
	const odd = "call me\x00"
	if got := v.Post("/profile", form("phone", odd)); got.Status != 422 || got.Text("#phone-complaint") == "" {
		t.Errorf("a number that is none: %d", got.Status)
	}
	if got := v.Post("/profile", form("phone", " +1 (514) 555-0177 ext. 12 ")); got.Status != 303 {
		t.Fatalf("%d %s", got.Status, got.Text(".complaint"))
	}
	if got := v.Get(billing).Text("#question-contact_by"); !strings.Contains(got, "+1 (514) 555-0177 ext. 12") {
		t.Errorf("the form offers %q", got)
	}
	if got := v.Post("/profile", form("title", "Buyer")); got.Status != 303 || v.Get("/profile").Page().Find("#phone").AttrOr("value", "") == "" {
		t.Errorf("a form without the number took it away: %d", got.Status)
	}
}

// set changes the database behind the portal's back.
func set(t *testing.T, site *handlertest.Site, sql string, args ...any) {
	t.Helper()
	if _, err := site.DB.Pool().Exec(context.Background(), sql, args...); err != nil {
		t.Fatal(err)
	}
}

func TestProfile(t *testing.T) {
	site := handlertest.New(t)
	v := site.As("customer@maple.test")
	value := func(page *handlertest.Answer, name string) string {
		field := page.Page().Find("#" + name)
		return field.AttrOr("value", strings.TrimPrefix(field.Text(), "\n"))
	}
	before := site.Actor("customer@maple.test").Person
	t.Run("what one says of oneself is kept", func(t *testing.T) {
		got := v.Post("/profile", form("first_name", " Zoé ", "last_name", "d’Éon-O'Neill", "title", "Site manager", "about", "Mornings.\r\nAsk Ann else.", "phone", ""))
		if got.Status != 303 || got.Location() != "/profile?done=profile" {
			t.Fatalf("%d %s", got.Status, got.Text(".complaint"))
		}
		page := v.Get("/profile")
		if value(page, "first_name") != "Zoé" || value(page, "title") != "Site manager" || value(page, "about") != "Mornings.\nAsk Ann else." ||
			!strings.Contains(page.Text(".bar"), "Zoé d’Éon-O'Neill") {
			t.Errorf("%q %q %q", value(page, "first_name"), value(page, "title"), value(page, "about"))
		}
		if page.Text(".self-email span") != "customer@maple.test" || !page.Has(`.self-email a[href="/email"]`) {
			t.Error("the address is not there")
		}
	})
	t.Run("an audit entry tells which fields, and no more", func(t *testing.T) {
		var detail string
		err := site.DB.Pool().QueryRow(context.Background(), `select detail::text from audit where action = $1 and subject_id = $2 order by id desc limit 1`,
			db.PersonDescribed, before.ID).Scan(&detail)
		if err != nil || !strings.Contains(detail, `"about"`) || strings.Contains(detail, "Zo") {
			t.Errorf("%s, %v", detail, err)
		}
	})
	t.Run("what is amiss is said beside its field, and nothing typed is lost", func(t *testing.T) {
		for field, wrong := range map[string][]string{
			"first_name": {"", "  ", "A\r\nBcc: x@x.test", "A\x00", "\xff", strings.Repeat("x", 201), "a\u202eb"},
			"title":      {strings.Repeat("x", 121), "two\nlines", "a\x00"},
			"about":      {strings.Repeat("x", 1001), "a\x00", "\xfe"},
			"phone":      {"call me", "555\r\nX: 1", "٠١٢٣٤٥٦٧"},
		} {
			for _, w := range wrong {
				values := form("first_name", "Ann", "last_name", "Typed", "title", "Typed too", "about", "And this", "phone", "506 555 0142")
				values.Set(field, w)
				got := v.Post("/profile", values)
				if got.Status != 422 || got.Text("#"+field+"-complaint") == "" || !got.Has("#"+field+"[aria-invalid]") || !got.Has("#errors") || value(got, "last_name") != "Typed" {
					t.Errorf("%s %.20q: %d, %q", field, w, got.Status, got.Text("#"+field+"-complaint"))
				}
			}
		}
		if p := site.Actor("customer@maple.test").Person; p.LastName == "Typed" {
			t.Error("something of it was kept")
		}
	})
	t.Run("an administrator saved meanwhile", func(t *testing.T) {
		page := v.Get("/profile")
		open := url.Values{}
		page.Page().Find("#profile input[name^=was_]").Each(func(_ int, s *goquery.Selection) {
			open.Set(s.AttrOr("name", ""), s.AttrOr("value", ""))
			open.Set(strings.TrimPrefix(s.AttrOr("name", ""), "was_"), s.AttrOr("value", ""))
		})
		set(t, site, `update people set last_name = 'Theirs', phone = '506 555 0100', revision = revision + 1 where id = $1`, before.ID)
		open.Set("last_name", "Mine")
		open.Set("title", "Mine too")
		got := v.Post("/profile", open)
		if got.Status != 409 || value(got, "last_name") != "Mine" || !strings.Contains(got.Text("#last_name-meanwhile"), "Theirs") ||
			value(got, "phone") != "506 555 0100" || got.Has("#phone-meanwhile") || value(got, "title") != "Mine too" {
			t.Fatalf("%d %q %q", got.Status, got.Text("#last_name-meanwhile"), value(got, "phone"))
		}
		again := url.Values{}
		got.Page().Find("#profile input, #profile textarea").Each(func(_ int, s *goquery.Selection) {
			if name := s.AttrOr("name", ""); name != "csrf" {
				again.Set(name, s.AttrOr("value", strings.TrimPrefix(s.Text(), "\n")))
			}
		})
		if got := v.Post("/profile", again); got.Status != 303 {
			t.Fatalf("again: %d", got.Status)
		}
		p, err := site.DB.Person(context.Background(), before.ID)
		if err != nil || p.LastName != "Mine" || p.Title != "Mine too" || p.Phone != "506 555 0100" {
			t.Errorf("%s, %s, %s, %v", p.LastName, p.Title, p.Phone, err)
		}
	})
	t.Run("an administrator changed what one left alone", func(t *testing.T) {
		set(t, site, `update people set phone = '506 555 0111', revision = revision + 1 where id = $1`, before.ID)
		got := v.Post("/profile", form("was_phone", "506 555 0100", "phone", "506 555 0100", "was_title", "Mine too", "title", "Newer"))
		p, err := site.DB.Person(context.Background(), before.ID)
		if got.Status != 303 || err != nil || p.Phone != "506 555 0111" || p.Title != "Newer" {
			t.Errorf("%d, %s, %s", got.Status, p.Phone, p.Title)
		}
	})
}

func photograph(t *testing.T) []byte {
	t.Helper()
	m := image.NewGray(image.Rect(0, 0, 320, 200))
	for i := range m.Pix {
		m.Pix[i] = uint8(i)
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestPicture(t *testing.T) {
	site := handlertest.New(t)
	v := site.As("customer@maple.test")
	src := func(v *handlertest.Visitor) string {
		return v.Get("/profile").Page().Find(".self img").AttrOr("src", "")
	}
	kept := func() (pictures, uploads int) {
		t.Helper()
		err := site.DB.Pool().QueryRow(context.Background(), `select (select count(*) from pictures), (select count(*) from files where case_id is null)`).Scan(&pictures, &uploads)
		if err != nil {
			t.Fatal(err)
		}
		return pictures, uploads
	}
	send := func(name string, body []byte, pairs ...string) *handlertest.Answer {
		return v.Upload("/profile/picture", form(pairs...), false, handlertest.File{Field: "picture", Name: name, Body: body})
	}
	if src(v) != "" || !v.Get("/profile").Has(".self span.avatar") {
		t.Error("there is a picture before there is one")
	}
	if got := send("me.jpg", photograph(t), "x", "10", "y", "10", "side", "100"); got.Status != 303 || got.Location() != "/profile?done=picture" {
		t.Fatalf("%d %s", got.Status, got.Text("#picture-errors"))
	}
	first := src(v)
	t.Run("it is served as nothing but a picture, to who was given its address", func(t *testing.T) {
		got := site.As("agent@boreal.test").Get(first)
		h := got.Header
		if got.Status != 200 || h.Get("Content-Type") != "image/jpeg" || h.Get("X-Content-Type-Options") != "nosniff" || !strings.HasPrefix(h.Get("Content-Disposition"), "inline") ||
			!strings.Contains(h.Get("Content-Security-Policy"), "sandbox") || !strings.HasPrefix(h.Get("Cache-Control"), "private") || len(got.Body) > 40_000 {
			t.Errorf("%d %v", got.Status, h)
		}
		if m, err := jpeg.DecodeConfig(strings.NewReader(got.Body)); err != nil || m.Width != 256 || m.Height != 256 {
			t.Errorf("%v %v", m, err)
		}
		if got := site.Nobody().Get(first); got.Status != 303 {
			t.Errorf("nobody gets it: %d", got.Status)
		}
		path, _, _ := strings.Cut(first, "?")
		for _, guess := range []string{path, path + "?v=", path + "?v=1", path + "?v=../../etc/passwd", strings.Replace(first, "/people/", "/people/1", 1), "/people/0/picture?v="} {
			if got := v.Get(guess); got.Status != 404 {
				t.Errorf("%s: %d", guess, got.Status)
			}
		}
	})
	t.Run("it stands wherever they are named", func(t *testing.T) {
		n := aCase(t, site, "customer@maple.test", db.Open, db.New, db.Awaiting)
		if page := site.As("agent@boreal.test").Get("/cases/" + n.String()); page.Page().Find(`.letter img.avatar[src="`+first+`"]`).Length() == 0 {
			t.Error("not in the conversation")
		}
		if !v.Get("/cases").Has(`.bar img.avatar[src="` + first + `"]`) {
			t.Error("not in the bar")
		}
	})
	t.Run("another takes its place, and its bytes", func(t *testing.T) {
		if got := send("me.png", aPNG(t)); got.Status != 303 {
			t.Fatal(got.Status)
		}
		if src(v) == first || v.Get(first).Status != 404 || v.Get(src(v)).Status != 200 {
			t.Error("the first one is still there")
		}
		if pictures, uploads := kept(); pictures != 1 || uploads != 0 {
			t.Errorf("%d pictures, %d uploads are kept", pictures, uploads)
		}
	})
	t.Run("what is no picture is refused with words", func(t *testing.T) {
		before := src(v)
		for name, body := range map[string]string{
			"me.svg": `<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`, "me.jpg": "<html><script>alert(1)</script>", "cv.pdf": "%PDF-1.4",
			"half.jpg": string(photograph(t)[:700]), "me.gif": "GIF89a=1;alert(1)", "empty.jpg": "",
		} {
			got := send(name, []byte(body))
			if got.Status != 422 || got.Text("#picture-errors") == "" || !got.Has("#picture-file[aria-invalid]") {
				t.Errorf("%s: %d %q", name, got.Status, got.Text("#picture-errors"))
			}
		}
		if got := v.Upload("/profile/picture", nil, false); got.Status != 422 || got.Text("#picture-errors") == "" {
			t.Errorf("no file at all: %d", got.Status)
		}
		if _, uploads := kept(); src(v) != before || uploads != 0 {
			t.Errorf("%d uploads are kept", uploads)
		}
	})
	t.Run("two of them are one", func(t *testing.T) {
		got := v.Upload("/profile/picture", form("x", "nonsense", "side", "1e9"), false,
			handlertest.File{Field: "picture", Name: "a.jpg", Body: photograph(t)}, handlertest.File{Field: "picture", Name: "b.jpg", Body: photograph(t)})
		if pictures, uploads := kept(); got.Status != 303 || pictures != 1 || uploads != 0 {
			t.Errorf("%d, %d pictures, %d uploads", got.Status, pictures, uploads)
		}
	})
	t.Run("it can be taken away, twice", func(t *testing.T) {
		last := src(v)
		for range 2 {
			if got := v.Post("/profile/picture/removal", nil); got.Status != 303 {
				t.Fatal(got.Status)
			}
		}
		if pictures, _ := kept(); src(v) != "" || v.Get(last).Status != 404 || pictures != 0 {
			t.Errorf("%d pictures are kept", pictures)
		}
	})
	t.Run("what a portal left that was killed is swept", func(t *testing.T) {
		ctx := context.Background()
		if err := site.Desk.Files.WriteAll(ctx, "left", []byte("x"), nil); err != nil {
			t.Fatal(err)
		}
		set(t, site, `insert into pictures (key, person_id, created_at) values ('left', 1 << 30, $1), ('new', 1 << 30, $2)`, site.Desk.Clock().AddDate(0, 0, -1), site.Desk.Clock())
		n, err := site.Desk.DiscardPictures(ctx)
		there, _ := site.Desk.Files.Exists(ctx, "left")
		if pictures, _ := kept(); n != 1 || err != nil || there || pictures != 1 {
			t.Errorf("%d, %v, %v, %d", n, err, there, pictures)
		}
	})
}

func aPNG(t *testing.T) []byte {
	t.Helper()
	m := image.NewPaletted(image.Rect(0, 0, 40, 90), color.Palette{color.Transparent, color.White})
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestNotifications(t *testing.T) {
	site := handlertest.New(t)
	v := site.As("customer@maple.test")
	ticked := func() string {
		var names []string
		v.Get("/notifications").Page().Find("#notifications input[checked]").Each(func(_ int, s *goquery.Selection) { names = append(names, s.AttrOr("name", "")) })
		return strings.Join(names, " ")
	}
	const all = "mail-requested mail-comment mail-solved mail-reopened mail-opened mail-involved mail-followed-case mail-followed-account"
	if got := ticked(); got != all {
		t.Errorf("at first %s", got)
	}
	if got := v.Post("/notifications", form("mail-requested", "yes", "monitoring", "yes", "was_unmailed", "false", "was_monitoring", "false")); got.Status != 303 {
		t.Fatal(got.Status)
	}
	if got := ticked(); got != "mail-requested monitoring" {
		t.Errorf("then %s", got)
	}
	set(t, site, `update people set unmailed = true where email = 'customer@maple.test'`) // by an administrator, meanwhile
	if got := v.Post("/notifications", form("mail-comment", "yes", "was_unmailed", "false", "was_monitoring", "true")); got.Status != 303 {
		t.Fatal(got.Status)
	}
	if got := ticked(); got != "mail-comment unmailed" {
		t.Errorf("at last %s", got)
	}
	every := form()
	for name := range strings.FieldsSeq(all) {
		every.Set(name, "yes")
	}
	if got := v.Post("/notifications", every); got.Status != 303 || ticked() != all {
		t.Errorf("all again: %s", ticked())
	}
}

func TestUnsubscribeByLink(t *testing.T) {
	site := handlertest.New(t)
	ctx := context.Background()
	person := func() db.Person {
		t.Helper()
		p, err := site.DB.PersonByEmail(ctx, "colleague@maple.test")
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	path := "/unsubscribe/" + site.Desk.UnsubscribeToken(desk.Unsubscription{PersonID: person().ID, Kind: db.Comment})
	t.Run("looking at it does nothing", func(t *testing.T) {
		for _, v := range []*handlertest.Visitor{site.Nobody(), site.As("colleague@maple.test"), site.As("manager@harbour.test")} {
			if got := v.Get(path + "?lang=fr"); got.Status != 200 || !got.Has(`form[method=post] input[name=what]`) {
				t.Errorf("%d", got.Status)
			}
		}
		if got := site.Nobody().Get(path + "?lang=fr"); !strings.Contains(got.Text("h1"), "désabonner") || strings.Contains(got.Body, "colleague") || strings.Contains(got.Body, person().LastName) {
			t.Error("it tells who it is, or not in their language")
		}
		if len(person().Muted) > 0 || person().Unmailed {
			t.Error("somebody was unsubscribed")
		}
	})
	t.Run("a mail program posts, with nothing but the link", func(t *testing.T) {
		for range 2 {
			got := site.Nobody().Do("POST", path, strings.NewReader("List-Unsubscribe=One-Click"), "application/x-www-form-urlencoded", false,
				"Origin", "https://mail.elsewhere.test", "Sec-Fetch-Site", "cross-site")
			if got.Status != 200 || got.Text("[role=status]") == "" {
				t.Fatalf("%d %s", got.Status, got.Text("main"))
			}
		}
		if p := person(); len(p.Muted) != 1 || p.Muted[0] != "comment" || p.Unmailed {
			t.Errorf("%v %v", p.Muted, p.Unmailed)
		}
		got := site.Nobody().Do("POST", path, strings.NewReader("--x\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--x--\r\n"), "multipart/form-data; boundary=x", false)
		if got.Status != 200 {
			t.Errorf("in parts: %d", got.Status)
		}
		if got := site.Nobody().Do("POST", path, strings.NewReader(""), "", false); got.Status != 200 {
			t.Errorf("with nothing at all: %d", got.Status)
		}
	})
	t.Run("of all, by whoever is signed in", func(t *testing.T) {
		if got := site.As("manager@harbour.test").Post(path, form("what", "all")); got.Status != 200 || !person().Unmailed {
			t.Errorf("%d, %v", got.Status, person().Unmailed)
		}
		if p, err := site.DB.PersonByEmail(ctx, "manager@harbour.test"); err != nil || p.Unmailed || len(p.Muted) > 0 {
			t.Error("who was signed in was unsubscribed")
		}
	})
	t.Run("a broken link is told of", func(t *testing.T) {
		for _, wrong := range []string{path[:len(path)-1], path + "x", "/unsubscribe/1.comment.AAAAAAAAAAAAAAAAAAAAAA", "/unsubscribe/%00", "/unsubscribe/" + strings.Repeat("x", 3000)} {
			for _, method := range []string{"GET", "POST"} {
				got := site.Nobody().Do(method, wrong, nil, "", false)
				if got.Status != 404 || got.Text(".card h1") == "" {
					t.Errorf("%s %.50s: %d %s", method, wrong, got.Status, got.Text("h1"))
				}
			}
		}
	})
	t.Run("it opens nothing else", func(t *testing.T) {
		v := site.Nobody()
		v.Post(path, form("what", "all"))
		if got := v.Get("/notifications"); got.Status != 303 || !strings.HasPrefix(got.Location(), "/sign-in") {
			t.Errorf("%d", got.Status)
		}
	})
}
