package bench

import (
	"context"
	"fmt"
	"time"

	"portico/db"
	"portico/handlers/desk"
)

const memoryGroup = "Memory of the portal"

// atRest is what the portal occupies before anybody asks it for anything.
func (b *bench) atRest(ctx context.Context) error {
	name := "at rest"
	if !b.Started {
		name = "as found"
	}
	if !b.wants(memoryGroup, name) {
		return nil
	}
	b.now(memoryGroup, name)
	memory, err := b.settledMemory(ctx)
	if err != nil {
		return wrong(memoryGroup, name, err)
	}
	f := b.report.value(memoryGroup, name, float64(memory)/megabyte, "MB")
	if b.Started {
		f.Aim = withinMegabytes(100)
		f.Aim.judge(f.Value.Number)
	}
	return nil
}

// inTheEnd is what it occupies after all that.
func (b *bench) inTheEnd(ctx context.Context) error {
	const name = "after all of this"
	if !b.wants(memoryGroup, name) {
		return nil
	}
	memory, err := b.settledMemory(ctx)
	if err != nil {
		return wrong(memoryGroup, name, err)
	}
	b.report.value(memoryGroup, name, float64(memory)/megabyte, "MB")
	return nil
}

const ruleGroup = "Rules"

// publications is how many are measured.
const publications = 5

// publishing measures how soon the portal obeys what another copy published, which this process is for the moment: from
// the commit to the answer that says that a case is open which the new version decided. The next case must be that one
// already. Its floor is a case that is opened while nothing was published.
func (b *bench) publishing(ctx context.Context) error {
	const name = "from a publication elsewhere to a case decided by it"
	if !b.wants(ruleGroup, name) {
		return nil
	}
	b.now(ruleGroup, name)
	who, err := b.db.Administrator(ctx)
	if err != nil {
		return wrong(ruleGroup, name, lacking(err, "a platform administrator"))
	}
	admin, err := b.signIn(ctx, who)
	if err != nil {
		return wrong(ruleGroup, name, err)
	}
	form, err := b.filledForm(ctx, b.people.opener)
	if err != nil {
		return wrong(ruleGroup, name, err)
	}
	a := b.people.opener.asker()
	var of, under sample
	for range publications {
		version, err := b.publish(ctx, admin)
		if err != nil {
			return wrong(ruleGroup, name, err)
		}
		for _, into := range []*sample{&of, &under} {
			began := time.Now()
			n, err := form.open(a)
			if err != nil {
				return wrong(ruleGroup, name, err)
			}
			into.took = append(into.took, time.Since(began))
			kase, err := b.db.FindCase(ctx, db.Scope{All: true}, n)
			if err != nil {
				return wrong(ruleGroup, name, err)
			}
			if kase.RuleVersion != version {
				return wrong(ruleGroup, name, fmt.Errorf("%s was decided by version %d, after version %d was published", n, kase.RuleVersion, version))
			}
		}
	}
	of.wall, under.wall = sum(of.took), sum(under.took)
	f := b.report.add(ruleGroup, name, of)
	f.under(under)
	f.PerSecond, f.Floor.PerSecond = 0, 0
	f.Note = "floor: a case opened without a publication before it"
	return nil
}

// publish publishes what is live once more.
func (b *bench) publish(ctx context.Context, admin *visitor) (int, error) {
	live, err := b.db.LiveVersion(ctx)
	if err != nil {
		return 0, err
	}
	now, err := b.db.RuleVersion(ctx, live)
	if err != nil {
		return 0, err
	}
	return b.desk.Publish(ctx, admin.who, desk.Publication{Source: now.Source, Note: "Published again, to see how soon it is obeyed.", Base: live})
}

func sum(all []time.Duration) (s time.Duration) {
	for _, d := range all {
		s += d
	}
	return s
}
