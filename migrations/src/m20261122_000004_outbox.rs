//! Letters to send, written in the transaction that caused them.

use sea_orm_migration::{prelude::*, schema::*};

crate::migration! {
    tables: [
        Table::create().table("outbox")
            .col(uuid("id").primary_key())
            .col(string("letter"))
            .col(string("address"))
            .col(uuid_null("member_id"))
            .col(text("variables"))
            .col(timestamp_with_time_zone("created_at"))
            .col(integer("attempts"))
            .col(timestamp_with_time_zone("due_at"))
            .col(timestamp_with_time_zone_null("sent_at"))
            .col(text_null("failure")),
    ],
    indexes: [Index::create().name("outbox_due").table("outbox").col("sent_at").col("due_at")],
    drops: ["outbox"]
}
