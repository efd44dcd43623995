package desk

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"portico/db"
	"portico/policy"

	"golang.org/x/text/unicode/norm"
)

// importer judges the rows of a file of contacts, by the same rules as the form does one contact. All that it looks up it
// looks up for all rows at once.
type importer struct {
	d         *Desk
	who       policy.Actor
	columns   []string
	homes     db.AccountScope // where they manage contacts
	reception int64           // see GrantsHeld
	people    map[string]db.ContactRecord
	accounts  map[string]db.Account // by client number
	clients   map[int64]string      // client numbers by account
	sites     map[db.Site]int64
	zones     map[string]bool // that were looked up
	first     map[string]int  // the first row of each address
}

// importing is what comes of a row, with what is to be written for it.
type importing struct {
	db.ImportOutcome
	them   db.ContactRecord // who is there; zero for somebody new
	form   ContactForm
	home   db.Account
	fields []string      // that change
	grants []GrantChange // of who is there
	give   []db.Grant    // to somebody new
}

// columnOf is the column of a form's field.
func columnOf(field string) string {
	switch field {
	case "notified":
		return "email_notification"
	case "access":
		return "portal_access"
	}
	return field
}

// sayings are how a file says what is wrong where the form has a list to choose from.
var sayings = map[string]string{"contacts.language.wrong": "import.language", "contacts.time_zone.wrong": "import.time_zone",
	"contacts.account.missing": "import.account.missing", "grants.account.unknown": "contacts.account.unknown"}

// takenCode is what is said of an address that is somebody's out of reach; see takenAddress.
const takenCode = "contacts.email.taken"

// judgeImport tells what comes of each row, in their order.
func (d *Desk) judgeImport(ctx context.Context, tx *db.DB, who policy.Actor, columns []string, rows []db.ImportRow) ([]*importing, error) {
	im := &importer{d: d, who: who, columns: columns, homes: d.HomesFor(who), zones: map[string]bool{"": true}, first: map[string]int{}, clients: map[int64]string{}}
	values := make([]map[string]string, len(rows))
	for i, r := range rows {
		values[i] = im.read(r)
	}
	if err := im.lookUp(ctx, tx, values); err != nil {
		return nil, err
	}
	var err error
	if im.reception, err = receptionWithin(ctx, tx, im.homes); err != nil {
		return nil, err
	}
	list := make([]*importing, len(rows))
	for i, r := range rows {
		list[i] = im.judge(r, values[i])
	}
	return list, nil
}

// read puts a row's values by their columns, as a form's are tidied.
func (im *importer) read(r db.ImportRow) map[string]string {
	values := make(map[string]string, len(im.columns))
	for i, column := range im.columns {
		v := ""
		if i < len(r.Values) {
			v = strings.TrimSpace(norm.NFC.String(r.Values[i]))
		}
		if column == "account" {
			v, _, _ = strings.Cut(v, " · ") // as the form offers them
		}
		values[column] = v
	}
	return values
}

// lookUp finds everybody, every account and every location that any row names.
func (im *importer) lookUp(ctx context.Context, tx *db.DB, rows []map[string]string) (err error) {
	var emails, clients []string
	for _, v := range rows {
		if address, wrong := EmailAddress(v["email"]); wrong.Code == "" {
			emails = append(emails, strings.ToLower(address))
		}
		clients = append(clients, v["account"])
		if _, named, ok := RolesInFile(v["roles"]); ok {
			clients = append(clients, named...)
		}
	}
	if im.people, err = tx.PeopleByEmail(ctx, unique(emails)); err != nil {
		return err
	}
	if im.accounts, err = tx.AccountsByClient(ctx, unique(clients)); err != nil {
		return err
	}
	for _, a := range im.accounts {
		im.clients[a.ID] = a.ClientNumber
	}
	if slices.Contains(im.columns, "roles") {
		var others []int64
		for _, them := range im.people {
			for _, g := range them.Grants {
				if im.clients[g.AccountID] == "" && g.AccountID != 0 {
					others = append(others, g.AccountID)
				}
			}
		}
		accounts, err := tx.AccountsWithin(ctx, db.AccountScope{Accounts: unique(others)})
		if err != nil {
			return err
		}
		for _, a := range accounts {
			im.clients[a.ID] = a.ClientNumber
		}
	}
	var sites []db.Site
	for _, v := range rows {
		if v["location"] == "" {
			continue
		}
		account := im.accounts[v["account"]].ID
		if v["account"] == "" {
			if address, wrong := EmailAddress(v["email"]); wrong.Code == "" {
				account = im.people[strings.ToLower(address)].Home.ID
			}
		}
		if account != 0 {
			sites = append(sites, db.Site{AccountID: account, Name: v["location"]})
		}
	}
	im.sites, err = tx.SitesNamed(ctx, sites)
	return err
}

func unique[T ~string | ~int64](list []T) []T {
	slices.Sort(list)
	return slices.Compact(list)
}

// judge tells what comes of one row.
func (im *importer) judge(r db.ImportRow, values map[string]string) *importing {
	row := &importing{ImportOutcome: db.ImportOutcome{Row: r.Row, Name: shortValue(strings.TrimSpace(values["first_name"] + " " + values["last_name"])),
		Email: shortValue(values["email"]), Problems: slices.Clone(r.Problems)}}
	row.Verdict = db.ImportRefuses
	address, wrong := EmailAddress(values["email"])
	if values["email"] == "" {
		wrong = Complaint{Code: "contacts.email.missing"}
	}
	if wrong.Code != "" {
		row.wrong("email", values["email"], wrong)
		im.rest(row, values)
		return row
	}
	key := strings.ToLower(address)
	if first, twice := im.first[key]; twice {
		row.wrong("email", address, Complaint{Code: "import.twice", Args: map[string]any{"Row": first}})
		return row
	}
	im.first[key] = r.Row
	them, there := im.people[key]
	if there && (them.Person.Staff || !im.d.Judge.Can(im.who, policy.SeeContacts, policy.Account(them.Home.Path))) {
		row.wrong("email", address, Complaint{Code: takenCode}) // whose it is, is not told
		return row
	}
	values["email"] = address
	row.them, row.PersonID = them, them.Person.ID
	im.rest(row, values)
	return row
}

// rest judges all but the address.
func (im *importer) rest(row *importing, values map[string]string) {
	there := row.them.Person.ID != 0
	was := ContactForm{Language: "en", Notified: true, Access: true}
	if there {
		was = FormOf(row.them)
	}
	row.form = was
	im.fill(row, was, values)
	im.place(row, was, values)
	im.roles(row, values["roles"])
	row.fields = row.form.Differs(was)
	if there && len(row.Problems) == 0 && len(row.fields) == 0 && len(row.grants) == 0 {
		row.Verdict = db.ImportKeeps
		return
	}
	for field, complaint := range im.check(&row.form) {
		if !row.complains(columnOf(field)) {
			row.wrong(columnOf(field), row.form.Value(field), complaint)
		}
	}
	if there {
		im.allowed(row, was)
	}
	if len(row.Problems) > 0 {
		slices.SortStableFunc(row.Problems, func(a, b db.ImportProblem) int {
			return slices.Index(ContactColumns, a.Column) - slices.Index(ContactColumns, b.Column)
		})
		return
	}
	if row.Verdict = db.ImportCreates; there {
		row.Verdict = db.ImportChanges
		im.changes(row, was, values)
	}
}

// fill puts what stands in the row into the form. A column that the file doesn't have, or that says nothing where something
// must be said, leaves things as they are.
func (im *importer) fill(row *importing, was ContactForm, values map[string]string) {
	f := &row.form
	for column, value := range values {
		switch column {
		case "first_name", "last_name", "email", "phone", "time_zone":
			f.Set(column, value)
		case "language":
			if value != "" {
				f.Language = strings.ToLower(value)
			}
		case "email_notification":
			f.Notified = row.tick(column, value, was.Notified)
		case "portal_access":
			f.Access = row.tick(column, value, was.Access)
		case "monitoring":
			f.Monitoring = row.tick(column, value, was.Monitoring)
		}
	}
}

// tick reads yes or no, also as spreadsheets and people put it.
func (row *importing) tick(column, value string, was bool) bool {
	switch strings.ToLower(value) {
	case "":
		return was
	case "yes", "true", "1", "x", "oui", "vrai":
		return true
	case "no", "false", "0", "non", "faux":
		return false
	}
	row.wrong(column, value, Complaint{Code: "import.yes-no"})
	return was
}

// place finds the account and the location.
func (im *importer) place(row *importing, was ContactForm, values map[string]string) {
	if v := values["account"]; v != "" {
		row.form.Account = v
	}
	switch account, known := im.accounts[row.form.Account]; {
	case row.them.Person.ID != 0 && row.form.Account == was.Account:
		row.home = row.them.Home
	case row.form.Account == "":
		row.wrong("account", "", Complaint{Code: "contacts.account.missing"})
		return
	case !known || !im.homes.Holds(account.Path):
		row.wrong("account", row.form.Account, Complaint{Code: "contacts.account.unknown"})
		return
	default:
		row.home, row.form.Location = account, ""
	}
	name, said := values["location"]
	if !said || row.form.Location != "" && name == row.them.Location {
		return
	}
	if row.form.Location = ""; name == "" {
		return
	}
	id, known := im.sites[db.Site{AccountID: row.home.ID, Name: name}]
	if !known {
		row.wrong("location", name, Complaint{Code: "contacts.location.unknown"})
		return
	}
	row.form.Location = strconv.FormatInt(id, 10)
}

// roles finds what is granted and taken. Where the file says nothing of it, somebody new gets what the form gives, and
// who is there keeps what they have.
func (im *importer) roles(row *importing, text string) {
	there := row.them.Person.ID != 0
	if text == "" {
		if own := (db.Grant{Role: db.Customer, AccountID: row.home.ID, Reach: db.ThisAccount}); !there {
			row.give = []db.Grant{own}
		}
		return
	}
	want, clients, ok := RolesInFile(text)
	if !ok {
		row.wrong("roles", text, Complaint{Code: "import.roles"})
		return
	}
	held := GrantsHeld{Manages: im.homes, reception: im.reception}
	for _, g := range row.them.Grants {
		switch {
		case !im.homes.Holds(g.Path):
		case im.homes.Covers(g.Path, g.Reach):
			held.Own = append(held.Own, g)
		default:
			held.Fixed = append(held.Fixed, g)
		}
	}
	var asked []db.Grant
	var texts []string
	for i, g := range want {
		account, known := im.accounts[clients[i]]
		if g.AccountID, g.Path = account.ID, account.Path; !known {
			g.AccountID = -1 // none: it is told as one out of reach
		}
		if fixed, there := find(held.Fixed, g); there && fixed.Reach == g.Reach {
			continue // it stays as it is
		}
		asked, texts = append(asked, g), append(texts, RoleInFile(g.Role, clients[i], g.Reach))
	}
	changes, err := held.weigh(asked)
	var invalid Invalid
	if errors.As(err, &invalid) {
		for key, complaint := range invalid {
			_, place, _ := strings.Cut(key, "-")
			value := text
			if i, err := strconv.Atoi(place); err == nil {
				value = texts[i]
			}
			row.wrong("roles", value, complaint)
		}
		return
	}
	if row.grants = changes; !there {
		row.grants, row.give = nil, asked
	}
}

// check is the form's own, with what is slow in it done once for each value.
func (im *importer) check(f *ContactForm) Invalid {
	zone := f.TimeZone
	known, seen := im.zones[zone]
	if !seen {
		known = IsZone(zone)
		im.zones[zone] = known
	}
	f.TimeZone = ""
	invalid := f.check()
	if f.TimeZone = zone; !known {
		invalid["time_zone"] = Complaint{Code: "contacts.time_zone.wrong"}
	}
	return invalid
}

// allowed tells whether who is there may be changed so.
func (im *importer) allowed(row *importing, was ContactForm) {
	barred := im.d.Judge.Check(im.who, policy.ManageContacts, policy.Account(row.them.Home.Path))
	if barred == nil && len(row.fields) > 0 { // who may do more can be granted something all the same
		barred = im.d.Manages(im.who, row.them.SignedIn)
	}
	switch {
	case errors.Is(barred, ErrBeyond):
		row.wrong("email", row.form.Email, Complaint{Code: "contacts.barred.beyond"})
	case barred != nil:
		row.wrong("email", row.form.Email, Complaint{Code: "contacts.barred"})
	}
	if row.PersonID == im.who.Person.ID && was.Access && !row.form.Access {
		row.wrong("portal_access", "no", Complaint{Code: "contacts.yourself"})
	}
	if complaint := im.mayMove(row); complaint.Code != "" {
		row.wrong("account", row.form.Account, complaint)
	}
}

// mayMove is the form's own rule. Where roles are said too, those are what counts, and none of them follows by itself.
func (im *importer) mayMove(row *importing) Complaint {
	if len(row.grants) == 0 {
		return keepsAtHome(row.them, row.home)
	}
	after := slices.Clone(row.them.Grants)
	for _, c := range row.grants {
		after = slices.DeleteFunc(after, func(g db.Grant) bool { return g.ID != 0 && g.ID == c.Took.ID })
		if c.Gave.Role != "" {
			after = append(after, c.Gave)
		}
	}
	customer := func(path []int64) int64 { return append(slices.Clone(path), 0)[0] }
	if to := customer(row.home.Path); to != 0 && to != customer(row.them.Home.Path) &&
		slices.ContainsFunc(after, func(g db.Grant) bool { return customer(g.Path) != to }) {
		return Complaint{Code: "contacts.account.granted"}
	}
	return Complaint{}
}

// changes says what changes, as the file has it.
func (im *importer) changes(row *importing, was ContactForm, values map[string]string) {
	said := func(f ContactForm, field string) string {
		switch field {
		case "notified", "access", "monitoring":
			if f.Value(field) == "" {
				return "no"
			}
		case "location":
			if f.Location == was.Location {
				return row.them.Location
			}
			return values["location"]
		}
		return f.Value(field)
	}
	for _, field := range row.fields {
		row.Changes = append(row.Changes, db.ImportChange{Column: columnOf(field), Old: shortValue(said(was, field)), New: shortValue(said(row.form, field))})
	}
	for _, c := range row.grants {
		change := db.ImportChange{Column: "roles"}
		if g := c.Took; g.Role != "" {
			change.Old = RoleInFile(g.Role, im.clients[g.AccountID], g.Reach)
		}
		if g := c.Gave; g.Role != "" {
			change.New = RoleInFile(g.Role, im.clients[g.AccountID], g.Reach)
		}
		row.Changes = append(row.Changes, change)
	}
}

// wrong notes what is wrong in a column.
func (row *importing) wrong(column, value string, c Complaint) {
	if saying, other := sayings[c.Code]; other {
		c.Code = saying
	}
	row.Problems = append(row.Problems, db.ImportProblem{Column: column, Value: shortValue(value), Code: c.Code, Args: c.Args})
}

func (row *importing) complains(column string) bool {
	return slices.ContainsFunc(row.Problems, func(p db.ImportProblem) bool { return p.Column == column })
}

// shortValue is a value as far as one has to see it to know it again.
func shortValue(v string) string {
	if r := []rune(v); len(r) > 80 {
		return string(r[:79]) + "…"
	}
	return v
}
