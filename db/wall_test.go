package db_test

import (
	"context"
	"testing"

	"portico/db"
	"portico/db/dbtest"
)

func TestWallStands(t *testing.T) {
	urls := dbtest.Fresh(t)
	for name, test := range map[string]struct {
		address string
		want    bool
	}{"for the program": {urls.Program, true}, "not for the owner": {urls.Owner, false}} {
		t.Run(name, func(t *testing.T) {
			if stands, err := dbtest.Open(t, test.address).WallStands(context.Background()); err != nil || stands != test.want {
				t.Errorf("%v, %v", stands, err)
			}
		})
	}
}

var _ = db.Wall{}
