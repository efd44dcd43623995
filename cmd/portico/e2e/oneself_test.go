package e2e

import (
	"image"
	"image/jpeg"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// pictureToSend is a photograph, wide, dark on its left and light on its right.
func pictureToSend(t *testing.T) string {
	t.Helper()
	m := image.NewGray(image.Rect(0, 0, 800, 400))
	for i := range m.Pix {
		m.Pix[i] = uint8(255 * (i % 800) / 800)
	}
	path := filepath.Join(t.TempDir(), "me.jpg")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	if err := jpeg.Encode(f, m, nil); err != nil {
		t.Fatal(err)
	}
	return path
}

// shade is how light the picture beside one's name is, from 0 to 255, as the browser shows it.
const shade = `(async () => {
	const shown = document.querySelector(".self img");
	await shown.decode();
	const canvas = Object.assign(document.createElement("canvas"), { width: 1, height: 1 });
	canvas.getContext("2d").drawImage(shown, 0, 0, 1, 1);
	return canvas.getContext("2d").getImageData(0, 0, 1, 1).data[0];
})()`

// A picture of oneself, by the keyboard: its right part, which is light.
func TestPictureIsCutByKeys(t *testing.T) {
	b := open(t, desktop)
	b.signIn("west@maple.test")
	b.visit("/profile")
	b.see("#picture", "Choose a picture")
	if tell[bool](b, `document.querySelector("#picture-save").checkVisibility()`) {
		t.Error("a picture can be used before there is one")
	}
	b.attach("#picture-file", pictureToSend(t))
	b.until("the picture to show", `!document.querySelector(".cropper").hidden && document.querySelector("#picture").elements.side.value == "400"`)
	if got := tell[string](b, `document.querySelector("#picture").elements.x.value`); got != "200" {
		t.Errorf("at first it begins at %s", got)
	}
	if !tell[bool](b, `document.querySelector("[data-crop-down]").disabled && !document.querySelector("[data-crop-across]").disabled`) {
		t.Error("it can be moved where there is nothing of it")
	}
	tell[bool](b, `(document.querySelector("[data-crop-across]").focus(), true)`)
	b.key(kb.End)
	b.until("its right part", `document.querySelector("#picture").elements.x.value == "400"`)
	b.look()
	b.turn("Use this picture")
	b.see(".notice", "Your new picture is in place.")
	if light := tell[float64](b, shade); light < 150 {
		t.Errorf("what was kept is %v light", light)
	}
	b.see(".bar", "")
	if !tell[bool](b, `document.querySelector(".bar img.avatar")?.naturalWidth == 256`) {
		t.Error("the bar doesn't show it")
	}
	b.turn("Remove the picture")
	b.gone(".self img")
}

// How somebody wants the portal to be is what the browser does.
func TestPreferencesAreObeyed(t *testing.T) {
	b := open(t, desktop)
	b.signIn("customer@harbour.test")
	b.visit("/preferences")
	moves := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-reduced-motion", Value: "no-preference"}}}
	if _, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, moves); err != nil {
		b.fail("let things move", err)
	}
	computed := func() string {
		return tell[string](b, `(() => {
			const of = (css) => getComputedStyle(document.querySelector(css));
			return [of("html").fontSize, of("html").colorScheme, of("body").color, parseFloat(of("main a").transitionDuration) < 0.001, of(".oneself-nav a").textDecorationLine].join(" ");
		})()`)
	}
	before := computed()
	if !strings.HasPrefix(before, "16px light dark ") || !strings.HasSuffix(before, " false none") {
		t.Errorf("at first %s", before)
	}
	b.choose("Dark")
	b.choose("Larger")
	for _, tick := range []string{"High contrast", "Less motion", "Underlined links"} {
		b.choose(tick)
	}
	previewed := computed()
	b.do("press Ctrl+S", chromedp.KeyEvent("s", chromedp.KeyModifiers(kb.ModifierCtrl)))
	b.until("it to be saved", `location.search == "?done=preferences"`)
	after := computed()
	if after != previewed || !strings.HasPrefix(after, "21px dark ") || !strings.HasSuffix(after, " true underline") || strings.Fields(after)[2] == strings.Fields(before)[3] {
		t.Errorf("before %s, shown at once %s, saved %s", before, previewed, after)
	}
	b.resize(phone)
	for _, path := range []string{"/", "/cases", "/profile", "/preferences", "/notifications", "/items/report-issue"} {
		b.visit(path)
		if wide := tell[string](b, tooWide); wide != "" {
			t.Errorf("with larger text %s scrolls sideways, for %s", path, wide)
		}
	}
	b.visit("/notifications")
	if !tell[bool](b, `(() => { const row = document.querySelector(".oneself-nav"), now = row.querySelector("[aria-current]").getBoundingClientRect(); return now.left >= 0 && now.right <= innerWidth; })()`) {
		t.Error("the current tab can't be seen")
	}
}
