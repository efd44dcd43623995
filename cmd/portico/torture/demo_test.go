package torture

import (
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"

	"portico/cmd/portico/programtest"
	"portico/db/demo"
)

// begun is a demo that was started once, and where everybody signed in. Each world begins as a copy of it: to make one
// takes longer than a round.
var begun struct {
	once    sync.Once
	folder  string
	cookies map[string][]*http.Cookie // by e-mail
	secret  string
}

// begin makes the demo that all worlds are copied from, if nobody did yet.
func begin(t *testing.T) {
	t.Helper()
	begun.once.Do(func() {
		var err error
		if begun.folder, err = lasting(); err != nil {
			t.Fatal(err)
		}
		p := programtest.Serve(t, nil, "--demo", "--data", filepath.Join(begun.folder, "data"))
		v := p.Ready()
		address, err := url.Parse(v.URL)
		if err != nil {
			t.Fatal(err)
		}
		cookies := map[string][]*http.Cookie{}
		for _, in := range demo.SignIns {
			v := programtest.NewVisitor(t, v.URL)
			v.SignIn(in.Email, demo.Password)
			cookies[in.Email] = v.Client.Jar.Cookies(address)
		}
		p.Stop(syscall.SIGTERM)
		secret, err := os.ReadFile(filepath.Join(begun.folder, "data", "secret"))
		if err != nil {
			t.Fatal(err)
		}
		begun.cookies, begun.secret = cookies, string(secret)
	})
	if begun.cookies == nil {
		t.Fatal("the demo could not be begun")
	}
}

// lasting makes a folder that the database's user may pass, and that outlasts the test that makes it.
func lasting() (string, error) {
	folder, err := os.MkdirTemp("", "portico-torture-")
	if err == nil {
		err = os.Chmod(folder, 0o711)
	}
	return folder, err
}

// copied is a copy of the demo in a folder.
func copied(t *testing.T, folder string) string {
	t.Helper()
	begin(t)
	data := filepath.Join(folder, "data")
	// cp keeps whose the files are: the database's are not root's.
	if out, err := exec.CommandContext(t.Context(), "cp", "-a", filepath.Join(begun.folder, "data"), data).CombinedOutput(); err != nil {
		t.Fatalf("copy the demo: %v\n%s", err, out)
	}
	return data
}

// forgetDemo removes what the worlds were copied from.
func forgetDemo() {
	if begun.folder != "" {
		_ = os.RemoveAll(begun.folder)
	}
}
