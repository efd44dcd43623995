package demo

import (
	"portico/db"
	"portico/rules"
)

// text is what people read, in both languages.
func text(en, fr string) rules.Text { return rules.Text{"en": en, "fr": fr} }

// account is a customer company or a part of one, with what is installed where.
type account struct {
	name, number, parent, tier, zone string
	see                              string // whose cases contacts see; empty: their own
	sites                            []site
}

type site struct {
	name     string
	products []string
}

// accounts stand with parents before their children.
var accounts = []account{
	{"Maple Foods", "100200", "", "gold", "America/Toronto", "", []site{
		{"Head Office Montréal", []string{"911 service", "Hosted Voice", "Fibre Internet", "SD-WAN", "Managed Firewall"}},
	}},
	{"Maple Foods East", "100210", "Maple Foods", "gold", "America/Moncton", "", []site{
		{"Moncton Office", []string{"911 service", "Hosted Voice", "SIP Trunking", "Fibre Internet", "SD-WAN", "Managed Firewall"}},
		{"Dartmouth Warehouse", []string{"Hosted Voice", "Cable Internet", "Co-Managed VPN"}},
	}},
	{"Maple Foods Halifax Plant", "100211", "Maple Foods East", "gold", "America/Halifax", "", []site{
		{"Halifax Plant 1", []string{"911 service", "Hosted Voice", "SD-WAN"}},
		{"Halifax Plant 2", []string{"Cable Internet", "Co-Managed VPN"}},
	}},
	{"Maple Foods West", "100220", "Maple Foods", "standard", "America/Edmonton", "", []site{
		{"Calgary Distribution Centre", []string{"911 service", "Hosted Voice", "Fibre Internet"}},
		{"Vancouver Cold Store", []string{"SIP Trunking", "SD-WAN"}},
	}},
	{"Harbour Clinics", "200300", "", "standard", "America/St_Johns", "", []site{
		{"St. John's Clinic", []string{"911 service", "Hosted Voice", "Cable Internet"}},
		{"Corner Brook Clinic", []string{"Co-Managed VPN"}},
	}},
	{"Harbour Clinics North", "200310", "Harbour Clinics", "standard", "America/Goose_Bay", db.SeeAccount, []site{
		{"Goose Bay Clinic", []string{"911 service", "Hosted Voice", "Fibre Internet"}},
	}},
}

// registrationCodes are those of accounts that people may sign up at, by client number.
var registrationCodes = map[string]string{"100210": "M4PQE-EA3T7-9KRWC"}

// Password is what all of the demo's people sign in with.
const Password = "portico-demo"

// SignIn is one of the demo's people.
type SignIn struct {
	Email       string
	First, Last string
	Home        string // an account's name; empty for staff
	Phone       string
	Language    string
	Grants      []Given
}

// Given is a grant in words: a contact's names an account, an agent's or a team lead's a queue.
type Given struct {
	Role  db.Role
	At    string
	Reach db.Reach
	Queue string
}

// SignIns lists everybody who can sign in, customers first.
var SignIns = []SignIn{
	contact("customer@maple.test", "Chris", "Doucet", "Maple Foods East", "+1 506 555 0142", "en"),
	contact("colleague@maple.test", "Amélie", "LeBlanc", "Maple Foods East", "+1 506 555 0147", "fr"),
	contact("plant@maple.test", "Morgan", "Fraser", "Maple Foods Halifax Plant", "+1 902 555 0118", "en"),
	contact("west@maple.test", "Priya", "Sandhu", "Maple Foods West", "+1 403 555 0173", "en"),
	contact("manager@maple.test", "Dana", "Whitaker", "Maple Foods East", "+1 506 555 0140", "en",
		Given{Role: db.CaseManager, At: "Maple Foods East", Reach: db.AndBelow}),
	contact("admin@maple.test", "Helen", "Castonguay", "Maple Foods", "+1 514 555 0100", "en",
		Given{Role: db.CustomerAdministrator, At: "Maple Foods", Reach: db.AndBelow}),
	contact("site-admin@maple.test", "Luc", "Arsenault", "Maple Foods East", "+1 506 555 0151", "en",
		Given{Role: db.CustomerAdministrator, At: "Maple Foods East", Reach: db.ThisAccount}),
	contact("reports@maple.test", "Oliver", "Nguyen", "Maple Foods", "", "en",
		Given{Role: db.Reports, At: "Maple Foods", Reach: db.AndBelow}),
	contact("customer@harbour.test", "Nora", "Penney", "Harbour Clinics", "+1 709 555 0126", "en"),
	contact("manager@harbour.test", "Frank", "Mercer", "Harbour Clinics", "+1 709 555 0120", "en",
		Given{Role: db.CaseManager, At: "Harbour Clinics", Reach: db.AndBelow}),
	staff("agent@boreal.test", "Sam", "Okafor", of(db.Agent, "Voice", "Data & Network", "Service Desk")...),
	staff("agent2@boreal.test", "Jade", "Bouchard", of(db.Agent, "Change Desk", "Billing", "Security")...),
	staff("lead@boreal.test", "Robin", "MacLeod", of(db.TeamLead, queues...)...),
	staff("platform@boreal.test", "Alex", "Kowalczyk", Given{Role: db.PlatformAdministrator}),
}

// contact is a customer at the home account, who may be more elsewhere.
func contact(email, first, last, home, phone, language string, more ...Given) SignIn {
	return SignIn{
		Email: email, First: first, Last: last, Home: home, Phone: phone, Language: language,
		Grants: append([]Given{{Role: db.Customer, At: home, Reach: db.ThisAccount}}, more...),
	}
}

func staff(email, first, last string, grants ...Given) SignIn {
	return SignIn{Email: email, First: first, Last: last, Language: "en", Grants: grants}
}

func of(role db.Role, queues ...string) []Given {
	var grants []Given
	for _, q := range queues {
		grants = append(grants, Given{Role: role, Queue: q})
	}
	return grants
}

// queues stand in the order of the rail; the last is for what fits nowhere else.
var queues = []string{"Voice", "Data & Network", "Security", "Change Desk", "Billing", "Service Desk"}
