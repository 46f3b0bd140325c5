//! What people say about themselves, what is decided about them, the programs they let in, and their own data.

use sea_orm_migration::{prelude::*, schema::*};

crate::migration! {
    tables: [
        // A new address that its owner has yet to confirm.
        Table::create().table("email_change")
            .col(uuid("id").primary_key())
            .col(uuid("member_id"))
            .col(string("email"))
            .col(binary_len("token_hash", 32).unique_key())
            .col(timestamp_with_time_zone("created_at"))
            .foreign_key(ForeignKey::create().from("email_change", "member_id").to("member", "id").on_delete(ForeignKeyAction::Cascade)),
        Table::create().table("access_token")
            .col(uuid("id").primary_key())
            .col(uuid("member_id"))
            .col(string("name"))
            .col(binary_len("token_hash", 32).unique_key())
            .col(string("ending"))
            .col(string("scopes"))
            .col(timestamp_with_time_zone("created_at"))
            .col(timestamp_with_time_zone("expires_at"))
            .col(timestamp_with_time_zone_null("last_used_at"))
            .foreign_key(ForeignKey::create().from("access_token", "member_id").to("member", "id").on_delete(ForeignKeyAction::Cascade)),
        // Everything of one member, packed by a job. In the database, so that any server can hand it out; gone once fetched or after a day.
        Table::create().table("data_export")
            .col(uuid("id").primary_key())
            .col(uuid("member_id").unique_key())
            .col(timestamp_with_time_zone("created_at"))
            .col(timestamp_with_time_zone_null("ready_at"))
            .col(blob_null("archive"))
            .foreign_key(ForeignKey::create().from("data_export", "member_id").to("member", "id").on_delete(ForeignKeyAction::Cascade)),
    ],
    columns: [
        // The handle as the eye reads it, so that no two look alike; the name and the organisation folded, to sort and search by.
        "member"."handle_key": string_null("handle_key"),
        "member"."name_key": text("name_key").default(""),
        "member"."organisation_key": text("organisation_key").default(""),
        "member"."pronouns": string("pronouns").default(""),
        "member"."region": string("region").default(""),
        "member"."about": text("about").default(""),
        "member"."about_html": text("about_html").default(""),
        "member"."links": text("links").default(""),
        // Words for what visitors do not see.
        "member"."hidden": string("hidden").default(""),
        "member"."restriction": string_null("restriction"),
        "member"."restricted_until": timestamp_with_time_zone_null("restricted_until"),
        "member"."restriction_reason": text_null("restriction_reason"),
        // Whom an entry is about, where it is about no submission.
        "log_detail"."member_id": uuid_null("member_id"),
    ],
    indexes: [
        Index::create().name("member_handle_alike").table("member").col("handle_key").unique(),
        Index::create().name("member_name_key").table("member").col("name_key").col("id"),
        Index::create().name("member_joined").table("member").col("joined_at"),
        Index::create().name("email_change_member").table("email_change").col("member_id"),
        Index::create().name("access_token_member").table("access_token").col("member_id"),
        Index::create().name("log_detail_actor").table("log_detail").col("actor_id"),
        Index::create().name("log_detail_member").table("log_detail").col("member_id"),
        Index::create().name("revision_author").table("revision").col("author_id"),
        Index::create().name("outbox_member").table("outbox").col("member_id"),
        Index::create().name("comment_author").table("comment").col("author_id"),
        Index::create().name("resource_submitter").table("resource").col("submitter_id").col("number"),
    ],
    drops: ["data_export", "access_token", "email_change"],
    raw: |engine| match engine {
        sea_orm_migration::sea_orm::DbBackend::Sqlite => &[][..],
        _ => &["ALTER TABLE member ALTER COLUMN name_key TYPE text COLLATE \"C\""][..],
    },
    undo: [
        "DROP INDEX member_handle_alike", "DROP INDEX member_name_key", "DROP INDEX member_joined", "DROP INDEX log_detail_actor",
        "DROP INDEX log_detail_member", "DROP INDEX revision_author", "DROP INDEX outbox_member", "DROP INDEX comment_author",
        "DROP INDEX resource_submitter"
    ]
}
