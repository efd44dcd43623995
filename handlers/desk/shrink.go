package desk

import (
	"bytes"
	"image"
	"image/jpeg"
	"image/png"

	"golang.org/x/image/draw"
)

// What a preview may measure, and weigh: it is looked at beside words, on a phone too.
const (
	previewSide    = 1280
	previewQuality = 82
	previewBytes   = 300_000
)

// shrunk is a picture made small.
type shrunk struct {
	Bytes         []byte
	MediaType     string
	Width, Height int
}

// shrinkPicture makes a small picture of a large one, the right way up. Like cutPicture it takes nothing of the file along but
// its points. What came without loss, such as a picture of a screen, stays so where that isn't too heavy.
func shrinkPicture(mediaType string, raw []byte) (shrunk, error) {
	picture, turn, err := openPicture(mediaType, raw)
	if err != nil {
		return shrunk{}, err
	}
	w, h := fits(picture.Bounds().Dx(), picture.Bounds().Dy())
	small := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(small, small.Bounds(), image.White, image.Point{}, draw.Src) // behind what is transparent
	draw.CatmullRom.Scale(small, small.Bounds(), picture, picture.Bounds(), draw.Over, nil)
	small = turn.upright(small)
	made := shrunk{Width: small.Bounds().Dx(), Height: small.Bounds().Dy()}
	var out bytes.Buffer
	if mediaType == "image/png" || mediaType == "image/gif" {
		if err := png.Encode(&out, small); err != nil {
			return shrunk{}, err
		}
		made.Bytes, made.MediaType = out.Bytes(), "image/png"
	}
	if made.Bytes == nil || len(made.Bytes) > previewBytes {
		out = bytes.Buffer{}
		if err := jpeg.Encode(&out, small, &jpeg.Options{Quality: previewQuality}); err != nil {
			return shrunk{}, err
		}
		made.Bytes, made.MediaType = out.Bytes(), "image/jpeg"
	}
	return made, nil
}

// fits is how large a preview of a picture is, which is never larger than that.
func fits(w, h int) (int, int) {
	most := max(w, h)
	if most <= previewSide {
		return w, h
	}
	return max(1, w*previewSide/most), max(1, h*previewSide/most)
}

// foretell says how large the preview of a picture is going to be, by how its file begins; 0 where that doesn't tell.
func foretell(mediaType string, begins []byte) (w, h int) {
	format, ok := pictureFormats[mediaType]
	if !ok {
		return 0, 0
	}
	config, err := format.config(bytes.NewReader(begins))
	if err != nil || config.Width <= 0 || config.Height <= 0 {
		return 0, 0
	}
	w, h = fits(config.Width, config.Height)
	return turned(format.meta, begins).seen(w, h)
}
