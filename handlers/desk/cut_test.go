package desk

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// quarters is a picture with a colour in each corner: red, green, blue, yellow from the upper left, row by row.
func quarters(w, h int) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	colours := [4]color.RGBA{{R: 255, A: 255}, {G: 255, A: 255}, {B: 255, A: 255}, {R: 255, G: 255, A: 255}}
	for y := range h {
		for x := range w {
			m.SetRGBA(x, y, colours[2*(2*y/h)+2*x/w])
		}
	}
	return m
}

// corners reads the colours of what was cut out, as quarters has them: "rgby".
func corners(t *testing.T, cut []byte) string {
	t.Helper()
	m, format, err := image.Decode(bytes.NewReader(cut))
	if err != nil || format != "jpeg" || m.Bounds() != image.Rect(0, 0, pictureSide, pictureSide) {
		t.Fatalf("%s, %v, %v", format, m.Bounds(), err)
	}
	var seen strings.Builder
	for _, at := range [4]image.Point{{20, 20}, {235, 20}, {20, 235}, {235, 235}} {
		r, g, b, _ := m.At(at.X, at.Y).RGBA()
		switch high := [3]bool{r > 0x8000, g > 0x8000, b > 0x8000}; high {
		case [3]bool{true, false, false}:
			seen.WriteByte('r')
		case [3]bool{false, true, false}:
			seen.WriteByte('g')
		case [3]bool{false, false, true}:
			seen.WriteByte('b')
		case [3]bool{true, true, false}:
			seen.WriteByte('y')
		case [3]bool{true, true, true}:
			seen.WriteByte('w')
		default:
			seen.WriteByte('?')
		}
	}
	return seen.String()
}

func encoded(t *testing.T, encode func(*bytes.Buffer) error) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := encode(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// noted puts a camera's notes into a JPEG: how it was held, and where.
func noted(raw []byte, orientation byte) []byte {
	tiff := []byte("MM\x00*\x00\x00\x00\x08\x00\x02" +
		"\x01\x0f\x00\x02\x00\x00\x00\x10\x00\x00\x00\x26" + // the maker, whose name stands behind
		"\x01\x12\x00\x03\x00\x00\x00\x01\x00" + string(orientation) + "\x00\x00" + "\x00\x00\x00\x00" + "Secret Place 7b\x00")
	app1 := append([]byte("Exif\x00\x00"), tiff...)
	segment := append([]byte{0xff, 0xe1, byte((len(app1) + 2) >> 8), byte(len(app1) + 2)}, app1...)
	return append(append(append([]byte{}, raw[:2]...), segment...), raw[2:]...)
}

func TestPicturesComeOutSmallSquareAndClean(t *testing.T) {
	asJPEG := func(m image.Image) []byte {
		return encoded(t, func(b *bytes.Buffer) error { return jpeg.Encode(b, m, &jpeg.Options{Quality: 95}) })
	}
	asPNG := func(m image.Image) []byte { return encoded(t, func(b *bytes.Buffer) error { return png.Encode(b, m) }) }
	asGIF := func(m image.Image) []byte {
		return encoded(t, func(b *bytes.Buffer) error { return gif.Encode(b, m, nil) })
	}
	for _, c := range []struct {
		name, mediaType string
		raw             []byte
		crop            Crop
		want            string
	}{
		{"a photograph", "image/jpeg", asJPEG(quarters(1200, 800)), Crop{}, "rgby"},
		{"a drawing", "image/png", asPNG(quarters(300, 500)), Crop{}, "rgby"},
		{"an old one", "image/gif", asGIF(quarters(64, 64)), Crop{}, "rgby"},
		{"a tiny one", "image/png", asPNG(quarters(2, 2)), Crop{}, "rgby"},
		{"nothing but glass", "image/png", asPNG(image.NewNRGBA(image.Rect(0, 0, 50, 50))), Crop{}, "wwww"},
		{"its upper left part", "image/png", asPNG(quarters(400, 400)), Crop{X: 0, Y: 0, Side: 200}, "rrrr"},
		{"its lower right part", "image/png", asPNG(quarters(400, 400)), Crop{X: 200, Y: 200, Side: 200}, "yyyy"},
		{"a part that leads out of it", "image/png", asPNG(quarters(400, 400)), Crop{X: 1 << 40, Y: 390, Side: 200}, "yyyy"},
		{"a part that is larger", "image/png", asPNG(quarters(400, 200)), Crop{X: 5, Y: 5, Side: 1 << 50}, "rrbb"},
		{"a part that is none", "image/png", asPNG(quarters(400, 400)), Crop{X: -1, Y: -1, Side: -1}, "rgby"},
		{"held upright", "image/jpeg", noted(asJPEG(quarters(600, 400)), 1), Crop{}, "rgby"},
		{"mirrored", "image/jpeg", noted(asJPEG(quarters(600, 400)), 2), Crop{}, "gryb"},
		{"held upside down", "image/jpeg", noted(asJPEG(quarters(600, 400)), 3), Crop{}, "ybgr"},
		{"upside down in a mirror", "image/jpeg", noted(asJPEG(quarters(600, 400)), 4), Crop{}, "byrg"},
		{"turned over", "image/jpeg", noted(asJPEG(quarters(600, 400)), 5), Crop{}, "rbgy"},
		{"held to the left", "image/jpeg", noted(asJPEG(quarters(600, 400)), 6), Crop{}, "bryg"},
		{"turned over the other way", "image/jpeg", noted(asJPEG(quarters(600, 400)), 7), Crop{}, "ygbr"},
		{"held to the right", "image/jpeg", noted(asJPEG(quarters(600, 400)), 8), Crop{}, "gyrb"},
		{"held to the left, its upper left part", "image/jpeg", noted(asJPEG(quarters(600, 400)), 6), Crop{X: 0, Y: 0, Side: 180}, "bbbb"},
		{"held as nobody can", "image/jpeg", noted(asJPEG(quarters(600, 400)), 99), Crop{}, "rgby"},
	} {
		t.Run(c.name, func(t *testing.T) {
			cut, err := cutPicture(c.mediaType, c.raw, c.crop)
			if err != nil {
				t.Fatal(err)
			}
			if got := corners(t, cut); got != c.want {
				t.Errorf("it shows %s, want %s", got, c.want)
			}
			if len(cut) > 40_000 || bytes.Contains(cut, []byte("Exif")) || bytes.Contains(cut, []byte("Secret")) {
				t.Errorf("%d bytes, with notes: %v", len(cut), bytes.Contains(cut, []byte("Exif")))
			}
		})
	}
}

// bomb is a PNG of a size that its few bytes don't show.
func bomb(t *testing.T, w, h uint32, depth, kind byte) []byte {
	t.Helper()
	var b bytes.Buffer
	b.WriteString("\x89PNG\r\n\x1a\n")
	chunk := func(name string, data []byte) {
		all := append([]byte(name), data...)
		_ = binary.Write(&b, binary.BigEndian, uint32(len(data)))
		b.Write(all)
		_ = binary.Write(&b, binary.BigEndian, crc32.ChecksumIEEE(all))
	}
	head := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, w), h)
	chunk("IHDR", append(head, depth, kind, 0, 0, 0))
	var packed bytes.Buffer
	z := zlib.NewWriter(&packed)
	_, _ = z.Write(make([]byte, 1<<20)) // the rest of it is the same
	_ = z.Close()
	chunk("IDAT", packed.Bytes())
	chunk("IEND", nil)
	return b.Bytes()
}

func TestPicturesThatAreNone(t *testing.T) {
	photograph := encoded(t, func(b *bytes.Buffer) error { return jpeg.Encode(b, quarters(800, 600), nil) })
	layered := bytes.Replace(photograph, []byte{0xff, 0xc0}, []byte{0xff, 0xc2}, 1)
	huge := func(raw []byte, w, h uint16) []byte { // what its header says
		raw = bytes.Clone(raw)
		at := max(bytes.Index(raw, []byte{0xff, 0xc0}), bytes.Index(raw, []byte{0xff, 0xc2}))
		binary.BigEndian.PutUint16(raw[at+5:], h)
		binary.BigEndian.PutUint16(raw[at+7:], w)
		return raw
	}
	behind := func(what string, raw []byte) []byte { return slices.Concat(raw[:2], []byte(what), raw[2:]) }
	for _, c := range []struct {
		name, mediaType string
		raw             []byte
		large           bool
	}{
		{"fifty megapixels in fifty kilobytes", "image/png", bomb(t, 10_000, 5_000, 8, 2), true},
		{"fewer, but each of eight bytes", "image/png", bomb(t, 5_000, 4_000, 16, 6), true},
		{"one as wide as there is", "image/png", bomb(t, 1<<31-1, 1, 1, 0), true},
		{"one that overflows", "image/png", bomb(t, 1<<31-1, 1<<31-1, 8, 0), false},
		{"a photograph that says so", "image/jpeg", huge(photograph, 65535, 65535), true},
		{"one in layers", "image/jpeg", huge(layered, 4000, 3000), true},
		{"one in layers behind what is no part of it", "image/jpeg", behind("junk", huge(layered, 4000, 3000)), true},
		{"one in layers behind a mark that has no length", "image/jpeg", behind("\xff\xd0", huge(layered, 4000, 3000)), true},
		{"a photograph that was cut off", "image/jpeg", photograph[:len(photograph)/2], false},
		{"its head alone", "image/jpeg", photograph[:200], false},
		{"nothing", "image/jpeg", nil, false},
		{"a script that begins like one", "image/gif", []byte("GIF89a/*\x00*/=0;alert(document.domain)//"), true},
		{"a page that calls itself one", "image/png", []byte("\x89PNG\r\n\x1a\n<script>alert(1)</script>"), false},
		{"a drawing that runs", "image/svg+xml", []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`), false},
		{"a page", "text/html", []byte("<script>alert(1)</script>"), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := cutPicture(c.mediaType, c.raw, Crop{})
			runtime.ReadMemStats(&after)
			if err == nil || errors.Is(err, errPictureLarge) != c.large {
				t.Errorf("%v", err)
			}
			if took := after.TotalAlloc - before.TotalAlloc; took > 16<<20 {
				t.Errorf("it took %d MB to refuse it", took>>20)
			}
		})
	}
	t.Run("a script behind a photograph stays behind", func(t *testing.T) {
		cut, err := cutPicture("image/jpeg", append(bytes.Clone(photograph), "<script>alert(1)</script>"...), Crop{})
		if err != nil || bytes.Contains(cut, []byte("script")) {
			t.Errorf("%v", err)
		}
	})
}

func FuzzCutPicture(f *testing.F) {
	var photograph, drawing bytes.Buffer
	_ = jpeg.Encode(&photograph, quarters(32, 24), nil)
	_ = png.Encode(&drawing, quarters(9, 16))
	f.Add("image/jpeg", noted(photograph.Bytes(), 6), 0, 0, 0)
	f.Add("image/jpeg", photograph.Bytes(), 3, 4, 5)
	f.Add("image/png", drawing.Bytes(), -1, 1<<30, 1<<30)
	f.Add("image/gif", []byte("GIF89a"), 0, 0, 1)
	f.Add("image/webp", []byte("RIFF\x1a\x00\x00\x00WEBPVP8L\r\x00\x00\x00\x2f\x00\x00\x00\x10\x07\x10\x11\x11\x88\x88\xfe\x07\x00"), 0, 0, 1)
	f.Fuzz(func(t *testing.T, mediaType string, raw []byte, x, y, side int) {
		cut, err := cutPicture(mediaType, raw, Crop{x, y, side})
		if err != nil {
			return
		}
		if m, err := jpeg.DecodeConfig(bytes.NewReader(cut)); err != nil || m.Width != pictureSide || m.Height != pictureSide {
			t.Errorf("%d × %d, %v", m.Width, m.Height, err)
		}
	})
}
