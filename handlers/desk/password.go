package desk

import (
	"fmt"
	"runtime"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"
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

// JudgePassword says what is wrong with a password that somebody with these names and addresses wants to have; the
// field is "password". Nil means that it will do.
func JudgePassword(password string, own ...string) error {
	complain := func(code string) error {
		return Invalid{"password": {Code: code, Args: map[string]any{"Minimum": PasswordMinimum}}}
	}
	switch lower := strings.ToLower(password); {
	case !utf8.ValidString(password) || strings.ContainsRune(password, 0):
		return complain("password.unreadable")
	case utf8.RuneCountInString(password) < PasswordMinimum:
		return complain("password.short")
	case len(password) > passwordMaximum:
		return complain("password.long")
	case weak(lower):
		return complain("password.weak")
	case isOwn(lower, own):
		return complain("password.own")
	}
	return nil
}

// weak finds the passwords of twelve characters that everybody tries first: few different characters, a row on the
// keyboard, or a common word with digits around it.
func weak(lower string) bool {
	different := map[rune]bool{}
	for _, r := range lower {
		different[r] = true
	}
	if len(different) < 5 {
		return true
	}
	for _, row := range []string{"12345678901234567890", "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm", "azertyuiopqsdfghjklmwxcvbn", "1q2w3e4r5t6y7u8i9o0p"} {
		if strings.Contains(row, lower) {
			return true
		}
	}
	core := strings.Trim(lower, "0123456789!@#$%&*?._- ")
	for _, word := range []string{"", "password", "passwordpassword", "motdepasse", "qwerty", "qwertyuiop", "azerty", "azertyuiop", "letmein", "welcome", "bienvenue", "iloveyou", "administrator", "changeme", "portico"} {
		if core == word {
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
