package desk

import (
	"context"
	"fmt"

	"portico/db"
	"portico/rules"
)

// Deciding is the rule set that decided a case, as it was when it decided: asked again with the case's facts, it gives the
// same decision, with its trace.
func (d *Desk) Deciding(ctx context.Context, kase db.Case) (*rules.Compiled, error) {
	e, err := d.live(ctx, d.DB)
	if err != nil {
		return nil, err
	}
	if e.Rules == kase.RuleVersion && e.Set != nil {
		return e.Set, nil
	}
	version, err := d.DB.RuleVersion(ctx, kase.RuleVersion)
	if err != nil {
		return nil, err
	}
	set, problems := rules.Parse(version.Source)
	if len(problems) > 0 {
		return nil, fmt.Errorf("rule version %d: %w", kase.RuleVersion, problems)
	}
	compiled, _ := rules.Compile(set, e.Vocabulary)
	return compiled, nil
}
