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

// ask has casbin decide, once, all that some line speaks of. What no line speaks of isn't allowed: a test holds that.
func ask(e *casbin.SyncedEnforcer) (matrix, error) {
	lines, err := e.GetPolicy()
	if err != nil {
		return nil, fmt.Errorf("policy: read the lines: %w", err)
	}
	m := matrix{}
	for _, line := range lines {
		role, action, reach := db.Role(line[0]), Action(line[1]), Reach(line[2])
		of := cell{role, action}
		if !slices.Contains(Actions, action) || !slices.Contains(Reaches, reach) || slices.Contains(m[of], reach) {
			continue // another version may know what it means; or it stands there twice
		}
		yes, err := e.Enforce(line[0], line[1], line[2])
		if err != nil {
			return nil, fmt.Errorf("policy: ask for %s, %s, %s: %w", role, action, reach, err)
		}
		if yes {
			m[of] = append(m[of], reach)
		}
	}
	for _, reaches := range m {
		slices.SortFunc(reaches, func(a, b Reach) int { // the widest first: it answers most
			return slices.Index(Reaches, b) - slices.Index(Reaches, a)
		})
	}
	return m, nil
}

// Roles lists the roles that there are and those that only the policy speaks of, in the order of the matrix.
func (j *Judge) Roles() []db.Role {
	var more []db.Role
	for of := range *j.matrix.Load() {
		if !slices.Contains(db.Roles, of.role) && !slices.Contains(more, of.role) {
			more = append(more, of.role)
		}
	}
	slices.Sort(more)
	return append(slices.Clone(db.Roles), more...)
}

// Reaches tells how far the policy lets a role go with an action, the widest first; not at all where there are none.
func (j *Judge) Reaches(role db.Role, may Action) []Reach {
	return slices.Clone((*j.matrix.Load())[cell{role, may}])
}
