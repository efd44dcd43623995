package programtest

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"mime/multipart"
	"net"
	"net/url"
	"testing"
)

// Address is one of this machine that nobody listens at, for a program that is started there again and again. Its port
// is none of those that the system gives to whoever asks for any: nobody takes it while the program is down.
func Address(t testing.TB) string {
	t.Helper()
	var err error
	for range 100 {
		address := fmt.Sprintf("127.0.0.1:%d", 10000+rand.IntN(20000))
		var l net.Listener
		if l, err = net.Listen("tcp", address); err == nil {
			_ = l.Close()
			return address
		}
	}
	t.Fatal(err)
	return ""
}

// Upload sends a form with a file, with the token of the page it stands on.
func (v *Visitor) Upload(page, to string, form url.Values, name, content string) Answer {
	v.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	_ = w.WriteField("csrf", v.Get(page).Field("csrf")) // it must be known before a file is taken
	for field, values := range form {
		for _, value := range values {
			_ = w.WriteField(field, value)
		}
	}
	part, err := w.CreateFormFile("file", name)
	if err != nil {
		v.t.Fatal(err)
	}
	_, _ = io.WriteString(part, content)
	_ = w.Close() // a buffer takes everything
	r, err := v.Client.Post(v.URL+to, w.FormDataContentType(), &body)
	if err != nil {
		v.t.Fatal(err)
	}
	defer func() { _ = r.Body.Close() }()
	text, err := io.ReadAll(r.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	return Answer{r.StatusCode, r.Header, string(text), r.Request.URL.Path}
}
