package torture

import (
	"slices"
	"sync"

	"github.com/google/uuid"
)

// kind is what a client does.
type kind string

const (
	open    kind = "open"    // a case
	reply   kind = "reply"   // in a case
	take    kind = "take"    // the next case
	publish kind = "publish" // a rule set
)

// deed is one thing that a client asks for, if need be again and again, with one token.
type deed struct {
	kind  kind
	token uuid.UUID
	who   string // e-mail
	kase  string // its number: of a reply from the start, else as the answer told
	words string // exactly what must be there
	files []file

	acknowledged bool
	void         bool // answered: there was nothing to do
}

// file is what a client uploaded, as it was told: until then it is none.
type file struct {
	id   string
	hash [32]byte
	size int
}

// ledger is what the clients asked for, and what they were told.
type ledger struct {
	mu    sync.Mutex
	deeds []*deed
	files []file // all that were acknowledged, claimed by a deed or not
}

// uploaded writes down that a file is kept.
func (l *ledger) uploaded(f file) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.files = append(l.files, f)
}

// kept lists all files that were acknowledged.
func (l *ledger) kept() []file {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.files)
}

// note writes down what is about to be asked for.
func (l *ledger) note(d deed) *deed {
	l.mu.Lock()
	defer l.mu.Unlock()
	noted := &d
	l.deeds = append(l.deeds, noted)
	return noted
}

// acknowledge writes down that it is done, by an answer that was read to its end.
func (l *ledger) acknowledge(d *deed, change func(*deed)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	d.acknowledged = true
	change(d)
}

// of lists the deeds of a kind as they stand now, those left out for which there was nothing to do.
func (l *ledger) of(k kind) []deed {
	l.mu.Lock()
	defer l.mu.Unlock()
	var list []deed
	for _, d := range l.deeds {
		if d.kind == k && !d.void {
			list = append(list, *d)
		}
	}
	return list
}

// told counts the deeds that were acknowledged.
func (l *ledger) told() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(slices.DeleteFunc(slices.Clone(l.deeds), func(d *deed) bool { return !d.acknowledged }))
}
