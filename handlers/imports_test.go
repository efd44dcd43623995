package handlers_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"portico/db"
	"portico/db/dbtest"
	"portico/handlers/desk"
	"portico/handlers/handlertest"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/uuid"
)

const contactHead = "first_name,last_name,email,account\n"

// tryFile sends a file of contacts, and goes on to what would come of it.
func tryFile(t testing.TB, v *handlertest.Visitor, text string) *handlertest.Answer {
	t.Helper()
	got := v.Upload("/contacts/import", nil, false, handlertest.File{Field: "file", Name: "contacts.csv", Body: []byte(text)})
	if got.Status != 303 {
		t.Fatalf("%d %s", got.Status, got.Text("#import-errors"))
	}
	return v.Get(got.Location())
}

// sums are the numbers on top of what comes of a file: refused, created, changed, unchanged.
func sums(a *handlertest.Answer) string {
	var list []string
	a.Page().Find(".import-sum dd").Each(func(_ int, s *goquery.Selection) { list = append(list, s.Text()) })
	return strings.Join(list, " ")
}

func counted(t testing.TB, site *handlertest.Site, sql string, args ...any) (n int) {
	t.Helper()
	if err := site.DB.Pool().QueryRow(context.Background(), sql, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestContactsAreImported(t *testing.T) {
	t.Parallel()
	site := handlertest.New(t)
	ctx := context.Background()
	admin := site.As("admin@maple.test")
	if !admin.Get("/contacts").Has(`a[href="/contacts/import"]`) {
		t.Error("the list doesn't lead there")
	}
	people := counted(t, site, `select count(*) from people`)
	page := tryFile(t, admin, "Email;Last name;First name;account;location;language;portal_access;roles\r\n"+
		"robin@maple.test;Gallant;\"Robin \"\"Rob\"\"\";100210;Moncton Office;FR;;\r\n"+
		"kim@maple.test;LeBlanc;Kim;100220;;;no;customer 100220 account; case-manager 100210 below\r\n"+
		"CUSTOMER@maple.test;Doucet;Christian;100210;;;;\r\n")
	if sums(page) != "1 1 1 0" || !strings.Contains(page.Text(".import-rows"), "roles There are more fields") {
		t.Fatalf("%q %s", sums(page), page.Text(".import-rows")) // the separator stands between the roles
	}
	page = tryFile(t, admin, "Email;Last name;First name;account;location;language;portal_access;roles\r\n"+
		"robin@maple.test;Gallant;\"Robin \"\"Rob\"\"\";100210;Moncton Office;FR;;\r\n"+
		"kim@maple.test;LeBlanc;Kim;100220;;;no;\"customer 100220 account; case-manager 100210 below\"\r\n"+
		"customer@maple.test;Doucet;Christian;100210;;;;\r\n")
	if sums(page) != "0 2 1 0" || !strings.Contains(page.Text("tr[data-verdict=change]"), "first_name Chris → Christian") {
		t.Fatalf("%q %s", sums(page), page.Text(".import-rows"))
	}
	if n := counted(t, site, `select count(*) from people`); n != people {
		t.Errorf("%d people were made before anybody asked for it", n-people)
	}
	form := page.Form("#import-go")
	done := admin.Submit(form)
	if done.Status != 303 {
		t.Fatal(done.Status)
	}
	if page = admin.Get(done.Location()); !page.Has("#import-done") || sums(page) != "0 2 1 0" {
		t.Fatalf("%s", page.Text("main"))
	}
	robin, err := site.DB.ContactRecord(ctx, personID(t, site, "robin@maple.test"))
	if p := robin.Person; err != nil || p.FirstName != `Robin "Rob"` || p.Language != "fr" || robin.Location != "Moncton Office" || !p.DisabledAt.IsZero() ||
		len(robin.Grants) != 1 || robin.Grants[0].Role != db.Customer || robin.Grants[0].AccountID != robin.Home.ID {
		t.Errorf("%+v %v", robin, err)
	}
	kim, err := site.DB.ContactRecord(ctx, personID(t, site, "kim@maple.test"))
	if err != nil || kim.Person.DisabledAt.IsZero() || len(kim.Grants) != 2 || kim.Grants[1].Reach != db.AndBelow {
		t.Errorf("%+v %v", kim, err)
	}
	if n := counted(t, site, `select count(*) from mails where kind = 'invitation' and "to" like '%@maple.test'`); n != 1 {
		t.Errorf("%d letters", n)
	}
	if n := counted(t, site, `select count(*) from river_job where kind = 'send_letter'`); n != 1 {
		t.Errorf("%d letters are on their way", n)
	}
	if got := audited(t, site, kim.Person.ID); !strings.HasPrefix(got, "grant.give") || !strings.Contains(got, `"import"`) {
		t.Errorf("audited: %s", got)
	}
	if n := counted(t, site, `select count(*) from audit where action in ('contacts.try-import', 'contacts.import', 'contact.create', 'contact.change')`); n != 6 {
		t.Errorf("%d lines in the audit log", n)
	}

	t.Run("a second click imports nothing", func(t *testing.T) {
		before := counted(t, site, `select count(*) from people`) + counted(t, site, `select count(*) from audit where action <> 'contact.look'`)
		if got := admin.Submit(form); got.Status != 303 {
			t.Error(got.Status)
		}
		if after := counted(t, site, `select count(*) from people`) + counted(t, site, `select count(*) from audit where action <> 'contact.look'`); after != before {
			t.Errorf("%d more", after-before)
		}
	})
	t.Run("nobody else sees it", func(t *testing.T) {
		for _, who := range []string{"site-admin@maple.test", "platform@boreal.test"} {
			for _, path := range []string{done.Location(), done.Location() + "/rows.csv"} {
				if got := site.As(who).Get(path); got.Status != 404 {
					t.Errorf("%s, %s: %d", who, path, got.Status)
				}
			}
		}
	})
	t.Run("it is forgotten after a day", func(t *testing.T) {
		if n := counted(t, site, `select count(*) from imports where rows is not null and state = 'done'`); n != 0 {
			t.Error("its rows are still there")
		}
		site.SetClock(dbtest.Now.Add(25 * time.Hour))
		defer site.SetClock(dbtest.Now)
		if err := site.Desk.ForgetImports(ctx); err != nil || counted(t, site, `select count(*) from imports`) != 0 {
			t.Error("it is still there", err)
		}
	})
}

// TestExportComesBackUnchanged: what was exported and comes back changes nothing, whoever exports it, formulas included.
func TestExportComesBackUnchanged(t *testing.T) {
	t.Parallel()
	site := handlertest.New(t)
	for i, name := range []string{"=1+1", "'quoted", "-Dash", "two\u00a0words"} {
		if _, err := site.DB.Pool().Exec(context.Background(), `update people set last_name = $1 where email = $2`, name, east[i]); err != nil {
			t.Fatal(err)
		}
	}
	for _, who := range []string{"admin@maple.test", "site-admin@maple.test", "platform@boreal.test"} {
		v := site.As(who)
		file := v.Get("/contacts/export.csv").Body
		rows := len(emailsIn(t, v.Get("/contacts/export.csv")))
		page := tryFile(t, v, file)
		if want := fmt.Sprintf("0 0 0 %d", rows); sums(page) != want || page.Has("#import-go") || !page.Has("#import-nothing") {
			t.Errorf("%s: %q, want %q: %s", who, sums(page), want, page.Text(".import-rows"))
		}
	}
}

// TestImportsRowsAreRefused: each bad row has its column and its sentence; the sentence for what is out of reach tells nothing.
func TestImportsRowsAreRefused(t *testing.T) {
	t.Parallel()
	site := handlertest.New(t)
	admin := site.As("site-admin@maple.test")
	const head = "first_name,last_name,email,account,phone,language,time_zone,location,email_notification,portal_access,monitoring,roles\n"
	for _, test := range []struct{ row, column, says string }{
		{"Chris,,new@maple.test,100210", "last_name", "Please give a name."},
		{"\"Chris\r\nBcc: all@maple.test\",X,new@maple.test,100210", "first_name", "too long for a name"},
		{"Chris\x00,X,new@maple.test,100210", "first_name", "characters in it that can’t be read"},
		{"Chris,Doucet\u202etset.elpam,new@maple.test,100210", "last_name", "too long for a name"},
		{"Chris," + strings.Repeat("é", 1001) + ",new@maple.test,100210", "last_name", "longer than 1,000"},
		{"Chris,X,,100210", "email", "Please give an e-mail address."},
		{"Chris,X,nobody,100210", "email", "not an e-mail address"},
		{"Chris,X,сhris@maple.test,100210", "email", "letters"},
		{"Chris,X,customer@harbour.test,100210", "email", "This address can’t be used."},
		{"Chris,X,admin@maple.test,100210", "email", "This address can’t be used."},
		{"Chris,X,PLATFORM@boreal.test,100210", "email", "This address can’t be used."},
		{"Chris,X," + db.NobodyEmail + ",100210", "email", "not an e-mail address"},
		{"Chris,X,new@maple.test,", "account", "client number"},
		{"Chris,X,new@maple.test,100200", "account", "no such account among those you administer"},
		{"Chris,X,new@maple.test,200300", "account", "no such account among those you administer"},
		{"Chris,X,new@maple.test,999999", "account", "no such account among those you administer"},
		{"Chris,X,new@maple.test,100210,call me", "phone", "not a phone number"},
		{"Chris,X,new@maple.test,100210,,tlh", "language", "Write “en” or “fr”"},
		{"Chris,X,new@maple.test,100210,,,../../etc/passwd", "time_zone", "not a time zone"},
		{"Chris,X,new@maple.test,100210,,,,Atlantis", "location", "not a location of this account"},
		{"Chris,X,new@maple.test,100210,,,,,maybe", "email_notification", "Write “yes” or “no”"},
		{"Chris,X,new@maple.test,100210,,,,,,,,boss", "roles", "Write each role as"},
		{"Chris,X,new@maple.test,100210,,,,,,,,platform-administrator 100210 account", "roles", "Write each role as"},
		{"Chris,X,new@maple.test,100210,,,,,,,,boss 100210 account", "roles", "no role of contacts"},
		{"Chris,X,new@maple.test,100210,,,,,,,,customer-administrator 100200 below", "roles", "no such account among those you administer"},
		{"Chris,X,new@maple.test,100210,,,,,,,,customer-administrator 200300 account", "roles", "no such account among those you administer"},
		{"Chris,X,new@maple.test,100210,,,,,,,,case-manager 100210 below", "roles", "can’t reach those below"},
		{"Other,Name,manager@maple.test,100210", "email", "go beyond what you administer"},
		{"Sam,Site,site-admin@maple.test,100210,,,,,,no", "portal_access", "take your own login"},
	} {
		page := tryFile(t, admin, head+test.row+"\n")
		line := page.Page().Find("tr[data-verdict=refuse]")
		found := false
		line.Find("li").Each(func(_ int, s *goquery.Selection) {
			found = found || s.Find("code").Text() == test.column && strings.Contains(s.Text(), test.says)
		})
		if !found || line.Find("th").Text() != "2" || page.Has("#import-go") {
			t.Errorf("%.60q: row %s, %q", test.row, line.Find("th").Text(), line.Text())
		}
	}
	t.Run("rows are counted as a spreadsheet does, and an address is there once", func(t *testing.T) {
		page := tryFile(t, admin, contactHead+"A,\"B\n\",a@maple.test,100210\n\n,,,\nC,D,c@maple.test,100210\nE,F,ａ@maple.test,100210\nG,H,A@MAPLE.test,100210\n")
		text := page.Text(".import-rows")
		if sums(page) != "2 2 0 0" || !strings.Contains(text, "6 E F") || !strings.Contains(text, "7 G H") || strings.Count(text, "stands in row 2 already") != 2 {
			t.Errorf("%q %s", sums(page), text)
		}
	})
	t.Run("all of them come as a file", func(t *testing.T) {
		admin := site.As("platform@boreal.test")
		page := tryFile(t, admin, contactHead+"Chris,X,=new,100210\n")
		report := admin.Get(page.Page().Find("a[download]").AttrOr("href", ""))
		if report.Status != 200 || !strings.Contains(report.Body, "2,refuse,'=new,email,'=new,,,") {
			t.Errorf("%d %s", report.Status, report.Body)
		}
	})
}

// TestAddressesAreNotAskedThrough: a file is no way to find out which of many addresses the provider knows.
func TestAddressesAreNotAskedThrough(t *testing.T) {
	t.Parallel()
	site := handlertest.New(t)
	_, err := site.DB.Pool().Exec(context.Background(), `insert into people (account_id, first_name, last_name, email)
		select a.id, 'X', 'Y', 'foreign' || n || '@harbour.test' from accounts a, generate_series(1, 21) n where a.client_number = '200300'`)
	if err != nil {
		t.Fatal(err)
	}
	text := contactHead
	for n := range 21 {
		text += fmt.Sprintf("A,B,foreign%d@harbour.test,100210\n", n+1)
	}
	got := site.As("admin@maple.test").Upload("/contacts/import", nil, false, handlertest.File{Field: "file", Name: "contacts.csv", Body: []byte(text)})
	if got.Status != 422 || !strings.Contains(got.Text("#import-errors"), "More than 20 addresses") || counted(t, site, `select count(*) from imports`) != 0 {
		t.Errorf("%d %s", got.Status, got.Text("main"))
	}
}

// TestFilesAreRefused: a file that can't be read as contacts has its sentence, and is read no further than it must be.
func TestFilesAreRefused(t *testing.T) {
	t.Parallel()
	site := handlertest.New(t)
	admin := site.As("admin@maple.test")
	for _, test := range []struct{ name, text, says string }{
		{"none", "", "The file is empty."},
		{"no contacts", contactHead, "no contacts below"},
		{"no head", "Chris,X,new@maple.test,100210\n", "must name the columns"},
		{"missing columns", "first_name,email\nA,b@c.test\n", "which are needed: last_name, account"},
		{"unknown columns", "shoe,first_name,last_name,email,account\n", "columns that contacts don’t have: shoe"},
		{"a column twice", "email,first_name,last_name,email,account\n", "names a column twice: email"},
		{"another encoding", contactHead + "Ren\xe9,X,new@maple.test,100210\n", "Row 2 isn’t UTF-8"},
		{"a workbook", "PK\x03\x04 and so on", "This is a workbook"},
		{"UTF-16 without its mark", "f\x00i\x00r\x00s\x00t\x00", "not a text file"},
		{"quotes out of place", contactHead + "A,B\"C,new@maple.test,100210\n", "In row 2 a quotation mark"},
		{"an endless line", contactHead + strings.Repeat(",", 70_000), "far too long for contacts"},
		{"too many rows", contactHead + strings.Repeat("A,B,c@d.test,1\n", 20_001), "more than 20,000 rows"},
		{"too large", contactHead + strings.Repeat("A,"+strings.Repeat("x", 1000)+",c@d.test,1\n", 11_000), "larger than 10"},
	} {
		got := admin.Upload("/contacts/import", nil, false, handlertest.File{Field: "file", Name: "contacts.csv", Body: []byte(test.text)})
		if got.Status != 422 || !strings.Contains(got.Text("#import-errors"), test.says) || !got.Has("#import-file[aria-invalid]") {
			t.Errorf("%s: %d %q", test.name, got.Status, got.Text("#import-errors"))
		}
	}
	if got := admin.Upload("/contacts/import", nil, false); got.Status != 422 || !strings.Contains(got.Text("#import-errors"), "Choose a file") {
		t.Errorf("no file: %d %q", got.Status, got.Text("#import-errors"))
	}
	t.Run("Windows’ own letters, where it is said", func(t *testing.T) {
		got := admin.Upload("/contacts/import", map[string][]string{"western": {"yes"}}, false,
			handlertest.File{Field: "file", Name: "contacts.csv", Body: []byte(contactHead + "Ren\xe9,X,new@maple.test,100210\n")})
		if page := admin.Get(got.Location()); !strings.Contains(page.Text(".import-rows"), "René X") {
			t.Errorf("%d %s", got.Status, page.Text("main"))
		}
	})
	t.Run("a million rows are refused early", func(t *testing.T) {
		got := admin.Upload("/contacts/import", nil, false, handlertest.File{Field: "file", Name: "contacts.csv",
			Body: bytes.Repeat([]byte("first_name,last_name,email,account\n"), 1_000_000)})
		if got.Status != 422 || !strings.Contains(got.Text("#import-errors"), "more than 20,000 rows") {
			t.Errorf("%d %q", got.Status, got.Text("#import-errors"))
		}
	})
	if n := counted(t, site, `select count(*) from imports`); n != 1 {
		t.Errorf("%d files are kept", n)
	}
}

// TestWhatChangedIsShownAgain: what is imported is what was seen; else it is shown anew, and nothing is done.
func TestWhatChangedIsShownAgain(t *testing.T) {
	t.Parallel()
	site := handlertest.New(t)
	admin := site.As("admin@maple.test")
	page := tryFile(t, admin, contactHead+"Robin,Gallant,robin@maple.test,100210\nChristian,Doucet,customer@maple.test,100210\n")
	path := contactPath(t, site, "customer@maple.test")
	if got := site.As("site-admin@maple.test").Post(path, typedInto(t, site.As("site-admin@maple.test").Get(path), "first_name", "Christina")); got.Status != 303 {
		t.Fatal(got.Status)
	}
	got := admin.Submit(page.Form("#import-go"))
	again := admin.Get(got.Location())
	if !again.Has("#import-note") || !strings.Contains(again.Text("tr[data-verdict=change]"), "Christina → Christian") {
		t.Fatalf("%s", again.Text("main"))
	}
	if n := counted(t, site, `select count(*) from people where email = 'robin@maple.test'`); n != 0 {
		t.Error("half of it was imported")
	}
	admin.Submit(page.Form("#import-go")) // from the page as it was before
	if n := counted(t, site, `select count(*) from people where email = 'robin@maple.test'`); n != 0 {
		t.Error("what was not seen was imported")
	}
	if done := admin.Get(admin.Submit(again.Form("#import-go")).Location()); !done.Has("#import-done") {
		t.Error(done.Text("main"))
	}
}

func TestImportTakesNoLastAdministrator(t *testing.T) {
	t.Parallel()
	site := handlertest.New(t)
	v := site.As("platform@boreal.test")
	file := v.Get("/contacts/export.csv?role=customer-administrator").Body
	lines := strings.SplitAfter(file, "\n")
	for name, edit := range map[string]func(string) string{
		"by their logins": func(s string) string { return strings.ReplaceAll(s, ",yes,yes,", ",yes,no,") },
		"by their roles":  func(s string) string { return strings.ReplaceAll(s, "customer-administrator", "reports") },
	} {
		page := tryFile(t, v, lines[0]+"New,Comer,new."+uuid.NewString()+"@maple.test,,,,100210,,,,,\n"+edit(strings.Join(lines[1:], "")))
		if !page.Has("#import-go") {
			t.Fatalf("%s: %s", name, page.Text("main"))
		}
		page = v.Get(v.Submit(page.Form("#import-go")).Location())
		if !strings.Contains(page.Text("#import-note"), "without an administrator") {
			t.Errorf("%s: %s", name, page.Text("main"))
		}
	}
	if n := counted(t, site, `select count(*) from people where email like 'new.%' or disabled_at is not null and email <> $1`, db.NobodyEmail); n != 0 {
		t.Errorf("%d people were changed", n)
	}
}

// TestImportLosesRightsMeanwhile: what somebody may do counts when it is done.
func TestImportLosesRightsMeanwhile(t *testing.T) {
	t.Parallel()
	site := handlertest.New(t)
	ctx := context.Background()
	who := site.Actor("site-admin@maple.test")
	var rows []db.ImportRow
	for i := range 300 {
		rows = append(rows, db.ImportRow{Row: i + 2, Values: []string{"Robin", "Gallant", fmt.Sprintf("robin%d@maple.test", i), "100210"}})
	}
	id, err := site.Desk.TryImport(ctx, who, uuid.New(), desk.ContactFile{Columns: []string{"first_name", "last_name", "email", "account"}, Rows: rows})
	if err == nil {
		err = site.Desk.AskImport(ctx, who, id, 1, true)
	}
	if i, err := site.Desk.Import(ctx, who, id); err != nil || i.State != db.ImportAsked {
		t.Fatal(i.State, err)
	}
	if page := site.As("site-admin@maple.test").Partial(fmt.Sprintf("/contacts/import/%d", id)); !page.Has("#importing[hx-trigger] progress") {
		t.Errorf("%s", page.Body)
	}
	if err == nil {
		_, err = site.DB.Pool().Exec(ctx, `delete from grants where person_id = $1`, who.Person.ID)
	}
	if err == nil {
		err = site.Desk.WorkImports(ctx)
	}
	if err != nil {
		t.Fatal(err)
	}
	if i, err := site.DB.Import(ctx, who.Person.ID, id); err != nil || i.Note != db.ImportBarred || i.State != db.ImportTried {
		t.Errorf("%+v, %v", i, err)
	}
	if n := counted(t, site, `select count(*) from people where email like 'robin%'`); n != 0 {
		t.Errorf("%d were imported", n)
	}
}

// TestImportsAtOnce: two administrators import the same file at once, by copies that all look for work: each contact is
// made once, and one of the two hears that it was done already.
func TestImportsAtOnce(t *testing.T) {
	t.Parallel()
	site := handlertest.New(t)
	ctx := context.Background()
	var rows []db.ImportRow
	for i := range 400 {
		rows = append(rows, db.ImportRow{Row: i + 2, Values: []string{"Robin", "Gallant", fmt.Sprintf("robin%d@maple.test", i), "100210"}})
	}
	file := desk.ContactFile{Columns: []string{"first_name", "last_name", "email", "account"}, Rows: rows}
	var work sync.WaitGroup
	submission := uuid.New()
	ids := make([]int64, 8)
	for i := range ids {
		who := site.Actor([]string{"admin@maple.test", "platform@boreal.test"}[i%2])
		token := submission // of one of the two sent often, of the other anew each time
		if i%2 == 1 {
			token = uuid.New()
		}
		work.Go(func() {
			var err error
			if ids[i], err = site.Desk.TryImport(ctx, who, token, file); err == nil {
				err = site.Desk.AskImport(ctx, who, ids[i], 1, true)
			}
			if err == nil || i%2 == 1 { // a newer file takes the place of one that nobody asked for
				err = site.Desk.WorkImports(ctx)
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	work.Wait()
	if err := site.Desk.WorkImports(ctx); err != nil {
		t.Fatal(err)
	}
	if n := counted(t, site, `select count(*) from people where email like 'robin%'`); n != 400 {
		t.Errorf("%d contacts", n)
	}
	if n := counted(t, site, `select count(*) from mails where kind = 'invitation'`); n != 400 {
		t.Errorf("%d letters", n)
	}
	if n := counted(t, site, `select count(*) from imports where state = 'asked'`); n != 0 {
		t.Errorf("%d wait", n)
	}
	if done := counted(t, site, `select count(*) from imports where state = 'done'`); done != 1 {
		t.Errorf("%d were done", done)
	}
	for _, id := range []int64{ids[0], ids[2], ids[4]} {
		if id != ids[6] {
			t.Errorf("one form made %v", ids)
		}
	}
}

// TestBrokenImportLeavesNothing: what breaks off in its middle has done nothing, and is begun anew.
func TestBrokenImportLeavesNothing(t *testing.T) {
	t.Parallel()
	site := handlertest.New(t)
	ctx := context.Background()
	who := site.Actor("admin@maple.test")
	var rows []db.ImportRow
	for i := range 2500 {
		rows = append(rows, db.ImportRow{Row: i + 2, Values: []string{"Robin", "Gallant", fmt.Sprintf("robin%d@maple.test", i), "100210"}})
	}
	id, err := site.Desk.TryImport(ctx, who, uuid.New(), desk.ContactFile{Columns: []string{"first_name", "last_name", "email", "account"}, Rows: rows})
	if err == nil {
		err = site.Desk.AskImport(ctx, who, id, 1, true)
	}
	if err != nil {
		t.Fatal(err)
	}
	// Somebody else is about to take an address of its third part: it waits for them, and is killed.
	other, err := site.DB.Pool().Begin(ctx)
	if err == nil {
		_, err = other.Exec(ctx, `insert into people (staff, first_name, last_name, email) values (true, 'R', 'G', 'robin2400@maple.test')`)
	}
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error)
	go func() { ended <- site.Desk.WorkImports(ctx) }()
	for killed := 0; killed == 0; {
		killed = counted(t, site, `select count(pg_terminate_backend(pid)) from pg_stat_activity
			where datname = current_database() and wait_event = 'transactionid' and query like '%insert into people%'`)
	}
	if err := <-ended; err == nil {
		t.Error("it went on")
	}
	if err := other.Rollback(ctx); err != nil {
		t.Fatal(err)
	}
	if n := counted(t, site, `select worked from imports`); n != 2000 {
		t.Errorf("it was at %d", n)
	}
	if n := counted(t, site, `select (select count(*) from people where email like 'robin%') + (select count(*) from mails where kind = 'invitation') +
		(select count(*) from audit where action = 'contact.create') + (select count(*) from river_job where kind = 'send_letter')`); n != 0 {
		t.Errorf("%d rows of it are there", n)
	}
	if err := site.Desk.WorkImports(ctx); err != nil || counted(t, site, `select count(*) from people where email like 'robin%'`) != 2500 {
		t.Errorf("it is not begun anew: %v", err)
	}
}

// TestImportTemplate is itself a file that can be imported.
func TestImportTemplate(t *testing.T) {
	t.Parallel()
	site := handlertest.New(t)
	admin := site.As("admin@maple.test")
	template := admin.Get("/contacts/import/template.csv")
	if page := tryFile(t, admin, template.Body); sums(page) != "0 1 0 0" {
		t.Errorf("%s", page.Text(".import-rows"))
	}
	page := admin.Get("/contacts/import")
	for _, column := range desk.ContactColumns {
		if page.Page().Find(".import-columns dt code").FilterFunction(func(_ int, s *goquery.Selection) bool { return s.Text() == column }).Length() != 1 {
			t.Errorf("the page doesn't tell of %s", column)
		}
	}
}

// BenchmarkImport imports 10,000 contacts, with their invitations: what it takes to try the file, and to write it.
func BenchmarkImport(b *testing.B) {
	const contacts = 10_000
	site := handlertest.New(b)
	ctx := context.Background()
	var tried, written time.Duration
	var statements int64
	for n := 0; b.Loop(); n++ {
		var text bytes.Buffer
		text.WriteString("first_name,last_name,email,phone,language,time_zone,account,location,email_notification,portal_access,monitoring,roles\n")
		for i := range contacts {
			fmt.Fprintf(&text, "Robin,Gallant,robin%d.%d@maple.test,+1 506 555 0142,fr,America/Moncton,100210,Moncton Office,yes,yes,no,customer 100210 account; case-manager 100220 below\n", n, i)
		}
		v := site.As("admin@maple.test")
		v.Token()
		began := time.Now()
		got := v.Upload("/contacts/import", nil, false, handlertest.File{Field: "file", Name: "contacts.csv", Body: text.Bytes()})
		tried += time.Since(began)
		if got.Status != 303 {
			b.Fatal(got.Status, got.Text("main"))
		}
		if answer := v.Submit(v.Get(got.Location()).Form("#import-go")); answer.Status != 303 {
			b.Fatal(answer.Status)
		}
		before := site.DB.Statements()
		began = time.Now()
		if err := site.Desk.WorkImports(ctx); err != nil {
			b.Fatal(err)
		}
		written += time.Since(began)
		statements += site.DB.Statements() - before
	}
	if got := counted(b, site, `select count(*) from people where email like 'robin%'`); got != contacts*b.N {
		b.Fatalf("%d contacts", got)
	}
	b.ReportMetric(tried.Seconds()/float64(b.N), "s/try")
	b.ReportMetric(written.Seconds()/float64(b.N), "s/import")
	b.ReportMetric(float64(statements)/float64(b.N), "statements")
}
