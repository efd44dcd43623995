package handlers_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"portico/db"
	"portico/handlers/handlertest"

	"github.com/PuerkitoBio/goquery"
)

// grantsSite is a portal with a visitor at the roles of a contact.
type grantsSite struct {
	*handlertest.Site
	t *testing.T
}

func (s grantsSite) path(email string) string {
	s.t.Helper()
	p, err := s.DB.PersonByEmail(s.t.Context(), email)
	if err != nil {
		s.t.Fatal(err)
	}
	return fmt.Sprintf("/contacts/%d/grants", p.ID)
}

func (s grantsSite) account(number string) string {
	s.t.Helper()
	list, err := s.DB.AccountsCalled(s.t.Context(), number)
	if err != nil || len(list) != 1 {
		s.t.Fatal(list, err)
	}
	return fmt.Sprint(list[0].ID)
}

// fields are what the form on a page would send.
func fields(page *handlertest.Answer) url.Values {
	form := url.Values{}
	page.Page().Find("#grants").Find("input, select").Each(func(_ int, field *goquery.Selection) {
		name, _ := field.Attr("name")
		value, _ := field.Attr("value")
		kind, _ := field.Attr("type")
		_, checked := field.Attr("checked")
		if field.Is("select") {
			value, _ = field.Find("option[selected]").Attr("value")
		}
		if name != "" && name != "csrf" && (kind != "radio" || checked) {
			form.Add(name, value)
		}
	})
	return form
}

// with is a form with other values in some of its fields.
func with(form url.Values, pairs ...string) url.Values {
	out := url.Values{}
	for name, values := range form {
		out[name] = values
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		out.Set(pairs[i], pairs[i+1])
	}
	return out
}

func TestRolesGoBetweenTheLists(t *testing.T) {
	s := grantsSite{handlertest.New(t), t}
	path := s.path("manager@maple.test")
	for _, scripts := range []bool{false, true} {
		t.Run(map[bool]string{true: "with scripts", false: "without"}[scripts], func(t *testing.T) {
			v := s.As("admin@maple.test")
			send := func(to string, form url.Values) *handlertest.Answer {
				if scripts {
					return v.PostPartial(to, form)
				}
				return v.Post(to, form)
			}
			page := v.Get(path)
			if page.Status != http.StatusOK || page.Page().Find(".granted").Length() != 2 {
				t.Fatalf("%d %s", page.Status, page.Text("main"))
			}
			page = send(path+"/preview", with(fields(page), "add", string(db.CustomerAdministrator)))
			if got := page.Text(".granted-head h3"); got != "CustomerCase managerCustomer administrator" {
				t.Errorf("selected are %q", got)
			}
			page = send(path+"/preview", with(fields(page), "account-3", s.account("100200"), "reach-3", "below", "remove", "2"))
			if got := page.Text(".granted-head h3"); got != "CustomerCustomer administrator" {
				t.Errorf("selected are %q", got)
			}
			if got := page.Text(".effect-sight"); got != "Will then see 83 cases in 2 accounts more.Will see all cases that they see now." {
				t.Errorf("what changes: %q", got)
			}
			if got := page.Text(".effect-actions"); !strings.Contains(got, "manage contacts and their roles") || strings.Contains(got, "assign") {
				t.Errorf("what they may do more: %q", got)
			}
			shown := fields(page)
			unseen := with(shown, "reach-3", "account")
			if answer := send(path, unseen); answer.Status != http.StatusOK || !answer.Has("#grants-save[autofocus]") || !strings.Contains(answer.Text("#effects-head"), "Save it?") {
				t.Errorf("what was not shown is saved: %d %s", answer.Status, answer.Text("main"))
			}
			if answer := send(path, shown); answer.Location() != path+"?done=grants-saved" {
				t.Errorf("saved: %d %s", answer.Status, answer.Body)
			}
			if answer := send(path, shown); answer.Location() != path+"?done=grants-saved" {
				t.Errorf("sent twice: %d %s", answer.Status, answer.Body)
			}
			page = v.Get(path)
			if got := page.Text(".granted-head h3"); got != "CustomerCustomer administrator" {
				t.Errorf("saved were %q", got)
			}
			page = send(path+"/preview", with(fields(page), "remove", "2"))
			page = send(path+"/preview", with(fields(page), "add", string(db.CaseManager)))
			page = send(path+"/preview", with(fields(page), "reach-2", "below"))
			if answer := send(path, fields(page)); answer.Location() == "" {
				t.Fatalf("back as it was: %d %s", answer.Status, answer.Text("main"))
			}
		})
	}
}

func TestRolesThatCanNotBeGiven(t *testing.T) {
	s := grantsSite{handlertest.New(t), t}
	path := s.path("colleague@maple.test")
	v := s.As("site-admin@maple.test")
	page := v.PostPartial(path+"/preview", with(fields(v.Get(path)), "add", "reports"))
	if page.Has("#reach-2-below") {
		t.Error("who administers one account is offered those below it")
	}
	shown := fields(page)
	for name, test := range map[string]struct {
		field, value string
		complaint    string
	}{
		"an account out of reach":       {"account-2", s.account("100211"), "Choose an account that you administer."},
		"another customer's":            {"account-2", s.account("200300"), "Choose an account that you administer."},
		"one that isn't there":          {"account-2", "999999", "Choose an account that you administer."},
		"one that is no number":         {"account-2", "1 or 1=1", "Choose the account."},
		"below what they administer":    {"reach-2", "below", "You administer this account only, so the role can’t reach those below it."},
		"a role of staff":               {"role-2", "platform-administrator", "That is no role of contacts."},
		"a reach that there isn't":      {"reach-2", "everything", "Choose how far it reaches."},
		"the same role, the same place": {"role-2", "customer", "They have this role at this account already. Choose another account, or remove one of the two."},
	} {
		t.Run(name, func(t *testing.T) {
			answer := v.PostPartial(path, with(shown, test.field, test.value))
			if answer.Status != http.StatusUnprocessableEntity || answer.Text(".granted .complaint") != test.complaint {
				t.Errorf("%d %q", answer.Status, answer.Text(".granted .complaint"))
			}
			if strings.Contains(answer.Body, "Halifax") || strings.Contains(answer.Body, "Harbour") {
				t.Error("it tells what an account is called that they don't see")
			}
			whole := v.Post(path, with(shown, test.field, test.value))
			if whole.Status != http.StatusUnprocessableEntity || !whole.Has("html") {
				t.Errorf("without scripts: %d", whole.Status)
			}
		})
	}
	t.Run("what is elsewhere is not named", func(t *testing.T) {
		s.give("platform@boreal.test", path, "case-manager", s.account("200300"), "below")
		answer := v.Get(path)
		if strings.Contains(answer.Body, "Harbour") || answer.Text(".roles-elsewhere") == "" {
			t.Errorf("%q", answer.Text(".roles"))
		}
	})
}

// give adds a role by the form.
func (s grantsSite) give(by, path, role, account, reach string) {
	s.t.Helper()
	v := s.As(by)
	page := v.PostPartial(path+"/preview", with(fields(v.Get(path)), "add", role))
	last := page.Page().Find("input[name=row]").Last().AttrOr("value", "")
	page = v.PostPartial(path+"/preview", with(fields(page), "account-"+last, account, "reach-"+last, reach))
	if answer := v.PostPartial(path, fields(page)); answer.Location() == "" {
		s.t.Fatalf("%s gives %s: %d %s", by, role, answer.Status, answer.Text("body"))
	}
}

func TestTwoAdministratorsAtTheSameRoles(t *testing.T) {
	s := grantsSite{handlertest.New(t), t}
	path := s.path("colleague@maple.test")
	v := s.As("admin@maple.test")
	shown := fields(v.PostPartial(path+"/preview", with(fields(v.Get(path)), "add", "case-manager")))
	s.give("site-admin@maple.test", path, "reports", s.account("100210"), "account")
	for _, scripts := range []bool{false, true} {
		send := v.Post
		if scripts {
			send = v.PostPartial
		}
		answer := send(path, shown)
		if answer.Status != http.StatusConflict || answer.Text(".notice .effects") != "Given: Dashboards & reports at Maple Foods East only" {
			t.Errorf("who saves second is shown %d %q", answer.Status, answer.Text(".notice"))
		}
		if got := answer.Text(".granted-head h3"); got != "CustomerCase managerDashboards & reports" {
			t.Errorf("in the list are %q", got)
		}
		if scripts {
			if answer = send(path, fields(answer)); answer.Location() == "" {
				t.Errorf("saved again: %d %s", answer.Status, answer.Text("body"))
			}
		}
	}
	if got := v.Get(path).Text(".granted-head h3"); got != "CustomerDashboards & reportsCase manager" {
		t.Errorf("in the end there are %q", got)
	}
}

func TestTheLastAdministratorOnThePage(t *testing.T) {
	s := grantsSite{handlertest.New(t), t}
	if _, err := s.DB.Pool().Exec(t.Context(), `update people set disabled_at = now() where email = 'site-admin@maple.test'`); err != nil {
		t.Fatal(err)
	}
	path := s.path("admin@maple.test")
	v := s.As("admin@maple.test")
	page := v.PostPartial(path+"/preview", with(fields(v.Get(path)), "remove", "2"))
	answer := v.PostPartial(path, fields(page))
	if answer.Status != http.StatusUnprocessableEntity || !strings.Contains(answer.Text("#grants-errors"), "no administrator left") {
		t.Errorf("%d %s", answer.Status, answer.Text("#grants-errors"))
	}
}

func TestWhyAndThePolicy(t *testing.T) {
	s := grantsSite{handlertest.New(t), t}
	v := s.As("platform@boreal.test")
	person := strings.TrimSuffix(strings.TrimPrefix(s.path("site-admin@maple.test"), "/contacts/"), "/grants")
	answer := v.Get("/why?person=" + person + "&action=manage-contacts&account=100211")
	if got := answer.Text("#why-headline"); got != "No Luc Arsenault may not manage contacts and their roles: Maple Foods Halifax Plant." {
		t.Errorf("%q", got)
	}
	if got := answer.Page().Find(".why-lines p").Eq(1).Text(); got != "It reaches Maple Foods East alone, and Maple Foods Halifax Plant is below that." {
		t.Errorf("what is missing: %q", got)
	}
	answer = v.Get("/why?person=" + person + "&action=manage-contacts&account=100210")
	if !strings.HasPrefix(answer.Text("#why-headline"), "Yes") || answer.Text("[data-allows] code") != "customer-administrator · manage-contacts · reach" {
		t.Errorf("%q because of %q", answer.Text("#why-headline"), answer.Text("[data-allows]"))
	}
	if got := answer.Text("[data-reached] > .node > .node-name"); got != "Maple Foods East 100210" {
		t.Errorf("reached is %q", got)
	}
	if got := v.Get("/why?q=arsenault").Text(".choice"); got != "Luc ArsenaultMaple Foods East · site-admin@maple.test" {
		t.Errorf("found is %q", got)
	}
	for address, complaint := range map[string]string{
		"/why?person=999999&case=CS1":                       "Choose who you ask about.",
		"/why?person=" + person + "&case=CS0999999":         "There is no case of this number.",
		"/why?person=" + person + "&case=what":              "Write a case number, such as CS0000123, or an account below.",
		"/why?person=" + person + "&account=nothing+at+all": "There is no account of this number or name.",
	} {
		if answer := v.Get(address); answer.Status != http.StatusUnprocessableEntity || !strings.Contains(answer.Text(".complaint"), complaint) {
			t.Errorf("%s: %d %q", address, answer.Status, answer.Text(".complaint"))
		}
	}
	matrix := v.Get("/policy")
	if rows, columns := matrix.Page().Find(".matrix tbody tr").Length(), matrix.Page().Find(".matrix thead th").Length(); rows != 14 || columns != 8 {
		t.Errorf("the matrix has %d rows and %d columns", rows, columns)
	}
}
