package db_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"portico/db"
	"portico/db/dbtest"
)

// TestFollowsBehindTheWall: nobody follows in somebody else's name or what they don't see, links lead only to what is seen, and
// what somebody follows is listed within their scope.
func TestFollowsBehindTheWall(t *testing.T) {
	w := newCaseWorld(t)
	first, second, theirs := w.open("ann", "east"), w.open("bob", "east"), w.open("eve", "harbour")
	d := dbtest.Walled(t, w.DB)
	own := w.own("ann", "east")
	ann := db.Behind(t.Context(), db.Wall{Cases: own, Person: w.ids["ann"]})
	east := db.Behind(t.Context(), db.Wall{Cases: w.branch("east"), Person: w.ids["bob"]})
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	follow := func(ctx context.Context, who string, n db.Number) error {
		_, err := d.FollowCase(ctx, w.ids[who], n, true, w.at)
		return err
	}
	must(follow(ann, "ann", first.ID))
	must(follow(east, "bob", first.ID))
	for name, err := range map[string]error{
		"a case out of sight":   follow(ann, "ann", theirs.ID),
		"for somebody else":     follow(east, "ann", second.ID),
		"linked out of sight":   d.LinkCases(ann, first.ID, theirs.ID, w.at),
		"linked from elsewhere": d.LinkCases(ann, theirs.ID, first.ID, w.at),
	} {
		if !refused(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if changed, err := d.FollowCase(east, w.ids["ann"], first.ID, false, w.at); err != nil || changed {
		t.Errorf("somebody else is made to follow no more: %v, %v", changed, err)
	}
	must(d.LinkCases(east, second.ID, first.ID, w.at))
	for who, want := range map[string]string{"ann": "true []", "bob": fmt.Sprintf("true [{%s No dial tone new true}]", second.ID)} {
		ctx, in := ann, own
		if who == "bob" {
			ctx, in = east, w.branch("east")
		}
		ties, err := d.CaseTies(ctx, in, first.ID, w.ids[who])
		if got := fmt.Sprint(ties.Following, " ", ties.Linked); err != nil || got != want {
			t.Errorf("%s reads %s, %v; want %s", who, got, err, want)
		}
	}
	// The other wall alone: links out of scope are not told where the database would show them.
	ties, err := w.CaseTies(db.AsSystem(t.Context(), "test"), own, first.ID, w.ids["ann"])
	if err != nil || len(ties.Linked) > 0 {
		t.Errorf("%v, %v", ties, err)
	}
	list, err := d.FollowedCases(east, w.branch("east"), w.ids["bob"], 0, 10)
	if err != nil || len(list) != 1 || list[0].ID != first.ID {
		t.Errorf("%v, %v", list, err)
	}
	if list, err := d.FollowedCases(east, w.branch("west"), w.ids["bob"], 0, 10); err != nil || len(list) > 0 {
		t.Errorf("out of scope: %v, %v", list, err)
	}
	w.say(first, db.Comment, false, "we look into it")
	w.say(second, db.Comment, false, "and into this")
	w.say(second, db.Note, true, "between us")
	said, err := w.SaidBy(db.AsSystem(t.Context(), "test"), w.branch("east"), w.ids["agent"], 0, 1)
	if err != nil || len(said) != 1 || said[0].Body != "and into this" {
		t.Fatalf("%v, %v", said, err)
	}
	if said, err = w.SaidBy(db.AsSystem(t.Context(), "test"), w.branch("east"), w.ids["agent"], said[0].EventID, 5); err != nil || len(said) != 1 || said[0].CaseID != first.ID {
		t.Errorf("%v, %v", said, err)
	}
	if _, err := d.FindCase(ann, own, second.ID); !errors.Is(err, db.ErrNotFound) {
		t.Error(err)
	}
}
