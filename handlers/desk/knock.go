package desk

import (
	"context"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"portico/policy"
)

// How often what everybody may ask for can be asked for within a window, in all running copies together.
const (
	knockWindow     = time.Hour
	knocksByAddress = 5  // for one e-mail address: nobody's mailbox is filled by others
	knocksByClient  = 60 // by one client, who may be a whole office
)

// knock counts that somebody asks for what everybody may ask for, such as a new password. It is Throttled when that was
// too often: for the form by the client, or for the e-mail address, whether that is known or not. Call it outside of the
// transaction of what is asked for.
func (d *Desk) knock(ctx context.Context, form, client, email string) error {
	for _, try := range []struct {
		key   string
		limit int
	}{{form + " by " + clientOf(client), knocksByClient}, {form + " for " + strings.ToLower(email), knocksByAddress}} {
		ok, wait, err := d.DB.Throttle(ctx, try.key, try.limit, knockWindow)
		if err != nil {
			return err
		}
		if !ok {
			return Throttled{Wait: wait}
		}
	}
	return nil
}

// clientOf is what a client is counted as: an address or, where those are so many that each client has 2^64 of them to
// choose from, the network that they are in.
func clientOf(address string) string {
	at, err := netip.ParseAddr(address)
	if err != nil || !at.Is6() || at.Is4In6() {
		return address
	}
	network, err := at.WithZone("").Prefix(64)
	if err != nil {
		return address
	}
	return network.String()
}

// How often an administrator of a customer may have addresses tried in an hour: whether one can be used tells that somebody,
// somewhere, has it.
const (
	contactsAnHour = 200
	importsAnHour  = 100
)

// paced counts that an administrator of a customer has addresses tried. It is Throttled when that was too often. The
// provider's people know who there is. Call it outside of the transaction.
func (d *Desk) paced(ctx context.Context, who policy.Actor, what string, limit int) error {
	if who.Staff() {
		return nil
	}
	ok, wait, err := d.DB.Throttle(ctx, what+" by person "+strconv.FormatInt(who.Person.ID, 10), limit, time.Hour)
	if err == nil && !ok {
		err = Throttled{Wait: wait}
	}
	return err
}
