package demo

import (
	"context"
	"time"

	"portico/db"
)

// The demo's past. The first of the cases that must be there has a number of its own, as documentation shows it.
const (
	pastCases = 400
	pastSeed  = 2026
	shown     = db.Number(1883)
)

func fillPast(ctx context.Context, tx *db.DB, now time.Time) error {
	return Past{
		Cases: pastCases, Seed: pastSeed, Now: now, anchor: shown,
		wanted: []wanted{
			// One with a good conversation, for everybody to look at first.
			{story: "mornings", email: "customer@maple.test", ago: 27 * time.Hour, turns: 4},
			// Some that wait for their customer.
			{story: "suite", email: "customer@maple.test", ago: 50 * time.Hour, turns: 1},
			{story: "order-desk", email: "customer@maple.test", ago: 98 * time.Hour, turns: 1},
			// One of each queue that nobody has taken yet.
			{story: "night-key", email: "plant@maple.test", ago: 95 * time.Minute},
			{story: "freezes", email: "west@maple.test", ago: 130 * time.Minute},
			{story: "courier", email: "site-admin@maple.test", ago: 70 * time.Minute},
			{story: "portal", email: "manager@maple.test", ago: 4 * time.Hour},
			{story: "returned", email: "customer@harbour.test", ago: 5 * time.Hour},
			{story: "clock", email: "manager@harbour.test", ago: 3 * time.Hour, moved: "Service Desk"},
			// And one that is on top of its queue.
			{story: "all-phones", email: "customer@maple.test", ago: 12 * time.Minute},
		},
	}.Add(ctx, tx)
}
