package desk_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"time"
	"unicode/utf8"

	"portico/db"
	"portico/db/dbtest"
	"portico/handlers/desk"
	"portico/handlers/handlertest"
	"portico/policy"
	"portico/rules"

	"github.com/google/uuid"
)

// issue is an answered form that reports an issue.
func issue(account, service string, more ...string) desk.Open {
	raw := map[string][]string{
		"account": {account}, "all_locations": {"yes"}, "service": {service}, "intermittent": {"no"},
		"issue_type": {"Other"}, "description": {"It does not work."},
	}
	for i := 0; i+1 < len(more); i += 2 {
		key, value := more[i], more[i+1]
		if value == "" {
			delete(raw, key)
			continue
		}
		raw[key] = strings.Split(value, "|")
	}
	return desk.Open{Ask: desk.Ask{Item: "report-issue", Raw: raw}, Submission: uuid.New()}
}

const maple, mapleEast, mapleHalifax, mapleWest = "100200", "100210", "100211", "100220"

func TestExamplesOfTheFirstRuleSet(t *testing.T) {
	site := handlertest.New(t)
	who := site.Actor("customer@maple.test")
	some := []string{"all_locations", "no", "locations", "Moncton Office"}
	with := func(service string, more ...string) desk.Open { return issue(mapleEast, service, more...) }
	for _, example := range []struct {
		name     string
		in       desk.Open
		priority db.Priority
		queue    string
		by       rules.By
	}{
		{"urgent and everywhere", with("Hosted Voice", "urgent", "yes", "urgent_reason", "Nobody can call."), 1, "Voice", rules.By{Priority: "Urgent and everywhere", Queue: "Voice"}},
		{"everywhere, comes and goes", with("Hosted Voice", "intermittent", "yes"), 3, "Voice", rules.By{Priority: rules.ByDefault, Queue: "Voice"}},
		{"everywhere, all the time", with("Hosted Voice"), 2, "Voice", rules.By{Priority: "Everywhere, all the time", Queue: "Voice"}},
		{"comes and goes, in places", with("SD-WAN", append(some, "intermittent", "yes")...), 4, "Data & Network", rules.By{Priority: "Comes and goes, in places", Queue: "Data"}},
		{"urgent, comes and goes, in places", with("SD-WAN", append(some, "intermittent", "yes", "urgent", "yes", "urgent_reason", "Tills are down.")...), 2, "Data & Network", rules.By{Priority: "Urgent", Queue: "Data"}},
		{"911 among others", with("Managed Firewall", append(some, "intermittent", "yes", "additional", "yes", "additional_services", "911 service")...), 1, "Voice", rules.By{Priority: "Emergency calling", Queue: "Emergency calling"}},
		{"a firewall in places", with("Managed Firewall", some...), 3, "Security", rules.By{Priority: rules.ByDefault, Queue: "Security"}},
		{"a firewall and fibre, urgent", with("Managed Firewall", append(some, "additional", "yes", "additional_services", "Fibre Internet", "urgent", "yes", "urgent_reason", "We are closed.")...), 2, "Data & Network", rules.By{Priority: "Urgent", Queue: "Data"}},
		{"a change", desk.Open{Ask: desk.Ask{Item: "technical-change-request", Raw: map[string][]string{"account": {mapleEast}, "service": {"Hosted Voice"}, "change_type": {"Add or remove a hunt group"}}}, Submission: uuid.New()},
			4, "Change Desk", rules.By{Priority: "Changes", Queue: "Changes"}},
		{"a bill", desk.Open{Ask: desk.Ask{Item: "billing-inquiry", Raw: map[string][]string{"account": {mapleEast}, "topic": {"Incorrect charge"}, "contact_by": {"phone"}, "description": {"Twice the same."}}}, Submission: uuid.New()},
			4, "Billing", rules.By{Priority: "Billing", Queue: "Billing"}},
	} {
		t.Run(example.name, func(t *testing.T) {
			kase, err := site.Desk.Open(t.Context(), who, example.in)
			if err != nil {
				t.Fatal(err)
			}
			queue := site.Queue(example.queue)
			if kase.Priority != example.priority || kase.QueueID != queue.ID {
				t.Errorf("priority %d in queue %d, want %d in %d (%s)", kase.Priority, kase.QueueID, example.priority, queue.ID, example.queue)
			}
			if by := kase.Decision.By; by.Priority != example.by.Priority || by.Queue != example.by.Queue {
				t.Errorf("decided by %+v, want %+v", by, example.by)
			}
		})
	}
}

func TestWhatAnOpenedCaseHolds(t *testing.T) {
	site := handlertest.New(t)
	who := site.Actor("customer@maple.test")
	kase, err := site.Desk.Open(t.Context(), who, issue(mapleEast, "SIP Trunking", "urgent_reason", "not asked", "additional_services", "Hosted Voice"))
	if err != nil {
		t.Fatal(err)
	}
	stored, err := site.DB.FindCase(t.Context(), site.Desk.Judge.Scope(who, policy.See), kase.ID)
	if err != nil {
		t.Fatal(err)
	}
	if stored.ID.String() < "CS0000001" || stored.State != db.New || stored.Origin != "portal" || stored.Type != "Issue" {
		t.Errorf("opened as %+v", stored)
	}
	if _, there := stored.Answers["urgent_reason"]; there {
		t.Error("an answer to a question that does not apply is saved")
	}
	if _, there := stored.Answers["additional_services"]; there {
		t.Error("an answer to a question that does not apply is saved")
	}
	if stored.Answers["urgent"] != false {
		t.Errorf("a tick that is not set reads %v, want false", stored.Answers["urgent"])
	}
	if stored.ShortDescription != "Other: SIP Trunking" {
		t.Errorf("short description %q", stored.ShortDescription)
	}
	if stored.ProductID == 0 {
		t.Error("exactly one product fits, and it is not set")
	}
	f := stored.Facts
	if f.Account.ClientNumber != mapleEast || f.Account.Depth != 1 || len(f.Account.Path) != 2 || f.Contact.Language != "en" ||
		len(f.Contact.Roles) != 1 || f.Now.Weekday != "Monday" || f.Now.Hour != 11 || !f.Now.BusinessHours || f.Families[0] != "voice" {
		t.Errorf("facts %+v", f)
	}
	if want := dbtest.Now.Add(4 * time.Hour); !stored.DueAt.Equal(want) {
		t.Errorf("due at %s, want %s: four business hours from now", stored.DueAt, want)
	}
	events, err := site.DB.Events(t.Context(), db.Scope{All: true}, kase.ID, true)
	if err != nil {
		t.Fatal(err)
	}
	if len(events) != 2 || events[0].Kind != db.Opened || events[0].Internal || events[1].Kind != db.Decided || !events[1].Internal {
		t.Errorf("history %+v", events)
	}
}

func TestTheProductIsSetWhereOneFits(t *testing.T) {
	site := handlertest.New(t)
	who := site.Actor("customer@maple.test")
	for _, c := range []struct {
		name string
		in   desk.Open
		set  bool
	}{
		{"two sites have the service", issue(mapleEast, "Hosted Voice"), false},
		{"one of them is meant", issue(mapleEast, "Hosted Voice", "all_locations", "no", "locations", "Dartmouth Warehouse"), true},
		{"both are meant", issue(mapleEast, "Hosted Voice", "all_locations", "no", "locations", "Dartmouth Warehouse|Moncton Office"), false},
		{"the site meant has no such service", issue(mapleEast, "SIP Trunking", "all_locations", "no", "locations", "Dartmouth Warehouse"), false},
		{"two services are meant", issue(mapleEast, "SIP Trunking", "additional", "yes", "additional_services", "SD-WAN"), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			kase, err := site.Desk.Open(t.Context(), who, c.in)
			if err != nil {
				t.Fatal(err)
			}
			if (kase.ProductID != 0) != c.set {
				t.Errorf("product %d", kase.ProductID)
			}
		})
	}
}

func TestEightSubmitsAtOnceOpenOneCase(t *testing.T) {
	site := handlertest.New(t)
	who := site.Actor("customer@maple.test")
	in := issue(mapleEast, "Hosted Voice")
	file, err := site.Desk.Upload(t.Context(), who, "trace.txt", strings.NewReader("timeout"))
	if err != nil {
		t.Fatal(err)
	}
	in.Files = []uuid.UUID{file.ID}
	opened := make([]db.Case, 8)
	var all sync.WaitGroup
	for i := range opened {
		all.Go(func() {
			var err error
			if opened[i], err = site.Desk.Open(context.WithoutCancel(t.Context()), who, in); err != nil {
				t.Errorf("submit %d: %v", i, err)
			}
		})
	}
	all.Wait()
	for _, c := range opened {
		if c.ID != opened[0].ID {
			t.Errorf("%s and %s were opened", opened[0].ID, c.ID)
		}
	}
	events, err := site.DB.Events(t.Context(), db.Scope{All: true}, opened[0].ID, true)
	if err != nil {
		t.Fatal(err)
	}
	if len(events) != 2 || len(events[0].Files) != 1 {
		t.Errorf("its history: %+v", events)
	}
	if _, err := site.Desk.Open(t.Context(), site.Actor("colleague@maple.test"), in); !errors.As(err, new(desk.Invalid)) {
		t.Errorf("somebody else with the same token: %v", err)
	}
}

func TestVerbsTakeFewStatements(t *testing.T) {
	site := handlertest.New(t)
	customer, agent := site.Actor("customer@maple.test"), site.Actor("agent@boreal.test")
	requester, err := site.DB.PersonByEmail(t.Context(), "customer@maple.test")
	if err != nil {
		t.Fatal(err)
	}
	var kase db.Case
	for _, verb := range []struct {
		name string
		most int64
		do   func() error
	}{
		{"opening a case", 2, func() (err error) {
			kase, err = site.Desk.Open(t.Context(), customer, issue(mapleEast, "Hosted Voice"))
			return err
		}},
		{"opening a case for a caller, who hears of it by mail", 8, func() error {
			in := issue(mapleEast, "Hosted Voice")
			in.For = requester.ID
			_, err := site.Desk.Open(t.Context(), agent, in)
			return err
		}},
		{"following a form", 1, func() error {
			_, err := site.Desk.Sheet(t.Context(), customer, issue(mapleEast, "Hosted Voice").Ask, rules.Refresh)
			return err
		}},
		{"replying", 8, func() error {
			_, _, err := site.Desk.Reply(t.Context(), agent, kase.ID, desk.Reply{Body: "We look into it.", Submission: uuid.New()})
			return err
		}},
		{"taking the next", 6, func() error {
			_, err := site.Desk.TakeNext(t.Context(), agent, nil, uuid.New())
			return err
		}},
	} {
		var taken int64
		for range 2 { // the first one fills caches
			before := site.DB.Statements()
			if err := verb.do(); err != nil {
				t.Fatalf("%s: %v", verb.name, err)
			}
			taken = site.DB.Statements() - before
		}
		if taken > verb.most {
			t.Errorf("%s takes %d statements, may take %d", verb.name, taken, verb.most)
		}
	}
}

// mayOpen says at which accounts somebody may open a case, and for whom.
func TestWhoMayOpenWhere(t *testing.T) {
	site := handlertest.New(t)
	person := func(email string) int64 {
		p, err := site.DB.PersonByEmail(t.Context(), email)
		if err != nil {
			t.Fatal(err)
		}
		return p.ID
	}
	refusedAccount := func(err error) bool {
		var invalid desk.Invalid
		return errors.As(err, &invalid) && invalid["account"].Code == rules.CodeForeignAccount
	}
	forbidden := func(err error) bool { return errors.As(err, new(policy.Forbidden)) }
	missing := func(err error) bool { return errors.Is(err, db.ErrNotFound) }
	for _, c := range []struct {
		name      string
		who, for_ string
		account   string
		refused   func(error) bool // nil: the case is opened
	}{
		{"a customer at home", "customer@maple.test", "", mapleEast, nil},
		{"a customer above home", "customer@maple.test", "", maple, refusedAccount},
		{"a customer below home", "customer@maple.test", "", mapleHalifax, refusedAccount},
		{"a customer at another customer's", "customer@maple.test", "", "200300", refusedAccount},
		{"a customer at no account at all", "customer@maple.test", "", "999999", refusedAccount},
		{"a case manager at home", "manager@maple.test", "", mapleEast, nil},
		{"a case manager below", "manager@maple.test", "", mapleHalifax, nil},
		{"a case manager beside", "manager@maple.test", "", mapleWest, refusedAccount},
		{"a customer administrator of all", "admin@maple.test", "", mapleWest, nil},
		{"an administrator of one account", "site-admin@maple.test", "", mapleEast, nil},
		{"an administrator of one account, below", "site-admin@maple.test", "", mapleHalifax, refusedAccount},
		{"reports add no account", "reports@maple.test", "", mapleEast, refusedAccount},
		{"a platform administrator", "platform@boreal.test", "", maple, forbidden},
		{"an agent for a caller", "agent@boreal.test", "customer@harbour.test", "200300", nil},
		{"an agent for a caller, at another's account", "agent@boreal.test", "customer@harbour.test", maple, refusedAccount},
		{"a lead for a caller", "lead@boreal.test", "plant@maple.test", mapleHalifax, nil},
		{"an agent for an agent", "agent@boreal.test", "agent2@boreal.test", maple, missing},
		{"an agent for themselves", "agent@boreal.test", "agent@boreal.test", maple, missing},
		{"a case manager for a contact below", "manager@maple.test", "plant@maple.test", mapleHalifax, nil},
		{"a case manager for a contact beside", "manager@maple.test", "west@maple.test", mapleWest, missing},
		{"a customer for a colleague", "customer@maple.test", "colleague@maple.test", mapleEast, missing},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := issue(c.account, "Hosted Voice")
			if c.for_ != "" {
				in.For = person(c.for_)
			}
			kase, err := site.Desk.Open(t.Context(), site.Actor(c.who), in)
			switch {
			case c.refused != nil && !c.refused(err):
				t.Fatalf("case %v, error %v", kase.ID, err)
			case c.refused == nil && err != nil:
				t.Fatal(err)
			case c.refused != nil:
				return
			}
			requester, origin := person(c.who), "portal"
			if c.for_ != "" {
				requester = in.For
			}
			if strings.HasSuffix(c.who, "@boreal.test") {
				origin = "phone"
			}
			if kase.RequesterID != requester || kase.Origin != origin || kase.OpenedBy != person(c.who) {
				t.Errorf("requester %d, opened by %d, origin %s", kase.RequesterID, kase.OpenedBy, kase.Origin)
			}
		})
	}
}

func TestCallersAreThoseWithinReach(t *testing.T) {
	site := handlertest.New(t)
	for _, c := range []struct{ who, words, found string }{
		{"agent@boreal.test", "customer@harbour.test", "customer@harbour.test"},
		{"agent@boreal.test", "boreal", ""},
		{"manager@maple.test", "plant@maple", "plant@maple.test"},
		{"manager@maple.test", "west@maple", ""},
		{"manager@maple.test", "harbour", ""},
		{"manager@maple.test", "%", ""},
	} {
		found, err := site.Desk.Callers(t.Context(), site.Actor(c.who), c.words)
		if err != nil {
			t.Fatal(err)
		}
		if c.found == "" && len(found) > 0 || c.found != "" && (len(found) != 1 || found[0].Email != c.found) {
			t.Errorf("%s finds by %q %+v", c.who, c.words, found)
		}
	}
	if _, err := site.Desk.Callers(t.Context(), site.Actor("customer@maple.test"), ""); !errors.As(err, new(policy.Forbidden)) {
		t.Errorf("a customer looks for contacts: %v", err)
	}
}

func TestTheNextCaseObeysAPublication(t *testing.T) {
	site := handlertest.New(t)
	other := handlertest.Over(t, site.DB) // another running copy
	who := site.Actor("customer@maple.test")
	before, err := other.Desk.Open(t.Context(), who, issue(mapleEast, "Hosted Voice"))
	if err != nil {
		t.Fatal(err)
	}
	version, err := site.DB.RuleVersion(t.Context(), before.RuleVersion)
	if err != nil {
		t.Fatal(err)
	}
	set, problems := rules.Parse(version.Source)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	set.Rules = append([]rules.Rule{
		{Name: "Remainder by nothing", When: `7 % (now.hour - 11) == 0`, Then: rules.Outcomes{Priority: 1}},
		{Name: "All is low", When: `item == "report-issue"`, Then: rules.Outcomes{Priority: 4}},
	}, set.Rules...)
	published := []db.RuleVersion{{Version: version.Version + 1, Source: set.Format(), Note: "test", PublishedAt: dbtest.Now}}
	if err := db.Add(t.Context(), site.DB, published); err != nil {
		t.Fatal(err)
	}
	after, err := other.Desk.Open(t.Context(), who, issue(mapleEast, "Hosted Voice"))
	if err != nil {
		t.Fatalf("a broken rule keeps cases from being opened: %v", err)
	}
	if after.Priority != 4 || after.RuleVersion != before.RuleVersion+1 {
		t.Errorf("priority %d by version %d", after.Priority, after.RuleVersion)
	}
	if len(after.Decision.Trace.Failed) != 1 {
		t.Errorf("the rule that failed is not reported: %+v", after.Decision.Trace)
	}
}

func TestUploads(t *testing.T) {
	site := handlertest.New(t)
	site.Desk.Limit.FileBytes = 1000
	who := site.Actor("customer@maple.test")
	png := "\x89PNG\r\n\x1a\n" + strings.Repeat("x", 100)
	for _, c := range []struct{ name, file, body, kind, refused string }{
		{"a picture", "p.png", png, "image/png", ""},
		{"a picture by another name", "p.txt", png, "image/png", ""},
		{"a log", "boot.log", "12:00 started", "text/plain", ""},
		{"a table", "list.csv", "a,b\n1,2", "text/csv", ""},
		{"a page", "evil.png", "<!doctype html><script>alert(1)</script>", "", "file_type"},
		{"a drawing that could run", "evil.svg", `<?xml version="1.0"?><svg onload="alert(1)"/>`, "text/plain", ""},
		{"a program", "setup.exe", "MZ\x90\x00\x03\x00\x00\x00\x04\x00", "", "file_type"},
		{"a packed folder", "all.zip", "PK\x03\x04" + strings.Repeat("\x00", 26) + "a.exe", "", "file_type"},
		{"a document", "letter.docx", "PK\x03\x04" + strings.Repeat("\x00", 26) + "[Content_Types].xml", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", ""},
		{"nothing", "empty.txt", "", "", "empty_file"},
		{"as large as may be", "max.txt", strings.Repeat("x", 1000), "text/plain", ""},
		{"too large", "big.txt", strings.Repeat("x", 1001), "", "file_too_large"},
	} {
		t.Run(c.name, func(t *testing.T) {
			before, blobs := waiting(t, site, who), kept(t, site)
			f, err := site.Desk.Upload(t.Context(), who, c.file, strings.NewReader(c.body))
			var invalid desk.Invalid
			if errors.As(err, &invalid); invalid["file"].Code != c.refused {
				t.Fatalf("error %v, want %q", err, c.refused)
			}
			if c.refused != "" {
				if waiting(t, site, who) != before || kept(t, site) != blobs {
					t.Error("something of it was kept")
				}
				return
			}
			if f.MediaType != c.kind || f.Size != int64(len(c.body)) {
				t.Errorf("%s of %d bytes", f.MediaType, f.Size)
			}
			if body, err := site.Desk.Files.ReadAll(t.Context(), f.Key); err != nil || string(body) != c.body {
				t.Errorf("kept: %q, %v", body, err)
			}
		})
	}

	t.Run("cut off half-way", func(t *testing.T) {
		for _, n := range []int{10, 700} {
			before, blobs := waiting(t, site, who), kept(t, site)
			body := io.MultiReader(bytes.NewReader(bytes.Repeat([]byte("x"), n)), iotest.ErrReader(io.ErrUnexpectedEOF))
			if _, err := site.Desk.Upload(t.Context(), who, "half.txt", body); !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("after %d bytes: %v", n, err)
			}
			if waiting(t, site, who) != before || kept(t, site) != blobs {
				t.Error("something of it was kept")
			}
		}
	})
	t.Run("only its owner removes it", func(t *testing.T) {
		f, err := site.Desk.Upload(t.Context(), who, "mine.txt", strings.NewReader("mine"))
		if err != nil {
			t.Fatal(err)
		}
		if err := site.Desk.RemoveUpload(t.Context(), site.Actor("colleague@maple.test"), f.ID); !errors.Is(err, db.ErrNotFound) {
			t.Errorf("a colleague: %v", err)
		}
		if err := site.Desk.RemoveUpload(t.Context(), who, f.ID); err != nil {
			t.Error(err)
		}
	})
	t.Run("what is never submitted goes after a day", func(t *testing.T) {
		if n, err := site.Desk.DiscardUploads(t.Context()); n != 0 || err != nil {
			t.Errorf("at once: %d, %v", n, err)
		}
		site.Desk.Clock = func() time.Time { return dbtest.Now.Add(25 * time.Hour) }
		if _, err := site.Desk.DiscardUploads(t.Context()); err != nil {
			t.Fatal(err)
		}
		if waiting(t, site, who) != 0 || kept(t, site) != 0 {
			t.Error("something was left")
		}
	})
}

func waiting(t *testing.T, site *handlertest.Site, who policy.Actor) int64 {
	t.Helper()
	n, err := site.DB.CountUploads(t.Context(), who.Person.ID)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func kept(t *testing.T, site *handlertest.Site) (n int) {
	t.Helper()
	for list := site.Desk.Files.List(nil); ; n++ {
		if _, err := list.Next(t.Context()); errors.Is(err, io.EOF) {
			return n
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

func TestCleanName(t *testing.T) {
	for in, want := range map[string]string{
		`C:\fakepath\a.txt`: "a.txt", "../../etc/passwd": "passwd", "a\x00b\n.png": "ab.png", "": "file", "..": "file",
		"invoice\u202egnp.exe": "invoicegnp.exe", strings.Repeat("é", 300) + ".pdf": strings.Repeat("é", 116) + ".pdf", "\xff.log": ".log",
	} {
		if got := desk.CleanName(in); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
}

func FuzzCleanName(f *testing.F) {
	for _, seed := range []string{"a.txt", "../x", "\u202e", strings.Repeat("long", 200) + "." + strings.Repeat("e", 99), "\xff\x00/"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, name string) {
		got := desk.CleanName(name)
		if got == "" || !utf8.ValidString(got) || utf8.RuneCountInString(got) > 120 || strings.ContainsAny(got, "/\\\x00\r\n") {
			t.Errorf("%q becomes %q", name, got)
		}
		if again := desk.CleanName(got); again != got {
			t.Errorf("%q becomes %q, and that becomes %q", name, got, again)
		}
	})
}

func TestNoCaseIsDecidedByWhatWasReplaced(t *testing.T) {
	here := handlertest.New(t)
	there := handlertest.Over(t, here.DB)
	who, admin := here.Actor("customer@maple.test"), here.Actor("platform@boreal.test")
	first, err := here.DB.LiveVersion(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	version, err := here.DB.RuleVersion(t.Context(), first)
	if err != nil {
		t.Fatal(err)
	}
	var live atomic.Int64 // at least this is live
	live.Store(int64(first))
	published := make(chan struct{})
	var opening sync.WaitGroup
	for i := range 4 {
		site := []*handlertest.Site{here, there}[i%2]
		opening.Go(func() {
			for done := false; !done; {
				select {
				case <-published:
					done = true // once more, by the last
				default:
				}
				atLeast := live.Load()
				kase, err := site.Desk.Open(context.WithoutCancel(t.Context()), who, issue(mapleEast, "Hosted Voice"))
				if err != nil || int64(kase.RuleVersion) < atLeast {
					t.Errorf("decided by version %d when %d was live: %v", kase.RuleVersion, atLeast, err)
					return
				}
			}
		})
	}
	for n := range 8 {
		v, err := here.Desk.Publish(t.Context(), admin, desk.Publication{Source: version.Source, Note: "again", Base: first + n})
		if err != nil {
			t.Error(err)
			break
		}
		live.Store(int64(v))
	}
	close(published)
	opening.Wait()
}

func TestACaseIsNotWrittenUnderAnotherEdition(t *testing.T) {
	site := handlertest.New(t)
	kase, err := site.Desk.Open(t.Context(), site.Actor("customer@maple.test"), issue(mapleEast, "Hosted Voice"))
	if err != nil {
		t.Fatal(err)
	}
	before, err := site.DB.Edition(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Add(t.Context(), site.DB, []db.Holiday{{Day: dbtest.Now, Name: rules.Text{"en": "Foundation day"}}}); err != nil {
		t.Fatal(err)
	}
	kase.Submission = uuid.New()
	if _, err := site.DB.OpenCase(t.Context(), &kase, before.Revision); !errors.Is(err, db.ErrStale) {
		t.Errorf("by what was published before: %v", err)
	}
	if _, err := site.DB.CaseBySubmission(t.Context(), kase.Submission); !errors.Is(err, db.ErrNotFound) {
		t.Errorf("it is there: %v", err)
	}
}

func TestWhoOpensWhileAllIsPublishedAnewIsToldSo(t *testing.T) {
	site := handlertest.New(t)
	who := site.Actor("customer@maple.test")
	clock, published := site.Desk.Clock, 0
	site.Desk.Clock = func() time.Time { // which is asked when the case is drawn
		published++
		if _, err := site.DB.Pool().Exec(t.Context(), `update queues set position = position`); err != nil {
			t.Error(err)
		}
		return clock()
	}
	in := issue(mapleEast, "Hosted Voice")
	if _, err := site.Desk.Open(t.Context(), who, in); !errors.Is(err, db.ErrStale) || published != 4 { // by somebody whom nothing holds off
		t.Errorf("after %d publications: %v", published, err)
	}
	site.Desk.Clock = clock
	if _, err := site.Desk.Open(t.Context(), who, in); err != nil {
		t.Error(err)
	}
}
