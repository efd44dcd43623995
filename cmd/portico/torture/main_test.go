package torture

import (
	"flag"
	"math/rand/v2"
	"testing"
	"time"

	"portico/cmd/portico/programtest"
)

var (
	rounds = flag.Int("rounds", 5, "how many plugs are pulled, in each loop")
	seed   = flag.Uint64("seed", 0, "what chance begins with; 0: with something new each time")
	away   = flag.Duration("away", 2*time.Second, "how long the database is away")
)

func TestMain(m *testing.M) {
	flag.Parse()
	programtest.Main(m, forgetDemo)
}

// chance is what a test's random numbers come from, and says how to have the same ones again: the same choices, that is,
// as to what they meet no two runs are alike.
func chance(t *testing.T) *rand.Rand {
	t.Helper()
	from := *seed
	for from == 0 {
		from = rand.Uint64()
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("to begin with the same chances: -seed %d", from)
		}
	})
	return rand.New(rand.NewPCG(from, 0))
}
