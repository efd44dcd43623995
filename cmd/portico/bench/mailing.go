package bench

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/smtp"
	"slices"
	"strings"
	"sync"
	"time"

	"portico/db"
)

const mailGroup = "Mail"

// mailsAtOnce is how many connections the floor sends over: as many as one copy of the portal does.
const mailsAtOnce = 8

// mailing sends a pile of mail to a server that takes all and keeps nothing but its count; and kills a second copy of the
// portal in the middle of another pile.
func (b *bench) mailing(ctx context.Context) error {
	for _, one := range []struct {
		name    string
		measure func(ctx context.Context, name string) error
		least   int // mails that it takes
	}{
		{"a pile of mail is sent", b.pile, 1},
		{"a copy is killed while it sends a pile", b.killedPile, 1000},
	} {
		switch {
		case !b.wants(mailGroup, one.name):
		case b.Post == nil:
			_, _ = fmt.Fprintf(b.Progress, "%s: %s: not of a portal that runs already\n", mailGroup, one.name)
		case b.Mails < one.least:
			_, _ = fmt.Fprintf(b.Progress, "%s: %s: of %d mails there is no middle\n", mailGroup, one.name, b.Mails)
		default:
			b.now(mailGroup, one.name)
			if err := one.measure(ctx, one.name); err != nil {
				return wrong(mailGroup, one.name, err)
			}
		}
	}
	return nil
}

// pile counts a mail as once. Its floor is a bare client that sends one of these mails as often, over as many connections.
func (b *bench) pile(ctx context.Context, name string) error {
	of, err := b.metered(ctx, func() (sample, error) {
		began := time.Now()
		if _, err := b.promise(ctx, b.Mails); err != nil {
			return sample{}, err
		}
		return b.eachOf(b.Mails, began, b.until(ctx, "all mail is sent", func() (bool, error) { return b.waiting(ctx, 0) }))
	})
	if err != nil {
		return err
	}
	under, err := b.metered(ctx, func() (sample, error) {
		began := time.Now()
		return b.eachOf(b.Mails, began, sendBare(b.Post.address(), b.Post.lastMail(), b.Mails))
	})
	if err != nil {
		return err
	}
	f := b.report.add(mailGroup, name, of)
	f.under(under)
	f.P50, f.P99, f.Max, f.Floor.P50, f.Floor.P99, f.Floor.Max = 0, 0, 0, 0, 0, 0 // a mail has no time of its own
	f.Note = fmt.Sprintf("%s mails, from their promise to the server's last word: %.0f a second; floor: a bare client, over %d connections too: %s a second",
		thousands(float64(b.Mails)), f.PerSecond, mailsAtOnce, thousands(f.Floor.PerSecond))
	return nil
}

// eachOf makes a sample of something that was done so many times from when it began.
func (b *bench) eachOf(times int, began time.Time, err error) (sample, error) {
	wall := time.Since(began)
	return sample{took: slices.Repeat([]time.Duration{wall / time.Duration(max(times, 1))}, times), wall: wall}, err
}

// killedPile has a second copy help with a pile, and kills it once a third was taken. What it was at is taken up by the
// other one when that is sure that nobody is at it any more: the bench has that time be over at once.
func (b *bench) killedPile(ctx context.Context, name string) error {
	kill, err := b.Second()
	if err != nil {
		return err
	}
	b.Post.forget()
	began := time.Now()
	ids, err := b.promise(ctx, b.Mails)
	if err == nil {
		err = b.until(ctx, "a third of the mail is sent", func() (bool, error) { return b.Post.count() > b.Mails/3, nil })
	}
	kill()
	if err != nil {
		return err
	}
	if err := b.until(ctx, "no mail waits", func() (bool, error) {
		_, err := b.db.Pool().Exec(ctx, `update river_job set attempted_at = attempted_at - interval '1 hour' where state = 'running' and queue = $1 and attempted_at > now() - interval '30 minutes'
			and attempted_at < now() - interval '10 seconds'`, db.MailQueue)
		if err != nil {
			return false, err
		}
		return b.waiting(ctx, 0)
	}); err != nil {
		return err
	}
	perhaps, missing, doubled := 0, 0, 0
	for _, id := range ids {
		m, err := b.db.Mail(db.AsSystem(ctx, "bench"), id)
		if err != nil {
			return err
		}
		times := b.Post.times(id)
		switch m.Became() {
		case db.MailWithheld, db.MailUnwanted: // judged as it was to be sent
			times++
		case db.MailPerhaps:
			perhaps++
		}
		switch {
		case times == 0:
			missing++
		case times > 1:
			doubled++
		}
	}
	f := b.report.value(mailGroup, name, float64(missing+doubled), "mails missing or doubled")
	f.Note = fmt.Sprintf("of %s mails %d never came and %d came twice; %d are said to be perhaps sent; all over after %.0f s",
		thousands(float64(len(ids))), missing, doubled, perhaps, time.Since(began).Seconds())
	if missing > perhaps {
		return fmt.Errorf("%d mails never came, and of %d only it is said so", missing, perhaps)
	}
	return nil
}

// promise promises a pile of mail to contacts about their own cases, as their events once did.
func (b *bench) promise(ctx context.Context, n int) (ids []int64, err error) {
	ctx = db.AsSystem(ctx, "bench")
	err = b.db.InTx(ctx, func(ctx context.Context, tx *db.DB) error {
		if ids, err = tx.PromiseOldMails(ctx, n, time.Now()); err != nil {
			return err
		}
		return tx.EnqueueMails(ctx, ids)
	})
	if err == nil && len(ids) < n {
		err = fmt.Errorf("the database has events for %d mails, not for %d", len(ids), n)
	}
	return ids, err
}

// waiting tells whether at most so many mails wait.
func (b *bench) waiting(ctx context.Context, most int) (bool, error) {
	counts, _, err := b.db.MailCounts(db.AsSystem(ctx, "bench"), most+1)
	return counts[db.MailWaiting] <= most, err
}

// until waits for something, which has five minutes.
func (b *bench) until(ctx context.Context, what string, so func() (bool, error)) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	for {
		if done, err := so(); done || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("waited in vain until %s", what)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// sendBare sends a mail so many times over a few connections, as plainly as it can be done.
func sendBare(address, mail string, times int) error {
	failed := make([]error, mailsAtOnce)
	var all sync.WaitGroup
	for w := range mailsAtOnce {
		all.Go(func() {
			c, err := smtp.Dial(address)
			if err != nil {
				failed[w] = err
				return
			}
			defer func() { _ = c.Quit() }()
			for i := w; i < times && failed[w] == nil; i += mailsAtOnce {
				failed[w] = sendOne(c, mail)
			}
		})
	}
	all.Wait()
	return errors.Join(failed...)
}

func sendOne(c *smtp.Client, mail string) error {
	if err := c.Mail("care@provider.test"); err != nil {
		return err
	}
	if err := c.Rcpt("reader@customer.test"); err != nil {
		return err
	}
	w, err := c.Data()
	if err != nil {
		return err
	}
	if _, err := w.Write([]byte(mail)); err != nil {
		return err
	}
	return w.Close()
}

// Post is a mail server that takes all it is given.
type Post struct {
	socket net.Listener

	mu    sync.Mutex
	taken map[int64]int // by the id of the portal's mail, which its Message-ID begins with
	all   int
	last  string
}

// NewPost starts one, which listens until it is closed.
func NewPost() (*Post, error) {
	socket, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for mail: %w", err)
	}
	p := &Post{socket: socket, taken: map[int64]int{}}
	go func() {
		for {
			c, err := socket.Accept()
			if err != nil {
				return
			}
			go p.serve(c)
		}
	}()
	return p, nil
}

// URL is what a portal reaches it by.
func (p *Post) URL() string { return "smtp://" + p.address() + "?from=care@provider.test" }

// Close has it listen no more.
func (p *Post) Close() { _ = p.socket.Close() }

func (p *Post) address() string { return p.socket.Addr().String() }

func (p *Post) lastMail() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.last
}

func (p *Post) count() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.all
}

func (p *Post) times(id int64) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.taken[id]
}

func (p *Post) forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.taken, p.all = map[int64]int{}, 0
}

func (p *Post) take(mail string) {
	var id int64
	if _, rest, ok := strings.Cut(mail, "<mail-"); ok {
		_, _ = fmt.Sscanf(rest, "%d-", &id)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.taken[id]++
	p.all++
	p.last = mail
}

// serve speaks as much of SMTP as it takes.
func (p *Post) serve(c net.Conn) {
	defer func() { _ = c.Close() }()
	say := func(line string) { _, _ = c.Write([]byte(line + "\r\n")) }
	say("220 here")
	lines := bufio.NewReader(c)
	for {
		line, err := lines.ReadSlice('\n')
		if err != nil {
			return
		}
		switch {
		case bytes.HasPrefix(line, []byte("DATA")):
			say("354 go on")
			var mail strings.Builder
			for {
				if line, err = lines.ReadSlice('\n'); err != nil {
					return
				}
				if string(line) == ".\r\n" {
					break
				}
				mail.Write(line)
			}
			p.take(mail.String())
			say("250 taken")
		case bytes.HasPrefix(line, []byte("QUIT")):
			say("221 bye")
			return
		default:
			say("250 fine")
		}
	}
}
