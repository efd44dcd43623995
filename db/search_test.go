package db_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"portico/db"
	"portico/db/dbtest"
)

// said opens a case whose words are these.
func (w *caseWorld) said(requester, account, words string) *db.Case {
	w.t.Helper()
	return w.open(requester, account, func(c *db.Case) { c.ShortDescription, c.Description = words, "" })
}

func (w *caseWorld) learn(at time.Time) {
	w.t.Helper()
	if _, err := w.LearnWords(context.Background(), at); err != nil {
		w.t.Fatal(err)
	}
}

func (w *caseWorld) corrected(in db.Scope, f db.CaseFilter) string {
	w.t.Helper()
	right, err := w.Corrected(context.Background(), in, f)
	if err != nil {
		w.t.Fatal(err)
	}
	return right
}

func TestMisspeltWordsArePutRight(t *testing.T) {
	w := newCaseWorld(t)
	w.said("ann", "east", "The gateway in the telephone room: the switch lost its connection")
	w.said("bob", "east", "Réseau à l’étage: imprimante en panne, INV-210345")
	w.said("dora", "west", "The invoice has the wrong amount")
	w.learn(w.at)
	east, all := w.branch("east"), db.Scope{All: true}
	for typed, want := range map[string]string{
		"gatway": "gateway", "gaetway": "gateway", "gatewayy": "gateway", "Gatway": "gateway", "gatwa": "gateway", "hateway": "gateway",
		"swich": "switch", "conecti": "connection", "telphone": "telephone", "etage": "étage", "imprimente": "imprimante",
		"gatway swich": "gateway switch", "telephone gatway": "telephone gateway", "the swich": "the switch",
		"gateway": "", "gat": "", "gtw": "", "xylophone": "", "": "", "CS0000001": "", "INV-210344": "", "210354": "",
		"switch imprimante": "", // each is there, but not in one case
		"swich imprimante":  "",
		"swich & !'\\:* |":  "switch & !'\\:* |", "\x00gatway": "gateway", strings.Repeat("gatway ", 6): "",
		strings.Repeat("g", 500): "",
	} {
		if got := w.corrected(east, db.CaseFilter{Search: typed}); got != want {
			t.Errorf("%q is put right to %q, not %q", typed, got, want)
		}
		if want != "" && len(w.list(east, db.CaseFilter{Search: want}, db.CasePaging{}).Rows) != 1 {
			t.Errorf("%q finds no case", want)
		}
	}
	for typed, in := range map[string]db.Scope{"invioce": east, "gatway": w.branch("west"), "imprimente": w.own("ann", "east"), "gatwya": {}} {
		if got := w.corrected(in, db.CaseFilter{Search: typed}); got != "" {
			t.Errorf("%q is put right to %q by what its reader does not see", typed, got)
		}
	}
	if got := w.corrected(all, db.CaseFilter{Search: "gatway", State: db.SolvedStates}); got != "" {
		t.Errorf("it is put right to %q, which finds nothing within the filter", got)
	}
	if got := w.corrected(all, db.CaseFilter{Search: "gatway", State: db.OpenStates}); got != "gateway" {
		t.Errorf("within a filter that it passes: %q", got)
	}
}

// TestAnothersTypoIsNoWordOfOurs: that somebody else wrote a word so does not make it right for who sees nothing of them.
func TestAnothersTypoIsNoWordOfOurs(t *testing.T) {
	w := newCaseWorld(t)
	w.said("eve", "harbour", "Our gatway is broken")
	w.said("ann", "east", "Our gateway is broken")
	w.learn(w.at)
	if got := w.corrected(w.branch("maple"), db.CaseFilter{Search: "gatway broken"}); got != "gateway broken" {
		t.Errorf("%q", got)
	}
	if got := w.corrected(w.branch("harbour"), db.CaseFilter{Search: "gateway"}); got != "gatway" {
		t.Errorf("%q", got)
	}
}

func TestWordsAreLearntAndForgotten(t *testing.T) {
	w := newCaseWorld(t)
	all := db.Scope{All: true}
	w.said("ann", "east", "gateway")
	w.learn(w.at)
	late := w.said("ann", "east", "telephone")
	if got := w.corrected(all, db.CaseFilter{Search: "telphone"}); got != "" {
		t.Errorf("before it is learnt: %q", got)
	}
	w.say(late, db.Note, true, "zeppelin")
	w.learn(w.at.Add(time.Minute))
	if got := w.corrected(all, db.CaseFilter{Search: "telphone"}); got != "telephone" {
		t.Errorf("after it is learnt: %q", got)
	}
	known := func(word string) (is bool) {
		owner := dbtest.Open(t, dbtest.OwnerOf(t, w.DB))
		if err := owner.Pool().QueryRow(t.Context(), `select exists (select from search_words where word = $1)`, word).Scan(&is); err != nil {
			t.Fatal(err)
		}
		return is
	}
	w.exec(`update cases set words = ''::tsvector where id = $1`, late.ID)
	w.learn(w.at.Add(time.Hour))
	if !known("telephone") || known("zeppelin") {
		t.Error("within the day words are forgotten, or a note's is known")
	}
	w.learn(w.at.Add(25 * time.Hour))
	if known("telephone") || !known("gateway") {
		t.Error("a day later a word is known that stands nowhere any more, or not one that does")
	}
}

// TestNobodyReadsTheWordsThemselves: the program has but the two ways to them, and those of nobody's are shut.
func TestNobodyReadsTheWordsThemselves(t *testing.T) {
	w := newCaseWorld(t)
	w.said("ann", "east", "gateway")
	w.learn(w.at)
	d := dbtest.Walled(t, w.DB)
	for _, sql := range []string{`select * from search_words`, `delete from search_words`, `update search_learnt set upto = now()`} {
		if _, err := d.Walled().Exec(db.AsSystem(t.Context(), "test"), sql); !refused(err) {
			t.Errorf("%s: %v", sql, err)
		}
	}
	ann := db.Behind(t.Context(), db.Wall{Cases: w.own("ann", "east"), Person: w.ids["ann"]})
	near := func(ctx context.Context) (n int) {
		if err := d.Walled().QueryRow(ctx, `select count(*) from near_words('{gatway}', 10)`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if near(ann) != 1 || near(t.Context()) != 0 {
		t.Errorf("behind a wall %d, without one %d", near(ann), near(t.Context()))
	}
	w.said("ann", "east", "telephone")
	for who, ctx := range map[string]context.Context{"a person": ann, "nobody": t.Context()} {
		if n, err := d.LearnWords(ctx, w.at.Add(48*time.Hour)); err != nil || n != 0 {
			t.Errorf("%s has %d words learnt, %v", who, n, err)
		}
	}
	if right, err := d.Corrected(ann, w.own("ann", "east"), db.CaseFilter{Search: "gatway"}); err != nil || right != "gateway" {
		t.Errorf("%q, %v", right, err)
	}
	if right, err := d.Corrected(t.Context(), w.own("ann", "east"), db.CaseFilter{Search: "gatway"}); err != nil || right != "" {
		t.Errorf("without a wall: %q, %v", right, err)
	}
}

func FuzzCorrected(f *testing.F) {
	for _, typed := range []string{"gatway", "é́tage", "'; drop", "a\x00b", "\xff\xfe gatway", "ﬁrewal", "🙂🙂🙂🙂"} {
		f.Add(typed)
	}
	w := newCaseWorld(f)
	w.said("ann", "east", "The gateway and the firewall")
	w.learn(w.at)
	f.Fuzz(func(t *testing.T, typed string) {
		right, err := w.Corrected(t.Context(), db.Scope{All: true}, db.CaseFilter{Search: strings.ToValidUTF8(typed, "")})
		if err != nil && !errors.Is(err, context.Canceled) {
			t.Fatalf("%q: %v", typed, err)
		}
		n, err := w.CountCases(t.Context(), db.Scope{All: true}, db.CaseFilter{Search: right}, 1)
		if err != nil || right != "" && n == 0 {
			t.Errorf("%q is put right to %q, which finds nothing: %v", typed, right, err)
		}
	})
}
