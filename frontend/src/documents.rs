//! Operations, each linked with the fragments it reaches: one that it does not reach would fail validation.

use std::collections::HashMap;

use async_graphql::{
    Name, Positioned, Request, Variables,
    parser::{
        parse_query,
        types::{DocumentOperations, ExecutableDocument, FragmentDefinition, Selection, SelectionSet, Type},
    },
};

use crate::templates::Files;

/// An operation of a pair, ready to run.
#[derive(Clone)]
pub struct Operation {
    name: String,
    document: ExecutableDocument,
    /// Its variables with their declared types.
    pub variables: Vec<(String, Type)>,
}

impl Operation {
    /// A request for this operation. Its text is not parsed again; it is validated again.
    pub fn request(&self, variables: Variables) -> Request {
        let mut request = Request::new("").operation_name(&self.name).variables(variables);
        request.set_parsed_query(self.document.clone());
        request
    }
}

/// The fragments that all pairs share: those of `pages/parts/`.
pub fn fragments() -> Result<HashMap<Name, Positioned<FragmentDefinition>>, String> {
    let mut fragments = HashMap::new();
    for name in Files::under("pages/parts/").filter(|name| name.ends_with(".graphql")) {
        // A document of fragments alone does not parse.
        let text = format!("query Parts {{ __typename }}\n{}", Files::text(&name)?);
        fragments.extend(parse_query(text).map_err(|error| format!("{name}: {error}"))?.fragments);
    }
    Ok(fragments)
}

/// The operations of one file by name.
pub fn operations(file: &str, shared: &HashMap<Name, Positioned<FragmentDefinition>>) -> Result<HashMap<String, Operation>, String> {
    let document = parse_query(Files::text(file)?).map_err(|error| format!("{file}: {error}"))?;
    let DocumentOperations::Multiple(operations) = document.operations else {
        return Err(format!("{file}: name its operations"));
    };
    let known: HashMap<_, _> = shared.clone().into_iter().chain(document.fragments).collect();
    let link = |(name, operation): (Name, Positioned<_>)| {
        let operation: Positioned<async_graphql::parser::types::OperationDefinition> = operation;
        let mut reached = HashMap::new();
        reach(&operation.node.selection_set.node, &known, &mut reached).map_err(|missing| format!("{file}: no fragment `{missing}`"))?;
        let variables = operation.node.variable_definitions.iter();
        let variables = variables.map(|it| (it.node.name.node.to_string(), it.node.var_type.node.clone())).collect();
        let document =
            ExecutableDocument { operations: DocumentOperations::Multiple([(name.clone(), operation)].into()), fragments: reached };
        Ok((name.to_string(), Operation { name: name.to_string(), document, variables }))
    };
    operations.into_iter().map(link).collect()
}

type Fragments = HashMap<Name, Positioned<FragmentDefinition>>;

fn reach(selections: &SelectionSet, known: &Fragments, reached: &mut Fragments) -> Result<(), String> {
    for selection in &selections.items {
        match &selection.node {
            Selection::Field(field) => reach(&field.node.selection_set.node, known, reached)?,
            Selection::InlineFragment(fragment) => reach(&fragment.node.selection_set.node, known, reached)?,
            Selection::FragmentSpread(spread) => {
                let name = &spread.node.fragment_name.node;
                let fragment = known.get(name).ok_or_else(|| name.to_string())?;
                if reached.insert(name.clone(), fragment.clone()).is_none() {
                    reach(&fragment.node.selection_set.node, known, reached)?;
                }
            }
        }
    }
    Ok(())
}
