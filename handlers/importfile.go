package handlers

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"portico/db"
	"portico/handlers/desk"

	"golang.org/x/text/encoding/charmap"
	unicodes "golang.org/x/text/encoding/unicode"
)

// What a file of contacts may be: larger ones are imported in parts.
const (
	importBytes = 10 << 20
	importRows  = 20_000
	importLine  = 64 << 10 // bytes between two ends of lines
	importCell  = 1000     // letters of one field
)

// badFile is why a file can't be read as contacts at all.
func badFile(code string, pairs ...any) error {
	args := map[string]any{}
	for i := 0; i+1 < len(pairs); i += 2 {
		args[pairs[i].(string)] = pairs[i+1]
	}
	return desk.Invalid{"file": {Code: code, Args: args}}
}

// readContacts reads a file of contacts as it arrives, and no further than to the first thing that makes it none: that is
// desk.Invalid, under "file". What is wrong with one field is kept with its row. Western is for files in Windows' own
// letters, which can't be told from others by themselves.
func readContacts(from io.Reader, western bool) (desk.ContactFile, error) {
	from = &linesOnly{from: &atMost{from: from, left: importBytes}, most: importLine}
	head := bufio.NewReaderSize(from, importLine)
	text, err := decoded(head, western)
	if err != nil {
		return desk.ContactFile{}, err
	}
	r := csv.NewReader(text)
	if r.Comma, err = separator(text); err != nil {
		return desk.ContactFile{}, err
	}
	r.FieldsPerRecord, r.ReuseRecord = -1, true
	var file desk.ContactFile
	rows := rowCount{}
	for {
		record, err := r.Read()
		if err == io.EOF { //nolint:errorlint // the very error, by the rules of csv
			break
		}
		if err != nil {
			return desk.ContactFile{}, unreadable(err, rows.last+1)
		}
		row := rows.next(r, record)
		if slices.ContainsFunc(record, func(s string) bool { return !utf8.ValidString(s) }) {
			return desk.ContactFile{}, badFile("import.file.encoding", "Row", row)
		}
		if file.Columns == nil {
			if file.Columns, err = columnsIn(record); err != nil {
				return desk.ContactFile{}, err
			}
			continue
		}
		if !slices.ContainsFunc(record, func(s string) bool { return strings.TrimSpace(s) != "" }) {
			continue // a spreadsheet's empty line
		}
		if len(file.Rows) == importRows {
			return desk.ContactFile{}, badFile("import.file.rows", "Rows", importRows)
		}
		file.Rows = append(file.Rows, rowOfFile(row, file.Columns, record))
	}
	switch {
	case file.Columns == nil:
		return desk.ContactFile{}, badFile("import.file.empty")
	case len(file.Rows) == 0:
		return desk.ContactFile{}, badFile("import.file.no-rows")
	}
	return file, nil
}

// decoded gives a file's text in UTF-8, whatever it begins with says that it is.
func decoded(head *bufio.Reader, western bool) (*bufio.Reader, error) {
	start, err := head.Peek(4)
	if err != nil && err != io.EOF { //nolint:errorlint // the very error, by the rules of bufio
		return nil, unreadable(err, 1)
	}
	as := func(r io.Reader) *bufio.Reader { return bufio.NewReaderSize(r, importLine) }
	switch {
	case bytes.HasPrefix(start, []byte{0xEF, 0xBB, 0xBF}):
		_, _ = head.Discard(3)
		return head, nil
	case bytes.HasPrefix(start, []byte{0xFF, 0xFE}), bytes.HasPrefix(start, []byte{0xFE, 0xFF}):
		return as(unicodes.UTF16(unicodes.LittleEndian, unicodes.UseBOM).NewDecoder().Reader(head)), nil
	case bytes.HasPrefix(start, []byte("PK\x03\x04")), bytes.HasPrefix(start, []byte{0xD0, 0xCF, 0x11, 0xE0}):
		return nil, badFile("import.file.workbook")
	case western:
		return as(charmap.Windows1252.NewDecoder().Reader(head)), nil
	}
	return head, nil
}

// separator is what stands between the fields of a file, by its first line.
func separator(text *bufio.Reader) (rune, error) {
	line, err := text.Peek(importLine)
	if len(line) == 0 && err != nil && err != io.EOF { //nolint:errorlint // the very error, by the rules of bufio
		return 0, unreadable(err, 1)
	}
	line, _, _ = bytes.Cut(bytes.TrimLeft(line, "\r\n"), []byte("\n"))
	if bytes.IndexByte(line, 0) >= 0 {
		return 0, badFile("import.file.binary")
	}
	best := ','
	for _, sign := range []rune{';', '\t'} {
		if bytes.Count(line, []byte(string(sign))) > bytes.Count(line, []byte(string(best))) {
			best = sign
		}
	}
	return best, nil
}

// unreadable is the answer to what is wrong with a whole file.
func unreadable(err error, row int) error {
	var invalid desk.Invalid
	var parse *csv.ParseError
	switch {
	case errors.As(err, &invalid):
		return invalid
	case errors.As(err, &parse):
		return badFile("import.file.quotes", "Row", row)
	}
	return err
}

// rowCount counts the rows of a file as a spreadsheet does: what stands between quotes may have several lines, and lines
// with nothing in them, which package csv passes over, are rows too.
type rowCount struct {
	last int // the row that was counted last
	line int // at which it ended
}

func (n *rowCount) next(r *csv.Reader, record []string) int {
	line, _ := r.FieldPos(0)
	n.last += line - n.line
	end, _ := r.FieldPos(len(record) - 1)
	n.line = end + strings.Count(record[len(record)-1], "\n")
	return n.last
}

// columnsIn reads the head of a file.
func columnsIn(record []string) ([]string, error) {
	var columns, unknown, twice []string
	for len(record) > 0 && strings.TrimSpace(record[len(record)-1]) == "" { // a spreadsheet's empty columns
		record = record[:len(record)-1]
	}
	for _, name := range record {
		name = strings.ReplaceAll(strings.ToLower(strings.TrimSpace(plain(name))), " ", "_")
		switch {
		case !slices.Contains(desk.ContactColumns, name):
			if name == "" {
				name = "“”"
			}
			unknown = append(unknown, shortened(name))
		case slices.Contains(columns, name):
			twice = append(twice, name)
		}
		columns = append(columns, name)
	}
	var missing []string
	for _, name := range desk.RequiredColumns {
		if !slices.Contains(columns, name) {
			missing = append(missing, name)
		}
	}
	named := func(list []string) string {
		const most = 10
		if len(list) > most {
			list = append(slices.Clip(list[:most]), "…")
		}
		return strings.Join(list, ", ")
	}
	switch {
	case len(unknown) > 0 && len(missing) == len(desk.RequiredColumns):
		return nil, badFile("import.file.head", "Columns", strings.Join(desk.RequiredColumns, ", "))
	case len(missing) > 0:
		return nil, badFile("import.file.missing", "Columns", named(missing))
	case len(unknown) > 0:
		return nil, badFile("import.file.unknown", "Columns", named(unknown))
	case len(twice) > 0:
		return nil, badFile("import.file.twice", "Columns", named(twice))
	}
	return columns, nil
}

// rowOfFile takes the fields of a row over, with what is wrong with them as they are.
func rowOfFile(row int, columns, record []string) db.ImportRow {
	r := db.ImportRow{Row: row, Values: make([]string, len(columns))}
	wrong := func(column, value, code string, args map[string]any) {
		if v := []rune(value); len(v) > 40 {
			value = string(v[:40]) + "…"
		}
		r.Problems = append(r.Problems, db.ImportProblem{Column: column, Value: value, Code: code, Args: args})
	}
	if len(record) > len(columns) && strings.TrimSpace(strings.Join(record[len(columns):], "")) != "" {
		wrong(columns[len(columns)-1], record[len(columns)], "import.fields", map[string]any{"Fields": len(columns)})
	}
	for i, field := range record[:min(len(record), len(columns))] {
		value := strings.TrimSpace(plain(field))
		legible := strings.Map(func(c rune) rune {
			if unicode.IsControl(c) && c != '\n' && c != '\t' && c != '\r' {
				return -1
			}
			return c
		}, value)
		switch {
		case legible != value:
			wrong(columns[i], legible, "import.control", nil)
		case utf8.RuneCountInString(value) > importCell:
			wrong(columns[i], value, "import.long", map[string]any{"Most": importCell})
			legible = string([]rune(value)[:importCell])
		}
		r.Values[i] = strings.Clone(legible) // a record's fields share one text
	}
	return r
}

// atMost fails where a file is larger than it may be.
type atMost struct {
	from io.Reader
	left int
}

func (a *atMost) Read(p []byte) (int, error) {
	n, err := a.from.Read(p)
	if a.left -= n; a.left < 0 {
		return 0, badFile("import.file.large", "Size", importBytes)
	}
	return n, err
}

// linesOnly fails where lines are longer than any of contacts: what takes a line apart must not be handed all of a file.
type linesOnly struct {
	from      io.Reader
	most, now int
}

func (l *linesOnly) Read(p []byte) (int, error) {
	n, err := l.from.Read(p)
	for _, b := range p[:n] {
		if l.now++; b == '\n' || b == '\r' {
			l.now = 0
		}
		if l.now > l.most {
			return 0, badFile("import.file.line")
		}
	}
	return n, err
}
