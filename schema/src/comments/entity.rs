//! The comments' table. Private to comments, so that nothing reads around their rules.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "comment")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i64,
    pub id: Uuid,
    pub submission_id: Uuid,
    pub author_id: Uuid,
    pub target_id: Uuid,
    pub target_kind: crate::desk::SubmissionKind,
    pub parent_id: Option<Uuid>,
    pub depth: i32,
    #[sea_orm(column_type = "Text")]
    pub thread_key: String,
    pub body: String,
    pub body_html: String,
    pub renderer: i32,
    pub reply_count: i32,
    pub created_at: DateTimeUtc,
    pub edited_at: Option<DateTimeUtc>,
    pub removed_at: Option<DateTimeUtc>,
    pub orphaned: bool,
}

impl ActiveModelBehavior for ActiveModel {}
