package torture

import (
	"crypto/sha256"
	"errors"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"portico/db"

	"github.com/jackc/pgx/v5"
)

// checker holds what is there against the ledger.
type checker struct {
	w       *world
	ledger  *ledger
	clients []*client
	begun   start
	looked  map[string]bool // files that were read already
}

// start is where the numbers stood when the clients began: what the demo brought is not theirs.
type start struct{ Case, Event, Mail int64 }

// checker has people come to work, and will check their ledger.
func (w *world) checker(people func(*ledger) []*client) *checker {
	w.t.Helper()
	c := w.database()
	count := func(table string) int64 { return ask[int64](w, c, "select coalesce(max(id), 0) from "+table)[0] }
	k := &checker{w: w, ledger: &ledger{}, looked: map[string]bool{},
		begun: start{count("cases"), count("events"), count("mails")}}
	k.clients = people(k.ledger)
	return k
}

// check looks at everything. No client may be in between.
func (k *checker) check() {
	k.w.t.Helper()
	c := k.w.database()
	k.opened(c)
	k.replied(c)
	k.taken(c)
	k.published(c)
	k.half(c)
	k.stored(c)
	k.visited()
	_ = c.Close(k.w.t.Context())
}

// row is what the database has of a deed.
type row struct {
	Token string
	Case  int64
	Who   string
	Words string
	Has   string // whose the case is now
	Files []string
}

func (k *checker) rows(c *pgx.Conn, sql string, args ...any) map[string]row {
	k.w.t.Helper()
	found, err := c.Query(k.w.t.Context(), sql, args...)
	if err != nil {
		k.w.t.Fatal(err)
	}
	list, err := pgx.CollectRows(found, pgx.RowToStructByPos[row])
	if err != nil {
		k.w.t.Fatal(err)
	}
	rows := map[string]row{}
	for _, r := range list {
		if _, twice := rows[r.Token]; twice {
			k.w.t.Errorf("%q is there twice", r.Token)
		}
		rows[r.Token] = r
	}
	return rows
}

// whole tells of a deed that is not there as it was meant, and whether it is there.
func (k *checker) whole(d deed, r row, found bool) bool {
	k.w.t.Helper()
	number := db.Number(r.Case).String()
	var files []string
	for _, f := range d.files {
		files = append(files, f.id)
	}
	slices.Sort(files)
	switch {
	case !found && d.acknowledged:
		k.w.t.Errorf("%s was told that they did %s in %q, and it is lost: %q", d.who, d.kind, d.kase, d.words)
	case !found:
		return false
	case r.Who != d.who, r.Words != d.words, !slices.Equal(r.Files, files), d.kase != "" && d.kase != number:
		k.w.t.Errorf("not whole: %+v is %+v", d, r)
	}
	return found
}

func (k *checker) all(kind kind, rows map[string]row) {
	k.w.t.Helper()
	known := map[string]bool{}
	for _, d := range k.ledger.of(kind) {
		r, found := rows[d.token.String()]
		k.whole(d, r, found)
		known[d.token.String()] = true
	}
	for token, r := range rows {
		if !known[token] {
			k.w.t.Errorf("nobody asked for this %s: %+v", kind, r)
		}
	}
}

func (k *checker) opened(c *pgx.Conn) {
	k.w.t.Helper()
	k.all(open, k.rows(c, `
		select c.submission::text, c.id, p.email, c.description, '',
		       array(select f.id::text from files f join events e on e.id = f.event_id
		              where f.case_id = c.id and e.kind = 'opened' order by 1)
		  from cases c join people p on p.id = c.opened_by where c.id > $1`, k.begun.Case))
}

func (k *checker) replied(c *pgx.Conn) {
	k.w.t.Helper()
	k.all(reply, k.rows(c, `
		select coalesce(e.submission::text, 'no token'), e.case_id, p.email, e.body, '',
		       array(select f.id::text from files f where f.event_id = e.id order by 1)
		  from events e join people p on p.id = e.person_id where e.id > $1 and e.kind = 'comment'`, k.begun.Event))
}

func (k *checker) taken(c *pgx.Conn) {
	k.w.t.Helper()
	rows := k.rows(c, `
		select coalesce(e.submission::text, 'no token'), e.case_id, p.email, '', coalesce(a.email, ''), '{}'::text[]
		  from events e join people p on p.id = e.person_id join cases c on c.id = e.case_id
		  left join people a on a.id = c.assignee_id
		 where e.id > $1 and e.kind = 'changed' and e.change->>'Field' = 'assignee'`, k.begun.Event)
	k.all(take, rows)
	by := map[int64]string{}
	for token, r := range rows {
		if other, twice := by[r.Case]; twice || r.Has != r.Who {
			k.w.t.Errorf("%s was given to %s, and %s has it (also given by %q)", db.Number(r.Case), r.Who, r.Has, other)
		}
		by[r.Case] = token
	}
}

func (k *checker) published(c *pgx.Conn) {
	k.w.t.Helper()
	notes := map[string]int{}
	for _, note := range ask[string](k.w, c, `select note from rule_versions`) {
		notes[note]++
	}
	for _, d := range k.ledger.of(publish) {
		if n := notes[d.words]; n > 1 || d.acknowledged && n != 1 {
			k.w.t.Errorf("published, and there %d times: %q", n, d.words)
		}
	}
}

// halves find what is there by half, by what is wrong with it; its arguments are where the clients began.
var halves = map[string]string{
	"a case that was not opened and decided once": `
		select c.id::text from cases c left join events e on e.case_id = c.id where c.id > @case group by c.id
		having count(*) filter (where e.kind = 'opened') <> 1 or count(*) filter (where e.kind = 'decided') <> 1`,
	"a case without facts or decision": `
		select id::text from cases where id > @case and (facts->'item' is null or decision->'outcomes'->>'queue' is null)`,
	"an event without a case": `
		select e.id::text from events e where not exists (select from cases c where c.id = e.case_id)`,
	"a case that something happened to, and does not say so": `
		select c.id::text from cases c where c.id > @case
		   and c.updated_at <> (select max(e.at) from events e where e.case_id = c.id and not e.internal)`,
	"a case that somebody has, and nobody took": `
		select c.id::text from cases c where c.id > @case and c.assignee_id is not null
		   and not exists (select from events e where e.case_id = c.id and e.change->>'Field' = 'assignee')`,
	"a file that is not wholly claimed": `
		select f.id::text from files f left join events e on e.id = f.event_id and e.case_id = f.case_id
		 where f.event_id is not null and (e.id is null or f.size = 0 or f.media_type = '')`,
	"an event that promises mail, and has none": `
		select e.id::text from events e join cases c on c.id = e.case_id join people p on p.id = c.requester_id
		 where e.id > @event and not e.internal and e.kind in ('opened', 'comment') and p.id <> e.person_id
		   and not exists (select from mails m where m.event_id = e.id and m.person_id = p.id)`,
	"a mail that was promised twice": `
		select min(m.id)::text from mails m where m.id > @mail group by m.event_id, m.person_id having count(*) > 1`,
	"a mail that not one job is to send": `
		select m.id::text from mails m
		  left join river_job j on j.kind = 'send_mail' and (j.args->>'mail_id')::bigint = m.id
		 where m.id > @mail group by m.id having count(j.id) <> 1`,
	"a job for a mail that is not there": `
		select j.id::text from river_job j where j.kind = 'send_mail'
		   and not exists (select from mails m where m.id = (j.args->>'mail_id')::bigint)`,
	"a version that is missing": `
		select max(version)::text from rule_versions having max(version) <> count(*)`,
}

func (k *checker) half(c *pgx.Conn) {
	k.w.t.Helper()
	begun := pgx.NamedArgs{"case": k.begun.Case, "event": k.begun.Event, "mail": k.begun.Mail}
	for wrong, sql := range halves {
		if found := ask[string](k.w, c, sql, begun); len(found) > 0 {
			k.w.t.Errorf("%s: %v", wrong, found)
		}
	}
}

// stored holds the files that the database knows against those that lie in the folder.
func (k *checker) stored(c *pgx.Conn) {
	k.w.t.Helper()
	known := map[string]bool{}
	for _, id := range ask[string](k.w, c, `select id::text from files where size > 0`) {
		known[id] = true
	}
	for _, f := range k.ledger.kept() {
		if !known[f.id] {
			k.w.t.Errorf("the file %s was acknowledged, and is not known", f.id)
		}
		k.read(f)
	}
	for id := range known {
		if _, err := os.Stat(k.path(id)); err != nil {
			k.w.t.Errorf("a file is known and not stored: %v", err)
		}
	}
}

func (k *checker) path(id string) string { return filepath.Join(k.w.data, "files", id) }

// read holds a stored file against what was uploaded.
func (k *checker) read(f file) {
	k.w.t.Helper()
	if k.looked[f.id] {
		return
	}
	k.looked[f.id] = true
	content, err := os.ReadFile(k.path(f.id))
	if err != nil || sha256.Sum256(content) != f.hash {
		k.w.t.Errorf("the file %s is not what was uploaded: %d bytes for %d, %v", f.id, len(content), f.size, err)
	}
}

// visited has all clients look: they are still signed in, and see the last of what they did, with its files.
func (k *checker) visited() {
	k.w.t.Helper()
	done := append(k.ledger.of(open), k.ledger.of(reply)...)
	for _, c := range k.clients {
		if a, ok := c.send(request{method: http.MethodGet, path: "/sessions"}); !ok || a.status != http.StatusOK {
			k.w.t.Errorf("%s is not signed in any more: %d", c.email, a.status)
		}
		last := slices.DeleteFunc(slices.Clone(done), func(d deed) bool { return d.who != c.email || !d.acknowledged })
		if len(last) == 0 {
			continue
		}
		k.sees(c, last[len(last)-1])
	}
}

func (k *checker) sees(c *client, d deed) {
	k.w.t.Helper()
	_, words, _ := strings.Cut(d.words, ": ") // before it is an address, which the page makes a link
	words, _, _ = strings.Cut(words, ",")
	if a, ok := c.send(request{method: http.MethodGet, path: "/cases/" + d.kase}); !ok || !strings.Contains(string(a.body), words) {
		k.w.t.Errorf("%s does not see what they did, %s: %d", c.email, d.kase, a.status)
	}
	for _, f := range d.files {
		a, ok := c.send(request{method: http.MethodGet, path: "/files/" + f.id})
		if !ok || a.status != http.StatusOK || sha256.Sum256(a.body) != f.hash {
			k.w.t.Errorf("%s can't read their file %s: %d, %d bytes for %d", c.email, f.id, a.status, len(a.body), f.size)
		}
	}
}

// swept has a day pass for what nobody was told of: then no file is known that nobody needs, nor stored that none knows.
func (k *checker) swept() {
	k.w.t.Helper()
	c := k.w.database()
	var told []string
	for _, f := range k.ledger.kept() {
		told = append(told, f.id)
	}
	const untold = ` from files where case_id is null and id::text <> all($1)`
	ask[string](k.w, c, `update files set created_at = created_at - interval '2 days' where id in (select id`+untold+`) returning id::text`, told)
	k.w.exec(c, `insert into river_job (kind, args, max_attempts) values ('sweep', '{}', 25)`)
	k.w.until("left uploads are swept", func() bool { return ask[int](k.w, c, `select count(*)::int`+untold, told)[0] == 0 })

	known := ask[string](k.w, c, `select id::text from files`)
	err := filepath.WalkDir(filepath.Join(k.w.data, "files"), func(path string, f fs.DirEntry, err error) error {
		if err == nil && !f.IsDir() && !slices.Contains(known, f.Name()) {
			err = errors.New("nobody knows of " + path)
		}
		return err
	})
	if err != nil {
		k.w.t.Error(err)
	}
}
