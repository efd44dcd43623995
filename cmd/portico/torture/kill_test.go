package torture

import "testing"

// TestKills pulls the plugs of the portal, of its database and of both, one round after the other.
func TestKills(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	k := w.checker(w.people)

	plugs := []struct {
		name string
		pull func()
	}{
		{"the portal", func() { w.killPortal(); w.hold(func() { w.buried(); w.start(); k.check() }) }},
		{"the database", func() { k.survives(w.killPostgres) }},
		{"both", func() {
			w.killPostgres()
			w.killPortal()
			w.hold(func() { w.buried(); w.start(); k.check() })
		}},
		{"the portal, and again while it starts", func() {
			w.killPortal()
			w.hold(func() { w.buried(); w.falter(); w.start(); k.check() })
		}},
		{"one process of the database", func() { c := w.database(); k.survives(func() { w.killBackend(c) }) }},
	}
	first := w.chance.IntN(len(plugs))
	for round := range *rounds {
		plug := plugs[(first+round)%len(plugs)]
		w.wait()
		before := k.ledger.told()
		plug.pull()
		if t.Failed() {
			t.Fatalf("after the plug of %s was pulled, in round %d, of which %d things were known", plug.name, round+1, before)
		}
		if round%20 == 19 {
			w.hold(k.swept)
		}
	}
	w.wait()
	w.finish()
	k.check()
	k.swept()
	k.check()
	w.stop()
	t.Logf("%d rounds, %d things acknowledged, %d answers that the database is away", *rounds, k.ledger.told(), w.refusals.Load())
}

// people are the clients of a portal, at work.
func (w *world) people(l *ledger) []*client {
	w.t.Helper()
	var all []*client
	come := func(email string) *client {
		all = append(all, w.client(l, email))
		return all[len(all)-1]
	}
	come("customer@maple.test").customer("100210")
	come("colleague@maple.test").customer("100210")
	come("west@maple.test").customer("100220")
	come("customer@harbour.test").customer("200300")
	come("agent@boreal.test").agent()
	come("agent@boreal.test").agent() // in another browser
	come("agent2@boreal.test").agent()
	come("lead@boreal.test").agent()
	come("platform@boreal.test").publisher()
	return all
}

// hold does something while no client is in between.
func (w *world) hold(do func()) {
	w.gate.Lock()
	defer w.gate.Unlock()
	do()
}

// survives kills what the portal has to get over by itself; half of the time while its clients go on asking.
func (k *checker) survives(kill func()) {
	k.w.t.Helper()
	alive := k.w.database()
	kill()
	if k.w.chance.IntN(2) == 0 {
		k.w.hold(func() { k.w.broken(alive); k.w.recovered(); k.check() })
		return
	}
	k.w.broken(alive)
	told := k.ledger.told()
	k.w.until("something is acknowledged again", func() bool { return k.ledger.told() > told+5 })
	k.w.hold(k.check)
}
