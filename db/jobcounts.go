package db

import (
	"context"
	"fmt"
)

// JobCounts counts the background jobs that are not done, by state; those given up on are among them until they are
// cleared away.
func (d *DB) JobCounts(ctx context.Context) (map[string]int64, error) {
	rows, err := d.fast.Query(ctx, `
		select s::text, count(j.id)
		from unnest(array['available', 'running', 'retryable', 'scheduled', 'discarded']::river_job_state[]) s
		left join river_job j on j.state = s
		group by s`)
	if err != nil {
		return nil, fmt.Errorf("count jobs: %w", err)
	}
	defer rows.Close()
	counts := map[string]int64{}
	for rows.Next() {
		var state string
		var n int64
		if err := rows.Scan(&state, &n); err != nil {
			return nil, fmt.Errorf("count jobs: %w", err)
		}
		counts[state] = n
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("count jobs: %w", err)
	}
	return counts, nil
}
