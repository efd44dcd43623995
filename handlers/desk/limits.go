package desk

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// The provider's settings of what people send in, as they are kept.
const (
	SettingFileMegabytes = "file_megabytes"
	SettingFileCount     = "file_count"
	SettingFileKinds     = "file_kinds"
)

// How far those settings go: more would not arrive in the time that a form may take.
const (
	MostMegabytes = 500
	MostFiles     = 50
)

const megabyte = 1_000_000

// Limits bound what people send in.
type Limits struct {
	FileBytes int64      // one file's size
	Files     int        // of one form or reply
	BodyRunes int        // length of a description, comment or note
	Kinds     []FileKind // of files that are taken
}

// DefaultLimits are those without any setting.
var DefaultLimits = Limits{FileBytes: 25 * megabyte, Files: 10, BodyRunes: 20_000,
	Kinds: []FileKind{Pictures, Documents, Texts, Recordings}}

// FileKind is a kind of files that can be allowed, or not.
type FileKind string

// The kinds, in the order in which they are named.
const (
	Pictures   FileKind = "pictures"
	Documents  FileKind = "documents"
	Texts      FileKind = "texts"
	Recordings FileKind = "recordings"
	Captures   FileKind = "captures" // of what went over a network
	Archives   FileKind = "archives"
)

// FileKinds are all of them.
var FileKinds = []FileKind{Pictures, Documents, Texts, Recordings, Captures, Archives}

// Limits are those of this moment. They follow the provider's settings, once TakeLimits was told of these.
func (d *Desk) Limits() Limits {
	if set := d.limits.Load(); set != nil {
		return *set
	}
	return d.Limit
}

// TakeLimits has the desk go by other limits from now on. What was taken in before stays, whatever it is.
func (d *Desk) TakeLimits(set Limits) { d.limits.Store(&set) }

// FileContent is what files people may send, as an administrator sets it.
type FileContent struct {
	Megabytes string     `json:"file_megabytes"` // of one
	Count     string     `json:"file_count"`     // in one form
	Kinds     []FileKind `json:"file_kinds"`
}

func filesSet(set map[string]string) FileContent {
	c := FileContent{Megabytes: set[SettingFileMegabytes], Count: set[SettingFileCount], Kinds: DefaultLimits.Kinds}
	c.Megabytes = cmp.Or(c.Megabytes, strconv.FormatInt(DefaultLimits.FileBytes/megabyte, 10))
	c.Count = cmp.Or(c.Count, strconv.Itoa(DefaultLimits.Files))
	if kinds := strings.Fields(set[SettingFileKinds]); len(kinds) > 0 {
		c.Kinds = knownKinds(kinds)
	}
	return c
}

// knownKinds are those kinds that there are, each once and in their order.
func knownKinds[S ~string](said []S) []FileKind {
	kinds := []FileKind{}
	for _, kind := range FileKinds {
		if slices.Contains(said, S(kind)) {
			kinds = append(kinds, kind)
		}
	}
	return kinds
}

func (c FileContent) check(invalid Invalid) FileContent {
	count := func(field, text string, most int) string {
		n, err := strconv.Atoi(strings.TrimSpace(text))
		if err != nil || n < 1 || n > most {
			invalid[field] = Complaint{Code: "writing.setup.number", Args: map[string]any{"Most": most}}
			return text
		}
		return strconv.Itoa(n)
	}
	c.Megabytes = count("file_megabytes", c.Megabytes, MostMegabytes)
	c.Count = count("file_count", c.Count, MostFiles)
	if c.Kinds = knownKinds(c.Kinds); len(c.Kinds) == 0 {
		invalid["file_kinds"] = Complaint{Code: "writing.setup.no-kind"}
	}
	return c
}

// Limits are the settings as the portal goes by them.
func (c FileContent) Limits() Limits {
	l := DefaultLimits
	if n, err := strconv.ParseInt(c.Megabytes, 10, 64); err == nil && n > 0 && n <= MostMegabytes {
		l.FileBytes = n * megabyte
	}
	if n, err := strconv.Atoi(c.Count); err == nil && n > 0 && n <= MostFiles {
		l.Files = n
	}
	if len(c.Kinds) > 0 {
		l.Kinds = c.Kinds
	}
	return l
}

func (c FileContent) settings() map[string]string {
	kinds := make([]string, len(c.Kinds))
	for i, kind := range c.Kinds {
		kinds[i] = string(kind)
	}
	return map[string]string{SettingFileMegabytes: c.Megabytes, SettingFileCount: c.Count, SettingFileKinds: strings.Join(kinds, " ")}
}
