package desk

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"portico/db"
	"portico/policy"
)

// The provider's settings, as they are kept.
const (
	SettingName = "provider"
	SettingZone = "time_zone"
)

// PortalContent is how the portal as a whole is set.
type PortalContent struct {
	Name           string     `json:"name"` // of the provider
	Zone           string     `json:"zone"` // IANA name: of staff who have chosen none
	SignUp         SignUpMode `json:"sign_up"`
	GeneralRequest bool       `json:"general_request"` // without signing in
	SecondPerson   bool       `json:"second_person"`   // to publish rules
	FileContent               // what may be attached
	ReopenContent             // how long solved cases wait to be closed
}

// Portal reads how the portal is set.
func (d *Desk) Portal(ctx context.Context, tx *db.DB) (PortalContent, error) {
	set, err := tx.SettingsOf(ctx, SettingName, SettingZone, SettingSecondPerson,
		SettingFileMegabytes, SettingFileCount, SettingFileKinds, SettingReopenDays)
	if err != nil {
		return PortalContent{}, err
	}
	in, err := doors(ctx, tx)
	return PortalContent{Name: cmp.Or(set[SettingName], "Portico"), Zone: cmp.Or(set[SettingZone], "UTC"),
		SignUp: in.SignUp, GeneralRequest: in.GeneralRequest, SecondPerson: set[SettingSecondPerson] == "on", FileContent: filesSet(set), ReopenContent: reopenSet(set)}, err
}

func (c PortalContent) check() (PortalContent, error) {
	invalid := Invalid{}
	c.Name = tidyLine(c.Name)
	invalid.need("name", c.Name, longestLabel)
	if _, err := time.LoadLocation(c.Zone); err != nil || c.Zone == "" || c.Zone == "Local" {
		invalid["zone"] = Complaint{Code: "setup.choose"}
	}
	if !slices.Contains(SignUpModes, c.SignUp) {
		invalid["sign_up"] = Complaint{Code: "setup.choose"}
	}
	c.FileContent = c.FileContent.check(invalid)
	c.ReopenContent = c.ReopenContent.check(invalid)
	return c, invalid.err()
}

// SavePortal changes how the portal is set, if it still is as the marks say. All copies go by it as soon as they hear of it.
func (d *Desk) SavePortal(ctx context.Context, who policy.Actor, in PortalContent, marks string) error {
	return d.configure(ctx, who, func(ctx context.Context, tx *db.DB) error {
		was, err := d.Portal(ctx, tx)
		if err != nil {
			return err
		}
		if in, err = in.check(); err != nil {
			return err
		}
		fields := differing(was, in)
		if len(fields) == 0 {
			return nil
		}
		if err := unchanged(marks, was); err != nil {
			return err
		}
		if in.SecondPerson && !was.SecondPerson {
			if other, err := tx.OtherPlatformAdministrator(ctx, who.Person.ID); err != nil || !other {
				return cmp.Or(err, error(Invalid{"second_person": {Code: "drafts.second.alone"}}))
			}
		}
		switched := map[bool]string{false: "off", true: "on"}
		general, second := switched[in.GeneralRequest], switched[in.SecondPerson]
		set := in.FileContent.settings()
		maps.Copy(set, in.ReopenContent.settings())
		maps.Copy(set, map[string]string{
			SettingName: in.Name, SettingZone: in.Zone, SettingSignUp: string(in.SignUp), SettingGeneralRequest: general, SettingSecondPerson: second,
		})
		for key, value := range set {
			if err := tx.Set(ctx, key, value); err != nil {
				return err
			}
		}
		return d.audit(ctx, tx, who, db.AuditEntry{Action: db.SettingsChanged, Subject: "settings",
			Detail: map[string]any{"fields": fields, "sign_up": in.SignUp, "general_request": general, "second_person": second, "time_zone": in.Zone,
				"file_megabytes": in.Megabytes, "file_count": in.Count, "file_kinds": in.Kinds, "reopen_days": in.Days}})
	})
}
