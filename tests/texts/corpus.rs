//! Attack strings through every field, and then every page on which it stands, opened by a stranger, by its author and by a moderator.

use super::{
    judge::{Judge, attribute, pages_from, sound, texts, wrong_in},
    outside::{feed, passes_letter},
    *,
};

/// A kind of contribution.
struct Kind {
    mutation: &'static str,
    /// The page with its form, and what the form does.
    form: (String, &'static str),
    /// The field that takes the longest text.
    long: &'static str,
    /// The field of its edit form that holds what it is called.
    called: Option<&'static str>,
    /// One with a text in every field that takes one; the number tells it from others.
    fields: Fields,
}

type Fields = Box<dyn Fn(&str, usize) -> Value>;

fn resources() -> Kind {
    let fields = |text: &str, number: usize| {
        json!({
            "title": text, "description": text, "authors": [text], "publisher": text, "keywords": [text], "licence": text, "source": text,
            "url": format!("https://example.org/{number}"), "kind": "guide",
        })
    };
    Kind {
        mutation: "submitResource",
        form: ("/share".into(), "Submit"),
        long: "description",
        called: Some("resource.title"),
        fields: Box::new(fields),
    }
}

fn topics() -> Kind {
    let fields = |text: &str, _: usize| json!({ "name": text, "description": text, "why": text });
    Kind {
        mutation: "suggestTopic",
        form: ("/topics/suggest".into(), "Submit"),
        long: "description",
        called: Some("topic.name"),
        fields: Box::new(fields),
    }
}

fn comments(on: &Value) -> Kind {
    let id = on["id"].clone();
    let fields = move |text: &str, _: usize| json!({ "on": id, "body": text });
    Kind { mutation: "writeComment", form: (at(on, "path"), "Comment"), long: "body", called: None, fields: Box::new(fields) }
}

/// Something that was brought, and whether each of its pages is read.
struct Case {
    submission: Value,
    is_read: bool,
}

struct Scene {
    forum: Forum,
    ada: Person,
    grace: Person,
    wren: Person,
    count: Cell<usize>,
}

/// What a page is, who opens it, and where.
type Visits<'a> = Vec<(&'static str, &'a Person, String)>;

impl Scene {
    async fn open() -> Scene {
        let forum = Forum::open().await;
        let (ada, grace, wren) = (forum.member("ada").await, forum.moderator("grace").await, forum.visitor());
        Scene { forum, ada, grace, wren, count: Cell::new(0) }
    }

    /// A number that nothing else has.
    fn next(&self) -> usize {
        self.count.set(self.count.get() + 1);
        self.count.get()
    }

    /// Brings a text in every field that takes one. Where a rule refuses it, the form comes back with it, and it goes without.
    async fn brings(&self, kind: &Kind, text: &str, is_read: bool) -> Case {
        let number = self.next();
        let harmless = (kind.fields)(&format!("Harmless words {number}"), number);
        let mut input = (kind.fields)(text, number);
        for _ in 0..3 {
            let answer = self.ada.mutates(kind.mutation, input.clone()).await;
            let refused = refusals(&answer);
            if refused.is_empty() {
                return Case { submission: answer["submission"].clone(), is_read };
            }
            comes_back(&self.ada, &kind.form.0, kind.form.1, &input).await;
            without_refused(&mut input, &refused, kind.long, &harmless);
        }
        panic!("{:.300} is refused without a field", input.to_string());
    }

    fn while_it_waits(&self, submission: &Value) -> Visits<'_> {
        let (own, desk) = (at(submission, "path"), at(submission, "deskPath"));
        vec![("waiting review", &self.grace, desk), ("waiting submission", &self.ada, own)]
    }

    fn once_it_is_out(&self, submission: &Value) -> Visits<'_> {
        let (own, desk, path) = (at(submission, "path"), at(submission, "deskPath"), at(&submission["published"], "path"));
        vec![
            ("page for a stranger", &self.wren, path.clone()),
            ("page for its author", &self.ada, path.clone()),
            ("page for a moderator", &self.grace, path.clone()),
            ("form of an edit", &self.ada, format!("{path}/edit")),
            ("settled review", &self.grace, desk),
            ("settled submission", &self.ada, own),
        ]
    }

    /// Lets everything through, with what was brought as words to its author; answers what is out now.
    async fn publishes(&self, cases: Vec<Case>) -> Vec<Case> {
        let decision = |case: &Case| {
            let words: String = at(&case.submission, "title").chars().take(500).collect();
            let (id, version, revision) = (&case.submission["id"], &case.submission["version"], &case.submission["revision"]);
            json!({ "submissionId": id, "version": version, "revision": revision, "decision": "APPROVE", "message": words })
        };
        let decisions: Vec<Value> = cases.iter().map(decision).collect();
        let answer = self.grace.mutates("decideMany", json!({ "decisions": decisions })).await;
        let results = answer["results"].as_array().unwrap_or_else(|| panic!("{answer}")).clone();
        let mut out = Vec::new();
        for (case, result) in cases.into_iter().zip(results) {
            // Two names that differ in case alone are one.
            if refusals(&result) == ["DUPLICATE name"] {
                self.grace.decides("DECLINE", &case.submission, json!({ "reason": "OTHER" })).await;
                continue;
            }
            assert_eq!(refusals(&result), NOTHING, "{}", case.submission["title"]);
            out.push(Case { submission: result["submission"].clone(), ..case });
        }
        out
    }

    /// What pages look like that show harmless words; `lists` are those that show what is out.
    async fn learns(&self, kind: &Kind, lists: &[(&str, &str)]) -> Judge {
        let mut judge = Judge::default();
        let one = self.brings(kind, "Harmless words", true).await;
        let queue = self.grace.opens("/desk").await;
        let two = self.brings(kind, "More harmless words", true).await;
        judge.knows_list("queue", &queue, &self.grace.opens("/desk").await);
        for (what, person, path) in [&one, &two].iter().flat_map(|case| self.while_it_waits(&case.submission)) {
            judge.knows(what, &person.opens(&path).await.is(StatusCode::OK));
        }
        let mut out = self.publishes(vec![one]).await;
        let mut with_one = Vec::new();
        for (_, path) in lists {
            with_one.push(self.wren.opens(path).await.is(StatusCode::OK));
        }
        out.extend(self.publishes(vec![two]).await);
        for ((what, path), with_one) in lists.iter().zip(&with_one) {
            judge.knows_list(what, with_one, &self.wren.opens(path).await);
        }
        // Of this nothing is seen once it is rendered, and pages say so.
        out.extend(self.publishes(vec![self.brings(kind, "[nothing]: https://example.org", true).await]).await);
        for (what, person, path) in out.iter().flat_map(|case| self.once_it_is_out(&case.submission)) {
            judge.knows(what, &person.opens(&path).await.is(StatusCode::OK));
        }
        judge
    }

    /// Brings each text by itself, and twenty in one; reads what waits, and what is out. Every tenth has all of its pages read.
    async fn runs(&self, kind: &Kind, judge: &Judge, typed: &[String]) -> Vec<Case> {
        let alone = typed.iter().enumerate().map(|(index, text)| (text.clone(), all() || index % 10 == 3));
        let together = typed.chunks(20).map(|some| {
            let short: Vec<&str> = some.iter().map(String::as_str).filter(|text| text.len() <= 1_000).collect();
            (short.join("\n\n"), true)
        });
        let everything: Vec<(String, bool)> = alone.chain(together).collect();
        let mut published = Vec::new();
        for some in everything.chunks(40) {
            let mut cases = Vec::new();
            for (text, is_read) in some {
                cases.push(self.brings(kind, text, *is_read).await);
            }
            let queue = self.grace.opens("/desk").await;
            judge.passes("queue", cases.len(), &queue);
            let titles: Vec<String> = cases.iter().map(|case| at(&case.submission, "title")).collect();
            assert_eq!(texts(&queue, ".queue h2 a"), titles, "as they were typed");
            for (what, person, path) in cases.iter().filter(|case| case.is_read).flat_map(|case| self.while_it_waits(&case.submission)) {
                judge.passes(what, 1, &person.opens(&path).await.is(StatusCode::OK));
            }
            let out = self.publishes(cases).await;
            for case in out.iter().filter(|case| case.is_read) {
                for (what, person, path) in self.once_it_is_out(&case.submission) {
                    let page = person.opens(&path).await.is(StatusCode::OK);
                    judge.passes(what, 1, &page);
                    if let (Some(field), "form of an edit") = (kind.called, what) {
                        assert_eq!(page.value_of(field), at(&case.submission, "title"));
                    }
                    if kind.called.is_some() && what.starts_with("page") {
                        assert_eq!(texts(&page, "h1"), [at(&case.submission, "title")]);
                    }
                }
            }
            published.extend(out);
        }
        published
    }

    /// Passes every page of a list. Answers what its things are called there.
    async fn reads(&self, judge: &Judge, what: &str, path: &str, things: &str, called: &str) -> Vec<String> {
        let mut found = Vec::new();
        for page in pages_from(&self.wren, path).await {
            judge.passes(what, texts(&page, things).len(), &page);
            found.extend(texts(&page, called));
        }
        found.sort();
        found
    }
}

/// Posts a form that is refused: it comes back, and every field holds what was typed.
async fn comes_back(person: &Person, path: &str, action: &str, input: &Value) {
    // In a form each line of a list, and each word between commas, is an entry of its own: cut there, the text is another.
    let is_list_of_lines = |value: &Value| {
        value.as_array().is_some_and(|list| list.iter().any(|one| one.as_str().is_some_and(|one| one.contains(['\r', '\n', ',']))))
    };
    // And a form may be larger than a request to the door.
    if input.to_string().len() > 60_000 || input.as_object().expect("an object").values().any(is_list_of_lines) {
        return;
    }
    let typed = input.as_object().expect("an object").iter().map(|(field, value)| {
        let lines = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice).iter().filter_map(Value::as_str);
        (field.as_str(), lines.collect::<Vec<_>>().join("\n"))
    });
    let typed: Vec<(&str, String)> = typed.collect();
    let fields: Vec<(&str, &str)> = typed.iter().map(|(field, text)| (*field, text.as_str())).collect();
    let page = person.opens(path).await;
    let again = person.fills(&page, page.form_that(action), &fields).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}: {input}");
    sound(&again);
    let shown = again.form_that(action);
    for (field, text) in fields {
        let held = shown.iter().find(|(name, _)| name == field).map(|(_, held)| held.trim_start_matches('\n').to_owned());
        // A browser reads every line break as one character, and no NUL at all.
        let text = text.replace("\r\n", "\n").replace('\r', "\n").replace('\0', "\u{fffd}");
        assert_eq!(held.as_deref(), Some(text.trim_start_matches('\n')), "{field} of {path}");
    }
}

/// Takes harmless words for what was refused.
fn without_refused(input: &mut Value, refused: &[String], long: &str, harmless: &Value) {
    for refusal in refused {
        if let Some((_, field)) = refusal.split_once(' ') {
            let field = field.split('.').next().unwrap_or(field);
            input[field] = harmless[field].clone();
            continue;
        }
        // What is too large for the endpoint as a whole is refused without a field: it goes into one field, or into none.
        let alone = with(harmless.clone(), json!({ long: input[long] }));
        *input = if *input == alone { harmless.clone() } else { alone };
    }
}

fn sorted(mut texts: Vec<String>) -> Vec<String> {
    texts.sort();
    texts
}

#[tokio::test]
async fn whatever_a_resource_says_stays_text() {
    let scene = Scene::open().await;
    let kind = resources();
    let judge = scene.learns(&kind, &[("library", "/library"), ("decisions", "/decisions")]).await;
    let typed = payloads(0);
    let out = scene.runs(&kind, &judge, &typed).await;
    let titles = sorted(all_of(&scene.wren, "library", "title").await);
    assert_eq!(titles.len(), out.len() + 3);
    assert_eq!(scene.reads(&judge, "library", "/library", ".things > li", ".things h3 a").await, titles, "as they were typed");
    assert_eq!(scene.reads(&judge, "decisions", "/decisions", ".log > li", ".log h3 a").await, titles);
    for (html, title) in all_of(&scene.wren, "library", "description").await.iter().zip(all_of(&scene.wren, "library", "title").await) {
        assert_eq!(wrong_in(html), NOTHING, "{title}: {html}");
    }
    for text in typed.iter().step_by(if all() { 1 } else { 10 }) {
        let query: String = text.chars().take(200).collect();
        let page = scene.wren.opens(&format!("/library?query={}", encoded(&query))).await.is(StatusCode::OK);
        sound(&page);
        for title in texts(&page, ".things h3 a") {
            assert!(titles.contains(&title), "{query} finds {title}");
        }
    }
    for page in ["/", "/members/ada", "/submissions"] {
        sound(&scene.ada.opens(page).await.is(StatusCode::OK));
    }
    let entries = feed(&scene.wren.opens("/decisions.atom").await.is(StatusCode::OK));
    assert_eq!(entries.len(), titles.len().min(50));
    assert!(entries.iter().all(|entry| titles.iter().any(|title| entry.ends_with(title.as_str()))), "{entries:#?}");

    // What changed is shown word by word.
    let mut changed = 0;
    for (case, text) in out.iter().rev().zip(&typed).take(if all() { typed.len() } else { 5 }) {
        let edit = with((kind.fields)("Other words", scene.next()), json!({ "description": text }));
        let edit = scene.ada.mutates("editPublished", json!({ "id": case.submission["published"]["id"], "resource": edit })).await;
        if refusals(&edit).is_empty() {
            sound(&scene.grace.opens(&at(&edit["submission"], "deskPath")).await.is(StatusCode::OK));
            changed += 1;
        }
    }
    assert!(changed > 0);
    let letters = scene.forum.letters().await;
    assert_eq!(letters.len(), out.len() + 3);
    letters.iter().for_each(|letter| passes_letter(letter));
}

#[tokio::test]
async fn whatever_a_topic_says_stays_text() {
    let scene = Scene::open().await;
    let kind = topics();
    let judge = scene.learns(&kind, &[("topics", "/topics")]).await;
    let out = scene.runs(&kind, &judge, &payloads(1)).await;
    let names = sorted(all_of(&scene.wren, "topics", "name").await);
    assert_eq!(names.len(), out.len() + 3);
    assert_eq!(scene.reads(&judge, "topics", "/topics", ".topics > li", ".topics h3 a").await, names, "as they were typed");
    for html in all_of(&scene.wren, "topics", "description").await {
        assert_eq!(wrong_in(&html), NOTHING, "{html}");
    }
    // A record's form offers the topics, and its page names them.
    let ids = all_of(&scene.wren, "topics", "id").await;
    let labelled = with(resource("Labelled"), json!({ "topics": ids.iter().take(10).collect::<Vec<_>>() }));
    let labelled = scene.grace.publishes(&scene.ada.brings("submitResource", labelled).await).await;
    for page in ["/share".to_owned(), "/library".to_owned(), at(&labelled, "path"), format!("{}/edit", at(&labelled, "path"))] {
        sound(&scene.ada.opens(&page).await.is(StatusCode::OK));
    }
    for status in ["PLANNED", "DONE"] {
        let input = json!({ "topicId": ids[0], "status": status, "ledTo": [labelled["id"]] });
        assert_eq!(refusals(&scene.grace.mutates("setTopicStatus", input).await), NOTHING);
    }
    scene.forum.letters().await.iter().for_each(|letter| passes_letter(letter));
}

#[tokio::test]
async fn whatever_a_comment_says_stays_text() {
    let scene = Scene::open().await;
    let eve = scene.forum.member("eve").await;
    let named = json!({ "name": "<b onclick=alert(1)>Ada</b>", "sector": "academia" });
    assert_eq!(refusals(&scene.ada.mutates("updateProfile", named).await), NOTHING);
    let rota = scene.grace.publishes(&eve.shares("Rota").await).await;
    let kind = comments(&rota);
    let judge = scene.learns(&kind, &[("discussion", "/discuss"), ("thread", "/resources/rota")]).await;
    let out = scene.runs(&kind, &judge, &payloads(2)).await;
    let bodies = all_of(&scene.wren, "discussion", "body").await;
    assert_eq!(bodies.len(), out.len() + 3);
    for html in bodies {
        assert_eq!(wrong_in(&html), NOTHING, "{html}");
    }
    scene.reads(&judge, "discussion", "/discuss", ".topics > li", ".comment").await;
    scene.reads(&judge, "thread", "/resources/rota", ".thread > li", ".comment").await;
    // Below a comment, and in the home page's list.
    let answered = &out[out.len() - 1].submission["published"];
    let answer = scene.grace.publishes(&eve.comments(answered, "I agree.").await).await;
    for page in [at(answered, "path"), at(&answer, "path"), "/".to_owned()] {
        sound(&scene.wren.opens(&page).await.is(StatusCode::OK));
    }
    scene.forum.letters().await.iter().for_each(|letter| passes_letter(letter));
}

/// The fields to which something can be said.
#[rustfmt::skip] // A list.
const FIELDS: [&str; 18] = [
    "title", "url", "kind", "description", "authors", "publisher", "publishedOn", "keywords", "focusAreas", "strategies", "language",
    "licence", "source", "topics", "startsAt", "endsAt", "place", "closesAt",
];

/// Asks for a change of every field, each in other words, and says all of them besides. What is too long is cut after the form came back.
async fn asks(scene: &Scene, made: &Value, words: &[String]) -> Value {
    let cut = |text: &str, length: usize| -> String { text.chars().take(length).collect() };
    for length in [1_001, 1_000] {
        let message = cut(&words.join("\n\n"), 2 * length);
        let requests: Vec<(&str, String)> =
            FIELDS.iter().zip(words.iter().cycle()).map(|(field, text)| (*field, cut(text, length))).collect();
        let given: Vec<Value> = requests.iter().map(|(field, message)| json!({ "field": field, "message": message })).collect();
        let payload = scene.grace.decides("REQUEST_CHANGES", made, json!({ "requests": given, "message": message })).await;
        if refusals(&payload).is_empty() {
            return payload["submission"].clone();
        }
        let named = requests.iter().enumerate().map(|(index, (_, text))| (format!("requests.{index}.message"), json!(text)));
        let all: serde_json::Map<String, Value> =
            named.chain([("message".to_owned(), json!(message)), ("decision".to_owned(), json!("REQUEST_CHANGES"))]).collect();
        comes_back(&scene.grace, &at(made, "deskPath"), "Decide", &Value::Object(all)).await;
    }
    panic!("{made} is decided on");
}

#[tokio::test]
async fn whatever_a_moderator_says_stays_text() {
    let scene = Scene::open().await;
    let mut judge = Judge::default();
    let harmless = vec!["Harmless words".to_owned()];
    let typed = payloads(3);
    for (round, words) in std::iter::once(harmless.as_slice()).chain(typed.chunks(FIELDS.len())).enumerate() {
        let returned = asks(&scene, &scene.ada.shares(&format!("Returned {round}")).await, words).await;
        let declined = scene.ada.shares(&format!("Declined {round}")).await;
        let message: String = words[0].chars().take(2_000).collect();
        let payload = scene.grace.decides("DECLINE", &declined, json!({ "reason": "OTHER", "message": message })).await;
        assert_eq!(refusals(&payload), NOTHING, "{message}");
        for (what, person, path) in [
            ("returned submission", &scene.ada, at(&returned, "path")),
            ("returned review", &scene.grace, at(&returned, "deskPath")),
            ("declined submission", &scene.ada, at(&declined, "path")),
            ("declined review", &scene.grace, at(&declined, "deskPath")),
        ] {
            let page = person.opens(&path).await.is(StatusCode::OK);
            if round == 0 {
                judge.knows(what, &page);
            } else {
                judge.passes(what, 1, &page);
            }
        }
    }
    scene.forum.letters_to("ada").await.iter().for_each(|letter| passes_letter(letter));
}

#[tokio::test]
async fn whatever_people_say_of_themselves_stays_text() {
    let scene = Scene::open().await;
    let mut judge = Judge::default();
    let root = scene.forum.person("root-of-all", "admin").await;
    let profile = |words: &[String]| {
        let part = |index: usize| words[index % words.len()].clone();
        json!({
            "name": part(0), "organisation": part(1), "pronouns": part(2), "region": part(3), "about": words.join("\n\n"),
            "sector": "academia", "links": ["https://ada.example/"],
        })
    };
    let harmless = vec!["Harmless words".to_owned()];
    let typed = payloads(4);
    for (round, words) in std::iter::once(harmless.as_slice()).chain(typed.chunks(if all() { 1 } else { 4 })).enumerate() {
        let mut input = profile(words);
        for _ in 0..3 {
            let refused = refusals(&scene.ada.mutates("updateProfile", input.clone()).await);
            if refused.is_empty() {
                break;
            }
            comes_back(&scene.ada, "/settings", "Save", &input).await;
            without_refused(&mut input, &refused, "about", &profile(&harmless));
        }
        let query = "{ viewer { name organisation pronouns region about aboutSource } }";
        let viewer = scene.ada.asks(query, json!({})).await["data"]["viewer"].clone();
        assert_eq!(wrong_in(viewer["about"].as_str().unwrap_or_default()), NOTHING, "{viewer}");
        let name = at(&viewer, "name");
        assert!(!["://", "www.", "@"].iter().any(|mark| name.to_lowercase().contains(mark)), "{name} is an address");
        for (what, person, path) in [
            ("member for a stranger", &scene.wren, "/members/ada"),
            ("member for an administrator", &root, "/members/ada"),
            ("settings", &scene.ada, "/settings"),
        ] {
            let page = person.opens(path).await.is(StatusCode::OK);
            if round == 0 {
                judge.knows(what, &page);
                continue;
            }
            judge.passes(what, 1, &page);
            if what == "settings" {
                let form = page.form_that("Save");
                let held = |field: &str| form.iter().find(|(name, _)| name == field).map(|(_, value)| value.clone());
                for (field, value) in [("name", "name"), ("organisation", "organisation"), ("region", "region"), ("about", "aboutSource")] {
                    assert_eq!(held(field), Some(at(&viewer, value)), "{field}");
                }
            } else {
                assert_eq!(texts(&page, "h1"), std::slice::from_ref(&name));
            }
        }
        // The same names by an operator's word, for the directory.
        for (index, text) in words.iter().enumerate() {
            let (handle, role) = (format!("p{round}-{index}"), "member".parse().expect("a role"));
            let _ = scene.forum.app.add_member(&handle, text, &format!("{handle}@example.org"), role).await;
        }
    }
    let (names, mut shown) = (all_of(&scene.ada, "members", "name").await, Vec::new());
    for page in pages_from(&scene.ada, "/members").await {
        sound(&page);
        shown.extend(texts(&page, ".people h3 bdi"));
    }
    assert_eq!(shown, names, "as they were typed");
    assert!(attribute(&scene.ada.opens("/members").await, ".people h3 a", "href").is_some_and(|path| path.starts_with("/members/")));

    // Why somebody is silenced stands on their page, on their settings, and in a letter.
    let reason: String = typed.join("\n\n").chars().take(1_000).collect();
    let id = root.asks("{ member(handle: \"ada\") { id } }", json!({})).await["data"]["member"]["id"].clone();
    let silence = json!({ "memberId": id, "until": "2026-03-09T09:00:00Z", "reason": reason });
    assert_eq!(refusals(&root.mutates("silence", silence).await), NOTHING);
    sound(&root.opens("/members/ada").await.is(StatusCode::OK));
    sound(&scene.forum.signs_in("ada").await.opens("/settings").await.is(StatusCode::OK));
    scene.forum.letters_to("ada").await.iter().for_each(|letter| passes_letter(letter));
}
