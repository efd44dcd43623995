package torture

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"portico/cmd/portico/programtest"
	"portico/db/demo"
)

// diskSize is that of a small file system: room for a database, its log, and some work.
const diskSize = 400 << 20

// within names the folder of a small file system to a test that was started once more, inside of a name space.
const within = "PORTICO_TEST_DISK"

// TestDiskFull fills the disk of the data folder while clients work: they are told, nothing is lost or half, what is
// there can be read, and when there is room again the portal goes on by itself.
func TestDiskFull(t *testing.T) {
	t.Parallel()
	disk := smallDisk(t)
	if disk == "" {
		return
	}
	w := newWorldIn(t, disk)
	w.start()
	k := w.checker(w.people)
	reader := programtest.NewVisitor(t, *w.address.Load())
	reader.SignIn("manager@maple.test", demo.Password)

	for round := range max(1, *rounds/4) {
		w.wait()
		refused := w.full.Load()
		ballast := fill(t, disk)
		w.until("clients are told that there is no room", func() bool { return w.full.Load() > refused+20 })
		w.until("a page can be read", func() bool { return reader.Get("/cases").Status == http.StatusOK })
		away := w.refusals.Load()
		w.overflow()
		w.until("clients are told that the database is away", func() bool { return w.refusals.Load() > away+20 })
		if err := os.Remove(ballast); err != nil {
			t.Fatal(err)
		}
		w.hold(func() { w.recovered(); k.check() })
		told := k.ledger.told()
		w.until("something is acknowledged again", func() bool { return k.ledger.told() > told+10 })
		if t.Failed() {
			t.Fatalf("in round %d", round+1)
		}
	}
	w.finish()
	k.check()
	k.swept()
	k.check()
	w.stop()
	t.Logf("%d things acknowledged, %d answers that there is no room, %d that the database is away", k.ledger.told(), w.full.Load(), w.refusals.Load())
}

// overflow has the database write its log until there is no room for that either, which it does not survive. What clients
// do would come to it too, in minutes: whatever finds no room writes little.
func (w *world) overflow() {
	w.t.Helper()
	c := w.database()
	for range 2 * diskSize / (8 << 20) {
		if _, err := c.Exec(w.t.Context(), `select pg_logical_emit_message(false, 'test', repeat('x', $1))`, 8<<20); c.IsClosed() {
			w.t.Logf("the database ends with its log: %v", err)
			return
		}
	}
	w.t.Error("the database's log finds room for ever")
}

// fill leaves no room at all on a disk, until the file that it gives is removed.
func fill(t *testing.T, disk string) (ballast string) {
	t.Helper()
	ballast = filepath.Join(disk, "ballast")
	f, err := os.Create(ballast)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	for zeros := make([]byte, 1<<20); ; {
		_, err := f.Write(zeros)
		switch {
		case errors.Is(err, syscall.ENOSPC) && len(zeros) > 1:
			zeros = zeros[:len(zeros)/2]
		case errors.Is(err, syscall.ENOSPC):
			return ballast
		case err != nil:
			t.Fatal(err)
		}
	}
}

// smallDisk gives a folder on a small file system of its own. Who may not mount one has this test run once more where they
// may, in a name space of its own: then, and where there is none either, the folder is empty, and all has been done.
func smallDisk(t *testing.T) string {
	t.Helper()
	if disk := os.Getenv(within); disk != "" {
		return disk
	}
	disk := programtest.Folder(t)
	mount := []string{"mount", "-t", "tmpfs", "-o", fmt.Sprintf("mode=0755,size=%d", diskSize), "tmpfs", disk}
	denied, err := exec.Command(mount[0], mount[1:]...).CombinedOutput()
	if err == nil {
		t.Cleanup(func() {
			if out, err := exec.Command("umount", "--lazy", disk).CombinedOutput(); err != nil {
				t.Errorf("unmount: %v\n%s", err, out)
			}
		})
		return disk
	}

	// First as the root of a name space, to mount; then as oneself again, as PostgreSQL does not run as root.
	self := []string{os.Args[0], "-test.run=^" + t.Name() + "$", "-test.v", "-rounds=" + strconv.Itoa(*rounds), "-seed=" + strconv.FormatUint(*seed, 10)}
	inside := append([]string{"--map-root-user", "--user", "--mount", "sh", "-ec", strings.Join(mount, " ") + `
chmod 0777 ` + disk + `
exec unshare --user --map-user=` + strconv.Itoa(os.Getuid()) + ` --map-group=` + strconv.Itoa(os.Getgid()) + ` "$@"`, "sh"}, self...)
	cmd := exec.Command("unshare", inside...)
	cmd.Env = append(os.Environ(), within+"="+disk)
	out, err := cmd.CombinedOutput()
	switch ran := strings.Contains(string(out), "=== RUN"); {
	case !ran && os.Getenv("CI") == "true":
		t.Errorf("no small file system can be had here, to be filled: run as root that may mount, or let users make name spaces "+
			"(sysctl kernel.unprivileged_userns_clone=1, kernel.apparmor_restrict_unprivileged_userns=0): %s%v\n%s", denied, err, out)
	case !ran:
		t.Logf("no small file system can be had here, so that of all this only full attachments are tested: %s%v\n%s", denied, err, out)
	case err != nil:
		t.Errorf("in a name space: %v\n%s", err, out)
	default:
		t.Logf("in a name space:\n%s", out)
	}
	return ""
}

// TestAttachmentsFull has only attachments find no room: the kernel refuses files of the portal beyond a size. All else
// goes on, and nothing of what was refused stays.
func TestAttachmentsFull(t *testing.T) {
	const most = 20 << 20 // less than an attachment may have, and more than the database's files
	w := newWorld(t)
	w.limited(most)
	t.Parallel() // from here on others may start programs
	v := programtest.NewVisitor(t, *w.address.Load())
	v.SignIn("customer@maple.test", demo.Password)
	stored := func() (names []string) {
		files, err := os.ReadDir(filepath.Join(w.data, "files"))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			names = append(names, f.Name())
		}
		return names
	}
	before := stored()
	large := strings.Repeat("It is so. ", (most+1<<20)/10)
	const page = "/items/report-issue"
	for language, words := range map[string]string{"en": "not taken", "fr": "n’a pas été pris"} {
		preferences := v.Get("/preferences")
		if got := v.Send("/preferences", "/preferences", url.Values{"language": {language}, "theme": {"auto"}, "zone": {"UTC"}}); got.Status != http.StatusOK {
			t.Fatalf("%d\n%s", got.Status, preferences.Text)
		}
		got := v.Upload(page, "/uploads", nil, "log.txt", large)
		if got.Status != http.StatusInsufficientStorage || got.Header.Get("Retry-After") == "" || !strings.Contains(got.Text, words) || programtest.Inner.MatchString(got.Text) {
			t.Errorf("%d, to come back after %q: %s", got.Status, got.Header.Get("Retry-After"), got.Text)
		}
	}
	if now := stored(); len(now) != len(before) {
		t.Errorf("of what was refused there is %v, before there was %v", now, before)
	}
	if got := v.Upload(page, "/uploads", nil, "log.txt", "a few words"); got.Status != http.StatusCreated {
		t.Errorf("a small one: %d %s", got.Status, got.Text)
	}
	kase := regexp.MustCompile(`/cases/CS\d+`).FindString(v.Get("/cases").Text)
	if got := v.Upload(kase, kase+"/replies", url.Values{"body": {"with a log"}}, "log.txt", large); got.Status != http.StatusInsufficientStorage ||
		got.Header.Get("Retry-After") == "" || programtest.Inner.MatchString(got.Text) {
		t.Errorf("a reply with it: %d %s", got.Status, got.Text)
	}
	if got := v.Send(kase, kase+"/replies", url.Values{"body": {"without a log"}}); got.Status != http.StatusOK || !strings.Contains(got.Text, "without a log") || strings.Contains(got.Text, "with a log") {
		t.Errorf("a reply without it: %d", got.Status)
	}
	w.stop()
}

// limited starts the portal with a bound for the size of each of its files.
func (w *world) limited(most uint64) {
	w.t.Helper()
	_ = programtest.Command(w.t, w.environment, "version") // it is built without a bound
	var before syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &before); err != nil {
		w.t.Fatal(err)
	}
	// The program inherits it. This process writes no file of such a size meanwhile.
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: most, Max: before.Max}); err != nil {
		w.t.Fatal(err)
	}
	defer func() {
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &before); err != nil {
			w.t.Error(err)
		}
	}()
	w.start()
}
