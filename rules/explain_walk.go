package rules

import "slices"

// walk fills in a form in every way that counts, question by question as Fill does: each is answered as it was where that
// still fits, and otherwise by a representative of each kind of answer that conditions tell apart.
type walk struct {
	*explaining
	uses    map[string]*use // how the questions that may be changed are read; others change only where they must
	most    int             // answers that may be changed at all
	atWill  int             // of these, those that fitted as they were
	exactly bool            // only forms with just as many changes as may be are looked at
	look    func(Answers, Changes) (goOn bool)

	left    int             // forms that may still be looked at
	cut     bool            // some forms were left out for changing too much
	untried map[string]bool // questions of which not every kind of answer was tried

	reading  *reading
	names    [][2]string        // of each question's variables
	choices  [][]Offered        // of questions that always offer the same; else nil
	answered [][]representative // of these, with what was chosen still on offer
	path     Changes
	willed   int
	finished bool
}

// run walks, and tells whether it came to its end.
func (w *walk) run() bool {
	w.reading = &reading{form: w.Form, offers: w.Offers, env: map[string]any{}, out: Filled{Answers: Answers{}}}
	w.prepare()
	w.cut, w.finished, w.path, w.willed = false, false, nil, 0
	w.from(0)
	return !w.finished
}

// prepare works out once what hangs on no other answer.
func (w *walk) prepare() {
	if w.names != nil {
		return
	}
	w.choices, w.answered = make([][]Offered, len(w.Form.Questions)), make([][]representative, len(w.Form.Questions))
	for i, q := range w.Form.Questions {
		path := "answers." + q.Key
		w.names = append(w.names, [2]string{path, has(path)})
		conditional := slices.ContainsFunc(w.Form.asked[i].options, func(c *condition) bool { return c != nil })
		if q.Kind != KindChoice && q.Kind != KindChoices || q.Source != "" || q.Except != "" || conditional {
			continue
		}
		w.choices[i] = w.reading.offered(i, q)
		if u := w.uses[q.Key]; u != nil && accepted(q, w.choices[i], w.base[q.Key]) {
			if list, whole := u.values(q, w.choices[i], w.base[q.Key]); whole {
				w.answered[i] = list
			}
		}
	}
}

func (w *walk) from(i int) {
	questions := w.Form.Questions
	if w.finished || w.exactly && w.most-len(w.path) > len(questions)-i {
		return
	}
	if i == len(questions) {
		if w.left--; w.left < 0 {
			w.finished = true
		} else if !w.exactly || len(w.path) == w.most {
			w.finished = !w.look(w.reading.out.Answers, w.path)
		}
		return
	}
	q, r := questions[i], w.reading
	w.answer(i, nil)
	if !r.holds(w.Form.asked[i].when) {
		w.from(i + 1)
		return
	}
	var offered []Offered
	if q.Kind == KindChoice || q.Kind == KindChoices {
		needs := w.Form.asked[i].needs
		waits := needs != "" && r.out.Answers[needs] == nil
		if offered = w.choices[i]; offered == nil && !waits {
			offered = r.offered(i, q)
		}
		switch {
		case waits && !r.asks(needs), !waits && len(offered) == 0 && !r.more(q):
			w.from(i + 1) // it is not asked
			return
		case waits && q.Required:
			return // for what is left open, and it would be complained of
		}
		if waits {
			w.asking(q, func() { w.from(i + 1) })
			return
		}
	}
	w.asking(q, func() { w.answers(i, q, offered) })
	w.answer(i, nil)
}

func (w *walk) asking(q Question, goOn func()) {
	w.reading.out.Asked = append(w.reading.out.Asked, Asked{Question: q})
	goOn()
	w.reading.out.Asked = w.reading.out.Asked[:len(w.reading.out.Asked)-1]
}

// answers goes on with each answer to a question that is asked.
func (w *walk) answers(i int, q Question, offered []Offered) {
	was, asked := w.base[q.Key], w.asked[q.Key]
	if q.Kind == KindFiles {
		if asked || !q.Required {
			w.from(i + 1)
		} else {
			w.change(i, Changed{Question: q, Any: true, Then: true})
		}
		return
	}
	if was == nil && q.Kind == KindTick {
		was = false
	}
	fits := accepted(q, offered, was)
	if fits {
		w.answer(i, was)
		w.from(i + 1)
	}
	u := w.uses[q.Key]
	if w.settled(q) || fits && u == nil {
		return
	}
	if len(w.path) >= w.most {
		w.cut = true
		return
	}
	then := !asked || !fits
	if u == nil { // one will do
		any, found := anew(q, offered, was)
		if found {
			w.change(i, Changed{Question: q, From: was, To: any, Any: any != nil, Then: then})
		}
		return
	}
	values := w.answered[i]
	if values == nil {
		var whole bool
		if values, whole = u.values(q, offered, was); !whole {
			w.untried[q.Key] = true
		}
	}
	for _, v := range values {
		if !sameAnswer(v.value, was) || !fits {
			w.change(i, Changed{Question: q, From: was, To: v.value, Any: v.any, Then: then})
		}
	}
	if !q.Required && was != nil && q.Kind != KindTick {
		w.change(i, Changed{Question: q, From: was, Then: then})
	}
}

// change goes on with an answer that differs.
func (w *walk) change(i int, c Changed) {
	will := w.willed
	if !c.Then {
		will++
	}
	if len(w.path) >= w.most || will > w.atWill {
		w.cut = true
		return
	}
	if w.finished {
		return
	}
	w.answer(i, c.To)
	w.path = append(w.path, c)
	w.willed, will = will, w.willed
	w.from(i + 1)
	w.willed = will
	w.path = w.path[:len(w.path)-1]
}

// answer makes an answer known to later questions; nil takes it back.
func (w *walk) answer(i int, value any) {
	q, r := &w.Form.Questions[i], w.reading
	typ := q.Kind.Type()
	there := fits(typ, value)
	r.env[w.names[i][1]] = there
	if !there {
		r.env[w.names[i][0]] = zero[typ]
		delete(r.out.Answers, q.Key)
		return
	}
	r.env[w.names[i][0]], r.out.Answers[q.Key] = value, value
}

// accepted tells whether a form takes an answer that it took before.
func accepted(q Question, offered []Offered, value any) bool {
	if value == nil {
		return !q.Required
	}
	if q.Kind != KindChoice && q.Kind != KindChoices {
		return true
	}
	for _, s := range texts(value) {
		if !slices.ContainsFunc(offered, func(o Offered) bool { return o.Value == s && !o.Unavailable }) {
			return false
		}
	}
	return true
}

// anew is some answer to a question that has to be answered anew: of what was chosen what still is offered, or
// nothing, or else anything.
func anew(q Question, offered []Offered, was any) (any, bool) {
	if list, ok := was.([]string); ok {
		still := slices.DeleteFunc(slices.Clone(list), func(s string) bool { return !accepted(q, offered, []string{s}) })
		if len(still) > 0 {
			return still, true
		}
	}
	if !q.Required {
		return nil, true
	}
	values, _ := (&use{}).values(q, offered, nil)
	if len(values) == 0 {
		return nil, false
	}
	return values[0].value, true
}
