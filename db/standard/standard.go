// Package standard has what the program brings along for a new portal, to be taken or left: items that most providers offer,
// with their categories and forms, and public holidays.
package standard

import (
	"embed"
	"encoding/json"
	"fmt"

	"portico/db"
	"portico/rules"
)

// text is what people read, in both languages.
func text(en, fr string) rules.Text { return rules.Text{"en": en, "fr": fr} }

// Categories are those that the items stand in, in their order.
var Categories = []db.Category{
	{Key: "technical-support", Name: text("Technical Support", "Soutien technique"),
		Purpose: text("Changes to your services: users, hunt groups, bandwidth, routing.",
			"Des changements à vos services : utilisateurs, groupes de recherche, bande passante, routage.")},
	{Key: "customer-service", Name: text("Customer Service", "Service à la clientèle"),
		Purpose: text("Invoices, payments, contracts.", "Factures, paiements, contrats.")},
}

// Items are what can be asked for, in their order. Each has a form, see Form.
var Items = []db.Item{
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

//go:embed forms/*.json
var forms embed.FS

// Form is the first version of an item's form.
func Form(item string) (rules.Form, error) {
	var f rules.Form
	data, err := forms.ReadFile("forms/" + item + ".json")
	if err == nil {
		err = json.Unmarshal(data, &f)
	}
	if err != nil {
		return f, fmt.Errorf("form of %s: %w", item, err)
	}
	return f, nil
}
