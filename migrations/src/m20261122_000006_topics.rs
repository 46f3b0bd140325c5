//! Topics, their votes, and what they led to.

use sea_orm_migration::{prelude::*, schema::*};

crate::migration! {
    tables: [
        Table::create().table("topic")
            .col(big_integer("number").primary_key().auto_increment())
            .col(uuid("id").unique_key())
            .col(string("slug").unique_key())
            .col(uuid("submission_id").unique_key())
            .col(uuid("suggester_id"))
            .col(text("name"))
            // Folded in Rust and compared byte by byte, so that both engines page alike. No two topics share a name.
            .col(text("name_key").unique_key())
            .col(text("content"))
            .col(text("description_html"))
            .col(text("summary"))
            .col(integer("renderer"))
            .col(string("status"))
            .col(big_integer("votes"))
            .col(timestamp_with_time_zone("published_at"))
            .col(timestamp_with_time_zone_null("edited_at"))
            .col(timestamp_with_time_zone_null("archived_at")),
        Table::create().table("topic_vote")
            .col(big_integer("topic_number"))
            .col(uuid("member_id"))
            .col(timestamp_with_time_zone("created_at"))
            .primary_key(Index::create().col("topic_number").col("member_id"))
            .foreign_key(ForeignKey::create().from("topic_vote", "topic_number").to("topic", "number").on_delete(ForeignKeyAction::Cascade))
            .foreign_key(ForeignKey::create().from("topic_vote", "member_id").to("member", "id")),
        Table::create().table("topic_result")
            .col(big_integer("topic_number"))
            .col(integer("position"))
            .col(uuid("resource_id"))
            .primary_key(Index::create().col("topic_number").col("position"))
            .foreign_key(ForeignKey::create().from("topic_result", "topic_number").to("topic", "number").on_delete(ForeignKeyAction::Cascade)),
    ],
    indexes: [
        Index::create().name("topic_votes").table("topic").col("votes").col("number"),
        Index::create().name("topic_newest").table("topic").col("published_at").col("number"),
    ],
    drops: ["topic_result", "topic_vote", "topic"],
    raw: |engine| match engine {
        sea_orm_migration::sea_orm::DbBackend::Sqlite => &[][..],
        _ => &["ALTER TABLE topic ALTER COLUMN name_key TYPE text COLLATE \"C\""][..],
    }
}
