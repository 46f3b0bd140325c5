//! The library's tables. Private to resources, so that nothing reads around their rules.

pub mod resource {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "resource")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub number: i64,
        pub id: Uuid,
        pub slug: String,
        pub submission_id: Uuid,
        pub submitter_id: Uuid,
        pub title: String,
        #[sea_orm(column_type = "Text")]
        pub title_key: String,
        pub kind: String,
        pub content: String,
        pub description_html: String,
        pub summary: String,
        pub renderer: i32,
        pub published_at: DateTimeUtc,
        pub edited_at: Option<DateTimeUtc>,
        pub archived_at: Option<DateTimeUtc>,
        pub soon_at: Option<DateTimeUtc>,
        pub over_at: Option<DateTimeUtc>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod label {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "resource_label")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub resource_number: i64,
        #[sea_orm(primary_key, auto_increment = false)]
        pub scheme: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub value: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}
