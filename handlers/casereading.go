package handlers

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"portico/db"
	"portico/handlers/desk"
	"portico/policy"
	"portico/rules"
	"portico/views"
)

// reading is a case as one person reads it: in their language and time zone, and with as much of its history as they
// may know.
type reading struct {
	app      *App
	who      policy.Actor
	lang     string
	zone     *time.Location
	kase     db.CaseDetails
	part     part // of its history
	told     db.Conversation
	internal bool // notes and what else only staff read is among the events
	csrf     string
}

// at is a time as the reader's clock shows it.
func (r *reading) at(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return t.In(r.zone)
}

func (r *reading) head() views.CaseHead {
	k := r.kase
	h := views.CaseHead{Reason: r.because(), Number: k.ID.String(), TypeName: k.TypeName, Title: k.ShortDescription, Priority: k.Priority, State: k.State,
		Sentence: reason(k.Case)}
	if k.OpenedBy != k.RequesterID && k.Opener.Name() != "" && k.Requester.Name() != "" {
		h.Behalf = views.Say("people.behalf", "By", k.Opener.Name(), "For", k.Requester.Name())
	}
	mayAnswer := r.app.Judge.Can(r.who, policy.Comment, k.Ref())
	switch {
	case k.State == db.New || k.State == db.Open:
		h.WaitsFor, h.Due = views.Say("case.waits.provider", "Provider", r.app.provider().Name), r.at(k.DueAt)
		if h.Asked = k.Asked.In(r.lang); r.who.Staff() || !mayAnswer {
			h.Asked = ""
		}
	case k.State == db.Awaiting && !r.who.Staff() && mayAnswer:
		h.WaitsFor, h.Awaited = views.Say("case.waits.you"), k.Awaited
	case k.State == db.Awaiting:
		h.WaitsFor = views.Say("case.waits.customer")
	}
	if desk.Solvable(k.State) {
		h.SolveBy = r.at(k.SolveBy)
	}
	return h
}

// reason is what the winning rule says to the customer, as long as it explains what they see: not once somebody has set
// another priority, nor when the case is over.
func reason(k db.Case) rules.Text {
	over := k.State == db.Solved || k.State == db.Closed
	if over || int(k.Priority) != k.Decision.Outcomes.Priority {
		return nil
	}
	return k.Decision.Customer
}

// because says in a sentence why the priority is what it is, to customers whom no rule tells: nothing of how it was decided.
func (r *reading) because() views.Message {
	k := r.kase.Case
	switch {
	case r.who.Staff() || k.State == db.Solved || k.State == db.Closed:
		return views.Message{}
	case int(k.Priority) != k.Decision.Outcomes.Priority:
		return views.Say("whyso.customer.changed")
	}
	return views.Say("whyso.customer")
}

func (r *reading) thread() views.CaseThread {
	t := views.CaseThread{Entries: make([]views.ThreadEntry, 0, 2*len(r.told.Entries)), After: r.part.after, Last: r.part.after, Seen: r.part.seen}
	var day int // and its year
	for i, e := range r.told.Entries {
		at := r.at(e.At)
		today := at.Year()*1000 + at.YearDay()
		if t.Last = max(t.Last, e.ID); e.ID <= t.After { // it stands there already, under its day
			day = today
			continue
		}
		if i < 2 { // what is left out stands between these
			t.From = e.ID
		}
		if i == 1 && r.told.Earlier > 0 {
			t.Entries = append(t.Entries, views.ThreadEntry{Earlier: r.earlier(e)})
			day = 0
		}
		if today != day {
			day = today
			t.Entries = append(t.Entries, views.ThreadEntry{ID: e.ID, Day: at})
		}
		letter, line := r.letter(e), r.line(e)
		if !line.Empty() {
			t.Entries = append(t.Entries, views.ThreadEntry{Change: &views.ThreadChange{ID: e.ID, Line: line, At: at, Internal: e.Internal}})
		}
		if letter != nil {
			letter.Beside, letter.New = !line.Empty(), t.After > 0
			t.Entries = append(t.Entries, views.ThreadEntry{Letter: letter})
		}
	}
	if t.Seen == 0 {
		t.Seen = t.Last
	}
	return t
}

// arrived is what others have said since the reader last had the end of the conversation before their eyes.
func (r *reading) arrived() (v views.Arrived) {
	if r.part.seen == 0 {
		return v
	}
	for _, e := range r.told.Entries {
		if e.ID > r.part.seen && e.PersonID != r.who.Person.ID && said(e) {
			if v.Count++; v.First == 0 {
				v.First = e.ID
			}
		}
	}
	return v
}

// said tells whether something was said with an event.
func said(e db.Entry) bool { return e.Body != "" || len(e.Files) > 0 || e.Kind == db.Opened }

// earlier is what stands for the events that are left out before one.
func (r *reading) earlier(e db.Entry) *views.Earlier {
	return &views.Earlier{Path: r.kase.Path(), Count: r.told.Earlier, More: db.ConversationPart, From: r.told.Next, First: e.ID}
}

// letter is what was said with an event; nil where nothing was.
func (r *reading) letter(e db.Entry) *views.Letter {
	if !said(e) {
		return nil
	}
	l := &views.Letter{ID: e.ID, From: "customer", Internal: e.Internal, Name: e.Person.Name(), Avatar: avatarOf(e.Person),
		Where: e.Account, At: r.at(e.At), Body: e.Body}
	if e.Person.Staff || e.PersonID == 0 {
		l.From, l.Where = "provider", r.app.provider().Name
	}
	if e.PersonID == 0 {
		l.Name, l.Where = r.app.provider().Name, ""
		l.Avatar.Initials = db.Person{FirstName: l.Name}.Initials()
	}
	if e.Internal {
		l.From = ""
	}
	switch {
	case e.Kind == db.Opened && l.Name == "": // it was sent in by who was not signed in
		l.Name, l.Where, l.Avatar = r.kase.Requester.Name(), "", avatarOf(r.kase.Requester)
		if l.Name == "" {
			l.Name, l.Avatar.Initials = views.T(r.lang, "case.unproven"), "?"
		}
	case e.Kind == db.Opened && e.PersonID != r.kase.RequesterID:
		l.Lead = views.Say("case.lead.for", "Name", r.kase.Requester.Name())
	case e.Kind == db.Requested:
		l.Lead = views.Say("case.lead.requested")
		if e.Change != nil && e.Change.Asked != nil {
			l.Body = e.Change.Asked.In(r.lang)
			if r.internal {
				l.Lead = views.Say("case.lead.asked")
			}
		}
	}
	for _, f := range e.Files {
		file := attachment(f)
		if file.Preview != "" {
			l.Pictures = append(l.Pictures, file)
		} else {
			l.Files = append(l.Files, file)
		}
	}
	return l
}

func attachment(f db.File) views.Attachment {
	v := views.Attachment{Href: "/files/" + f.ID.String(), Name: f.Name, Size: f.Size}
	if desk.Previewed(f) {
		v.Preview, v.Width, v.Height = v.Href+"/preview", f.PreviewWidth, f.PreviewHeight
	}
	return v
}

// line is what an event changed, in one sentence; empty where it changed nothing worth one.
func (r *reading) line(e db.Entry) views.Message {
	name := e.Person.Name()
	if e.PersonID == 0 {
		name = r.app.provider().Name
	}
	switch e.Kind {
	case db.Resolved:
		return views.Say("case.line.solved", "Name", name)
	case db.Reopened:
		return views.Say("case.line.reopened", "Name", name)
	case db.AutoClosed:
		return views.Say("case.line.closed")
	case db.Decided:
		version, decision := r.decidedAt(e.ID)
		switch {
		case e.Change != nil && e.Change.Field == "decision":
			return views.Say("case.line.redecided", "Name", name, "Version", version, "From", e.Change.From)
		case decision.By.Priority == rules.ByDefault:
			return views.Say("whyso.line.default", "Version", version)
		}
		return views.Say("case.line.decided", "Version", version, "Rule", decision.By.Priority)
	case db.Changed:
		if e.Change != nil {
			if e.PersonID == 0 && e.Change.Field == "assignee" && r.internal {
				return views.Say("case.line.assigned.rules", "To", e.Change.To)
			}
			if e.PersonID == 0 && e.Change.Field == "copies" { // by the link of a mail
				name = e.Change.From
			}
			return r.change(name, *e.Change)
		}
	case db.Comment:
		if e.Change != nil && e.Change.From == string(db.Solved) {
			return views.Say("case.line.reopened", "Name", name)
		}
	}
	return views.Message{}
}

// decidedAt is which version decided the case with an event, and what: as the next time that it was decided has kept it, if
// there was another.
func (r *reading) decidedAt(event int64) (version string, decision rules.Decision) {
	for _, e := range r.told.Entries {
		if e.ID > event && e.Kind == db.Decided && e.Change != nil && e.Change.Decision != nil {
			return e.Change.From, *e.Change.Decision
		}
	}
	return strconv.Itoa(r.kase.RuleVersion), r.kase.Decision
}

func (r *reading) change(name string, c db.Change) views.Message {
	switch c.Field {
	case "priority":
		from, _ := strconv.Atoi(c.From)
		to, _ := strconv.Atoi(c.To)
		return views.Say("case.line.priority", "Name", name, "From", views.PriorityName(db.Priority(from)).In(r.lang),
			"To", views.PriorityName(db.Priority(to)).In(r.lang))
	case "state":
		return views.Say("case.line.state", "Name", name, "From", views.StateName(db.State(c.From)).In(r.lang),
			"To", views.StateName(db.State(c.To)).In(r.lang))
	case "queue":
		return views.Say("case.line.queue", "Name", name, "From", c.From, "To", c.To)
	case "assignee":
		switch {
		case c.To == "":
			return views.Say("case.line.unassigned", "Name", name)
		case c.To == name:
			return views.Say("case.line.taken", "Name", name)
		}
		return views.Say("case.line.assigned", "Name", name, "To", c.To)
	case "tags":
		return views.Say("case.line.tags", "Name", name, "To", c.To)
	case "account":
		return views.Say("case.line.account", "Name", name, "From", c.From, "To", c.To)
	case "title", "product", "contact", "copies":
		return detailsLine(r.lang, name, c)
	case "follow-up":
		return views.Say("states.line.follow-up", "Name", name)
	case "requester":
		return views.Say("case.line.confirmed", "Name", name)
	}
	return views.Say("case.line.changed", "Name", name)
}

func (r *reading) panel(form rules.Form) views.CasePanel {
	k := r.kase
	fact := func(key string) views.Fact { return views.Fact{Label: views.Say("case.fact." + key)} }
	var p views.CasePanel
	add := func(f views.Fact) { p.Facts = append(p.Facts, f) }
	text := func(key, value string) {
		if f := fact(key); value != "" {
			f.Text = value
			add(f)
		}
	}
	moment := func(key string, t time.Time) {
		if f := fact(key); !t.IsZero() {
			f.Time = r.at(t)
			add(f)
		}
	}
	text("number", k.ID.String())
	state := fact("state")
	state.State = k.State
	add(state)
	text("type", k.TypeName.In(r.lang))
	priority := fact("priority")
	priority.Priority = k.Priority
	add(priority)
	product := k.Product.In(r.lang)
	if k.Location != "" {
		product += " · " + k.Location
	}
	text("product", product)
	text("account", k.Account)
	if !desk.InventedNumber(k.Client) {
		text("client", k.Client)
	}
	moment("created", k.CreatedAt)
	moment("updated", k.UpdatedAt)
	moment("solved", k.SolvedAt)
	if r.internal {
		text("queue", k.Queue)
		text("tier", k.Tier)
		origin := fact("origin")
		origin.Message = views.Say("case.origin." + k.Origin)
		add(origin)
		p.Tags = k.Tags
	}
	p.People = r.people()
	if k.State != db.Closed && r.app.Judge.Can(r.who, policy.Change, k.Ref()) {
		p.Edit = k.Path() + "/details"
	}
	var files []views.Attachment
	for _, f := range k.Files {
		if !f.Internal || r.internal {
			files = append(files, attachment(f.File))
		}
	}
	p.Files = views.NewCaseFiles(files)
	p.Answers = r.answers(form)
	return p
}

// people are those who have to do with the case.
func (r *reading) people() (v views.CasePeople) {
	k := r.kase
	add := func(role string, n db.Named, otherwise string) {
		v.Involved = append(v.Involved, views.CasePerson{Role: views.Say("case.fact." + role), Avatar: avatarOf(n), Name: n.Name(), Said: views.Say(otherwise)})
	}
	add("requester", k.Requester, "case.unproven")
	if k.OpenedBy != k.RequesterID {
		add("opener", k.Opener, "case.unproven")
	}
	add("assignee", k.Assignee, "case.fact.nobody")
	for _, c := range k.Copied {
		v.Copied = append(v.Copied, views.CasePerson{Avatar: avatarOf(c), Name: c.Name()})
	}
	for _, o := range k.Outsiders {
		v.Outsiders = append(v.Outsiders, o.Email)
	}
	if slices.Contains(k.CopiedIDs, r.who.Person.ID) {
		v.Leave = &views.Post{Action: k.Path() + "/copies/removal", CSRF: r.csrf}
	}
	return v
}

// answers are what the case was opened with, in the words of the form it was opened with. What the page shows elsewhere
// is left out.
func (r *reading) answers(form rules.Form) (list []views.Fact) {
	for _, q := range form.Questions {
		given, ok := r.kase.Answers[q.Key]
		if !ok || q.Key == form.Case.Description || q.Key == form.Case.Account {
			continue
		}
		fact := views.Fact{Name: q.Label}
		word := func(value string) string {
			for _, o := range q.Options {
				if o.Value == value {
					return o.Text(r.lang)
				}
			}
			return value
		}
		switch v := given.(type) {
		case bool:
			fact.Message = views.Say("case.answer." + strconv.FormatBool(v))
		case string:
			fact.Text = word(v)
		case int:
			fact.Text = views.Number(r.lang, v)
		case []string:
			words := make([]string, len(v))
			for i, value := range v {
				words[i] = word(value)
			}
			fact.Text = strings.Join(words, ", ")
		}
		list = append(list, fact)
	}
	return list
}

// meanwhile says what has become of a case that somebody wanted to do something to which its state does not allow any
// more.
func (r *reading) meanwhile() views.Message {
	for _, e := range slices.Backward(r.told.Entries) {
		switch {
		case e.Kind == db.Resolved && r.kase.State == db.Solved:
			return views.Say("case.meanwhile.solved", "Name", e.Person.Name(), "When", views.Moment(r.lang, r.at(e.At)))
		case e.Kind == db.AutoClosed && r.kase.State == db.Closed:
			return views.Say("case.meanwhile.closed", "When", views.Moment(r.lang, r.at(e.At)))
		}
	}
	return views.Say("case.meanwhile.changed", "State", views.StateName(r.kase.State).In(r.lang))
}
