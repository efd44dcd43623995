package rules

import (
	"math/rand/v2"
	"testing"
)

// TestTheSolverAgreesWithTryingAll holds every answer, model and reason against all values that there are, question
// after question of one solver, with clauses added between them.
func TestTheSolverAgreesWithTryingAll(t *testing.T) {
	for seed := range uint64(1500) {
		dice := rand.New(rand.NewPCG(seed, 6))
		s, n := newSolver(), 3+dice.IntN(8)
		for range n {
			s.fresh()
		}
		var clauses [][]lit
		pick := func(most int) (lits []lit) {
			for range 1 + dice.IntN(most) {
				lits = append(lits, lit(dice.IntN(2*n)))
			}
			return lits
		}
		possible := func(assumed []lit) bool {
			for m := range 1 << n {
				holds := func(l lit) bool { return m>>l.variable()&1 == 1 != l.negative() }
				if all(assumed, holds) && allClauses(clauses, holds) {
					return true
				}
			}
			return false
		}
		for range 12 {
			for range dice.IntN(2 * n) {
				c := pick(4)
				clauses = append(clauses, c)
				s.add(c...)
			}
			assumed := pick(4)
			is, model, because := s.solve(t.Context(), 1<<20, assumed)
			if want := possible(assumed); (is == answerYes) != want || is == answerUnknown {
				t.Fatalf("seed %d: %v, possible %v", seed, is, want)
			}
			if is == answerYes {
				holds := func(l lit) bool { return model[l.variable()] != l.negative() }
				if !all(assumed, holds) || !allClauses(clauses, holds) {
					t.Fatalf("seed %d: the model breaks a clause", seed)
				}
			} else if possible(because) || !all(because, func(l lit) bool {
				for _, a := range assumed {
					if a == l {
						return true
					}
				}
				return false
			}) {
				t.Fatalf("seed %d: %v is no reason of %v", seed, because, assumed)
			}
		}
	}
}

// TestTheSolverFindsThatPigeonsDontFit has it learn, forget and restart, and give up where it is told to.
func TestTheSolverFindsThatPigeonsDontFit(t *testing.T) {
	const holes = 7
	s := newSolver()
	var in [holes + 1][holes]lit
	for p := range in {
		for h := range in[p] {
			in[p][h] = s.fresh()
		}
		s.add(in[p][:]...)
	}
	for h := range holes {
		for p := range in {
			for q := range p {
				s.add(in[p][h].not(), in[q][h].not())
			}
		}
	}
	if is, _, _ := s.solve(t.Context(), 10, nil); is != answerUnknown {
		t.Errorf("within ten conflicts: %v", is)
	}
	if is, _, _ := s.solve(t.Context(), 1<<20, nil); is != answerNo {
		t.Errorf("eight pigeons in seven holes: %v", is)
	}
}

func all(lits []lit, holds func(lit) bool) bool {
	for _, l := range lits {
		if !holds(l) {
			return false
		}
	}
	return true
}

func allClauses(clauses [][]lit, holds func(lit) bool) bool {
	for _, c := range clauses {
		if all(c, func(l lit) bool { return !holds(l) }) {
			return false
		}
	}
	return true
}
