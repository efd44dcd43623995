package desk

import (
	"context"
	"encoding/json"
	"errors"
	"hash/fnv"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"portico/db"
	"portico/policy"
	"portico/rules"
)

// Lengths of what the provider sets up, in characters.
const (
	longestLabel   = 120
	longestPurpose = 300
)

// Meanwhile says that somebody else changed what a form was made from, and which parts of it.
type Meanwhile struct{ Fields []string }

func (m Meanwhile) Error() string { return "changed meanwhile: " + strings.Join(m.Fields, ", ") }

// Unwrap makes a Meanwhile an instance of db.ErrStale.
func (m Meanwhile) Unwrap() error { return db.ErrStale }

// Marks are how a form remembers what it was made from: a short hash of each part of it, by the name that it has as JSON.
// They say nothing of what stood there.
func Marks(content any) string {
	parts := hashes(content)
	list := make([]string, 0, len(parts))
	for _, name := range slices.Sorted(maps.Keys(parts)) {
		list = append(list, name+"."+parts[name])
	}
	return strings.Join(list, "~")
}

func hashes(content any) map[string]string {
	var fields map[string]json.RawMessage
	data, err := json.Marshal(content)
	if err == nil {
		err = json.Unmarshal(data, &fields)
	}
	if err != nil {
		return map[string]string{"all": "?"} // not of a kind that is asked for here: nothing then ever fits it
	}
	parts := make(map[string]string, len(fields))
	for name, value := range fields {
		h := fnv.New64a()
		_, _ = h.Write(value) // it never fails
		parts[name] = strconv.FormatUint(h.Sum64(), 36)
	}
	return parts
}

// unchanged tells by the marks of a form whether all is still as it was when the form was made: nil, or Meanwhile.
func unchanged(marks string, now any) error {
	then := map[string]string{}
	for part := range strings.SplitSeq(marks, "~") {
		name, hash, _ := strings.Cut(part, ".")
		then[name] = hash
	}
	var fields []string
	for name, hash := range hashes(now) {
		if then[name] != hash {
			fields = append(fields, name)
		}
	}
	if len(fields) == 0 {
		return nil
	}
	slices.Sort(fields)
	return Meanwhile{Fields: fields}
}

// ChangedSince names the parts of a content that are not as they were when the marks were made.
func ChangedSince(marks string, now any) []string {
	var m Meanwhile
	_ = errors.As(unchanged(marks, now), &m)
	return m.Fields
}

// differing names the parts in which two contents differ, for the audit log.
func differing(was, now any) []string { return ChangedSince(Marks(was), now) }

// configure makes a change of what the provider sets up, as a platform administrator. Such changes come one after the
// other, and all copies hear of them.
func (d *Desk) configure(ctx context.Context, who policy.Actor, change func(ctx context.Context, tx *db.DB) error) error {
	if err := d.Judge.Check(who, policy.Configure, policy.Object{}); err != nil {
		return err
	}
	err := d.DB.InTx(ctx, func(ctx context.Context, tx *db.DB) error {
		if err := tx.Lock(ctx, providerLock); err != nil {
			return err
		}
		// Another administrator may have taken it from them a moment ago.
		now, err := tx.StaffRecord(ctx, who.Person.ID)
		if err != nil {
			return err
		}
		if !now.Person.DisabledAt.IsZero() {
			return policy.Forbidden{Action: policy.Configure}
		}
		if err := d.Judge.Check(policy.Actor{Person: now.Person, Grants: now.Grants}, policy.Configure, policy.Object{}); err != nil {
			return err
		}
		if err := change(ctx, tx); err != nil {
			return err
		}
		return tx.Notify(ctx, db.SetUpChanged)
	})
	if err != nil {
		return err
	}
	d.DB.Forget() // this copy shows it with the very next page
	return nil
}

// providerLock is held by who changes the set-up, and by who publishes rules that speak of it.
const providerLock = "provider"

// rulesHold makes a change of what rules speak of, and refuses it with a complaint about field where the live rules, or
// an example of theirs, no longer hold after it.
func (d *Desk) rulesHold(ctx context.Context, tx *db.DB, field string, change func() error) error {
	live, err := tx.LiveVersion(ctx)
	if err != nil {
		return err
	}
	if live == 0 {
		return change()
	}
	version, err := tx.RuleVersion(ctx, live)
	if err != nil {
		return err
	}
	before, err := d.check(ctx, tx, version.Source)
	if err != nil {
		return err
	}
	if err := change(); err != nil {
		return err
	}
	after, err := d.check(ctx, tx, version.Source)
	if err != nil {
		return err
	}
	if names := broken(before, after); len(names) > 0 {
		return Invalid{field: {Code: "setup.rules-name-it", Args: map[string]any{"Rules": strings.Join(names, ", "), "Version": live}}}
	}
	return nil
}

// broken names the rules and examples that have a problem after a change, and had none before.
func broken(before, after rules.Report) []string {
	wrong := func(r rules.Report) (names []string) {
		for _, p := range r.Problems {
			name := p.Rule
			if name == "" {
				name = p.Field
			}
			names = append(names, name)
		}
		for _, e := range r.Results {
			if !e.Passed() {
				names = append(names, e.Example.Name)
			}
		}
		return names
	}
	had := wrong(before)
	return slices.Compact(slices.DeleteFunc(wrong(after), func(name string) bool { return slices.Contains(had, name) }))
}

// tidyLine is text of one line as it is kept: without white space around it, and nothing in it that can't be shown.
func tidyLine(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == utf8.RuneError {
			return ' '
		}
		return r
	}, s))
}

// need complains where a line is missing or too long.
func (i Invalid) need(field, value string, longest int) {
	if value == "" {
		i[field] = Complaint{Code: "setup.missing"}
		return
	}
	i.fits(field, value, longest)
}

func (i Invalid) fits(field, value string, longest int) {
	if utf8.RuneCountInString(value) > longest {
		i[field] = Complaint{Code: "setup.long", Args: map[string]any{"Max": longest}}
	}
}

// both is a text in both languages, as it is kept; each must be there.
func (i Invalid) both(field string, t rules.Text, longest int) rules.Text {
	out := rules.Text{}
	for _, lang := range []string{"en", "fr"} {
		out[lang] = tidyLine(t[lang])
		i.need(field+"-"+lang, out[lang], longest)
	}
	return out
}

// err is nil where there is nothing to complain of.
func (i Invalid) err() error {
	if len(i) == 0 {
		return nil
	}
	return i
}

// moved is a list with one of its members a place earlier or later; as it is where there is no such place.
func moved[K comparable](list []K, one K, later bool) ([]K, error) {
	from := slices.Index(list, one)
	if from < 0 {
		return nil, db.ErrNotFound
	}
	to := from - 1
	if later {
		to = from + 1
	}
	list = slices.Clone(list)
	if to >= 0 && to < len(list) {
		list[from], list[to] = list[to], list[from]
	}
	return list, nil
}

// Order is how a list of the set-up is put in order: one of its members a place earlier or later, or all of them as they
// were dragged.
type Order[K comparable] struct {
	Move  K    // the one that goes a place earlier
	Later bool // or later
	All   []K  // instead of that: all of them, in their new order
}

// of is the list in that order. One that came or went meanwhile makes it stale.
func (o Order[K]) of(now []K) ([]K, error) {
	if len(o.All) == 0 {
		return moved(now, o.Move, o.Later)
	}
	if len(o.All) != len(now) {
		return nil, db.ErrStale
	}
	for _, one := range now {
		if !slices.Contains(o.All, one) {
			return nil, db.ErrStale
		}
	}
	return o.All, nil
}

// keyOf makes a key for addresses and rules of words: "Data & Network" is data-network.
func keyOf(words string) string {
	var out strings.Builder
	for _, r := range strings.ToLower(plainLetters.Replace(words)) {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			out.WriteRune(r)
		case out.Len() > 0 && !strings.HasSuffix(out.String(), "-"):
			out.WriteByte('-')
		}
	}
	return strings.Trim(out.String(), "-")
}

var plainLetters = strings.NewReplacer("à", "a", "â", "a", "ç", "c", "é", "e", "è", "e", "ê", "e", "ë", "e", "î", "i", "ï", "i",
	"ô", "o", "û", "u", "ù", "u", "É", "e", "È", "e", "À", "a", "Ç", "c")

// changedFields is what the audit log keeps of a change.
func changedFields(was, now any) map[string]any { return map[string]any{"fields": differing(was, now)} }

// errNoSuch is of a choice that a form never offers.
func errNoSuch(field string) error { return Invalid{field: {Code: "setup.choose"}} }
