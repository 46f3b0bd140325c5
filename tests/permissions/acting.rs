//! What everybody may do, through GraphQL and with forms.

use poem::http::StatusCode;

use super::*;

impl World {
    /// What somebody is about to do, with everything that it takes.
    async fn case(&mut self, row: &Row, column: &'static str) -> Case {
        let words = row.words();
        let (path, action) = (words[1].to_owned(), row.action());
        let form = self.forms.iter().find(|form| form.path == path && Some(&form.action) == action.as_ref());
        let (mutation, door) = match (words[0], form) {
            ("mutation", _) => (path.clone(), Door::Graphql(path)),
            (_, Some(form)) => (form.mutation.clone(), Door::Form { path, action }),
            (_, None) => (path.clone(), Door::Form { path, action: None }),
        };
        let owns = !words.contains(&"other");
        let actor = self.actors[column].clone();
        let mut case = Case { actor, door, input: Value::Null, address: Vec::new(), uses: Uses::Nothing };
        match mutation.as_str() {
            "updateProfile" => case.input = json!({ "name": "Somebody", "sector": "academia" }),
            "setLanguage" => case.input = json!({ "language": "en" }),
            "setReplyLetters" => case.input = json!({ "wanted": true }),
            "changeEmail" | "requestSignInLink" => case.input = json!({ "email": format!("{}@example.org", self.fresh("new")) }),
            "createToken" => case.input = json!({ "name": "Script", "scopes": ["READ"], "days": 30 }),
            "submitResource" => case.input = resource(&self.fresh("Thing ")),
            "suggestTopic" => case.input = text("TOPIC", &self.fresh("Thing ")).1,
            "requestDataExport" | "endOtherSessions" => {}
            "deleteAccount" => {
                if !words.contains(&"LAST") {
                    case.actor = self.stand_in(column).await;
                }
                case.input = json!({ "handle": case.actor.person.handle, "contributions": "KEEP" });
            }
            "confirmEmail" | "stopReplyLetters" => {
                let what = if mutation == "confirmEmail" { "change" } else { "stop" };
                let token = self.spare(what).await;
                (case.input, case.address) = (json!({ "token": token }), vec![(":token", token)]);
                case.uses = if what == "change" { Uses::Spare(what) } else { Uses::Nothing };
            }
            "setRole" | "silence" | "suspend" | "restore" => {
                let what = if mutation == "restore" { "restricted" } else { "member" };
                let handle = if owns { self.account(column, true).handle } else { self.spare(what).await };
                case.input = json!({ "memberId": self.id_of(&handle).await, "reason": "Because." });
                match mutation.as_str() {
                    "setRole" => case.input["role"] = "MODERATOR".into(),
                    "restore" => {}
                    _ => case.input["until"] = UNTIL.into(),
                }
                (case.address, case.uses) = (vec![(":handle", handle)], Uses::Spare(what));
            }
            "endSession" | "removeIdentity" | "revokeToken" => {
                let id = self.in_account(&mutation, &self.account(column, owns)).await;
                let name = [("endSession", "sessionId"), ("removeIdentity", "identityId"), ("revokeToken", "tokenId")];
                let name = name.into_iter().find(|(known, _)| *known == mutation).expect("one of them").1;
                case.input = json!({ name: id });
            }
            "/csp-report" => {}
            "/language" => case.input = json!({ "language": "en" }),
            "/sign-out" => case.actor = self.elsewhere(column).await,
            "/sign-in/:token" => {
                case.actor = self.elsewhere(column).await;
                (case.address, case.uses) = (vec![(":token", self.spare("link").await)], Uses::Spare("link"));
            }
            "/settings/data/:token" => {
                let is_own = owns && !case.actor.form.is_empty();
                let token = if is_own { self.copy_of(&case.actor.person).await } else { self.spare("copy").await };
                case.address = vec![(":token", token)];
            }
            _ => self.about_a_thing(row, column, &mutation, &mut case).await,
        }
        case
    }

    /// What somebody is about to do to a contribution, or to what it became.
    async fn about_a_thing(&mut self, row: &Row, column: &'static str, mutation: &str, case: &mut Case) {
        let (words, kind) = (row.words(), row.kind());
        let state = row.state().unwrap_or_else(|| panic!("nobody has said how {} is tried", row.name));
        let authors_alone =
            ["reviseSubmission", "withdrawSubmission"].contains(&mutation) || (mutation, kind) == ("editPublished", "COMMENT");
        let owner = owner(column, authors_alone);
        let thing = self.thing(owner, kind, state).await;
        let (id, version, record) = (&thing.submission["id"], &thing.submission["version"], &thing.record["id"]);
        let title = thing.submission["title"].as_str().expect("a title");
        let (field, text) = text(kind, &format!("{title} anew"));
        let kinds = ["APPROVE", "REQUEST_CHANGES", "DECLINE", "REMOVE", "ARCHIVE"];
        let decision = kinds.into_iter().find(|decision| words.get(2) == Some(decision)).unwrap_or("APPROVE");
        let revision = &thing.submission["revision"];
        let mut decided = json!({ "submissionId": id, "version": version, "revision": revision, "decision": decision, "reason": "OTHER" });
        if decision == "REQUEST_CHANGES" {
            decided["requests"] = json!([{ "field": "title", "message": "Longer." }]);
        }
        case.input = match mutation {
            "reviseSubmission" => json!({ "submissionId": id, "version": version, field: text }),
            "withdrawSubmission" => json!({ "submissionId": id, "version": version }),
            "claimSubmission" => json!({ "submissionId": id }),
            "releaseSubmission" => json!({ "submissionId": id, "reason": "It has waited." }),
            "decide" => decided,
            "decideMany" => json!({ "decisions": [decided] }),
            "vote" => json!({ "topicId": record, "vote": true }),
            "setTopicStatus" => json!({ "topicId": record, "status": "PLANNED", "ledTo": [] }),
            "writeComment" => json!({ "on": record, "body": self.fresh("Said ") }),
            "editPublished" => json!({ "id": record, field: text }),
            other => panic!("nobody has said how {other} is tried"),
        };
        case.address = thing.address();
        let stays =
            ["vote", "setTopicStatus", "writeComment"].contains(&mutation) || (mutation == "releaseSubmission" && state != "CLAIMED");
        case.uses = if stays { Uses::Nothing } else { Uses::Thing(owner, kind, state) };
    }

    async fn tries(&mut self, row: &Row, column: &'static str) -> Answer {
        let case = self.case(row, column).await;
        let page = case.tries().await;
        let mut word = case.word(&page);
        if word == "yes" && row.action().as_deref() == Some("DecideMany") {
            // The page is shown with what became of each.
            word = when(self.is_published(&case.input["decisions"][0]["submissionId"]).await, "no");
        }
        if word == "none" && neutral(&case.never().tries().await) != neutral(&page) {
            word = "differs".into();
        }
        if word == "yes" {
            match case.uses {
                Uses::Thing(owner, kind, state) => drop(self.things.remove(&(owner, kind, state))),
                Uses::Spare(what) => drop(self.spares.remove(what)),
                Uses::Nothing => {}
            }
        }
        Answer::new(&word, page)
    }

    async fn is_published(&self, id: &Value) -> bool {
        let query = "query State($id: ID!) { submission(id: $id) { state } }";
        self.desk.asks(query, json!({ "id": id })).await["data"]["submission"]["state"] == "PUBLISHED"
    }
}

/// Tries the rows that begin with a word: first what the table refuses, and that it leaves everything as it was; then the rest.
async fn everybody_does_what_the_table_says(first: &str) {
    let mut world = World::open().await;
    let mut report = Report::default();
    for row in table().into_iter().filter(|row| row.words()[0] == first) {
        let mut answers: Vec<Answer> = COLUMNS.iter().map(|_| Answer::nothing()).collect();
        let said = (0..COLUMNS.len()).filter(|index| row.cells[*index] != "-");
        let (may, may_not): (Vec<usize>, Vec<usize>) = said.partition(|index| row.cells[*index] == "yes");
        for index in &may_not {
            // What it takes is there before anything is counted.
            world.case(&row, COLUMNS[*index]).await;
        }
        let before = world.forum.everything().await;
        for index in may_not {
            answers[index] = world.tries(&row, COLUMNS[index]).await;
        }
        let was_refused = answers.iter().all(|answer| answer.word != "yes");
        let after = world.forum.everything().await;
        if was_refused && before != after {
            report.0.push(format!("# {}: something was refused, and yet {before:?} became {after:?}", row.name));
        }
        for index in may {
            answers[index] = world.tries(&row, COLUMNS[index]).await;
        }
        report.compare(&row, &answers);
    }
    report.is_empty();
    world.forum.verifies().await;
}

#[tokio::test]
async fn everybody_does_through_graphql_what_the_table_says() {
    everybody_does_what_the_table_says("mutation").await;
}

#[tokio::test]
async fn everybody_does_with_forms_what_the_table_says() {
    everybody_does_what_the_table_says("POST").await;
}

#[tokio::test]
async fn a_token_ends_with_its_members_access() {
    let world = World::open().await;
    let moderate = &world.actors["moderate"];
    let name = "{ community { name } }";
    assert_eq!(moderate.asks(name, &json!({})).await.status, StatusCode::OK);
    world.measure("suspend", "mona").await;
    for column in TOKENS {
        let page = world.actors[column].asks(name, &json!({})).await;
        assert_eq!((page.status, denied(&json_of(&page)).as_deref()), (StatusCode::UNAUTHORIZED, Some("in")));
    }
    // Pages take no notice of any token.
    assert_eq!(opened(&moderate.opens("/settings").await), "in");
}
