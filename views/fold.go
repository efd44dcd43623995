package views

import (
	"html/template"
	"text/template/parse"
)

// fold writes into templates what is the same each time: words of the catalogue without arguments, and icons. A page has
// a hundred of them, and to call each by reflection, and escape what it gives, is a good part of what the page costs.
// It must come before anything of the set is executed. Such words stand in text and in quoted attributes only, where
// they are escaped alike; a key that no catalogue has is left to fail where it stands.
func fold(set *template.Template, lang string, icon func(string) template.HTML) {
	for _, t := range set.Templates() {
		if t.Tree != nil {
			foldList(t.Tree.Root, lang, icon)
		}
	}
}

func foldList(list *parse.ListNode, lang string, icon func(string) template.HTML) {
	if list == nil {
		return
	}
	for i, node := range list.Nodes {
		switch node := node.(type) {
		case *parse.ActionNode:
			if html, ok := constant(node.Pipe, lang, icon); ok {
				list.Nodes[i] = &parse.TextNode{NodeType: parse.NodeText, Pos: node.Pos, Text: []byte(html)}
			}
		case *parse.IfNode:
			foldList(node.List, lang, icon)
			foldList(node.ElseList, lang, icon)
		case *parse.WithNode:
			foldList(node.List, lang, icon)
			foldList(node.ElseList, lang, icon)
		case *parse.RangeNode:
			foldList(node.List, lang, icon)
			foldList(node.ElseList, lang, icon)
		}
	}
}

// constant is what a call of t or icon comes to, where it names nothing but a key or an icon.
func constant(pipe *parse.PipeNode, lang string, icon func(string) template.HTML) (html string, ok bool) {
	if len(pipe.Decl) > 0 || len(pipe.Cmds) != 1 || len(pipe.Cmds[0].Args) != 2 {
		return "", false
	}
	function, isCall := pipe.Cmds[0].Args[0].(*parse.IdentifierNode)
	with, isText := pipe.Cmds[0].Args[1].(*parse.StringNode)
	if !isCall || !isText {
		return "", false
	}
	switch function.Ident {
	case "icon":
		return string(icon(with.Text)), true
	case "t":
		text, err := Say(with.Text).in(lang)
		return template.HTMLEscapeString(text), err == nil
	}
	return "", false
}
