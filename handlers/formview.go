package handlers

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"portico/db"
	"portico/handlers/desk"
	"portico/policy"
	"portico/rules"
	"portico/views"

	"github.com/gofiber/fiber/v2"
)

// radioLimit is up to how many choices stand as radios; more become a list that opens.
const radioLimit = 6

func (f *filled) path() string { return itemPath(f.Item.Key) }

// others is where somebody else is chosen to fill it in for: the way back brings along what was filled in so far.
func (f *filled) others() string {
	with := url.Values{}
	if f.Requester.Person.ID != 0 {
		with.Set("from", strconv.FormatInt(f.caller(), 10))
	}
	if f.Follows.ID != 0 {
		with.Set("follows", f.Follows.ID.String())
	}
	if len(with) == 0 {
		return f.path() + "/requesters"
	}
	return f.path() + "/requesters?" + with.Encode()
}

// page is the whole page of the form.
func (f *filled) page() *views.FormPage {
	p := &views.FormPage{
		Shell:    views.Shell{Title: f.Item.Name.In(f.lang), Here: "catalog"},
		Category: f.category, Name: f.Item.Name, Purpose: f.Item.Purpose,
		Action: f.path() + "/cases", Refresh: f.path() + "/questions", Token: f.token.String(),
		Submit: f.Item.Submit, Sheet: *f.sheet(), Draft: f.draft(),
	}
	if len(f.Form.Submit) > 0 {
		p.Submit = f.Form.Submit
	}
	if f.MayChoose {
		p.Others = f.others()
	}
	if old := f.Follows; old.ID != 0 {
		p.Follows = &views.FollowedUp{Number: old.ID.String(), Href: old.Path(), Title: old.ShortDescription}
	}
	if f.ForOther {
		r := f.Requester
		p.For = r.Person.ID
		p.Caller = &views.Caller{ID: r.Person.ID, Name: r.Person.Name(), Email: r.Person.Email, Phone: r.Person.Phone, Account: r.Home.Name}
	}
	return p
}

// sheet is the part of the page that follows the answers.
func (f *filled) sheet() *views.Sheet {
	s := &views.Sheet{Refresh: f.path() + "/questions", Refused: f.refused, Fresh: f.fresh, Next: f.next()}
	labels := map[string]rules.Text{}
	for _, q := range f.Filled.Asked {
		labels[q.Key] = q.Label
		v := f.question(q)
		v.WaitsFor = labels[q.WaitsFor]
		s.Questions = append(s.Questions, v)
		if v.Arrived {
			s.Arrived = append(s.Arrived, q.Label)
		}
		if v.Wrong() {
			s.Errors = append(s.Errors, views.FormError{Target: v.Target(), Label: q.Label, Text: v.Complaint})
		}
		if q.Required {
			s.Required = append(s.Required, views.Required{Target: v.Target(), Label: q.Label, Done: !q.Missing})
			if q.Missing {
				s.Left++
			}
		}
	}
	return s
}

func (f *filled) question(q rules.Asked) views.Question {
	v := views.Question{
		Key: q.Key, Control: control(q), Label: q.Label, Help: q.Help, Optional: !q.Required && q.Kind != rules.KindTick,
		Arrived: len(f.shown) > 0 && !slices.Contains(f.shown, q.Key), Complaint: f.complaint(q),
	}
	if f.searched(q) {
		v.Control = views.ControlFind
	}
	if len(q.Values) > 0 {
		v.Value = q.Values[0]
	}
	if q.Min != nil {
		v.Min = strconv.Itoa(*q.Min)
	}
	if q.Max != nil {
		v.Max = strconv.Itoa(*q.Max)
	}
	if q.Source == rules.FromContact && !f.ForOther {
		v.Change = "/profile#phone"
	}
	switch v.Control {
	case views.ControlYesNo:
		v.Choices = f.yesNo(v)
	case views.ControlFiles:
		v.Files = f.fileField(q.Key)
	case views.ControlRadios, views.ControlChecks, views.ControlSelect, views.ControlSettled:
		v.Choices = f.choices(q, v)
	case views.ControlFind:
		v.Find = f.finder(q, v)
	}
	return v
}

// searched tells whether there is so much to choose from that it has to be looked for.
func (f *filled) searched(q rules.Asked) bool {
	return q.Source == rules.FromAccounts && f.Search != nil
}

func (f *filled) finder(q rules.Asked, v views.Question) *views.Finder {
	out := &views.Finder{
		Key: q.Key, Name: desk.AccountWords(q.Key), Words: f.Search.Words, Action: f.path() + "/accounts", Refresh: f.path() + "/questions",
		Choices: f.choices(q, v), Wrong: v.Wrong(),
	}
	switch {
	case f.Search.Words == "":
		out.Hint = views.Say("form.find.hint")
	case f.Search.Found == 0:
		out.Hint = views.Say("form.find.none")
	case f.Search.More:
		out.Hint = views.Say("form.find.more")
	default:
		out.Hint = views.Count("form.find.found", f.Search.Found)
	}
	return out
}

// control is by what a question is answered.
func control(q rules.Asked) string {
	switch {
	case q.WaitsFor != "":
		return views.ControlWaits
	case q.Settled:
		return views.ControlSettled
	}
	switch q.Kind {
	case rules.KindYesNo:
		return views.ControlYesNo
	case rules.KindTick:
		return views.ControlTick
	case rules.KindChoices:
		return views.ControlChecks
	case rules.KindChoice:
		if len(q.Offered) > radioLimit {
			return views.ControlSelect
		}
		return views.ControlRadios
	case rules.KindParagraph:
		return views.ControlParagraph
	case rules.KindNumber:
		return views.ControlNumber
	case rules.KindDate:
		return views.ControlDate
	case rules.KindFiles:
		return views.ControlFiles
	}
	return views.ControlText
}

func (f *filled) choices(q rules.Asked, v views.Question) []views.Choice {
	kind := "radio"
	if q.Kind == rules.KindChoices {
		kind = "checkbox"
	}
	ids := map[string]int{}
	out := make([]views.Choice, len(q.Offered))
	for i, o := range q.Offered {
		out[i] = views.Choice{
			Option: o.Option, ID: choiceID(q.Key, o.Value, ids), Name: q.Key, Type: kind, Detail: o.Detail,
			NoDetail: o.Unavailable, Unavailable: o.Unavailable, Chosen: o.Chosen, Wrong: v.Wrong(),
		}
		if q.Source == rules.FromAccounts {
			out[i].Detail = o.Value
		}
	}
	return out
}

func (f *filled) yesNo(v views.Question) []views.Choice {
	out := make([]views.Choice, 2)
	for i, value := range []string{"yes", "no"} {
		label := rules.Text{}
		for _, lang := range views.Languages {
			label[lang] = views.T(lang, "form."+value)
		}
		out[i] = views.Choice{Option: rules.Option{Value: value, Label: label}, ID: "q-" + v.Key + "-" + value, Name: v.Key,
			Type: "radio", Chosen: v.Value == value, Wrong: v.Wrong()}
	}
	return out
}

// choiceID is an id made of the choice's value, and of a figure where two values would give the same.
func choiceID(key, value string, taken map[string]int) string {
	slug := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return '-'
	}, value)
	id := "q-" + key + "-" + slug
	if taken[id]++; taken[id] > 1 {
		id += "-" + strconv.Itoa(taken[id])
	}
	return id
}

func (f *filled) fileField(key string) *views.FileField {
	limits := f.app.Desk.Limits()
	field := &views.FileField{Key: key, Max: limits.FileBytes, Limit: limits.Files, Refresh: f.path() + "/questions"}
	for _, file := range f.Files {
		field.Files = append(field.Files, views.FileEntry{ID: file.ID.String(), Name: file.Name, Size: file.Size, Refresh: field.Refresh})
	}
	return field
}

// complaint is what is wrong with an answer.
func (f *filled) complaint(q rules.Asked) views.Message {
	if q.Kind == rules.KindFiles {
		for _, field := range []string{"file", "files"} {
			if wrong, ok := f.files[field]; ok {
				return fileComplaint(f.lang, wrong)
			}
		}
	}
	if q.Wrong == nil {
		return views.Message{}
	}
	if q.Wrong.Code == rules.CodeMissing {
		if f.searched(q) {
			return views.Say("complaint.missing.account")
		}
		return views.Say("complaint.missing." + missingOf(q))
	}
	return views.Message{Key: "complaint." + q.Wrong.Code, Args: named(q.Wrong.Args)}
}

// missingOf is what is missing: the end of its key in the catalogues.
func missingOf(q rules.Asked) string {
	switch {
	case q.WaitsFor != "":
		return "waits"
	case q.Kind == rules.KindYesNo:
		return "choice"
	case q.Kind == rules.KindParagraph:
		return "text"
	}
	return string(q.Kind)
}

// fileComplaint is what is wrong with a file.
func fileComplaint(lang string, wrong desk.Complaint) views.Message {
	args := map[string]any{}
	for name, value := range wrong.Args {
		switch v := value.(type) {
		case int64:
			value = views.Bytes(lang, v)
		case []desk.FileKind:
			value = kindWords(lang, v)
		}
		args[name] = value
	}
	return views.Message{Key: "complaint." + wrong.Code, Args: args}
}

// named gives arguments the names by which catalogues call them: those of rules begin small.
func named(args map[string]any) map[string]any {
	out := make(map[string]any, len(args))
	for name, value := range args {
		if name != "" {
			name = strings.ToUpper(name[:1]) + name[1:]
		}
		out[name] = value
	}
	return out
}

// next is what one may expect: by whose clock we work is the chosen account's, else that of one's own.
func (f *filled) next() views.Next {
	account := f.Account
	if account.ID == 0 {
		account = f.Requester.Home
	}
	now := f.app.Clock().In(account.Zone())
	n := views.Next{
		Provider: f.app.provider().Name, Hours: hoursInWords(f.lang, f.Calendar), Account: account.Name,
		Clock: views.Clock(f.lang, now), Open: f.Calendar.Open(now, account.Zone()), Email: f.Requester.Person.Email,
	}
	if f.ForOther {
		n.Caller = f.Requester.Person.Name()
	}
	return n
}

// clean is what a person searched for, fit to be shown and asked with.
func clean(s string) string {
	s = strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", ""), "")
	if r := []rune(s); len(r) > 200 {
		s = string(r[:200])
	}
	return strings.TrimSpace(s)
}

// openedPanel confirms to who opened a case that it is there, when they come to its page from the form; else nil.
func (a *App) openedPanel(c *fiber.Ctx, who policy.Actor, kase db.Case) *views.Opened {
	if c.Query("done") != "opened" || kase.OpenedBy != who.Person.ID {
		return nil
	}
	p := &views.Opened{Number: kase.ID.String(), Priority: kase.Priority, Sentence: reason(kase), State: kase.State}
	if !kase.DueAt.IsZero() {
		p.Due = kase.DueAt.In(a.zone(who))
	}
	if !kase.SolveBy.IsZero() {
		p.SolveBy = kase.SolveBy.In(a.zone(who))
	}
	if kase.RequesterID == who.Person.ID {
		p.Asked, p.Email = len(kase.Asked) > 0, who.Person.Email
	}
	return p
}
