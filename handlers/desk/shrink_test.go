package desk

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"testing"
)

func TestPreviewsAreSmallUprightAndClean(t *testing.T) {
	asJPEG := func(m image.Image) []byte {
		return encoded(t, func(b *bytes.Buffer) error { return jpeg.Encode(b, m, nil) })
	}
	asPNG := func(m image.Image) []byte { return encoded(t, func(b *bytes.Buffer) error { return png.Encode(b, m) }) }
	noise := image.NewRGBA(image.Rect(0, 0, 1000, 700))
	random := rand.New(rand.NewPCG(1, 2))
	for i := range noise.Pix {
		noise.Pix[i] = byte(random.IntN(256))
	}
	for _, c := range []struct {
		name, mediaType string
		raw             []byte
		want            string
	}{
		{"a photograph", "image/jpeg", asJPEG(quarters(2560, 1280)), "image/jpeg 1280×640 red"},
		{"held to the left", "image/jpeg", noted(asJPEG(quarters(2560, 1280)), 6), "image/jpeg 640×1280 blue"},
		{"a small one", "image/jpeg", asJPEG(quarters(400, 300)), "image/jpeg 400×300 red"},
		{"a screen", "image/png", asPNG(quarters(1600, 1200)), "image/png 1280×960 red"},
		{"what is too heavy without loss", "image/png", asPNG(noise), "image/jpeg 1000×700"},
		{"what moves", "image/gif", encoded(t, func(b *bytes.Buffer) error { return gif.Encode(b, quarters(64, 64), nil) }), "image/png 64×64 red"},
		{"a line", "image/png", asPNG(quarters(4000, 1)), "image/png 1280×1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			small, err := shrinkPicture(c.mediaType, c.raw)
			if err != nil {
				t.Fatal(err)
			}
			m, format, err := image.Decode(bytes.NewReader(small.Bytes))
			if err != nil || "image/"+format != small.MediaType || m.Bounds() != image.Rect(0, 0, small.Width, small.Height) {
				t.Fatalf("%s, %v, %v", format, m.Bounds(), err)
			}
			got := fmt.Sprintf("%s %d×%d", small.MediaType, small.Width, small.Height)
			if r, g, b, _ := m.At(small.Width/4, small.Height/4).RGBA(); small.Height > 1 && small.Width != 1000 {
				got += map[color.RGBA]string{{R: 255}: " red", {B: 255}: " blue"}[color.RGBA{R: round(r), G: round(g), B: round(b)}]
			}
			if got != c.want || bytes.Contains(small.Bytes, []byte("Exif")) || bytes.Contains(small.Bytes, []byte("Secret")) {
				t.Errorf("%s, want %s", got, c.want)
			}
			if w, h := foretell(c.mediaType, c.raw[:min(len(c.raw), beginningBytes)]); w != small.Width || h != small.Height {
				t.Errorf("%d × %d was foretold", w, h)
			}
		})
	}
	for name, raw := range map[string][]byte{"a bomb": bomb(t, 30000, 30000, 8, 6), "nothing": nil, "half of one": asPNG(noise)[:5000]} {
		if _, err := shrinkPicture("image/png", raw); err == nil {
			t.Errorf("%s becomes a preview", name)
		}
	}
	if w, h := foretell("text/plain", []byte("x")); w != 0 || h != 0 {
		t.Errorf("a text measures %d × %d", w, h)
	}
}

func round(channel uint32) uint8 {
	if channel > 0x8000 {
		return 255
	}
	return 0
}
