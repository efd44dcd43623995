package desk

import "slices"

// fieldsApart names the fields whose values differ between two forms.
func fieldsApart(fields []string, one, other func(field string) string) (list []string) {
	for _, field := range fields {
		if one(field) != other(field) {
			list = append(list, field)
		}
	}
	return list
}

// rebase puts the values that a thing has now into the fields of a form that its writer left alone: all but mine.
func rebase(fields, mine []string, set func(field, value string), now func(field string) string) {
	for _, field := range fields {
		if !slices.Contains(mine, field) {
			set(field, now(field))
		}
	}
}
