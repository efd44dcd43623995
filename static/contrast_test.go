package static

import (
	"fmt"
	"math"
	"os"
	"regexp"
	"strings"
	"testing"
)

// What must be readable: text on the surfaces it stands on, and what must be seen without being read, such as the edge
// of a control. Thresholds are those of WCAG 2.2: 4.5 for text and 3 for the rest; 7 and 4.5 in high contrast.
var (
	textPairs = map[string][]string{
		"--text":          {"--surface", "--surface-raised", "--surface-sunk", "--surface-selected", "--waiting-surface", "--internal", "--internal-stripe", "--critical-surface", "--high-surface", "--good-surface"},
		"--text-quiet":    {"--surface", "--surface-raised", "--surface-sunk", "--surface-selected", "--waiting-surface", "--internal"},
		"--accent":        {"--surface", "--surface-raised", "--surface-sunk", "--surface-selected"},
		"--accent-strong": {"--surface", "--surface-raised", "--surface-selected"},
		"--on-accent":     {"--accent", "--accent-strong"},
		"--waiting-text":  {"--surface", "--surface-sunk", "--surface-selected", "--waiting-surface"},
		"--internal-text": {"--internal"},
		"--critical-text": {"--surface", "--surface-sunk", "--surface-selected", "--critical-surface"},
		"--on-critical":   {"--critical"},
		"--high-text":     {"--surface", "--surface-sunk", "--surface-selected", "--high-surface"},
		"--good-text":     {"--surface", "--good-surface"},
	}
	signPairs = map[string][]string{
		"--line-control":  {"--surface", "--surface-raised"},
		"--focus":         {"--surface", "--surface-raised", "--surface-selected"},
		"--accent-edge":   {"--surface"},
		"--critical":      {"--surface", "--critical-surface"},
		"--high":          {"--surface", "--surface-selected"},
		"--good":          {"--surface"},
		"--internal-edge": {"--internal"},
	}
)

func TestContrast(t *testing.T) {
	sheet := read(t, "css/tokens.css") + read(t, "css/intents.css")
	intents := read(t, "css/intents.css")
	plain := declarations(sheet[:strings.Index(sheet, `:root[data-contrast="more"]`)])
	chosen := declarations(block(t, intents, `:root[data-contrast="more"]`))
	machine := declarations(block(t, intents, `:root:not([data-contrast="normal"])`))

	if fmt.Sprint(chosen) != fmt.Sprint(machine) {
		t.Error("high contrast by choice and by the machine's setting differ")
	}
	strong := map[string]string{}
	for name, value := range plain {
		strong[name] = value
	}
	for name, value := range chosen {
		strong[name] = value
	}
	for i, scheme := range []string{"light", "dark"} {
		check(t, scheme, plain, i, textPairs, 4.5)
		check(t, scheme, plain, i, signPairs, 3)
		check(t, scheme+", high contrast", strong, i, textPairs, 7)
		check(t, scheme+", high contrast", strong, i, signPairs, 4.5)
	}
}

func check(t *testing.T, scheme string, tokens map[string]string, dark int, pairs map[string][]string, least float64) {
	t.Helper()
	for front, backs := range pairs {
		for _, back := range backs {
			ratio := contrast(luminance(t, tokens, front, dark), luminance(t, tokens, back, dark))
			if ratio < least {
				t.Errorf("%s: %s on %s has a contrast of %.2f, less than %v", scheme, front, back, ratio, least)
			}
		}
	}
}

func contrast(a, b float64) float64 {
	return (math.Max(a, b) + 0.05) / (math.Min(a, b) + 0.05)
}

var (
	declaration = regexp.MustCompile(`(--[\w-]+):\s*([^;]+);`)
	lightDark   = regexp.MustCompile(`^light-dark\(var\((--[\w-]+)\), var\((--[\w-]+)\)\)$`)
	oklch       = regexp.MustCompile(`^oklch\(([\d.]+)% ([\d.]+) ([\d.]+)\)$`)
)

// luminance follows an intent to its scale and gives the relative luminance of WCAG.
func luminance(t *testing.T, tokens map[string]string, name string, dark int) float64 {
	t.Helper()
	value := tokens[name]
	if m := lightDark.FindStringSubmatch(value); m != nil {
		return luminance(t, tokens, m[1+dark], dark)
	}
	m := oklch.FindStringSubmatch(value)
	if m == nil {
		t.Fatalf("%s is neither an intent nor a colour: %q", name, value)
	}
	var l, c, h float64
	for i, into := range []*float64{&l, &c, &h} {
		if _, err := fmt.Sscan(m[i+1], into); err != nil {
			t.Fatal(err)
		}
	}
	r, g, b := linearRGB(l/100, c, h*math.Pi/180)
	clip := func(v float64) float64 { return math.Max(0, math.Min(1, v)) }
	return 0.2126*clip(r) + 0.7152*clip(g) + 0.0722*clip(b)
}

// linearRGB is Ottosson's OKLab, from lightness, chroma and hue to linear sRGB.
func linearRGB(l, c, h float64) (r, g, b float64) {
	x, y := c*math.Cos(h), c*math.Sin(h)
	cube := func(v float64) float64 { return v * v * v }
	long := cube(l + 0.3963377774*x + 0.2158037573*y)
	middle := cube(l - 0.1055613458*x - 0.0638541728*y)
	short := cube(l - 0.0894841775*x - 1.2914855480*y)
	return 4.0767416621*long - 3.3077115913*middle + 0.2309699292*short,
		-1.2684380046*long + 2.6097574011*middle - 0.3413193965*short,
		-0.0041960863*long - 0.7034186147*middle + 1.7076147010*short
}

func declarations(css string) map[string]string {
	found := map[string]string{}
	for _, m := range declaration.FindAllStringSubmatch(css, -1) {
		found[m[1]] = strings.TrimSpace(m[2])
	}
	return found
}

func block(t *testing.T, css, selector string) string {
	t.Helper()
	_, rest, found := strings.Cut(css, selector+" {")
	if !found {
		t.Fatalf("there is no %s", selector)
	}
	body, _, _ := strings.Cut(rest, "}")
	return body
}

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
