//! Ways to sign in besides a letter, what happens between here and a provider, and sessions that a person can tell apart.

use sea_orm_migration::{prelude::*, schema::*};

crate::migration! {
    tables: [
        // Somebody at a provider, who is one member here. Never matched by e-mail address.
        Table::create().table("identity")
            .col(uuid("id").primary_key())
            .col(uuid("member_id"))
            .col(string("provider"))
            .col(string("issuer"))
            .col(string("subject"))
            .col(string("label"))
            .col(timestamp_with_time_zone("created_at"))
            .col(timestamp_with_time_zone("last_used_at"))
            .foreign_key(ForeignKey::create().from("identity", "member_id").to("member", "id").on_delete(ForeignKeyAction::Cascade)),
        // From leaving for a provider to coming back. State, nonce and verifier are derived from the id: the row holds no secret.
        Table::create().table("sign_in_attempt")
            .col(uuid("id").primary_key())
            .col(binary_len("state_hash", 32).unique_key())
            .col(binary_len("browser_hash", 32))
            .col(string("provider"))
            .col(string_null("next"))
            .col(uuid_null("member_id"))
            .col(uuid_null("kept_id"))
            .col(timestamp_with_time_zone("created_at"))
            .col(timestamp_with_time_zone_null("used_at"))
            .foreign_key(ForeignKey::create().from("sign_in_attempt", "member_id").to("member", "id").on_delete(ForeignKeyAction::Cascade)),
        // What a visitor wrote before they said who they are.
        Table::create().table("kept_form")
            .col(uuid("id").primary_key())
            .col(binary_len("token_hash", 32).unique_key())
            .col(string("path"))
            .col(text("form"))
            .col(timestamp_with_time_zone("created_at")),
        // How often somebody tried something lately.
        Table::create().table("attempt_count")
            .col(string("key").primary_key())
            .col(timestamp_with_time_zone("since"))
            .col(integer("count")),
    ],
    columns: [
        "sign_in_link"."next": string_null("next"),
        "sign_in_link"."kept_id": uuid_null("kept_id"),
        // Set on a link for somebody whom a provider vouched for and who has yet to join.
        "sign_in_link"."provider": string_null("provider"),
        "sign_in_link"."issuer": string_null("issuer"),
        "sign_in_link"."subject": string_null("subject"),
        "sign_in_link"."label": string_null("label"),
        "sign_in_link"."name": string_null("name"),
        "session"."label": string("label").default(""),
        // When its holder last proved who they are; what matters most asks for a recent proof.
        "session"."confirmed_at": timestamp_with_time_zone_null("confirmed_at"),
        // The secret changes daily; the one before works a little longer, for requests that were under way.
        "session"."renewed_at": timestamp_with_time_zone_null("renewed_at"),
        "session"."previous_hash": binary_len_null("previous_hash", 32),
    ],
    indexes: [
        Index::create().name("identity_subject").table("identity").col("issuer").col("subject").unique(),
        Index::create().name("identity_member").table("identity").col("member_id"),
        Index::create().name("session_previous").table("session").col("previous_hash"),
        Index::create().name("sign_in_link_member").table("sign_in_link").col("member_id"),
        Index::create().name("kept_form_created").table("kept_form").col("created_at"),
    ],
    drops: ["attempt_count", "kept_form", "sign_in_attempt", "identity"],
    undo: ["DROP INDEX sign_in_link_member", "DROP INDEX session_previous"]
}
