package rules

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func east() Offers {
	return Offers{
		Accounts:  []Option{{Value: "100210", Label: Text{"en": "Maple Foods East"}}, {Value: "100211"}},
		Locations: plainOptions("Moncton Office", "Dartmouth Warehouse"),
		Services:  plainOptions("911 service", "Hosted Voice", "SD-WAN"),
		Families:  map[string]string{"911 service": "voice", "Hosted Voice": "voice", "SD-WAN": "data"},
		IssueTypes: map[string][]Option{
			"voice": {{Value: "No dial tone", Label: Text{"en": "No dial tone", "fr": "Pas de tonalité"}}, {Value: "Other"}},
			"data":  plainOptions("Packet loss", "Other"),
		},
		Contact: map[string]string{"email": "customer@maple.test", "phone": ""},
	}
}

func posted(pairs ...string) map[string][]string {
	out := map[string][]string{}
	for i := 0; i < len(pairs); i += 2 {
		out[pairs[i]] = append(out[pairs[i]], pairs[i+1])
	}
	return out
}

var complete = []string{"account", "100210", "all_locations", "no", "locations", "Moncton Office", "service", "Hosted Voice",
	"issue_type", "No dial tone", "intermittent", "no", "description", " It is quiet.\r\nVery. "}

func with(pairs ...string) map[string][]string {
	raw := posted(complete...)
	for i := 0; i < len(pairs); i += 2 {
		delete(raw, pairs[i])
	}
	for i := 0; i < len(pairs); i += 2 {
		raw[pairs[i]] = append(raw[pairs[i]], pairs[i+1])
	}
	return raw
}

func keys(asked []Asked) string {
	var out []string
	for _, a := range asked {
		out = append(out, a.Key)
	}
	return strings.Join(out, " ")
}

func TestAFormFollowsItsAnswers(t *testing.T) {
	f := readForm(t, "report-issue")
	for _, test := range []struct {
		name          string
		raw           map[string][]string
		offers        Offers
		asked, missed string
	}{
		{"an empty form asks for the account, and says what waits for it", nil, Offers{Accounts: east().Accounts},
			"account all_locations service additional issue_type intermittent description urgent attachments",
			"account all_locations service issue_type intermittent description"},
		{"not everywhere asks where", posted("account", "100210", "all_locations", "no"), east(),
			"account all_locations locations service additional issue_type intermittent description urgent attachments",
			"locations service issue_type intermittent description"},
		{"everywhere does not", posted("account", "100210", "all_locations", "yes", "locations", "Moncton Office"), east(),
			"account all_locations service additional issue_type intermittent description urgent attachments",
			"service issue_type intermittent description"},
		{"ticks call their questions", with("additional", "yes", "urgent", "on"), east(),
			"account all_locations locations service additional additional_services issue_type intermittent description urgent urgent_reason attachments",
			"additional_services urgent_reason"},
		{"what there is nothing to choose from is not asked", with("additional", "yes"),
			Offers{Accounts: east().Accounts, Services: plainOptions("Hosted Voice")},
			"account all_locations service additional intermittent description urgent attachments", ""},
	} {
		got := f.Fill(test.raw, test.offers, Refresh)
		if keys(got.Asked) != test.asked {
			t.Errorf("%s:\nasks %s\nwant %s", test.name, keys(got.Asked), test.asked)
		}
		if missed := strings.Join(got.Missing, " "); missed != test.missed {
			t.Errorf("%s:\nmisses %s\n  want %s", test.name, missed, test.missed)
		}
		if got.Complaints != nil {
			t.Errorf("%s: complains while it is filled in: %v", test.name, got.Complaints)
		}
	}
}

func TestACompleteFormGivesTypedAnswers(t *testing.T) {
	f := readForm(t, "report-issue")
	raw := with("additional", "yes", "additional_services", "SD-WAN", "urgent_reason", "does not apply", "unknown", "x", "attachments", "file-1")
	got := f.Fill(raw, east(), Submit)
	want := Answers{"account": "100210", "all_locations": false, "locations": []string{"Moncton Office"}, "service": "Hosted Voice",
		"additional": true, "additional_services": []string{"SD-WAN"}, "issue_type": "No dial tone", "intermittent": false,
		"description": "It is quiet.\nVery.", "urgent": false}
	if !reflect.DeepEqual(got.Answers, want) || !got.Complete() {
		t.Errorf("got %v, %v, %v", got.Answers, got.Missing, got.Complaints)
	}
	files := got.Asked[len(got.Asked)-1]
	if files.Kind != KindFiles || !slices.Equal(files.Values, []string{"file-1"}) {
		t.Errorf("the file is not kept: %+v", files)
	}
	for lang, want := range map[string]string{"en": "No dial tone: Hosted Voice", "fr": "Pas de tonalité\u00a0: Hosted Voice"} {
		if s := f.ShortDescription(got.Answers, east(), lang); s != want {
			t.Errorf("%s: short description %q, want %q", lang, s, want)
		}
	}
	if s := f.ShortDescription(Answers{"service": "SD-WAN"}, east(), "fr"); s != "SD-WAN" {
		t.Errorf("with half of it missing: %q", s)
	}
	if s := f.ShortDescription(Answers{}, east(), "en"); s != "" {
		t.Errorf("with all of it missing: %q", s)
	}
}

func TestASubmittedFormIsRefused(t *testing.T) {
	f := readForm(t, "report-issue")
	for _, test := range []struct {
		name, key, code string
		raw             map[string][]string
	}{
		{"a foreign account", "account", CodeForeignAccount, with("account", "200300")},
		{"a location of another account", "locations", CodeForeignLocation, with("locations", "Moncton Office", "locations", "Halifax Plant 1")},
		{"a service the account does not have", "service", CodeNotOffered, with("service", "SIP Trunking")},
		{"a type of issue of another service", "issue_type", CodeNotOffered, with("issue_type", "Packet loss")},
		{"the impacted service as an additional one", "additional_services", CodeNotOffered, with("additional", "yes", "additional_services", "Hosted Voice")},
		{"two services", "service", CodeWrongType, with("service", "Hosted Voice", "service", "SD-WAN")},
		{"neither yes nor no", "all_locations", CodeWrongType, with("all_locations", "maybe")},
		{"an odd tick", "urgent", CodeWrongType, with("urgent", "very")},
		{"a NUL byte", "description", CodeNotText, with("description", "a\x00b")},
		{"a NUL byte in a choice", "service", CodeNotText, with("service", "Hosted Voice\x00")},
		{"not UTF-8", "description", CodeNotText, with("description", "a\xffb")},
		{"two million letters", "description", CodeTooLong, with("description", strings.Repeat("é", 2_000_000))},
		{"no description", "description", CodeMissing, with("description", "  \n ")},
		{"no reason", "urgent_reason", CodeMissing, with("urgent", "yes")},
	} {
		got := f.Fill(test.raw, east(), Submit)
		i := slices.IndexFunc(got.Complaints, func(c Complaint) bool { return c.Key == test.key })
		if i < 0 || got.Complaints[i].Code != test.code {
			t.Errorf("%s: complaints %v", test.name, got.Complaints)
			continue
		}
		for _, a := range got.Asked {
			if a.Key == test.key && (a.Wrong == nil || strings.ContainsRune(strings.Join(a.Values, ""), 0)) {
				t.Errorf("%s: not beside its question, or shown as it came", test.name)
			}
			if a.Key == test.key && test.code == CodeNotOffered && len(a.Values) == 0 {
				t.Errorf("%s: what was chosen is lost", test.name)
			}
		}
		if !slices.Contains(ComplaintCodes, test.code) {
			t.Errorf("%s is not listed", test.code)
		}
		if again := f.Fill(test.raw, east(), Refresh); again.Complaints != nil {
			t.Errorf("%s: complains while it is filled in", test.name)
		}
	}
}

func TestWhatWaitsForAnotherAnswerIsNotComplainedOf(t *testing.T) {
	got := readForm(t, "report-issue").Fill(with("account", "200300"), Offers{Accounts: east().Accounts}, Submit)
	if len(got.Complaints) != 1 || got.Complaints[0].Code != CodeForeignAccount {
		t.Errorf("complaints: %v", got.Complaints)
	}
	if want := []string{"account", "locations", "service", "issue_type"}; !slices.Equal(got.Missing, want) {
		t.Errorf("missing: %v", got.Missing)
	}
	for _, a := range got.Asked {
		if a.Key == "service" && !slices.Equal(a.Values, []string{"Hosted Voice"}) {
			t.Errorf("what was chosen is lost: %v", a.Values)
		}
	}
}

func TestAnswersThatNoLongerFitAreDropped(t *testing.T) {
	f := readForm(t, "report-issue")
	plant := east()
	plant.Locations = plainOptions("Halifax Plant 1")
	got := f.Fill(with("account", "100211", "service", "SD-WAN"), plant, Refresh)
	for _, a := range got.Asked {
		if (a.Key == "locations" || a.Key == "issue_type") && (a.Values != nil || !a.Missing) {
			t.Errorf("%s keeps %v", a.Key, a.Values)
		}
	}
	if got.Answers["locations"] != nil || got.Answers["issue_type"] != nil || got.Answers["service"] != "SD-WAN" {
		t.Errorf("answers: %v", got.Answers)
	}
}

func TestTheAccount(t *testing.T) {
	f := readForm(t, "report-issue")
	one := Offers{Accounts: east().Accounts[:1]}
	for _, test := range []struct {
		name string
		raw  map[string][]string
		of   []Option
		want string
	}{
		{"is the chosen one", posted("account", "100211"), east().Accounts, "100211"},
		{"is none of those not offered", posted("account", "200300"), east().Accounts, ""},
		{"is not guessed", nil, east().Accounts, ""},
		{"is the only one", nil, one.Accounts, "100210"},
		{"is not the only one when another was posted", posted("account", "200300"), one.Accounts, ""},
		{"is not two", posted("account", "100210", "account", "100211"), east().Accounts, ""},
	} {
		if got := f.ChosenAccount(test.raw, test.of); got != test.want {
			t.Errorf("%s: %q", test.name, got)
		}
	}
	if a := f.Fill(nil, one, Refresh).Asked[0]; !a.Settled || a.Missing || !a.Offered[0].Chosen {
		t.Errorf("the only account is not settled: %+v", a)
	}
	if a := f.Fill(nil, east(), Refresh).Asked[3]; a.Key != "additional" {
		t.Errorf("asked %s", a.Key)
	}
	if a := f.Fill(nil, east(), Refresh).Asked[2]; a.WaitsFor != "account" {
		t.Errorf("services wait for %q", a.WaitsFor)
	}
}

func TestWhatDependsOnAQuestionThatIsNotAskedIsNotAskedEither(t *testing.T) {
	f := readForm(t, "report-issue")
	bare := east()
	bare.Services, bare.Locations = nil, nil // an account without products and locations
	got := f.Fill(posted("account", "100210", "all_locations", "yes", "intermittent", "no", "description", "x"), bare, Submit)
	for _, a := range got.Asked {
		if a.Key == "service" || a.Key == "issue_type" {
			t.Errorf("%s is asked, waiting for %q", a.Key, a.WaitsFor)
		}
	}
	if !got.Complete() {
		t.Errorf("it can't be completed: %+v", got.Complaints)
	}
}

func TestAnAccountThatIsFoundAmongOthersIsNotTheOnlyOne(t *testing.T) {
	f := readForm(t, "report-issue")
	found := Offers{Accounts: east().Accounts[:1], MoreAccounts: true}
	if a := f.Fill(nil, found, Refresh).Asked[0]; a.Key != "account" || a.Settled || !a.Missing || a.Offered[0].Chosen {
		t.Errorf("one was found: %+v", a)
	}
	if a := f.Fill(posted("account", "100210"), found, Refresh).Asked[0]; a.Settled || a.Missing || !a.Offered[0].Chosen {
		t.Errorf("it was chosen: %+v", a)
	}
	if a := f.Fill(nil, Offers{MoreAccounts: true}, Submit).Asked[0]; a.Key != "account" || !a.Missing || a.Wrong == nil {
		t.Errorf("none was found: %+v", a)
	}
}

func TestAWayToBeContactedNeedsAnAddress(t *testing.T) {
	f := readForm(t, "billing-inquiry")
	raw := posted("account", "100210", "topic", "Payment", "contact_by", "phone", "description", "x")
	got := f.Fill(raw, east(), Submit)
	if len(got.Complaints) != 1 || got.Complaints[0].Key != "contact_by" || got.Complaints[0].Code != CodeNotOffered {
		t.Errorf("complaints: %v", got.Complaints)
	}
	for _, a := range got.Asked {
		if a.Key == "contact_by" && (a.Offered[0].Detail != "customer@maple.test" || !a.Offered[1].Unavailable) {
			t.Errorf("offers %+v", a.Offered)
		}
	}
	anybody := east()
	anybody.Contact = nil
	if got := f.Fill(raw, anybody, Submit); len(got.Complaints) != 0 {
		t.Errorf("with nobody known: %v", got.Complaints)
	}
}

func small(questions ...Question) Form {
	for i := range questions {
		if questions[i].Label == nil {
			questions[i].Label = Text{"en": "?"}
		}
	}
	return Form{Questions: questions}
}

func TestChainsOfConditionsSettle(t *testing.T) {
	f, problems := small(
		Question{Key: "a", Kind: KindYesNo},
		Question{Key: "b", Kind: KindYesNo, When: "answers.a"},
		Question{Key: "c", Kind: KindYesNo, When: "answers.b", Required: true},
		Question{Key: "d", Kind: KindText, When: "not answers.c"},
		Question{Key: "e", Kind: KindChoice, Options: []Option{{Value: "x"}, {Value: "y", When: "answers.b"}}},
		Question{Key: "n", Kind: KindNumber, Min: new(1), Max: new(9)},
		Question{Key: "day", Kind: KindDate, When: `answers.n > 3`},
	).Compile()
	if problems.Err() != nil {
		t.Fatal(problems)
	}
	raw := posted("a", "no", "b", "yes", "c", "yes", "d", "said", "e", "y", "n", "5", "day", "2026-02-30")
	got := f.Fill(raw, Offers{}, Refresh)
	if want := (Answers{"a": false, "d": "said", "n": 5}); !reflect.DeepEqual(got.Answers, want) {
		t.Errorf("got %v, want %v", got.Answers, want)
	}
	if got := f.Settle(Answers{"a": false, "b": true, "c": true, "d": "said", "z": 1}); !reflect.DeepEqual(got, Answers{"a": false, "d": "said"}) {
		t.Errorf("settles as %v", got)
	}
	submitted := f.Fill(raw, Offers{}, Submit)
	var codes []string
	for _, c := range submitted.Complaints {
		codes = append(codes, c.Key+" "+c.Code)
	}
	if want := []string{"e not_offered", "day wrong_type"}; !slices.Equal(codes, want) {
		t.Errorf("complaints %v, want %v", codes, want)
	}
	for n, code := range map[string]string{"0": CodeTooSmall, "10": CodeTooLarge, "1.5": CodeWrongType} {
		if got := f.Fill(posted("n", n), Offers{}, Submit).Complaints; len(got) != 1 || got[0].Code != code {
			t.Errorf("%s: %v", n, got)
		}
	}
}

func TestFillingInWhatWasFilledInChangesNothing(t *testing.T) {
	f := readForm(t, "report-issue")
	first := f.Fill(with("urgent", "yes", "urgent_reason", "because"), east(), Submit)
	raw := map[string][]string{}
	for _, a := range first.Asked {
		raw[a.Key] = a.Values
	}
	if second := f.Fill(raw, east(), Submit); !reflect.DeepEqual(first.Answers, second.Answers) {
		t.Errorf("%v became %v", first.Answers, second.Answers)
	}
	if settled := f.Settle(first.Answers); !reflect.DeepEqual(settled, first.Answers) {
		t.Errorf("settles as %v", settled)
	}
}

func TestAnswersAreDescribed(t *testing.T) {
	f := readForm(t, "report-issue")
	got := f.Describe(Answers{"issue_type": "No dial tone", "urgent": true, "account": "100210", "locations": []string{"x"}, "service": "Hosted Voice"}, east())
	if len(got) != 5 || got[0].Values[0].In("fr") != "Maple Foods East" || got[1].Values[0].In("en") != "x" ||
		got[3].Values[0].In("fr") != "Pas de tonalité" || got[4].Yes == nil || !*got[4].Yes {
		t.Errorf("described as %+v", got)
	}
}

func TestABrokenFormIsRefused(t *testing.T) {
	for _, test := range []struct {
		name, key, field, code string
		form                   Form
	}{
		{"a key of its own making", "A b", "key", CodeBadName, small(Question{Key: "A b", Kind: KindTick})},
		{"a key twice", "a", "key", CodeDuplicate, small(Question{Key: "a", Kind: KindTick}, Question{Key: "a", Kind: KindTick})},
		{"no label", "a", "label", CodeRequired, small(Question{Key: "a", Kind: KindTick, Label: Text{"fr": "a"}})},
		{"no such kind", "a", "kind", CodeUnknownKind, small(Question{Key: "a", Kind: "tic"})},
		{"a condition on a later question", "a", "when", CodeUnknownFact, small(Question{Key: "a", Kind: KindTick, When: "answers.b"}, Question{Key: "b", Kind: KindTick})},
		{"a condition on itself", "a", "when", CodeUnknownFact, small(Question{Key: "a", Kind: KindTick, When: "answers.a"})},
		{"a choice nobody has", "b", "when", CodeUnknownChoice, small(Question{Key: "a", Kind: KindChoice, Options: plainOptions("x")}, Question{Key: "b", Kind: KindTick, When: `answers.a == "y"`})},
		{"a condition on files", "b", "when", CodeUnknownFact, small(Question{Key: "a", Kind: KindFiles}, Question{Key: "b", Kind: KindTick, When: `answered(answers.a)`})},
		{"nothing to choose from", "a", "options", CodeNoOptions, small(Question{Key: "a", Kind: KindChoice})},
		{"the same choice twice", "a", "options", CodeDuplicate, small(Question{Key: "a", Kind: KindChoice, Options: plainOptions("x", "x")})},
		{"choices of a text", "a", "options", CodeNotAllowed, small(Question{Key: "a", Kind: KindText, Options: plainOptions("x")})},
		{"no such source", "a", "source", CodeUnknownSource, small(Question{Key: "a", Kind: KindChoice, Source: "service"})},
		{"a source of a text", "a", "source", CodeUnknownSource, small(Question{Key: "a", Kind: KindText, Source: FromServices})},
		{"except for a later question", "a", "except", CodeUnknownQuestion, small(Question{Key: "a", Kind: KindChoice, Source: FromServices, Except: "b"})},
		{"a range the wrong way", "a", "min", CodeRange, small(Question{Key: "a", Kind: KindNumber, Min: new(2), Max: new(1)})},
		{"a mapping to nothing", "", "case.service", CodeUnknownQuestion, Form{Case: Mapping{Service: "x"}}},
		{"a short description of nothing", "", "case.short_description", CodeUnknownQuestion, Form{Case: Mapping{ShortDescription: Text{"en": "{x}"}}}},
	} {
		c, problems := test.form.Compile()
		if c != nil || len(problems) == 0 {
			t.Errorf("%s: compiles", test.name)
			continue
		}
		if p := problems[0]; p.Rule != test.key || p.Field != test.field || p.Code != test.code {
			t.Errorf("%s: %+v", test.name, p)
		}
	}
}

func TestFormsSurviveBeingStored(t *testing.T) {
	f := readForm(t, "report-issue").Form
	data, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	var back Form
	if err := json.Unmarshal(data, &back); err != nil || !reflect.DeepEqual(f, back) {
		t.Errorf("came back different: %v", err)
	}
}

func FuzzFill(f *testing.F) {
	form := readForm(f, "report-issue")
	f.Add("account", "100210", "service", "SD-WAN")
	f.Add("urgent", "yes", "urgent_reason", "\x00")
	f.Add("urgent", "\x00", "all_locations", "")
	f.Add("description", "\xff\r\n", "all_locations", "no")
	f.Fuzz(func(t *testing.T, k1, v1, k2, v2 string) {
		raw := with(k1, v1, k2, v2)
		for _, mode := range []Mode{Refresh, Submit} {
			got := form.Fill(raw, east(), mode)
			if settled := form.Settle(got.Answers); !reflect.DeepEqual(settled, got.Answers) {
				t.Errorf("answers that do not apply: %v, settled %v", got.Answers, settled)
			}
		}
	})
}
