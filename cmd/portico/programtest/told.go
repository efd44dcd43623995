package programtest

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
)

// Inner is what nobody outside may read. Short words stand alone, as a form's token may have them by chance.
var Inner = regexp.MustCompile(`(?i)\b(pgx|pgconn|SQLSTATE|panic|fasthttp|bufio|EOF)\b|goroutine \d|dial (unix|tcp)|multipart: |error when |` +
	`broken pipe|connection refused|deadline|postgres|\.go:\d`)

var gauges = regexp.MustCompile(`"msg":"metrics are served","address":"([^"]+)"`)

// Metrics are what the program tells of itself, by their names. It was told to, at an address of its choice.
func (p *Program) Metrics() map[string]float64 {
	p.t.Helper()
	var found []string
	Until(p.t, func() bool {
		found = gauges.FindStringSubmatch(p.Stderr.String())
		return found != nil
	}, "the program says where its metrics are\n%s", &p.Stderr)
	values, err := metrics("http://" + found[1] + "/metrics")
	if err != nil {
		p.t.Fatal(err)
	}
	return values
}

func metrics(address string) (map[string]float64, error) {
	ctx, cancel := context.WithTimeout(context.Background(), Patience)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	r, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer func() { _ = r.Body.Close() }()
	values := map[string]float64{}
	lines := bufio.NewScanner(r.Body)
	for lines.Scan() {
		name, value, _ := strings.Cut(lines.Text(), " ")
		if n, err := strconv.ParseFloat(value, 64); err == nil { // what is no number is a comment
			values[name] = n
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("the metrics: %w", err)
	}
	return values, nil
}

// Names reads a stream to its end, and gives the names that it tells; that it beats is none.
func Names(stream io.Reader, tell func(name string)) error {
	lines := bufio.NewScanner(stream)
	for lines.Scan() {
		if name, ok := strings.CutPrefix(lines.Text(), "event: "); ok && name != "beat" {
			tell(name)
		}
	}
	return lines.Err()
}
