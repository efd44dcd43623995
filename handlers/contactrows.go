package handlers

import (
	"strconv"
	"strings"

	"portico/db"
	"portico/policy"
	"portico/views"

	"github.com/gofiber/fiber/v2"
)

// contactColumns are those of a list of contacts, in their order; those without a sort can't be sorted by.
var contactColumns = []struct {
	sort       db.ContactSort
	key, class string
}{
	{db.ContactsByName, "name", "c-main"}, {db.ContactsByAccount, "account", "k-account"}, {"", "location", "k-location"},
	{db.ContactsByEmail, "email", "k-email"}, {"", "admin", "k-admin"}, {"", "phone", "k-phone"}, {"", "login", "k-login"},
	{db.ContactsByUpdated, "updated", "c-time"},
}

// contactRows is the part of a list that follows its filters.
func (a *App) contactRows(c *fiber.Ctx, who policy.Actor, q *contactQuery, list db.ContactList) *views.ContactRows {
	lang := a.lang(c)
	rows := &views.ContactRows{Total: views.Count("contacts.total", list.Total), Chips: contactChips(q, lang), ClearAll: "/contacts",
		Export: q.with("/contacts/export.csv")}
	if list.More {
		rows.Total = views.Say("contacts.more-than", "N", views.Number(lang, list.Total))
	}
	rows.Range = rows.Total
	for _, s := range db.ContactSorts {
		for _, sort := range []string{string(s), "-" + string(s)} {
			if sort == string(s) || sort == q.sort() {
				rows.Sort.Options = append(rows.Sort.Options, views.SortOption{Value: sort, Label: views.T(lang, "contacts.sort."+sort), Current: sort == q.sort()})
			}
		}
	}
	for _, column := range contactColumns {
		rows.Heads = append(rows.Heads, contactHead(q, column.sort, column.class, views.T(lang, "contacts.column."+column.key)))
	}
	for _, account := range q.meant {
		rows.Meant = append(rows.Meant, views.AccountMeant{Href: q.with("/contacts", "account", account.ClientNumber), Name: account.Name, Code: account.ClientNumber})
	}
	zone := a.zone(who)
	for _, r := range list.Rows {
		line := contactLine(r, lang, q.page("/contacts/"+strconv.FormatInt(r.ID, 10)))
		line.Updated = r.UpdatedAt.In(zone)
		rows.Rows = append(rows.Rows, line)
	}
	if list.Previous != "" {
		rows.First, rows.Previous = q.with("/contacts"), q.with("/contacts", "before", list.Previous)
	}
	if list.Next != "" {
		rows.Next = q.with("/contacts", "after", list.Next)
	}
	if len(list.Rows) == 0 {
		rows.Empty = &views.Empty{Icon: "users", Heading: views.Say("contacts.empty"), Text: views.Say("contacts.empty.text")}
		if len(rows.Chips) > 0 {
			rows.Empty = &views.Empty{Icon: "funnel", Heading: views.Say("contacts.empty.filtered"), Text: views.Say("contacts.empty.filtered.text"),
				Action: views.Say("cases.clear-all"), Href: "/contacts"}
		}
	}
	return rows
}

func contactHead(q *contactQuery, sort db.ContactSort, class, label string) views.CaseHeadCell {
	head := views.CaseHeadCell{Class: class, Label: label}
	if sort == "" {
		return head
	}
	to := string(sort)
	if sort == q.paging.Sort {
		head.Sort, head.Icon = "ascending", "arrow-up"
		if sort.Descends() != q.paging.Reverse {
			head.Sort, head.Icon = "descending", "arrow-down"
		}
		if !q.paging.Reverse {
			to = "-" + to
		}
	}
	if to == string(db.ContactsByName) {
		to = ""
	}
	head.Href = q.with("/contacts", "sort", to)
	return head
}

// contactLine is a row in the reader's words; its time is as the database has it.
func contactLine(r db.ContactRow, lang, href string) views.ContactLine {
	avatar := avatarOf(db.Named{ID: r.ID, First: r.FirstName, Last: r.LastName, Picture: r.Picture})
	l := views.ContactLine{ID: strconv.FormatInt(r.ID, 10), Href: href, Picture: avatar.Picture, Initials: avatar.Initials,
		Tone: strconv.Itoa(avatar.Tone), Name: strings.TrimSpace(r.LastName + ", " + r.FirstName), Account: r.Account, Location: r.Location,
		Email: r.Email, Phone: r.Phone, Login: string(r.Login), Updated: r.UpdatedAt, Sub: r.Email + " · " + r.Account}
	if r.Administrator {
		l.Administrator = views.T(lang, "contacts.administrator")
	}
	if r.Login != db.LoginActive {
		l.LoginText = views.T(lang, "contacts.row."+string(r.Login))
	}
	return l
}

// contactChips are the filters that are set.
func contactChips(q *contactQuery, lang string) (list []views.Chip) {
	add := func(key, label, value string) {
		if q.values.Get(key) != "" {
			list = append(list, views.Chip{Label: views.Say(label), Value: value, Href: q.with("/contacts", key, "")})
		}
	}
	add("q", "contacts.search", q.filter.Search)
	add("login", "contacts.login."+string(q.filter.Login), "")
	add("role", "contacts.filter.role", views.T(lang, "session.role."+string(q.filter.Role)))
	account := q.account.Name
	if account == "" {
		account = q.values.Get("account")
	}
	add("account", "contacts.filter.account", account)
	add("below", "contacts.filter.below", "")
	return list
}
