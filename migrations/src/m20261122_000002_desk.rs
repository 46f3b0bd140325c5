//! The desk: submissions, their revisions, decisions, requested changes, and the log that chains what happened.

use sea_orm_migration::{prelude::*, schema::*, sea_orm::DbBackend};

crate::migration! {
    tables: [
        Table::create().table("submission")
            .col(big_integer("number").primary_key().auto_increment())
            .col(uuid("id").unique_key())
            .col(string("kind"))
            .col(string("state"))
            .col(integer("version"))
            .col(integer("revision"))
            .col(uuid("author_id"))
            .col(text("title"))
            // The canonical address while the case is open or published, else null: the index decides who was first.
            .col(text_null("address_hold").unique_key())
            .col(uuid_null("published_id"))
            .col(timestamp_with_time_zone("created_at"))
            .col(timestamp_with_time_zone("updated_at"))
            .col(timestamp_with_time_zone("due_at"))
            .col(timestamp_with_time_zone_null("sent_at"))
            .foreign_key(ForeignKey::create().from("submission", "author_id").to("member", "id")),
        Table::create().table("revision")
            .col(uuid("id").primary_key())
            .col(uuid("submission_id"))
            .col(integer("number"))
            .col(uuid("author_id"))
            .col(text("content"))
            .col(timestamp_with_time_zone("created_at"))
            .foreign_key(ForeignKey::create().from("revision", "submission_id").to("submission", "id")),
        Table::create().table("decision")
            .col(uuid("id").primary_key())
            .col(uuid("submission_id"))
            .col(uuid("decider_id"))
            .col(string("kind"))
            .col(integer("revision"))
            .col(integer("version"))
            .col(string_null("reason"))
            .col(text_null("message"))
            .col(timestamp_with_time_zone("created_at"))
            .foreign_key(ForeignKey::create().from("decision", "submission_id").to("submission", "id")),
        Table::create().table("change_request")
            .col(uuid("id").primary_key())
            .col(uuid("submission_id"))
            .col(uuid("decision_id"))
            .col(integer("position"))
            .col(string("field"))
            .col(text("message"))
            .col(integer_null("answered_in"))
            .foreign_key(ForeignKey::create().from("change_request", "decision_id").to("decision", "id")),
        // What must be erasable for a person's sake; the entry keeps only a salted hash of it.
        Table::create().table("log_detail")
            .col(uuid("id").primary_key())
            .col(binary_len("salt", 32))
            .col(uuid("actor_id"))
            .col(uuid_null("decision_id")),
        Table::create().table("log_entry")
            .col(big_integer("number").primary_key())
            .col(binary_len("previous", 32).unique_key())
            .col(binary_len("hash", 32).unique_key())
            .col(timestamp_with_time_zone("at"))
            .col(string("action"))
            .col(uuid("submission_id"))
            .col(string_null("from_state"))
            .col(string("to_state"))
            .col(integer("revision"))
            .col(integer("version"))
            .col(uuid("detail_id"))
            .col(binary_len("detail_hash", 32)),
        // The same key and input give the same answer, once.
        Table::create().table("idempotency_key")
            .col(uuid("member_id"))
            .col(string("key"))
            .col(binary_len("input_hash", 32))
            .col(uuid_null("submission_id"))
            .col(timestamp_with_time_zone("created_at"))
            .primary_key(Index::create().col("member_id").col("key")),
    ],
    indexes: [
        Index::create().name("submission_queue").table("submission").col("state").col("due_at").col("number"),
        Index::create().name("submission_author").table("submission").col("author_id").col("number"),
        Index::create().name("revision_number").table("revision").col("submission_id").col("number").unique(),
        Index::create().name("decision_submission").table("decision").col("submission_id").col("version").unique(),
        Index::create().name("change_request_submission").table("change_request").col("submission_id"),
        Index::create().name("change_request_decision").table("change_request").col("decision_id"),
        Index::create().name("log_entry_submission").table("log_entry").col("submission_id").col("number"),
    ],
    drops: ["idempotency_key", "log_entry", "log_detail", "change_request", "decision", "revision", "submission"],
    raw: append_only
}

/// The database itself refuses to rewrite the log.
fn append_only(engine: DbBackend) -> &'static [&'static str] {
    match engine {
        DbBackend::Sqlite => &[
            "CREATE TRIGGER log_entry_no_update BEFORE UPDATE ON log_entry BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END",
            "CREATE TRIGGER log_entry_no_delete BEFORE DELETE ON log_entry BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END",
        ],
        _ => &[
            "CREATE OR REPLACE FUNCTION log_is_append_only() RETURNS trigger LANGUAGE plpgsql AS \
             $$ BEGIN RAISE EXCEPTION 'the log is append-only'; END $$",
            "CREATE TRIGGER log_entry_no_change BEFORE UPDATE OR DELETE ON log_entry FOR EACH ROW EXECUTE FUNCTION log_is_append_only()",
            "CREATE TRIGGER log_entry_no_truncate BEFORE TRUNCATE ON log_entry FOR EACH STATEMENT EXECUTE FUNCTION log_is_append_only()",
        ],
    }
}
