//! Words, from Fluent files: English now, further languages beside it.

use fluent_bundle::{FluentArgs, FluentResource, concurrent::FluentBundle};

use crate::templates::Files;

/// The words of one language.
pub struct Words(FluentBundle<FluentResource>);

impl Words {
    /// Reads `words/{language}.ftl`.
    pub fn read(language: &str) -> Result<Words, String> {
        let text = Files::text(&format!("words/{language}.ftl"))?;
        let resource = FluentResource::try_new(text).map_err(|(_, errors)| format!("words/{language}.ftl: {errors:?}"))?;
        let identifier = language.parse().map_err(|_| format!("`{language}` is no language"))?;
        let mut bundle = FluentBundle::new_concurrent(vec![identifier]);
        // What people typed stands in elements of its own with dir="auto"; marks around it would be copied along.
        bundle.set_use_isolating(false);
        bundle.add_resource(resource).map_err(|errors| format!("words/{language}.ftl: {errors:?}"))?;
        Ok(Words(bundle))
    }

    /// The message of that key, if there is one, with its arguments filled in.
    pub fn get(&self, key: &str, arguments: &FluentArgs) -> Option<Result<String, String>> {
        let pattern = self.0.get_message(key)?.value()?;
        let mut errors = Vec::new();
        let text = self.0.format_pattern(pattern, Some(arguments), &mut errors).into_owned();
        Some(if errors.is_empty() { Ok(text) } else { Err(format!("`{key}`: {errors:?}")) })
    }
}
