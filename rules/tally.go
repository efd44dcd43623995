package rules

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"time"
)

// Tally is what comes of comparing two rule sets over many cases: how many change, how, and whose. Tallies of parts add up
// to that of the whole, in any order, and survive being kept as JSON.
type Tally struct {
	Cases     int                      `json:"cases"`
	Changed   int                      `json:"changed"`
	Outcomes  [8]int                   `json:"outcomes"` // cases that differ in each, in the order of OutcomeNames
	Moves     Table[Move, int]         `json:"moves"`    // of all cases, the unchanged too
	Load      Table[QueueWeek, Before] `json:"load"`     // cases that come to a queue
	Accounts  Table[int64, Share]      `json:"accounts"`
	Items     Table[string, Share]     `json:"items"`
	Locations Table[Place, Share]      `json:"locations"`
	Promises  Table[Kept, int]         `json:"promises"`
	Priority  Agreement                `json:"priority"`
	Queue     Agreement                `json:"queue"`
}

// Move is a way in which decisions differ, or don't: the cell of a matrix.
type Move struct {
	FromPriority int       `json:"p"`
	ToPriority   int       `json:"P"`
	FromQueue    string    `json:"q"`
	ToQueue      string    `json:"Q"`
	Differs      Differing `json:"d,omitempty"`
}

// QueueWeek is a week of a queue. Weeks are those of ISO 8601, 202647, by the clock of UTC.
type QueueWeek struct {
	Queue string `json:"queue"`
	Week  int    `json:"week"`
}

// Before is a count by the old set, beside that by the new one.
type Before struct {
	Old int `json:"old"`
	New int `json:"new"`
}

// Share is how many of some cases change.
type Share struct {
	Cases   int `json:"cases"`
	Changed int `json:"changed"`
}

// Place is a location of an account.
type Place struct {
	Account int64  `json:"account"`
	Name    string `json:"name"`
}

// Promise is what became of the promise to answer by a certain time.
type Promise string

// What may become of it.
const (
	Unpromised Promise = "none"   // nothing was to be answered by any time
	Met        Promise = "met"    // it was answered by then
	Missed     Promise = "missed" // it was answered later, or is not although it should be
	Pending    Promise = "open"   // it is not answered, and there is time
)

// PromiseOf judges a promise: due and answered are zero where there is none.
func PromiseOf(due, answered, now time.Time) Promise {
	switch {
	case due.IsZero():
		return Unpromised
	case answered.IsZero() && now.After(due), answered.After(due):
		return Missed
	case answered.IsZero():
		return Pending
	}
	return Met
}

// Kept is what becomes of a promise by the old set, and by the new.
type Kept struct {
	Old Promise `json:"old"`
	New Promise `json:"new"`
}

// Agreement holds rules against people: of the cases in which somebody set an outcome by hand, how many each set had
// decided as that person did.
type Agreement struct {
	Corrected int `json:"corrected"`
	Old       int `json:"old"`
	New       int `json:"new"`
}

// Counted is a case as it is counted.
type Counted struct {
	Compared
	Account  int64
	Opened   time.Time
	Promises Kept
	Priority int    // as a person set it last; 0: nobody did
	Queue    string // likewise
}

// Add counts one case, and gives the cell that it fell into.
func (t *Tally) Add(c Counted) Move {
	t.make()
	m := Move{c.Old.Priority, c.New.Priority, c.Old.Queue, c.New.Queue, c.Differs}
	changed := 0
	if c.Differs != 0 {
		changed = 1
	}
	share := Share{1, changed}
	t.Cases++
	t.Changed += changed
	for i := range t.Outcomes {
		t.Outcomes[i] += int(c.Differs >> i & 1)
	}
	t.Moves[m]++
	year, week := c.Opened.UTC().ISOWeek()
	week += 100 * year
	t.Load.add(QueueWeek{c.Old.Queue, week}, Before{Old: 1}, Before.plus)
	t.Load.add(QueueWeek{c.New.Queue, week}, Before{New: 1}, Before.plus)
	t.Accounts.add(c.Account, share, Share.plus)
	t.Items.add(c.Item, share, Share.plus)
	for _, name := range c.Locations {
		t.Locations.add(Place{c.Account, name}, share, Share.plus)
	}
	t.Promises[c.Promises]++
	if c.Priority != 0 {
		t.Priority.judge(c.Old.Priority == c.Priority, c.New.Priority == c.Priority)
	}
	if c.Queue != "" {
		t.Queue.judge(c.Old.Queue == c.Queue, c.New.Queue == c.Queue)
	}
	return m
}

// Merge adds another tally.
func (t *Tally) Merge(other *Tally) {
	t.make()
	t.Cases += other.Cases
	t.Changed += other.Changed
	for i, n := range other.Outcomes {
		t.Outcomes[i] += n
	}
	plus := func(a, b int) int { return a + b }
	t.Moves.merge(other.Moves, plus)
	t.Promises.merge(other.Promises, plus)
	t.Load.merge(other.Load, Before.plus)
	t.Accounts.merge(other.Accounts, Share.plus)
	t.Items.merge(other.Items, Share.plus)
	t.Locations.merge(other.Locations, Share.plus)
	t.Priority.merge(other.Priority)
	t.Queue.merge(other.Queue)
}

func (t *Tally) make() {
	if t.Moves != nil {
		return
	}
	t.Moves, t.Load, t.Promises = Table[Move, int]{}, Table[QueueWeek, Before]{}, Table[Kept, int]{}
	t.Accounts, t.Items, t.Locations = Table[int64, Share]{}, Table[string, Share]{}, Table[Place, Share]{}
}

func (b Before) plus(c Before) Before { return Before{b.Old + c.Old, b.New + c.New} }
func (s Share) plus(c Share) Share    { return Share{s.Cases + c.Cases, s.Changed + c.Changed} }

func (a *Agreement) judge(old, new bool) {
	a.Corrected++
	if old {
		a.Old++
	}
	if new {
		a.New++
	}
}

func (a *Agreement) merge(b Agreement) {
	a.Corrected, a.Old, a.New = a.Corrected+b.Corrected, a.Old+b.Old, a.New+b.New
}

// Promised counts the cases of which each set would have kept, or missed, its promise.
func (t *Tally) Promised() map[Promise]Before {
	sum := map[Promise]Before{}
	for kept, n := range t.Promises {
		sum[kept.Old] = sum[kept.Old].plus(Before{Old: n})
		sum[kept.New] = sum[kept.New].plus(Before{New: n})
	}
	return sum
}

// Matrix counts cases by what was and what becomes of an outcome.
type Matrix[K cmp.Ordered] struct {
	Values []K // in order: those of both sides
	Cells  map[[2]K]int
}

// Priorities is the matrix of priorities; all four are there.
func (t *Tally) Priorities() Matrix[int] {
	return matrix(t.Moves, []int{1, 2, 3, 4}, func(m Move) [2]int { return [2]int{m.FromPriority, m.ToPriority} })
}

// Queues is the matrix of queues: those that any case comes to.
func (t *Tally) Queues() Matrix[string] {
	return matrix(t.Moves, nil, func(m Move) [2]string { return [2]string{m.FromQueue, m.ToQueue} })
}

func matrix[K cmp.Ordered](moves Table[Move, int], values []K, cell func(Move) [2]K) Matrix[K] {
	m := Matrix[K]{Values: values, Cells: map[[2]K]int{}}
	for move, n := range moves {
		at := cell(move)
		m.Cells[at] += n
		for _, v := range at {
			if !slices.Contains(m.Values, v) {
				m.Values = append(m.Values, v)
			}
		}
	}
	slices.Sort(m.Values)
	return m
}

// Table is a map that is kept as JSON whatever its keys are: as a list of pairs, in the order of their text.
type Table[K comparable, V any] map[K]V

func (t Table[K, V]) add(key K, value V, plus func(V, V) V) { t[key] = plus(t[key], value) }

func (t Table[K, V]) merge(other Table[K, V], plus func(V, V) V) {
	for key, value := range other {
		t.add(key, value, plus)
	}
}

// MarshalJSON writes the pairs.
func (t Table[K, V]) MarshalJSON() ([]byte, error) {
	lines := make(map[string]json.RawMessage, len(t))
	for key, value := range t {
		line, err := json.Marshal([2]any{key, value})
		if err != nil {
			return nil, err
		}
		lines[string(line)] = line
	}
	list := make([]json.RawMessage, 0, len(t))
	for _, key := range slices.Sorted(maps.Keys(lines)) {
		list = append(list, lines[key])
	}
	return json.Marshal(list)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (t *Table[K, V]) UnmarshalJSON(data []byte) error {
	var list [][2]json.RawMessage
	if err := json.Unmarshal(data, &list); err != nil {
		return err
	}
	*t = make(Table[K, V], len(list))
	for _, pair := range list {
		var key K
		var value V
		if err := json.Unmarshal(pair[0], &key); err != nil {
			return err
		}
		if err := json.Unmarshal(pair[1], &value); err != nil {
			return err
		}
		(*t)[key] = value
	}
	return nil
}
