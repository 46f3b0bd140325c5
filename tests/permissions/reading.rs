//! What everybody may read.

use super::*;

impl World {
    /// Gives somebody everything that an account can hold, and hides what can be hidden.
    async fn furnish(&mut self, person: &Person) {
        let name = format!("{}{}", person.handle[..1].to_uppercase(), &person.handle[1..]);
        let profile = json!({
            "name": name, "sector": "academia", "organisation": "A house", "pronouns": "they", "region": "Here", "about": "About *me*.",
            "links": ["https://example.org/me"],
            "hidden": ["DIRECTORY", "PRONOUNS", "SECTOR", "ORGANISATION", "REGION", "ABOUT", "LINKS"],
        });
        is_done(&person.mutates("updateProfile", profile).await);
        let email = self.fresh("new");
        is_done(&person.mutates("setLanguage", json!({ "language": "en" })).await);
        is_done(&person.mutates("changeEmail", json!({ "email": format!("{email}@example.org") })).await);
        let asked = person.asks("mutation { requestDataExport { userErrors { code } } }", json!({})).await;
        is_done(&asked["data"]["requestDataExport"]);
        self.in_account("revokeToken", person).await;
        self.adds_identity(&person.handle).await;
    }

    /// Every field of a member as a column sees it: of themselves as `viewer`, of somebody else as `member`.
    async fn members_to(&self, column: &str, schema: &Schema) -> Page {
        let member = schema.get_object("Member").expect("a type");
        let mut selection = String::new();
        for (name, field) in &member.fields {
            let inside = if schema.get_object(field.ty.inner_named_type().as_str()).is_some() { " { __typename }" } else { "" };
            write!(selection, "{}{inside} ", name.as_str()).expect("room");
        }
        let query = format!("query Both($handle: String!) {{ viewer {{ {selection} }} member(handle: $handle) {{ {selection} }} }}");
        self.actors[column].asks(&query, &json!({ "handle": "tess" })).await
    }

    async fn question(&mut self, row: &Row, column: &'static str) -> Question {
        let (words, kind) = (row.words(), row.kind());
        let thing = match row.state() {
            Some(state) => Some(self.thing(owner(column, false), kind, state).await),
            None => None,
        };
        let thing = || thing.as_ref().unwrap_or_else(|| panic!("{} says where its thing stands", row.name));
        let part = |name: &str| thing().address().into_iter().find(|(part, _)| *part == name).map(|(_, value)| value).unwrap_or_default();
        let node = |id: Value, inside: &str, at: &str| {
            Question::new(&format!("query Ask($id: ID!) {{ node(id: $id) {{ {inside} }} }}"), json!({ "id": id }), at)
        };
        match (words[0], words[1]) {
            ("query", "node") => {
                let id = match words[2] {
                    "Member" => self.id_of("tess").await,
                    "Submission" => thing().submission["id"].clone(),
                    "Decision" => self.decision_of(thing()).await,
                    "ChangeRequest" => thing().submission["requests"][0]["id"].clone(),
                    "Session" => self.in_account("endSession", &self.account(column, true)).await,
                    "AccessToken" => self.in_account("revokeToken", &self.account(column, true)).await,
                    "Identity" => self.in_account("removeIdentity", &self.account(column, true)).await,
                    _ => thing().record["id"].clone(),
                };
                node(id, "id", "/data/node")
            }
            ("query", "submission") => {
                let query = "query Ask($id: ID!) { submission(id: $id) { id } }";
                Question::new(query, json!({ "id": thing().submission["id"] }), "/data/submission")
            }
            ("query", field @ ("resource" | "topic")) => {
                let query = format!("query Ask($slug: String!) {{ {field}(slug: $slug) {{ id }} }}");
                Question::new(&query, json!({ "slug": part(":slug") }), &format!("/data/{field}"))
            }
            ("query", "comment") => {
                let query = "query Ask($number: Int!) { comment(number: $number) { id } }";
                Question::new(query, json!({ "number": thing().submission["number"] }), "/data/comment")
            }
            ("query", "gone") => {
                let query = "query Ask($slug: String!) { gone(of: RESOURCE, slug: $slug) { path } }";
                Question::new(query, json!({ "slug": part(":slug") }), "/data/gone")
            }
            ("query", "member") => {
                let query = "query Ask($handle: String!) { member(handle: $handle) { id } }";
                Question::new(query, json!({ "handle": "tess" }), "/data/member")
            }
            ("query", "members") if words.contains(&"HIDDEN") => {
                let query = "{ members(filter: { query: \"tess\" }) { nodes { handle } } }";
                Question::new(query, json!({}), "/data/members/nodes")
            }
            ("query", field @ ("emailChange" | "signInLink")) => {
                let token = self.spare(if field == "signInLink" { "link" } else { "change" }).await;
                let query = format!("query Ask($token: String!) {{ {field}(token: $token) {{ email }} }}");
                Question::new(&query, json!({ "token": token }), &format!("/data/{field}"))
            }
            ("field", "Claim.member") => {
                let query = "query Ask($id: ID!) { submission(id: $id) { claim { member { handle } } } }";
                Question::new(query, json!({ "id": thing().submission["id"] }), "/data/submission/claim/member")
            }
            ("field", field) => {
                let (of, name) = field.split_once('.').expect("a type and a field");
                let inside = match name {
                    "submission" | "requests" => format!("{name} {{ id }}"),
                    "decider" => "decider { handle }".to_owned(),
                    _ => name.to_owned(),
                };
                let id = if of == "Decision" { self.decision_of(thing()).await } else { thing().record["id"].clone() };
                node(id, &format!("... on {of} {{ {inside} }}"), &format!("/data/node/{name}"))
            }
            (_, "preview") => Question::new("{ preview(markdown: \"*x*\") }", json!({}), "/data/preview"),
            (_, field) => Question::new(&format!("{{ {field} {{ __typename }} }}"), json!({}), &format!("/data/{field}")),
        }
    }

    async fn decision_of(&self, thing: &Thing) -> Value {
        let query = "query Decided($id: ID!) { submission(id: $id) { decision { id } } }";
        self.desk.asks(query, json!({ "id": thing.submission["id"] })).await["data"]["submission"]["decision"]["id"].clone()
    }

    async fn asks(&mut self, row: &Row, column: &'static str) -> Answer {
        let Question { query, variables, at } = self.question(row, column).await;
        let page = self.actors[column].asks(&query, &variables).await;
        let answer = json_of(&page);
        let word = denied(&answer).unwrap_or_else(|| match answer.pointer(&at) {
            Some(Value::Bool(is)) => when(*is, "none"),
            value => shown(value).to_owned(),
        });
        let nothing = never(&variables);
        // Only a question of its own about one thing has an answer that tells whether the thing is there.
        if word != "none" || row.words()[0] == "field" || nothing == variables {
            return Answer::new(&word, page);
        }
        let key = format!("{column} {query} {nothing}");
        if !self.nevers.contains_key(&key) {
            let answered = self.actors[column].asks(&query, &nothing).await.text;
            self.nevers.insert(key.clone(), answered);
        }
        Answer::new(if self.nevers[&key] == page.text { "none" } else { "differs" }, page)
    }

    async fn opens(&mut self, row: &Row, column: &'static str) -> Answer {
        let path = row.words()[1].to_owned();
        let mut address = vec![(":handle", "tess".to_owned())];
        if let Some(state) = row.state() {
            address.extend(self.thing(owner(column, false), row.kind(), state).await.address());
        }
        if path.contains(":token") {
            let of = [("/sign-in/", "link"), ("/settings/address/", "change"), ("/settings/data/", "copy"), ("/letters/stop/", "stop")];
            let of = of.into_iter().find(|(start, _)| path.starts_with(start)).unwrap_or_else(|| panic!("what secret stands in {path}"));
            address.push((":token", self.spare(of.1).await));
        }
        let query = if path == "/graphql" { "?query=%7Bcommunity%7Bname%7D%7D" } else { "" };
        let page = self.actors[column].opens(&format!("{}{query}", filled(&path, &address))).await;
        let word = opened(&page);
        if word != "none" {
            return Answer::new(&word, page);
        }
        let never = nowhere(&path);
        let key = format!("{column} {never}");
        if !self.nevers.contains_key(&key) {
            let answered = neutral(&self.actors[column].opens(&never).await);
            self.nevers.insert(key.clone(), answered);
        }
        Answer::new(if self.nevers[&key] == neutral(&page) { "none" } else { "differs" }, page)
    }
}

/// What a row about a field of a member finds in an answer with all of them.
fn found(row: &Row, page: &Page) -> Answer {
    let answer = json_of(page);
    let words = row.words();
    let (field, whose) = (words[0].trim_start_matches("Member."), words[1]);
    let at = format!("/data/{}/{field}", if whose == "own" { "viewer" } else { "member" });
    let word = denied(&answer).unwrap_or_else(|| match (field, whose, answer.pointer(&at)) {
        ("mayAdminister", _, Some(Value::Bool(may))) => when(*may, "no"),
        // The other one is silenced, and that is what not everybody sees.
        ("standing", "other", Some(standing)) => when(standing == "SILENCED", "none"),
        (_, _, value) => shown(value).to_owned(),
    });
    Answer::new(&word, page.clone())
}

#[tokio::test]
async fn everybody_reads_what_the_table_says() {
    let mut world = World::open().await;
    let tess = world.forum.member("tess").await;
    world.furnish(&tess).await;
    world.measure("silence", "tess").await;
    // What silenced people say about themselves they said before.
    world.measure("restore", "silas").await;
    for column in COLUMNS {
        if !world.actors[column].form.is_empty() {
            let person = world.actors[column].person.clone();
            world.furnish(&person).await;
        }
    }
    world.measure("silence", "silas").await;
    // Something waits, so that there is something to open next.
    world.thing("author", "RESOURCE", "PENDING").await;
    let schema = sdl();
    let mut members = Vec::new();
    for column in COLUMNS {
        members.push(world.members_to(column, &schema).await);
    }
    let mut report = Report::default();
    for row in table().into_iter().filter(|row| !["mutation", "POST"].contains(&row.words()[0])) {
        let mut answers = Vec::new();
        for (index, column) in COLUMNS.into_iter().enumerate() {
            answers.push(match row.words()[0] {
                _ if row.cells[index] == "-" => Answer::nothing(),
                "query" | "field" => world.asks(&row, column).await,
                "GET" => world.opens(&row, column).await,
                _ => found(&row, &members[index]),
            });
        }
        report.compare(&row, &answers);
    }
    report.is_empty();
}
