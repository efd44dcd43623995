package handlers_test

import (
	"context"
	"encoding/csv"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"portico/db"
	"portico/db/dbtest"
	"portico/handlers/handlertest"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/uuid"
)

// east and maples are the contacts of the demo at Maple Foods East, and at all of Maple Foods.
var (
	east   = []string{"colleague@maple.test", "customer@maple.test", "manager@maple.test", "site-admin@maple.test"}
	maples = append([]string{"admin@maple.test", "plant@maple.test", "reports@maple.test", "west@maple.test"}, east...)
	homes  = append([]string{"customer@harbour.test", "manager@harbour.test"}, maples...) // of all contacts
)

// seesContacts is who sees whom; whoever is not named here finds no page.
var seesContacts = map[string]struct {
	seen    []string
	managed []string
}{
	"admin@maple.test":      {maples, maples},
	"site-admin@maple.test": {east, []string{"colleague@maple.test", "customer@maple.test", "site-admin@maple.test"}}, // not the case manager of what is below, too
	"agent@boreal.test":     {homes, nil},
	"agent2@boreal.test":    {homes, nil},
	"lead@boreal.test":      {homes, nil},
	"platform@boreal.test":  {homes, homes},
}

func contactPath(t testing.TB, site *handlertest.Site, email string, more ...string) string {
	t.Helper()
	return fmt.Sprintf("/contacts/%d%s", personID(t, site, email), strings.Join(more, ""))
}

// TestContactsAreSeenWithinReach holds for each kind of person that the list, a look by address, the search, the export
// and the buttons agree.
func TestContactsAreSeenWithinReach(t *testing.T) {
	t.Parallel()
	site := handlertest.New(t)
	everybody := append([]string{"agent@boreal.test", "platform@boreal.test"}, homes...)
	for _, email := range everyone {
		if email == "" {
			continue
		}
		want := seesContacts[email]
		v := site.As(email)
		list := v.Get("/contacts")
		if len(want.seen) == 0 {
			for _, path := range []string{"/contacts", "/contacts/new", "/contacts/export.csv", "/contacts/elsewhere"} {
				if got := v.Get(path); got.Status != 404 {
					t.Errorf("%s, %s: %d", email, path, got.Status)
				}
			}
			if v.Get("/").Has(`a[href="/contacts"]`) {
				t.Errorf("%s has it in the menu", email)
			}
		} else if got, sorted := mailsIn(list), slices.Sorted(slices.Values(want.seen)); !slices.Equal(got, sorted) {
			t.Errorf("%s sees %q, want %q", email, got, sorted)
		} else if exported := emailsIn(t, v.Get("/contacts/export.csv")); !slices.Equal(exported, sorted) {
			t.Errorf("%s exports %q", email, exported)
		} else if !list.Has(`a[href="/contacts"]`) {
			t.Errorf("%s has no entry in the menu", email)
		}
		if list.Has(`a[href="/contacts/new"]`) != (len(want.managed) > 0) {
			t.Errorf("%s: a button to make contacts: %t", email, list.Has(`a[href="/contacts/new"]`))
		}
		for _, other := range everybody {
			one := v.Get(contactPath(t, site, other))
			if seen := slices.Contains(want.seen, other); seen != (one.Status == 200) || !seen && one.Status != 404 {
				t.Errorf("%s opens %s: %d", email, other, one.Status)
			}
			if managed := slices.Contains(want.managed, other); managed != one.Has("#contact-form") || managed == one.Has("#contact-barred") && one.Status == 200 {
				t.Errorf("%s may change %s: %t", email, other, one.Has("#contact-form"))
			}
			if found := slices.Contains(mailsIn(v.Get("/contacts?q="+url.QueryEscape(other))), other); found != slices.Contains(want.seen, other) {
				t.Errorf("%s finds %s: %t", email, other, found)
			}
		}
	}
}

// mailsIn are the addresses in a list, in rising order.
func mailsIn(a *handlertest.Answer) (list []string) {
	a.Page().Find(".contacts-table td.k-email").Each(func(_ int, s *goquery.Selection) { list = append(list, s.Text()) })
	slices.Sort(list)
	return list
}

func emailsIn(t *testing.T, a *handlertest.Answer) (list []string) {
	t.Helper()
	lines, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(a.Body, "\ufeff"))).ReadAll()
	if err != nil || len(lines) == 0 || a.Status != 200 {
		t.Fatalf("%d %v: %s", a.Status, err, a.Body)
	}
	for _, line := range lines[1:] {
		list = append(list, line[2])
	}
	slices.Sort(list)
	return list
}

// typedInto is the form of a contact as it stands, with something else in some of its fields; an empty value unticks.
func typedInto(t testing.TB, page *handlertest.Answer, pairs ...string) url.Values {
	t.Helper()
	values := url.Values{}
	form := page.Page().Find("#contact-form")
	if form.Length() != 1 {
		t.Fatalf("there is no form: %d %s", page.Status, page.Text("main"))
	}
	for _, name := range []string{"submission", "revision", "first_name", "last_name", "email", "phone"} {
		if v, ok := form.Find(`input[name="` + name + `"]`).Attr("value"); ok {
			values.Set(name, v)
		}
	}
	form.Find(`input[name^="was_"]`).Each(func(_ int, s *goquery.Selection) { values.Set(s.AttrOr("name", ""), s.AttrOr("value", "")) })
	form.Find(`input[type="checkbox"][checked]`).Each(func(_ int, s *goquery.Selection) { values.Set(s.AttrOr("name", ""), "yes") })
	form.Find("select").Each(func(_ int, s *goquery.Selection) {
		values.Set(s.AttrOr("name", ""), s.Find("option[selected]").AttrOr("value", ""))
	})
	for i := 0; i+1 < len(pairs); i += 2 {
		values.Set(pairs[i], pairs[i+1])
	}
	return values
}

func TestContactIsChanged(t *testing.T) {
	t.Parallel()
	site := handlertest.New(t)
	ctx := context.Background()
	admin, path := site.As("admin@maple.test"), contactPath(t, site, "customer@maple.test")
	page := admin.Get(path)
	got := admin.Post(path, typedInto(t, page, "first_name", "  Christian ", "phone", "+1 506 555 0199", "language", "fr", "notified", "", "monitoring", "yes",
		"location", page.Page().Find("#contact-location option:contains('Moncton')").AttrOr("value", "")))
	if got.Status != 303 || !strings.HasPrefix(got.Location(), path+"?done=contact-saved") {
		t.Fatalf("%d %q %s", got.Status, got.Location(), got.Text(".errors"))
	}
	id := personID(t, site, "customer@maple.test")
	r, err := site.DB.ContactRecord(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	p := r.Person
	if p.FirstName != "Christian" || p.Phone != "+1 506 555 0199" || p.Language != "fr" || !p.Unmailed || !p.Monitoring || r.Location != "Moncton Office" || p.Revision != 2 {
		t.Errorf("kept is %+v at %q", p, r.Location)
	}
	if got := audited(t, site, id); got != `contact.change {"fields": ["first_name", "phone", "language", "location", "notified", "monitoring"]}` {
		t.Errorf("audited: %s", got)
	}

	t.Run("what was not changed is not saved", func(t *testing.T) {
		if got := admin.Post(path, typedInto(t, admin.Get(path))); got.Status != 303 {
			t.Errorf("%d", got.Status)
		}
		if again, err := site.DB.ContactRecord(ctx, id); err != nil || again.Person.Revision != 2 {
			t.Errorf("revision %d, %v", again.Person.Revision, err)
		}
	})
	t.Run("a part answers with the pane and the row", func(t *testing.T) {
		got := admin.PostPartial(path, typedInto(t, admin.Get(path), "last_name", "O'Doucet"))
		if got.Status != 200 || !got.Has(".notice[data-kind=good]") || !strings.Contains(got.Body, "O&#39;Doucet, Christian") {
			t.Errorf("%d %s", got.Status, got.Body)
		}
	})
	t.Run("the role of customer follows to another account", func(t *testing.T) {
		got := admin.Post(path, typedInto(t, admin.Get(path), "account", "100220"))
		r, err := site.DB.ContactRecord(ctx, id)
		if got.Status != 303 || err != nil || r.Home.Name != "Maple Foods West" || r.Location != "" || len(r.Grants) != 1 || r.Grants[0].AccountID != r.Home.ID {
			t.Errorf("%d: %+v, %v", got.Status, r, err)
		}
	})
}

// audited is the last line of the audit log about a person.
func audited(t testing.TB, site *handlertest.Site, person int64) (line string) {
	t.Helper()
	err := site.DB.Pool().QueryRow(context.Background(), `select action || ' ' || detail from audit where subject = 'person' and subject_id = $1 and action not like '%.look' order by id desc limit 1`, person).Scan(&line)
	if err != nil {
		t.Fatal(err)
	}
	return line
}

// TestContactsInputIsRefused: each bad input has its sentence, nothing is kept, and what was typed stands there still.
func TestContactsInputIsRefused(t *testing.T) {
	t.Parallel()
	site := handlertest.New(t)
	admin, path := site.As("site-admin@maple.test"), contactPath(t, site, "customer@maple.test")
	for _, test := range []struct{ field, value, says string }{
		{"first_name", "", "Please give a name."},
		{"first_name", "Chris\r\nBcc: all@maple.test", "too long for a name"},
		{"last_name", "Doucet\u202etset.elpam", "too long for a name"},
		{"last_name", strings.Repeat("x", 300), "too long for a name"},
		{"last_name", "Dou\x00cet\x07", "too long for a name"},
		{"email", "", "Please give an e-mail address."},
		{"email", "chris", "not an e-mail address"},
		{"email", "chris@maple.test\r\nBcc: all@maple.test", "e-mail address"},
		{"email", "сhris@maple.test", "letters"}, // the first letter is Cyrillic
		{"email", strings.Repeat("x", 900) + "@maple.test", "long"},
		{"email", "customer@harbour.test", "This address can’t be used."},
		{"email", "PLATFORM@boreal.test", "This address can’t be used."},
		{"phone", "call me", "not a phone number"},
		{"language", "tlh", "Please choose a language."},
		{"time_zone", "../../etc/passwd", "Please choose a time zone."},
		{"time_zone", "Local", "Please choose a time zone."},
		{"account", "100220", "no such account among those you administer"}, // a sister
		{"account", "100200", "no such account among those you administer"}, // the parent
		{"account", "200300", "no such account among those you administer"},
		{"account", "999999", "no such account among those you administer"},
		{"location", "999999", "not a location of this account"},
		{"location", "one", "not a location of this account"},
	} {
		for name, send := range map[string]func(string, url.Values) *handlertest.Answer{"whole": admin.Post, "part": admin.PostPartial} {
			got := send(path, typedInto(t, admin.Get(path), test.field, test.value))
			if got.Status != 422 || !strings.Contains(got.Text(".errors"), test.says) || !got.Has("#contact-"+test.field+"[aria-invalid]") {
				t.Errorf("%s %.40q (%s): %d %q", test.field, test.value, name, got.Status, got.Text(".errors"))
			}
		}
	}
	r, err := site.DB.ContactRecord(context.Background(), personID(t, site, "customer@maple.test"))
	if err != nil || r.Person.Revision != 1 {
		t.Errorf("something was kept: %+v, %v", r.Person, err)
	}
}

// TestNobodyManagesWhoMayMore: whoever could come to more than they administer, by a new address of somebody, may not.
func TestNobodyManagesWhoMayMore(t *testing.T) {
	t.Parallel()
	site := handlertest.New(t)
	own := contactPath(t, site, "customer@maple.test")
	for _, test := range []struct {
		who, whom string
		status    int
	}{
		{"site-admin@maple.test", "manager@maple.test", 403}, // case manager of the plant too
		{"site-admin@maple.test", "admin@maple.test", 404},
		{"site-admin@maple.test", "plant@maple.test", 404},
		{"site-admin@maple.test", "customer@harbour.test", 404},
		{"admin@maple.test", "customer@harbour.test", 404},
		{"admin@maple.test", "platform@boreal.test", 404},
		{"manager@maple.test", "customer@maple.test", 404},
		{"customer@maple.test", "customer@maple.test", 404},
		{"agent@boreal.test", "customer@maple.test", 403},
		{"lead@boreal.test", "customer@maple.test", 403},
		{"platform@boreal.test", "agent@boreal.test", 404},
	} {
		v, path := site.As(test.who), contactPath(t, site, test.whom)
		form := typedInto(t, site.As("platform@boreal.test").Get(own), "email", "taken.over@maple.test")
		for verb, values := range map[string]url.Values{"": form, "/login": {"enabled": {"no"}}, "/invitation": {}, "/lock": {}} {
			if got := v.Post(path+verb, values); got.Status != test.status {
				t.Errorf("%s, %s %s: %d, want %d", test.who, test.whom, verb, got.Status, test.status)
			}
		}
	}
	var changed int
	if err := site.DB.Pool().QueryRow(context.Background(), `select count(*) from people where revision > 1 or disabled_at is not null or email like 'taken%'`).Scan(&changed); err != nil || changed > 0 {
		t.Errorf("%d people were changed, %v", changed, err)
	}
}

func TestTwoAdministratorsSaveTheSameContact(t *testing.T) {
	t.Parallel()
	site := handlertest.New(t)
	one, two, path := site.As("admin@maple.test"), site.As("site-admin@maple.test"), contactPath(t, site, "customer@maple.test")
	first, second := one.Get(path), two.Get(path)
	if got := one.Post(path, typedInto(t, first, "first_name", "Christine", "phone", "+1 506 555 0001")); got.Status != 303 {
		t.Fatal(got.Status)
	}
	mine := typedInto(t, second, "last_name", "Doucette", "phone", "+1 506 555 0002")
	for name, send := range map[string]func(string, url.Values) *handlertest.Answer{"whole": two.Post, "part": two.PostPartial} {
		got := send(path, mine)
		if got.Status != 409 || !got.Has("#contact-conflict") {
			t.Fatalf("%s: %d", name, got.Status)
		}
		table := got.Text("#contact-conflict tbody")
		if !strings.Contains(table, "First nameChrisChristinetaken over") || !strings.Contains(table, "Business phone+1 506 555 0142+1 506 555 0001+1 506 555 0002") {
			t.Errorf("%s says %q", name, table)
		}
		for field, want := range map[string]string{"first_name": "Christine", "last_name": "Doucette", "phone": "+1 506 555 0002", "revision": "2"} {
			if v := got.Page().Find(`#contact-form input[name="`+field+`"]`).AttrOr("value", ""); v != want {
				t.Errorf("%s: %s is %q, want %q", name, field, v, want)
			}
		}
		if name == "whole" {
			continue
		}
		if got := two.Post(path, typedInto(t, got)); got.Status != 303 {
			t.Errorf("saved over: %d %s", got.Status, got.Text(".errors"))
		}
		r, err := site.DB.ContactRecord(context.Background(), personID(t, site, "customer@maple.test"))
		if p := r.Person; err != nil || p.FirstName != "Christine" || p.LastName != "Doucette" || p.Phone != "+1 506 555 0002" {
			t.Errorf("kept is %+v, %v", p, err)
		}
		return
	}
}

func TestContactIsMadeOnceAndInvited(t *testing.T) {
	t.Parallel()
	site := handlertest.New(t)
	ctx := context.Background()
	admin := site.As("site-admin@maple.test")
	form := typedInto(t, admin.Get("/contacts/new"), "first_name", "Robin", "last_name", "Gallant", "email", "Robin.Gallant@maple.test")
	admin.Token()
	var clicks sync.WaitGroup
	answers := make([]*handlertest.Answer, 6)
	for i := range answers {
		v := site.As("site-admin@maple.test")
		v.Token()
		clicks.Go(func() { answers[i] = v.Post("/contacts", form) })
	}
	clicks.Wait()
	for _, got := range answers {
		if got.Status != 303 || got.Location() != answers[0].Location() {
			t.Errorf("%d to %q, %s", got.Status, got.Location(), got.Text(".errors"))
		}
	}
	id := personID(t, site, "robin.gallant@maple.test")
	r, err := site.DB.ContactRecord(ctx, id)
	if err != nil || r.Home.Name != "Maple Foods East" || len(r.Grants) != 1 || r.Grants[0].Role != db.Customer || r.Grants[0].Reach != db.ThisAccount {
		t.Fatalf("%+v, %v", r, err)
	}
	letters := func() (n int) {
		if err := site.DB.Pool().QueryRow(ctx, `select count(*) from mails where person_id = $1 and kind = 'invitation'`, id).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if n := letters(); n != 1 {
		t.Errorf("%d invitations", n)
	}
	path := fmt.Sprintf("/contacts/%d", id)
	if page := admin.Get(path); page.Text(".contact-login .login") != "Invited" || !page.Has("#contact-invite") {
		t.Errorf("it says %q", page.Text(".contact-login"))
	}
	if got := mailsIn(admin.Get("/contacts?login=invited")); !slices.Equal(got, []string{"Robin.Gallant@maple.test"}) {
		t.Errorf("invited are %q", got)
	}
	if got := admin.PostPartial(path+"/invitation", nil); got.Status != 200 || letters() != 1 { // the one that was not sent yet makes room
		t.Errorf("invited again: %d, %d letters", got.Status, letters())
	}
	t.Run("who has a password is not invited", func(t *testing.T) {
		if got := admin.Post(contactPath(t, site, "customer@maple.test", "/invitation"), nil); got.Status != 409 {
			t.Errorf("%d", got.Status)
		}
	})
	t.Run("without portal access nobody is invited", func(t *testing.T) {
		form := typedInto(t, admin.Get("/contacts/new"), "first_name", "Lee", "last_name", "Roy", "email", "lee@maple.test", "access", "")
		got := admin.Post("/contacts", form)
		var mails int
		if err := site.DB.Pool().QueryRow(ctx, `select count(*) from mails where person_id = $1`, personID(t, site, "lee@maple.test")).Scan(&mails); err != nil || got.Status != 303 || mails > 0 {
			t.Errorf("%d, %d mails, %v", got.Status, mails, err)
		}
	})
	t.Run("an address that somebody has can't be used, whoever it is", func(t *testing.T) {
		var said []string
		for _, taken := range []string{"customer@maple.test", "customer@harbour.test", "platform@boreal.test", "ROBIN.GALLANT@MAPLE.TEST"} {
			got := admin.Post("/contacts", typedInto(t, admin.Get("/contacts/new"), "first_name", "A", "last_name", "B", "email", taken))
			if got.Status != 422 {
				t.Errorf("%s: %d", taken, got.Status)
			}
			said = append(said, got.Text(".errors"))
		}
		if len(slices.Compact(said)) != 1 {
			t.Errorf("it says %q", said)
		}
	})
	t.Run("not at an account out of reach", func(t *testing.T) {
		for _, account := range []string{"100200", "100211", "100220", "200300", "nothing"} {
			got := admin.Post("/contacts", typedInto(t, admin.Get("/contacts/new"), "first_name", "A", "last_name", "B", "email", uuid.NewString()+"@maple.test", "account", account))
			if got.Status != 422 || !strings.Contains(got.Text(".errors"), "no such account") {
				t.Errorf("%s: %d %s", account, got.Status, got.Text(".errors"))
			}
		}
	})
}

func TestDisabledContactIsOutAtOnce(t *testing.T) {
	ctx := context.Background()
	l := listen(t)
	names := l.names("customer@maple.test", "on=cases")
	customer, admin := l.As("customer@maple.test"), l.As("admin@maple.test")
	path, id := contactPath(t, l.Site, "customer@maple.test"), personID(t, l.Site, "customer@maple.test")
	link := db.Link{TokenHash: []byte("a link"), Purpose: db.ChoosePassword, PersonID: id, Email: "customer@maple.test", CreatedAt: dbtest.Now, ExpiresAt: dbtest.Now.Add(time.Hour)}
	if err := l.DB.AddLink(ctx, &link); err != nil {
		t.Fatal(err)
	}
	if got := admin.Post(path+"/login", url.Values{"enabled": {"no"}}); got.Status != 303 {
		t.Fatalf("%d", got.Status)
	}
	for name := l.next(names); name != ""; name = l.next(names) {
	}
	if got := customer.Get("/"); got.Status != 303 {
		t.Errorf("a disabled contact is shown %d", got.Status)
	}
	if now, err := l.DB.Link(ctx, []byte("a link")); err != nil || now.UsedAt.IsZero() {
		t.Errorf("the link still holds: %+v, %v", now, err)
	}
	if got := mailsIn(admin.Get("/contacts?login=disabled")); !slices.Equal(got, []string{"customer@maple.test"}) {
		t.Errorf("disabled are %q", got)
	}
	if got := admin.Get(path); got.Text(".contact-login .login") != "Login disabled" || got.Has("#contact-invite") {
		t.Errorf("it says %q", got.Text(".contact-login"))
	}
	if got := admin.PostPartial(path+"/login", url.Values{"enabled": {"yes"}}); got.Status != 200 || got.Text(".contact-login .login") != "May sign in" {
		t.Errorf("%d %s", got.Status, got.Text(".contact-login"))
	}
	if got := customer.Get("/"); got.Status != 303 {
		t.Error("the old session is back")
	}
}

func TestNobodyTakesTheLastAdministratorAway(t *testing.T) {
	t.Parallel()
	site := handlertest.New(t)
	ctx := context.Background()
	admin, platform := site.As("admin@maple.test"), site.As("platform@boreal.test")
	no := url.Values{"enabled": {"no"}}
	if got := admin.Post(contactPath(t, site, "admin@maple.test", "/login"), no); got.Status != 422 || !strings.Contains(got.Text(".errors"), "your own login") {
		t.Errorf("oneself: %d %s", got.Status, got.Text(".errors"))
	}
	own := contactPath(t, site, "admin@maple.test")
	if got := admin.Post(own, typedInto(t, admin.Get(own), "access", "")); got.Status != 422 {
		t.Errorf("oneself, by the form: %d", got.Status)
	}
	if got := platform.Post(contactPath(t, site, "site-admin@maple.test", "/login"), no); got.Status != 303 {
		t.Errorf("one of two: %d", got.Status)
	}
	got := platform.Post(own+"/login", no)
	if got.Status != 422 || !strings.Contains(got.Text(".errors"), "no administrator left") {
		t.Errorf("the last: %d %s", got.Status, got.Text(".errors"))
	}
	if got := platform.Post(own, typedInto(t, platform.Get(own), "access", "")); got.Status != 422 || !strings.Contains(got.Text(".errors"), "no administrator left") {
		t.Errorf("the last, by the form: %d %s", got.Status, got.Text(".errors"))
	}
	if got := platform.Post(own, typedInto(t, platform.Get(own), "account", "200300")); got.Status != 422 || !strings.Contains(got.Text(".errors"), "roles at their present company") {
		t.Errorf("the last, moved away: %d %s", got.Status, got.Text(".errors"))
	}

	// Two who administer the same customer disable each other at once: one of them stays.
	plant := personID(t, site, "plant@maple.test")
	maple, err := site.DB.AccountByClient(ctx, db.AccountScope{All: true}, "100200")
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Add(ctx, site.DB, []db.Grant{{PersonID: plant, Role: db.CustomerAdministrator, AccountID: maple.ID, Reach: db.AndBelow}}); err != nil {
		t.Fatal(err)
	}
	other := site.As("plant@maple.test")
	other.Token()
	admin.Token()
	statuses := make([]int, 2)
	var both sync.WaitGroup
	both.Go(func() { statuses[0] = admin.Post(contactPath(t, site, "plant@maple.test", "/login"), no).Status })
	both.Go(func() { statuses[1] = other.Post(own+"/login", no).Status })
	both.Wait()
	var left int
	err = site.DB.Pool().QueryRow(ctx, `select count(*) from people where id in ($1, $2) and disabled_at is null`, plant, personID(t, site, "admin@maple.test")).Scan(&left)
	if err != nil || left != 1 || slices.Equal(statuses, []int{303, 303}) {
		t.Errorf("%d are left, after %v, %v", left, statuses, err)
	}
}

func TestLockIsLifted(t *testing.T) {
	t.Parallel()
	site := handlertest.New(t)
	admin, path := site.As("site-admin@maple.test"), contactPath(t, site, "colleague@maple.test")
	_, err := site.DB.Pool().Exec(context.Background(), `update people set locked_until = $2 where id = $1`, personID(t, site, "colleague@maple.test"), dbtest.Now.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	if got := mailsIn(admin.Get("/contacts?login=locked")); !slices.Equal(got, []string{"colleague@maple.test"}) {
		t.Errorf("locked out are %q", got)
	}
	if page := admin.Get(path); page.Text(".contact-login .login") != "Locked out" || !page.Has("#contact-unlock") {
		t.Errorf("it says %q", page.Text(".contact-login"))
	}
	if got := admin.PostPartial(path+"/lock", nil); got.Status != 200 || got.Text(".contact-login .login") != "May sign in" {
		t.Errorf("%d %q", got.Status, got.Text(".contact-login"))
	}
	if got := audited(t, site, personID(t, site, "colleague@maple.test")); !strings.HasPrefix(got, "contact.unlock") {
		t.Errorf("audited: %s", got)
	}
}

func TestNewAddressOfAContact(t *testing.T) {
	t.Parallel()
	site := handlertest.New(t)
	ctx := context.Background()
	id, path := personID(t, site, "customer@maple.test"), contactPath(t, site, "customer@maple.test")
	link := db.Link{TokenHash: []byte("a link"), Purpose: db.ChoosePassword, PersonID: id, Email: "customer@maple.test", CreatedAt: dbtest.Now, ExpiresAt: dbtest.Now.Add(time.Hour)}
	if err := site.DB.AddLink(ctx, &link); err != nil {
		t.Fatal(err)
	}
	admin := site.As("site-admin@maple.test")
	if got := admin.Post(path, typedInto(t, admin.Get(path), "email", "c.doucet@maple.test")); got.Status != 303 {
		t.Fatalf("%d %s", got.Status, got.Text(".errors"))
	}
	if now, err := site.DB.Link(ctx, []byte("a link")); err != nil || now.UsedAt.IsZero() {
		t.Errorf("a link that was sent to the old address still holds: %+v, %v", now, err)
	}
	var to string
	err := site.DB.Pool().QueryRow(ctx, `select "to" from mails where person_id = $1 and kind = 'email-changed'`, id).Scan(&to)
	if err != nil || to != "customer@maple.test" {
		t.Errorf("the old address is told: %q, %v", to, err)
	}
}

func TestContactsFromElsewhere(t *testing.T) {
	t.Parallel()
	site := handlertest.New(t)
	ctx := context.Background()
	plant, err := site.DB.AccountByClient(ctx, db.AccountScope{All: true}, "100211")
	if err != nil {
		t.Fatal(err)
	}
	maple, err := site.DB.AccountByClient(ctx, db.AccountScope{All: true}, "100210")
	if err != nil {
		t.Fatal(err)
	}
	west := personID(t, site, "west@maple.test")
	err = db.Add(ctx, site.DB, []db.Grant{{PersonID: west, Role: db.CaseManager, AccountID: maple.ID, Reach: db.ThisAccount}, {PersonID: west, Role: db.Reports, AccountID: plant.ID, Reach: db.ThisAccount}})
	if err != nil {
		t.Fatal(err)
	}
	v := site.As("site-admin@maple.test")
	got := v.Get("/contacts/elsewhere")
	if text := got.Text("main tbody"); text != "Priya Sandhuwest@maple.testcase manager · Maple Foods East this account only" {
		t.Errorf("it says %q", text)
	}
	if strings.Contains(got.Text("main"), "West") && !strings.Contains(got.Text("main"), "west@") || strings.Contains(got.Text("main"), "Plant") {
		t.Error("it names accounts that are out of reach")
	}
	if got := v.Get(contactPath(t, site, "west@maple.test")); got.Status != 404 {
		t.Errorf("they open: %d", got.Status)
	}
	if got := site.As("admin@maple.test").Get("/contacts/elsewhere"); got.Status != 200 || got.Has("main tbody") {
		t.Errorf("the customer's own administrator: %d %s", got.Status, got.Text("main"))
	}
}

func TestContactsAreExportedAsTheyAreImported(t *testing.T) {
	t.Parallel()
	site := handlertest.New(t)
	if _, err := site.DB.Pool().Exec(context.Background(), `update people set first_name = '=HYPERLINK("http://evil.test")' where email = 'colleague@maple.test'`); err != nil {
		t.Fatal(err)
	}
	got := site.As("site-admin@maple.test").Get("/contacts/export.csv?sort=email&role=case-manager")
	if got.Status != 200 || got.Header.Get("Content-Type") != "text/csv; charset=utf-8" || !strings.Contains(got.Header.Get("Content-Disposition"), "contacts.csv") {
		t.Fatalf("%d %v", got.Status, got.Header)
	}
	want := "\ufefffirst_name,last_name,email,phone,language,time_zone,account,location,email_notification,portal_access,monitoring,roles\n" +
		"Dana,Whitaker,manager@maple.test,'+1 506 555 0140,en,,100210,,yes,yes,no,customer 100210 account; case-manager 100210 below\n"
	if got.Body != want {
		t.Errorf("exported is %q", got.Body)
	}
	if all := site.As("admin@maple.test").Get("/contacts/export.csv"); !strings.Contains(all.Body, `"'=HYPERLINK(`) {
		t.Errorf("a formula stands in it: %s", all.Body)
	}
	if all := site.As("site-admin@maple.test").Get("/contacts/export.csv"); strings.Contains(all.Body, "100200") || strings.Contains(all.Body, "100211") {
		t.Errorf("accounts out of reach stand in it: %s", all.Body)
	}
}

func TestContactsAddresses(t *testing.T) {
	t.Parallel()
	site := handlertest.New(t)
	v := site.As("admin@maple.test")
	for path, want := range map[string]string{
		"/contacts?account=100210":                             "4 contacts",
		"/contacts?account=100210&below=yes":                   "5 contacts",
		"/contacts?account=halifax":                            "1 contact",
		"/contacts?account=maple":                              "0 contacts", // several have the word
		"/contacts?account=200300":                             "0 contacts", // as one that isn't there
		"/contacts?account=no-such":                            "0 contacts",
		"/contacts?role=customer-administrator":                "2 contacts",
		"/contacts?role=agent":                                 "8 contacts",
		"/contacts?login=asleep&sort=phone&after=x&before=%00": "8 contacts",
		"/contacts?q=doucet":                                   "1 contact",
		"/contacts?q=DOUCET+chr":                               "1 contact",
		"/contacts?q=%27%26%7C%21%3A*":                         "0 contacts",
	} {
		for name, got := range map[string]*handlertest.Answer{"whole": v.Get(path), "part": v.Partial(path)} {
			text := got.Text("#contacts-total")
			if name == "part" {
				text = got.Text(`hx-partial[hx-target="#contacts-total"]`)
			}
			if got.Status != http.StatusOK || text != want {
				t.Errorf("%s (%s): %d, %q, want %q", path, name, got.Status, text, want)
			}
		}
	}
	if got := v.Get("/contacts?account=maple"); got.Page().Find(".link-rows a").Length() != 4 || strings.Contains(got.Body, "Harbour") {
		t.Errorf("it asks for %q", got.Text(".link-rows"))
	}
	first := v.Get("/contacts?sort=-account").Text(".contacts-table tbody tr:first-child .k-account")
	if first != "Maple Foods West" {
		t.Errorf("sorted by account from Z, %q is first", first)
	}
}
