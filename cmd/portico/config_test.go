package main

import (
	"maps"
	"strings"
	"testing"
)

func TestConfig(t *testing.T) {
	const secret = "0123456789abcdef0123456789abcdef"
	for name, test := range map[string]struct {
		environment map[string]string
		says        string // empty: it is fine
	}{
		"nothing": {map[string]string{}, ""},
		"all of it": {map[string]string{
			"PORTICO_ADDR": ":8080", "PORTICO_URL": "https://care.example.com/", "DATABASE_URL": "postgres://portico@db/portico",
			"PORTICO_OWNER_URL": "postgresql://owner@db/portico", "PORTICO_SECRET": secret, "PORTICO_FILES": "s3://files",
			"PORTICO_SMTP_URL": "smtps://mail.example.com", "PORTICO_PROXIES": "10.0.0.0/8, ::1", "PORTICO_METRICS_ADDR": "127.0.0.1:0",
			"PORTICO_DEMO": "1", "PORTICO_LOG": "debug", "PORTICO_DRAIN": "15s", "PORTICO_CONNECTIONS": "200",
		}, ""},
		"an empty variable is not set": {map[string]string{"PORTICO_ADDR": "", "PORTICO_URL": "", "PORTICO_DEMO": ""}, ""},
		"an address without a port":    {map[string]string{"PORTICO_ADDR": "localhost"}, "PORTICO_ADDR is host and port"},
		"a port that is none":          {map[string]string{"PORTICO_METRICS_ADDR": ":99999"}, "PORTICO_METRICS_ADDR is host and port"},
		"a URL without a scheme":       {map[string]string{"PORTICO_URL": "care.example.com"}, "PORTICO_URL is"},
		"a URL with a path":            {map[string]string{"PORTICO_URL": "https://example.com/care"}, "PORTICO_URL is"},
		"a URL that is no web address": {map[string]string{"PORTICO_URL": "ftp://example.com"}, "PORTICO_URL is"},
		"a database that is none":      {map[string]string{"DATABASE_URL": "mysql://hush@db/portico", "PORTICO_SECRET": secret}, "DATABASE_URL is"},
		"a database that is no URL":    {map[string]string{"DATABASE_URL": "host=db password=hush", "PORTICO_SECRET": secret}, "DATABASE_URL is"},
		"a database without a secret":  {map[string]string{"DATABASE_URL": "postgres://portico@db/portico"}, "PORTICO_SECRET is needed"},
		"an owner without a database":  {map[string]string{"PORTICO_OWNER_URL": "postgres://owner@db/portico"}, "PORTICO_OWNER_URL needs"},
		"a short secret":               {map[string]string{"PORTICO_SECRET": "hush"}, "PORTICO_SECRET is too easy"},
		"a secret of one letter":       {map[string]string{"PORTICO_SECRET": strings.Repeat("hush", 20)}, "PORTICO_SECRET is too easy"},
		"a store that nobody knows":    {map[string]string{"PORTICO_FILES": "tape://library"}, "PORTICO_FILES is"},
		"a mail server that is none":   {map[string]string{"PORTICO_SMTP_URL": "https://name:hush@mail"}, "PORTICO_SMTP_URL is"},
		"a proxy that is no address":   {map[string]string{"PORTICO_PROXIES": "10.0.0.1,balancer"}, `PORTICO_PROXIES is a list of addresses or networks, such as 10.0.0.0/8: "balancer"`},
		"a drain without a unit":       {map[string]string{"PORTICO_DRAIN": "15"}, "PORTICO_DRAIN is a time, such as 15s"},
		"a drain back in time":         {map[string]string{"PORTICO_DRAIN": "-1s"}, "PORTICO_DRAIN is a time from 0s"},
		"a drain without an end":       {map[string]string{"PORTICO_DRAIN": "1000h"}, "PORTICO_DRAIN is a time from 0s"},
		"connections in words":         {map[string]string{"PORTICO_CONNECTIONS": "many"}, "PORTICO_CONNECTIONS is a number"},
		"hardly any connections":       {map[string]string{"PORTICO_CONNECTIONS": "1"}, "PORTICO_CONNECTIONS is at least 16"},
		"neither demo nor not":         {map[string]string{"PORTICO_DEMO": "maybe"}, "PORTICO_DEMO is true or false"},
		"a level that nobody knows":    {map[string]string{"PORTICO_LOG": "loud"}, "PORTICO_LOG is"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := readConfig(maps.Clone(test.environment))
			switch {
			case test.says == "" && err != nil:
				t.Errorf("refused: %v", err)
			case test.says != "" && (err == nil || !strings.HasPrefix(err.Error(), test.says)):
				t.Errorf("got %v, want %q", err, test.says)
			case err != nil && (strings.Contains(err.Error(), "hush") || strings.Contains(err.Error(), "\n")):
				t.Errorf("it tells a secret, or more than a sentence: %v", err)
			}
		})
	}
}

func TestConfigFlags(t *testing.T) {
	t.Setenv("PORTICO_ADDR", "127.0.0.1:1")
	t.Setenv("PORTICO_DEMO", "true")
	c, err := configure(newFlags("serve"), []string{"--addr", "127.0.0.1:2", "--demo=false"})
	if err != nil || c.Addr != "127.0.0.1:2" || c.Demo {
		t.Errorf("a flag does not win over its variable: %+v, %v", c, err)
	}
	for _, s := range settings() {
		if s.help == "" || s.flag == "" {
			t.Errorf("%s has no sentence or no flag", s.variable)
		}
	}
}
