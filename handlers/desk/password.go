package desk

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"
	"github.com/ccojocar/zxcvbn-go"
	"github.com/ccojocar/zxcvbn-go/match"
	"github.com/ccojocar/zxcvbn-go/matching"
	"golang.org/x/text/unicode/norm"
)

// PasswordMinimum is how many characters a password has at least.
const PasswordMinimum = 12

// passwordMaximum is far beyond any passphrase; it keeps somebody from having megabytes hashed.
const passwordMaximum = 1024

// hashing is what one hash costs: the first choice of OWASP's recommendations, some 20 ms and 19 MiB. Hashes carry their
// own parameters: raising these leaves the old ones valid.
var hashing = argon2id.Params{Memory: 19 << 10, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}

// hashers keeps a flood of sign-ins from taking more memory than there are processors to hash with.
var hashers = make(chan struct{}, runtime.GOMAXPROCS(0))

// nobody is the hash that an unknown address is checked against, so that the answer takes as long as for a known one.
var nobody = sync.OnceValue(func() string {
	hash, err := argon2id.CreateHash("nobody's password", &hashing)
	if err != nil {
		panic(err) // the system has no random numbers: nothing else would work either
	}
	return hash
})

// HashPassword gives what is kept of a password.
func HashPassword(password string) (string, error) {
	hashers <- struct{}{}
	defer func() { <-hashers }()
	hash, err := argon2id.CreateHash(norm.NFC.String(password), &hashing)
	if err != nil {
		return "", fmt.Errorf("hash a password: %w", err)
	}
	return hash, nil
}

// CheckPassword tells whether the password is the one that was hashed. With an empty hash, which is what an unknown
// address and a person without a password have, it says no after the same time.
func CheckPassword(hash, password string) (bool, error) {
	if len(password) > passwordMaximum {
		return false, nil
	}
	known := hash != ""
	if !known {
		hash = nobody()
	}
	hashers <- struct{}{}
	defer func() { <-hashers }()
	// The same letter can be typed as one character or as two, depending on the keyboard.
	match, err := argon2id.ComparePasswordAndHash(norm.NFC.String(password), hash)
	if err != nil {
		return false, fmt.Errorf("check a password: %w", err)
	}
	return match && known, nil
}

// Requirement is one thing that a password has to be.
type Requirement struct {
	Key string // "length", "own" or "known"
	Met bool
}

// Requirements tells which of what a password has to be is so of this one, for somebody with these names and addresses.
// JudgePassword takes it when all are.
func Requirements(password string, own ...string) []Requirement {
	n := utf8.RuneCountInString(password)
	return []Requirement{
		{"length", n >= PasswordMinimum && len(password) <= passwordMaximum},
		{"own", n > 0 && !isOwn(strings.ToLower(password), own)},
		{"known", n > 0 && !weak(password, own)},
	}
}

// JudgePassword says what is wrong with a password that somebody with these names and addresses wants to have; the
// field is "password". Nil means that it will do.
func JudgePassword(password string, own ...string) error {
	complain := func(code string) error {
		return Invalid{"password": {Code: code, Args: map[string]any{"Minimum": PasswordMinimum}}}
	}
	if !utf8.ValidString(password) || strings.ContainsRune(password, 0) {
		return complain("password.unreadable")
	}
	if len(password) > passwordMaximum {
		return complain("password.long")
	}
	for _, r := range Requirements(password, own...) {
		if !r.Met {
			return complain(map[string]string{"length": "password.short", "own": "password.own", "known": "password.weak"}[r.Key])
		}
	}
	return nil
}

// guessable is how many bits of surprise are too few: by the lists of known passwords, words and names, by rows on the
// keyboard, repetitions and dates, and by what people put in a letter's place, somebody would try fewer than 2^30 others
// before it.
const guessable = 30

// longestGuess is how much of a password is looked at: what comes after would not make it weaker.
const longestGuess = 64

// ownWords are those that are tried here first, and stand on no English list.
var ownWords = []string{"motdepasse", "bienvenue", "azerty", "azertyuiop", "qsdfghjklm", "soleil", "bonjour", "jetaime",
	"doudou", "chouchou", "administrateur", "utilisateur", "secret", "changezmoi", "canadiens", "montreal", "quebec", "tabarnak"}

// unsubstituted undoes what people put in a letter's place. The library would try all ways to, which for some passwords
// takes it seconds.
var unsubstituted = strings.NewReplacer("@", "a", "4", "a", "8", "b", "(", "c", "3", "e", "6", "g", "1", "i", "!", "i", "|", "l", "0", "o",
	"$", "s", "5", "s", "7", "t", "+", "t", "2", "z")

func substitutes(m match.Matcher) bool { return m.ID == matching.L33TMatcherName }

// weak tells whether a password is among those that are tried first.
func weak(password string, own []string) bool {
	runes := []rune(norm.NFC.String(password))
	runes = runes[:min(len(runes), longestGuess)]
	different := map[rune]bool{}
	for _, r := range runes {
		different[r] = true
	}
	if len(different) < 5 {
		return true
	}
	words := slices.Clone(ownWords)
	for _, o := range own {
		words = append(words, strings.FieldsFunc(strings.ToLower(o), func(r rune) bool { return !unicode.IsLetter(r) })...)
	}
	for _, p := range []string{string(runes), unsubstituted.Replace(string(runes))} {
		if zxcvbn.PasswordStrength(p, words, substitutes).Entropy < guessable {
			return true
		}
	}
	return false
}

// isOwn tells whether little more than one's own name or address is left of a password.
func isOwn(lower string, own []string) bool {
	for _, words := range own {
		words = strings.ToLower(words)
		local, _, _ := strings.Cut(words, "@")
		for _, word := range []string{words, local, strings.ReplaceAll(words, " ", ""), strings.ReplaceAll(words, " ", ".")} {
			if len(word) >= 3 && strings.Contains(lower, word) && utf8.RuneCountInString(lower)-utf8.RuneCountInString(word) < PasswordMinimum/2 {
				return true
			}
		}
	}
	return false
}
