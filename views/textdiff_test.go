package views

import (
	"strings"
	"testing"
)

// Marking words takes time with the square of a text: it is done for what somebody may read through.
func TestWordsAreMarkedInWhatCanBeReadThrough(t *testing.T) {
	short := CompareText("when: answers.urgent and x\n", "when: answers.urgent and y\n")
	if len(short) != 1 || len(short[0].New) != 2 || !short[0].New[1].Marked {
		t.Errorf("a short line: %+v", short)
	}
	long := CompareText(strings.Repeat("a b c ", 1000)+"x", strings.Repeat("a b c ", 1000)+"y")
	if len(long) != 1 || long[0].Kind != "changed" || len(long[0].New) != 1 || long[0].New[0].Marked {
		t.Errorf("a long line: %d parts", len(long[0].New))
	}
	many := CompareText(strings.Repeat(strings.Repeat("a ", 500)+"x\n", 500), strings.Repeat(strings.Repeat("a ", 500)+"y\n", 500))
	if len(many) != 500 || len(many[0].New) != 2 || len(many[499].New) != 1 {
		t.Errorf("%d lines, %d parts in the first, %d in the last", len(many), len(many[0].New), len(many[len(many)-1].New))
	}
}
