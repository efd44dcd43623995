package policy

import (
	"testing"

	"portico/db"
)

func BenchmarkCan(b *testing.B) {
	j := firstJudge(b)
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

func BenchmarkScope(b *testing.B) {
	j := firstJudge(b)
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
	j := firstJudge(b)
	for b.Loop() {
		if err := j.Reload(); err != nil {
			b.Fatal(err)
		}
	}
}
