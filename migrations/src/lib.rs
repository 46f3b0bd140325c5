//! The history of the tables: dated, small, reversible, never edited once landed.
//!
//! Each migration spells its own table names, so history does not move when the entities do.

pub use sea_orm_migration::prelude::*;

mod m20261122_000001_members;
mod m20261122_000002_desk;
mod m20261122_000003_resources;
mod m20261122_000004_outbox;
mod m20261122_000005_edits;
mod m20261122_000006_topics;
mod m20261122_000007_comments;
mod m20261122_000008_search;
mod m20261122_000009_letters;
mod m20261122_000010_identities;
mod m20261122_000011_accounts;
mod m20261122_000012_languages;

/// Runs every migration in order; `seaql_migrations` holds which ones a database has.
pub struct Migrator;

#[sea_orm_migration::async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261122_000001_members::Migration),
            Box::new(m20261122_000002_desk::Migration),
            Box::new(m20261122_000003_resources::Migration),
            Box::new(m20261122_000004_outbox::Migration),
            Box::new(m20261122_000005_edits::Migration),
            Box::new(m20261122_000006_topics::Migration),
            Box::new(m20261122_000007_comments::Migration),
            Box::new(m20261122_000008_search::Migration),
            Box::new(m20261122_000009_letters::Migration),
            Box::new(m20261122_000010_identities::Migration),
            Box::new(m20261122_000011_accounts::Migration),
            Box::new(m20261122_000012_languages::Migration),
        ]
    }
}

/// A migration that creates `$tables`, adds `$columns` to tables that are there and creates `$indexes` on the way up; on the way down it
/// runs `$undo` and drops what it made.
///
/// All of it is one transaction on both engines: by default SQLite gets none, and a kill would leave half a migration.
macro_rules! migration {
    (
        tables: [$($table:expr),* $(,)?], $(columns: [$($of:literal . $added:literal: $column:expr),* $(,)?],)?
        indexes: [$($index:expr),* $(,)?], drops: [$($name:literal),* $(,)?] $(, raw: $raw:expr)? $(, undo: [$($undo:literal),*])?
    ) => {
        #[derive(sea_orm_migration::prelude::DeriveMigrationName)]
        pub struct Migration;

        #[sea_orm_migration::async_trait::async_trait]
        impl sea_orm_migration::MigrationTrait for Migration {
            fn use_transaction(&self) -> Option<bool> {
                Some(true)
            }

            async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
                $(manager.create_table($table.to_owned()).await?;)*
                $($(manager.alter_table(Table::alter().table($of).add_column($column).to_owned()).await?;)*)?
                $(manager.create_index($index.to_owned()).await?;)*
                $({
                    let statements: &[&str] = ($raw)(manager.get_database_backend());
                    for statement in statements {
                        manager.get_connection().execute_unprepared(statement).await?;
                    }
                })?
                Ok(())
            }

            async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
                $($(manager.get_connection().execute_unprepared($undo).await?;)*)?
                $(manager.drop_table(Table::drop().table($name).to_owned()).await?;)*
                $($(manager.alter_table(Table::alter().table($of).drop_column($added).to_owned()).await?;)*)?
                Ok(())
            }
        }
    };
}
pub(crate) use migration;
