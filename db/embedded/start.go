//go:build linux || darwin

package embedded

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// patience is how long a second starter waits for the first to be ready: longer than any start takes.
const patience = time.Minute

func start(ctx context.Context, o Options) (*Server, error) {
	s := &Server{log: o.Log, opts: o, watched: make(chan struct{})}
	var err error
	if s.files, err = filesOf(o.Dir); err != nil {
		return nil, err
	}
	if s.account, err = accountFor(s.files.cluster); err != nil {
		return nil, err
	}
	if err := s.files.make(s.account); err != nil {
		return nil, err
	}
	if err := s.ownOrJoin(ctx); err != nil {
		return nil, err
	}
	s.stopping, s.stop = context.WithCancel(context.Background())
	go s.watch()
	return s, nil
}

func find(dir string) (string, error) {
	f, err := filesOf(dir)
	if err != nil {
		return "", err
	}
	a, err := accountFor(f.cluster)
	if err != nil {
		return "", err
	}
	major, err := f.major()
	if err != nil {
		return "", err
	}
	b, err := Options{}.server(major, f, a)
	return b.dir, err
}

func (s *Server) ownOrJoin(ctx context.Context) error {
	for until := time.Now().Add(patience); time.Now().Before(until); {
		if owned, err := s.own(ctx); owned || err != nil {
			return err
		}
		if s.files.joinable() && s.ping(ctx) == nil {
			s.log.Info("joined the PostgreSQL that runs here", "folder", s.files.cluster)
			return nil
		}
		if err := pause(ctx, 50*time.Millisecond); err != nil {
			return err
		}
	}
	return fmt.Errorf("another process holds the data folder %s, and its database does not answer: end that process and start again", s.files.dir)
}

// own takes the folder and starts its server, unless somebody else has it.
func (s *Server) own(ctx context.Context) (bool, error) {
	l, err := s.files.take(s.account)
	if l == nil {
		return false, err
	}
	c, err := s.open(ctx)
	if err != nil {
		return false, errors.Join(err, l.release())
	}
	if err := l.ready(true); err != nil {
		return false, errors.Join(s.files.refused(err), c.end(ctx, true), l.release())
	}
	s.mu.Lock()
	s.lock, s.child = l, c
	s.mu.Unlock()
	return true, nil
}

// open brings up the cluster, from whatever state it was left in.
func (s *Server) open(ctx context.Context) (*child, error) {
	began := time.Now()
	major, err := s.files.major()
	if err != nil {
		return nil, err
	}
	b, err := s.opts.server(major, s.files, s.account)
	if err != nil {
		return nil, err
	}
	if err := s.files.makeSocket(s.account); err != nil {
		return nil, err
	}
	s.files.sweepUnborn()
	if major == 0 {
		err = s.initialise(ctx, b)
	} else {
		err = s.clear(ctx)
	}
	if err != nil {
		return nil, err
	}
	c, err := s.boot(ctx, b)
	if err != nil {
		return nil, err
	}
	if err := s.furnish(ctx); err != nil {
		return nil, errors.Join(err, c.end(context.WithoutCancel(ctx), true))
	}
	s.log.Info("PostgreSQL runs", "version", b.major, "folder", s.files.cluster, "user", s.account.name,
		"took", time.Since(began).Round(time.Millisecond))
	return c, nil
}

// watch starts the server again when it dies, and takes a joined one over when its owner has left.
func (s *Server) watch() {
	defer close(s.watched)
	for wait := 200 * time.Millisecond; ; {
		s.mu.Lock()
		c, l := s.child, s.lock
		s.mu.Unlock()
		if c != nil {
			select {
			case <-s.stopping.Done():
				return
			case <-c.gone:
			}
			s.log.Error("PostgreSQL died, starting it again", "why", c.how, "log", s.files.log)
		} else if pause(s.stopping, wait) != nil {
			return
		}

		var err error
		if l == nil {
			_, err = s.own(s.stopping)
		} else if c, err = s.open(s.stopping); err == nil {
			s.mu.Lock()
			s.child = c
			s.mu.Unlock()
		}
		wait = 200 * time.Millisecond
		if err != nil {
			if s.stopping.Err() != nil {
				return
			}
			s.log.Error("PostgreSQL does not start, trying again", "err", err)
			wait = 5 * time.Second
			s.mu.Lock()
			s.child = nil
			s.mu.Unlock()
		}
	}
}

func (s *Server) shutdown(ctx context.Context) error {
	s.stop()
	<-s.watched
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.lock == nil {
		return nil
	}
	err := s.lock.ready(false)
	if s.child != nil {
		began := time.Now()
		err = errors.Join(err, s.child.end(ctx, s.opts.Throwaway))
		s.log.Info("PostgreSQL stopped", "took", time.Since(began).Round(time.Millisecond))
	}
	return errors.Join(err, s.files.removeSocket(), s.lock.release())
}
