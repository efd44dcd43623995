package handlers_test

import (
	"context"
	"encoding/base64"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"portico/db"
	"portico/db/dbtest"
	"portico/handlers/handlertest"
)

const newPassword = "three quiet herons"

// letter is the newest that was promised to an address, as its kind; 0 for none.
func letter(t *testing.T, site *handlertest.Site, to string) (id int64, kind string) {
	t.Helper()
	err := site.DB.Pool().QueryRow(context.Background(), `
		select coalesce(max(id), 0), coalesce((array_agg(kind order by id desc))[1], '') from mails where "to" = $1 and event_id is null`, to).Scan(&id, &kind)
	if err != nil {
		t.Fatal(err)
	}
	return id, kind
}

// linkTo writes the newest letter to an address, as the job does, and gives where its link leads.
func linkTo(t *testing.T, site *handlertest.Site, to string) string {
	t.Helper()
	id, kind := letter(t, site, to)
	secret, _, err := site.Desk.AddressLetter(db.AsSystem(context.Background(), "letters"), id)
	if err != nil || secret == "" {
		t.Fatalf("letter %q to %s: %q, %v", kind, to, secret, err)
	}
	return "/links/" + secret
}

// forgotten asks for a new password, and gives where its link leads.
func forgotten(t *testing.T, site *handlertest.Site, email string) string {
	t.Helper()
	if got := site.Nobody().Post("/forgotten-password", form("email", email)); got.Status != http.StatusSeeOther {
		t.Fatalf("%d %s", got.Status, got.Body)
	}
	return linkTo(t, site, email)
}

func TestAForgottenPasswordIsChosenAnew(t *testing.T) {
	t.Parallel()
	site := handlertest.New(t)
	elsewhere := site.Nobody()
	if got := signIn(elsewhere, "customer@maple.test", demoPassword, ""); got.Status != 303 {
		t.Fatal(got.Status)
	}
	path := forgotten(t, site, "customer@maple.test")
	v := site.Nobody()
	for range 2 { // a program that looks for harm comes first
		page := v.Get(path)
		if page.Status != 200 || !strings.Contains(page.Text(".facts"), "customer@maple.test") || page.Page().Find("#requirements li").Length() != 3 {
			t.Fatalf("%d %s", page.Status, page.Body)
		}
		if page.Header.Get("Referrer-Policy") != "no-referrer" || !strings.Contains(page.Header.Get("Cache-Control"), "no-store") {
			t.Errorf("it is told to others, or kept: %v", page.Header)
		}
	}
	if got := v.Post(path, form("password", "password1234")); got.Status != 422 || got.Text("#password-wrong") == "" ||
		!got.Has("#requirements li[data-done]") || got.Page().Find("#password").AttrOr("value", "") != "" {
		t.Errorf("a weak one: %d %q", got.Status, got.Text("#password-wrong"))
	}
	part := v.PostPartial(path+"/requirements", form("password", newPassword))
	if part.Status != 200 || part.Page().Find("li[data-done]").Length() != 3 || !strings.Contains(part.Body, "3 of 3") {
		t.Errorf("what a good one lacks: %d %s", part.Status, part.Body)
	}
	got := v.Post(path, form("password", newPassword))
	if got.Status != 303 || got.Location() != "/?done=password-chosen" {
		t.Fatalf("%d to %q: %s", got.Status, got.Location(), got.Body)
	}
	if got := v.Get(got.Location()); got.Status != 200 || !got.Has(".notice") {
		t.Errorf("not signed in, or not told: %d", got.Status)
	}
	if got := elsewhere.Get("/products"); got.Status != 303 {
		t.Errorf("still signed in elsewhere: %d", got.Status)
	}
	if got := signIn(site.Nobody(), "customer@maple.test", demoPassword, ""); got.Status != 422 {
		t.Errorf("the old password: %d", got.Status)
	}
	if got := signIn(site.Nobody(), "customer@maple.test", newPassword, ""); got.Status != 303 {
		t.Errorf("the new one: %d", got.Status)
	}
	if _, kind := letter(t, site, "customer@maple.test"); kind != string(db.LetterPasswordChanged) {
		t.Errorf("told by %q", kind)
	}
	if got := v.Get(path); got.Status != http.StatusGone || !got.Has(`a[href="/forgotten-password"]`) {
		t.Errorf("used once more: %d %s", got.Status, got.Text("h1"))
	}
}

// What the page says, and what is done, is the same for an address that nobody has.
func TestForgettingTellsNobodyWhoIsKnown(t *testing.T) {
	t.Parallel()
	site := handlertest.New(t)
	ask := func(email string) (*handlertest.Answer, *handlertest.Answer, int64) {
		v := site.Nobody()
		v.Token()
		before := site.DB.Statements()
		got := v.Post("/forgotten-password", form("email", email))
		return got, v.Get(got.Location()), site.DB.Statements() - before
	}
	ask("warm@nowhere.test")
	known, knownPage, knownWork := ask("customer@maple.test")
	unknown, unknownPage, unknownWork := ask("nobody@nowhere.test")
	plain := regexp.MustCompile(`name="csrf" value="[^"]*"`)
	if known.Status != 303 || known.Location() != unknown.Location() || plain.ReplaceAllString(knownPage.Body, "") != plain.ReplaceAllString(unknownPage.Body, "") {
		t.Errorf("%d to %q and %d to %q", known.Status, known.Location(), unknown.Status, unknown.Location())
	}
	if knownWork != unknownWork {
		t.Errorf("%d statements and %d", knownWork, unknownWork)
	}
	id, _ := letter(t, site, "nobody@nowhere.test")
	if _, _, err := site.Desk.AddressLetter(db.AsSystem(context.Background(), "letters"), id); err == nil {
		t.Error("nobody gets a letter")
	}
	if id, _ := letter(t, site, "nobody@nowhere.test"); id != 0 {
		t.Error("nobody's letter is kept")
	}
	for range 6 {
		ask("west@maple.test")
		ask("east@nowhere.test")
	}
	known, _, _ = ask("west@maple.test")
	unknown, _, _ = ask("east@nowhere.test")
	if known.Status != 429 || unknown.Status != 429 || known.Header.Get("Retry-After") == "" {
		t.Errorf("too often: %d and %d", known.Status, unknown.Status)
	}
	filled := site.Nobody().Post("/forgotten-password", form("email", "plant@maple.test", "topic_url", "https://buy.test"))
	if id, _ := letter(t, site, "plant@maple.test"); id != 0 || filled.Status != 303 || filled.Location() != "/forgotten-password?done=sent" {
		t.Errorf("a program gets %d to %q, letter %d", filled.Status, filled.Location(), id)
	}
}

func TestLinksThatAreNoGoodSayWhy(t *testing.T) {
	t.Parallel()
	site := handlertest.New(t)
	v := site.Nobody()
	refused := func(name, path string, status int, why string) {
		t.Helper()
		for _, got := range []*handlertest.Answer{v.Get(path), v.Post(path, form("password", newPassword))} {
			if got.Status != status || got.Text("h1") != why || got.Text(".lead") == "" || !got.Has(".actions a") || got.Header.Get("Referrer-Policy") != "no-referrer" {
				t.Errorf("%s: %d %q", name, got.Status, got.Text("h1"))
			}
		}
	}
	good := forgotten(t, site, "customer@maple.test")
	for name, path := range map[string]string{
		"made up": "/links/" + base64.RawURLEncoding.EncodeToString(make([]byte, 32)), "cut off": good[:len(good)-1], "one letter more": good + "A",
		"in other letters": strings.ToUpper(good[:8]) + good[8:] + "=", "nonsense": "/links/%00", "longer than any": "/links/" + strings.Repeat("x", 3000),
	} {
		if name == "in other letters" {
			path = "/links/" + strings.ToLower(good[7:])
		}
		refused(name, path, 404, "This link leads nowhere")
	}
	// Whoever asks twice may use either mail, and then none any more.
	second := forgotten(t, site, "customer@maple.test")
	if got := v.Post(good, form("password", newPassword)); got.Status != 303 {
		t.Fatalf("the first of two: %d", got.Status)
	}
	v = site.Nobody()
	refused("the second of two", second, 410, "This link was used already")

	site.SetClock(dbtest.Now.Add(time.Minute))
	late := forgotten(t, site, "west@maple.test")
	site.SetClock(dbtest.Now.Add(time.Hour + 2*time.Minute))
	refused("an hour later", late, 410, "This link has expired")
	site.SetClock(dbtest.Now)

	closed := forgotten(t, site, "plant@maple.test")
	if _, err := site.DB.Pool().Exec(context.Background(), `update people set disabled_at = now() where email = 'plant@maple.test'`); err != nil {
		t.Fatal(err)
	}
	refused("of a disabled login", closed, 410, "This access was turned off")
}

func TestOfManyWhoUseALinkAtOnceOneWins(t *testing.T) {
	t.Parallel()
	site := handlertest.New(t)
	first, second := forgotten(t, site, "customer@maple.test"), forgotten(t, site, "customer@maple.test")
	var wg sync.WaitGroup
	got := make([]*handlertest.Answer, 8)
	for i := range got {
		v := site.Nobody()
		v.Token()
		path := first
		if i%2 == 1 { // another link to the same
			path = second
		}
		wg.Go(func() { got[i] = v.Post(path, form("password", newPassword)) })
	}
	wg.Wait()
	won := 0
	for _, a := range got {
		switch {
		case a.Status == 303:
			won++
		case a.Status != 410 || a.Text("h1") != "This link was used already":
			t.Errorf("%d %q", a.Status, a.Text("h1"))
		}
	}
	if won != 1 {
		t.Errorf("%d won", won)
	}
}

func TestPasswordIsChanged(t *testing.T) {
	t.Parallel()
	site := handlertest.New(t)
	here, there := site.Nobody(), site.Nobody()
	for _, v := range []*handlertest.Visitor{here, there} {
		signIn(v, "manager@maple.test", demoPassword, "")
	}
	if got := here.Get("/password"); got.Status != 200 || got.Page().Find("#requirements li").Length() != 3 {
		t.Fatalf("%d", got.Status)
	}
	wrong := here.Post("/password", form("current", "not it at all", "password", "short"))
	if wrong.Status != 422 || wrong.Text("#current-wrong") == "" || wrong.Text("#password-wrong") == "" {
		t.Errorf("%d %q %q", wrong.Status, wrong.Text("#current-wrong"), wrong.Text("#password-wrong"))
	}
	stolen := forgotten(t, site, "manager@maple.test")
	if got := here.Post("/password", form("current", demoPassword, "password", newPassword)); got.Status != 303 || got.Location() != "/password?done=password-changed" {
		t.Fatalf("%d %s", got.Status, got.Body)
	}
	if a, b := here.Get("/products").Status, there.Get("/products").Status; a != 200 || b != 303 {
		t.Errorf("here %d, elsewhere %d", a, b)
	}
	if got := site.Nobody().Get(stolen); got.Status != 410 {
		t.Errorf("a link from before: %d", got.Status)
	}
	if _, kind := letter(t, site, "manager@maple.test"); kind != string(db.LetterPasswordChanged) {
		t.Errorf("told by %q", kind)
	}
	for range 10 {
		here.Post("/password", form("current", "wrong", "password", newPassword))
	}
	if got := here.Post("/password", form("current", newPassword, "password", "another quiet heron")); got.Status != 429 {
		t.Errorf("guessed at for long: %d", got.Status)
	}
	if got := here.Get("/products"); got.Status != 200 {
		t.Errorf("locked out of one's own session: %d", got.Status)
	}
}

func TestEmailAddressIsChanged(t *testing.T) {
	t.Parallel()
	site := handlertest.New(t)
	v, rival := site.As("customer@maple.test"), site.As("colleague@maple.test")
	for name, fields := range map[string]url.Values{
		"#current-wrong": form("email", "new@maple.test", "current", "wrong"),
		"#email-wrong":   form("email", "not an address", "current", demoPassword),
	} {
		if got := v.Post("/email", fields); got.Status != 422 || got.Text(name) == "" || got.Page().Find("#email").AttrOr("value", "") == "" {
			t.Errorf("%s: %d", name, got.Status)
		}
	}
	asked := v.Post("/email", form("email", "New@maple.test", "current", demoPassword))
	taken := v.Post("/email", form("email", "manager@maple.test", "current", demoPassword))
	if asked.Status != 303 || taken.Status != asked.Status || taken.Location() != asked.Location() {
		t.Fatalf("%d to %q; of somebody's address %d to %q", asked.Status, asked.Location(), taken.Status, taken.Location())
	}
	id, _ := letter(t, site, "manager@maple.test")
	if secret, _, err := site.Desk.AddressLetter(db.AsSystem(context.Background(), "letters"), id); err != nil || secret != "" {
		t.Errorf("somebody's address gets a link: %v", err)
	}
	if _, kind := letter(t, site, "manager@maple.test"); kind != string(db.LetterEmailTaken) {
		t.Errorf("somebody's address is told %q", kind)
	}
	mine := linkTo(t, site, "New@maple.test")
	if got := rival.Post("/email", form("email", "new@maple.test", "current", demoPassword)); got.Status != 303 {
		t.Fatal(got.Status)
	}
	theirs := linkTo(t, site, "new@maple.test")
	if p, err := site.DB.PersonByEmail(context.Background(), "customer@maple.test"); err != nil || p.Email != "customer@maple.test" {
		t.Errorf("it counts before it is confirmed: %v", err)
	}
	if got := site.Nobody().Get(mine); got.Status != 200 || !strings.Contains(got.Text(".lead"), "New@maple.test") {
		t.Errorf("%d %q", got.Status, got.Text(".lead"))
	}
	reset := forgotten(t, site, "customer@maple.test")
	if got := site.Nobody().Post(mine, nil); got.Status != 303 || got.Location() != "/sign-in?done=email-changed" {
		t.Fatalf("%d %q", got.Status, got.Location())
	}
	if got := site.Nobody().Post(theirs, nil); got.Status != 410 || got.Text("h1") != "Cette adresse est maintenant à quelqu’un d’autre" {
		t.Errorf("the second who wants it: %d %q", got.Status, got.Text("h1"))
	}
	if got := site.Nobody().Get(reset); got.Status != 410 {
		t.Errorf("a link that went to the old address: %d", got.Status)
	}
	if _, kind := letter(t, site, "customer@maple.test"); kind != string(db.LetterEmailChanged) {
		t.Errorf("the old address is told by %q", kind)
	}
	if got := signIn(site.Nobody(), "NEW@maple.test", demoPassword, ""); got.Status != 303 {
		t.Errorf("with the new address: %d", got.Status)
	}
}

func TestTooManyTriesLockOutForAWhile(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	site := handlertest.New(t)
	second := handlertest.Over(t, site.DB)
	inside := site.Nobody()
	signIn(inside, "west@maple.test", demoPassword, "")
	try := func(email string, n int) (last *handlertest.Answer) {
		for i := range n {
			at := site
			if i%2 == 1 {
				at = second
			}
			last = signIn(at.Nobody(), email, "wrong", "")
		}
		return last
	}
	known, unknown := try("west@maple.test", 10), try("nobody@maple.test", 10)
	if known.Status != 422 || unknown.Status != 422 {
		t.Fatalf("%d and %d", known.Status, unknown.Status)
	}
	p, err := site.DB.PersonByEmail(ctx, "west@maple.test")
	if err != nil || !p.LockedUntil.After(dbtest.Now) || p.LockedUntil.After(dbtest.Now.Add(16*time.Minute)) {
		t.Errorf("locked until %v, %v", p.LockedUntil, err)
	}
	known, unknown = signIn(second.Nobody(), "west@maple.test", demoPassword, ""), signIn(second.Nobody(), "nobody@maple.test", demoPassword, "")
	if known.Status != 429 || unknown.Status != 429 || known.Text("#errors") != unknown.Text("#errors") {
		t.Errorf("%d %q and %d %q", known.Status, known.Text("#errors"), unknown.Status, unknown.Text("#errors"))
	}
	if got := inside.Get("/products"); got.Status != 200 {
		t.Errorf("their open session ended: %d", got.Status)
	}
	if err := site.DB.InTx(ctx, func(ctx context.Context, tx *db.DB) error { return site.Desk.Unlock(ctx, tx, p) }); err != nil {
		t.Fatal(err)
	}
	if got := signIn(site.Nobody(), "west@maple.test", demoPassword, ""); got.Status != 303 {
		t.Errorf("once unlocked: %d", got.Status)
	}
	try("west@maple.test", 11)
	path := forgotten(t, site, "west@maple.test")
	if got := site.Nobody().Post(path, form("password", newPassword)); got.Status != 303 {
		t.Fatalf("who is locked out chooses a password: %d", got.Status)
	}
	if got := signIn(site.Nobody(), "west@maple.test", newPassword, ""); got.Status != 303 {
		t.Errorf("and is not locked out any more: %d", got.Status)
	}
	want := map[string]int{"sign-in.fail": 0, "sign-in.lock": 0, "sign-in.begin": 0, "link.use": 0, "password.choose": 0}
	rows, err := site.DB.Pool().Query(ctx, `select action, count(*) from audit where subject_id = $1 group by action`, p.ID)
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		var action string
		var n int
		if err := rows.Scan(&action, &n); err != nil {
			t.Fatal(err)
		}
		want[action] = n
	}
	for action, n := range want {
		if n == 0 {
			t.Errorf("%s is not in the log", action)
		}
	}
}

func TestSigningInEndsTheSessionFromBefore(t *testing.T) {
	t.Parallel()
	site := handlertest.New(t)
	v := site.Nobody()
	signIn(v, "customer@maple.test", demoPassword, "")
	signIn(v, "customer@maple.test", demoPassword, "")
	if n := v.Get("/sessions").Page().Find("tbody tr").Length(); n != 1 {
		t.Errorf("%d sessions of one browser", n)
	}
}
