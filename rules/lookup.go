package rules

// Remembering finds each thing once: for who asks many examples, or the same ones again. It is for one goroutine.
func (l Lookup) Remembering() Lookup {
	out := l
	if l.Account != nil {
		out.Account = remembering(l.Account)
	}
	if l.Contact != nil {
		out.Contact = remembering(l.Contact)
	}
	if l.Now != nil {
		known := map[string]NowFacts{}
		out.Now = func(a AccountFacts) NowFacts {
			now, found := known[a.ClientNumber]
			if !found {
				now = l.Now(a)
				known[a.ClientNumber] = now
			}
			return now
		}
	}
	return out
}

func remembering[T any](find func(string) (T, error)) func(string) (T, error) {
	type answer struct {
		value T
		err   error
	}
	known := map[string]answer{}
	return func(name string) (T, error) {
		a, found := known[name]
		if !found {
			a.value, a.err = find(name)
			known[name] = a
		}
		return a.value, a.err
	}
}
