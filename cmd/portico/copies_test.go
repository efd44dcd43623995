package main

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"portico/cmd/portico/programtest"
	"portico/db"
	"portico/db/dbtest"
	"portico/db/demo"
)

// rounds is of the tests that look for what rarely happens; as in package torture.
var rounds = flag.Int("rounds", 4, "how often what must never go wrong is tried")

// copies are several running portals on one PostgreSQL, as they stand behind a balancer.
type copies struct {
	t           *testing.T
	environment []string
	db          *db.DB // as the owner, to look at what they have made of it
	mail        *programtest.Post
	running     []*programtest.Program
	at          []*programtest.Visitor // nobody in particular, at each of them
	known       map[string][]*programtest.Visitor
}

// newCopies makes a database for copies to come, and a mail server.
func newCopies(t *testing.T, environment ...string) *copies {
	t.Helper()
	urls := dbtest.FreshDemo(t)
	c := &copies{t: t, db: dbtest.Open(t, urls.Owner), mail: programtest.NewPost(t)}
	c.environment = append([]string{
		"PORTICO_DEMO=1", "PORTICO_SECRET=0123456789abcdef0123456789abcdef", "PORTICO_SMTP_URL=" + c.mail.URL,
		"PORTICO_LOG=warn", // not each of a thousand requests
		"PORTICO_FILES=" + filepath.Join(programtest.Folder(t), "files"),
		"DATABASE_URL=" + urls.Program, "PORTICO_OWNER_URL=" + urls.Owner,
	}, environment...)
	return c
}

// start starts that many more, at once.
func (c *copies) start(n int, args ...string) {
	c.t.Helper()
	first := len(c.running)
	for range n {
		c.running = append(c.running, programtest.Serve(c.t, c.environment, args...))
	}
	for _, p := range c.running[first:] {
		c.at = append(c.at, p.Ready())
	}
}

// signIn signs in at the first copy, and gives the same browser at each of them.
func (c *copies) signIn(email string) []*programtest.Visitor {
	c.t.Helper()
	in := make([]*programtest.Visitor, len(c.at))
	for i, v := range c.at {
		in[i] = programtest.NewVisitor(c.t, v.URL)
	}
	in[0].SignIn(email, demo.Password)
	for _, v := range in[1:] {
		in[0].At(v)
	}
	return in
}

// as is signIn for those who stay: passwords take their time.
func (c *copies) as(email string) []*programtest.Visitor {
	c.t.Helper()
	if c.known[email] == nil {
		if c.known == nil {
			c.known = map[string][]*programtest.Visitor{}
		}
		c.known[email] = c.signIn(email)
	}
	return c.known[email]
}

func (c *copies) ask(into any, sql string, args ...any) {
	c.t.Helper()
	if err := c.db.Pool().QueryRow(context.Background(), sql, args...).Scan(into); err != nil {
		c.t.Fatalf("%s: %v", sql, err)
	}
}

// inquiry is a form filled in, the shortest there is.
func inquiry(description string) url.Values {
	return url.Values{"account": {"100210"}, "topic": {"Other"}, "contact_by": {"email"}, "description": {description}}
}

const inquiryForm = "/items/billing-inquiry"

// filled is the form with what its page brings, ready to be sent; sent twice, it opens one case.
func filled(t *testing.T, v *programtest.Visitor, description string) url.Values {
	t.Helper()
	return filledFrom(t, v.Get(inquiryForm), description)
}

func filledFrom(t *testing.T, page programtest.Answer, description string) url.Values {
	t.Helper()
	form := inquiry(description)
	for _, name := range []string{"csrf", "submission"} {
		if form.Set(name, page.Field(name)); form.Get(name) == "" {
			t.Fatalf("the form has no %s: %d\n%s", name, page.Status, page.Text)
		}
	}
	return form
}

// submit opens the case, and gives its number.
func submit(t *testing.T, v *programtest.Visitor, form url.Values) (number string) {
	t.Helper()
	got := v.Ask(http.MethodPost, inquiryForm+"/cases", form)
	number, found := strings.CutPrefix(got.Path, "/cases/")
	if got.Status != http.StatusOK || !found {
		t.Fatalf("no case is opened: %d at %s\n%s", got.Status, got.Path, got.Text)
	}
	return number
}

func open(t *testing.T, v *programtest.Visitor, description string) (number string) {
	t.Helper()
	return submit(t, v, filled(t, v, description))
}

// id is the number as the database has it.
func id(t *testing.T, number string) int64 {
	t.Helper()
	n, ok := db.ParseNumber(number)
	if !ok {
		t.Fatalf("%q is no number of a case", number)
	}
	return int64(n)
}

// Three copies are one portal: whatever is done at one of them holds at the others.
func TestCopies(t *testing.T) {
	t.Parallel()
	c := newCopies(t)
	c.start(3)

	t.Run("who signs in at one is in at all, and out at all at once", c.sessions)
	t.Run("a case opened at one appears at the others, and is told there", c.appears)
	t.Run("a file that one takes is given out by the others", c.files)
	t.Run("of two publications in the same instant one wins, and all agree", c.publications)
	t.Run("a draft is published at its time, by one of them", c.planned)
	t.Run("from a publication on, every copy decides by it", c.obedience)
	t.Run("a change of the policy is heard by all", c.policy)
	t.Run("mail promised at one is sent once", c.mails)
	t.Run("they go on while a newer version migrates", c.upgrade)
}

func (c *copies) sessions(t *testing.T) {
	in := c.signIn("manager@maple.test")
	var streams []<-chan struct{}
	for i, v := range in {
		if !v.SignedIn() {
			t.Fatalf("copy %d does not know who signed in at the first", i)
		}
		streams = append(streams, v.Listen("/live?on=cases"))
	}
	cookies := in[0].Client.Jar
	in[2].Send("/sessions", "/sign-out", url.Values{})
	for i, v := range in {
		v.Client.Jar = cookies // a browser that kept its cookie
		if v.SignedIn() {
			t.Errorf("copy %d goes on with a session that has ended", i)
		}
	}
	for i, ended := range streams {
		select {
		case <-ended:
		case <-time.After(programtest.Patience):
			t.Fatalf("the stream at copy %d outlives its session", i)
		}
	}
}

func (c *copies) appears(t *testing.T) {
	customer, manager, agent := c.as("customer@maple.test"), c.as("manager@maple.test"), c.as("agent2@boreal.test")
	var billing int64
	c.ask(&billing, `select id from queues where name = 'Billing'`)
	lists, queue := manager[1].Hear("/live?on=cases"), agent[2].Hear(fmt.Sprintf("/live?on=queue-%d", billing))

	number := open(t, customer[0], "seen elsewhere")
	programtest.Await(t, lists, "cases")
	programtest.Await(t, queue, fmt.Sprintf("queue-%d", billing))
	for i, v := range []*programtest.Visitor{manager[1], agent[2], customer[2]} {
		if got := v.Get("/cases"); !strings.Contains(got.Text, number) {
			t.Errorf("visitor %d does not see %s in the list", i, number)
		}
	}
	topic := fmt.Sprintf("case-%d", id(t, number))
	page := manager[1].Hear("/live?on=" + topic)
	agent[2].Send("/cases/"+number, "/cases/"+number+"/replies", url.Values{"body": {"Heard far away."}})
	programtest.Await(t, page, topic)
	if got := manager[1].Get("/cases/" + number); !strings.Contains(got.Text, "Heard far away.") {
		t.Error("a reply does not stand at the other copy")
	}
}

func (c *copies) files(t *testing.T) {
	in := c.as("customer@maple.test")
	number := open(t, in[0], "with a file")
	path := "/cases/" + number
	got := in[1].Upload(path, path+"/replies", url.Values{"body": {"See the trace."}}, "trace.txt", "time-out at hop three")
	if got.Status != http.StatusOK {
		t.Fatalf("%d\n%s", got.Status, got.Text)
	}
	var file string
	c.ask(&file, `select f.id::text from files f join events e on e.id = f.event_id where e.case_id = $1`, id(t, number))
	for i, v := range in {
		if got := v.Get("/files/" + file); got.Text != "time-out at hop three" {
			t.Errorf("copy %d gives out %d %q", i, got.Status, got.Text)
		}
	}
}

func (c *copies) policy(t *testing.T) {
	in := c.as("customer@maple.test")
	line := []string{"customer", "see", "own"}
	number := open(t, in[0], "to be hidden for a while")
	streams := make([]<-chan string, len(in))
	for i, v := range in {
		streams[i] = v.Hear(fmt.Sprintf("/live?on=case-%d", id(t, number)))
	}
	lines := c.db.PolicyLines()
	if err := lines.RemovePolicy("p", "p", line); err != nil {
		t.Fatal(err)
	}
	for _, v := range in {
		v.Until("/cases/"+number, http.StatusNotFound)
	}
	if err := lines.AddPolicy("p", "p", line); err != nil {
		t.Fatal(err)
	}
	for _, v := range in {
		v.Until("/cases/"+number, http.StatusOK)
	}
	in[0].Send("/cases/"+number, "/cases/"+number+"/replies", url.Values{"body": {"Seen again."}})
	for _, names := range streams {
		programtest.Await(t, names, fmt.Sprintf("case-%d", id(t, number)))
	}
}

func (c *copies) mails(t *testing.T) {
	customer, agent := c.as("customer@maple.test"), c.as("agent2@boreal.test")
	number := open(t, customer[0], "many answers")
	for i := range 4 * len(agent) {
		v := agent[i%len(agent)]
		got := v.Send("/cases/"+number, "/cases/"+number+"/replies", url.Values{"body": {fmt.Sprintf("Answer %d.", i)}})
		if got.Status != http.StatusOK {
			t.Fatalf("%d\n%s", got.Status, got.Text)
		}
	}
	c.allMailOnce(t)
}

// allMailOnce waits until all that was promised is sent, and sees that the mail server got each of it once.
func (c *copies) allMailOnce(t *testing.T) {
	t.Helper()
	programtest.Until(t, func() bool {
		var waiting int
		c.ask(&waiting, `select count(*) from mails where sent_at is null and failure = ''`)
		return waiting == 0
	}, "all mail is sent")
	var sent int
	c.ask(&sent, `select count(*) from mails where sent_at is not null`)
	got := c.mail.Taken()
	for id, times := range got {
		if times != 1 {
			t.Errorf("%s was sent %d times", id, times)
		}
	}
	if len(got) != sent || sent == 0 {
		t.Errorf("%d mails say that they were sent, %d arrived", sent, len(got))
	}
}

// upgrade does what a newer version's migrations may do: they add. Copies that run go on; one that starts anew knows
// that it is too old.
func (c *copies) upgrade(t *testing.T) {
	in := c.as("customer@maple.test")
	number := open(t, in[0], "before the migration")
	for _, v := range in { // so that statements are prepared
		v.Get("/cases")
		v.Get("/cases/" + number)
	}
	ctx := context.Background()
	for _, statement := range []string{
		`do $$ declare t record; begin
		   for t in select tablename from pg_tables where schemaname = 'public' and tablename !~ '^(bun|river)' loop
		     execute format('alter table %I add column of_the_future text not null default ''''', t.tablename);
		   end loop;
		 end $$`,
		`insert into bun_migrations (name, group_id) values ('99991231000000', 99)`,
	} {
		if _, err := c.db.Pool().Exec(ctx, statement); err != nil {
			t.Fatal(err)
		}
	}
	agent := c.as("agent2@boreal.test")
	for i, v := range in {
		if got := v.Get("/readyz"); got.Status != http.StatusOK {
			t.Errorf("copy %d is not ready any more: %s", i, got.Text)
		}
		after := open(t, v, "after the migration")
		for _, path := range []string{"/", "/cases", "/cases/" + number, "/cases/" + after, "/products", "/knowledge"} {
			if got := v.Get(path); got.Status != http.StatusOK {
				t.Errorf("copy %d answers %d at %s", i, got.Status, path)
			}
		}
		if got := agent[i].Send("/cases/"+after, "/cases/"+after+"/replies", url.Values{"body": {"Still here."}}); got.Status != http.StatusOK {
			t.Errorf("copy %d takes no reply: %d", i, got.Status)
		}
		if got := agent[i].Get("/queues"); got.Status != http.StatusOK {
			t.Errorf("copy %d answers %d at the queues", i, got.Status)
		}
	}
	c.allMailOnce(t)
	status, _, stderr := programtest.Run(t, programtest.Command(t, c.environment, "serve", "--addr", "127.0.0.1:0"))
	programtest.IsSentence(t, status, stderr, "newer version")
}

// The embedded database goes from copy to copy: whoever runs it may leave.
func TestCopiesOfTheEmbedded(t *testing.T) {
	t.Parallel()
	data := filepath.Join(programtest.Folder(t), "data")
	c := &copies{t: t}
	c.start(1, "--demo", "--data", data)
	c.start(2, "--demo", "--data", data)
	in := c.signIn("customer@maple.test")
	numbers := []string{open(t, in[2], "with three copies")}
	for _, leaving := range []int{0, 1} {
		c.running[leaving].Stop(syscall.SIGTERM)
		for _, v := range in[leaving+1:] {
			v.Until("/readyz", http.StatusOK)
			v.Until("/sessions", http.StatusOK)
			numbers = append(numbers, openAnyway(t, v, fmt.Sprintf("without copy %d", leaving)))
		}
	}
	c.start(1, "--data", data) // joins the last of them
	in[2].At(c.at[3])
	c.running[2].Stop(syscall.SIGTERM)
	for _, number := range numbers {
		c.at[3].Until("/cases/"+number, http.StatusOK)
	}
	c.running[3].Stop(syscall.SIGTERM)
}

// openAnyway opens a case with a form that is sent again while the database comes back: the token makes it one case.
func openAnyway(t *testing.T, v *programtest.Visitor, description string) (number string) {
	t.Helper()
	form := filledFrom(t, v.Until(inquiryForm, http.StatusOK), description)
	programtest.Until(t, func() bool {
		got := v.Ask(http.MethodPost, inquiryForm+"/cases", form)
		var found bool
		number, found = strings.CutPrefix(got.Path, "/cases/")
		if got.Status != http.StatusOK && got.Status != http.StatusServiceUnavailable {
			t.Fatalf("%d\n%s", got.Status, got.Text)
		}
		return got.Status == http.StatusOK && found
	}, "the case is opened")
	return number
}
