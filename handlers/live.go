package handlers

import (
	"bufio"
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"portico/db"
	"portico/policy"

	"github.com/gofiber/fiber/v2"
)

// How streams behave.
const (
	heartbeat    = 15 * time.Second // a reader who left is noticed only when something is written
	firstBeat    = time.Second      // after the beginning: so pages know soon that nobody on the way collects what is sent
	streamLife   = time.Hour        // then the browser connects again, and is judged anew
	streamTopics = 100              // of one stream
	pollWait     = 20 * time.Second // for something to change: less than anybody on the way waits for an answer
)

// liveFor is the address of a stream that names these when they change: for a page's Shell.Live.
func liveFor(topics ...db.Topic) string {
	q := url.Values{}
	for _, t := range topics {
		q.Add("on", string(t))
	}
	return "/live?" + q.Encode()
}

// casesChanged is the name of any case of a person's lists having changed. It is no topic of the database: the hub
// makes it of each case's own.
const casesChanged db.Topic = "cases"

// ownChanged is the name of what is the reader's own having changed: each copy makes it of the person's topic.
const ownChanged db.Topic = "own"

// stream tells a page what has changed, by name alone: it then asks for that itself, through its reader's own scope. It
// begins with what changed since the milestone that the page says, which any copy may have told it. A page that no stream
// reaches asks by poll instead.
func (a *App) stream(c *fiber.Ctx, who policy.Actor) error {
	topics, err := a.topics(c, who)
	if err != nil {
		return err
	}
	if c.Method() == fiber.MethodHead { // a stream's end would be taken for the next answer of the connection
		c.Set(fiber.HeaderContentType, "text/event-stream")
		return nil
	}
	s := newStream(who, session(c).TokenHash, topics)
	if !a.live.join(s) {
		return fiber.ErrServiceUnavailable // it is about to stop
	}
	a.live.judgeAgain(c.UserContext(), []*stream{s}) // what changed since the request came in was told to others
	if since := c.Context().QueryArgs(); since.Has("since") {
		a.live.catchUp(db.AsSystem(c.UserContext(), "live"), s, string(since.Peek("since")))
	}
	c.Set(fiber.HeaderCacheControl, "private, no-store")
	counted := a.Metrics.Stream()
	if poll := c.Query("poll"); poll != "" {
		defer counted()
		defer a.live.leave(s)
		if poll != "now" {
			s.wait()
		}
		since := a.live.milestone()
		return c.JSON(polled{since, s.take()})
	}
	c.Set(fiber.HeaderContentType, "text/event-stream")
	c.Set("X-Accel-Buffering", "no") // proxies that collect answers would keep it to themselves
	c.Context().SetBodyStreamWriter(func(w *bufio.Writer) {
		defer counted()
		defer a.live.leave(s)
		s.write(w, a.live.milestone)
	})
	return nil
}

// polled is what a poll is told: what changed, if anything did while it waited, and since when to ask next.
type polled struct {
	Since string     `json:"since"`
	Names []db.Topic `json:"names"`
}

// topics are those that the address asks for, if its person may hear of all of them.
func (a *App) topics(c *fiber.Ctx, who policy.Actor) (map[db.Topic]bool, error) {
	topics := map[db.Topic]bool{}
	for _, name := range c.Context().QueryArgs().PeekMulti("on") {
		topics[db.Topic(name)] = true
	}
	if len(topics) == 0 || len(topics) > streamTopics {
		return nil, db.ErrNotFound
	}
	for t := range topics {
		may, err := a.live.may(c.UserContext(), who, t)
		if err != nil {
			return nil, err
		}
		if !may {
			return nil, db.ErrNotFound
		}
	}
	return topics, nil
}

// Hear passes a change on to the pages that are open here, and takes up what was set up elsewhere. It never waits.
func (a *App) Hear(t db.Topic) {
	a.takeUp(t)
	a.live.hear(t)
}

// EndStreams ends all open streams, for good: the portal is about to stop.
func (a *App) EndStreams() { a.live.end() }

// stream is one page that listens.
type stream struct {
	topics map[db.Topic]bool            // as asked for; each is judged again whenever it changed
	token  []byte                       // of its session: it ends with that
	person int64                        // whose session that is
	who    atomic.Pointer[policy.Actor] // as judged last
	gone   chan struct{}                // closed when it has to end
	end    sync.Once
	woken  chan struct{} // there are names to be written

	mu    sync.Mutex
	look  int64      // of the hub, by which it was judged last
	names []db.Topic // each once: what changes twice before a slow reader hears of it has changed
}

func newStream(who policy.Actor, token []byte, topics map[db.Topic]bool) *stream {
	s := &stream{person: who.Person.ID, token: token, topics: topics, gone: make(chan struct{}), woken: make(chan struct{}, 1)}
	s.who.Store(&who)
	return s
}

// judged notes who the stream's session stands for, unless somebody who looked later has said so already: a stream that
// joins and a change of grants may judge it at once.
func (s *stream) judged(look int64, who *policy.Actor) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if look > s.look {
		s.look = look
		s.who.Store(who)
	}
}

// name has a name written. It never waits.
func (s *stream) name(t db.Topic) {
	s.mu.Lock()
	if !slices.Contains(s.names, t) {
		s.names = append(s.names, t)
	}
	s.mu.Unlock()
	select {
	case s.woken <- struct{}{}:
	default: // it will find this name too
	}
}

// take gives the names to be written.
func (s *stream) take() []db.Topic {
	s.mu.Lock()
	defer s.mu.Unlock()
	names := s.names
	s.names = nil
	return names
}

// drop ends a stream; what writes it then leaves.
func (s *stream) drop() { s.end.Do(func() { close(s.gone) }) }

// nameAll has all be looked at again.
func (s *stream) nameAll() {
	for t := range s.topics {
		s.name(t)
	}
}

// write writes names as they come, until the reader has gone or the stream has to end; with each the milestone up to which
// all was told, to go on from elsewhere.
func (s *stream) write(w *bufio.Writer, milestone func() string) {
	beat := time.NewTimer(firstBeat)
	defer beat.Stop()
	ends := time.Now().Add(streamLife)
	_, _ = fmt.Fprintf(w, ": here\n\nevent: beat\nid: %s\ndata: -\n\n", milestone())
	for w.Flush() == nil {
		select {
		case <-s.woken:
			at := milestone() // before they are taken: what is told after this is told once more, and not left out
			for _, name := range s.take() {
				_, _ = fmt.Fprintf(w, "event: %s\nid: %s\ndata: -\n\n", name, at)
			}
		case now := <-beat.C:
			if now.After(ends) {
				return
			}
			beat.Reset(heartbeat)
			_, _ = fmt.Fprintf(w, "event: beat\nid: %s\ndata: -\n\n", milestone())
		case <-s.gone:
			return
		}
	}
}

// wait waits for names to come, but not for ever.
func (s *stream) wait() {
	late := time.NewTimer(pollWait)
	defer late.Stop()
	select {
	case <-s.woken:
	case <-late.C:
	case <-s.gone:
	}
}

// parseTopic splits a topic about one thing into its kind and the thing's id.
func parseTopic(t db.Topic) (kind string, id int64) {
	for _, kind := range []string{"case-", "note-", "queue-", "person-", "own-"} {
		if rest, ok := strings.CutPrefix(string(t), kind); ok {
			id, err := strconv.ParseInt(rest, 10, 64)
			if err != nil || id <= 0 {
				return "", 0
			}
			return kind[:len(kind)-1], id
		}
	}
	return string(t), 0
}

// sight is what it takes to judge who may hear of a topic: read once, whoever listens.
type sight struct {
	kind   string
	object policy.Object
	owner  int64 // of what is somebody's own
}

// holds tells whether a person may hear of what was seen. A queue is heard of by those who would see any case in it.
func (h *hub) holds(who policy.Actor, at sight) bool {
	switch at.kind {
	case "case", "queue":
		return h.judge.Can(who, policy.See, at.object)
	case "note":
		return h.judge.Can(who, policy.See, at.object) && h.judge.Can(who, policy.Note, at.object)
	case string(db.SetUpChanged): // what is set up is what everybody may look at, such as how services are
		return true
	case "own":
		return who.Person.ID == at.owner
	}
	return false
}

// may tells whether a person may listen to a topic.
func (h *hub) may(ctx context.Context, who policy.Actor, t db.Topic) (bool, error) {
	kind, id := parseTopic(t)
	at := sight{kind: kind}
	switch {
	case t == casesChanged:
		return h.judge.May(who, policy.See), nil
	case t == ownChanged, t == db.SetUpChanged:
		return who.SignedIn(), nil
	case kind == "case":
		refs, err := h.db.CaseRefs(ctx, []db.Number{db.Number(id)})
		ref, there := refs[db.Number(id)]
		if err != nil || !there {
			return false, err
		}
		at.object = ref
	case kind == "queue":
		at.object.QueueID = id
	default:
		return false, nil
	}
	return h.holds(who, at), nil
}
