package main

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// roomForGarbage is how much memory may wait to be collected, in bytes. Go by itself lets as much wait as is in use, and
// a portal has little in use: it would collect some thirty times a second under load, with an eighth of its CPU.
const roomForGarbage = 32 << 20

// leaveRoom has garbage collected once it has come to roomForGarbage. Where more than that is in use, such as with a
// thousand streams, it comes to as much as Go would let it. What the environment says in GOGC stands.
func leaveRoom() {
	if os.Getenv("GOGC") != "" {
		return
	}
	inUse := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	percent := 100
	adjust := func() {
		metrics.Read(inUse)
		wanted := 100
		if n := inUse[0].Value.Uint64(); n > 0 {
			wanted = int(min(max(roomForGarbage*100/n, 100), 800))
		}
		if change := wanted - percent; change > percent/10 || -change > percent/10 { // the world stops for it
			percent = wanted
			debug.SetGCPercent(percent)
		}
	}
	afterCollections(adjust)
}

// afterCollections calls do after each collection, and never twice at once.
func afterCollections(do func()) {
	runtime.AddCleanup(&collected{}, func(do func()) {
		do()
		afterCollections(do)
	}, do)
}

// collected is found to be garbage by each collection. It is too large to share its place with something that lives.
type collected struct{ _ [64]byte }
