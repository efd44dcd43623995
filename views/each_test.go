package views

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"portico/db"
	"portico/static"
)

// hostile are values that must be escaped each in its place, and some that must not.
var hostile = []string{"", "plain", "Éclair 日本", `<script>alert(1)</script>`, `" onclick="x`, `' x='`, "a & b &amp; c", "1 + 1 = 2",
	"\x00\xff", "{{.}}", "javascript:alert(1)", "/cases?a=b&c=d", "/cases?sort=-x&q=a+b%20c", "/cases/%zz", "//elsewhere.test/", "/a b", "/é"}

// TestEachWritesWhatHTMLTemplateWould puts every hostile value in every place of the rows that are written without
// html/template, and compares.
func TestEachWritesWhatHTMLTemplateWould(t *testing.T) {
	e := engineForTest(t)
	for lang, rows := range e.rows {
		for of, r := range rows {
			if r.parts == nil {
				t.Errorf("%s: the template of %s is more than text and fields: html/template writes it, which takes ten times as long", lang, of)
				continue
			}
			for i := range 200 {
				v := reflect.New(of)
				fill := func(n int) string { return hostile[(i+n)%len(hostile)] }
				for n, field := range reflect.VisibleFields(of) {
					if field.Anonymous { // its own follow
						continue
					}
					switch f := v.Elem().FieldByIndex(field.Index); f.Interface().(type) {
					case db.Priority:
						f.SetInt(int64(i % 5))
					case db.State:
						f.SetString([]string{"new", "open", "awaiting", "solved", "closed", "<b>"}[i%6])
					case string:
						f.SetString(fill(n * (1 + i/len(hostile))))
					case bool:
						f.SetBool((i>>(n%8))&1 == 1)
					case time.Time:
						f.Set(reflect.ValueOf(e.clock().Add(time.Duration(1-i*i*n) * time.Minute)))
					default:
						t.Fatalf("%s has a field of another type: %s", of, f.Type())
					}
				}
				got, err := r.append(nil, v.Elem())
				if err != nil {
					t.Fatal(err)
				}
				var want strings.Builder
				if err := r.whole.Execute(&want, v.Interface()); err != nil {
					t.Fatal(err)
				}
				if string(got) != want.String() {
					t.Fatalf("%s, %s:\n%s\nhtml/template writes:\n%s", lang, of, got, &want)
				}
			}
		}
	}
}

func BenchmarkRows(b *testing.B) {
	e := New(static.Empty(), func() time.Time { return time.Date(2026, 6, 15, 14, 0, 0, 0, time.UTC) })
	if err := e.Load(); err != nil {
		b.Fatal(err)
	}
	page := make([]CaseLine, db.PageSize)
	for i := range page {
		page[i] = CaseLine{Number: "CS0001883", Href: "/cases/CS0001883", Title: "No dial tone at the reception <desk>", Type: "Issue",
			Product: "Hosted Voice", Account: "Maple Foods East", Contact: "Alex Tremblay", Sub: "Issue · Hosted Voice · Maple Foods East",
			Priority: db.High, State: db.Open, Created: e.clock().AddDate(0, 0, -i-2), Updated: e.clock().Add(-time.Duration(i) * time.Hour)}
	}
	b.Run("each", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := e.each("en", page); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("html/template", func(b *testing.B) {
		b.ReportAllocs()
		row := e.rows["en"][reflect.TypeFor[CaseLine]()]
		for b.Loop() {
			var out strings.Builder
			for i := range page {
				if err := row.whole.Execute(&out, &page[i]); err != nil {
					b.Fatal(err)
				}
			}
		}
	})
}
