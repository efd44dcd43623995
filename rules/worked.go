package rules

// WorkedCondition is a condition with what it reads over some facts, to learn the language from. What it is for stands in
// the catalogues, by its key; that it reads as it says here a test holds.
type WorkedCondition struct {
	Key  string
	When string
	Over []WorkedCase
}

// WorkedCase are facts, and whether the condition holds over them. A fact without a value is missing.
type WorkedCase struct {
	Given []Used
	Holds bool
}

func given(holds bool, pairs ...any) WorkedCase {
	c := WorkedCase{Holds: holds}
	for i := 0; i+1 < len(pairs); i += 2 {
		path, _ := pairs[i].(string)
		c.Given = append(c.Given, Used{Fact: path, Value: pairs[i+1]})
	}
	return c
}

// Worked are twenty conditions over the questions that a portal begins with, from the plainest on.
var Worked = []WorkedCondition{
	{"tick", `answers.urgent`, []WorkedCase{
		given(true, "answers.urgent", true), given(false, "answers.urgent", false), given(false, "answers.urgent", nil)}},
	{"not", `not answers.intermittent`, []WorkedCase{
		given(true, "answers.intermittent", false), given(false, "answers.intermittent", true), given(true, "answers.intermittent", nil)}},
	{"both", `answers.urgent and answers.all_locations`, []WorkedCase{
		given(true, "answers.urgent", true, "answers.all_locations", true), given(false, "answers.urgent", true, "answers.all_locations", nil)}},
	{"brackets", `answers.urgent and (answers.all_locations or answers.intermittent)`, []WorkedCase{
		given(true, "answers.urgent", true, "answers.all_locations", nil, "answers.intermittent", true),
		given(false, "answers.urgent", false, "answers.all_locations", true, "answers.intermittent", true)}},
	{"is", `answers.issue_type == "No dial tone"`, []WorkedCase{
		given(true, "answers.issue_type", "No dial tone"), given(false, "answers.issue_type", "Other"), given(false, "answers.issue_type", nil)}},
	{"is-not", `answers.issue_type != "Other"`, []WorkedCase{
		given(true, "answers.issue_type", "Packet loss"), given(false, "answers.issue_type", "Other"), given(true, "answers.issue_type", nil)}},
	{"answered", `answered(answers.issue_type) and answers.issue_type != "Other"`, []WorkedCase{
		given(true, "answers.issue_type", "Packet loss"), given(false, "answers.issue_type", nil)}},
	{"one-of", `answers.issue_type in ["No dial tone", "Cannot make calls"]`, []WorkedCase{
		given(true, "answers.issue_type", "Cannot make calls"), given(false, "answers.issue_type", "Calls drop"), given(false, "answers.issue_type", nil)}},
	{"service", `"911 service" in services`, []WorkedCase{
		given(true, "services", []string{"Managed Firewall", "911 service"}), given(false, "services", []string{"Managed Firewall"}), given(false, "services", []string{})}},
	{"family", `item == "report-issue" and "voice" in families`, []WorkedCase{
		given(true, "item", "report-issue", "families", []string{"data", "voice"}), given(false, "item", "technical-change-request", "families", []string{"voice"})}},
	{"without", `"911 service" not in services`, []WorkedCase{
		given(true, "services", []string{"SD-WAN"}), given(true, "services", []string{}), given(false, "services", []string{"911 service"})}},
	{"count", `len(answers.locations) >= 2`, []WorkedCase{
		given(true, "answers.locations", []string{"Moncton Office", "Dartmouth Warehouse"}), given(false, "answers.locations", []string{"Moncton Office"}), given(false, "answers.locations", nil)}},
	{"sum", `len(answers.locations) + len(answers.additional_services) > 3`, []WorkedCase{
		given(true, "answers.locations", []string{"Moncton Office", "Dartmouth Warehouse"}, "answers.additional_services", []string{"SD-WAN", "Hosted Voice"}),
		given(false, "answers.locations", []string{"Moncton Office", "Dartmouth Warehouse"}, "answers.additional_services", nil)}},
	{"words", `lower(answers.description) contains "smoke"`, []WorkedCase{
		given(true, "answers.description", "Smoke comes out of the cabinet."), given(false, "answers.description", "It is slow."), given(false, "answers.description", nil)}},
	{"pattern", `answers.description matches "(?i)ticket [0-9]+"`, []WorkedCase{
		given(true, "answers.description", "Again, as in Ticket 4711."), given(false, "answers.description", "The ticket machine is down.")}},
	{"night", `account.tier == "gold" and not now.business_hours`, []WorkedCase{
		given(true, "account.tier", "gold", "now.business_hours", false), given(false, "account.tier", "gold", "now.business_hours", true),
		given(true, "account.tier", "gold", "now.business_hours", nil)}},
	{"hours", `now.hour >= 18 or now.hour < 8`, []WorkedCase{
		given(true, "now.hour", 22), given(true, "now.hour", 7), given(false, "now.hour", 8), given(false, "now.hour", nil)}},
	{"weekend", `now.weekday in ["Saturday", "Sunday"]`, []WorkedCase{
		given(true, "now.weekday", "Sunday"), given(false, "now.weekday", "Monday")}},
	{"below", `"Maple Foods" in account.path`, []WorkedCase{
		given(true, "account.path", []string{"Maple Foods", "Maple Foods East"}), given(false, "account.path", []string{"Harbour Clinics"}), given(false, "account.path", nil)}},
	{"who", `contact.language == "fr" and "case-manager" in contact.roles`, []WorkedCase{
		given(true, "contact.language", "fr", "contact.roles", []string{"customer", "case-manager"}),
		given(false, "contact.language", "fr", "contact.roles", []string{"customer"}), given(false, "contact.language", nil, "contact.roles", nil)}},
}
