//! Everybody asks for everything, and only who may know of something finds its word.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};

use super::{
    asking::{What, echo_of},
    *,
};

/// What people found.
#[derive(Default)]
struct Sightings {
    /// Who first found any word at a place, as an index of `ROLES`; the length of it for nobody.
    first: BTreeMap<String, usize>,
    seen: BTreeSet<(&'static str, String)>,
    /// The types of what was found by its id.
    types: BTreeSet<String>,
    wrong: Vec<String>,
}

/// What a page says, without what only repeats the question.
fn blanked(page: &Page, echo: &[String]) -> String {
    let said = format!("{} {} {}", page.status, page.leads_to.as_deref().unwrap_or(""), page.text);
    echo.iter().fold(said, |said, echo| said.replace(echo.as_str(), "…"))
}

fn brief(what: &impl std::fmt::Debug) -> String {
    format!("{what:?}").chars().take(300).collect()
}

fn answer_of(page: &Page) -> Value {
    serde_json::from_str(&page.text).unwrap_or_else(|_| panic!("GraphQL answers JSON, not {}", page.text))
}

impl Sightings {
    fn takes(&mut self, world: &World, role: &'static str, ask: &Ask, page: &Page) {
        let said = blanked(page, &ask.echo).to_ascii_lowercase();
        let mut wrong = |what: String| self.wrong.push(format!("{}, asked by the {role}: {what}: {}", ask.place, brief(&ask.what)));
        let words = world.sighted(&said);
        for word in words.iter().filter(|word| world.hides(word, role)) {
            wrong(format!("shows {word}"));
        }
        for (whose, handle) in HANDLES.iter().filter(|(whose, _)| *whose != role) {
            if said.contains(&format!("{handle}@example.org")) {
                wrong(format!("shows the address of the {whose}"));
            }
            if *whose == "moderator" && said.contains(*handle) && !NAMING.contains(&ask.place.as_str()) {
                wrong("names the moderator".to_owned());
            }
        }
        if page.status.is_server_error() {
            wrong(format!("answers {}", page.status));
        }
        if matches!(ask.what, What::Question(..)) && said.contains("\"errors\":[") {
            for error in answer_of(page)["errors"].as_array().into_iter().flatten() {
                if !ask.refusals.contains(&error["extensions"]["code"].as_str().unwrap_or("?")) {
                    wrong(format!("answers {error}"));
                }
            }
        }
        let who = ROLES.iter().position(|known| *known == role).expect("one of them");
        let first = self.first.entry(ask.place.clone()).or_insert(ROLES.len());
        if !words.is_empty() {
            *first = who.min(*first);
        }
        self.seen.extend(words.into_iter().map(|word| (role, word)));
    }

    /// Whoever may know of something has found it: nobody looked past it. Words that begin as `except` stand somewhere else.
    fn are_complete(&mut self, world: &World, except: &[&str]) {
        for (word, known) in world.words.iter().filter(|(word, _)| !except.iter().any(|except| word.starts_with(*except))) {
            for role in ROLES.into_iter().filter(|role| *role == "author" || *role == "moderator") {
                if known.reaches(role) && !self.seen.contains(&(role, word.clone())) {
                    self.wrong.push(format!("the {role} finds {word} nowhere"));
                }
            }
        }
    }

    /// Nobody found what is not for them, and words stand where the table says, for its rows that begin so.
    #[track_caller]
    fn are_right(mut self, rows: &str) {
        for (place, first) in table().into_iter().filter(|(place, _)| place.starts_with(rows)) {
            let found = self.first.get(&place).map(|first| ROLES.get(*first).copied().unwrap_or("nobody"));
            if found != Some(first.as_str()) {
                self.wrong.push(format!("visibility.txt says something else than: {place:<29} {}", found.unwrap_or("was not asked")));
            }
        }
        let count = self.wrong.len();
        self.wrong.truncate(40);
        assert!(count == 0, "{count} things are wrong, such as:\n{}", self.wrong.join("\n"));
    }
}

impl World {
    /// The words that stand in a text in small letters; what looks like a word and is none, too.
    fn sighted(&self, text: &str) -> BTreeSet<String> {
        let runs = text.match_indices("canary").map(|(at, stem)| {
            let start = text.as_bytes()[..at].iter().rposition(|byte| !byte.is_ascii_alphabetic()).map_or(0, |before| before + 1);
            &text[start..at + stem.len()]
        });
        // What stands before a word may look like letters of it, such as the `n` of a line break in JSON.
        let whole = |run: &str| self.words.keys().find(|word| run.ends_with(word.as_str())).cloned();
        runs.map(|run| whole(run).unwrap_or_else(|| run.to_owned())).collect()
    }

    /// Whether somebody may not read a word. Nobody may read what is no word and looks like one.
    fn hides(&self, word: &str, role: &str) -> bool {
        self.words.get(word).is_none_or(|known| !known.reaches(role))
    }

    /// Asks as somebody. Who finds nothing where there is something gets the answer that there never was anything.
    async fn asks(&self, role: &'static str, asks: &[Ask], found: &mut Sightings) {
        let person = &self.people[role];
        let mut nothings: HashMap<String, String> = HashMap::new();
        for ask in asks.iter().filter(|ask| ask.roles.contains(&role)) {
            let page = ask.what.by(person).await;
            found.takes(self, role, ask, &page);
            let Some((never, echo)) = &ask.never else { continue };
            let key = format!("{never:?}");
            if !nothings.contains_key(&key) {
                let nothing = blanked(&never.by(person).await, echo);
                nothings.insert(key.clone(), nothing);
            }
            let is_alike = nothings[&key] == blanked(&page, &ask.echo);
            let is_question = matches!(ask.what, What::Question(..));
            if !ask.finds.reaches(role) && !is_alike {
                found.wrong.push(format!("{}: the {role} can tell that there is something: {}", ask.place, brief(&ask.what)));
            } else if ask.finds.reaches(role) && is_alike && is_question {
                found.wrong.push(format!("{}: the {role} finds nothing: {}", ask.place, brief(&ask.what)));
            }
            if ask.place == "query node" && is_question {
                found.types.extend(answer_of(&page)["data"]["node"]["__typename"].as_str().map(String::from));
            }
        }
    }

    /// Another member posts every form about what is hidden, and learns no more than about what never was.
    async fn posts(&self, found: &mut Sightings) {
        let (role, member) = ("member", &self.people["member"]);
        let token = member.opens("/settings").await.value_of("token");
        let posts = async |path: &str, action: &str, fields: Vec<(&str, &str)>| {
            let fields = fields.into_iter().chain([("token", token.as_str()), ("action", action)]);
            let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
            member.sends(Method::POST, path, &[("origin", ORIGIN), ("content-type", "application/x-www-form-urlencoded")], body).await
        };
        for thing in self.things.iter().filter(|thing| thing.in_the_library != Known::Everyone) {
            let nowhere = format!("/{}s/{}", thing.kind, if thing.kind == "comment" { "999999" } else { "never-was" });
            let id = if thing.record.is_null() { &thing.case["id"] } else { &thing.record["id"] };
            let nothing = never(id);
            let (id, nothing) = (id.as_str().expect("an id"), nothing.as_str().expect("an id"));
            let text: &[(&str, &str)] = match thing.kind {
                "topic" => &[("topic.name", "Anew"), ("topic.description", "Anew.")],
                "comment" => &[("comment.body", "Anew.")],
                _ => &[("resource.title", "Anew"), ("resource.kind", "guide"), ("resource.description", "Anew.")],
            };
            let forms = [
                ("", "Comment", "on", &[("body", "")][..]),
                ("", "Comment", "on", &[("body", "Words.")][..]),
                ("/edit", "Edit", "id", text),
            ];
            for (end, action, name, text) in forms {
                let (path, nowhere) = (format!("{}{end}", thing.path()), format!("{nowhere}{end}"));
                let page = posts(&path, action, [&[(name, id)][..], text].concat()).await;
                let said = blanked(&page, &echo_of(&path)).to_ascii_lowercase();
                for word in self.sighted(&said).iter().filter(|word| self.hides(word, role)) {
                    found.wrong.push(format!("POST {path} {action} shows the {role} {word}"));
                }
                let is_as_it_should = match thing.is_gone() {
                    true => page.status == StatusCode::GONE,
                    false => {
                        let page_of_nothing = posts(&nowhere, action, [&[(name, nothing)][..], text].concat()).await;
                        let is_alike = blanked(&page, &echo_of(&path)) == blanked(&page_of_nothing, &echo_of(&nowhere));
                        page.status == StatusCode::NOT_FOUND && is_alike
                    }
                };
                if !is_as_it_should {
                    found.wrong.push(format!("POST {path} {action} answers the {role} {}", page.status));
                }
            }
        }
    }

    /// Every letter, to whom it goes, and what it says.
    async fn reads_letters(&self, found: &mut Sightings) {
        let mut told = BTreeSet::new();
        for letter in self.forum.letters().await {
            let to = letter.lines().find_map(|line| line.strip_prefix("To: ")).expect("a letter goes to somebody").to_owned();
            let role = match to.trim_end_matches("@example.org") {
                "ada" | "newaddresscanary" => "author",
                "stan" => "member",
                _ => panic!("nobody has said who reads letters to {to}"),
            };
            told.insert(role);
            let letter = letter.to_ascii_lowercase();
            for word in self.sighted(&letter).iter().filter(|word| self.hides(word, role)) {
                found.wrong.push(format!("a letter to the {role} shows {word}: {letter}"));
            }
            if letter.contains(HANDLES[2].1) {
                found.wrong.push(format!("a letter to the {role} names the moderator: {letter}"));
            }
        }
        assert_eq!(told, BTreeSet::from(["author", "member"]));
    }

    /// Nobody searches for what is hidden with any other result than for what never was, and nothing is counted.
    async fn searches(&self, role: &'static str, found: &mut Sightings) {
        let words: Vec<_> = self.words.iter().collect();
        for some in words.chunks(2) {
            let mut query = String::new();
            for (index, word) in ["nevershown"].into_iter().chain(some.iter().map(|(word, _)| word.as_str())).enumerate() {
                query += &format!(
                    "found{index}: library(query: \"{word}\", first: 2) {{ totalCount nodes {{ title }}
                        facets {{ kinds {{ id count }} topics {{ id name count }} }} userErrors {{ code }} }}
                    about{index}: library(filter: {{ topics: [\"{word}\"] }}, first: 2) {{ totalCount nodes {{ title }} }}
                    called{index}: members(filter: {{ query: \"{word}\" }}, first: 2) {{ totalCount nodes {{ name }} }} "
                );
            }
            let what = What::Question(format!("{{ {query} }}"), json!({}));
            let page = what.by(&self.people[role]).await;
            let data = answer_of(&page)["data"].clone();
            for (index, (word, known)) in some.iter().enumerate() {
                let at = |name: &str, index: usize| &data[format!("{name}{index}")];
                let lists = ["found", "about", "called"];
                let is_alike = lists.into_iter().all(|name| at(name, index + 1) == at(name, 0) && at(name, 0).is_object());
                if !is_alike && **known != Known::Everyone {
                    found.wrong.push(format!("the {role} who searches for {word} gets {data}"));
                }
                if *word == "publishedresourcecanary" && is_alike {
                    found.wrong.push(format!("the {role} does not find {word}: {}", page.text));
                }
            }
        }
    }

    /// Places in lists: one that only moderators were shown, and some that nobody was.
    async fn cursors(&self) -> Vec<String> {
        let queue = "{ moderationQueue(first: 1) { edges { cursor } } }";
        let shown = self.people["moderator"].asks(queue, json!({})).await["data"]["moderationQueue"]["edges"][0]["cursor"].clone();
        let forged = ["t0 1", "t0 -8000000000000000000", "n999999 40", "s0 pendingresource", "s999999 zzzz", "s0 "];
        let forged = forged.map(|place| BASE64_URL_SAFE_NO_PAD.encode(place));
        forged.into_iter().chain([shown.as_str().expect("a cursor").to_owned()]).collect()
    }
}

#[tokio::test]
async fn no_page_no_form_and_no_letter_shows_what_is_hidden() {
    let mut world = World::open().await;
    world.waits().await;
    world.ends().await;
    let (asks, mut found) = (world.pages(), Sightings::default());
    for role in ROLES {
        world.asks(role, &asks, &mut found).await;
    }
    world.posts(&mut found).await;
    world.reads_letters(&mut found).await;
    // What was never approved shows where two texts are compared; why a topic should be worked on is for moderators to read.
    found.are_complete(&world, &["superseded", "mended", "why"]);
    found.are_right("GET ");
}

#[tokio::test]
async fn no_question_answers_what_is_hidden() {
    let mut world = World::open().await;
    world.waits().await;
    world.ends().await;
    world.learns().await;
    let (cursors, mut found) = (world.cursors().await, Sightings::default());
    for role in ROLES {
        world.asks(role, &world.questions(role), &mut found).await;
        world.asks(role, &world.tampered(&cursors), &mut found).await;
        world.searches(role, &mut found).await;
    }
    let kinds: BTreeSet<String> = world.questions.possible("Node").into_iter().map(|(_, name)| name).collect();
    assert_eq!(found.types, kinds, "visibility/asking.rs names an id of every kind that `node` answers");
    found.are_complete(&world, &[]);
    found.are_right("query ");
}

/// Not a count, not a tag, not a byte.
#[tokio::test]
async fn what_waits_changes_nothing_for_anybody_else() {
    let mut world = World::open().await;
    let mut asks: Vec<(&'static str, Ask)> = Vec::new();
    for role in ["visitor", "member"] {
        asks.extend(world.questions(role).into_iter().map(|ask| (role, ask)));
    }
    // The forms of a member's pages have numbers of their own.
    asks.extend(world.pages().into_iter().filter(|ask| ask.roles.contains(&"visitor")).map(|ask| ("visitor", ask)));
    let told = async |world: &World, role: &str, ask: &Ask| {
        let page = ask.what.by(&world.people[role]).await;
        // Who could bring a second edit is told that there is one.
        let text = page.text.replace("\"hasOpenEdit\":true", "\"hasOpenEdit\":false");
        ((page.status, page.header("etag").to_owned(), text), page)
    };
    let (mut before, mut found) = (Vec::new(), Sightings::default());
    for &(role, ref ask) in &asks {
        let (answer, page) = told(&world, role, ask).await;
        found.takes(&world, role, ask, &page);
        if let What::Page(path) = &ask.what
            && ["/", "/library", "/topics", "/discuss", "/decisions"].contains(&path.as_str())
        {
            assert!(answer.1.starts_with("W/\""), "{path} has a tag, not {}", answer.1);
        }
        before.push(answer);
    }
    // What is public is public everywhere: whatever hides later was found before.
    for (word, _) in world.words.iter().filter(|(_, known)| **known == Known::Everyone) {
        assert!(found.seen.contains(&("visitor", word.clone())), "a visitor finds {word} nowhere");
    }
    found.are_right("none of the table");

    world.waits().await;
    let mut changed = Vec::new();
    for (&(role, ref ask), before) in asks.iter().zip(before) {
        if told(&world, role, ask).await.0 != before {
            changed.push(format!("{}, asked by the {role}: {}", ask.place, brief(&ask.what)));
        }
    }
    assert!(changed.is_empty(), "{} answers changed, such as:\n{}", changed.len(), changed[..changed.len().min(10)].join("\n"));
}

/// Whatever is kept between requests is kept for who asked.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_a_moderator_has_just_read_is_not_there_for_a_visitor() {
    const QUERY: &str = "query Both($id: ID!, $record: ID!) {
        node(id: $id) { id ... on Submission { title resource { description } } }
        submission(id: $id) { title claim { member { handle } } viewerActions }
        again: node(id: $record) { ... on Resource {
            title hasOpenEdit submitter { standing email submissions { totalCount } }
            submission { title timeline(first: 3) { nodes { decision { message decider { handle } } } } } } }
        decisionLog(first: 3) { nodes { message decider { handle } submission { title } published { id } } } }";
    let forum = Forum::open().await;
    let (ada, grace) = (forum.member("ada").await, forum.moderator("grace").await);
    let shared = ada.shares("Rota").await;
    let payload = grace.decides("APPROVE", &shared, json!({ "message": "Messagecanary" })).await;
    let record = payload["submission"]["published"].clone();
    let waiting = ada.shares("Titlecanary").await;
    is_done(&grace.mutates("claimSubmission", json!({ "submissionId": waiting["id"] })).await);
    let edit = json!({ "id": record["id"], "resource": resource("Editcanary") });
    ada.brings("editPublished", edit).await;
    let asks = [
        What::Question(QUERY.to_owned(), json!({ "id": waiting["id"], "record": record["id"] })),
        What::Page(record["path"].as_str().expect("a path").to_owned()),
        What::Page(waiting["deskPath"].as_str().expect("a path").to_owned()),
    ];
    let said = |page: Page| format!("{} {} {}", page.status, page.leads_to.unwrap_or_default(), page.text);
    let visitor = forum.visitor();
    let mut alone = Vec::new();
    for ask in &asks {
        alone.push(said(ask.by(&visitor).await));
    }
    assert!(!alone.concat().to_lowercase().contains("canary"), "{alone:?}");
    for _ in 0..25 {
        let mut visits = Vec::new();
        for _ in 0..4 {
            for (index, ask) in asks.iter().enumerate() {
                for who in [&grace, &visitor] {
                    let (who, ask) = (who.clone(), ask.clone());
                    visits.push((index, who.handle.is_empty(), tokio::spawn(async move { ask.by(&who).await })));
                }
            }
        }
        for (index, is_visitor, visit) in visits {
            let page = said(visit.await.expect("an answer"));
            match is_visitor {
                true => assert_eq!(page, alone[index]),
                false => assert!(index == 1 || page.to_lowercase().contains("titlecanary"), "{page}"),
            }
        }
    }
}
