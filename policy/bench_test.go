package policy

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"portico/db"

	stringadapter "github.com/casbin/casbin/v2/persist/string-adapter"
)

// judges are of the first policy, and of one with a hundred roles more that may do as much as those.
func judges(b *testing.B) map[string]*Judge {
	lines := []string{firstText}
	for n := range 100 {
		like := db.Roles[n%len(db.Roles)]
		for line := range strings.Lines(firstText) {
			if rest, ok := strings.CutPrefix(line, "p, "+string(like)+","); ok {
				lines = append(lines, fmt.Sprintf("p, role-%d,%s", n, strings.TrimSpace(rest)))
			}
		}
	}
	hundred, err := NewJudge(stringadapter.NewAdapter(strings.Join(lines, "\n")))
	if err != nil {
		b.Fatal(err)
	}
	if n := len(hundred.Roles()); n < 100 {
		b.Fatalf("there are only %d roles", n)
	}
	return map[string]*Judge{"the first policy": firstJudge(b), "a hundred roles": hundred}
}

func each(b *testing.B, do func(b *testing.B, j *Judge)) {
	all := judges(b)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		b.Run(name, func(b *testing.B) { do(b, all[name]) })
	}
}

func BenchmarkCan(b *testing.B) { each(b, benchmarkCans) }

func benchmarkCans(b *testing.B, j *Judge) {
	manager := contact(customer(), grantAt(db.CaseManager, mapleEast, db.AndBelow))
	lead := staff()
	for queue := range int64(6) {
		lead.Grants = append(lead.Grants, db.Grant{Role: db.TeamLead, QueueID: 20 - queue})
	}
	b.Run("case manager sees", func(b *testing.B) { benchmarkCan(b, j, manager, See, cases["the child account's"]) })
	b.Run("case manager does not find", func(b *testing.B) { benchmarkCan(b, j, manager, See, cases["another customer's"]) })
	b.Run("lead of six queues may not", func(b *testing.B) { benchmarkCan(b, j, lead, Work, cases["mine"]) })
}

func benchmarkCan(b *testing.B, j *Judge, who Actor, may Action, what Object) {
	b.ReportAllocs()
	for b.Loop() {
		j.Can(who, may, what)
	}
}

func BenchmarkScope(b *testing.B) { each(b, benchmarkScopes) }

func benchmarkScopes(b *testing.B, j *Judge) {
	for name, who := range map[string]Actor{
		"customer":     contact(customer()),
		"case manager": contact(customer(), grantAt(db.CaseManager, mapleEast, db.AndBelow)),
		"agent":        staff(db.Grant{Role: db.Agent, QueueID: voice}),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				j.Scope(who, See)
			}
		})
	}
}

func BenchmarkReload(b *testing.B) {
	each(b, func(b *testing.B, j *Judge) {
		for b.Loop() {
			if err := j.Reload(); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkWhy(b *testing.B) {
	each(b, func(b *testing.B, j *Judge) {
		b.ReportAllocs()
		who := contact(customer(), grantAt(db.CaseManager, mapleEast, db.AndBelow))
		for b.Loop() {
			j.Why(who, See, cases["the child account's"])
		}
	})
}
