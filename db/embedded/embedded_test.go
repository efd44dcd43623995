//go:build linux || darwin

package embedded

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// helperDir makes this test's binary a portal of its own, on that folder, to be killed.
const helperDir = "PORTICO_TEST_EMBEDDED"

func TestMain(m *testing.M) {
	if dir := os.Getenv(helperDir); dir != "" {
		helper(dir)
		return
	}
	os.Exit(m.Run())
}

func helper(dir string) {
	syscall.Umask(0o077) // as careful people have it: the server's user has to get in all the same
	ctx := context.Background()
	s, err := Start(ctx, Options{Dir: dir})
	if err == nil {
		err = s.with(ctx, func(ctx context.Context, db *pgx.Conn) error {
			_, err := db.Exec(ctx, "create table kept (word text); insert into kept values ('still here')")
			return err
		})
	}
	fmt.Println("helper:", err)
	select {}
}

func TestServer(t *testing.T) {
	t.Parallel()
	t.Run("both roles reach the database, and only one of them is its owner", func(t *testing.T) {
		t.Parallel()
		s := started(t, Options{Dir: folder(t), Throwaway: true})
		for role, owns := range map[string]bool{Owner: true, Program: false} {
			db := connected(t, s.URL(role, Database))
			var got string
			var owner, super bool
			err := db.QueryRow(t.Context(), `select current_user, rolsuper, pg_get_userbyid(datdba) = current_user
				from pg_roles, pg_database where rolname = current_user and datname = current_database()`).Scan(&got, &super, &owner)
			if err != nil || got != role || owner != owns || super != owns {
				t.Errorf("as %s: user %s, superuser %v, owner %v, error %v", role, got, super, owner, err)
			}
		}
	})

	t.Run("names sort as people sort them", func(t *testing.T) {
		t.Parallel()
		s := started(t, Options{Dir: folder(t), Throwaway: true})
		var got string
		err := connected(t, s.URL(Program, Database)).QueryRow(t.Context(),
			`select string_agg(n, ' ' order by n) from unnest('{Zoé,Étienne,eve,Adam,adam}'::text[]) n`).Scan(&got)
		if err != nil || got != "adam Adam Étienne eve Zoé" {
			t.Errorf("got %q, %v", got, err)
		}
	})

	t.Run("a second start finds the data and takes no new cluster", func(t *testing.T) {
		t.Parallel()
		dir := folder(t)
		s := started(t, Options{Dir: dir})
		keep(t, s)
		stop(t, s)
		kept(t, started(t, Options{Dir: dir}))
	})

	t.Run("stopping takes little time, with sessions open too", func(t *testing.T) {
		t.Parallel()
		s := started(t, Options{Dir: folder(t)})
		connected(t, s.URL(Program, Database))
		began := time.Now()
		stop(t, s)
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("took %s", took)
		}
		if err := s.Stop(t.Context()); err != nil {
			t.Errorf("stopping twice: %v", err)
		}
	})

	t.Run("a path too long for a socket works all the same", func(t *testing.T) {
		t.Parallel()
		dir := filepath.Join(folder(t), strings.Repeat("long/", 30))
		s := started(t, Options{Dir: dir, Throwaway: true})
		if len(s.files.socket) > maxSocketPath {
			t.Errorf("the socket lies in %s", s.files.socket)
		}
		connected(t, s.URL(Program, Database))
		other := started(t, Options{Dir: dir, Throwaway: true})
		if !other.Joined() {
			t.Error("another process does not find it")
		}
		stop(t, other)
		stop(t, s)
		if _, err := os.Stat(s.files.socket); !os.IsNotExist(err) {
			t.Errorf("%s is left behind", s.files.socket)
		}
	})

	t.Run("a name with quotes, commas and spaces works", func(t *testing.T) {
		t.Parallel()
		s := started(t, Options{Dir: filepath.Join(folder(t), `it's "my, own" %data`), Throwaway: true})
		connected(t, s.URL(Program, Database))
	})
}

func TestOneOwner(t *testing.T) {
	t.Parallel()
	t.Run("of many that start at once on a new folder one owns it, the others join", func(t *testing.T) {
		t.Parallel()
		dir := folder(t)
		servers := make([]*Server, 4)
		var wg sync.WaitGroup
		for i := range servers {
			wg.Go(func() {
				s, err := Start(t.Context(), Options{Dir: dir, Throwaway: true})
				if err != nil {
					t.Error(err)
					return
				}
				servers[i] = s
			})
		}
		wg.Wait()
		owners := 0
		for _, s := range servers {
			if s == nil {
				continue
			}
			t.Cleanup(func() { stop(t, s) })
			connected(t, s.URL(Program, Database))
			if !s.Joined() {
				owners++
			}
		}
		if owners != 1 {
			t.Errorf("%d own it", owners)
		}
	})

	t.Run("stopping a joined server leaves it running", func(t *testing.T) {
		t.Parallel()
		dir := folder(t)
		owner := started(t, Options{Dir: dir, Throwaway: true})
		joined := started(t, Options{Dir: dir, Throwaway: true})
		stop(t, joined)
		connected(t, owner.URL(Program, Database))
	})

	t.Run("when the owner leaves, one that joined takes over, with the data", func(t *testing.T) {
		t.Parallel()
		dir := folder(t)
		owner := started(t, Options{Dir: dir})
		keep(t, owner)
		joined := started(t, Options{Dir: dir})
		url := joined.URL(Owner, "postgres")
		stop(t, owner)
		eventually(t, func() error {
			if joined.Joined() {
				return fmt.Errorf("still joined")
			}
			return nil
		})
		if url != joined.URL(Owner, "postgres") {
			t.Error("its address has changed")
		}
		kept(t, joined)
	})
}

func TestAccidents(t *testing.T) {
	t.Parallel()
	t.Run("what was committed survives a kill of the portal", func(t *testing.T) {
		t.Parallel()
		dir := filepath.Join(folder(t), "new", "data")
		self := exec.Command(os.Args[0])
		self.Env = append(os.Environ(), helperDir+"="+dir)
		out, err := self.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := self.Start(); err != nil {
			t.Fatal(err)
		}
		line, err := bufio.NewReader(out).ReadString('\n')
		if err != nil || line != "helper: <nil>\n" {
			t.Errorf("got %q, %v", line, err)
		}
		if err := self.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = self.Wait() // killed
		kept(t, started(t, Options{Dir: dir}))
	})

	t.Run("a server that outlived its portal is replaced", func(t *testing.T) {
		t.Parallel()
		dir := folder(t)
		s := started(t, Options{Dir: dir})
		keep(t, s)
		abandon(t, s)
		next := started(t, Options{Dir: dir})
		if next.Joined() {
			t.Error("it joined an owner that is gone")
		}
		kept(t, next)
	})

	t.Run("a server that dies is started again", func(t *testing.T) {
		t.Parallel()
		s := started(t, Options{Dir: folder(t)})
		keep(t, s)
		dead := s.child
		if err := dead.process.Kill(); err != nil {
			t.Fatal(err)
		}
		<-dead.gone
		eventually(t, func() error { return s.ping(t.Context()) })
		kept(t, s)
	})

	t.Run("the number of a dead server that went to another process stops nobody", func(t *testing.T) {
		t.Parallel()
		dir := folder(t)
		s := started(t, Options{Dir: dir})
		keep(t, s)
		stop(t, s)
		stale := fmt.Sprintf("%d\n%s\n1\n5432\n%s\n\n", os.Getpid(), s.files.cluster, s.files.socket)
		if err := s.files.makeSocket(s.account); err != nil {
			t.Fatal(err)
		}
		for _, file := range []string{
			filepath.Join(s.files.cluster, "postmaster.pid"), filepath.Join(s.files.socket, ".s.PGSQL.5432.lock"),
		} {
			if err := os.WriteFile(file, []byte(stale), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := s.account.give(file); err != nil {
				t.Fatal(err)
			}
		}
		kept(t, started(t, Options{Dir: dir}))
	})

	t.Run("while what makes one for a start that was killed is still at it", func(t *testing.T) {
		t.Parallel()
		dir := folder(t)
		unborn := filepath.Join(dir, "postgres.new", "base")
		writing, enough := make(chan struct{}), make(chan struct{})
		var wg sync.WaitGroup
		wg.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-enough:
					return
				default:
					_ = os.MkdirAll(filepath.Join(unborn, fmt.Sprint(n%1000)), 0o700)
				}
				if n == 100 {
					close(writing)
				}
			}
		})
		<-writing
		s := started(t, Options{Dir: dir})
		close(enough)
		wg.Wait()
		keep(t, s)
		stop(t, s)
		kept(t, started(t, Options{Dir: dir}))
		if _, err := os.Stat(filepath.Join(dir, "postgres.new")); !os.IsNotExist(err) {
			t.Errorf("it is left behind: %v", err)
		}
	})

	t.Run("a cluster that was cut off while it was made is made again", func(t *testing.T) {
		t.Parallel()
		dir := folder(t)
		if err := os.MkdirAll(filepath.Join(dir, "postgres.new", "base"), 0o700); err != nil {
			t.Fatal(err)
		}
		connected(t, started(t, Options{Dir: dir, Throwaway: true}).URL(Program, Database))
	})

	t.Run("a start that is called off leaves nothing running", func(t *testing.T) {
		t.Parallel()
		dir := folder(t)
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		defer cancel()
		if s, err := Start(ctx, Options{Dir: dir}); err == nil {
			stop(t, s)
		}
		connected(t, started(t, Options{Dir: dir, Throwaway: true}).URL(Program, Database))
	})
}

func BenchmarkStart(b *testing.B) {
	b.Run("first", func(b *testing.B) {
		for b.Loop() {
			stop(b, started(b, Options{Dir: folder(b)}))
		}
	})
	b.Run("warm", func(b *testing.B) {
		dir := folder(b)
		stop(b, started(b, Options{Dir: dir}))
		for b.Loop() {
			stop(b, started(b, Options{Dir: dir}))
		}
	})
}

// folder is an empty folder that the server's user may enter; those of the testing package are private.
func folder(t testing.TB) string {
	dir := t.TempDir()
	for _, d := range []string{filepath.Dir(dir), dir} {
		if err := os.Chmod(d, 0o711); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func started(t testing.TB, o Options) *Server {
	t.Helper()
	s, err := Start(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, s) })
	return s
}

func stop(t testing.TB, s *Server) {
	t.Helper()
	if err := s.Stop(context.Background()); err != nil {
		t.Error(err)
	}
}

// abandon lets go of a server without stopping it, as a killed process does where the system doesn't end its children.
func abandon(t testing.TB, s *Server) {
	t.Helper()
	s.stopped.Do(func() {
		s.stop()
		<-s.watched
		if err := s.lock.file.Close(); err != nil {
			t.Fatal(err)
		}
	})
	t.Cleanup(func() {
		_ = s.child.process.Signal(syscall.SIGQUIT) // it should be gone
		<-s.child.gone
	})
}

func connected(t testing.TB, url string) *pgx.Conn {
	t.Helper()
	db, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close(context.Background()) }) // its server may be gone
	return db
}

func keep(t testing.TB, s *Server) {
	t.Helper()
	if _, err := connected(t, s.URL(Owner, "postgres")).Exec(t.Context(),
		"create table kept (word text); insert into kept values ('still here')"); err != nil {
		t.Fatal(err)
	}
}

func kept(t testing.TB, s *Server) {
	t.Helper()
	var word string
	err := connected(t, s.URL(Owner, "postgres")).QueryRow(t.Context(), "select word from kept").Scan(&word)
	if err != nil || word != "still here" {
		t.Errorf("got %q, %v", word, err)
	}
}

func eventually(t testing.TB, holds func() error) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	late := time.After(20 * time.Second)
	for {
		err := holds()
		if err == nil {
			return
		}
		select {
		case <-tick.C:
		case <-late:
			t.Fatal("still: ", err)
		}
	}
}
