//! The search index: FTS5 beside `tsvector`. The words are folded and split in Rust, so both engines find alike.

use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

crate::migration! {
    tables: [],
    indexes: [],
    drops: ["resource_search"],
    raw: |engine| match engine {
        DbBackend::Sqlite => &[
            "CREATE VIRTUAL TABLE resource_search USING fts5 \
             (title, labels, words, content='', contentless_delete=1, tokenize=\"unicode61 remove_diacritics 0\", prefix='2 3')",
        ][..],
        _ => &[
            "CREATE TABLE resource_search (number bigint PRIMARY KEY REFERENCES resource (number) ON DELETE CASCADE, words tsvector NOT NULL)",
            "CREATE INDEX resource_search_words ON resource_search USING gin (words)",
        ][..],
    }
}
