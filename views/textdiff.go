package views

import (
	"regexp"
	"strings"
	"time"

	"github.com/sergi/go-diff/diffmatchpatch"
)

// ComparedLine is a line of two texts side by side; or, where Left out is set, so many lines that are the same.
type ComparedLine struct {
	Kind     string // same, added, removed, changed
	OldN     int    // 0: there is none on this side
	NewN     int
	Old, New []ComparedPart
	LeftOut  int
}

// Sign is what unified differences write before a line.
func (l ComparedLine) Sign() string {
	return map[string]string{"added": "+", "removed": "−", "changed": "±"}[l.Kind]
}

// diffBound is how long a difference is looked for before a rougher one will do.
const diffBound = 200 * time.Millisecond

// pieces tells how two lists of pieces differ, in runs: each piece stands for one letter of what is compared.
func pieces(old, new []string) []diffmatchpatch.Diff {
	known, list := map[string]rune{}, []string{}
	letters := func(pieces []string) []rune {
		out := make([]rune, len(pieces))
		for i, p := range pieces {
			r, seen := known[p]
			if !seen {
				r = rune(len(list) + 1)
				if r >= 0xD800 { // what stands there is no letter
					r += 0x800
				}
				known[p] = r
				list = append(list, p)
			}
			out[i] = r
		}
		return out
	}
	a, b := letters(old), letters(new)
	d := diffmatchpatch.New()
	d.DiffTimeout = diffBound
	return d.DiffCleanupSemantic(d.DiffMainRunes(a, b, false))
}

// Words are marked in texts that somebody may read through, and in so much of two files: the time it takes grows with its
// square. What is longer stands beside the other as it is.
const (
	markedText = 4 << 10
	markedFile = 128 << 10
)

var wordsAndMarks = regexp.MustCompile(`[\p{L}\p{N}_]+|\s+|[^\p{L}\p{N}_\s]`)

// differingWords marks the words in which two short texts differ. Where little of them is the same, marks would only
// disturb: they stand beside each other then as they are.
func differingWords(old, new string) (before, after []ComparedPart) {
	if old == "" || new == "" || old == new || max(len(old), len(new)) > markedText {
		return whole(old), whole(new)
	}
	a, b := wordsAndMarks.FindAllString(old, -1), wordsAndMarks.FindAllString(new, -1)
	at, to, same := 0, 0, 0
	for _, run := range pieces(a, b) {
		n := len([]rune(run.Text))
		switch run.Type {
		case diffmatchpatch.DiffEqual:
			before, after = appendPart(before, a[at:at+n], false), appendPart(after, b[to:to+n], false)
			same += len(strings.TrimSpace(strings.Join(a[at:at+n], "")))
			at, to = at+n, to+n
		case diffmatchpatch.DiffDelete:
			before = appendPart(before, a[at:at+n], true)
			at += n
		case diffmatchpatch.DiffInsert:
			after = appendPart(after, b[to:to+n], true)
			to += n
		}
	}
	if 4*same < min(len(old), len(new)) {
		return whole(old), whole(new)
	}
	return before, after
}

// whole is a text in which nothing is marked.
func whole(s string) []ComparedPart {
	if s == "" {
		return nil
	}
	return []ComparedPart{{Text: s}}
}

func appendPart(list []ComparedPart, words []string, marked bool) []ComparedPart {
	return append(list, ComparedPart{Text: strings.Join(words, ""), Marked: marked})
}

// around is how many lines that are the same stand around those that differ.
const around = 3

// CompareText tells how two texts differ, line by line; what is the same for long is left out. Nothing where they don't.
func CompareText(old, new string) []ComparedLine {
	if old == new {
		return nil
	}
	a, b := lines(old), lines(new)
	var out []ComparedLine
	var gone, come []string
	at, to, budget := 0, 0, markedFile
	flush := func() {
		for i := range max(len(gone), len(come)) {
			l := ComparedLine{Kind: "changed"}
			switch {
			case i >= len(come):
				l.Kind, l.OldN, l.Old = "removed", at+i+1, []ComparedPart{{Text: gone[i]}}
			case i >= len(gone):
				l.Kind, l.NewN, l.New = "added", to+i+1, []ComparedPart{{Text: come[i]}}
			default:
				l.OldN, l.NewN = at+i+1, to+i+1
				l.Old, l.New = whole(gone[i]), whole(come[i])
				if budget -= len(gone[i]) + len(come[i]); budget > 0 {
					l.Old, l.New = differingWords(gone[i], come[i])
				}
			}
			out = append(out, l)
		}
		at, to = at+len(gone), to+len(come)
		gone, come = nil, nil
	}
	runs := pieces(a, b)
	for k, run := range runs {
		n := len([]rune(run.Text))
		switch run.Type {
		case diffmatchpatch.DiffDelete:
			gone = append(gone, a[at+len(gone):at+len(gone)+n]...)
		case diffmatchpatch.DiffInsert:
			come = append(come, b[to+len(come):to+len(come)+n]...)
		case diffmatchpatch.DiffEqual:
			flush()
			head, tail := around, around
			if k == 0 {
				head = 0
			}
			if k == len(runs)-1 {
				tail = 0
			}
			for i := range n {
				if left := n - head - tail; left > 1 && i >= head && i < n-tail {
					if i == head {
						out = append(out, ComparedLine{Kind: "same", LeftOut: left})
					}
					continue
				}
				text := []ComparedPart{{Text: a[at+i]}}
				out = append(out, ComparedLine{Kind: "same", OldN: at + i + 1, NewN: to + i + 1, Old: text, New: text})
			}
			at, to = at+n, to+n
		}
	}
	flush()
	return out
}

func lines(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(s, "\n"), "\n")
}
