package db_test

import (
	"slices"
	"testing"

	"portico/db/dbtest"
)

func TestSearchCatalog(t *testing.T) {
	d := dbtest.Demo(t)
	for _, test := range []struct {
		lang, typed string
		want        []string
		choice      string
	}{
		{"en", "billing", []string{"billing-inquiry"}, ""},
		{"en", "Bil INQ", []string{"billing-inquiry"}, ""},
		{"en", "biling", []string{"billing-inquiry"}, ""},
		{"en", "hunt group", []string{"technical-change-request", "technical-support"}, "Add or remove a hunt group"},
		{"en", "hnut group", []string{"technical-change-request", "technical-support"}, "Add or remove a hunt group"},
		{"en", "invoice", []string{"billing-inquiry", "customer-service"}, ""},
		{"en", "phone", nil, ""}, // a way to be answered, not what can be asked for
		{"en", "facturation", nil, ""},
		{"en", "", nil, ""},
		{"en", "' & | !", nil, ""},
		{"en", "zzzzzz", nil, ""},
		{"fr", "facturation", []string{"billing-inquiry"}, ""},
		{"fr", "probleme", []string{"report-issue"}, ""},
	} {
		found, err := d.SearchCatalog(t.Context(), test.lang, test.typed, 10)
		if err != nil {
			t.Fatal(err)
		}
		var keys []string
		for _, o := range found {
			keys = append(keys, o.Key)
		}
		if !slices.Equal(keys, test.want) {
			t.Errorf("%s, %q finds %v, not %v", test.lang, test.typed, keys, test.want)
		}
		if test.choice != "" && len(found) > 0 && found[0].Choice != test.choice {
			t.Errorf("%q is found by %q, not %q", test.typed, found[0].Choice, test.choice)
		}
	}
	if found, err := d.SearchCatalog(t.Context(), "en", "e", 1); err != nil || len(found) > 1 {
		t.Errorf("%d, %v", len(found), err)
	}
}

func TestArticlesAreFoundWhileOneTypes(t *testing.T) {
	d := dbtest.Demo(t)
	for _, test := range []struct {
		lang, typed string
		finds       bool
	}{
		{"en", "restart phon", true}, {"en", "Restarting phones", true}, {"fr", "téléphone", true},
		{"en", "qqqq", false}, {"en", "the", false}, {"en", `'\ & ! \x`, false}, {"en", "", false},
	} {
		found, err := d.FindArticles(t.Context(), test.lang, test.typed, 3)
		if err != nil || len(found) > 0 != test.finds || len(found) > 3 {
			t.Errorf("%s, %q finds %v, %v", test.lang, test.typed, found, err)
		}
		for _, a := range found {
			if a.Slug == "" || a.Title.In(test.lang) == "" || a.Heading.In(test.lang) == "" {
				t.Errorf("%+v", a)
			}
		}
	}
}
