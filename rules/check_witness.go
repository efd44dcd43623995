package rules

import "slices"

// witness makes an example of a sample: of its answers those that matter, and what has to be assumed; it expects what the
// rules decide. That the claim is true of it is asked of the engine once more. It is nil where it is not.
func (k *check) witness(s *sample, claim func(*sample) bool) *Example {
	if s == nil {
		return nil
	}
	for _, keys := range [][]string{k.matters(s.item), nil} {
		e := Example{Item: s.facts.Item, Answers: Answers{}}
		for key, value := range s.facts.Answers {
			if keys == nil || slices.Contains(keys, key) {
				e.Answers[key] = value
			}
		}
		for _, r := range k.set.reads {
			if value := r.read(&s.facts); Assumable(r.Path) && value != nil {
				if e.Assume == nil {
					e.Assume = map[string]any{}
				}
				e.Assume[r.Path] = value
			}
		}
		facts, wrong := k.set.vocabulary.judge(question{Item: e.Item, Answers: e.Answers, Assume: e.Assume}, Lookup{})
		if wrong != nil {
			continue
		}
		again := &sample{item: s.item, facts: facts}
		k.judge(again)
		if !claim(again) {
			continue
		}
		e.Expect = k.set.Decide(facts).Outcomes
		return &e
	}
	return nil
}

// matters lists the answers of a form that rules read, or that decide whether these are asked for.
func (k *check) matters(at int) []string {
	form := k.set.vocabulary.world.Items[at].Form
	keys := []string{}
	read := func(paths []string) {
		for _, path := range paths {
			if key, isAnswer := answerKey(path); isAnswer {
				keys = appendNew(keys, key)
			} else if path == "services" || path == "families" {
				keys = appendNew(keys, form.Case.Service, form.Case.AdditionalServices)
			}
		}
	}
	for _, r := range k.set.rules {
		if r.condition != nil {
			read(r.condition.facts)
		}
	}
	for n := 0; n < len(keys); n++ { // it grows
		for i, q := range form.Questions {
			if q.Key == keys[n] && form.asked[i].when != nil {
				read(form.asked[i].when.facts)
			}
		}
	}
	return keys
}
