package rules

import (
	"maps"
	"slices"
	"strconv"
)

// Given types what an address or a form says of a fact, as browsers post it. ok is false for what the fact cannot be: the
// wrong type, or none of its choices. Nothing given is a missing fact, nil; of a list of
// choices whose one value is empty, none.
func (v *Vocabulary) Given(path string, posted []string) (value any, ok bool) {
	f, known := v.fact(path)
	said := present(posted)
	switch {
	case !known:
		return nil, false
	case len(said) == 0 && f.Type == List && f.Choices != nil && len(posted) > 0 && Assumable(path):
		return []string{}, true
	case len(said) == 0:
		return nil, true
	case len(said) > 1 && f.Type != List:
		return nil, false
	case checkText(said) != nil:
		return nil, false
	}
	if value = typed(f.Type, said); value == nil {
		return nil, false
	}
	if f.Choices != nil {
		for _, s := range texts(value) {
			if !slices.Contains(f.Choices, s) {
				return nil, false
			}
		}
	}
	return value, true
}

func typed(t Type, said []string) any {
	switch t {
	case Bool:
		if yes, ok := yesOrNo(said[0]); ok {
			return yes
		}
		return nil
	case Int:
		if n, err := strconv.Atoi(said[0]); err == nil {
			return n
		}
		return nil
	case List:
		return said
	}
	return said[0]
}

// Posted is what a browser posts for a value of Answers, or for a fact of that type; Given reads it back.
func Posted(value any) []string {
	switch v := value.(type) {
	case nil:
		return nil
	case bool:
		return []string{map[bool]string{true: "yes", false: "no"}[v]}
	case []string:
		if len(v) == 0 {
			return []string{""}
		}
	}
	return texts(value)
}

// Assume gives facts of an account, a contact or a time instead of those that were looked up, as an example does.
func (v *Vocabulary) Assume(f *Facts, given map[string]any) *FieldError { return v.assume(f, given) }

// Apply settles answers of an item as its form would: typed, and without what does not apply. It is asked of answers that
// stand in a form beside those that only an address or a past case gives.
func (v *Vocabulary) Apply(item string, answers ...Answers) Answers {
	all := Answers{}
	for _, a := range answers {
		maps.Copy(all, a)
	}
	if i := v.items[item]; i.Form != nil {
		return i.Form.Settle(all)
	}
	return all
}

// Known are an account, a contact or a time by path, as Assume takes them: of those facts that are there.
func (v *Vocabulary) Known(f Facts) map[string]any {
	out := map[string]any{}
	for _, r := range v.facts {
		if value := r.read(&f); Assumable(r.Path) && fits(r.Type, value) {
			out[r.Path] = value
		}
	}
	return out
}
