package handlers

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"portico/handlers/desk"
)

const fileHead = "first_name,last_name,email,account\n"

// repeated gives a line over and over, and counts how much of it was read.
type repeated struct {
	line string
	at   int
	read int
}

func (r *repeated) Read(p []byte) (int, error) {
	n := copy(p, r.line[r.at:])
	r.at = (r.at + n) % len(r.line)
	r.read += n
	return n, nil
}

// TestEndlessFilesAreReadNoFurther: of what never ends, no more is read than shows that it is too much.
func TestEndlessFilesAreReadNoFurther(t *testing.T) {
	for code, line := range map[string]string{
		"import.file.rows":  "A,B,someone@maple.test,100210\n",
		"import.file.large": "A,B,someone@maple.test,100210," + strings.Repeat("x", 1000) + "\n",
		"import.file.line":  ",,,,,,,,",
	} {
		body := &repeated{line: line}
		_, err := readContacts(io.MultiReader(strings.NewReader(fileHead), body), false)
		var invalid desk.Invalid
		if !errors.As(err, &invalid) || invalid["file"].Code != code || body.read > importBytes+2*importLine {
			t.Errorf("%.20q: %v after %d bytes", line, err, body.read)
		}
	}
}

// TestFilesAreReadInAnyCoat: whatever a spreadsheet makes of the same rows, they are the same rows.
func TestFilesAreReadInAnyCoat(t *testing.T) {
	text := "first_name,last_name,email,account\r\nZoé,\"O\"\"Neil\",zoe@maple.test,'=100210\r\n"
	want, err := readContacts(strings.NewReader(text), false)
	if err != nil || want.Rows[0].Values[1] != `O"Neil` || want.Rows[0].Values[3] != "=100210" {
		t.Fatalf("%+v, %v", want, err)
	}
	wide := func(order binary.AppendByteOrder) string {
		var b []byte
		for _, u := range utf16.Encode([]rune("\ufeff" + text)) {
			b = order.AppendUint16(b, u)
		}
		return string(b)
	}
	for name, file := range map[string]string{
		"with its mark":       "\ufeff" + text,
		"semicolons":          strings.ReplaceAll(text, ",", ";"),
		"tabs":                strings.ReplaceAll(text, ",", "\t"),
		"ends of lines":       strings.ReplaceAll(text, "\r\n", "\n"),
		"UTF-16":              wide(binary.LittleEndian),
		"UTF-16, big end":     wide(binary.BigEndian),
		"empty columns after": strings.ReplaceAll(text, "\r\n", ",,\r\n"),
		"empty rows after":    text + ",,,\r\n\r\n",
	} {
		got, err := readContacts(strings.NewReader(file), false)
		if err != nil || len(got.Rows) != 1 || !slices.Equal(got.Rows[0].Values, want.Rows[0].Values) || len(got.Rows[0].Problems) > 0 {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

// FuzzReadContacts: whatever comes, it is refused with a sentence or read into rows that can be kept.
func FuzzReadContacts(f *testing.F) {
	for _, text := range []string{"", fileHead, fileHead + "A,B,c@d.test,1\n", "email;account;last_name;first_name\na;\"b\n\n;\";c;d\n",
		"\ufeff" + fileHead + "\n\n\"\n\",B,\"C\"\"\",\x00\n", "\xff\xfee\x00\n\x00", "PK\x03\x04", fileHead + "Ren\xe9,,,\n", "\"" + fileHead} {
		f.Add([]byte(text), false)
		f.Add([]byte(text), true)
	}
	f.Fuzz(func(t *testing.T, text []byte, western bool) {
		file, err := readContacts(bytes.NewReader(text), western)
		var invalid desk.Invalid
		if err != nil {
			if !errors.As(err, &invalid) || invalid["file"].Code == "" {
				t.Fatalf("no sentence for %v", err)
			}
			return
		}
		last := 1
		for _, row := range file.Rows {
			if row.Row <= last || len(row.Values) != len(file.Columns) {
				t.Fatalf("row %d after %d, of %d columns: %+v", row.Row, last, len(file.Columns), row)
			}
			last = row.Row
			for _, v := range row.Values {
				if strings.ContainsRune(v, 0) || !utf8.ValidString(v) || utf8.RuneCountInString(v) > importCell {
					t.Fatalf("%q can't be kept", v)
				}
			}
		}
	})
}
