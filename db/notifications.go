package db

import "slices"

// Notified is the kind of mail by which colleagues are told of a case because rules name them: of its opening, or of what
// was decided anew. It is no kind of event.
const Notified EventKind = "notified"

// Involved is the kind of mail by which people are told that somebody made them the contact of a case, or copied them on it.
// It is no kind of event.
const Involved EventKind = "involved"

// The kinds of mail by which people are told of what they follow: of what happens in a case, and of new cases of an account
// or of one below it. They are no kinds of event.
const (
	FollowsCase    EventKind = "followed-case"
	FollowsAccount EventKind = "followed-account"
)

// MailKinds are the kinds of events that mails are made of, in the order in which people are asked about them.
var MailKinds = []EventKind{Requested, Comment, Resolved, Reopened, Opened, Involved, FollowsCase, FollowsAccount, Notified}

// MailKindsOf are those that a person can be sent at all.
func MailKindsOf(p Person) []EventKind {
	not := Notified
	if p.Staff {
		not = Involved
	}
	return slices.DeleteFunc(slices.Clone(MailKinds), func(k EventKind) bool { return k == not })
}

// wants is whether a person "p" is to be told by mail of an event of a kind, in a case of an origin: parameters of a query.
func wants(kind, origin string) string {
	return "not p.unmailed and " + kind + " <> all(p.muted) and (" + origin + " <> 'monitoring' or p.monitoring)"
}

// Wanted tells whether a mail's reader still wants to be told of it: as it is promised, so it is judged again when sent.
func (l Letter) Wanted() bool {
	p := l.Reader.Person
	return !l.Unfollowed && !p.Unmailed && !slices.Contains(p.Muted, l.Kind) && (l.Case.Origin != "monitoring" || p.Monitoring)
}
