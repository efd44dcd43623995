package programtest

import (
	"fmt"
	"math/rand/v2"
	"net"
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
