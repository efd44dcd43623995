package torture

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"

	"github.com/google/uuid"
)

// customer opens cases, replies in their own, attaches files, and looks around.
func (c *client) customer(account string) {
	c.works(func() {
		switch n := c.chance.IntN(10); {
		case n < 4 || len(c.cases) == 0:
			c.open(account)
		case n < 9:
			c.reply(c.cases[c.chance.IntN(len(c.cases))])
		default:
			c.sees("/cases")
		}
	})
}

// agent takes what comes next, replies to it, and looks at the queues.
func (c *client) agent() {
	c.works(func() {
		switch n := c.chance.IntN(10); {
		case n < 4 || len(c.cases) == 0:
			c.take()
		case n < 9:
			c.reply(c.cases[c.chance.IntN(len(c.cases))])
		default:
			c.sees("/queues")
		}
	})
}

// publisher makes the rule set live that is live already, now and then.
func (c *client) publisher() {
	c.works(func() {
		c.publish()
		pause(c.w.t.Context(), 200*time.Millisecond)
	})
}

// items are the forms that customers fill in.
var items = map[string]url.Values{
	"billing-inquiry":          {"topic": {"Payment"}, "contact_by": {"email"}},
	"technical-change-request": {"service": {"Hosted Voice"}, "change_type": {"Change call forwarding"}},
	"report-issue": {"service": {"Hosted Voice"}, "all_locations": {"yes"}, "issue_type": {"No dial tone"},
		"intermittent": {"no"}},
}

var itemNames = []string{"billing-inquiry", "technical-change-request", "report-issue"}

func (c *client) open(account string) {
	d := c.ledger.note(deed{kind: open, token: uuid.New(), who: c.email, words: c.text("opened"), files: c.uploads()})
	item := itemNames[c.chance.IntN(len(itemNames))]
	fields := url.Values{"account": {account}, "submission": {d.token.String()}, "description": {d.words}, "files": fileIDs(d)}
	for name, value := range items[item] {
		fields[name] = value
	}
	a, ok := c.insist(c.form("/items/"+item+"/cases", fields))
	if !ok {
		return
	}
	to := a.location()
	if a.status != http.StatusSeeOther || !strings.HasPrefix(to.Path, "/cases/CS") {
		c.unexpected("open", a)
		return
	}
	number := path.Base(to.Path)
	c.cases = append(c.cases, number)
	c.ledger.acknowledge(d, func(d *deed) { d.kase = number })
}

func (c *client) reply(kase string) {
	d := c.ledger.note(deed{kind: reply, token: uuid.New(), who: c.email, kase: kase, words: c.text("replied"), files: c.uploads()})
	a, ok := c.insist(c.form("/cases/"+kase+"/replies",
		url.Values{"submission": {d.token.String()}, "body": {d.words}, "files": fileIDs(d)}))
	if !ok {
		return
	}
	if to := a.location(); a.status != http.StatusSeeOther || to.Path != "/cases/"+kase || to.Query().Get("done") != "replied" {
		c.unexpected("reply in "+kase, a)
		return
	}
	c.ledger.acknowledge(d, func(*deed) {})
}

func (c *client) take() {
	d := c.ledger.note(deed{kind: take, token: uuid.New(), who: c.email})
	fields := url.Values{"csrf": {c.csrf}, "submission": {d.token.String()}}
	a, ok := c.insist(request{http.MethodPost, "/queues/next", "application/x-www-form-urlencoded", []byte(fields.Encode())})
	if !ok {
		return
	}
	to := a.location().Query()
	number := to.Get("case")
	if a.status != http.StatusSeeOther || number == "" && to.Get("done") != "nothing-left" {
		c.unexpected("take next", a)
		return
	}
	if number != "" {
		c.cases = append(c.cases, number)
	}
	c.ledger.acknowledge(d, func(d *deed) { d.kase, d.void = number, number == "" })
}

// publish begins a draft and makes it live. There is no token for that: the draft is one, as publishing uses it up. So
// who asks again and finds it gone knows that it is done.
func (c *client) publish() {
	draft := ""
	for draft == "" {
		name := fmt.Sprintf("draft %x", c.chance.Uint64()) // a name that was begun with no answer is taken
		a, ok := c.ask(c.fields("/rules/drafts", url.Values{"name": {name}}))
		switch {
		case !ok && !pause(c.w.t.Context(), 20*time.Millisecond):
			return
		case !ok:
		case a.status != http.StatusSeeOther:
			c.unexpected("begin a draft", a)
			return
		default:
			draft = a.location().Path
		}
	}
	d := c.ledger.note(deed{kind: publish, who: c.email, words: c.text("published")})
	a, ok := c.insist(c.fields(draft+"/publication", url.Values{"revision": {"1"}, "note": {d.words}}))
	if !ok {
		return
	}
	if a.status != http.StatusNotFound && (a.status != http.StatusSeeOther || a.location().Query().Get("done") != "rules-published") {
		c.unexpected("publish", a)
		return
	}
	c.ledger.acknowledge(d, func(*deed) {})
}

func (c *client) fields(path string, fields url.Values) request {
	fields.Set("csrf", c.csrf)
	return request{http.MethodPost, path, "application/x-www-form-urlencoded", []byte(fields.Encode())}
}

// uploads uploads the files of what comes next: mostly none.
func (c *client) uploads() []file {
	var list []file
	for range max(0, c.chance.IntN(5)-2) {
		f, ok := c.upload()
		if !ok {
			break
		}
		list = append(list, f)
	}
	return list
}

// upload uploads a file of some hundred kilobytes. There is no token: one that was kept with no answer is nobody's.
func (c *client) upload() (file, bool) {
	content := make([]byte, 100_000+c.chance.IntN(500_000))
	for i := range content {
		content[i] = byte(c.chance.Uint32())
	}
	copy(content, "\x89PNG\r\n\x1a\n")
	a, ok := c.insist(c.parts("/uploads", url.Values{"csrf": {c.csrf}}, "picture.png", content))
	if !ok {
		return file{}, false
	}
	var told struct{ ID string }
	if err := json.Unmarshal(a.body, &told); a.status != http.StatusCreated || err != nil {
		c.unexpected("upload", a)
		return file{}, false
	}
	f := file{id: told.ID, hash: sha256.Sum256(content), size: len(content)}
	c.ledger.uploaded(f)
	return f, true
}

func fileIDs(d *deed) []string {
	var ids []string
	for _, f := range d.files {
		ids = append(ids, f.id)
	}
	return ids
}

// parts is a form in parts, its token first, perhaps with a file.
func (c *client) parts(path string, fields url.Values, name string, content []byte) request {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	_ = form.WriteField("csrf", fields.Get("csrf")) // a buffer takes everything
	for field, values := range fields {
		for _, value := range values {
			if field != "csrf" {
				_ = form.WriteField(field, value)
			}
		}
	}
	if content != nil {
		part, err := form.CreateFormFile("file", name)
		if err == nil {
			_, err = part.Write(content)
		}
		if err != nil {
			c.w.fail("%v", err)
		}
	}
	_ = form.Close()
	return request{http.MethodPost, path, form.FormDataContentType(), body.Bytes()}
}
