package demo

import (
	"embed"
	"encoding/json"
	"fmt"

	"portico/db"
	"portico/rules"
)

// families group the services by their types of issue. A value is its English label.
var families = []db.Family{
	{Key: "voice", Name: text("Voice", "Voix"), IssueTypes: options(
		"No dial tone", "Pas de tonalité",
		"Cannot make calls", "Impossible d’appeler",
		"Cannot receive calls", "Impossible de recevoir des appels",
		"Poor call quality", "Mauvaise qualité des appels",
		"Calls drop", "Appels coupés",
		"Other", "Autre",
	)},
	{Key: "data", Name: text("Data", "Données"), IssueTypes: options(
		"No connection", "Pas de connexion",
		"Slow connection", "Connexion lente",
		"Packet loss", "Perte de paquets",
		"Cannot reach a site", "Site inaccessible",
		"Other", "Autre",
	)},
	{Key: "security", Name: text("Security", "Sécurité"), IssueTypes: options(
		"Traffic blocked", "Trafic bloqué",
		"Suspicious activity", "Activité suspecte",
		"Other", "Autre",
	)},
}

// options pairs English labels, which are the values too, with French ones.
func options(pairs ...string) []rules.Option {
	var list []rules.Option
	for i := 0; i+1 < len(pairs); i += 2 {
		list = append(list, rules.Option{Value: pairs[i], Label: text(pairs[i], pairs[i+1])})
	}
	return list
}

var services = []db.Service{
	{Value: "911 service", Family: "voice", Name: text("911 service", "Service 911")},
	{Value: "Hosted Voice", Family: "voice", Name: text("Hosted Voice", "Voix hébergée")},
	{Value: "SIP Trunking", Family: "voice", Name: text("SIP Trunking", "Liaison SIP")},
	{Value: "Fibre Internet", Family: "data", Name: text("Fibre Internet", "Internet par fibre")},
	{Value: "Cable Internet", Family: "data", Name: text("Cable Internet", "Internet par câble"), State: db.Degraded},
	{Value: "SD-WAN", Family: "data", Name: text("SD-WAN", "SD-WAN")},
	{Value: "Co-Managed VPN", Family: "data", Name: text("Co-Managed VPN", "RPV cogéré")},
	{Value: "Managed Firewall", Family: "security", Name: text("Managed Firewall", "Pare-feu géré")},
}

var categories = []db.Category{
	{Key: "technical-support", Name: text("Technical Support", "Soutien technique"),
		Purpose: text("Changes to your services: users, hunt groups, bandwidth, routing.",
			"Des changements à vos services : utilisateurs, groupes de recherche, bande passante, routage.")},
	{Key: "customer-service", Name: text("Customer Service", "Service à la clientèle"),
		Purpose: text("Invoices, payments, contracts.", "Factures, paiements, contrats.")},
}

var items = []db.Item{
	{Key: "report-issue", Type: "Issue", TypeName: text("Issue", "Problème"),
		Name:    text("Report an Issue", "Signaler un problème"),
		Purpose: text("Something does not work as it should.", "Quelque chose ne fonctionne pas comme prévu."),
		Submit:  text("Submit issue", "Envoyer le problème")},
	{Key: "technical-change-request", Category: "technical-support", Type: "Change Request",
		TypeName: text("Change Request", "Demande de modification"),
		Name:     text("Technical Change Request", "Demande de modification technique"),
		Purpose:  text("Have a service changed.", "Faire modifier un service."),
		Submit:   text("Submit change request", "Envoyer la demande de modification")},
	{Key: "billing-inquiry", Category: "customer-service", Type: "Billing Inquiry",
		TypeName: text("Billing Inquiry", "Question de facturation"),
		Name:     text("Billing Inquiry", "Question de facturation"),
		Purpose:  text("Ask about an invoice, a payment or your contract.", "Posez une question sur une facture, un paiement ou votre contrat."),
		Submit:   text("Submit inquiry", "Envoyer la demande")},
}

//go:embed forms/*.json rules.yaml
var published embed.FS

// form is the first version of an item's form.
func form(item string) (rules.Form, error) {
	var f rules.Form
	data, err := published.ReadFile("forms/" + item + ".json")
	if err == nil {
		err = json.Unmarshal(data, &f)
	}
	if err != nil {
		return f, fmt.Errorf("form of %s: %w", item, err)
	}
	return f, nil
}

// RuleSet is the source of the first rule set.
func RuleSet() (string, error) {
	data, err := published.ReadFile("rules.yaml")
	if err != nil {
		return "", fmt.Errorf("first rule set: %w", err)
	}
	return string(data), nil
}
