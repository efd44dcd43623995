package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"gocloud.dev/blob"
	"gocloud.dev/blob/fileblob"
	_ "gocloud.dev/blob/s3blob" // for s3:// URLs
)

// checkFiles tells a store that nobody knows early. A folder is tried when it is opened.
func (c *config) checkFiles() error {
	scheme, _, isURL := strings.Cut(c.Files, "://")
	if isURL && !blob.DefaultURLMux().ValidBucketScheme(scheme) {
		return errors.New("PORTICO_FILES is a folder, or the URL of a store, such as s3://bucket?region=ca-central-1")
	}
	return nil
}

// openFiles opens where attachments go.
func (c *config) openFiles(ctx context.Context) (*blob.Bucket, error) {
	if strings.Contains(c.Files, "://") {
		bucket, err := blob.OpenBucket(ctx, c.Files)
		if err != nil {
			return nil, fmt.Errorf("the store of PORTICO_FILES can't be opened: %w", err)
		}
		return bucket, nil
	}
	folder, variable := c.Files, "PORTICO_FILES"
	if folder == "" {
		folder, variable = filepath.Join(c.Data, "files"), "PORTICO_DATA"
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, unwritable(folder, variable, err)
	}
	probe, err := os.CreateTemp(folder, ".probe-*")
	if err != nil {
		return nil, unwritable(folder, variable, err)
	}
	_ = probe.Close()
	_ = os.Remove(probe.Name())
	bucket, err := fileblob.OpenBucket(folder, &fileblob.Options{
		NoTempDir:   true, // a file is moved into its place when it is whole: on one file system
		DirFileMode: 0o700,
		Metadata:    fileblob.MetadataDontWrite, // the database knows it; a second file could be left alone
	})
	if err != nil {
		return nil, fmt.Errorf("open the folder of files: %w", err)
	}
	return bucket, nil
}
