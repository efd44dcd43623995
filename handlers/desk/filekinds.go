package desk

import (
	"bytes"
	"net/http"
	"path"
	"slices"
	"strings"
)

// taken are the types that are known to do nothing by themselves, as they are sniffed, by their kind. What browsers would
// run is not among them, however it is allowed.
var taken = map[string]FileKind{
	"image/png": Pictures, "image/jpeg": Pictures, "image/gif": Pictures, "image/webp": Pictures, "image/bmp": Pictures,
	"application/pdf": Documents, "audio/wave": Recordings, "audio/mpeg": Recordings, "video/mp4": Recordings, "video/webm": Recordings,
	"application/x-gzip": Archives,
}

// captures is how files begin that hold what went over a network.
var captures = [][]byte{{0xd4, 0xc3, 0xb2, 0xa1}, {0xa1, 0xb2, 0xc3, 0xd4}, {0x4d, 0x3c, 0xb2, 0xa1}, {0xa1, 0xb2, 0x3c, 0x4d}, {0x0a, 0x0d, 0x0d, 0x0a}}

// office are documents that are packed as a zip, by the ending of their name.
var office = map[string]string{
	".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
	".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
	".odt":  "application/vnd.oasis.opendocument.text",
	".ods":  "application/vnd.oasis.opendocument.spreadsheet",
	".odp":  "application/vnd.oasis.opendocument.presentation",
}

// officeFirst is how the first file inside of such a zip is called, or begins.
var officeFirst = []string{"[Content_Types].xml", "mimetype", "_rels/", "docProps/", "word/", "xl/", "ppt/"}

// sniff tells a file's type by its first bytes; its name only chooses between types that look alike. Empty: not one of
// these kinds.
func sniff(name string, head []byte, kinds []FileKind) string {
	media, kind := mediaType(strings.ToLower(path.Ext(name)), head)
	if !slices.Contains(kinds, kind) {
		return ""
	}
	return media
}

func mediaType(ending string, head []byte) (string, FileKind) {
	sniffed, _, _ := strings.Cut(http.DetectContentType(head), ";")
	from := func(n int) []byte { return head[min(n, len(head)):] }
	switch {
	case taken[sniffed] != "":
		return sniffed, taken[sniffed]
	case bytes.HasPrefix(from(4), []byte("ftypheic")):
		return "image/heic", Pictures
	case bytes.HasPrefix(from(4), []byte("ftypqt")):
		return "video/quicktime", Recordings
	case slices.ContainsFunc(captures, func(magic []byte) bool { return bytes.HasPrefix(head, magic) }):
		return "application/vnd.tcpdump.pcap", Captures
	case sniffed == "text/plain" && ending == ".csv":
		return "text/csv", Texts
	case sniffed == "text/plain", sniffed == "text/xml":
		return "text/plain", Texts // logs, traces, mails; XML too is only ever shown as text
	case sniffed == "application/zip":
		const nameAt = 30 // where the first file's name stands in a zip
		if slices.ContainsFunc(officeFirst, func(s string) bool { return bytes.HasPrefix(from(nameAt), []byte(s)) }) {
			return office[ending], Documents
		}
		return sniffed, Archives
	}
	return "", ""
}
