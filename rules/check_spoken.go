package rules

import (
	"math/big"
	"slices"
	"strings"
)

// Spoken is how far rules speak of a fact.
type Spoken struct {
	Fact     string
	Label    Text     // of an answer, its question
	Rules    int      // that ask about it, those that are off left out
	Choices  []string // that rules name
	Unspoken []string // that none names; none where rules ask in a way that names no choice
}

// spoken lists what rules could well speak of: questions with an answer of a few, and facts of which all values are known.
func (k *check) spoken() (out []Spoken) {
	v := k.set.vocabulary
	rules := map[string]int{}
	named := map[string][]string{}
	vague := map[string]bool{} // asked about as a whole
	for i := range k.set.rules {
		if !k.live(i) {
			continue
		}
		c := k.rule(i).condition
		for _, path := range c.facts {
			rules[path]++
		}
		c.formula.atoms(func(a *atom) {
			switch {
			case a.kind == atomEquals || a.kind == atomMember:
				if s, ok := a.value.(string); ok {
					named[a.fact] = appendNew(named[a.fact], s)
				}
			case a.kind == atomOther:
				for _, path := range a.facts {
					vague[path] = true
				}
			}
		})
	}
	for _, s := range v.world.Services { // who names a family speaks of its services
		if slices.Contains(named["families"], s.Family) {
			named["services"] = appendNew(named["services"], s.Name)
		}
	}
	for _, i := range v.world.Items {
		if slices.Contains(named["type"], i.Type) {
			named["item"] = appendNew(named["item"], i.Key)
		}
	}
	byService := rules["services"] + rules["families"]
	for _, f := range v.facts {
		s := Spoken{Fact: f.Path, Label: f.Label, Rules: rules[f.Path]}
		switch {
		case f.Path == "type" || f.Path == "families" || strings.HasPrefix(f.Path, "now.") || strings.HasPrefix(f.Path, "contact."):
			continue
		case f.Path == "services":
			s.Rules = byService
		case f.Path == "item":
			s.Rules += rules["type"]
		case strings.HasPrefix(f.Path, "answers.") && k.offhand(f.Fact, byService):
			continue
		case !strings.HasPrefix(f.Path, "answers.") && f.Choices == nil:
			continue
		}
		if !vague[f.Path] && s.Rules > 0 {
			for _, choice := range f.Choices {
				if slices.Contains(named[f.Path], choice) {
					s.Choices = append(s.Choices, choice)
				} else {
					s.Unspoken = append(s.Unspoken, choice)
				}
			}
		}
		out = append(out, s)
	}
	return out
}

// offhand tells of answers that rules need not speak of: text, accounts and locations, and services where rules speak of
// services and families.
func (k *check) offhand(f Fact, byService int) bool {
	offhand := f.Type == Str && f.Choices == nil || f.Type == List && f.Choices == nil
	for _, item := range k.set.vocabulary.world.Items {
		if item.Form != nil && byService > 0 && slices.Contains([]string{item.Form.Case.Service, item.Form.Case.AdditionalServices}, strings.TrimPrefix(f.Path, "answers.")) {
			offhand = true
		}
	}
	return offhand
}

// unspoken tells of questions and choices that no rule speaks of.
func (k *check) unspoken() {
	for _, s := range k.out.Spoken {
		f := Finding{Code: FindUnspoken, Severity: Info, Args: args("fact", s.Fact)}
		switch {
		case s.Rules == 0:
			k.say(f)
		case len(s.Unspoken) > 0:
			f.Code, f.Choices, f.Args["choices"] = FindChoices, s.Unspoken, quotedList(s.Unspoken)
			k.say(f)
		}
	}
}

// combinations is how many there are of the values of all facts that conditions speak of, item by item.
func (k *check) combinations() string {
	total := new(big.Int)
	for _, item := range k.set.vocabulary.world.Items {
		if item.Form == nil {
			continue
		}
		n := big.NewInt(1)
		for _, path := range k.set.Reads() {
			d := k.domains[path]
			key, isAnswer := answerKey(path)
			if _, asked := item.Form.Question(key); d == nil || path == "item" || path == "type" || path == "families" || isAnswer && !asked {
				continue
			}
			of := big.NewInt(int64(len(d.values)))
			if d.Type == List {
				of.Lsh(big.NewInt(1), uint(len(d.values)))
			}
			if isAnswer {
				of.Add(of, big.NewInt(1)) // or it is missing
			}
			n.Mul(n, of)
		}
		total.Add(total, n)
	}
	return total.String()
}
