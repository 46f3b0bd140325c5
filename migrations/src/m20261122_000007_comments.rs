//! Comments, threaded, and whether a member wants letters about replies.

use sea_orm_migration::{prelude::*, schema::*};

crate::migration! {
    tables: [
        Table::create().table("comment")
            // That of its submission.
            .col(big_integer("number").primary_key())
            .col(uuid("id").unique_key())
            .col(uuid("submission_id").unique_key())
            .col(uuid("author_id"))
            .col(uuid("target_id"))
            .col(string("target_kind"))
            .col(uuid_null("parent_id"))
            .col(integer("depth"))
            // The numbers from the first comment of the thread down to this one, of equal width: the reading order.
            .col(text("thread_key").unique_key())
            .col(text("body"))
            .col(text("body_html"))
            .col(integer("renderer"))
            .col(integer("reply_count"))
            .col(timestamp_with_time_zone("created_at"))
            .col(timestamp_with_time_zone_null("edited_at"))
            .col(timestamp_with_time_zone_null("removed_at"))
            // What it was about is gone: nobody finds it any more.
            .col(boolean("orphaned")),
    ],
    columns: ["member"."reply_letters": boolean("reply_letters").default(true)],
    indexes: [
        Index::create().name("comment_target").table("comment").col("target_id").col("thread_key"),
        Index::create().name("comment_newest").table("comment").col("created_at").col("number"),
        Index::create().name("comment_parent").table("comment").col("parent_id"),
    ],
    drops: ["comment"],
    raw: |engine| match engine {
        sea_orm_migration::sea_orm::DbBackend::Sqlite => &[][..],
        _ => &["ALTER TABLE comment ALTER COLUMN thread_key TYPE text COLLATE \"C\""][..],
    }
}
