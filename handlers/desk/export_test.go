package desk

import (
	"context"
	"time"

	"portico/db"

	"github.com/google/uuid"
)

// BacktestInParts does the backtest that waits, so many cases at a time, and keeps what it has counted after each part.
func (d *Desk) BacktestInParts(ctx context.Context, cases int) error {
	ctx = db.AsSystem(ctx, "backtests")
	h := d.atBacktest(uuid.New())
	b, err := d.DB.HoldBacktest(ctx, h)
	if err != nil {
		return err
	}
	return d.backtest(ctx, b, h.By, cases, 0*time.Second)
}
