//go:build linux || darwin

package embedded

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestRefusals(t *testing.T) {
	t.Parallel()
	refused := func(t *testing.T, dir string, words ...string) {
		t.Helper()
		s, err := Start(t.Context(), Options{Dir: dir})
		if err == nil {
			stop(t, s)
			t.Fatal("it started")
		}
		for _, word := range words {
			if !strings.Contains(err.Error(), word) {
				t.Errorf("%q says nothing of %q", err, word)
			}
		}
		if strings.Contains(err.Error(), "\n") {
			t.Errorf("more than a sentence: %q", err)
		}
	}

	t.Run("a cluster of another version: which one it needs", func(t *testing.T) {
		t.Parallel()
		dir := folder(t)
		cluster := filepath.Join(dir, "postgres")
		if err := os.Mkdir(cluster, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(cluster, "PG_VERSION"), []byte("9\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		refused(t, dir, cluster, "install PostgreSQL 9")
	})

	t.Run("a folder postgres of somebody else's", func(t *testing.T) {
		t.Parallel()
		dir := folder(t)
		if err := os.Mkdir(filepath.Join(dir, "postgres"), 0o700); err != nil {
			t.Fatal(err)
		}
		refused(t, dir, "holds no PostgreSQL cluster")
	})

	t.Run("a data folder that can't be made", func(t *testing.T) {
		t.Parallel()
		file := filepath.Join(folder(t), "file")
		if err := os.WriteFile(file, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		refused(t, filepath.Join(file, "data"), "cannot write", filepath.Join(file, "data"), "PORTICO_DATA")
	})

	t.Run("a folder that may not be entered, or written", func(t *testing.T) {
		t.Parallel()
		private := filepath.Join(folder(t), "private")
		mode, words := os.FileMode(0o700), []string{"may not enter " + private, "PORTICO_DATA"}
		if os.Geteuid() != 0 {
			mode, words = 0o500, []string{"cannot write", "permission denied", "PORTICO_DATA"}
		}
		if err := os.Mkdir(private, mode); err != nil {
			t.Fatal(err)
		}
		refused(t, filepath.Join(private, "data"), words...)
		if _, err := os.Stat(filepath.Join(private, "data")); !os.IsNotExist(err) {
			t.Error("it left a folder behind")
		}
	})
}

func TestDefaultDir(t *testing.T) {
	t.Parallel()
	t.Run("data in the working folder", func(t *testing.T) {
		t.Parallel()
		work := folder(t)
		dir, note, err := defaultDir(work, filepath.Join(folder(t), "lib"))
		if dir != filepath.Join(work, "data") || note != "" || err != nil {
			t.Errorf("got %q, %q, %v", dir, note, err)
		}
	})

	t.Run("for root in a private folder, one of its own that the note tells of", func(t *testing.T) {
		t.Parallel()
		private, lib := filepath.Join(folder(t), "home"), filepath.Join(folder(t), "lib")
		work, twin := filepath.Join(private, "portico"), filepath.Join(private, "other", "portico")
		for _, dir := range []string{work, twin} {
			if err := os.MkdirAll(dir, 0o700); err != nil {
				t.Fatal(err)
			}
		}
		first, twins := filepath.Join(lib, "portico"), filepath.Join(lib, "portico-2")
		if os.Geteuid() != 0 { // who needs none of this
			first, twins = filepath.Join(work, "data"), filepath.Join(twin, "data")
		}
		for range 2 {
			dir, note, err := defaultDir(work, lib)
			if dir != first || err != nil || (note != "") != strings.Contains(note, lib) || (note != "") != (os.Geteuid() == 0) {
				t.Errorf("got %q, %q, %v", dir, note, err)
			}
		}
		if dir, _, err := defaultDir(twin, lib); dir != twins || err != nil {
			t.Errorf("a second checkout of that name: %q, %v", dir, err)
		}
	})
}

func TestPick(t *testing.T) {
	t.Parallel()
	at := func(majors ...int) (all []binaries) {
		for _, m := range majors {
			all = append(all, binaries{major: m})
		}
		return all
	}
	for _, c := range []struct {
		name     string
		cluster  int
		here     []binaries
		want     int
		sentence string
	}{
		{"the newest for a new cluster", 0, at(15, 17, 16), 17, ""},
		{"the one that made the cluster, though there is a newer one", 15, at(15, 17), 15, ""},
		{"none for a cluster of another version", 16, at(15, 17), 0, "install PostgreSQL 16"},
		{"none for a cluster where no server is", 16, nil, 0, "install PostgreSQL 16"},
		{"none too old", 0, at(11), 0, "too old"},
		{"none at all", 0, nil, 0, "no PostgreSQL server was found"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b, err := pick(c.cluster, c.here, files{cluster: "data/postgres"})
			if b.major != c.want {
				t.Errorf("picked %d", b.major)
			}
			if (err == nil) != (c.sentence == "") || err != nil && !strings.Contains(err.Error(), c.sentence) {
				t.Errorf("said %v", err)
			}
		})
	}
}

func TestNPM(t *testing.T) {
	t.Parallel()
	// brought is a package as npm unpacks it: no links, for npm carries none.
	brought := func(t *testing.T, links ...map[string]string) string {
		t.Helper()
		pkg := folder(t)
		list, err := json.Marshal(links)
		if err != nil {
			t.Fatal(err)
		}
		for name, text := range map[string]string{
			"package.json":             `{"version": "17.5.0-beta.1"}`,
			"native/pg-symlinks.json":  string(list),
			"native/lib/libx.so.1.2":   "x",
			"native/bin/postgres":      "#!/bin/sh\necho 'postgres (PostgreSQL) 17.5'\n",
			"native/bin/initdb":        "#!/bin/sh\n",
			"native/share/pg/postgres": "y",
		} {
			file := filepath.Join(pkg, name)
			if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, []byte(text), 0o755); err != nil {
				t.Fatal(err)
			}
		}
		return pkg
	}
	ours := map[string]string{"source": "native/lib/libx.so.1.2", "target": "native/lib/libx.so.1"}

	t.Run("its links are made, once", func(t *testing.T) {
		t.Parallel()
		pkg := brought(t, ours)
		for range 2 {
			if err := link(pkg); err != nil {
				t.Fatal(err)
			}
		}
		if text, err := os.ReadFile(filepath.Join(pkg, "native/lib/libx.so.1")); string(text) != "x" {
			t.Errorf("got %q, %v", text, err)
		}
	})

	t.Run("none leads out of the package", func(t *testing.T) {
		t.Parallel()
		out := map[string]string{"source": "native/lib/libx.so.1.2", "target": "../../evil"}
		if err := link(brought(t, out)); err == nil {
			t.Error("it was made")
		}
	})

	t.Run("it runs from where it is, or from a copy that the server's user can enter", func(t *testing.T) {
		t.Parallel()
		copies := filepath.Join(folder(t), "copies")
		pkg := brought(t, ours)
		if err := os.Chmod(pkg, 0o700); err != nil {
			t.Fatal(err)
		}
		a, err := accountFor(copies)
		if err != nil {
			t.Fatal(err)
		}
		want := pkg
		if a.drop {
			want = filepath.Join(copies, "17.5.0-beta.1")
		}
		for range 2 {
			got, err := runnable(pkg, copies, a)
			if err != nil || len(got) != 1 || got[0].major != 17 || got[0].dir != filepath.Join(want, "native", "bin") {
				t.Fatalf("got %v, %v", got, err)
			}
		}
		if text, err := os.ReadFile(filepath.Join(want, "native/lib/libx.so.1")); string(text) != "x" {
			t.Errorf("its link: %q, %v", text, err)
		}
	})
}
