//! The topics' tables. Private to topics, so that nothing reads around their rules.

pub mod topic {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "topic")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub number: i64,
        pub id: Uuid,
        pub slug: String,
        pub submission_id: Uuid,
        pub suggester_id: Uuid,
        pub name: String,
        #[sea_orm(column_type = "Text")]
        pub name_key: String,
        pub content: String,
        pub description_html: String,
        pub summary: String,
        pub renderer: i32,
        pub status: crate::topics::TopicStatus,
        pub votes: i64,
        pub published_at: DateTimeUtc,
        pub edited_at: Option<DateTimeUtc>,
        pub archived_at: Option<DateTimeUtc>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod vote {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "topic_vote")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub topic_number: i64,
        #[sea_orm(primary_key, auto_increment = false)]
        pub member_id: Uuid,
        pub created_at: DateTimeUtc,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod result {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "topic_result")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub topic_number: i64,
        #[sea_orm(primary_key, auto_increment = false)]
        pub position: i32,
        pub resource_id: Uuid,
    }

    impl ActiveModelBehavior for ActiveModel {}
}
