//! What members say about themselves, who sees it, and how many they are.

use super::{graphql::UpdateProfileInput, *};
use crate::{
    community::Term,
    markup,
    paging::{Connection, Window},
    text::Address,
};

/// Characters of pronouns, of a region, of the text about oneself; how many links.
const PRONOUNS: usize = 40;
const REGION: usize = 120;
const ABOUT: usize = 1_000;
const LINKS: usize = 5;
const LINK: usize = 2_000;
/// Characters of a search.
const QUERY: usize = 200;

/// A part of a profile that its member may keep from visitors.
#[derive(Enum, Copy, Clone, Debug, Eq, PartialEq, sea_orm::EnumIter, sea_orm::DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ProfilePart {
    /// That one is in the directory at all.
    Directory,
    /// How others speak of one.
    Pronouns,
    /// The sector one works in.
    Sector,
    /// Where one works.
    Organisation,
    /// Where one lives or works.
    Region,
    /// The text about oneself.
    About,
    /// The links.
    Links,
}

/// The words of parts as a row keeps them: each between spaces, so that a search for one finds no other.
fn words(parts: impl Iterator<Item = ProfilePart>) -> String {
    parts.map(|part| format!(" {} ", log::word(&part))).collect()
}

/// Every part hidden.
pub(super) fn everything() -> String {
    words(<ProfilePart as sea_orm::Iterable>::iter())
}

impl Member {
    /// Whether this viewer sees a part: members see everything, visitors what its member shows them.
    pub(super) fn shows(&self, visit: &Visit, part: ProfilePart) -> bool {
        visit.viewer().is_some() || !self.0.hidden.contains(&words(std::iter::once(part)))
    }

    pub(super) fn hidden_parts(&self) -> Vec<ProfilePart> {
        <ProfilePart as sea_orm::Iterable>::iter().filter(|part| self.0.hidden.contains(&words(std::iter::once(*part)))).collect()
    }
}

/// Changes what others read about the viewer.
pub(super) async fn update(visit: &Visit, input: UpdateProfileInput) -> Result<Member, Error> {
    let id = visit.account()?.id;
    // What one says about oneself goes public at once.
    visit.contributor()?;
    let mut reader = Reader::default();
    let name = a_name(&mut reader, &input.name);
    let (sector, organisation) = background(visit, &mut reader, &input.sector, input.organisation.as_deref().unwrap_or(""));
    let pronouns = reader.line("pronouns", input.pronouns.as_deref().unwrap_or(""), PRONOUNS);
    let region = reader.line("region", input.region.as_deref().unwrap_or(""), REGION);
    let about = reader.markdown("about", input.about.as_deref().unwrap_or(""), ABOUT);
    let links = reader.lines("links", &input.links.unwrap_or_default(), LINKS, LINK);
    let mut addresses = Vec::new();
    for (index, link) in links.iter().enumerate() {
        match Address::parse(link) {
            Some(address) => addresses.push(address.url),
            None => reader.refuse(Refusal::new(ErrorCode::Invalid, &format!("links.{index}"))),
        }
    }
    reader.done()?;
    let about_html = if about.is_empty() { String::new() } else { markup::render("about", &about).await?.as_str().to_owned() };
    let transaction = visit.begin().await?;
    let before = held(&transaction, id).await?.ok_or(Error::bug("who is signed in is a member"))?;
    let row = entity::Model {
        name,
        sector,
        organisation,
        pronouns,
        region,
        about,
        about_html,
        links: addresses.join("\n"),
        // Not said is not changed: a client that knows nothing of it must not show what was hidden.
        hidden: input.hidden.map_or(before.0.hidden.clone(), |parts| words(parts.into_iter())),
        ..before.0
    };
    let member = row.with_keys().into_active_model().reset_all().update(&transaction).await?;
    transaction.commit().await?;
    Ok(Member(member))
}

/// Members by name. Visitors find those who let themselves be found.
pub(super) async fn directory(
    visit: &Visit,
    query: Option<&str>,
    sector: Option<&str>,
    window: &Window,
) -> Result<Connection<Member>, Error> {
    let is_member = visit.viewer().is_some();
    let mut select = entity::Entity::find().filter(entity::Column::Handle.is_not_in(BUILT_IN));
    let shown = |part| entity::Column::Hidden.not_like(format!("%{}%", words(std::iter::once(part))));
    if !is_member {
        select = select.filter(shown(ProfilePart::Directory));
    }
    if let Some(sector) = sector.filter(|sector| !sector.is_empty()) {
        select = select.filter(entity::Column::Sector.eq(sector));
        if !is_member {
            select = select.filter(shown(ProfilePart::Sector));
        }
    }
    let query = text::line(query.unwrap_or(""));
    if query.chars().count() > QUERY {
        return Err(Refusal::new(ErrorCode::TooLong, "query").with("limit", QUERY).into());
    }
    for word in text::fold(&query).split_whitespace() {
        let pattern =
            sea_orm::sea_query::LikeExpr::new(format!("%{}%", word.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")))
                .escape('\\');
        let organisation = Condition::all().add(Expr::col(entity::Column::OrganisationKey).like(pattern.clone()));
        let organisation = if is_member { organisation } else { organisation.add(shown(ProfilePart::Organisation)) };
        select = select.filter(Condition::any().add(Expr::col(entity::Column::NameKey).like(pattern)).add(organisation));
    }
    window.read_by_text(visit, select, entity::Column::NameKey, |row| row.name_key.clone(), Member).await
}

/// How many come from a sector.
#[derive(SimpleObject)]
pub struct SectorFigure {
    /// The sector.
    sector: Term,
    /// How many.
    members: i64,
}

/// How many there were at the end of a month.
#[derive(SimpleObject)]
pub struct GrowthFigure {
    /// Such as `2026-03`.
    month: String,
    /// How many had joined by its end.
    members: i64,
}

/// The community in numbers.
#[derive(SimpleObject)]
pub struct CommunityFigures {
    /// How many members there are.
    members: i64,
    /// By sector, in the community's own order; sectors without members included.
    by_sector: Vec<SectorFigure>,
    /// The last twelve months, the oldest first.
    growth: Vec<GrowthFigure>,
}

/// Counts the community: two statements, whatever its size.
pub(crate) async fn figures(visit: &Visit) -> Result<CommunityFigures, Error> {
    let people = || entity::Entity::find().select_only().filter(entity::Column::Handle.is_not_in(BUILT_IN));
    let count = || Expr::cust("COUNT(*)");
    let sectors: Vec<(String, i64)> = people()
        .column(entity::Column::Sector)
        .column_as(count(), "members")
        .group_by(entity::Column::Sector)
        .into_tuple()
        .all(visit.database())
        .await?;
    let month = Expr::cust(match visit.database.engine() {
        sea_orm::DbBackend::Sqlite => "substr(joined_at, 1, 7)",
        _ => "to_char(joined_at AT TIME ZONE 'UTC', 'YYYY-MM')",
    });
    let joined: Vec<(String, i64)> =
        people().column_as(month.clone(), "month").column_as(count(), "members").group_by(month).into_tuple().all(visit.database()).await?;
    let by_sector = visit.community().sectors.iter().map(|sector| {
        let members = sectors.iter().find(|(id, _)| *id == sector.id).map_or(0, |(_, members)| *members);
        SectorFigure { sector: sector.clone(), members }
    });
    let now = visit.clock.now();
    let months =
        (0..12).rev().filter_map(|back| now.checked_sub_months(chrono::Months::new(back))).map(|at| at.format("%Y-%m").to_string());
    let growth = months.map(|month| {
        let members = joined.iter().filter(|(joined, _)| *joined <= month).map(|(_, members)| members).sum();
        GrowthFigure { month, members }
    });
    Ok(CommunityFigures {
        members: joined.iter().map(|(_, members)| members).sum(),
        by_sector: by_sector.collect(),
        growth: growth.collect(),
    })
}
