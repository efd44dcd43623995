package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"mime/multipart"
	"net/url"
	"regexp"
	"slices"

	"portico/db"
	"portico/handlers/desk"
	"portico/policy"
	"portico/rules"

	"github.com/google/uuid"
	"github.com/valyala/fasthttp"
)

const formGroup = "Forms"

// item is the one whose form is measured.
const item = "report-issue"

func (b *bench) forms(ctx context.Context) error {
	for _, one := range []struct {
		name string
		who  *visitor
	}{{"customer, the form follows an answer", b.people.customer}, {"customer administrator, the form follows an answer", b.people.administrator}} {
		if !b.wants(formGroup, one.name) {
			continue
		}
		form, err := b.filledForm(ctx, one.who)
		if err != nil {
			return wrong(formGroup, one.name, err)
		}
		floor, err := b.floorOf(ctx, one.who, func(ctx context.Context) error {
			_, err := b.desk.Sheet(ctx, one.who.who, desk.Ask{Item: item, Raw: form.answers}, rules.Refresh)
			return err
		})
		if err != nil {
			return wrong(formGroup, one.name, err)
		}
		askers := make([]*asker, b.Clients)
		for i := range askers {
			askers[i] = one.who.asker()
		}
		_, err = b.versus(ctx, formGroup, one.name, nil, func(_ context.Context, worker int) error {
			return ok(askers[worker].submit("/items/"+item+"/questions", true, form.answers))
		}, floor.load)
		floor.close(ctx)
		if err != nil {
			return err
		}
	}
	return nil
}

// filledForm is a form with answers that open a case.
type filledForm struct {
	answers url.Values
}

// filledForm fills in the form as somebody would: each question that must be answered, with something that is offered.
// Whose form it is has its token afterwards.
func (b *bench) filledForm(ctx context.Context, v *visitor) (filledForm, error) {
	forms, err := b.filledForms(ctx, v, 1)
	if err != nil {
		return filledForm{}, err
	}
	return forms[0], nil
}

// filledForms are as many different ones, as far as there are different choices.
func (b *bench) filledForms(ctx context.Context, v *visitor, n int) ([]filledForm, error) {
	if _, err := v.see("/items/"+item, false); err != nil {
		return nil, err
	}
	if v.csrf == "" {
		return nil, errors.New("the form has no token")
	}
	var forms []filledForm
	for choice := range n {
		answers, err := b.answers(ctx, v.who, choice)
		if err != nil {
			return nil, err
		}
		forms = append(forms, filledForm{answers})
	}
	return forms, nil
}

// answers are such that a case can be opened with them.
func (b *bench) answers(ctx context.Context, who policy.Actor, choice int) (url.Values, error) {
	answers := url.Values{}
	for range 20 { // one answer may bring up the next question
		sheet, err := b.desk.Sheet(ctx, who, desk.Ask{Item: item, Raw: answers}, rules.Submit)
		if err != nil {
			return nil, fmt.Errorf("fill in the form: %w", err)
		}
		i := slices.IndexFunc(sheet.Filled.Asked, func(q rules.Asked) bool { return q.Missing && q.WaitsFor == "" })
		if i < 0 {
			return answers, nil
		}
		q := sheet.Filled.Asked[i]
		answers.Set(q.Key, answerTo(q, choice))
	}
	return nil, errors.New("the form can't be filled in: a question that must be answered offers nothing")
}

// answerTo is something that answers a question.
func answerTo(q rules.Asked, choice int) string {
	switch q.Kind {
	case rules.KindYesNo:
		return []string{"yes", "no"}[choice%2]
	case rules.KindChoice, rules.KindChoices:
		for i := range q.Offered {
			if o := q.Offered[(choice+i)%len(q.Offered)]; !o.Unavailable {
				return o.Value
			}
		}
	case rules.KindNumber:
		return "1"
	case rules.KindDate:
		return "2030-01-02"
	}
	return "Since this morning callers hear us only in pieces, on all phones of the second floor."
}

var openedCase = regexp.MustCompile(`^/cases/(CS[0-9]+)`)

// open submits the form, with a token of its own as each form has that a browser shows, and gives the case it opened.
func (f filledForm) open(a *asker) (db.Number, error) {
	values := maps.Clone(f.answers)
	values["submission"] = []string{uuid.NewString()}
	got, err := a.submit("/items/"+item+"/cases", true, values)
	if err := ok(got, err); err != nil {
		return 0, err
	}
	if found := openedCase.FindStringSubmatch(got.location); found != nil {
		if n, ok := db.ParseNumber(found[1]); ok {
			return n, nil
		}
	}
	return 0, fmt.Errorf("the form was submitted and led to %q, not to a case", got.location)
}

// submit sends a form that may have files, as browsers do: in parts, its token first.
func (a *asker) submit(path string, partial bool, values url.Values) (answer, error) {
	var body bytes.Buffer
	parts := multipart.NewWriter(&body)
	err := parts.WriteField("csrf", a.csrf)
	for key, list := range values {
		for _, v := range list {
			err = errors.Join(err, parts.WriteField(key, v))
		}
	}
	if err := errors.Join(err, parts.Close()); err != nil {
		return answer{}, err
	}
	a.prepare(fasthttp.MethodPost, path, partial)
	a.request.Header.SetContentType(parts.FormDataContentType())
	a.request.SetBody(body.Bytes())
	return a.send(path)
}
