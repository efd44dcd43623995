package desk_test

import (
	"errors"
	"fmt"
	"testing"

	"portico/db"
	"portico/handlers/desk"
	"portico/handlers/handlertest"

	"github.com/google/uuid"
)

// An administrator can't ask through who is known here: each try counts, whether the address can be used or not.
func TestAddressesAreTriedSoOftenAnHour(t *testing.T) {
	site := handlertest.New(t)
	admin := site.Actor("admin@maple.test")
	in := desk.ContactForm{FirstName: "No", LastName: "Body", Email: "customer@harbour.test", Account: "100200", Language: "en"}
	tries := 0
	for ; tries < 1000; tries++ {
		_, err := site.Desk.CreateContact(t.Context(), admin, uuid.New(), in)
		var invalid desk.Invalid
		if errors.As(err, &invalid) {
			continue
		}
		if !errors.As(err, new(desk.Throttled)) {
			t.Fatalf("try %d: %v", tries, err)
		}
		break
	}
	if tries == 0 || tries == 1000 {
		t.Fatalf("%d tries", tries)
	}
	in.Email = fmt.Sprintf("nobody-%d@maple.test", tries)
	if _, err := site.Desk.CreateContact(t.Context(), admin, uuid.New(), in); !errors.As(err, new(desk.Throttled)) {
		t.Errorf("an address that nobody has is tried on: %v", err)
	}
	if _, err := site.DB.PersonByEmail(t.Context(), in.Email); !errors.Is(err, db.ErrNotFound) {
		t.Errorf("and is taken: %v", err)
	}
	id := site.Actor("colleague@maple.test").Person.ID
	them, _, err := site.Desk.Contact(t.Context(), admin, id)
	if err != nil {
		t.Fatal(err)
	}
	form := desk.FormOf(them)
	form.Email = "customer@harbour.test"
	if err := site.Desk.SaveContact(t.Context(), admin, id, them.Person.Revision, form); !errors.As(err, new(desk.Throttled)) {
		t.Errorf("by a contact who is there: %v", err)
	}
	form.Email, form.Phone = them.Person.Email, "+1 902 555 0101"
	if err := site.Desk.SaveContact(t.Context(), admin, id, them.Person.Revision, form); err != nil {
		t.Errorf("what has nothing to do with it: %v", err)
	}
}
