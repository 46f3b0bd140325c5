//! What is read for many submissions at once.

use super::*;

/// The content of one revision of a submission.
#[derive(Clone, Eq, Hash, PartialEq)]
pub struct RevisionOf(pub Uuid, pub i32);

impl Loader<RevisionOf> for Loaders {
    type Value = Content;
    type Error = Arc<DbErr>;

    async fn load(&self, keys: &[RevisionOf]) -> Result<HashMap<RevisionOf, Content>, Self::Error> {
        let pairs = keys.iter().map(|key| (key.0, key.1));
        let columns = Expr::tuple([Expr::col(revision::Column::SubmissionId), Expr::col(revision::Column::Number)]);
        let rows = revision::Entity::find().filter(sea_orm::sea_query::ExprTrait::in_tuples(columns, pairs)).all(&self.database).await?;
        let read = |row: revision::Model| {
            let content = serde_json::from_str(&row.content).map_err(|error| DbErr::Json(error.to_string()))?;
            Ok((RevisionOf(row.submission_id, row.number), content))
        };
        rows.into_iter().map(read).collect::<Result<_, DbErr>>().map_err(Arc::new)
    }
}

/// The newest decision on a submission.
#[derive(Clone, Eq, Hash, PartialEq)]
pub struct DecisionOf(pub Uuid);

impl Loader<DecisionOf> for Loaders {
    type Value = decision::Model;
    type Error = Arc<DbErr>;

    async fn load(&self, keys: &[DecisionOf]) -> Result<HashMap<DecisionOf, decision::Model>, Self::Error> {
        let all = decision::Entity::find().filter(decision::Column::SubmissionId.is_in(keys.iter().map(|key| key.0)));
        let rows = all.order_by_asc(decision::Column::Version).all(&self.database).await?;
        Ok(rows.into_iter().map(|row| (DecisionOf(row.submission_id), row)).collect()) // the last of a key stays
    }
}

/// The decision that brought a submission to a version.
#[derive(Clone, Eq, Hash, PartialEq)]
pub struct DecisionAt(pub Uuid, pub i32);

impl Loader<DecisionAt> for Loaders {
    type Value = decision::Model;
    type Error = Arc<DbErr>;

    async fn load(&self, keys: &[DecisionAt]) -> Result<HashMap<DecisionAt, decision::Model>, Self::Error> {
        let rows =
            decision::Entity::find().filter(decision::Column::SubmissionId.is_in(keys.iter().map(|key| key.0))).all(&self.database).await?;
        Ok(rows.into_iter().map(|row| (DecisionAt(row.submission_id, row.version), row)).collect())
    }
}

/// The requests of a decision, in order.
#[derive(Clone, Eq, Hash, PartialEq)]
pub struct RequestsOf(pub Uuid);

impl Loader<RequestsOf> for Loaders {
    type Value = Vec<change_request::Model>;
    type Error = Arc<DbErr>;

    async fn load(&self, keys: &[RequestsOf]) -> Result<HashMap<RequestsOf, Vec<change_request::Model>>, Self::Error> {
        let all = change_request::Entity::find().filter(change_request::Column::DecisionId.is_in(keys.iter().map(|key| key.0)));
        let mut requests: HashMap<_, Vec<_>> = HashMap::new();
        for row in all.order_by_asc(change_request::Column::Position).all(&self.database).await? {
            requests.entry(RequestsOf(row.decision_id)).or_default().push(row);
        }
        Ok(requests)
    }
}

/// A submission, for rules that ask themselves what may be seen of it.
#[derive(Clone, Eq, Hash, PartialEq)]
pub struct SubmissionId(pub Uuid);

impl Loader<SubmissionId> for Loaders {
    type Value = submission::Model;
    type Error = Arc<DbErr>;

    async fn load(&self, keys: &[SubmissionId]) -> Result<HashMap<SubmissionId, submission::Model>, Self::Error> {
        let rows =
            submission::Entity::find().filter(submission::Column::Id.is_in(keys.iter().map(|key| key.0))).all(&self.database).await?;
        Ok(rows.into_iter().map(|row| (SubmissionId(row.id), row)).collect())
    }
}

/// The claim on a submission, whether or not it has run out.
#[derive(Clone, Eq, Hash, PartialEq)]
pub struct ClaimOf(pub Uuid);

impl Loader<ClaimOf> for Loaders {
    // None is an answer, too: a key without one would be asked for again.
    type Value = Option<claim::Model>;
    type Error = Arc<DbErr>;

    async fn load(&self, keys: &[ClaimOf]) -> Result<HashMap<ClaimOf, Option<claim::Model>>, Self::Error> {
        let rows =
            claim::Entity::find().filter(claim::Column::SubmissionId.is_in(keys.iter().map(|key| key.0))).all(&self.database).await?;
        let mut claims: HashMap<_, _> = keys.iter().map(|key| (key.clone(), None)).collect();
        claims.extend(rows.into_iter().map(|row| (ClaimOf(row.submission_id), Some(row))));
        Ok(claims)
    }
}
