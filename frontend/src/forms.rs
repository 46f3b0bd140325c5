//! Form fields to variables, by declared type, so that a page needs no code of its own.

use std::collections::{BTreeSet, HashMap};

use async_graphql::{
    Name, Request, Value, Variables,
    parser::types::{BaseType, Type},
};
use poem::http::Extensions;
use serde::Deserialize;

use crate::{Problem, Run, documents::Operation};

/// Names and values as they came: from the path, the query string or a form.
#[derive(Clone, Debug, Default)]
pub struct Fields(pub Vec<(String, String)>);

impl Fields {
    /// Reads a query string or an `application/x-www-form-urlencoded` body. What does not read is no field.
    pub fn parse(text: &[u8]) -> Fields {
        Fields(serde_urlencoded::from_bytes(text).unwrap_or_default())
    }

    /// The last value of a name; browsers send a checkbox after its hidden "no".
    ///
    /// What is said once for every row of a list is named with a star: `decisions.*.reason` fills `decisions.3.reason`.
    pub fn get(&self, name: &str) -> Option<&str> {
        let last = |wanted: &str| self.0.iter().rev().find(|(key, _)| key == wanted).map(|(_, value)| value.as_str());
        let for_all = || {
            let steps: Vec<&str> = name.split('.').map(|step| if step.parse::<usize>().is_ok() { "*" } else { step }).collect();
            last(&steps.join("."))
        };
        last(name).or_else(for_all)
    }

    /// Whether a row of a list counts: where a form has boxes to choose rows (`decisions.choose`), the chosen ones (`decisions.3.chosen`).
    fn counts(&self, list: &str, index: usize) -> bool {
        self.get(&format!("{list}.choose")).is_none() || self.get(&format!("{list}.{index}.chosen")).is_some()
    }

    /// All values of a name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> + 'a {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    fn any_within(&self, name: &str) -> bool {
        self.0.iter().any(|(key, _)| key == name || key.strip_prefix(name).is_some_and(|rest| rest.starts_with('.')))
    }
}

/// The input types of the schema, as it describes them itself.
#[derive(Default)]
pub struct Types {
    objects: HashMap<String, Vec<(String, Type)>>,
    enums: HashMap<String, Vec<String>>,
}

const ASK: &str = "query Types { __schema { types { kind name inputFields { name type { ...T } } enumValues { name } } } }
    fragment T on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Described {
    kind: String,
    name: Option<String>,
    input_fields: Option<Vec<Field>>,
    enum_values: Option<Vec<Named>>,
}

#[derive(Deserialize)]
struct Field {
    name: String,
    r#type: Reference,
}

#[derive(Deserialize)]
struct Named {
    name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Reference {
    kind: String,
    name: Option<String>,
    of_type: Option<Box<Reference>>,
}

impl Reference {
    fn spelled(&self) -> String {
        let inner = || self.of_type.as_ref().map(|inner| inner.spelled()).unwrap_or_default();
        match self.kind.as_str() {
            "NON_NULL" => format!("{}!", inner()),
            "LIST" => format!("[{}]", inner()),
            _ => self.name.clone().unwrap_or_default(),
        }
    }
}

impl Types {
    /// Asks the schema for its input types.
    pub async fn ask(run: &Run) -> Result<Types, String> {
        let answer = run(&Extensions::new(), Request::new(ASK)).await;
        if let Some(error) = answer.errors.first() {
            return Err(format!("the schema does not describe itself: {}", error.message));
        }
        let mut data = answer.data.into_json().map_err(|error| error.to_string())?;
        let described: Vec<Described> = serde_json::from_value(data["__schema"]["types"].take()).map_err(|error| error.to_string())?;
        let mut types = Types::default();
        for one in described {
            let name = one.name.unwrap_or_default();
            match one.kind.as_str() {
                "INPUT_OBJECT" => {
                    let fields = one.input_fields.into_iter().flatten();
                    let fields = fields.filter_map(|field| Some((field.name, Type::new(&field.r#type.spelled())?))).collect();
                    types.objects.insert(name, fields);
                }
                "ENUM" => {
                    types.enums.insert(name, one.enum_values.into_iter().flatten().map(|value| value.name).collect());
                }
                _ => {}
            }
        }
        Ok(types)
    }

    /// The variables of an operation from fields. What does not read as its declared type is a problem beside its field,
    /// found here since the schema would answer it with an error for developers.
    pub fn variables(&self, operation: &Operation, fields: &Fields) -> (Variables, Vec<Problem>) {
        let mut variables = Variables::default();
        let mut problems = Vec::new();
        for (name, declared) in &operation.variables {
            if let Some(value) = self.value(name, declared, fields, &mut problems) {
                variables.insert(Name::new(name), value);
            }
        }
        (variables, problems)
    }

    fn value(&self, name: &str, declared: &Type, fields: &Fields, problems: &mut Vec<Problem>) -> Option<Value> {
        match &declared.base {
            BaseType::List(item) => self.list(name, item, declared.nullable, fields, problems),
            BaseType::Named(kind) => match self.objects.get(kind.as_str()) {
                Some(members) if fields.any_within(name) || !declared.nullable => {
                    let member = |(member, declared): &(String, Type)| {
                        Some((Name::new(member), self.value(&format!("{name}.{member}"), declared, fields, problems)?))
                    };
                    Some(Value::Object(members.iter().filter_map(member).collect()))
                }
                Some(_) => None,
                None => self.scalar(name, kind, declared.nullable, fields.get(name), problems),
            },
        }
    }

    fn list(&self, name: &str, item: &Type, nullable: bool, fields: &Fields, problems: &mut Vec<Problem>) -> Option<Value> {
        let is_object = matches!(&item.base, BaseType::Named(kind) if self.objects.contains_key(kind.as_str()));
        let mut values = Vec::new();
        if is_object {
            // Indexes may have gaps, as when a row was taken out of a form; the order counts.
            let index = |key: &str| key.strip_prefix(name)?.strip_prefix('.')?.split('.').next()?.parse::<usize>().ok();
            let indexes: BTreeSet<usize> = fields.0.iter().filter_map(|(key, _)| index(key)).collect();
            values.extend(
                indexes
                    .iter()
                    .filter(|index| fields.counts(name, **index))
                    .filter_map(|index| self.value(&format!("{name}.{index}"), item, fields, problems)),
            );
        } else {
            // One a line, from a text area, or one a box, from checkboxes.
            let lines = fields.all(name).flat_map(str::lines).map(str::trim).filter(|line| !line.is_empty());
            let BaseType::Named(kind) = &item.base else {
                return None;
            };
            values.extend(lines.filter_map(|line| self.scalar(name, kind, false, Some(line), problems)));
        }
        (!values.is_empty() || !nullable).then_some(Value::List(values))
    }

    fn scalar(&self, name: &str, kind: &str, nullable: bool, typed: Option<&str>, problems: &mut Vec<Problem>) -> Option<Value> {
        let mut problem = |code| {
            problems.push(Problem::new(code, name));
            None
        };
        let trimmed = typed.map(str::trim).unwrap_or("");
        match kind {
            "Boolean" => match typed {
                None if nullable => None,
                typed => Some(Value::Boolean(!matches!(typed.unwrap_or(""), "" | "false" | "off"))),
            },
            _ if trimmed.is_empty() && nullable => None,
            "Int" => match trimmed.parse::<i32>() {
                Ok(number) => Some(Value::Number(number.into())),
                Err(_) if trimmed.is_empty() => problem("REQUIRED"),
                Err(_) => problem("INVALID"),
            },
            "DateTime" => match time(trimmed) {
                Some(time) => Some(Value::String(time)),
                None => problem(if trimmed.is_empty() { "REQUIRED" } else { "INVALID" }),
            },
            _ => match self.enums.get(kind) {
                Some(_) if trimmed.is_empty() => problem("REQUIRED"),
                Some(words) => match words.iter().find(|word| word.eq_ignore_ascii_case(trimmed)) {
                    Some(word) => Some(Value::String(word.clone())),
                    None => problem("INVALID"),
                },
                // An empty text where one is required: the rule says so beside its field.
                None => Some(Value::String(typed.unwrap_or("").to_owned())),
            },
        }
    }

    /// Sample variables for a dry run: everything filled in, or null wherever that is allowed.
    pub fn samples(&self, operation: &Operation, full: bool) -> Variables {
        let mut variables = Variables::default();
        for (name, declared) in &operation.variables {
            variables.insert(Name::new(name), self.sample(declared, full, 3));
        }
        variables
    }

    fn sample(&self, declared: &Type, full: bool, depth: usize) -> Value {
        if declared.nullable && (!full || depth == 0) {
            return Value::Null;
        }
        match &declared.base {
            BaseType::List(item) => Value::List(vec![self.sample(item, full, depth.saturating_sub(1))]),
            BaseType::Named(kind) => match (kind.as_str(), self.objects.get(kind.as_str()), self.enums.get(kind.as_str())) {
                ("Int", ..) => Value::Number(1.into()),
                ("Boolean", ..) => Value::Boolean(true),
                ("DateTime", ..) => Value::String("2026-03-02T09:00:00Z".into()),
                (_, Some(members), _) => {
                    let member =
                        |(name, declared): &(String, Type)| (Name::new(name), self.sample(declared, full, depth.saturating_sub(1)));
                    Value::Object(members.iter().map(member).collect())
                }
                (_, _, Some(words)) => Value::String(words.first().cloned().unwrap_or_default()),
                _ => Value::String("sample".into()),
            },
        }
    }
}

/// A time as a browser's own control or a person gives it, as the schema takes it. Without an offset it is UTC.
fn time(typed: &str) -> Option<String> {
    if chrono::DateTime::parse_from_rfc3339(typed).is_ok() {
        return Some(typed.to_owned());
    }
    let formats = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"];
    let moment = formats.iter().find_map(|format| chrono::NaiveDateTime::parse_from_str(typed, format).ok());
    let moment = moment.or_else(|| chrono::NaiveDate::parse_from_str(typed, "%Y-%m-%d").ok()?.and_hms_opt(0, 0, 0));
    Some(moment?.and_utc().to_rfc3339_opts(chrono::SecondsFormat::Secs, true))
}
