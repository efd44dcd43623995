package rules

import (
	"math/bits"
	"slices"
	"strings"
)

// bitset has a bit for each rule of a set.
type bitset []uint64

func newBitset(n int) bitset { return make(bitset, (n+63)/64) }

func (b bitset) set(i int)      { b[i/64] |= 1 << (i % 64) }
func (b bitset) drop(i int)     { b[i/64] &^= 1 << (i % 64) }
func (b bitset) has(i int) bool { return b[i/64]&(1<<(i%64)) != 0 }

func (b bitset) count() (n int) {
	for _, word := range b {
		n += bits.OnesCount64(word)
	}
	return n
}

// dimension sorts all values that a fact can have into classes, so that within a class every condition of the set reads
// the same of that fact. It knows for each class which rules it leaves: those whose condition, whatever the other facts
// are, is not false yet. What is left by all dimensions is asked; often there is nothing to ask any more.
type dimension struct {
	slot     int // the fact's
	kind     dimensionKind
	texts    map[string]int // of values that conditions name, their class
	numbers  []int          // that conditions name, ascending
	days     []string       // likewise
	member   string
	possible []bitset // by class
}

type dimensionKind int

const (
	byYesNo  dimensionKind = iota // missing, no, yes
	byText                        // missing, one that no condition names, each that one names
	byNumber                      // missing, below the first, the first, between it and the second, the second …
	byDay                         // likewise
	byMember                      // not in the list, in it
	byThere                       // the list is missing, is there
)

// classMissing is the class of a missing fact; of members, of a list that has them not.
const (
	classMissing = 0
	classOther   = 1 // of texts
)

// classes is how many there are.
func (d *dimension) classes() int {
	switch d.kind {
	case byYesNo:
		return 3
	case byText:
		return 2 + len(d.texts)
	case byNumber:
		return 2 + 2*len(d.numbers)
	case byDay:
		return 2 + 2*len(d.days)
	}
	return 2
}

// class is the one that a fact's value is in.
func (d *dimension) class(c *cell) int {
	if !c.there {
		return classMissing
	}
	switch d.kind {
	case byYesNo:
		if c.yes {
			return 2
		}
		return 1
	case byText:
		if class, named := d.texts[c.text]; named {
			return class
		}
		return classOther
	case byNumber:
		return between(slices.BinarySearch(d.numbers, c.number))
	case byDay:
		return between(slices.BinarySearch(d.days, c.text))
	case byMember:
		if !slices.Contains(c.list, d.member) {
			return classMissing
		}
	}
	return 1
}

func between(place int, found bool) int {
	if found {
		return 2*place + 2
	}
	return 2*place + 1
}

// certainty is what is known of a condition, or of a part of it, while not all facts are.
type certainty int8

const (
	never certainty = iota - 1
	unsure
	certain
)

func certainly(holds bool) certainty {
	if holds {
		return certain
	}
	return never
}

// reads tells what an atom of the dimension reads in a class.
func (d *dimension) reads(a *atom, class int) certainty {
	switch a.kind {
	case atomHas:
		return certainly(class != classMissing)
	case atomBare:
		return certainly(class == 2)
	case atomMember:
		return certainly(class == 1)
	case atomEquals, atomOrder:
		if class == classMissing {
			return never
		}
		return certainly(ordered(a.op, class-d.classOf(a.value)))
	}
	return unsure
}

// classOf is the class of a value that a condition names.
func (d *dimension) classOf(value any) int {
	switch v := value.(type) {
	case bool:
		if v {
			return 2
		}
		return 1
	case int:
		return between(slices.BinarySearch(d.numbers, v))
	case string:
		if d.kind == byText {
			return d.texts[v]
		}
		return between(slices.BinarySearch(d.days, v))
	}
	return classOther
}

// ordered tells whether two values whose difference has that sign are in an order; no order is equality.
func ordered(op string, sign int) bool {
	switch op {
	case "<":
		return sign < 0
	case "<=":
		return sign <= 0
	case ">":
		return sign > 0
	case ">=":
		return sign >= 0
	}
	return sign == 0
}

// name tells dimensions apart: a list has one for each member that conditions name.
func (a *atom) dimension(typ Type) (kind dimensionKind, name string, ok bool) {
	switch a.kind {
	case atomMember:
		member, _ := a.value.(string)
		return byMember, a.fact + "\n" + member, true
	case atomBare, atomHas, atomEquals, atomOrder:
		if _, float := a.value.(float64); float {
			return 0, "", false
		}
		kind, ok = map[Type]dimensionKind{Bool: byYesNo, Str: byText, Int: byNumber, Day: byDay, List: byThere}[typ]
		return kind, a.fact, ok
	}
	return 0, "", false
}

// mention has a dimension know a value that a condition names.
func (d *dimension) mention(a *atom) {
	switch v := a.value.(type) {
	case int:
		if at, found := slices.BinarySearch(d.numbers, v); !found {
			d.numbers = slices.Insert(d.numbers, at, v)
		}
	case string:
		switch d.kind {
		case byMember:
			d.member = v
		case byText:
			if _, known := d.texts[v]; !known {
				d.texts[v] = 2 + len(d.texts)
			}
		case byDay:
			if at, found := slices.BinarySearchFunc(d.days, v, strings.Compare); !found {
				d.days = slices.Insert(d.days, at, v)
			}
		}
	}
}
