//! The members' table. Private to members, so that nothing reads around their rules.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "member")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub handle: String,
    pub name: String,
    pub email: Option<String>,
    pub sector: String,
    pub organisation: String,
    pub role: crate::members::Role,
    pub standing: crate::members::Standing,
    pub joined_at: DateTimeUtc,
    pub reply_letters: bool,
}

impl ActiveModelBehavior for ActiveModel {}
