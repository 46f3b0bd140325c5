//! The language in which a member reads pages and letters.

use sea_orm_migration::{prelude::*, schema::*};

crate::migration! {
    tables: [],
    columns: [
        // None for whoever has not chosen: their browser says.
        "member"."language": string_null("language"),
    ],
    indexes: [], drops: []
}
