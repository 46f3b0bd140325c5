//! The members' tables. Private to members, so that nothing reads around their rules.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "member")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub handle: String,
    pub handle_key: Option<String>,
    pub name: String,
    #[sea_orm(column_type = "Text")]
    pub name_key: String,
    pub organisation_key: String,
    pub email: Option<String>,
    pub sector: String,
    pub organisation: String,
    pub pronouns: String,
    pub region: String,
    pub about: String,
    pub about_html: String,
    pub links: String,
    pub hidden: String,
    pub role: crate::members::Role,
    pub standing: crate::members::Standing,
    pub restriction: Option<crate::members::Standing>,
    pub restricted_until: Option<DateTimeUtc>,
    pub restriction_reason: Option<String>,
    pub joined_at: DateTimeUtc,
    pub reply_letters: bool,
    pub language: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}

pub mod email_change {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "email_change")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub member_id: Uuid,
        pub email: String,
        pub token_hash: Vec<u8>,
        pub created_at: DateTimeUtc,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod data_export {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "data_export")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub member_id: Uuid,
        pub created_at: DateTimeUtc,
        pub ready_at: Option<DateTimeUtc>,
        pub archive: Option<Vec<u8>>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}
