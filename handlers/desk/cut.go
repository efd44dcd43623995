package desk

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"

	"github.com/bep/imagemeta"
	"golang.org/x/image/draw"
	"golang.org/x/image/webp"
)

// PictureType is the type that all pictures of people are kept in, whatever they came as.
const PictureType = "image/jpeg"

const (
	pictureSide    = 256
	pictureQuality = 84
	pictureRoom    = 128 << 20 // that a picture may take in memory, unpacked
	picturePoints  = 40_000_000
)

// errPictureLarge says that a picture would take too much memory to be looked at.
var errPictureLarge = errors.New("the picture is too large")

// pictureFormat is how pictures of a type are read.
type pictureFormat struct {
	config func(io.Reader) (image.Config, error)
	decode func(io.Reader) (image.Image, error)
	meta   imagemeta.ImageFormat
}

var pictureFormats = map[string]pictureFormat{
	"image/jpeg": {jpeg.DecodeConfig, jpeg.Decode, imagemeta.JPEG},
	"image/png":  {png.DecodeConfig, png.Decode, imagemeta.PNG},
	"image/gif":  {gif.DecodeConfig, gif.Decode, imagemeta.ImageFormatAuto}, // the first picture of many
	"image/webp": {webp.DecodeConfig, webp.Decode, imagemeta.WebP},
}

// cutPicture makes a picture of somebody out of what they sent: a square of it, small, the right way up, as JPEG. What it
// weighs unpacked is looked at first. Nothing of the file comes along but its points: no place, no date, no script that
// was hidden in it.
func cutPicture(mediaType string, raw []byte, crop Crop) ([]byte, error) {
	picture, turn, err := openPicture(mediaType, raw)
	if err != nil {
		return nil, err
	}
	w, h := picture.Bounds().Dx(), picture.Bounds().Dy()
	small := image.NewRGBA(image.Rect(0, 0, pictureSide, pictureSide))
	draw.Draw(small, small.Bounds(), image.White, image.Point{}, draw.Src) // behind what is transparent
	draw.CatmullRom.Scale(small, small.Bounds(), picture, turn.square(crop, w, h), draw.Over, nil)
	var out bytes.Buffer
	if err := jpeg.Encode(&out, turn.upright(small), &jpeg.Options{Quality: pictureQuality}); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// openPicture unpacks a picture, if it doesn't take too much memory, and says how it is to be turned.
func openPicture(mediaType string, raw []byte) (image.Image, orientation, error) {
	format, ok := pictureFormats[mediaType]
	if !ok {
		return nil, 0, fmt.Errorf("no picture, but %s", mediaType)
	}
	config, err := format.config(bytes.NewReader(raw))
	if err != nil {
		return nil, 0, err
	}
	w, h := config.Width, config.Height
	switch {
	case w <= 0 || h <= 0:
		return nil, 0, errors.New("the picture is empty")
	case w > picturePoints/h, w*h*weight(mediaType, config.ColorModel, raw) > pictureRoom:
		return nil, 0, errPictureLarge
	}
	picture, err := format.decode(bytes.NewReader(raw))
	if err != nil {
		return nil, 0, err
	}
	return picture, turned(format.meta, raw), nil
}

// weight is how many bytes a point takes while the picture is read, at most.
func weight(mediaType string, model color.Model, raw []byte) int {
	switch {
	case mediaType == "image/jpeg" && progressive(raw):
		return 3*4 + 3 // all that it says is gathered first
	case mediaType == "image/jpeg" && model == color.CMYKModel:
		return 4 + 4
	case mediaType == "image/jpeg":
		return 3
	case model == color.RGBA64Model, model == color.NRGBA64Model:
		return 8
	}
	return 4
}

// progressive tells whether a JPEG comes in layers: its frame's header says so. What stands before that and is no part of
// a picture is passed over by who reads it: so where one can't tell, it may.
func progressive(raw []byte) bool {
	for i := 2; i+4 <= len(raw); {
		if raw[i] != 0xff {
			return true
		}
		kind := raw[i+1]
		switch {
		case kind == 0xff: // filling
			i++
			continue
		case kind == 0, kind >= 0xd0 && kind <= 0xd7: // they have no length, and are passed over
			i += 2
			continue
		case kind == 0xc2:
			return true
		case kind == 0xc0, kind == 0xc1, kind == 0xda:
			return false
		}
		i += 2 + int(raw[i+2])<<8 + int(raw[i+3])
	}
	return false
}

// orientation is how a camera was held: the number that EXIF has for it. Those from 5 on lie on their side.
type orientation int

// turned reads how a picture is to be turned; 1, not at all, where it doesn't say.
func turned(format imagemeta.ImageFormat, raw []byte) orientation {
	turn := orientation(1)
	if format == imagemeta.ImageFormatAuto {
		return turn
	}
	_, _ = imagemeta.Decode(imagemeta.Options{
		R: bytes.NewReader(raw), ImageFormat: format, Sources: imagemeta.EXIF, LimitNumTags: 500, LimitTagSize: 1000,
		ShouldHandleTag: func(tag imagemeta.TagInfo) bool { return tag.Tag == "Orientation" && tag.Namespace == "IFD0" },
		HandleTag: func(tag imagemeta.TagInfo) error {
			if n, ok := tag.Value.(uint16); ok && n >= 1 && n <= 8 {
				turn = orientation(n)
			}
			return imagemeta.ErrStopWalking
		},
	}) // a picture whose notes can't be read is taken as it lies
	return turn
}

// lies is where in the file a point of the picture as it is looked at lies; w and h are the file's.
func (o orientation) lies(x, y, w, h int) (int, int) {
	switch o {
	case 2:
		return w - 1 - x, y
	case 3:
		return w - 1 - x, h - 1 - y
	case 4:
		return x, h - 1 - y
	case 5:
		return y, x
	case 6:
		return y, h - 1 - x
	case 7:
		return w - 1 - y, h - 1 - x
	case 8:
		return w - 1 - y, x
	}
	return x, y
}

// square is what was chosen of a picture of this size, within it, as it lies in the file.
func (o orientation) square(crop Crop, w, h int) image.Rectangle {
	seenW, seenH := o.seen(w, h)
	most := min(w, h)
	if crop.Side <= 0 || crop.X < 0 || crop.Y < 0 {
		crop = Crop{X: (seenW - most) / 2, Y: (seenH - most) / 2, Side: most}
	}
	crop.Side = min(crop.Side, most)
	crop.X, crop.Y = min(crop.X, seenW-crop.Side), min(crop.Y, seenH-crop.Side)
	x1, y1 := o.lies(crop.X, crop.Y, w, h)
	x2, y2 := o.lies(crop.X+crop.Side-1, crop.Y+crop.Side-1, w, h)
	return image.Rect(min(x1, x2), min(y1, y2), max(x1, x2)+1, max(y1, y2)+1)
}

// upright turns a picture as it lies in a file.
func (o orientation) upright(from *image.RGBA) *image.RGBA {
	if o == 1 {
		return from
	}
	w, h := from.Bounds().Dx(), from.Bounds().Dy()
	seenW, seenH := o.seen(w, h)
	to := image.NewRGBA(image.Rect(0, 0, seenW, seenH))
	for y := range seenH {
		for x := range seenW {
			to.SetRGBA(x, y, from.RGBAAt(o.lies(x, y, w, h)))
		}
	}
	return to
}

// seen is how large what measures so much in the file is as it is looked at.
func (o orientation) seen(w, h int) (int, int) {
	if o >= 5 {
		return h, w
	}
	return w, h
}
