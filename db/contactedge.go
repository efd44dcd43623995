package db

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"
)

// contactEdge is the edge of a page of contacts: what its first or last row is sorted by.
type contactEdge struct {
	Sort string   `json:"s"`
	Keys []string `json:"k"`
	ID   int64    `json:"i"`
}

func (r ContactRow) edge(by ContactSort) string {
	text, _ := json.Marshal(contactEdge{string(by), r.key, r.ID}) // nothing in it can fail
	return base64.RawURLEncoding.EncodeToString(text)
}

func parseEdge(s, by string, keys int) (*contactEdge, bool) {
	if s == "" || len(s) > 2000 {
		return nil, false
	}
	var e contactEdge
	text, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || json.Unmarshal(text, &e) != nil || e.Sort != by || len(e.Keys) != keys {
		return nil, false
	}
	for _, key := range e.Keys {
		if strings.ContainsRune(key, 0) {
			return nil, false
		}
	}
	if by == string(ContactsByUpdated) {
		if _, err := time.Parse("2006-01-02 15:04:05.999999Z", e.Keys[0]); err != nil {
			return nil, false
		}
	}
	return &e, true
}
