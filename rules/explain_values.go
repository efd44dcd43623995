package rules

import (
	"cmp"
	"fmt"
	"math"
	"math/bits"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// use is how conditions read the answer to a question: answers that it does not tell apart are the same to all of them.
type use struct {
	literals []any             // that it is compared with, or looked for in it
	families map[string]string // of services, where these count
	each     bool              // each choice counts by itself: other questions are not offered it, or conditions read it in other ways
	opaque   bool              // conditions read it in other ways
}

// representative stands for all answers that are read as it is.
type representative struct {
	value any
	any   bool // it stands for everything that no condition names
}

// mostKinds is how many kinds of choices are combined in every way. Where there are more in a list, only those lists are
// tried that differ in one kind, or have but one.
const mostKinds = 8

// values are the representatives of all answers but a missing one; whole is false where some are left out.
func (u *use) values(q Question, offered []Offered, was any) (list []representative, whole bool) {
	switch q.Kind {
	case KindYesNo, KindTick:
		return []representative{{value: true}, {value: false}}, true
	case KindChoice:
		return u.choices(offered, was), true
	case KindChoices:
		old, _ := was.([]string)
		return u.lists(offered, old)
	case KindNumber:
		return u.numbers(q), !u.opaque
	case KindDate:
		return u.dates(), !u.opaque
	}
	return u.texts(q, was), !u.opaque
}

// kind is what conditions make of a choice: those of one kind are the same to them.
func (u *use) kind(value string) string {
	if u.each {
		return value
	}
	var b strings.Builder
	for i, l := range u.literals {
		if l == value {
			fmt.Fprint(&b, i, " ")
		}
	}
	return b.String() + u.families[value]
}

func (u *use) choices(offered []Offered, was any) (list []representative) {
	var seen []string
	if s, ok := was.(string); ok && accepted(Question{Kind: KindChoice}, offered, s) {
		seen = append(seen, u.kind(s))
	}
	for _, o := range offered {
		if kind := u.kind(o.Value); !o.Unavailable && !slices.Contains(seen, kind) {
			seen = append(seen, kind)
			list = append(list, representative{value: o.Value})
		}
	}
	return list
}

// lists are choices of each combination of kinds, near to what was chosen first.
func (u *use) lists(offered []Offered, was []string) (list []representative, whole bool) {
	var kinds []string
	var old uint64 // the kinds among what was chosen
	members := map[string][]string{}
	for _, o := range offered {
		if o.Unavailable {
			continue
		}
		kind := u.kind(o.Value)
		kinds = appendNew(kinds, kind)
		members[kind] = append(members[kind], o.Value)
		if slices.Contains(was, o.Value) {
			old |= 1 << slices.Index(kinds, kind)
		}
	}
	if len(kinds) > 62 {
		kinds = kinds[:62]
	}
	var sets []uint64
	if whole = len(kinds) <= mostKinds; whole {
		for set := uint64(1); set < 1<<len(kinds); set++ {
			sets = append(sets, set)
		}
		slices.SortStableFunc(sets, func(a, b uint64) int { return cmp.Compare(bits.OnesCount64(a^old), bits.OnesCount64(b^old)) })
	} else {
		for i := range kinds {
			sets = append(sets, old^1<<i)
		}
		for i := range kinds {
			sets = append(sets, 1<<i)
		}
	}
	for _, set := range sets {
		var chosen []string
		for _, o := range offered {
			kind := u.kind(o.Value)
			i := slices.Index(kinds, kind)
			if o.Unavailable || i < 0 || set&(1<<i) == 0 {
				continue
			}
			if old&(1<<i) != 0 && slices.Contains(was, o.Value) || old&(1<<i) == 0 && members[kind][0] == o.Value {
				chosen = append(chosen, o.Value)
			}
		}
		if len(chosen) > 0 {
			list = append(list, representative{value: chosen})
		}
	}
	return list, whole
}

// numbers are one of each region between those that are named.
func (u *use) numbers(q Question) (list []representative) {
	var all []int
	for _, l := range u.literals {
		switch n := l.(type) {
		case int:
			all = append(all, n-1, n, n+1)
		case float64:
			if math.Abs(n) < 1<<53 {
				all = append(all, int(math.Floor(n)), int(math.Ceil(n)))
				if n == math.Floor(n) {
					all = append(all, int(n)-1, int(n)+1)
				}
			}
		}
	}
	low, high := -1<<53, 1<<53
	if q.Min != nil {
		low = *q.Min
		all = append(all, low)
	}
	if q.Max != nil {
		high = *q.Max
		all = append(all, high)
	}
	if len(all) == 0 {
		return []representative{{value: 0, any: true}}
	}
	slices.Sort(all)
	for _, n := range slices.Compact(all) {
		if n >= low && n <= high {
			list = append(list, representative{value: n, any: len(u.literals) == 0})
		}
	}
	return list
}

// dates are one of each region between those that are named.
func (u *use) dates() []representative {
	var all []string
	for _, l := range u.literals {
		s, _ := l.(string)
		day, err := time.Parse(time.DateOnly, s)
		if err != nil {
			continue
		}
		for _, d := range []time.Time{day.AddDate(0, 0, -1), day, day.AddDate(0, 0, 1)} {
			if y := d.Year(); y >= 0 && y <= 9999 {
				all = append(all, d.Format(time.DateOnly))
			}
		}
	}
	if len(all) == 0 {
		return []representative{{value: "2001-01-01", any: true}}
	}
	slices.Sort(all)
	var list []representative
	for _, s := range slices.Compact(all) {
		list = append(list, representative{value: s})
	}
	return list
}

// texts are those that are named, and one that is not.
func (u *use) texts(q Question, was any) (list []representative) {
	limit := q.MaxLength
	if limit == 0 {
		limit = defaultTextLength // it is the shorter one
	}
	if q.MaxLength == 0 && q.Kind == KindParagraph {
		limit = defaultParagraphLength
	}
	named := func(s string) bool { return slices.Contains(u.literals, any(s)) }
	if s, ok := was.(string); !ok || named(s) {
		for _, r := range "…-–·*+~" {
			if s := string(r); !named(s) {
				list = append(list, representative{value: s, any: true})
				break
			}
		}
	}
	for _, l := range u.literals {
		s, _ := l.(string)
		typed := strings.TrimSpace(s)
		if q.Kind == KindText {
			typed = strings.Join(strings.Fields(s), " ")
		}
		if s == "" || s != typed || strings.ContainsAny(s, "\r\x00") || !utf8.ValidString(s) || utf8.RuneCountInString(s) > limit {
			continue // nobody can answer that
		}
		list = append(list, representative{value: s})
	}
	return list
}

// readsOf gathers how the answers to questions are read: by rules, and by the form itself, which asks by them. What is not
// among them changes nothing.
func (e *explaining) readsOf(places []int) map[string]*use {
	uses := map[string]*use{}
	of := func(key string) *use {
		if uses[key] == nil {
			uses[key] = &use{}
		}
		return uses[key]
	}
	m := e.Form.Case
	read := func(a *atom) {
		for _, path := range a.facts {
			keys := []string{strings.TrimPrefix(path, "answers.")}
			switch path {
			case "services", "families":
				keys = slices.DeleteFunc([]string{m.Service, m.AdditionalServices}, func(s string) bool { return s == "" })
			default:
				if !strings.HasPrefix(path, "answers.") {
					continue
				}
			}
			for _, key := range keys {
				u := of(key)
				switch {
				case a.kind == atomOther:
					u.opaque, u.each = true, true
				case path == "families":
					u.families = e.Offers.Families
				case a.value != nil && !slices.Contains(u.literals, a.value):
					u.literals = append(u.literals, a.value)
				}
			}
		}
	}
	for _, i := range places {
		e.set.rules[i].condition.formula.atoms(read)
	}
	for i, q := range e.Form.Questions {
		for _, c := range append([]*condition{e.Form.asked[i].when}, e.Form.asked[i].options...) {
			if c != nil {
				c.formula.atoms(read)
			}
		}
		if needs := e.Form.asked[i].needs; needs != "" {
			of(needs).each = true
		}
		if q.Except != "" {
			of(q.Except).each = true
		}
	}
	return uses
}
