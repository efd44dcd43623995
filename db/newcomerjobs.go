package db

// GreetNewcomer is the job of looking at a registration, and of promising the mails that follow from it.
type GreetNewcomer struct {
	Registration int64 `json:"registration"`
}

// Kind names the job in the queue.
func (GreetNewcomer) Kind() string { return "greet_newcomer" }
