package desk

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"portico/db"
)

// Answerer is who may answer a mail: a person, or somebody from elsewhere who is copied, and in which case.
type Answerer struct {
	Case       db.Number
	PersonID   int64
	OutsiderID int64 // where there is no person
}

// replySeal is the seal of a reply token: letters and figures only, as addresses may lose the difference between large and
// small ones on their way.
var replySeal = base32.StdEncoding.WithPadding(base32.NoPadding)

// replySealBytes is how long that is: 80 bits, which can be tried only by sending mail.
const replySealBytes = 10

// replyForm is a token as it stands in an address or a Message-ID: the case, who, and the seal.
var replyForm = regexp.MustCompile(`^([1-9][0-9]{0,17})([po])([1-9][0-9]{0,17})-([a-z2-7]{16})$`)

// ReplyToken is what mail to somebody about a case carries, so that an answer is known for theirs. It never expires, as
// people answer old mail; what it may do is judged when it comes. It is short enough for the part of an address before the @.
func (d *Desk) ReplyToken(a Answerer) string {
	who, id := "p", a.PersonID
	if a.OutsiderID != 0 {
		who, id = "o", a.OutsiderID
	}
	what := fmt.Sprintf("%d%s%d", int64(a.Case), who, id)
	return what + "-" + d.sealReply(what)
}

// ReadReplyToken tells whose answer a token proves; ErrBrokenLink for one that was not made here.
func (d *Desk) ReadReplyToken(token string) (Answerer, error) {
	m := replyForm.FindStringSubmatch(strings.ToLower(token))
	if m == nil || !hmac.Equal([]byte(m[4]), []byte(d.sealReply(m[1]+m[2]+m[3]))) {
		return Answerer{}, ErrBrokenLink
	}
	number, _ := strconv.ParseInt(m[1], 10, 64) // of at most 18 figures
	id, _ := strconv.ParseInt(m[3], 10, 64)
	if m[2] == "o" {
		return Answerer{Case: db.Number(number), OutsiderID: id}, nil
	}
	return Answerer{Case: db.Number(number), PersonID: id}, nil
}

func (d *Desk) sealReply(what string) string {
	mac := hmac.New(sha256.New, d.Secret)
	mac.Write([]byte("reply\x00" + what))
	return strings.ToLower(replySeal.EncodeToString(mac.Sum(nil)[:replySealBytes]))
}
