package main

import (
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	netmail "net/mail"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"syscall"
	"time"

	"portico/db/embedded"
	"portico/handlers/mail"

	"github.com/caarlos0/env/v11"
)

// config is all that can be set, by environment or by flag; the flag wins. What a field is for stands in its help, once.
type config struct {
	Addr        string        `env:"PORTICO_ADDR" envDefault:"127.0.0.1:3000" help:"where it listens"`
	URL         string        `env:"PORTICO_URL" help:"its public address, for links, cookies and checks of where a form comes from; http://localhost and the port when not set"`
	Data        string        `env:"PORTICO_DATA" help:"the folder of the embedded database and of files; data in the working folder when not set, or one below /var/lib/portico where the database's user may not go there"`
	DatabaseURL string        `env:"DATABASE_URL" help:"the PostgreSQL to use, as a URL; without it, an embedded one runs in the data folder"`
	OwnerURL    string        `env:"PORTICO_OWNER_URL" help:"the same database as the role that owns it, for migrations, when that is not the role of DATABASE_URL"`
	Secret      string        `env:"PORTICO_SECRET" help:"the key that all copies share, at least 32 random characters; with the embedded database it is made, and kept in the data folder"`
	Files       string        `env:"PORTICO_FILES" help:"where attachments go: a folder, or the URL of a store that all copies reach, such as s3://bucket?region=ca-central-1; files in the data folder when not set"`
	SMTPURL     string        `env:"PORTICO_SMTP_URL" help:"the server for outgoing mail, as smtp://name:password@host:587?from=address or smtps://; without it, mail is kept, and platform administrators read it on a page"`
	ReplyTo     string        `env:"PORTICO_REPLY_TO" help:"the address that answers to mail go to, such as care@example.com: each mail then has one of its own there, as care+token@example.com; when not set, answers go to the sender"`
	DKIMKey     string        `env:"PORTICO_DKIM_KEY" help:"the file with the private key, as PEM, that outgoing mail is signed with; it isn't when not set"`
	DKIM        string        `env:"PORTICO_DKIM" help:"under which name the public half of that key stands in the DNS, as selector._domainkey.example.com"`
	Proxies     []string      `env:"PORTICO_PROXIES" help:"addresses or networks, with commas between, of the proxies whose word is taken for the client's address"`
	MetricsAddr string        `env:"PORTICO_METRICS_ADDR" help:"where /metrics listens; it doesn't when not set"`
	Connections int           `env:"PORTICO_CONNECTIONS" envDefault:"10000" help:"how many connections it holds at once, streams included; when all are taken, idle ones make room, and then new ones are told to come back"`
	Drain       time.Duration `env:"PORTICO_DRAIN" envDefault:"0s" help:"how long it goes on serving, but unready, when it is told to stop, so that balancers send requests elsewhere before it goes, such as 15s"`
	Demo        bool          `env:"PORTICO_DEMO" help:"fills an empty database with the demo's world, and serves no other"`
	Log         string        `env:"PORTICO_LOG" envDefault:"info" help:"what is logged: debug, info, warn or error"`

	url     *url.URL // nil when not set: the listener's port decides
	proxies []netip.Prefix
	dkim    mail.DKIM
	level   slog.Level
}

// setting is one field of config as help shows it and a flag sets it.
type setting struct {
	variable, flag, fallback, help string
	boolean                        bool
}

// settings lists the fields in their order.
func settings() []setting {
	var all []setting
	t := reflect.TypeFor[config]()
	for i := range t.NumField() {
		f := t.Field(i)
		if name := f.Tag.Get("env"); name != "" {
			plain := strings.ToLower(strings.ReplaceAll(strings.TrimPrefix(name, "PORTICO_"), "_", "-"))
			all = append(all, setting{name, plain, f.Tag.Get("envDefault"), f.Tag.Get("help"), f.Type.Kind() == reflect.Bool})
		}
	}
	return all
}

// flagValue lets a flag take the place of its variable.
type flagValue struct {
	into map[string]string
	setting
}

func (v flagValue) String() string     { return "" }
func (v flagValue) IsBoolFlag() bool   { return v.boolean }
func (v flagValue) Set(s string) error { v.into[v.variable] = s; return nil }

// newFlags makes a command's flags. Its own are added by the command; those of config are taken by configure.
func newFlags(name string) *flag.FlagSet {
	fs := flag.NewFlagSet("portico "+name, flag.ContinueOnError)
	fs.SetOutput(io.Discard) // errors are told once, by status
	fs.Usage = func() {
		fmt.Printf("%s [flags]\n", fs.Name())
		fs.VisitAll(func(f *flag.Flag) { fmt.Printf("\n  --%s\n%s\n", f.Name, wrap(sentence(f.Usage), 6, 96)) })
		fmt.Println("\nEach setting has a variable too: portico help.")
	}
	return fs
}

// parse parses a command's flags, for commands that need no configuration.
func parse(fs *flag.FlagSet, args []string) error {
	help := fs.Usage
	fs.Usage = func() {} // a mistake is answered by one sentence, not by all flags
	err := fs.Parse(args)
	if errors.Is(err, flag.ErrHelp) {
		help()
	} else if err != nil {
		return usage(fmt.Sprintf("%v: %s --help lists the flags", err, fs.Name()))
	}
	return err
}

// configure parses a command's flags and reads the configuration, checked.
func configure(fs *flag.FlagSet, args []string) (config, error) {
	environment := env.ToMap(os.Environ())
	flags := map[string]string{}
	for _, s := range settings() {
		fs.Var(flagValue{flags, s}, s.flag, s.help)
	}
	if err := parse(fs, args); err != nil {
		return config{}, err
	}
	maps.Copy(environment, flags)
	return readConfig(environment)
}

// readConfig reads the configuration out of an environment, and checks it. Its errors name the variable, and never show
// the value of one that may be secret.
func readConfig(environment map[string]string) (config, error) {
	c, err := env.ParseAsWithOptions[config](env.Options{Environment: environment})
	var parse env.ParseError
	if errors.As(err, &parse) { // what is not text can fail
		f, _ := reflect.TypeFor[config]().FieldByName(parse.Name)
		if f.Type.Kind() == reflect.Bool {
			return c, fmt.Errorf("%s is true or false", f.Tag.Get("env"))
		}
		if f.Type.Kind() == reflect.Int {
			return c, fmt.Errorf("%s is a number", f.Tag.Get("env"))
		}
		return c, fmt.Errorf("%s is a time, such as 15s", f.Tag.Get("env"))
	}
	if err != nil {
		return c, fmt.Errorf("read the configuration: %w", err)
	}
	for _, check := range []func() error{c.checkAddresses, c.checkDatabase, c.checkSecret, c.checkFiles, c.checkMail, c.checkProxies, c.checkConnections, c.checkDrain} {
		if err := check(); err != nil {
			return c, err
		}
	}
	if err := c.level.UnmarshalText([]byte(c.Log)); err != nil {
		return c, fmt.Errorf("PORTICO_LOG is debug, info, warn or error, not %q", c.Log)
	}
	return c, nil
}

func (c *config) checkAddresses() error {
	for _, a := range []struct{ variable, value string }{{"PORTICO_ADDR", c.Addr}, {"PORTICO_METRICS_ADDR", c.MetricsAddr}} {
		if a.value == "" {
			continue
		}
		if _, err := net.ResolveTCPAddr("tcp", a.value); err != nil {
			return fmt.Errorf("%s is host and port, such as 127.0.0.1:3000, not %q", a.variable, a.value)
		}
	}
	if c.URL == "" {
		return nil
	}
	u, err := url.Parse(strings.TrimSuffix(c.URL, "/"))
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.Path != "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return errors.New("PORTICO_URL is the portal's public address without a path, such as https://care.example.com")
	}
	c.url = u
	return nil
}

func (c *config) checkDatabase() error {
	for _, d := range []struct{ variable, value string }{{"DATABASE_URL", c.DatabaseURL}, {"PORTICO_OWNER_URL", c.OwnerURL}} {
		u, err := url.Parse(d.value)
		if d.value != "" && (err != nil || u.Scheme != "postgres" && u.Scheme != "postgresql") {
			return fmt.Errorf("%s is a URL, such as postgres://portico:password@db.example.com/portico", d.variable)
		}
	}
	if c.OwnerURL != "" && c.DatabaseURL == "" {
		return errors.New("PORTICO_OWNER_URL needs DATABASE_URL: the embedded database has roles of its own")
	}
	return nil
}

const secretHint = "make one with: openssl rand -hex 32"

func (c *config) checkSecret() error {
	different := map[rune]bool{}
	for _, r := range c.Secret {
		different[r] = true
	}
	switch {
	case c.Secret == "" && c.DatabaseURL != "":
		return errors.New("PORTICO_SECRET is needed with DATABASE_URL, the same for all copies; " + secretHint)
	case c.Secret != "" && (len(c.Secret) < 32 || len(different) < 8):
		return errors.New("PORTICO_SECRET is too easy to guess: at least 32 random characters; " + secretHint)
	}
	return nil
}

func (c *config) checkMail() error {
	if c.SMTPURL != "" {
		u, err := url.Parse(c.SMTPURL)
		if err != nil || u.Host == "" || u.Scheme != "smtp" && u.Scheme != "smtps" {
			return errors.New("PORTICO_SMTP_URL is a mail server's URL, such as smtp://name:password@mail.example.com:587 or smtps://…")
		}
	}
	if c.ReplyTo != "" {
		a, err := netmail.ParseAddress(c.ReplyTo)
		if err != nil || a.Address != c.ReplyTo || strings.Contains(a.Address, "+") {
			return errors.New("PORTICO_REPLY_TO is an address without a name or a plus, such as care@example.com")
		}
		if name, _, _ := strings.Cut(a.Address, "@"); len(name) > longestReplyName {
			return fmt.Errorf("PORTICO_REPLY_TO has a name of more than %d letters: a token has to fit behind it", longestReplyName)
		}
	}
	return c.checkDKIM()
}

// longestReplyName leaves room for a plus and a token in the 64 letters that an address may have before its @.
const longestReplyName = 16

func (c *config) checkDKIM() error {
	if c.DKIMKey == "" && c.DKIM == "" {
		return nil
	}
	selector, domain, ok := strings.Cut(c.DKIM, "._domainkey.")
	if !ok || selector == "" || domain == "" || c.DKIMKey == "" {
		return errors.New("PORTICO_DKIM_KEY and PORTICO_DKIM go together: a file with a private key, and a name such as 2026._domainkey.example.com")
	}
	data, err := os.ReadFile(c.DKIMKey)
	if err != nil {
		return errors.New("PORTICO_DKIM_KEY is a file that can't be read")
	}
	block, _ := pem.Decode(data)
	if block == nil {
		return errors.New("PORTICO_DKIM_KEY is a file without a PEM block")
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		key, err = x509.ParsePKCS1PrivateKey(block.Bytes)
	}
	signer, ok := key.(crypto.Signer)
	if err != nil || !ok {
		return errors.New("PORTICO_DKIM_KEY is a file without a private key of RSA or Ed25519")
	}
	c.dkim = mail.DKIM{Domain: domain, Selector: selector, Key: signer}
	return nil
}

func (c *config) checkProxies() error {
	for _, p := range c.Proxies {
		p = strings.TrimSpace(p)
		network, err := netip.ParsePrefix(p)
		if err != nil {
			var one netip.Addr
			if one, err = netip.ParseAddr(p); err == nil {
				network, err = one.Prefix(one.BitLen())
			}
		}
		if err != nil {
			return fmt.Errorf("PORTICO_PROXIES is a list of addresses or networks, such as 10.0.0.0/8: %q is neither", p)
		}
		c.proxies = append(c.proxies, network.Masked())
	}
	return nil
}

// fewestConnections are those of a few browsers and a balancer's own questions: fewer were mistyped.
const fewestConnections = 16

func (c *config) checkConnections() error {
	if c.Connections < fewestConnections {
		return fmt.Errorf("PORTICO_CONNECTIONS is at least %d, not %d", fewestConnections, c.Connections)
	}
	return nil
}

// places is how many connections there can be: each may need a second descriptor, for the attachment it asks for, and
// the portal needs some for itself.
func (c *config) places() int {
	const own = 128
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil || limit.Cur > 1<<30 {
		return c.Connections
	}
	return max(fewestConnections, min(c.Connections, (int(limit.Cur)-own)/2))
}

// longestDrain is longer than any balancer takes to notice; what is beyond it was mistyped.
const longestDrain = 10 * time.Minute

func (c *config) checkDrain() error {
	if c.Drain < 0 || c.Drain > longestDrain {
		return fmt.Errorf("PORTICO_DRAIN is a time from 0s to %s, not %s", longestDrain, c.Drain)
	}
	return nil
}

// embedded tells whether PostgreSQL runs in the data folder.
func (c *config) embedded() bool { return c.DatabaseURL == "" }

// findData settles which folder the data lies in; note is what the person who starts the portal should hear of it.
func (c *config) findData() (note string, err error) {
	switch {
	case c.Data != "":
		c.Data, err = filepath.Abs(c.Data)
	case c.embedded():
		c.Data, note, err = embedded.DefaultDir()
	default:
		c.Data, err = filepath.Abs("data")
	}
	return note, err
}

// key is what everything is signed with, of one length whatever the secret looks like.
func (c *config) key() []byte {
	sum := sha256.Sum256([]byte(c.Secret))
	return sum[:]
}
