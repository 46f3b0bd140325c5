//! The library: published resources and the labels that they are filtered by.

use sea_orm_migration::{prelude::*, schema::*};

crate::migration! {
    tables: [
        Table::create().table("resource")
            .col(big_integer("number").primary_key().auto_increment())
            .col(uuid("id").unique_key())
            .col(string("slug").unique_key())
            .col(uuid("submission_id").unique_key())
            .col(uuid("submitter_id"))
            .col(text("title"))
            // Folded in Rust and compared byte by byte, so that both engines page alike.
            .col(text("title_key"))
            .col(string("kind"))
            .col(text("content"))
            .col(text("description_html"))
            .col(text("summary"))
            .col(integer("renderer"))
            .col(timestamp_with_time_zone("published_at")),
        Table::create().table("resource_label")
            .col(big_integer("resource_number"))
            .col(string("scheme"))
            .col(string("value"))
            .primary_key(Index::create().col("scheme").col("value").col("resource_number"))
            .foreign_key(ForeignKey::create().from("resource_label", "resource_number").to("resource", "number").on_delete(ForeignKeyAction::Cascade)),
    ],
    indexes: [
        Index::create().name("resource_newest").table("resource").col("published_at").col("number"),
        Index::create().name("resource_kind").table("resource").col("kind").col("published_at").col("number"),
    ],
    drops: ["resource_label", "resource"],
    raw: |engine| match engine {
        sea_orm_migration::sea_orm::DbBackend::Sqlite => &["CREATE INDEX resource_title ON resource (title_key, number)"][..],
        _ => &[
            "ALTER TABLE resource ALTER COLUMN title_key TYPE text COLLATE \"C\"",
            "CREATE INDEX resource_title ON resource (title_key, number)",
        ][..],
    }
}
