package desk_test

import (
	"errors"
	"strings"
	"testing"

	"portico/handlers/desk"
	"portico/handlers/handlertest"
)

func TestKindsOfFiles(t *testing.T) {
	site := handlertest.New(t)
	who := site.Actor("customer@maple.test")
	zip := "PK\x03\x04" + strings.Repeat("\x00", 26)
	for _, c := range []struct {
		name, file, body, media string
		kind                    desk.FileKind // without which it is not taken; empty: never
	}{
		{"a picture", "a.png", "\x89PNG\r\n\x1a\nx", "image/png", desk.Pictures},
		{"a document", "a.pdf", "%PDF-1.7 x", "application/pdf", desk.Documents},
		{"a table of an office", "a.xlsx", zip + "xl/workbook.xml", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", desk.Documents},
		{"a log", "a.log", "12:00 started", "text/plain", desk.Texts},
		{"a film", "a.mov", "\x00\x00\x00\x14ftypqt  xxxxxxxxxx", "video/quicktime", desk.Recordings},
		{"a capture", "a.pcap", "\xd4\xc3\xb2\xa1\x02\x00\x04\x00", "application/vnd.tcpdump.pcap", desk.Captures},
		{"a newer capture", "a.pcapng", "\x0a\x0d\x0d\x0a\x1c\x00\x00\x00", "application/vnd.tcpdump.pcap", desk.Captures},
		{"a packed folder", "a.zip", zip + "setup.exe", "application/zip", desk.Archives},
		{"a page", "a.zip", "<!doctype html><script>alert(1)</script>", "", ""},
		{"a program", "a.png", "MZ\x90\x00\x03\x00\x00\x00", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, kind := range desk.FileKinds {
				site.Desk.TakeLimits(desk.Limits{FileBytes: 1000, Files: 1, Kinds: []desk.FileKind{kind}})
				f, err := site.Desk.Upload(t.Context(), who, c.file, strings.NewReader(c.body))
				var invalid desk.Invalid
				switch refused := errors.As(err, &invalid) && invalid["file"].Code == "file_type"; {
				case kind == c.kind && (err != nil || f.MediaType != c.media):
					t.Errorf("with %s: %v, %q", kind, err, f.MediaType)
				case kind != c.kind && !refused:
					t.Errorf("with %s alone it is taken: %v", kind, err)
				}
			}
		})
	}
}
