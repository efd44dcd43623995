package handlers

import (
	"slices"
	"strings"

	"portico/handlers/desk"
	"portico/views"

	"github.com/gofiber/fiber/v2"
)

// fileFields are the part of the portal's set-up that says what may be attached.
func fileFields(lang string, in desk.FileContent) []views.SetupField {
	size := lineField("file_megabytes", "writing.setup.size", in.Megabytes, "text")
	size.Help = views.Say("writing.setup.size.help", "Most", desk.MostMegabytes)
	count := lineField("file_count", "writing.setup.count", in.Count, "text")
	size.Inputs[0].Short, count.Inputs[0].Short = true, true
	kinds := make([]views.SetupChoice, len(desk.FileKinds))
	for i, kind := range desk.FileKinds {
		key := "writing.kind." + string(kind)
		kinds[i] = views.SetupChoice{Value: string(kind), Label: views.T(lang, key+".label"), Detail: views.T(lang, key+".detail"),
			Chosen: slices.Contains(in.Kinds, kind)}
	}
	of := choiceField(views.SetupTicks, "file_kinds", "writing.setup.kinds", kinds...)
	of.Help = views.Say("writing.setup.kinds.help")
	return []views.SetupField{size, count, of}
}

func fileContent(c *fiber.Ctx) desk.FileContent {
	in := desk.FileContent{Megabytes: c.FormValue("file_megabytes"), Count: c.FormValue("file_count"), Kinds: []desk.FileKind{}}
	for _, kind := range c.Request().PostArgs().PeekMulti("file_kinds") {
		in.Kinds = append(in.Kinds, desk.FileKind(kind))
	}
	return in
}

// kindWords names kinds of files in a sentence.
func kindWords(lang string, kinds []desk.FileKind) string {
	words := make([]string, len(kinds))
	for i, kind := range kinds {
		words[i] = views.T(lang, "writing.kind."+string(kind))
	}
	if last := len(words) - 1; last > 0 {
		return strings.Join(words[:last], ", ") + " " + views.T(lang, "writing.kind.and") + " " + words[last]
	}
	return strings.Join(words, "")
}
