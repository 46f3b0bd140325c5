//! Letters that are not sent after all, because what they were about is gone, and those that nobody can receive.

use sea_orm_migration::{prelude::*, schema::*};

crate::migration! {
    tables: [],
    columns: ["outbox"."cancelled_at": timestamp_with_time_zone_null("cancelled_at")],
    indexes: [Index::create().name("outbox_newest").table("outbox").col("created_at").col("id")],
    drops: [],
    undo: ["DROP INDEX outbox_newest"]
}
