//! Members, the links that sign them in, and their sessions.

use sea_orm_migration::{prelude::*, schema::*};

crate::migration! {
    tables: [
        Table::create().table("member")
            .col(uuid("id").primary_key())
            .col(string("handle").unique_key())
            .col(string("name"))
            .col(string_null("email").unique_key())
            .col(string("sector"))
            .col(string("organisation"))
            .col(string("role"))
            .col(string("standing"))
            .col(timestamp_with_time_zone("joined_at")),
        // Only the hash of a link's secret is kept: who reads the table cannot sign in with it.
        Table::create().table("sign_in_link")
            .col(uuid("id").primary_key())
            .col(binary_len("token_hash", 32).unique_key())
            .col(string_null("email"))
            .col(uuid_null("member_id"))
            .col(string("role"))
            .col(timestamp_with_time_zone("created_at"))
            .col(timestamp_with_time_zone("expires_at"))
            .col(timestamp_with_time_zone_null("used_at"))
            .foreign_key(ForeignKey::create().from("sign_in_link", "member_id").to("member", "id").on_delete(ForeignKeyAction::Cascade)),
        Table::create().table("session")
            .col(uuid("id").primary_key())
            .col(binary_len("token_hash", 32).unique_key())
            .col(uuid("member_id"))
            .col(timestamp_with_time_zone("created_at"))
            .col(timestamp_with_time_zone("last_seen_at"))
            .foreign_key(ForeignKey::create().from("session", "member_id").to("member", "id").on_delete(ForeignKeyAction::Cascade)),
    ],
    indexes: [
        Index::create().name("sign_in_link_email").table("sign_in_link").col("email").col("created_at"),
        Index::create().name("session_member").table("session").col("member_id"),
    ],
    drops: ["session", "sign_in_link", "member"]
}
