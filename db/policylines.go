package db

import (
	"context"
	"fmt"
	"time"

	"github.com/casbin/casbin/v2/model"
	"github.com/casbin/casbin/v2/persist"
	"github.com/uptrace/bun"
)

// PolicyLine is one line of the policy, as casbin knows it: "p, agent, comment, queues".
type PolicyLine struct {
	bun.BaseModel `bun:"table:policy_lines,alias:line"`

	ID    int64 `bun:",pk,autoincrement"`
	Ptype string
	V0    string // unused values are empty, and none stands before a used one
	V1    string
	V2    string
	V3    string
	V4    string
	V5    string
}

func newPolicyLine(ptype string, rule []string) (PolicyLine, error) {
	l := PolicyLine{Ptype: ptype}
	values := []*string{&l.V0, &l.V1, &l.V2, &l.V3, &l.V4, &l.V5}
	if len(rule) > len(values) {
		return l, fmt.Errorf("policy line %q: more than %d values", rule, len(values))
	}
	for i, v := range rule {
		*values[i] = v
	}
	return l, nil
}

// words is the line as casbin reads it.
func (l PolicyLine) words() []string {
	words := []string{l.Ptype, l.V0, l.V1, l.V2, l.V3, l.V4, l.V5}
	for len(words) > 1 && words[len(words)-1] == "" {
		words = words[:len(words)-1]
	}
	return words
}

// policyWait bounds each use of the lines: casbin passes no context on.
const policyWait = 10 * time.Second

// PolicyLines keeps casbin's policy in the database. Each change is one transaction, which tells every running copy of
// it by PolicyChanged.
type PolicyLines struct{ db *DB }

var _ persist.BatchAdapter = PolicyLines{}

// PolicyLines is where casbin finds the policy.
func (d *DB) PolicyLines() PolicyLines { return PolicyLines{d} }

// LoadPolicy reads all lines into casbin's model.
func (p PolicyLines) LoadPolicy(m model.Model) error {
	ctx, cancel := context.WithTimeout(context.Background(), policyWait)
	defer cancel()
	var lines []PolicyLine
	if err := p.db.bun.NewSelect().Model(&lines).Order("id").Scan(ctx); err != nil {
		return fmt.Errorf("read policy lines: %w", err)
	}
	for _, l := range lines {
		if err := persist.LoadPolicyArray(l.words(), m); err != nil {
			return fmt.Errorf("policy line %d: %w", l.ID, err)
		}
	}
	return nil
}

// SavePolicy replaces all lines by those of casbin's model.
func (p PolicyLines) SavePolicy(m model.Model) error {
	var lines []PolicyLine
	for _, section := range []string{"p", "g"} {
		for ptype, assertion := range m[section] {
			for _, rule := range assertion.Policy {
				l, err := newPolicyLine(ptype, rule)
				if err != nil {
					return err
				}
				lines = append(lines, l)
			}
		}
	}
	return p.change(func(ctx context.Context, tx bun.IDB) error {
		if _, err := tx.NewDelete().Model((*PolicyLine)(nil)).Where("true").Exec(ctx); err != nil {
			return err
		}
		return insertPolicyLines(ctx, tx, lines)
	})
}

// AddPolicy adds one line; a line that is there already is left as it is.
func (p PolicyLines) AddPolicy(section, ptype string, rule []string) error {
	return p.AddPolicies(section, ptype, [][]string{rule})
}

// AddPolicies adds lines, all or none.
func (p PolicyLines) AddPolicies(_, ptype string, rules [][]string) error {
	var lines []PolicyLine
	for _, rule := range rules {
		l, err := newPolicyLine(ptype, rule)
		if err != nil {
			return err
		}
		lines = append(lines, l)
	}
	return p.change(func(ctx context.Context, tx bun.IDB) error { return insertPolicyLines(ctx, tx, lines) })
}

// RemovePolicy removes one line.
func (p PolicyLines) RemovePolicy(section, ptype string, rule []string) error {
	return p.RemovePolicies(section, ptype, [][]string{rule})
}

// RemovePolicies removes lines, all or none.
func (p PolicyLines) RemovePolicies(_, ptype string, rules [][]string) error {
	return p.change(func(ctx context.Context, tx bun.IDB) error {
		for _, rule := range rules {
			l, err := newPolicyLine(ptype, rule)
			if err != nil {
				return err
			}
			_, err = tx.NewDelete().Model(&l).
				Where("ptype = ?ptype and (v0, v1, v2, v3, v4, v5) = (?v0, ?v1, ?v2, ?v3, ?v4, ?v5)").Exec(ctx)
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// RemoveFilteredPolicy removes the lines whose values from the index-th on are these; an empty one fits any.
func (p PolicyLines) RemoveFilteredPolicy(_, ptype string, index int, values ...string) error {
	columns := []string{"v0", "v1", "v2", "v3", "v4", "v5"}
	if index < 0 || index+len(values) > len(columns) {
		return fmt.Errorf("policy lines have %d values: none from %d to %d", len(columns), index, index+len(values))
	}
	return p.change(func(ctx context.Context, tx bun.IDB) error {
		remove := tx.NewDelete().Model((*PolicyLine)(nil)).Where("ptype = ?", ptype)
		for i, v := range values {
			if v != "" {
				remove = remove.Where("? = ?", bun.Ident(columns[index+i]), v)
			}
		}
		_, err := remove.Exec(ctx)
		return err
	})
}

// change writes in one transaction, one writer at a time, and tells every running copy.
func (p PolicyLines) change(write func(ctx context.Context, tx bun.IDB) error) error {
	ctx, cancel := context.WithTimeout(context.Background(), policyWait)
	defer cancel()
	return p.db.InTx(ctx, func(ctx context.Context, tx *DB) error {
		if _, err := tx.bun.ExecContext(ctx, "lock table policy_lines in share row exclusive mode"); err != nil {
			return fmt.Errorf("lock policy lines: %w", err)
		}
		if err := write(ctx, tx.bun); err != nil {
			return fmt.Errorf("write policy lines: %w", err)
		}
		return tx.Notify(ctx, PolicyChanged)
	})
}

func insertPolicyLines(ctx context.Context, tx bun.IDB, lines []PolicyLine) error {
	if len(lines) == 0 {
		return nil
	}
	_, err := tx.NewInsert().Model(&lines).On("conflict do nothing").Exec(ctx)
	return err
}
