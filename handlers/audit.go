package handlers

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"portico/db"
	"portico/policy"
	"portico/views"

	"github.com/gofiber/fiber/v2"
)

// audit shows who did what, and which of the provider's people looked at what.
func (a *App) audit(c *fiber.Ctx, who policy.Actor) error {
	if err := a.Judge.Check(who, policy.Configure, policy.Object{}); err != nil {
		return err
	}
	q, err := a.auditQuery(c, who)
	if err != nil {
		return err
	}
	before, _ := strconv.ParseInt(c.Query("before"), 10, 64)
	var list []db.AuditLine
	var older bool
	if !q.nothing {
		if list, older, err = a.DB.AuditLog(c.UserContext(), q.filter, max(before, 0), db.AuditPage); err != nil {
			return err
		}
	}
	accounts, err := a.namedAccounts(c.UserContext(), list)
	if err != nil {
		return err
	}
	p := &views.AuditLog{Filter: q.shown, Export: q.address("/audit.csv", 0)}
	p.Title, p.Here = views.T(a.lang(c), "audit.title"), "audit"
	for _, l := range list {
		row := auditRow(a.lang(c), a.zone(who), accounts, l)
		if n := len(p.Days); n == 0 || p.Days[n-1].Day.Format(time.DateOnly) != row.At.Format(time.DateOnly) {
			p.Days = append(p.Days, views.AuditDay{Day: row.At})
		}
		day := &p.Days[len(p.Days)-1]
		day.Rows = append(day.Rows, row)
	}
	if older {
		p.Older = q.address("/audit", list[len(list)-1].ID)
	}
	if before > 0 {
		p.Newest = q.address("/audit", 0)
	}
	return a.page(c, who, p)
}

// exportAudit is all that the page's filter leaves, as a file. That it was exported is in the log too.
func (a *App) exportAudit(c *fiber.Ctx, who policy.Actor) error {
	if err := a.Judge.Check(who, policy.Configure, policy.Object{}); err != nil {
		return err
	}
	q, err := a.auditQuery(c, who)
	if err != nil {
		return err
	}
	if err := a.DB.Audit(c.UserContext(), db.AuditEntry{At: a.Clock(), ActorID: who.Person.ID, Action: db.AuditExported}); err != nil {
		return err
	}
	lang := a.lang(c)
	var head []string
	for _, column := range []string{"id", "at", "actor_id", "actor", "action", "words", "subject", "subject_id", "account_id", "detail", "request"} {
		head = append(head, views.T(lang, "audit.column."+column))
	}
	return a.export(c, "audit.csv", head, func(ctx context.Context, write func(...string) error) error {
		const part = 1000
		for last, more := int64(0), !q.nothing; more; {
			var list []db.AuditLine
			var err error
			if list, more, err = a.DB.AuditLog(ctx, q.filter, last, part); err != nil {
				return err
			}
			for _, l := range list {
				detail, err := json.Marshal(l.Detail)
				if err != nil {
					return fmt.Errorf("write the detail of entry %d: %w", l.ID, err)
				}
				last = l.ID
				if err := write(id(l.ID), l.At.UTC().Format(time.RFC3339Nano), id(l.ActorID), l.ActorEmail, string(l.Action), views.AuditWords(lang, l.Action),
					l.Subject, id(l.SubjectID), id(l.AccountID), string(detail), l.Request); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// id is an id as files have it: nothing where there is none.
func id(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

// auditQuery is what the address asks of the log.
type auditQuery struct {
	filter  db.AuditFilter
	shown   views.AuditFilter
	nothing bool // it asks for somebody or something that there isn't
	values  url.Values
}

func (a *App) auditQuery(c *fiber.Ctx, who policy.Actor) (*auditQuery, error) {
	q := &auditQuery{values: url.Values{}}
	take := func(name string) string {
		v := strings.TrimSpace(c.Query(name))
		if v != "" && len(v) <= longestQuery {
			q.values.Set(name, v)
			return v
		}
		return ""
	}
	f, s := &q.filter, &q.shown
	s.Who, s.About, s.Action, s.Looks = take("who"), take("about"), take("action"), take("looks") == "yes"
	f.Changes = !s.Looks
	zone := a.zone(who)
	if day, err := time.ParseInLocation(time.DateOnly, take("from"), zone); err == nil {
		f.From, s.From = day, day.Format(time.DateOnly)
	}
	if day, err := time.ParseInLocation(time.DateOnly, take("to"), zone); err == nil {
		f.To, s.To = day.AddDate(0, 0, 1), day.Format(time.DateOnly)
	}
	s.Set = len(q.values) > 0
	if err := a.auditPeople(c.UserContext(), q); err != nil {
		return nil, err
	}
	return q, a.auditActions(c, q)
}

// longestQuery is how long what one looks for may be: as long as an address.
const longestQuery = 320

// auditPeople finds whom and what the address speaks of: people by their address or their number, cases by theirs, accounts
// by their client number.
func (a *App) auditPeople(ctx context.Context, q *auditQuery) error {
	f, s := &q.filter, &q.shown
	if s.Who != "" {
		one, err := a.DB.PersonCalled(ctx, s.Who)
		switch {
		case errors.Is(err, db.ErrNotFound):
			q.nothing, s.WhoProblem = true, views.Say("audit.who.unknown", "Who", s.Who)
		case err != nil:
			return err
		}
		f.ActorID = one.ID
	}
	if s.About == "" {
		return nil
	}
	if n, is := db.ParseNumber(s.About); is {
		f.Subject, f.SubjectID = "case", int64(n)
		return nil
	}
	one, err := a.DB.PersonCalled(ctx, s.About)
	if err == nil {
		f.Subject, f.SubjectID = "person", one.ID
		return nil
	} else if !errors.Is(err, db.ErrNotFound) {
		return err
	}
	accounts, err := a.DB.AccountsCalled(ctx, s.About)
	if err != nil {
		return err
	}
	if len(accounts) == 0 {
		q.nothing, s.AboutProblem = true, views.Say("audit.about.unknown", "What", s.About)
		return nil
	}
	f.AccountID = accounts[0].ID
	return nil
}

// auditActions lists what there is to choose, and finds what was chosen: one action, or all with one kind of thing.
func (a *App) auditActions(c *fiber.Ctx, q *auditQuery) error {
	actions, err := a.DB.AuditActions(c.UserContext())
	if err != nil {
		return err
	}
	lang, last := a.lang(c), ""
	for _, action := range actions {
		group, verb, _ := strings.Cut(string(action), ".")
		look := verb == "look"
		if look && !q.shown.Looks {
			continue
		}
		if group != last {
			last = group
			q.shown.Actions = append(q.shown.Actions, views.AuditChoice{Value: group + ".", Words: views.AuditGroup(lang, group)})
		}
		q.shown.Actions = append(q.shown.Actions, views.AuditChoice{Value: string(action), Words: "– " + views.AuditWords(lang, action)})
		if q.shown.Action == string(action) || q.shown.Action == group+"." {
			q.filter.Actions = append(q.filter.Actions, action)
		}
	}
	if q.shown.Action != "" && len(q.filter.Actions) == 0 {
		q.nothing = true
	}
	return nil
}

// address is that of a page of the same, of what came before an entry.
func (q *auditQuery) address(path string, before int64) string {
	v := maps.Clone(q.values)
	if before != 0 {
		v.Set("before", strconv.FormatInt(before, 10))
	}
	if len(v) == 0 {
		return path
	}
	return path + "?" + v.Encode()
}

// auditRow puts an entry into words.
func auditRow(lang string, zone *time.Location, accounts map[int64]string, l db.AuditLine) views.AuditRow {
	row := views.AuditRow{ID: l.ID, At: l.At.In(zone), Actor: l.Actor.Name(), ActorID: l.ActorID, Oneself: l.ActorID == 0 || l.ActorEmail == db.NobodyEmail,
		Words: views.AuditWords(lang, l.Action), Look: strings.HasSuffix(string(l.Action), ".look"), Account: l.Account}
	log := func(name, value string) string { return "/audit?looks=yes&" + name + "=" + url.QueryEscape(value) }
	row.ActorHref = log("who", "#"+id(l.ActorID))
	switch {
	case l.SubjectID == 0, l.Subject == "person" && l.SubjectID == l.ActorID: // to oneself
	case l.Subject == "person" && l.Person.ID != 0:
		row.Subject, row.Href = l.Person.Name(), log("about", "#"+id(l.SubjectID))
	case l.Subject == "person":
		row.Subject = views.T(lang, "audit.erased", "ID", l.SubjectID)
	case l.Subject == "case":
		number := db.Number(l.SubjectID).String()
		row.Subject, row.Href = number, log("about", number)
	case l.Subject == "account" && l.Account != "":
		row.Subject, row.Account = l.Account, ""
	default:
		row.Subject = fmt.Sprintf("%s %d", l.Subject, l.SubjectID)
	}
	for _, name := range slices.Sorted(maps.Keys(l.Detail)) {
		value := written(lang, l.Detail[name])
		if id, ok := l.Detail[name].(float64); ok && accountDetails[name] && accounts[int64(id)] != "" {
			value = accounts[int64(id)]
		}
		row.Detail = append(row.Detail, views.AuditDetail{Name: views.AuditDetailName(lang, name), Value: value})
	}
	return row
}

// written is a value of an entry as people read it: words of the catalogue, and lists with commas.
func written(lang string, v any) string {
	switch v := v.(type) {
	case string:
		return views.AuditValue(lang, v)
	case bool:
		return views.AuditValue(lang, map[bool]string{true: "yes", false: "no"}[v])
	case []any:
		parts := make([]string, len(v))
		for i, one := range v {
			parts[i] = written(lang, one)
		}
		return strings.Join(parts, ", ")
	case nil:
		return "–"
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(text)
}

// accountDetails are the parts of an entry that name an account by its id, in entries of accounts that something came from or
// goes to.
var accountDetails = map[string]bool{"from": true, "to": true, "from_account": true, "to_account": true, "parent": true}

// namedAccounts are the names of the accounts that entries refer to in their details.
func (a *App) namedAccounts(ctx context.Context, list []db.AuditLine) (map[int64]string, error) {
	ids := map[int64]bool{}
	for _, l := range list {
		for name, v := range l.Detail {
			if id, ok := v.(float64); ok && accountDetails[name] {
				ids[int64(id)] = true
			}
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	accounts, err := a.DB.AccountsWithin(ctx, db.AccountScope{Accounts: slices.Collect(maps.Keys(ids))})
	names := map[int64]string{}
	for _, account := range accounts {
		names[account.ID] = account.Name
	}
	return names, err
}
