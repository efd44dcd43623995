// Package desk is what people do with the portal: one verb a function, one transaction a function. The web, background
// jobs, the command line and mail all call the same verb, so none of them can forget the permission, the event in the
// case's history, the notification or the promised mail.
package desk

import (
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"portico/db"
	"portico/policy"

	"gocloud.dev/blob"
)

// Desk is where the verbs are asked for. All fields are set before the first verb and not changed after; verbs are safe
// for concurrent use.
type Desk struct {
	DB     *db.DB
	Judge  *policy.Judge
	Files  *blob.Bucket     // where attachments go
	Clock  func() time.Time // now; a test's may stand still
	Log    *slog.Logger
	Secret []byte // shared by all copies: what links that never expire are sealed with
	URL    string // the portal's public address, for links in mail; no slash at its end
	Limit  Limits // those without any setting; ask Limits

	Opened  chan struct{} // hears, after the fact, that cases were opened; nil: nobody listens
	Traffic Traffic       // the requests under way at this copy

	limits   atomic.Pointer[Limits]
	book     book     // the compiled rule set, see rulebook.go
	deciders deciders // rule sets that decided before
	exports  lanes    // of whole lists of cases
}

// Invalid says which inputs are not acceptable: a complaint by field name. The page shows each beside its field.
type Invalid map[string]Complaint

// Complaint is what is wrong with one input, as a key of the catalogues with its arguments.
type Complaint struct {
	Code string
	Args map[string]any
}

// Error is for the log; people read the complaints.
func (i Invalid) Error() string { return fmt.Sprintf("invalid input: %v", map[string]Complaint(i)) }

// ErrState says that the case's state does not allow the verb: a comment on a solved case, say.
var ErrState = errors.New("the case's state does not allow it")
