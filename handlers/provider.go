package handlers

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"portico/db"
)

// provider is who runs the portal, as its settings say.
type provider struct {
	Name string
	Zone *time.Location // of staff who have chosen none

	Reopen time.Duration // how long a solved case can be reopened
}

// settings are the provider's, as this copy knows them: every page shows them. They are read at the start, and again
// whenever some copy says that they changed.
type settings struct {
	reading sync.Mutex // one after the other: what was read last was kept last
	now     atomic.Pointer[provider]
}

// provider is who runs the portal, as far as this copy has heard.
func (a *App) provider() *provider { return a.settings.now.Load() }

// readProvider reads the provider's settings.
func (a *App) readProvider(ctx context.Context) error {
	a.settings.reading.Lock()
	defer a.settings.reading.Unlock()
	set, err := a.Desk.Portal(ctx, a.DB)
	if err != nil {
		return err
	}
	zone, err := time.LoadLocation(set.Zone)
	if err != nil {
		return fmt.Errorf("the provider's time zone: %w", err)
	}
	a.Desk.TakeLimits(set.Limits())
	a.settings.now.Store(&provider{Name: set.Name, Zone: zone, Reopen: set.Period()})
	return nil
}

// takeUp takes up what some copy has changed of the set-up. What can't be read now is read when the database is back: then
// everything may have changed.
func (a *App) takeUp(t db.Topic) {
	if t != db.SetUpChanged && t != db.Everything {
		return
	}
	a.DB.Forget()
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := a.readProvider(ctx); err != nil {
			a.Log.Warn("the provider's settings are old ones", "error", err)
		}
	}()
}
