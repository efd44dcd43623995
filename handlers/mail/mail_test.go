package mail

import (
	"bufio"
	"net"
	"net/url"
	"strings"
	"testing"

	"portico/db"
)

// server is a mail server that takes one mail, and gives it.
func server(t *testing.T) (address string, got <-chan string) {
	t.Helper()
	socket, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = socket.Close() })
	mails := make(chan string, 1)
	go func() {
		conn, err := socket.Accept()
		if err != nil {
			return
		}
		defer func() { _ = conn.Close() }()
		say := func(line string) { _, _ = conn.Write([]byte(line + "\r\n")) }
		say("220 here")
		var body strings.Builder
		inBody := false
		for lines := bufio.NewScanner(conn); lines.Scan(); {
			line := lines.Text()
			switch {
			case inBody && line == ".":
				inBody = false
				mails <- body.String()
				say("250 taken")
			case inBody:
				body.WriteString(line + "\n")
			case strings.HasPrefix(line, "DATA"):
				inBody = true
				say("354 go on")
			case strings.HasPrefix(line, "QUIT"):
				say("221 bye")
				return
			default:
				say("250 fine")
			}
		}
	}()
	return socket.Addr().String(), mails
}

func TestSend(t *testing.T) {
	address, got := server(t)
	s, err := NewSender(Server{URL: "smtp://" + address + "?from=care@provider.test", Provider: "The Provider", Host: "portal.test", ReplyTo: "care@provider.test"})
	if err != nil {
		t.Fatal(err)
	}
	portal := &url.URL{Scheme: "https", Host: "portal.test:3000"}
	l := db.Letter{HasCase: true, Author: db.Named{ID: 2, First: "Ann", Staff: true}, Event: db.Event{Kind: db.Comment, Body: "Voilà\nc’est fait"}}
	l.ID, l.CaseID, l.To, l.PersonID = 7, 1883, "zoé@maple.test", 5
	l.Case.ID, l.Case.RequesterID, l.Case.ShortDescription = 1883, 5, "No dial tone:\n Hosted Voice"
	l.Reader.Person = db.Person{FirstName: "Zoé", Language: "fr"}
	l.Files = []db.File{{Name: "trace.txt", Size: 2_400}}
	m, err := Write(l, Tokens{Unsubscribe: "5.comment.seal", Reply: "1883p5-seal", ReplyTo: s.ReplyTo("1883p5-seal")}, "The Provider", portal)
	if err != nil {
		t.Fatal(err)
	}
	m.To = "zoe@maple.test"
	if err := s.Send(t.Context(), m, nil); err != nil {
		t.Fatal(err)
	}
	mail := strings.ReplaceAll(<-got, "\n ", " ") // long headers go over two lines
	for _, want := range []string{
		"From: \"The Provider\" <care@provider.test>", "<zoe@maple.test>", "Message-ID: <mail-7-1883p5-seal@portal.test>",
		"Reply-To: \"The Provider\" <care+1883p5-seal@provider.test>", "text/html", "multipart/alternative", "  | trace.txt (2,4=C2=A0ko)",
		"In-Reply-To: <CS0001883@portal.test>", "References: <CS0001883@portal.test>", "List-Id: CS0001883 <CS0001883.cases.portal.test>",
		"Subject: [CS0001883] No dial tone: Hosted Voice", "Auto-Submitted: auto-generated", "text/plain",
		"https://portal.test:3000/cases/CS0001883",
		"\nList-Unsubscribe: <https://portal.test:3000/unsubscribe/5.comment.seal?lang=fr>\n", "\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\n",
	} {
		if !strings.Contains(mail, want) {
			t.Errorf("there is no %q in\n%s", want, mail)
		}
	}
}

func TestNewSenderRefuses(t *testing.T) {
	for _, address := range []string{"smtp://host?from=nobody", "smtp://host:x", "smtp://"} {
		if _, err := NewSender(Server{URL: address, Provider: "P", Host: "portal.test"}); err == nil {
			t.Errorf("%s is taken", address)
		}
	}
}

func TestANoticeTellsAColleagueOfACase(t *testing.T) {
	portal := &url.URL{Scheme: "https", Host: "portal.test"}
	for lang, want := range map[string][]string{
		"en": {"Hello Ann Bee,", "The rules have you told of CS0001883:", "  | Priority: 1 - Critical", "  | Queue: Voice", "  | Account: Maple Foods East",
			"About: No dial tone", "Look at it: https://portal.test/cases/CS0001883", "https://portal.test/unsubscribe/5.notified.seal?lang=en"},
		"fr": {"Bonjour Ann Bee,", "Les règles vous signalent le dossier CS0001883\u00a0:", "  | Priorité\u00a0: 1 - Critique", "  | File\u00a0: Voice"},
	} {
		l := db.Letter{HasCase: true, Event: db.Event{Kind: db.Notified, Body: "what the customer wrote"}}
		l.ID, l.CaseID, l.To, l.PersonID = 7, 1883, "ann@provider.test", 5
		l.Case.ID, l.Case.ShortDescription, l.Case.Priority, l.Case.Queue, l.Case.Account = 1883, "No dial tone", db.Critical, "Voice", "Maple Foods East"
		l.Reader.Person = db.Person{Staff: true, FirstName: "Ann", LastName: "Bee", Language: lang}
		m, err := Write(l, Tokens{Unsubscribe: "5.notified.seal"}, "The Provider", portal)
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range want {
			if !strings.Contains(m.Body, part) {
				t.Errorf("%s: no %q in\n%s", lang, part, m.Body)
			}
		}
		if strings.Contains(m.Body, l.Event.Body) {
			t.Errorf("%s: it quotes the customer", lang)
		}
	}
}
