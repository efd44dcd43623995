package handlers

import (
	"slices"

	"portico/db"
	"portico/policy"
	"portico/views"

	"github.com/gofiber/fiber/v2"
)

// policyPage shows the matrix as it is published.
func (a *App) policyPage(c *fiber.Ctx, who policy.Actor) error {
	if err := a.Judge.Check(who, policy.Configure, policy.Object{}); err != nil {
		return err
	}
	roles := a.Judge.Roles()
	slices.SortStableFunc(roles, func(x, y db.Role) int { // what contacts have, then what staff have
		return map[bool]int{true: 1}[x.Staff()] - map[bool]int{true: 1}[y.Staff()]
	})
	p := &views.PolicyPage{}
	first := func(i int) bool { return i > 0 && roles[i].Staff() && !roles[i-1].Staff() }
	for i, role := range roles {
		p.Roles = append(p.Roles, views.PolicyRole{Name: views.RoleName(role), Staff: role.Staff(), First: first(i)})
	}
	for _, action := range policy.Actions {
		row := views.PolicyRow{Key: string(action), Words: views.MayWords(string(action))}
		for i, role := range roles {
			cell := views.PolicyCell{First: first(i)}
			reaches := a.Judge.Reaches(role, action)
			for _, reach := range slices.Backward(reaches) { // the narrow ones first, as one reads them
				cell.Reaches = append(cell.Reaches, views.ReachName(string(reach)))
				cell.Extent = max(cell.Extent, extent(reach))
			}
			row.Cells = append(row.Cells, cell)
		}
		p.Rows = append(p.Rows, row)
	}
	for _, reach := range policy.Reaches {
		p.Reaches = append(p.Reaches, views.PolicyReach{Extent: extent(reach), Name: views.ReachName(string(reach)),
			Meaning: views.Say("policy.reach." + string(reach) + ".help")})
	}
	p.Title, p.Here = views.T(a.lang(c), "policy.title"), "policy"
	return a.page(c, who, p)
}

// extent is how much a reach is, at a glance.
func extent(reach policy.Reach) int {
	switch reach {
	case policy.All:
		return 3
	case policy.Granted, policy.Queues:
		return 2
	}
	return 1
}
