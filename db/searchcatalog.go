package db

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"portico/rules"

	"github.com/jackc/pgx/v5"
	"golang.org/x/text/unicode/norm"
)

// Offer is something of the catalog: an item, or a category of them.
type Offer struct {
	Key      string
	Category bool
	Name     rules.Text
	Purpose  rules.Text
	Choice   string // of its form, where that is what a search found it by; in the reader's language

	choices []rules.Option // on its form, of what a case is about
	ranked  int            // see rank
}

// shelf reads all offers: the items in the catalog's order, then the categories.
func (d *DB) shelf(ctx context.Context, categories []Category) (all []Offer, err error) {
	rows, err := d.fast.Query(ctx, `
		select i.key, i.name, i.purpose, v.form
		  from items i left join categories c on c.key = i.category
		  join lateral (select form from form_versions v where v.item = i.key order by id desc limit 1) v on true
		 order by c.key is not null, c.position, c.key, i.position, i.key`, fixed)
	if err != nil {
		return nil, fmt.Errorf("read the catalog: %w", err)
	}
	all, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (o Offer, err error) {
		var form rules.Form
		err = row.Scan(&o.Key, &o.Name, &o.Purpose, &form)
		for _, q := range form.Questions {
			if form.Case.Names(q.Key) {
				o.choices = append(o.choices, q.Options...)
			}
		}
		return o, err
	})
	if err != nil {
		return nil, fmt.Errorf("read the catalog: %w", err)
	}
	for _, c := range categories {
		all = append(all, Offer{Key: c.Key, Category: true, Name: c.Name, Purpose: c.Purpose})
	}
	return all, nil
}

// SearchCatalog finds what can be asked for by the words of its name, its purpose and the choices that say what a case is
// about, in a language; each may be cut short. What stands in a name comes first, then what can be chosen. Only where nothing
// is found so are typos forgiven. The catalog is everybody's who may open cases: the caller judges that. It is kept for a
// while, see Front.
func (d *DB) SearchCatalog(ctx context.Context, lang, typed string, limit int) ([]Offer, error) {
	words := plainWords(typed)
	if len(words) == 0 {
		return nil, nil
	}
	front, err := d.Front(ctx)
	if err != nil {
		return nil, err
	}
	for _, like := range []func(typed, word string) bool{
		func(typed, word string) bool { return strings.HasPrefix(word, typed) },
		func(typed, word string) bool {
			_, wrong := astray([]rune(typed), []rune(word))
			return wrong <= slips(len([]rune(typed)))
		},
	} {
		var found []Offer
		for _, o := range front.shelf {
			if o.ranked, o.Choice = o.rank(lang, words, like); o.ranked > 0 {
				found = append(found, o)
			}
		}
		if len(found) > 0 {
			slices.SortStableFunc(found, func(a, b Offer) int { return cmp.Compare(b.ranked, a.ranked) })
			return found[:min(limit, len(found))], nil
		}
	}
	return nil, nil
}

// rank is how much an offer is what words look for; 0 if one of them stands nowhere in it. choice is the first of its form
// that has one which its name lacks.
func (o Offer) rank(lang string, words []string, like func(typed, word string) bool) (rank int, choice string) {
	has := func(text, word string) bool {
		return slices.ContainsFunc(plainWords(text), func(w string) bool { return like(word, w) })
	}
	for _, word := range words {
		if has(o.Name.In(lang), word) {
			rank += 100
			continue
		}
		at := slices.IndexFunc(o.choices, func(c rules.Option) bool { return has(c.Text(lang), word) })
		switch {
		case at >= 0:
			rank += 20
			choice = cmp.Or(choice, o.choices[at].Text(lang))
		case has(o.Purpose.In(lang), word):
			rank += 10
		default:
			return 0, ""
		}
	}
	return rank, choice
}

// plainWords are the words of a text as they are compared: small letters, without accents.
func plainWords(text string) []string {
	plain := strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFD.String(text))
	return strings.FieldsFunc(plain, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}
