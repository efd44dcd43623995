package desk

import (
	"context"
	"strconv"
	"strings"
	"time"

	"portico/db"
)

// SettingReopenDays is for how many days a solved case can be reopened.
const SettingReopenDays = "reopen_days"

// How long that is where no setting says otherwise, and how long it may be.
const (
	ReopenDays     = 7
	MostReopenDays = 90
)

// ReopenContent is how long solved cases wait to be closed, as an administrator sets it.
type ReopenContent struct {
	Days string `json:"reopen_days"` // in which they can be reopened; then they close by themselves
}

// reopenSet is what is set; what makes no sense counts as not set.
func reopenSet(set map[string]string) ReopenContent {
	c := ReopenContent{Days: set[SettingReopenDays]}
	if _, ok := c.days(); !ok {
		c.Days = strconv.Itoa(ReopenDays)
	}
	return c
}

func (c ReopenContent) days() (n int, ok bool) {
	n, err := strconv.Atoi(strings.TrimSpace(c.Days))
	return n, err == nil && n >= 1 && n <= MostReopenDays
}

// Period is how long a case can be reopened from when it was solved.
func (c ReopenContent) Period() time.Duration {
	n, _ := c.days()
	return time.Duration(n) * 24 * time.Hour
}

func (c ReopenContent) check(invalid Invalid) ReopenContent {
	n, ok := c.days()
	if !ok {
		invalid["reopen_days"] = Complaint{Code: "states.setup.days.wrong", Args: map[string]any{"Most": MostReopenDays}}
		return c
	}
	return ReopenContent{Days: strconv.Itoa(n)}
}

func (c ReopenContent) settings() map[string]string {
	return map[string]string{SettingReopenDays: c.Days}
}

// reopenPeriod reads the period as it is set now: what a verb does goes by it, whatever this copy has heard.
func reopenPeriod(ctx context.Context, tx *db.DB) (time.Duration, error) {
	set, err := tx.SettingsOf(ctx, SettingReopenDays)
	return reopenSet(set).Period(), err
}
