//! What a document costs, found out before any of it is executed.
//!
//! First the text is weighed, since the parser would overflow its stack on a few thousand brackets; then the parsed document is measured, each
//! fragment once, since fragments that double would cost more to count than to refuse. Source of the limits: SECURITY, sections 2.1 and 4.

use std::collections::{HashMap, HashSet};

use async_graphql::{
    Name, Positioned, Value,
    parser::{
        parse_schema,
        types::{
            BaseType, DocumentOperations, ExecutableDocument, Field, OperationDefinition, OperationType, Selection, SelectionSet, Type,
            TypeKind, TypeSystemDefinition,
        },
    },
};
use serde_json::{Map, Value as Json};

/// A value as it stands in a document.
type Literal = async_graphql_value::Value;

/// Bytes of a document.
const DOCUMENT: usize = 16 * 1024;
/// Brackets inside brackets, and selections inside selections, fragments included.
const NESTING: usize = 40;
const TOKENS: usize = 1_000;
/// Fields inside fields.
const DEPTH: u64 = 12;
/// Fields with all fragments spelled out, and the same with each connection multiplied by the size of its page.
const SELECTIONS: u64 = 2_000;
const SPELLED_OUT: &str = "With its fragments spelled out, a document selects at most 2,000 fields.";
const COMPLEXITY: u64 = 5_000;
/// Lists inside lists of what the schema says of itself: each multiplies by all types, or all their fields. Tools ask for three.
const LISTS: u64 = 3;
/// In a whole document.
const ALIASES: usize = 15;
const FRAGMENTS: usize = 32;
/// Of one field.
const ARGUMENTS: usize = 16;
const DIRECTIVES: usize = 50;
const MANY: [(&str, u64); 8] = [
    ("types", 150),
    ("directives", 8),
    ("fields", 8),
    ("args", 8),
    ("inputFields", 8),
    ("enumValues", 8),
    ("interfaces", 8),
    ("possibleTypes", 8),
];
/// Of the schema: what tools ask for at first is some 350,000.
const SCHEMA: u64 = 600_000;
/// Of a query, and of anything else.
const ROOTS: usize = 10;
const ROOT: usize = 1;
/// Things on a page of a connection when nobody says, and at most.
const PAGE: i64 = 20;
const LONGEST_PAGE: i64 = 100;

/// Why a document is refused.
#[derive(Debug, PartialEq)]
pub enum No {
    /// One of the limits, in words.
    TooComplex(&'static str),
    /// It can mean nothing.
    BadRequest(&'static str),
}

/// Weighs a text for the parser: its length, its brackets and its tokens, in one scan that skips strings and comments.
pub fn weigh(text: &str) -> Result<(), No> {
    if text.len() > DOCUMENT {
        return Err(No::TooComplex("A document is at most 16 KiB long."));
    }
    let bytes = text.as_bytes();
    let (mut index, mut depth, mut tokens) = (0, 0usize, 0usize);
    let mut in_word = false;
    while index < bytes.len() {
        let byte = bytes[index];
        let is_word = byte.is_ascii_alphanumeric() || byte == b'_';
        if is_word && !in_word || byte.is_ascii_punctuation() && !is_word && byte != b',' && byte != b'#' {
            tokens += 1;
        }
        in_word = is_word;
        match byte {
            b'{' | b'[' | b'(' => depth += 1,
            b'}' | b']' | b')' => depth = depth.saturating_sub(1),
            b'.' => index += bytes[index..].iter().take(3).take_while(|byte| **byte == b'.').count() - 1,
            b'#' => index += bytes[index..].iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(bytes.len() - index),
            b'"' => {
                let quote: &[u8] = if bytes[index..].starts_with(b"\"\"\"") { b"\"\"\"" } else { b"\"" };
                index += quote.len();
                // A plain string ends with its line: what follows an open one is weighed again.
                let is_block = quote.len() == 3;
                while index < bytes.len() && !bytes[index..].starts_with(quote) && (is_block || !matches!(bytes[index], b'\n' | b'\r')) {
                    index += match bytes[index] {
                        b'\\' if !is_block => 2,
                        b'\\' if bytes[index..].starts_with(b"\\\"\"\"") => 4,
                        _ => 1,
                    };
                }
                // The parser would read its quotes as empty strings, and what follows as anything.
                if is_block && index >= bytes.len() {
                    return Err(No::BadRequest("A block string does not end."));
                }
                index += quote.len() - 1;
            }
            _ => {}
        }
        index += 1;
        if depth > NESTING {
            return Err(No::TooComplex("Brackets nest at most 40 deep."));
        }
        if tokens > TOKENS {
            return Err(No::TooComplex("A document has at most 1,000 tokens."));
        }
    }
    Ok(())
}

/// Where each field of each type leads, and whether it answers a page: what measuring needs to know of the schema.
pub struct Measure {
    /// Every type that there is.
    names: HashSet<String>,
    types: HashMap<String, HashMap<String, (String, bool)>>,
}

#[derive(Clone, Copy, Default)]
struct Cost {
    selections: u64,
    complexity: u64,
    depth: u64,
    lists: u64,
    /// What is asked of the schema itself, each list multiplied by what it may hold.
    schema: u64,
    /// Fields of this very selection, as often as they stand in it.
    roots: u64,
}

/// One operation being measured.
struct Reading<'a> {
    measure: &'a Measure,
    document: &'a ExecutableDocument,
    operation: &'a OperationDefinition,
    variables: &'a Map<String, Json>,
    /// What each fragment costs; none while it is being read, so that a fragment inside itself is found.
    fragments: HashMap<&'a str, Option<Cost>>,
}

impl Measure {
    /// Reads a schema in its definition language.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn of(sdl: &str) -> Result<Measure, String> {
        let mut types: HashMap<String, HashMap<String, (String, bool)>> = HashMap::new();
        let mut names: HashSet<String> = ["Boolean", "Float", "ID", "Int", "String"].map(String::from).into();
        for definition in parse_schema(sdl).map_err(|error| error.to_string())?.definitions {
            let TypeSystemDefinition::Type(definition) = definition else { continue };
            let name = definition.node.name.node.to_string();
            names.insert(name.clone());
            let fields = match definition.node.kind {
                TypeKind::Object(object) => object.fields,
                TypeKind::Interface(interface) => interface.fields,
                _ => continue,
            };
            let steps = fields.into_iter().map(|field| {
                let is_page = field.node.arguments.iter().any(|argument| matches!(argument.node.name.node.as_str(), "first" | "last"));
                (field.node.name.node.to_string(), (named(&field.node.ty.node).to_owned(), is_page))
            });
            types.entry(name).or_default().extend(steps);
        }
        Ok(Measure { names, types })
    }

    /// Measures every operation of a document, run or not: all of them are validated.
    ///
    /// # Errors
    /// The first limit that it exceeds.
    pub fn check(&self, document: &ExecutableDocument, variables: &Map<String, Json>) -> Result<(), No> {
        let mut written = Written::default();
        for (_, operation) in document.operations.iter() {
            written.directives += operation.node.directives.len();
            written.directives += operation.node.variable_definitions.iter().map(|it| it.node.directives.len()).sum::<usize>();
            written.count(&operation.node.selection_set.node);
        }
        for fragment in document.fragments.values() {
            written.directives += fragment.node.directives.len();
            written.count(&fragment.node.selection_set.node);
        }
        if written.arguments > ARGUMENTS {
            return Err(No::TooComplex("A field has at most 16 arguments."));
        }
        if document.fragments.len() > FRAGMENTS {
            return Err(No::TooComplex("A document has at most 32 fragments."));
        }
        if written.aliases > ALIASES {
            return Err(No::TooComplex("A document has at most 15 aliases."));
        }
        if written.directives > DIRECTIVES {
            return Err(No::TooComplex("A document has at most 50 directives."));
        }
        let mut selections = 0u64;
        for (_, operation) in document.operations.iter() {
            let definitions = &operation.node.variable_definitions;
            if !definitions.iter().all(|definition| self.names.contains(named(&definition.node.var_type.node))) {
                return Err(No::BadRequest("A variable is of a type that there is not."));
            }
            // All of them are walked, whichever is run.
            selections = selections.saturating_add(self.check_one(document, &operation.node, variables)?);
            if selections > SELECTIONS {
                return Err(No::TooComplex(SPELLED_OUT));
            }
        }
        Ok(())
    }

    /// Measures one operation. Answers its selections, fragments spelled out.
    fn check_one(&self, document: &ExecutableDocument, operation: &OperationDefinition, variables: &Map<String, Json>) -> Result<u64, No> {
        let mut reading = Reading { measure: self, document, operation, variables, fragments: HashMap::new() };
        let (root, most) = match operation.ty {
            OperationType::Query => ("Query", ROOTS),
            OperationType::Mutation => ("Mutation", ROOT),
            OperationType::Subscription => ("Subscription", ROOT),
        };
        let cost = reading.read(&operation.selection_set.node, root, 1)?;
        let mut roots = Vec::new();
        collect(&operation.selection_set.node, document, &mut HashSet::new(), &mut roots, |field| field.node.response_key().node.as_str());
        // The library does what stands twice twice.
        let count = match most {
            ROOT => cost.roots,
            _ => roots.iter().filter(|(key, _)| *key != "__typename").count() as u64,
        };
        if count > most as u64 {
            return Err(No::TooComplex(if most == ROOT {
                "Ask for one thing to be done at a time."
            } else {
                "A query has at most 10 root fields."
            }));
        }
        if cost.selections > SELECTIONS {
            return Err(No::TooComplex(SPELLED_OUT));
        }
        if cost.depth > DEPTH {
            return Err(No::TooComplex("Fields nest at most 12 deep."));
        }
        if cost.lists > LISTS || cost.schema > SCHEMA {
            return Err(No::TooComplex("Of the schema, lists are asked for at most three deep."));
        }
        if cost.complexity > COMPLEXITY {
            return Err(No::TooComplex(
                "This asks for too much at once: a connection costs what is asked of it times the size of its page, 5,000 in all.",
            ));
        }
        Ok(cost.selections)
    }
}

impl<'a> Reading<'a> {
    fn read(&mut self, selections: &'a SelectionSet, on: &str, level: usize) -> Result<Cost, No> {
        if level > NESTING {
            return Err(No::TooComplex("Selections nest at most 40 deep, fragments included."));
        }
        let mut sum = Cost::default();
        for selection in &selections.items {
            let cost = match &selection.node {
                Selection::Field(field) => self.field(&field.node, on, level)?,
                Selection::InlineFragment(fragment) => {
                    let on = fragment.node.type_condition.as_ref().map_or(on, |condition| condition.node.on.node.as_str());
                    self.read(&fragment.node.selection_set.node, on, level + 1)?
                }
                Selection::FragmentSpread(spread) => self.fragment(&spread.node.fragment_name.node, level)?,
            };
            // Each is a step for whoever walks the document, a field or not.
            sum.selections = sum.selections.saturating_add(cost.selections).saturating_add(1);
            sum.complexity = sum.complexity.saturating_add(cost.complexity);
            sum.depth = sum.depth.max(cost.depth);
            sum.lists = sum.lists.max(cost.lists);
            sum.schema = sum.schema.saturating_add(cost.schema);
            sum.roots = sum.roots.saturating_add(cost.roots);
        }
        Ok(sum)
    }

    fn field(&mut self, field: &'a Field, on: &str, level: usize) -> Result<Cost, No> {
        let name = field.name.node.as_str();
        let measure = self.measure;
        // What the schema says of itself costs no statement, and every tool asks for it 15 levels deep.
        let is_free = on.starts_with("__") || name.starts_with("__");
        let (to, is_page) = match measure.types.get(on).and_then(|fields| fields.get(name)) {
            Some((to, is_page)) => (to.as_str(), *is_page),
            None if is_free => ("__", false),
            // There is no such field: validation will say so.
            None => ("", false),
        };
        let inside = self.read(&field.selection_set.node, to, level + 1)?;
        let times = if is_page { self.page(field) } else { 1 };
        let many = MANY.iter().find(|(known, _)| *known == name && on.starts_with("__")).map_or(1, |(_, many)| *many);
        Ok(Cost {
            selections: inside.selections,
            complexity: if is_free { 0 } else { inside.complexity.saturating_mul(times).saturating_add(1) },
            depth: if is_free { 0 } else { inside.depth + 1 },
            lists: inside.lists + u64::from(many > 1),
            schema: if is_free { inside.schema.saturating_mul(many).saturating_add(1) } else { inside.schema },
            roots: u64::from(name != "__typename"),
        })
    }

    fn fragment(&mut self, name: &'a Name, level: usize) -> Result<Cost, No> {
        match self.fragments.get(name.as_str()) {
            Some(Some(cost)) => return Ok(*cost),
            Some(None) => return Err(No::BadRequest("A fragment is spread inside itself.")),
            None => {}
        }
        let Some(fragment) = self.document.fragments.get(name) else { return Ok(Cost::default()) };
        self.fragments.insert(name, None);
        let cost = self.read(&fragment.node.selection_set.node, &fragment.node.type_condition.node.on.node, level + 1)?;
        self.fragments.insert(name, Some(cost));
        Ok(cost)
    }

    /// How many things a page of this connection may hold.
    fn page(&self, field: &Field) -> u64 {
        let sizes = field.arguments.iter().filter(|(name, _)| matches!(name.node.as_str(), "first" | "last"));
        let size = sizes.filter_map(|(_, value)| self.number(&value.node)).max();
        size.unwrap_or(PAGE).clamp(1, LONGEST_PAGE) as u64
    }

    /// A size as it is given: a number, or a variable, which stands for its default when nothing else is said.
    fn number(&self, value: &Literal) -> Option<i64> {
        match value {
            Literal::Number(number) => number.as_i64(),
            Literal::Variable(name) => match self.variables.get(name.as_str()) {
                Some(given) => given.as_i64(),
                None => {
                    let known = self.operation.variable_definitions.iter().find(|known| known.node.name.node == *name)?;
                    if let Value::Number(number) = &known.node.default_value.as_ref()?.node { number.as_i64() } else { None }
                }
            },
            _ => None,
        }
    }
}

/// What is counted as it is written.
#[derive(Default)]
struct Written {
    aliases: usize,
    directives: usize,
    /// Of the field that has most.
    arguments: usize,
}

impl Written {
    fn count(&mut self, selections: &SelectionSet) {
        for selection in &selections.items {
            self.directives += selection.node.directives().len();
            match &selection.node {
                Selection::Field(field) => {
                    self.aliases += usize::from(field.node.alias.is_some());
                    self.arguments = self.arguments.max(field.node.arguments.len());
                    self.count(&field.node.selection_set.node);
                }
                Selection::InlineFragment(fragment) => self.count(&fragment.node.selection_set.node),
                Selection::FragmentSpread(_) => {}
            }
        }
    }
}

fn named(of: &Type) -> &str {
    match &of.base {
        BaseType::Named(name) => name.as_str(),
        BaseType::List(inner) => named(inner),
    }
}

/// Puts what stands twice in a selection together, as the specification has it answered: the library would resolve it twice.
pub fn merge(document: &mut ExecutableDocument) {
    let operations: Vec<&mut SelectionSet> = match &mut document.operations {
        DocumentOperations::Single(operation) => vec![&mut operation.node.selection_set.node],
        DocumentOperations::Multiple(operations) => {
            operations.values_mut().map(|operation| &mut operation.node.selection_set.node).collect()
        }
    };
    operations.into_iter().for_each(merge_set);
    document.fragments.values_mut().for_each(|fragment| merge_set(&mut fragment.node.selection_set.node));
}

fn merge_set(selections: &mut SelectionSet) {
    let mut merged: Vec<Positioned<Selection>> = Vec::new();
    // By what it is called, so that looking for a twin is no walk over all.
    let mut known: HashMap<String, Vec<usize>> = HashMap::new();
    for mut selection in std::mem::take(&mut selections.items) {
        let key = match &selection.node {
            Selection::Field(field) => field.node.response_key().node.to_string(),
            Selection::FragmentSpread(spread) => format!("...{}", spread.node.fragment_name.node),
            Selection::InlineFragment(fragment) => {
                format!("... on {}", fragment.node.type_condition.as_ref().map_or("", |condition| condition.node.on.node.as_str()))
            }
        };
        let twin = known.get(&key).into_iter().flatten().copied().find(|index| is_twin(&merged[*index].node, &selection.node));
        let Some(twin) = twin else {
            known.entry(key).or_default().push(merged.len());
            merged.push(selection);
            continue;
        };
        if let (Some(one), Some(other)) = (inside(&mut merged[twin].node), inside(&mut selection.node)) {
            one.items.append(&mut other.items);
        }
    }
    merged.iter_mut().filter_map(|selection| inside(&mut selection.node)).for_each(merge_set);
    selections.items = merged;
}

fn inside(selection: &mut Selection) -> Option<&mut SelectionSet> {
    match selection {
        Selection::Field(field) => Some(&mut field.node.selection_set.node),
        Selection::InlineFragment(fragment) => Some(&mut fragment.node.selection_set.node),
        Selection::FragmentSpread(_) => None,
    }
}

/// Whether two selections under one key ask for one thing.
fn is_twin(one: &Selection, other: &Selection) -> bool {
    let same = match (one, other) {
        (Selection::Field(one), Selection::Field(other)) => {
            let value = |arguments: &[(Positioned<Name>, Positioned<Literal>)], name: &Name| {
                arguments.iter().find(|(known, _)| known.node == *name).map(|(_, value)| value.node.clone())
            };
            one.node.name.node == other.node.name.node
                && one.node.arguments.len() == other.node.arguments.len()
                && one.node.arguments.iter().all(|(name, given)| value(&other.node.arguments, &name.node).as_ref() == Some(&given.node))
        }
        _ => true,
    };
    same && one.directives().is_empty() && other.directives().is_empty()
}

/// The names that a selection answers (its keys, or its fields), each with what is asked inside it, in the order of their first mention.
/// Each fragment counts once, so that fragments that double cost no more than they are long.
pub fn collect<'a>(
    selections: &'a SelectionSet,
    document: &'a ExecutableDocument,
    seen: &mut HashSet<&'a str>,
    order: &mut Vec<(&'a str, Vec<&'a SelectionSet>)>,
    name: fn(&'a Positioned<Field>) -> &'a str,
) {
    for selection in &selections.items {
        match &selection.node {
            Selection::Field(field) => {
                let (key, within) = (name(field), &field.node.selection_set.node);
                match order.iter_mut().find(|(known, _)| *known == key) {
                    Some((_, all)) => all.push(within),
                    None => order.push((key, vec![within])),
                }
            }
            Selection::InlineFragment(fragment) => collect(&fragment.node.selection_set.node, document, seen, order, name),
            Selection::FragmentSpread(spread) => {
                let fragment = &spread.node.fragment_name.node;
                if seen.insert(fragment.as_str())
                    && let Some(fragment) = document.fragments.get(fragment)
                {
                    collect(&fragment.node.selection_set.node, document, seen, order, name);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;

    use super::*;

    const SDL: &str = "type Query { a: Query things(first: Int): [Query!]! name: String }";

    fn check(text: &str) -> Result<(), No> {
        weigh(text)?;
        Measure::of(SDL).unwrap().check(&parse_query(text).unwrap(), &Map::new())
    }

    fn doubling(levels: usize) -> String {
        let steps = (0..levels).map(|n| format!("fragment F{n} on Query {{ ...F{0} ...F{0} }}", n + 1)).collect::<String>();
        format!("{{ ...F0 }} {steps} fragment F{levels} on Query {{ name }}")
    }

    #[test]
    fn nested_brackets_never_reach_the_parser() {
        assert_eq!(weigh("{ library(first: 3) { nodes { title } } } # {{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{"), Ok(()));
        assert_eq!(weigh(&format!("{{ a(b: \"{}\") }}", "[".repeat(2000))), Ok(()));
        assert_eq!(weigh(&format!("{{ a(b: \"\"\"{}\n\"\"\") }}", "[".repeat(2000))), Ok(()));
        for bad in [format!("{{ a(b: {}", "[".repeat(2000)), "{a".repeat(41), format!("\"\n{}", "[".repeat(41)), "a ".repeat(1001)] {
            assert!(weigh(&bad).is_err(), "{bad}");
        }
        assert!(weigh(&"{n".repeat(100_000)).is_err());
        for blind in ["{a(b:[\"\"\"\"", "{a(b:\"\"\"\\\"\"\"\"\"\"\"x\""] {
            assert!(weigh(&format!("{blind}{}", "[".repeat(2000))).is_err(), "{blind}");
        }
    }

    #[test]
    fn what_stands_twice_is_asked_once() {
        let merged = |text: &str| {
            let mut document = parse_query(text).unwrap();
            merge(&mut document);
            let (_, operation) = document.operations.iter().next().unwrap();
            operation.node.selection_set.node.items.len()
        };
        assert_eq!(merged("{ name name a { name } a { name } ... { name } ... { a { name } } }"), 3);
        assert_eq!(merged("{ things(first: 1) { name } things(first: 2) { name } }"), 2);
        assert_eq!(merged("{ name name @skip(if: true) }"), 2);
        let twice = "mutation { a { name } ...M } fragment M on Mutation { a { name } }";
        assert_eq!(check(twice), Err(No::TooComplex("Ask for one thing to be done at a time.")));
    }

    #[test]
    fn fragments_that_double_are_refused_before_they_cost() {
        assert_eq!(check(&doubling(5)), Ok(()));
        // Fragments that nobody defined cost the library as much.
        let open =
            format!("{{ ...F0 }} {}", (0..31).map(|n| format!("fragment F{n} on Query {{ ...F{0} ...F{0} }}", n + 1)).collect::<String>());
        assert!(matches!(check(&open), Err(No::TooComplex(_))));
        for levels in [11, 24, 30] {
            assert_eq!(check(&doubling(levels)), Err(No::TooComplex(SPELLED_OUT)));
        }
        assert!(matches!(check(&doubling(60)), Err(No::TooComplex(_))));
        for cycle in ["{ ...F } fragment F on Query { ...F }", "{ ...F } fragment F on Query { a { ...G } } fragment G on Query { ...F }"] {
            assert_eq!(check(cycle), Err(No::BadRequest("A fragment is spread inside itself.")));
        }
    }

    #[test]
    fn a_page_costs_what_it_holds() {
        let cost = |inner: &str| format!("query Q($n: Int = 100, $m: Int) {{ things(first: $n) {{ things(first: {inner}) {{ name }} }} }}");
        assert_eq!(check(&cost("40")), Ok(()));
        assert_eq!(check(&cost("$m")), Ok(()));
        for inner in ["50", "$n", "100000000"] {
            assert!(matches!(check(&cost(inner)), Err(No::TooComplex(_))), "{inner}");
        }
    }
}
