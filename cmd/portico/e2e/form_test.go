package e2e

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// follow lets the form follow the answers: by itself, or without scripts by its button.
func (b *tab) follow() {
	b.t.Helper()
	if b.plain {
		b.turn("Update the form")
	}
}

// answer answers a question by one of its choices, however those are shown.
func (b *tab) answer(question, choice string) {
	b.t.Helper()
	b.until("to be asked: "+question, `[...document.querySelectorAll("legend, label")].some(e => e.innerText.trim().startsWith(`+quote(question)+`))`)
	if tell[bool](b, string(labelled(question))+"?.tagName == 'SELECT'") {
		b.pick(question, choice)
	} else {
		b.choose(question, choice)
	}
	b.follow()
}

const (
	everywhere = "Is the issue impacting all locations?"
	where      = "Choose the locations impacted"
	service    = "What service is impacted?"
	kind       = "Which one of these best describes the type of issue"
	comesGoes  = "Is the issue intermittent?"
	describe   = "Problem description or comment"
	whyUrgent  = "Tell us why it is urgent"
)

// report reports an urgent issue at all locations, and gives the number of the case.
func (b *tab) report(description, file string) string {
	b.t.Helper()
	b.visit("/items/report-issue")
	b.answer(everywhere, "Yes")
	b.answer(service, "Hosted Voice")
	b.answer(kind, "No dial tone")
	b.answer(comesGoes, "No")
	b.choose("Urgent issue")
	b.follow()
	b.write(describe, description)
	b.see("label", whyUrgent)
	b.write(whyUrgent, "The whole company is silent")
	if file != "" {
		b.attach(`#form input[type="file"]`, file)
		if !b.plain {
			b.until("the file to be up", `document.querySelector('.upload-file input[type="hidden"]')`)
		}
	}
	return b.submit("Submit issue")
}

var caseAddress = regexp.MustCompile(`^/cases/(CS\d{7})$`)

// submit sends the form, and gives the number of the case that it opens.
func (b *tab) submit(button string) string {
	b.t.Helper()
	b.press(button)
	b.until("the case to be open", `/^\/cases\/CS\d{7}$/.test(location.pathname) && document.querySelector("#opened")`)
	return caseAddress.FindStringSubmatch(b.path())[1]
}

// fileToSend is a small text to attach.
func fileToSend(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "trace.txt")
	if err := os.WriteFile(path, []byte("08:02 no dial tone\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestFormFollowsTheAnswers(t *testing.T) {
	b := open(t, desktop)
	b.signIn(manager)
	b.visit("/items/report-issue")

	b.answer("Select account", "Maple Foods East")
	b.answer(everywhere, "No")
	b.see("fieldset", "Dartmouth Warehouse")
	b.choose(where, "Dartmouth Warehouse")
	b.answer("Select account", "Maple Foods Halifax Plant")
	b.see("fieldset", "Halifax Plant 2")
	if b.says("Dartmouth Warehouse") {
		t.Error("locations of another account are offered")
	}
	b.see(".checklist li:not([data-done])", where)
	b.answer(everywhere, "Yes")
	b.gone("#question-locations")
	b.see(".checklist li[data-done]", everywhere)

	b.answer(service, "SD-WAN")
	b.see("fieldset, select", "Packet loss")
	b.answer(service, "Hosted Voice")
	b.see("fieldset, select", "No dial tone")

	b.do("jump to what is missing", chromedpClick(`.checklist a[href="#q-description"]`))
	b.until("the field to have the focus", `document.activeElement.id == "q-description"`)

	b.press("Submit issue")
	b.until("the errors to have the focus", `document.activeElement.id == "form-errors"`)
	b.see(".complaint", "")
	if !tell[bool](b, `document.querySelector("#q-description").ariaInvalid == "true"`) {
		t.Error("the field that is missing isn't marked")
	}
}

// A phone, in French.
func TestFormInFrench(t *testing.T) {
	b := open(t, phone)
	b.signIn("colleague@maple.test")
	b.visit("/items/report-issue")
	b.answer("Le problème touche-t-il tous les emplacements", "Non")
	b.choose("Choisissez les emplacements touchés", "Dartmouth Warehouse")
	b.answer("Quel service est touché", "Internet par câble")
	b.answer("Lequel de ces énoncés décrit le mieux votre problème", "Pas de connexion")
	b.answer("Le problème est-il intermittent", "Oui")
	b.write("Description du problème", "Rien ne passe depuis ce matin.")
	if wide := tell[string](b, tooWide); wide != "" {
		t.Errorf("it scrolls sideways, for %s", wide)
	}
	number := b.submit("Envoyer le problème")
	b.see("#opened", number)
	b.see("#opened", "4 - ")
	b.see("#opened", "Vous nous avez indiqué que le problème va et vient")
}

// By the keyboard alone, from the sign-in page to the case.
func TestFormByKeyboard(t *testing.T) {
	b := open(t, desktop)
	b.signIn(customer)
	b.visit("/items/report-issue")

	b.tabTo(`#main`, "a.skip")
	b.key("\r")
	b.until("to be past the menu", `location.hash == "#main"`)
	b.tabTo("the yes of all locations", `input[name="all_locations"]`)
	b.key(" ")
	b.until("yes to be chosen", `document.querySelector('[name="all_locations"]:checked')`)
	b.tabTo("the services", `[name="service"]`)
	b.choiceByKeys("service", "Hosted Voice")
	b.until("the types of issue of voice", `document.querySelector('[name="issue_type"][value="No dial tone"], [name="issue_type"] [value="No dial tone"]')`)
	b.tabTo("the types of issue", `[name="issue_type"]`)
	b.choiceByKeys("issue_type", "No dial tone")
	b.tabTo("intermittent", `input[name="intermittent"]`)
	b.key(" ")
	b.tabTo("the description", `#q-description`)
	b.key("All phones are dead.")
	b.until("nothing to be left", `document.querySelector(".checklist-all") || (document.activeElement.dispatchEvent(new Event("change", {bubbles: true})), false)`)
	b.tabTo("the button", `#form-submit`)
	b.key("\r")
	b.until("the case to be open", `/^\/cases\/CS\d{7}$/.test(location.pathname) && document.querySelector("#opened")`)
}
