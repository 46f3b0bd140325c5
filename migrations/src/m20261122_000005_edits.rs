//! Edits of what is published, claims, tombstones, and kinds with dates.

use sea_orm_migration::{prelude::*, schema::*};

crate::migration! {
    tables: [
        // A lease: it ends by itself.
        Table::create().table("claim")
            .col(uuid("submission_id").primary_key())
            .col(uuid("member_id"))
            .col(timestamp_with_time_zone("until"))
            .foreign_key(ForeignKey::create().from("claim", "submission_id").to("submission", "id"))
            .foreign_key(ForeignKey::create().from("claim", "member_id").to("member", "id")),
        // What stays of something that was taken down: where it was and why, and nothing of what it said.
        Table::create().table("tombstone")
            .col(uuid("record_id").primary_key())
            .col(string("kind"))
            .col(string("slug"))
            .col(uuid("submission_id"))
            .col(string_null("reason"))
            .col(boolean("by_author"))
            .col(timestamp_with_time_zone("at")),
    ],
    columns: [
        "submission"."revises_id": uuid_null("revises_id"),
        // Its author said that it is no duplicate: it holds no address.
        "submission"."not_duplicate": boolean("not_duplicate").default(false),
        "log_detail"."note": text_null("note"),
        "resource"."edited_at": timestamp_with_time_zone_null("edited_at"),
        "resource"."archived_at": timestamp_with_time_zone_null("archived_at"),
        // When an event begins, or a call closes: the order of what is coming up.
        "resource"."soon_at": timestamp_with_time_zone_null("soon_at"),
        // When it is over: a job moves it to Past.
        "resource"."over_at": timestamp_with_time_zone_null("over_at"),
    ],
    indexes: [
        Index::create().name("tombstone_slug").table("tombstone").col("kind").col("slug"),
        Index::create().name("resource_soon").table("resource").col("soon_at").col("number"),
        Index::create().name("resource_over").table("resource").col("over_at"),
        Index::create().name("log_entry_action").table("log_entry").col("action").col("at").col("number"),
    ],
    drops: ["tombstone", "claim"],
    raw: |_| &[
        "CREATE UNIQUE INDEX submission_one_edit ON submission (revises_id) WHERE state IN ('DRAFT', 'PENDING', 'CHANGES_REQUESTED')",
    ][..],
    undo: ["DROP INDEX submission_one_edit", "DROP INDEX resource_soon", "DROP INDEX resource_over", "DROP INDEX log_entry_action"]
}
