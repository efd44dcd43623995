package desk_test

import (
	"bytes"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"testing"
	"time"

	"portico/db"
	"portico/db/dbtest"
	"portico/handlers/handlertest"
	"portico/policy"

	"github.com/google/uuid"
	"gocloud.dev/blob/fileblob"
)

// siteWithFolder is a portal that keeps files in a folder, as one without other settings does.
func siteWithFolder(t *testing.T) (site *handlertest.Site, folder string) {
	t.Helper()
	site, folder = handlertest.New(t), t.TempDir()
	bucket, err := fileblob.OpenBucket(folder, &fileblob.Options{NoTempDir: true, Metadata: fileblob.MetadataDontWrite})
	if err != nil {
		t.Fatal(err)
	}
	site.Desk.Files = bucket
	return site, folder
}

// TestFilesCutOff leaves files as a portal does that is killed while it stores or deletes them.
func TestFilesCutOff(t *testing.T) {
	site, folder := siteWithFolder(t)
	who := site.Actor("customer@maple.test")

	begun := func(parts ...string) db.File {
		t.Helper()
		f := db.File{ID: uuid.New(), PersonID: who.Person.ID, Name: "a.txt", MediaType: "text/plain", Size: 3, CreatedAt: dbtest.Now}
		f.Key = f.ID.String()
		if err := site.DB.BeginFile(t.Context(), &f); err != nil {
			t.Fatal(err)
		}
		for _, part := range parts {
			if err := os.WriteFile(filepath.Join(folder, f.Key+part), []byte("abc"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		return f
	}
	unsent := begun()                 // before anything was stored
	halfway := begun(".18a3f0c2.tmp") // while it was
	unsaid := begun("")               // before anybody was told
	old := begun("", ".attrs")        // with what earlier portals kept beside files
	for _, f := range []db.File{unsent, halfway, unsaid, old} {
		if list, err := site.DB.Uploads(t.Context(), who.Person.ID, []uuid.UUID{f.ID}); err != nil || len(list) != 0 {
			t.Errorf("a file that is not whole can be sent: %v, %v", list, err)
		}
		if _, err := site.DB.FindFile(t.Context(), site.Desk.Judge.Scope(who, policy.See), false, who.Person.ID, f.ID); err == nil {
			t.Error("a file that is not whole can be read")
		}
	}
	if n, err := site.Desk.DiscardUploads(t.Context()); n != 0 || err != nil {
		t.Errorf("what may be on its way is thrown away: %d, %v", n, err)
	}

	site.Desk.Clock = func() time.Time { return dbtest.Now.Add(25 * time.Hour) }
	if n, err := site.Desk.DiscardUploads(t.Context()); n != 4 || err != nil {
		t.Errorf("%d are thrown away: %v", n, err)
	}
	left, err := os.ReadDir(folder)
	if err != nil || len(left) != 0 || waiting(t, site, who) != 0 {
		t.Errorf("left: %v, %v, and %d known", left, err, waiting(t, site, who))
	}
}

// TestFileStaysKnownUntilItIsDeleted has a store that can't delete.
func TestFileStaysKnownUntilItIsDeleted(t *testing.T) {
	site, folder := siteWithFolder(t)
	who := site.Actor("customer@maple.test")
	f := db.File{ID: uuid.New(), PersonID: who.Person.ID, Name: "a.txt", MediaType: "text/plain", CreatedAt: dbtest.Now}
	f.Key = f.ID.String()
	stuck := filepath.Join(folder, f.Key, "inside") // a folder that is not empty is not deleted
	if err := site.DB.BeginFile(t.Context(), &f); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(stuck, 0o700); err != nil {
		t.Fatal(err)
	}
	site.Desk.Clock = func() time.Time { return dbtest.Now.Add(25 * time.Hour) }
	if n, err := site.Desk.DiscardUploads(t.Context()); n != 0 || err == nil {
		t.Errorf("%d are said to be thrown away: %v", n, err)
	}
	if err := os.RemoveAll(filepath.Join(folder, f.Key)); err != nil {
		t.Fatal(err)
	}
	if n, err := site.Desk.DiscardUploads(t.Context()); n != 1 || err != nil {
		t.Errorf("the second time: %d, %v", n, err)
	}
}

// TestPreviewsGoWithTheirFiles has previews made, and the pictures thrown away.
func TestPreviewsGoWithTheirFiles(t *testing.T) {
	site, folder := siteWithFolder(t)
	who := site.Actor("customer@maple.test")
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 2000, 10))); err != nil {
		t.Fatal(err)
	}
	kept := map[string]db.File{}
	for _, name := range []string{"looked-at.png", "not-looked-at.png"} {
		f, err := site.Desk.Upload(t.Context(), who, name, bytes.NewReader(picture.Bytes()))
		if err != nil || f.PreviewWidth != 1280 || f.PreviewHeight != 6 {
			t.Fatalf("%s measures %d × %d: %v", name, f.PreviewWidth, f.PreviewHeight, err)
		}
		kept[name] = f
	}
	for range 2 { // made, then found
		preview, err := site.Desk.Preview(t.Context(), t.Context(), kept["looked-at.png"])
		if err != nil || preview.MediaType != "image/png" {
			t.Fatalf("%s, %v", preview.MediaType, err)
		}
		if m, err := png.DecodeConfig(preview); err != nil || m.Width != 1280 {
			t.Errorf("%d wide, %v", m.Width, err)
		}
		if err := preview.Close(); err != nil {
			t.Error(err)
		}
	}
	if all, err := os.ReadDir(folder); err != nil || len(all) != 3 {
		t.Errorf("%d files: %v", len(all), err)
	}
	for _, f := range kept {
		if err := site.Desk.RemoveUpload(t.Context(), who, f.ID); err != nil {
			t.Error(err)
		}
	}
	if all, err := os.ReadDir(folder); err != nil || len(all) != 0 {
		t.Errorf("left: %v, %v", all, err)
	}
}
