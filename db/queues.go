package db

import (
	"context"
	"fmt"
)

// QueueLoads lists all queues with what waits in them, in their order. It counts by the index of unfinished work, which
// is as small as the work left.
func (d *DB) QueueLoads(ctx context.Context) ([]QueueLoad, error) {
	rows, err := d.fast.Query(ctx, `
		select q.id, q.name, q.position, coalesce(n.waiting, 0)
		  from queues q
		  left join (select queue_id, count(*) waiting from cases where state in ('new', 'open') group by queue_id) n on n.queue_id = q.id
		 order by q.position, q.id`, fixed)
	if err != nil {
		return nil, fmt.Errorf("count queues: %w", err)
	}
	defer rows.Close()
	var list []QueueLoad
	for rows.Next() {
		var q QueueLoad
		if err := rows.Scan(&q.ID, &q.Name, &q.Position, &q.Waiting); err != nil {
			return nil, fmt.Errorf("count queues: %w", err)
		}
		list = append(list, q)
	}
	return list, rows.Err()
}
