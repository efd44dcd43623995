package standard

import (
	"context"
	"errors"
	"time"

	"portico/db"
)

// GeneralRequest is the item that every portal has: it can be asked for without an account, too. It is routed by whatever
// rules there are.
var GeneralRequest = db.Item{
	Key: "general-request", Type: "General Request", TypeName: text("General Request", "Demande générale"),
	Name:    text("General Request", "Demande générale"),
	Purpose: text("Ask for anything that has no form of its own.", "Demandez ce qui n’a pas de formulaire à soi."),
	Submit:  text("Send request", "Envoyer la demande"),
}

// Establish adds what every portal has, where it is not there yet: part of setting up a database, and of starting on one
// that an older version set up.
func Establish(ctx context.Context, d *db.DB, now time.Time) error {
	switch _, version, err := d.Item(ctx, GeneralRequest.Key); {
	case err == nil && version != 0:
		return nil
	case err != nil && !errors.Is(err, db.ErrNotFound):
		return err
	}
	return d.InTx(ctx, func(ctx context.Context, tx *db.DB) error {
		if err := tx.Lock(ctx, "standard"); err != nil { // copies that start at once
			return err
		}
		_, version, err := tx.Item(ctx, GeneralRequest.Key)
		switch {
		case errors.Is(err, db.ErrNotFound):
			if err := addGeneral(ctx, tx); err != nil {
				return err
			}
		case err != nil:
			return err
		}
		if version != 0 {
			return nil
		}
		form, err := Form(GeneralRequest.Key)
		if err != nil {
			return err
		}
		if err := db.Add(ctx, tx, []db.FormVersion{{Item: GeneralRequest.Key, Form: form, PublishedAt: now}}); err != nil {
			return err
		}
		return tx.Audit(ctx, db.AuditEntry{At: now, Action: db.ItemEstablished, Subject: "item", Detail: map[string]any{"item": GeneralRequest.Key}})
	})
}

// addGeneral adds the item behind those that are there: with Customer Service where that is offered, else on its own.
func addGeneral(ctx context.Context, tx *db.DB) error {
	item := GeneralRequest
	all, err := tx.AllItems(ctx)
	if err != nil {
		return err
	}
	item.Position = len(all)
	const shelf = "customer-service"
	switch _, err := tx.Category(ctx, shelf); {
	case err == nil:
		item.Category = shelf
	case !errors.Is(err, db.ErrNotFound):
		return err
	}
	return db.Add(ctx, tx, []db.Item{item})
}
