package desk

import (
	"errors"
	"strings"
	"testing"
)

func TestReplyTokens(t *testing.T) {
	d, other := &Desk{Secret: []byte("one secret")}, &Desk{Secret: []byte("another secret")}
	person, outsider := Answerer{Case: 1883, PersonID: 42}, Answerer{Case: 1883, OutsiderID: 42}
	for _, a := range []Answerer{person, outsider, {Case: 999_999_999_999_999_999, PersonID: 999_999_999_999_999_999}} {
		token := d.ReplyToken(a)
		if len(token) > 64 {
			t.Errorf("%s is too long for an address", token)
		}
		for _, came := range []string{token, strings.ToUpper(token)} {
			if got, err := d.ReadReplyToken(came); got != a || err != nil {
				t.Errorf("%s is %v, %v", came, got, err)
			}
		}
	}
	token := d.ReplyToken(person)
	for name, forged := range map[string]string{
		"of another case":    strings.Replace(token, "1883", "1884", 1),
		"of another person":  strings.Replace(token, "p42", "p43", 1),
		"of an outsider":     strings.Replace(token, "p42", "o42", 1),
		"cut short":          token[:len(token)-1],
		"of another portal":  other.ReplyToken(person),
		"nothing":            "",
		"a link's":           d.UnsubscribeToken(Unsubscription{PersonID: 42, Kind: "comment"}),
		"with a leading nil": "0" + token,
	} {
		if _, err := d.ReadReplyToken(forged); !errors.Is(err, ErrBrokenLink) {
			t.Errorf("one %s is taken: %v", name, err)
		}
	}
}
