//! What can be asked: the pages of the table of contents, and the questions of the schema, each with all that it can lead to.

use std::collections::VecDeque;

use apollo_compiler::{
    Schema,
    ast::{FieldDefinition, InputValueDefinition},
    schema::ExtendedType,
};

use super::*;

/// How many of a list, of a list inside it, and of one inside that.
const PAGES: [usize; 3] = [12, 3, 1];
/// What a document costs and holds at most, below what the door takes, and how deep its fields nest.
const COST: usize = 4_500;
const TOKENS: usize = 900;
const DEPTH: usize = 12;
/// Arguments that name one thing, and those that narrow, sort and page a list.
const NAMES: [&str; 6] = ["id", "slug", "number", "handle", "token", "of"];
const NARROWS: [&str; 10] = ["query", "markdown", "filter", "sort", "state", "status", "first", "after", "last", "before"];
/// Variables of a page that are no part of its path, besides those of an enum and `query`: none of them takes a word of something hidden.
const PLAIN: [&str; 12] = ["after", "before", "first", "last", "from", "to", "month", "kind", "topic", "focus", "strategy", "sector"];
/// Refusals that tell no more than that one has to be somebody else.
const DENIED: [&str; 3] = ["UNAUTHENTICATED", "FORBIDDEN", "NOT_FOUND"];

/// A request.
#[derive(Clone, Debug)]
pub(super) enum What {
    Page(String),
    Question(String, Value),
}

impl What {
    pub(super) async fn by(&self, person: &Person) -> Page {
        match self {
            What::Page(path) => person.sends(Method::GET, path, &[], "").await,
            What::Question(query, variables) => {
                let body = json!({ "query": query, "variables": variables }).to_string();
                person.sends(Method::POST, "/graphql", &[("origin", ORIGIN), ("content-type", "application/json")], body).await
            }
        }
    }
}

/// A request to a place of the table.
#[derive(Clone)]
pub(super) struct Ask {
    pub place: String,
    pub what: What,
    /// What of the answer only repeats what was asked.
    pub echo: Vec<String>,
    /// Who finds something.
    pub finds: Known,
    /// The same about what never was, and its echo: who finds nothing gets the same answer.
    pub never: Option<(What, Vec<String>)>,
    /// Who asks.
    pub roles: &'static [&'static str],
    /// Codes that may answer it.
    pub refusals: Vec<&'static str>,
}

impl Ask {
    fn new(place: &str, what: What) -> Ask {
        let (place, refusals) = (place.to_owned(), DENIED.to_vec());
        Ask { place, what, echo: Vec::new(), finds: Known::Everyone, never: None, roles: &ROLES, refusals }
    }

    fn question(place: &str, query: String, variables: Value) -> Ask {
        Ask::new(place, What::Question(query, variables))
    }
}

/// An address as answers repeat it.
pub(super) fn echo_of(path: &str) -> Vec<String> {
    vec![url::form_urlencoded::byte_serialize(path.as_bytes()).collect(), path.to_owned()]
}

/// Every address that is read, and the pair of what is a page; questions go by rows of their own.
pub(super) fn addresses() -> Vec<(String, Option<String>)> {
    let contents = read("frontend/src/routes.rs");
    let route = |rest: &str| {
        let mut quoted = rest.split('"');
        Some((quoted.next()?.to_owned(), Some(quoted.nth(1)?.to_owned())))
    };
    let mut found: Vec<_> = contents.split("page(\"").skip(1).filter_map(route).collect();
    for rest in read("server/src/app.rs").split(".at(").skip(1) {
        let Some((path, rest)) = rest.trim_start().strip_prefix('"').and_then(|rest| rest.split_once('"')) else { continue };
        if path != "/graphql" && !rest.trim_start_matches([',', ' ', '\n']).starts_with("poem::post(") {
            found.push((path.to_owned(), None));
        }
    }
    found
}

/// The variables of a page, with the names of their types.
fn variables(pair: &str) -> Vec<(String, String)> {
    let operations = read(&format!("frontend/pages/{pair}.graphql"));
    let head = operations.split_once("query Page(").and_then(|(_, rest)| rest.split_once(") {")).map_or("", |(head, _)| head);
    let one = |part: &str| {
        let (name, rest) = part.split_once(':')?;
        let of = rest.split([',', '=']).next()?.trim().trim_matches(['[', ']', '!']);
        Some((name.to_owned(), of.to_owned()))
    };
    head.split('$').skip(1).filter_map(one).collect()
}

impl World {
    /// Every page about everything.
    pub(super) fn pages(&self) -> Vec<Ask> {
        let mut asks = Vec::new();
        for (path, pair) in addresses() {
            let place = format!("GET {path}");
            match path.split('/').find(|part| part.starts_with(':')) {
                Some(part) => asks.extend(self.pages_about(&place, &path, part)),
                None => asks.push(Ask::new(&place, What::Page(path.clone()))),
            }
            for (name, of) in pair.map_or_else(Vec::new, |pair| variables(&pair)) {
                if path.contains(&format!(":{name}")) {
                    continue;
                }
                let at = |value: &str| What::Page(format!("{path}?{name}={value}"));
                match self.questions.words(&of) {
                    // The most and the least that can be seen.
                    Some(words) => {
                        let roles = &["visitor", "moderator"];
                        asks.extend(words.iter().map(|word| Ask { roles, ..Ask::new(&place, at(word)) }));
                    }
                    None if name == "query" => asks.extend(self.words.iter().map(|(word, known)| Ask {
                        echo: vec![word.clone()],
                        finds: if *known == Known::Everyone { Known::Everyone } else { Known::Nobody },
                        never: Some((at("nevershown"), vec!["nevershown".to_owned()])),
                        roles: &["visitor"],
                        ..Ask::new(&place, at(word))
                    })),
                    None => assert!(PLAIN.contains(&name.as_str()), "say in visibility/asking.rs how {path}?{name}= is tried"),
                }
            }
        }
        asks
    }

    /// A page about one thing, about every thing that its address could mean.
    fn pages_about(&self, place: &str, path: &str, part: &str) -> Vec<Ask> {
        let kind = path.split('/').nth(1).unwrap_or("").trim_end_matches('s');
        let mut values: Vec<(String, Known)> = Vec::new();
        let nothing = match (kind, part) {
            ("resource" | "topic" | "comment", ":slug" | ":number") => {
                let finds = |thing: &Thing| if thing.is_gone() { Known::Everyone } else { thing.in_the_library };
                values.extend(self.things.iter().filter(|thing| thing.kind == kind).map(|thing| (thing.name(), finds(thing))));
                if part == ":slug" { "never-was" } else { "999999" }
            }
            ("submission" | "desk", ":number") => {
                let number = |case: &Value| case["number"].to_string();
                values.extend(self.things.iter().map(|thing| (number(&thing.case), thing.on_the_desk)));
                // What the member asked is about something of the author's, and says so.
                let theirs = self.cases.iter().filter(|case| case["title"] != "Who else?");
                values.extend(theirs.map(|case| (number(case), Known::Everyone)));
                "999999"
            }
            (_, ":handle") => {
                values.extend(["ada", "stan"].map(|handle| (handle.to_owned(), Known::Everyone)));
                "nobody-here"
            }
            (_, ":token") => {
                values.push(("never".to_owned(), Known::Everyone));
                "nothing"
            }
            _ => panic!("say in visibility/asking.rs what {part} of {path} stands for"),
        };
        let never = path.replace(part, nothing);
        let about = |(value, finds): (String, Known)| {
            let path = path.replace(part, &value);
            let never = Some((What::Page(never.clone()), echo_of(&never)));
            Ask { echo: echo_of(&path), finds, never, ..Ask::new(place, What::Page(path)) }
        };
        values.into_iter().map(about).collect()
    }

    /// Every question about everything, and what it leads to in full for who finds something.
    pub(super) fn questions(&self, role: &str) -> Vec<Ask> {
        let mut asks = Vec::new();
        for field in self.questions.fields("Query") {
            let place = format!("query {}", field.name);
            let (head, call) = call(field);
            let light = format!("{head} {{ {call} {{ __typename }} }}");
            let documents = self.questions.documents(field);
            if names(field).is_empty() {
                asks.extend(documents.into_iter().map(|document| Ask::question(&place, document, json!({}))));
                asks.extend(self.narrowed(&place, field));
                continue;
            }
            for lookup in self.lookups(&field.name) {
                let Lookup { variables, never, finds, is_full, echo } = lookup;
                let never = Some((What::Question(light.clone(), never), Vec::new()));
                asks.push(Ask { echo: echo.clone(), finds, never, ..Ask::question(&place, light.clone(), variables.clone()) });
                for document in documents.iter().filter(|_| is_full && finds.reaches(role)) {
                    asks.push(Ask { echo: echo.clone(), ..Ask::question(&place, document.clone(), variables.clone()) });
                }
            }
        }
        // What changed between two texts, one of which may never have been approved.
        for (from, to) in [(0, 1), (1, 2)] {
            let changes = format!("changes(from: {from}, to: {to}) {{ field before after html }}");
            let query = format!("query Ask($id: ID!) {{ submission(id: $id) {{ {changes} }} }}");
            let has_both = |case: &&Value| case["revision"].as_i64() >= Some(to);
            let cases = self.things.iter().map(|thing| &thing.case).chain(&self.cases).filter(has_both);
            asks.extend(cases.map(|case| Ask::question("query submission", query.clone(), json!({ "id": case["id"] }))));
        }
        asks
    }

    /// A list with each choice that narrows or sorts it.
    fn narrowed(&self, place: &str, field: &FieldDefinition) -> Vec<Ask> {
        let mut choices = Vec::new();
        for argument in &field.arguments {
            let (name, of) = (&argument.name, argument.ty.inner_named_type());
            choices.extend(self.questions.words(of).into_iter().flatten().map(|word| format!("{name}: {word}")));
            for member in self.questions.members(of) {
                let words = self.questions.words(member.ty.inner_named_type()).into_iter().flatten();
                choices.extend(words.map(|word| format!("{name}: {{ {}: {word} }}", member.name)));
            }
        }
        let shown = self.questions.shallow(field.ty.inner_named_type());
        let ask = |choice: String| {
            let query = format!("{{ {}({choice}, first: {}) {{ {shown}}} }}", field.name, PAGES[0]);
            Ask::question(place, query, json!({}))
        };
        choices.into_iter().map(ask).collect()
    }

    /// Lists from places that nobody was shown: `cursors` point into what is hidden.
    pub(super) fn tampered(&self, cursors: &[String]) -> Vec<Ask> {
        let mut asks = Vec::new();
        for field in self.questions.fields("Query") {
            let shown = self.questions.shallow(field.ty.inner_named_type());
            for (size, place) in [("first", "after"), ("last", "before")] {
                if !field.arguments.iter().any(|argument| argument.name.as_str() == place) {
                    continue;
                }
                let query = format!("query Ask($at: String) {{ {}({size}: 12, {place}: $at) {{ {shown}}} }}", field.name);
                let refusals = [&DENIED[..], &["BAD_REQUEST"]].concat();
                asks.extend(cursors.iter().map(|cursor| Ask {
                    roles: &["visitor", "member"],
                    refusals: refusals.clone(),
                    ..Ask::question(&format!("query {}", field.name), query.clone(), json!({ "at": cursor }))
                }));
            }
        }
        asks
    }

    /// Every way to ask a field for one thing.
    fn lookups(&self, field: &str) -> Vec<Lookup> {
        let look = |variables, never, finds, is_full| Lookup { variables, never, finds, is_full, echo: Vec::new() };
        let numbered = |thing: &Thing, finds| look(json!({ "number": thing.case["number"] }), json!({ "number": 999_999 }), finds, false);
        let by_id = |(id, finds, is_full): (&Value, Known, bool)| look(json!({ "id": id }), json!({ "id": never(id) }), finds, is_full);
        let of_kind = || self.things.iter().filter(move |thing| thing.kind == field);
        match field {
            "node" => {
                let records = self.things.iter().filter(|thing| !thing.record.is_null());
                let records = records.map(|thing| (&thing.record["id"], thing.in_the_library, thing.state == "published"));
                let cases = self.things.iter().map(|thing| (&thing.case["id"], thing.on_the_desk, thing.state == "published"));
                let others = self.ids.iter().map(|(id, finds, is_full)| (id, *finds, *is_full));
                records.chain(cases).chain(others).map(by_id).collect()
            }
            "submission" => {
                let ids = self.things.iter().map(|thing| (&thing.case["id"], thing.on_the_desk, true));
                ids.map(by_id).chain(self.things.iter().map(|thing| numbered(thing, thing.on_the_desk))).collect()
            }
            "resource" | "topic" => {
                let slugs = of_kind().map(|thing| (json!({ "slug": thing.name() }), thing.in_the_library));
                slugs.map(|(slug, finds)| look(slug, json!({ "slug": "never-was" }), finds, true)).collect()
            }
            "comment" => {
                let numbers = of_kind().map(|thing| numbered(thing, thing.in_the_library));
                numbers.map(|lookup| Lookup { is_full: true, ..lookup }).collect()
            }
            "gone" => {
                let stone = |thing: &Thing| {
                    let of = thing.kind.to_uppercase();
                    let (variables, never) = match thing.kind {
                        "comment" => (json!({ "of": of, "number": thing.case["number"] }), json!({ "of": of, "number": 999_999 })),
                        _ => (json!({ "of": of, "slug": thing.name() }), json!({ "of": of, "slug": "never-was" })),
                    };
                    let finds = if thing.is_gone() { Known::Everyone } else { Known::Nobody };
                    Lookup { echo: vec![thing.path()], ..look(variables, never, finds, true) }
                };
                self.things.iter().map(stone).collect()
            }
            "member" => {
                let handle = |handle: &str| look(json!({ "handle": handle }), json!({ "handle": "nobody-here" }), Known::Everyone, true);
                ["ada", "stan"].map(handle).into()
            }
            // Only a letter holds one that is good, and its reader may know.
            "emailChange" | "signInLink" => vec![look(json!({ "token": "never" }), json!({ "token": "nothing" }), Known::Nobody, false)],
            other => panic!("say in visibility/asking.rs about what `{other}` is asked, and who finds it"),
        }
    }
}

/// A field asked for one thing.
struct Lookup {
    variables: Value,
    never: Value,
    finds: Known,
    /// Whether what is found is looked at in full.
    is_full: bool,
    echo: Vec<String>,
}

/// The arguments of a field that name one thing.
fn names(field: &FieldDefinition) -> Vec<&InputValueDefinition> {
    for argument in &field.arguments {
        let name = argument.name.as_str();
        assert!(NAMES.contains(&name) || NARROWS.contains(&name), "say in visibility/asking.rs how `{}({name}:)` is tried", field.name);
    }
    field.arguments.iter().map(AsRef::as_ref).filter(|argument: &&InputValueDefinition| NAMES.contains(&argument.name.as_str())).collect()
}

/// The head of a document that asks a field, and the field with what it takes: variables, or the size of a page.
fn call(field: &FieldDefinition) -> (String, String) {
    let names = names(field);
    if names.is_empty() {
        return ("query Ask".to_owned(), step(field, &[]));
    }
    let declared: Vec<_> = names.iter().map(|argument| format!("${}: {}", argument.name, argument.ty)).collect();
    let given: Vec<_> = names.iter().map(|argument| format!("{0}: ${0}", argument.name)).collect();
    (format!("query Ask({})", declared.join(", ")), format!("{}({})", field.name, given.join(", ")))
}

/// A way from a field of the root to something that is shown: fields with their arguments, and types that fragments are for.
type Way = Vec<String>;

fn longer(way: &[String], step: String) -> Way {
    [way, &[step]].concat()
}

/// A field as a document asks it, behind a way.
fn step(field: &FieldDefinition, way: &[String]) -> String {
    if let Some(needed) = field.arguments.iter().find(|argument| argument.is_required()) {
        if needed.name.as_str() == "markdown" {
            return format!("{}(markdown: \"words\")", field.name);
        }
        panic!("say in visibility/asking.rs with what `{}({}:)` is asked", field.name, needed.name);
    }
    match field.arguments.iter().any(|argument| argument.name.as_str() == "first") {
        true => {
            let above = way.iter().filter(|step| size(step) > 0).count();
            format!("{}(first: {})", field.name, PAGES[above.min(PAGES.len() - 1)])
        }
        false => field.name.to_string(),
    }
}

/// How many things a step asks for; none when it asks for no page.
fn size(step: &str) -> usize {
    step.split_once("(first: ").and_then(|(_, rest)| rest.trim_end_matches(')').parse().ok()).unwrap_or(0)
}

/// The schema as it is answered.
pub(super) struct Questions(Schema);

impl Questions {
    pub(super) fn read() -> Questions {
        Questions(Schema::parse(server::commands::sdl(), "schema.graphql").expect("a schema"))
    }

    /// The fields of a type; none of what is no object.
    pub(super) fn fields(&self, of: &str) -> Vec<&FieldDefinition> {
        self.0.get_object(of).into_iter().flat_map(|object| object.fields.values()).map(AsRef::as_ref).collect()
    }

    /// The members of an input.
    pub(super) fn members(&self, of: &str) -> Vec<&InputValueDefinition> {
        self.0.get_input_object(of).into_iter().flat_map(|input| input.fields.values()).map(AsRef::as_ref).collect()
    }

    /// The words of an enum.
    pub(super) fn words(&self, of: &str) -> Option<Vec<String>> {
        self.0.get_enum(of).map(|words| words.values.keys().map(|word| word.to_string()).collect())
    }

    /// The objects that something of a type can be, with the fragments that ask which.
    pub(super) fn possible(&self, of: &str) -> Vec<(Option<String>, String)> {
        let fragment = |name: &str| (Some(format!("... on {name}")), name.to_owned());
        match self.0.types.get(of) {
            Some(ExtendedType::Interface(_)) => {
                let objects = self.0.types.iter().filter(|(_, it)| match it {
                    ExtendedType::Object(object) => object.implements_interfaces.iter().any(|interface| interface.as_str() == of),
                    _ => false,
                });
                objects.map(|(name, _)| fragment(name.as_str())).collect()
            }
            Some(ExtendedType::Union(union)) => union.members.iter().map(|member| fragment(member.as_str())).collect(),
            _ => vec![(None, of.to_owned())],
        }
    }

    fn is_leaf(&self, of: &str) -> bool {
        !matches!(self.0.types.get(of), Some(ExtendedType::Object(_) | ExtendedType::Interface(_) | ExtendedType::Union(_)))
    }

    /// Documents that together ask a field for every field of everything that it leads to, each light enough for the door.
    pub(super) fn documents(&self, field: &FieldDefinition) -> Vec<String> {
        let (head, call) = call(field);
        let mut documents = Vec::new();
        let (mut tree, mut tokens, mut cost) = (Tree::default(), 0, 0);
        for way in self.ways(field, call) {
            let depth = way.iter().filter(|step| !step.starts_with("...")).count();
            assert!(depth <= DEPTH, "say in visibility/asking.rs how else {way:?} is asked: it is deeper than the door takes");
            let (mut more, mut dearer) = tree.adds(&way);
            if tokens + more > TOKENS || cost + dearer > COST {
                documents.push(format!("{head} {{ {}}}", std::mem::take(&mut tree).written()));
                (tokens, cost) = (0, 0);
                (more, dearer) = tree.adds(&way);
            }
            tokens += more;
            cost += dearer;
            tree.grow(&way);
        }
        documents.push(format!("{head} {{ {}}}", tree.written()));
        documents
    }

    /// Every way that begins with a field. Each type is followed in full where it is met first; wherever else a field leads to it, it shows
    /// what it shows by itself.
    fn ways(&self, field: &FieldDefinition, call: String) -> Vec<Way> {
        let (mut met, mut next, mut ways) = (BTreeSet::new(), VecDeque::new(), Vec::new());
        let mut lead = |to: &str, way: Way, next: &mut VecDeque<(String, Way)>, ways: &mut Vec<Way>| {
            for (fragment, of) in self.possible(to) {
                let way = fragment.map_or_else(|| way.clone(), |fragment| longer(&way, fragment));
                match met.insert(of.clone()) {
                    true => next.push_back((of, way)),
                    false => ways.extend(self.alone(&of, &way)),
                }
            }
        };
        if self.is_leaf(field.ty.inner_named_type()) {
            return vec![vec![call]];
        }
        lead(field.ty.inner_named_type(), vec![call], &mut next, &mut ways);
        while let Some((of, way)) = next.pop_front() {
            for field in self.fields(&of) {
                let (way, to) = (longer(&way, step(field, &way)), field.ty.inner_named_type());
                match self.is_leaf(to) {
                    true => ways.push(way),
                    false => lead(to, way, &mut next, &mut ways),
                }
            }
        }
        ways
    }

    /// The ways to what a type shows by itself; to what a list shows, also through its entries.
    fn alone(&self, of: &str, way: &[String]) -> Vec<Way> {
        let mut ways = Vec::new();
        for field in self.fields(of) {
            let (way, to) = (longer(way, step(field, way)), field.ty.inner_named_type());
            if self.is_leaf(to) {
                ways.push(way);
            } else if of.ends_with("Connection") {
                ways.extend(self.alone(to, &way));
            }
        }
        if ways.is_empty() {
            ways.push(longer(way, "__typename".to_owned()));
        }
        ways
    }

    /// A selection of what a type shows by itself.
    fn shallow(&self, of: &str) -> String {
        let mut tree = Tree::default();
        self.alone(of, &[]).iter().for_each(|way| tree.grow(way));
        tree.written()
    }
}

/// A selection, by its steps.
#[derive(Default)]
struct Tree(BTreeMap<String, Tree>);

impl Tree {
    /// Tokens and cost of what a way adds.
    fn adds(&self, way: &[String]) -> (usize, usize) {
        let (mut at, mut times, mut tokens, mut cost) = (Some(self), 1, 0, 0);
        for step in way {
            at = at.and_then(|tree| tree.0.get(step));
            if at.is_none() {
                let words = step.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).count();
                // With the brackets of what stands inside.
                tokens += words + step.chars().filter(char::is_ascii_punctuation).count() + 2;
                cost += times;
            }
            times *= size(step).max(1);
        }
        (tokens.saturating_sub(2), cost)
    }

    fn grow(&mut self, way: &[String]) {
        if let Some((step, rest)) = way.split_first() {
            self.0.entry(step.clone()).or_default().grow(rest);
        }
    }

    fn written(&self) -> String {
        let one = |(step, inside): (&String, &Tree)| match inside.0.is_empty() {
            true => format!("{step} "),
            false => format!("{step} {{ {}}} ", inside.written()),
        };
        self.0.iter().map(one).collect()
    }
}
