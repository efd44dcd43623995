package main

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/andybalholm/brotli"
)

// output gathers the files of a bundle by their hashed names, and how each is called without its hash.
type output struct {
	files    map[string][]byte
	manifest map[string]string
}

func newOutput() *output {
	return &output{files: map[string][]byte{}, manifest: map[string]string{}}
}

// add takes a file under a name that changes with its content, so that browsers may keep it for ever.
func (o *output) add(name string, data []byte) {
	sum := sha256.Sum256(data)
	hash := base32.StdEncoding.EncodeToString(sum[:])[:8]
	ext := filepath.Ext(name)
	o.addNamed(name, strings.TrimSuffix(name, ext)+"-"+hash+ext, data)
}

func (o *output) addNamed(name, hashed string, data []byte) {
	o.manifest[name] = hashed
	o.files[hashed] = data
}

// write replaces what dist held, but for the placeholder.
func (o *output) write(dist string) error {
	if err := o.compress(); err != nil {
		return err
	}
	manifest, err := json.MarshalIndent(o.manifest, "", "  ")
	if err != nil {
		return err
	}
	o.files["manifest.json"] = manifest

	old, err := os.ReadDir(dist)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.MkdirAll(dist, 0o755); err != nil {
		return err
	}
	for _, entry := range old {
		if _, again := o.files[entry.Name()]; again || entry.Name() == "placeholder" {
			continue
		}
		if err := os.Remove(filepath.Join(dist, entry.Name())); err != nil {
			return err
		}
	}
	for name, data := range o.files {
		if err := os.WriteFile(filepath.Join(dist, name), data, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// compress adds a .gz and a .br beside each file that gets smaller by it; fonts are compressed already.
func (o *output) compress() error {
	for _, name := range o.manifest {
		data := o.files[name]
		if filepath.Ext(name) == ".woff2" {
			continue
		}
		var gz, br bytes.Buffer
		z, err := gzip.NewWriterLevel(&gz, gzip.BestCompression)
		if err != nil {
			return err
		}
		b := brotli.NewWriterLevel(&br, brotli.BestCompression)
		for _, w := range []interface {
			Write([]byte) (int, error)
			Close() error
		}{z, b} {
			if _, err := w.Write(data); err != nil {
				return fmt.Errorf("compress %s: %w", name, err)
			}
			if err := w.Close(); err != nil {
				return fmt.Errorf("compress %s: %w", name, err)
			}
		}
		for suffix, packed := range map[string][]byte{".gz": gz.Bytes(), ".br": br.Bytes()} {
			if len(packed) < len(data) {
				o.files[name+suffix] = packed
			}
		}
	}
	return nil
}
