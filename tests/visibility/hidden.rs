//! A forum where something is hidden in every way that there is, each with a word of its own.

use super::*;

const KINDS: [&str; 3] = ["topic", "resource", "comment"];
/// What was published, by what becomes of it: its first text is never approved; its text is replaced; it is taken down, or back; it stays.
const PUBLISHED: [&str; 5] = ["superseded", "replaced", "removed", "takenback", "published"];
const MESSAGE: &str = "Thank you, says messagecanary.";

/// The word of something. All words end alike, so that they are found at once.
pub(super) fn word(state: &str, kind: &str) -> String {
    format!("{state}{kind}canary")
}

fn capital(word: &str) -> String {
    format!("{}{}", word[..1].to_uppercase(), &word[1..])
}

/// What something is called whose title holds no word.
fn plain(state: &str, kind: &str) -> String {
    format!("{} {kind}", capital(state))
}

/// A text of a kind: its title, and a word in everything else that it says.
fn text(kind: &str, title: &str, word: &str) -> Value {
    match kind {
        "resource" => {
            let mut text = resource(title);
            text["description"] = format!("What {word} is, and what one can do with it.").into();
            for field in ["publisher", "licence", "source"] {
                text[field] = format!("Of {word}").into();
            }
            for field in ["authors", "keywords"] {
                text[field] = json!([word]);
            }
            text
        }
        "topic" => json!({ "name": title, "description": format!("What {word} is about.") }),
        _ => json!({ "body": format!("{title}, says {word}.") }),
    }
}

impl World {
    /// Everything is published yet that ever will be.
    pub(super) async fn open() -> World {
        let forum = Forum::open().await;
        let mut people = BTreeMap::from([("visitor", forum.visitor())]);
        for (role, handle) in HANDLES {
            people.insert(role, forum.person(handle, if role == "moderator" { "moderator" } else { "member" }).await);
        }
        let words = [
            ("messagecanary", Known::Desk),
            ("requestcanary", Known::Desk),
            ("whycanary", Known::Desk),
            ("tokencanary", Known::Author),
            ("newaddresscanary", Known::Author),
        ];
        let mut world = World {
            forum,
            people,
            questions: Questions::read(),
            things: Vec::new(),
            words: words.map(|(word, known)| (word.to_owned(), known)).into(),
            theirs: BTreeMap::new(),
            cases: Vec::new(),
            ids: Vec::new(),
        };
        world.begins().await;
        world
    }

    async fn begins(&mut self) {
        let (ada, stan, desk) = (self.people["author"].clone(), self.people["member"].clone(), self.people["moderator"].clone());
        is_done(&ada.mutates("changeEmail", json!({ "email": "newaddresscanary@example.org" })).await);
        is_done(&ada.mutates("createToken", json!({ "name": "Tokencanary", "scopes": ["READ"], "days": 30 })).await);
        self.lends("topic", stan.suggests("Theirs to discuss").await).await;
        self.lends("resource", stan.shares("Theirs to read").await).await;
        for kind in KINDS {
            if kind == "comment" {
                let asked = stan.comments(&self.thing("published", "resource").record, "Who else?").await;
                self.lends("comment", asked).await;
            }
            for state in PUBLISHED {
                self.publishes(state, kind).await;
            }
        }
        // What will be gone is linked from what stays, was spoken about, and answered, so that it keeps its place.
        let record = |state: &str, kind: &str| self.thing(state, kind).record.clone();
        let (topic, stays, goes, said) =
            (record("published", "topic"), record("published", "resource"), record("removed", "resource"), record("removed", "comment"));
        let led = json!({ "topicId": topic["id"], "status": "PLANNED", "ledTo": [goes["path"], stays["path"]] });
        is_done(&desk.mutates("setTopicStatus", led).await);
        desk.approves(&stan.comments(&said, "I see.").await).await;
        let orphaned = desk.approves(&ada.comments(&goes, &capital(&word("orphaned", "comment"))).await).await;
        self.keeps("orphaned", "comment", orphaned, Known::Everyone);
    }

    /// What waits, is kept back, or was taken back before anybody decided.
    pub(super) async fn waits(&mut self) {
        for kind in KINDS {
            for state in ["draft", "unsent", "pending", "withdrawn"] {
                let is_draft = ["draft", "unsent"].contains(&state);
                // A comment is sent at once.
                if is_draft && kind == "comment" {
                    continue;
                }
                let mut case = self.brings(state, kind, is_draft).await;
                if ["unsent", "withdrawn"].contains(&state) {
                    case = self.takes_back(&case).await;
                }
                self.keeps(state, kind, case, if is_draft { Known::Author } else { Known::Desk });
            }
            // Another text for something of the member's; of comments one has but one's own.
            let record = if kind == "comment" { &self.thing("published", kind).record } else { &self.theirs[kind] };
            let word = word("edit", kind);
            let case = self.edits(kind, record, &capital(&word), &word).await;
            self.keeps("edit", kind, case, Known::Desk);
        }
        let claimed = self.brings("claimed", "topic", false).await;
        is_done(&self.people["moderator"].mutates("claimSubmission", json!({ "submissionId": claimed["id"] })).await);
        self.keeps("claimed", "topic", claimed, Known::Desk);
    }

    /// What is returned or declined, and what is not public any more.
    pub(super) async fn ends(&mut self) {
        for kind in KINDS {
            let field = match kind {
                "topic" => "name",
                "comment" => "body",
                _ => "title",
            };
            let asks = json!({ "message": MESSAGE, "requests": [{ "field": field, "message": "Say more, says requestcanary." }] });
            let returned = self.brings("returned", kind, false).await;
            let returned = self.decides("REQUEST_CHANGES", &returned, asks).await;
            self.keeps("returned", kind, returned, Known::Desk);

            let why = json!({ "reason": "OTHER", "message": MESSAGE });
            let declined = self.brings("declined", kind, false).await;
            let declined = self.decides("DECLINE", &declined, why.clone()).await;
            self.keeps("declined", kind, declined, Known::Desk);

            // An edit whose first text was never approved takes the place of words that everybody has read.
            let replaced = self.thing("replaced", kind).record.clone();
            let mended = self.edits(kind, &replaced, &plain("replaced", kind), &word("mended", kind)).await;
            let mended = self.revises(kind, &mended, &plain("replaced", kind)).await;
            let mended = self.decides("APPROVE", &mended, json!({})).await;
            self.keeps("mended", kind, mended, Known::Desk);

            let removed = self.thing("removed", kind).case.clone();
            self.decides("REMOVE", &removed, why).await;
            let taken_back = self.thing("takenback", kind).case.clone();
            self.takes_back(&taken_back).await;
        }
        for thing in &mut self.things {
            let is_out = ["removed", "takenback", "orphaned"].contains(&thing.state);
            if is_out {
                thing.in_the_library = Known::Nobody;
            }
            if is_out || thing.state == "replaced" {
                self.words.insert(thing.word(), Known::Desk);
            }
        }
    }

    /// Finds out what else there are ids of.
    pub(super) async fn learns(&mut self) {
        let asks = "{ decisionLog(first: 100) { nodes { id requests { id } } } }";
        let log = self.people["moderator"].asks(asks, json!({})).await["data"]["decisionLog"]["nodes"].clone();
        for (index, decision) in log.as_array().expect("decisions").iter().enumerate() {
            self.ids.push((decision["id"].clone(), Known::Everyone, index == 0));
            let requests = decision["requests"].as_array().expect("requests");
            self.ids.extend(requests.iter().map(|request| (request["id"].clone(), Known::Nobody, false)));
        }
        let own = self.people["author"].asks("{ viewer { id sessions { id } tokens { id } } }", json!({})).await["data"]["viewer"].clone();
        self.ids.push((own["id"].clone(), Known::Everyone, true));
        for list in ["sessions", "tokens"] {
            let these = own[list].as_array().expect("a list");
            assert!(!these.is_empty(), "the author has {list}");
            self.ids.extend(these.iter().map(|it| (it["id"].clone(), Known::Nobody, false)));
        }
    }

    pub(super) fn thing(&self, state: &str, kind: &str) -> &Thing {
        let found = self.things.iter().find(|thing| thing.state == state && thing.kind == kind);
        found.unwrap_or_else(|| panic!("a {kind} that is {state}"))
    }

    /// Puts something of the member's into the library.
    async fn lends(&mut self, kind: &'static str, case: Value) {
        let case = self.people["moderator"].approves(&case).await;
        self.theirs.insert(kind, case["published"].clone());
        self.cases.push(case);
    }

    async fn publishes(&mut self, state: &'static str, kind: &'static str) {
        let mut case = self.brings(state, kind, false).await;
        if state == "superseded" {
            case = self.revises(kind, &case, &plain(state, kind)).await;
        }
        let case = self.decides("APPROVE", &case, json!({ "message": MESSAGE })).await;
        self.keeps(state, kind, case, if state == "superseded" { Known::Desk } else { Known::Everyone });
    }

    /// Brings something of the author's.
    async fn brings(&self, state: &str, kind: &str, is_draft: bool) -> Value {
        let word = word(state, kind);
        // An address keeps the title that something had first.
        let title = if state == "replaced" { plain(state, kind) } else { capital(&word) };
        let mut input = text(kind, &title, &word);
        let mutation = match kind {
            "comment" => {
                input["on"] = self.theirs["comment"]["id"].clone();
                "writeComment"
            }
            "topic" => {
                input["why"] = "Because whycanary says so.".into();
                input["draft"] = is_draft.into();
                "suggestTopic"
            }
            _ => {
                // What is published belongs to every topic that is there then.
                let topics = self.things.iter().filter(|thing| thing.kind == "topic" && PUBLISHED.contains(&state));
                input["topics"] = topics.map(|thing| thing.record["id"].clone()).collect();
                input["draft"] = is_draft.into();
                "submitResource"
            }
        };
        self.people["author"].brings(mutation, input).await
    }

    async fn edits(&self, kind: &str, record: &Value, title: &str, word: &str) -> Value {
        self.people["author"].brings("editPublished", json!({ "id": record["id"], kind: text(kind, title, word) })).await
    }

    /// Replaces the text of a case by one without a word.
    async fn revises(&self, kind: &str, case: &Value, title: &str) -> Value {
        let input = json!({ "submissionId": case["id"], "version": case["version"], kind: text(kind, title, "nothing") });
        self.people["author"].brings("reviseSubmission", input).await
    }

    async fn takes_back(&self, case: &Value) -> Value {
        let input = json!({ "submissionId": case["id"], "version": case["version"] });
        self.people["author"].brings("withdrawSubmission", input).await
    }

    async fn decides(&self, decision: &str, case: &Value, more: Value) -> Value {
        let payload = self.people["moderator"].decides(decision, case, more).await;
        is_done(&payload);
        payload["submission"].clone()
    }

    /// Remembers something, and who may read its word.
    fn keeps(&mut self, state: &'static str, kind: &'static str, case: Value, known: Known) {
        self.words.insert(word(state, kind), known);
        // What an edit became belongs to what it is of.
        let record = if ["edit", "mended"].contains(&state) { Value::Null } else { case["published"].clone() };
        let in_the_library = if record.is_null() { Known::Nobody } else { Known::Everyone };
        let on_the_desk = if ["draft", "unsent"].contains(&state) { Known::Author } else { Known::Desk };
        self.things.push(Thing { state, kind, case, record, on_the_desk, in_the_library });
    }
}
