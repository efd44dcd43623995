package policy

import (
	_ "embed"
	"fmt"
	"slices"

	"portico/db"

	"github.com/casbin/casbin/v2"
	"github.com/casbin/casbin/v2/model"
	"github.com/casbin/casbin/v2/persist"
	stringadapter "github.com/casbin/casbin/v2/persist/string-adapter"
)

//go:embed model.conf
var modelText string

//go:embed first.csv
var firstText string

// First is the first policy, as lines to judge by where there is no database.
func First() persist.Adapter { return stringadapter.NewAdapter(firstText) }

// Establish stores the first policy where none is stored yet: part of setting up a database.
func Establish(lines persist.Adapter) error {
	m, err := newModel()
	if err != nil {
		return err
	}
	if err := lines.LoadPolicy(m); err != nil {
		return fmt.Errorf("policy: load: %w", err)
	}
	if len(m["p"]["p"].Policy) > 0 {
		return nil
	}
	if err := First().LoadPolicy(m); err != nil {
		return fmt.Errorf("policy: load the first: %w", err)
	}
	if err := lines.SavePolicy(m); err != nil {
		return fmt.Errorf("policy: store the first: %w", err)
	}
	return nil
}

func newModel() (model.Model, error) {
	m, err := model.NewModelFromString(modelText)
	if err != nil {
		return nil, fmt.Errorf("policy: model: %w", err)
	}
	return m, nil
}

// matrix is the whole policy: how far each role may go with each action. It is never changed once made.
type matrix map[cell][]Reach

type cell struct {
	role   db.Role
	action Action
}

// ask has casbin decide every cell once.
func ask(e *casbin.SyncedEnforcer) (matrix, error) {
	m := matrix{}
	for _, role := range db.Roles {
		for _, action := range Actions {
			for _, reach := range slices.Backward(Reaches) { // the widest first: it answers most
				yes, err := e.Enforce(string(role), string(action), string(reach))
				if err != nil {
					return nil, fmt.Errorf("policy: ask for %s, %s, %s: %w", role, action, reach, err)
				}
				if yes {
					m[cell{role, action}] = append(m[cell{role, action}], reach)
				}
			}
		}
	}
	return m, nil
}
