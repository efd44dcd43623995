package rules

import (
	"maps"
	"slices"
	"strings"
)

// nearest is the known name that was probably meant: the one with the fewest letters to change, if these are few.
func nearest(name string, known []string) string {
	letters := len([]rune(name))
	best, least := "", 1+max(min(1, letters/2), letters/3)
	for _, k := range known {
		if d := distance(strings.ToLower(name), strings.ToLower(k), least); d < least {
			best, least = k, d
		}
	}
	return best
}

// suggestFact finds the fact or shared name that was probably meant, also when only its last part was written.
func (s *scope) suggestFact(path string) string {
	facts := slices.Sorted(maps.Keys(s.facts))
	for _, f := range facts {
		if _, last, ok := strings.Cut(f, "."); ok && last == path {
			return f
		}
	}
	if found := nearest(path, append(facts, slices.Sorted(maps.Keys(s.lets))...)); found != "" {
		return found
	}
	short := map[string]string{}
	for _, f := range facts {
		if _, last, ok := strings.Cut(f, "."); ok && short[last] == "" {
			short[last] = f
		}
	}
	_, key, dotted := strings.Cut(path, ".")
	if !dotted {
		key = path
	}
	return short[nearest(key, slices.Sorted(maps.Keys(short)))]
}

// distance counts the letters to insert, remove, change or swap with a neighbour; it gives up at limit.
func distance(a, b string, limit int) int {
	s, t := []rune(a), []rune(b)
	if len(s)-len(t) >= limit || len(t)-len(s) >= limit {
		return limit
	}
	rows := [3][]int{make([]int, len(t)+1), make([]int, len(t)+1), make([]int, len(t)+1)}
	for j := range rows[1] {
		rows[1][j] = j
	}
	for i := 1; i <= len(s); i++ {
		before, last, row := rows[0], rows[1], rows[2]
		row[0] = i
		for j := 1; j <= len(t); j++ {
			cost := 1
			if s[i-1] == t[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && s[i-1] == t[j-2] && s[i-2] == t[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		rows[0], rows[1], rows[2] = last, row, before
	}
	return rows[1][len(t)]
}
