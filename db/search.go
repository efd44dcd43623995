package db

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
)

// How far a search is put right.
const (
	wordsCorrected  = 5   // of more words none is
	nearWords       = 300 // compared letter by letter with what was typed
	correctionsEach = 4   // tried of each word
)

// slips is how many letters of a word may be wrong, missing, too many or swapped with their neighbour. More would find
// words that nobody meant.
func slips(letters int) int {
	switch {
	case letters < 4:
		return 0
	case letters < 8:
		return 1
	}
	return 2
}

// LearnWords takes up the words of cases that were changed since the last time, for Corrected to compare with; once a day
// it reads all cases. It is for the portal itself, see AsSystem. It tells how many words are new.
func (d *DB) LearnWords(ctx context.Context, at time.Time) (learnt int, err error) {
	err = d.InTx(ctx, func(ctx context.Context, tx *DB) error {
		// Who comes while others learn waits for them, so that all is known then.
		if _, err := tx.fast.Exec(ctx, `set local statement_timeout = 0; select pg_advisory_xact_lock(hashtext('portico.words'))`); err != nil {
			return err
		}
		return tx.fast.QueryRow(ctx, `select learn_words($1)`, pgx.QueryExecModeExec, at).Scan(&learnt)
	})
	return learnt, wrap(err, "learn words")
}

// Corrected puts right what somebody typed into a search that found nothing: the same words, but for those that stand in no
// case of the scope, in whose place come words much like them. It is empty where nothing is found that way either. So no
// word is ever told but to who finds a case by it, within the scope and the filter.
func (d *DB) Corrected(ctx context.Context, in Scope, f CaseFilter) (string, error) {
	if in.Empty() {
		return "", nil
	}
	finds := func(f CaseFilter, search string) (bool, error) {
		f.Search = search
		n, err := d.CountCases(ctx, in, f, 1)
		return n > 0, err
	}
	bare := f
	bare.Search = ""
	alone := bare == CaseFilter{} && len(strings.Fields(f.Search)) == 1 // then it is known already
	return d.correct(ctx, f.Search,
		func(word string) (bool, error) {
			if alone {
				return false, nil
			}
			return finds(CaseFilter{}, word)
		},
		func(search string) (bool, error) { return finds(f, search) })
}

// CorrectedForArticles is Corrected for a search of articles, which are everybody's who may read any: it tells no word that
// doesn't stand in one.
func (d *DB) CorrectedForArticles(ctx context.Context, lang, typed string) (string, error) {
	finds := func(search string) (bool, error) {
		found, err := d.FindArticles(ctx, lang, search, 1)
		return len(found) > 0, err
	}
	return d.correct(ctx, typed, finds, finds)
}

// correct puts a search right: stands tells whether a single word is one that may stay, and finds whether words find something.
func (d *DB) correct(ctx context.Context, search string, stands, finds func(string) (bool, error)) (string, error) {
	typed := strings.Fields(strings.ReplaceAll(search, "\x00", " "))
	if _, number := ParseNumber(strings.TrimSpace(search)); number || len(typed) > wordsCorrected {
		return "", nil
	}
	near, err := d.near(ctx, typed)
	if err != nil || len(near) == 0 {
		return "", err
	}
	right, known := slices.Clone(typed), "" // what was found last
	for i, word := range typed {
		if len(near[i]) == 0 {
			continue // and if it stands nowhere, nothing will be found in the end
		}
		if ok, err := stands(word); err != nil {
			return "", err
		} else if ok {
			continue
		}
		found := false
		for _, right[i] = range near[i] {
			// With what was settled before it: what comes later may be misspelt too.
			known = strings.Join(right[:i+1], " ")
			if found, err = finds(known); err != nil {
				return "", err
			}
			if found {
				break
			}
		}
		if !found {
			return "", nil
		}
	}
	if slices.Equal(right, typed) {
		return "", nil
	}
	corrected := strings.Join(right, " ")
	if corrected != known {
		if found, err := finds(corrected); err != nil || !found {
			return "", err
		}
	}
	return corrected, nil
}

// near finds for each of some words those of cases, whoever's, that it may be meant for; the most likely first. Without any
// it is empty.
func (d *DB) near(ctx context.Context, typed []string) (map[int][]string, error) {
	asked := make([]*string, len(typed)) // what can't be put right is null: an empty word would be compared with all there are
	some := false
	for i, word := range typed {
		if slips(utf8.RuneCountInString(word)) > 0 && !strings.ContainsFunc(word, func(r rune) bool { return !unicode.IsLetter(r) }) {
			asked[i], some = &typed[i], true
		}
	}
	if !some {
		return nil, nil
	}
	rows, err := d.walled.Query(ctx, `select place, word, plain, cases, plain_words(($1::text[])[place]) from near_words($1, $2)`, fixed, asked, nearWords)
	if err != nil {
		return nil, fmt.Errorf("look for words like those typed: %w", err)
	}
	type likely struct {
		word                string
		wrong, whole, cases int
	}
	found := map[int][]likely{}
	var place, cases int
	var word, plain, said string
	if _, err := pgx.ForEachRow(rows, []any{&place, &word, &plain, &cases, &said}, func() error {
		whole, begun := astray([]rune(said), []rune(plain))
		wrong, lower := whole, strings.ToLower(typed[place-1])
		known := word == lower
		if place == len(typed) {
			wrong, known = begun, strings.HasPrefix(word, lower)
		}
		if wrong <= slips(utf8.RuneCountInString(said)) && !known {
			found[place-1] = append(found[place-1], likely{word, wrong, whole, cases})
		}
		return nil
	}); err != nil {
		return nil, fmt.Errorf("look for words like those typed: %w", err)
	}
	near := map[int][]string{}
	for i, list := range found {
		slices.SortFunc(list, func(a, b likely) int {
			return cmp.Or(a.wrong-b.wrong, a.whole-b.whole, b.cases-a.cases, strings.Compare(a.word, b.word))
		})
		for _, l := range list[:min(len(list), correctionsEach)] {
			near[i] = append(near[i], l.word)
		}
	}
	return near, nil
}

// astray is how many letters of what was typed are wrong, missing, too many, or swapped with their neighbour: beside the
// whole word, and beside as much of its beginning as is most like it.
func astray(typed, word []rune) (whole, begun int) {
	// Each row says how far what was typed up to some letter is from each beginning of the word.
	var before, above []int
	row := make([]int, len(word)+1)
	for j := range row {
		row[j] = j
	}
	for i, t := range typed {
		before, above, row = above, row, make([]int, len(word)+1)
		row[0] = i + 1
		for j, w := range word {
			wrong := 1
			if t == w {
				wrong = 0
			}
			row[j+1] = min(above[j+1]+1, row[j]+1, above[j]+wrong)
			if i > 0 && j > 0 && t == word[j-1] && typed[i-1] == w {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
	}
	return row[len(word)], slices.Min(row)
}
