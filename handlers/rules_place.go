package handlers

import (
	"strconv"

	"portico/rules"
)

// place is what of a rule set is edited.
type place struct {
	rule     int // from 1
	fresh    bool
	after    int // a fresh rule comes after this one
	fallback bool
	names    bool
}

// placeNamed reads a place out of an address; the first rule if it names none that is there.
func placeNamed(name, after string, rules int) place {
	switch name {
	case "default":
		return place{fallback: true}
	case "names":
		return place{names: true}
	case "new":
		n, err := strconv.Atoi(after)
		if err != nil || n < 0 || n > rules {
			n = rules
		}
		return place{fresh: true, after: n}
	}
	n, err := strconv.Atoi(name)
	switch {
	case rules == 0:
		return place{fresh: true}
	case err != nil || n < 1 || n > rules:
		n = 1
	}
	return place{rule: n}
}

// String is how an address names it.
func (p place) String() string {
	switch {
	case p.fallback:
		return "default"
	case p.names:
		return "names"
	case p.fresh:
		return "new"
	}
	return strconv.Itoa(p.rule)
}

// index is where the rule stands in the set it was typed into.
func (p place) index() int {
	if p.fresh {
		return p.after
	}
	return p.rule - 1
}

// concerns tells whether a problem is one of a rule, or of the default.
func concerns(p rules.Problem, index int, fallback bool) bool {
	if fallback {
		return p.Field == "default" || len(p.Field) > 8 && p.Field[:8] == "default."
	}
	return p.Index == index && ofRule(p)
}

func ofName(p rules.Problem) bool { return len(p.Field) > 4 && p.Field[:4] == "let." }

// ofRule tells whether the problem's index counts rules.
func ofRule(p rules.Problem) bool {
	return !ofName(p) && p.Index >= 0 && (p.Rule != "" || p.Field != "name")
}
