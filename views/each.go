package views

import (
	"bytes"
	"errors"
	"fmt"
	"html/template"
	"io"
	"reflect"
	"strings"
	"sync"
	"text/template/parse"
	"time"

	"portico/db"
)

// row is a small template that is written once for each of many values of one type.
//
// A list spends most of its time where html/template calls its escapers by reflection, a dozen times a row. So templates
// that are no more than text with fields in it, some of them under a condition, are taken apart after html/template has
// decided how each place is to be escaped, and are put together without it. A template, or a value, that is more than
// that is left to html/template: what comes out is the same to the letter.
type row struct {
	whole *template.Template
	parts []part // nil: it is more than that
}

// drafts are what rows are written in before they are given away as a string: lists would leave half of their garbage here.
var drafts = sync.Pool{New: func() any { return new([]byte) }}

// part is text, and then the field that stands behind it.
type part struct {
	text    string
	field   []int                              // as reflect finds it; nil for the end
	call    func([]byte, reflect.Value) []byte // what writes HTML for the field; nil where it is shown as it is
	address bool                               // it stands where an address does
	when    []part                             // instead of the field: what is written where it is set
	orElse  []part                             // and where it isn't
}

// each writes the template of a slice's values for each of them.
func (e *Engine) each(lang string, values any) (template.HTML, error) {
	list := reflect.ValueOf(values)
	if list.Kind() != reflect.Slice {
		return "", fmt.Errorf("views: each of a %T", values)
	}
	r, ok := e.rows[lang][list.Type().Elem()]
	if !ok {
		return "", fmt.Errorf("views: no template for each of a %T", values)
	}
	draft := drafts.Get().(*[]byte)
	defer drafts.Put(draft)
	out := (*draft)[:0]
	for i := range list.Len() {
		var err error
		if out, err = r.append(out, list.Index(i)); err != nil {
			return "", err
		}
	}
	*draft = out
	return template.HTML(out), nil
}

func (r *row) append(out []byte, v reflect.Value) ([]byte, error) {
	if r.parts != nil && simple(r.parts, v) {
		return assemble(out, r.parts, v), nil
	}
	b := bytes.NewBuffer(out)
	err := r.whole.Execute(b, v.Interface())
	return b.Bytes(), err
}

func assemble(out []byte, parts []part, v reflect.Value) []byte {
	for i := range parts {
		p := &parts[i]
		out = append(out, p.text...)
		switch {
		case p.field == nil:
		case p.when != nil:
			if v.FieldByIndex(p.field).IsZero() {
				out = assemble(out, p.orElse, v)
			} else {
				out = assemble(out, p.when, v)
			}
		case p.call != nil:
			out = p.call(out, v.FieldByIndex(p.field))
		default:
			out = escape(out, v.FieldByIndex(p.field).String())
		}
	}
	return out
}

// escapes are what html/template writes in text and in quoted attributes, by the byte that it stands for.
var escapes = [256]string{0: "\uFFFD", '"': "&#34;", '&': "&amp;", '\'': "&#39;", '+': "&#43;", '<': "&lt;", '>': "&gt;"}

func escape[text string | []byte](out []byte, s text) []byte {
	from := 0
	for i := range len(s) {
		if e := escapes[s[i]]; e != "" {
			out = append(append(out, s[from:i]...), e...)
			from = i + 1
		}
	}
	return append(out, s[from:]...)
}

// simple tells whether all of a value's addresses are such as the portal makes: there is nothing to filter in them.
func simple(parts []part, v reflect.Value) bool {
	for i := range parts {
		p := &parts[i]
		if p.when != nil && (!simple(p.when, v) || !simple(p.orElse, v)) {
			return false
		}
		if p.address && !ownAddress(v.FieldByIndex(p.field).String()) {
			return false
		}
	}
	return true
}

// ownAddress tells whether an address is one within the portal, with nothing in it that would have to be encoded.
func ownAddress(s string) bool {
	if s == "" || s[0] != '/' {
		return false
	}
	for i := range len(s) {
		c := s[i]
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', strings.IndexByte("/?&=-_.~+", c) >= 0:
		case c == '%' && i+2 < len(s) && hex(s[i+1]) && hex(s[i+2]):
		default:
			return false
		}
	}
	return true
}

func hex(c byte) bool { return c >= '0' && c <= '9' || c >= 'A' && c <= 'F' }

// calls finds what writes the HTML that a function gives, by its name in templates; nil for one that gives something else.
type calls func(function string) func([]byte, reflect.Value) []byte

// newRow makes a view's template ready to be written many times. It must be the set's last change: html/template escapes
// a template when it is executed first, and then takes no more.
func newRow(set *template.Template, calls calls, v View) (*row, error) {
	r := &row{whole: set.Lookup(v.Template())}
	if r.whole == nil {
		return nil, fmt.Errorf("views: there is no template %s", v.Template())
	}
	var refused *template.Error
	if err := r.whole.Execute(io.Discard, v); errors.As(err, &refused) { // any other: the empty value may well be one that can't be shown
		return nil, fmt.Errorf("views: %w", err)
	}
	if parts, ok := takeApart(r.whole.Tree.Root, calls, reflect.TypeOf(v).Elem()); ok {
		r.parts = parts
	}
	return r, nil
}

func takeApart(list *parse.ListNode, calls calls, of reflect.Type) (parts []part, ok bool) {
	if list == nil {
		return []part{{}}, true
	}
	text := ""
	for _, node := range list.Nodes {
		var p part
		switch node := node.(type) {
		case *parse.TextNode:
			text += string(node.Text)
			continue
		case *parse.ActionNode:
			p, ok = takeAction(node.Pipe, calls, of)
		case *parse.IfNode:
			p, ok = takeCondition(node, calls, of)
		default:
			ok = false
		}
		if !ok {
			return nil, false
		}
		p.text, text = text, ""
		parts = append(parts, p)
	}
	return append(parts, part{text: text}), true
}

// takeCondition takes {{if .Field}}.
func takeCondition(node *parse.IfNode, calls calls, of reflect.Type) (p part, ok bool) {
	call, field, ok := takeField(node.Pipe, of)
	if !ok || call != "" || len(node.Pipe.Cmds) != 1 {
		return p, false
	}
	switch field.Type.Kind() {
	case reflect.Bool, reflect.String, reflect.Int, reflect.Int64:
	default:
		return p, false
	}
	var whole, other bool
	p.field = field.Index
	p.when, whole = takeApart(node.List, calls, of)
	p.orElse, other = takeApart(node.ElseList, calls, of)
	return p, whole && other
}

// takeAction takes {{.Field}} of text, and {{call .Field}} of what gives HTML, with the escapers behind it.
func takeAction(pipe *parse.PipeNode, calls calls, of reflect.Type) (p part, ok bool) {
	call, field, ok := takeField(pipe, of)
	if !ok || len(pipe.Cmds) < 2 {
		return p, false
	}
	p.field = field.Index
	if call != "" {
		p.call = calls(call)
	}
	if (p.call == nil) != (call == "") || p.call == nil && !isText(field.Type) {
		return p, false
	}
	for _, command := range pipe.Cmds[1:] {
		escaper, isName := command.Args[0].(*parse.IdentifierNode)
		if !isName || len(command.Args) != 1 {
			return p, false
		}
		switch {
		case escaper.Ident == "_html_template_htmlescaper": // which leaves HTML alone
		case p.call != nil:
			return p, false
		case escaper.Ident == "_html_template_attrescaper":
		case escaper.Ident == "_html_template_urlfilter", escaper.Ident == "_html_template_urlnormalizer":
			p.address = true
		default:
			return p, false
		}
	}
	return p, true
}

// isText tells whether values of a type are text that is shown as it is: no HTML, and nothing that says itself otherwise.
func isText(t reflect.Type) bool {
	return t.Kind() == reflect.String && t.PkgPath() != "html/template" &&
		!t.Implements(reflect.TypeFor[fmt.Stringer]()) && !t.Implements(reflect.TypeFor[error]())
}

// takeField finds the field that a pipeline begins with, and the name of the function that is called with it.
func takeField(pipe *parse.PipeNode, of reflect.Type) (call string, field reflect.StructField, ok bool) {
	args := pipe.Cmds[0].Args
	if len(pipe.Decl) > 0 || len(args) > 2 {
		return "", field, false
	}
	if len(args) == 2 {
		name, ok := args[0].(*parse.IdentifierNode)
		if !ok {
			return "", field, false
		}
		call = name.Ident
	}
	node, ok := args[len(args)-1].(*parse.FieldNode)
	if !ok || len(node.Ident) != 1 {
		return "", field, false
	}
	field, ok = of.FieldByName(node.Ident[0])
	return call, field, ok
}

// htmlOf calls those of the functions that give HTML, without reflection; nil for any other.
func (e *Engine) htmlOf(functions template.FuncMap, lang, name string) func([]byte, reflect.Value) []byte {
	if name == "when" {
		return func(out []byte, v reflect.Value) []byte {
			if v.CanAddr() { // a copy would be made on the heap
				return e.appendWhen(out, lang, *v.Addr().Interface().(*time.Time))
			}
			return e.appendWhen(out, lang, v.Interface().(time.Time))
		}
	}
	switch f := functions[name].(type) {
	case func(string) template.HTML:
		return func(out []byte, v reflect.Value) []byte { return append(out, f(v.String())...) }
	case func(db.Priority) template.HTML:
		return func(out []byte, v reflect.Value) []byte { return append(out, f(db.Priority(v.Int()))...) }
	case func(db.State) template.HTML:
		return func(out []byte, v reflect.Value) []byte { return append(out, f(db.State(v.String()))...) }
	}
	return nil
}
