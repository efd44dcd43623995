package views

import (
	"io/fs"
	"regexp"
	"strings"
	"testing"
)

// French sets : ; ? ! and » off by a space at which no line may break, and so it does after «. Nobody sees which space it
// is, in an editor or on a wide screen.
func TestFrenchKeepsItsSpacesUnbroken(t *testing.T) {
	files, err := fs.Glob(locales, "locales/*.fr.toml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no catalogues: %v", err)
	}
	wrong := regexp.MustCompile(` [:;?!»]|« |[\p{L})}»…][;?!](?:[ "]|$)|[\p{L}]'[\p{L}]|\x{202f}`)
	for _, file := range files {
		data, err := fs.ReadFile(locales, file)
		if err != nil {
			t.Fatal(err)
		}
		for n, line := range strings.Split(string(data), "\n") {
			_, text, is := strings.Cut(line, " = ")
			if found := wrong.FindString(text); is && !strings.HasPrefix(line, "#") && found != "" {
				t.Errorf("%s:%d: %q in %s", file, n+1, found, text)
			}
		}
	}
}
