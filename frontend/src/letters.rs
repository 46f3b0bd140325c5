//! Letters: pairs like pages, asked as their reader and rendered to text. The first line is the subject.

use minijinja::{Value, context, value::Serde};
use poem::http::Extensions;
use serde_json::Value as Json;

use crate::Pages;

/// A letter, ready to send.
pub struct Rendered {
    /// One line.
    pub subject: String,
    /// Plain text.
    pub body: String,
}

impl Pages {
    /// Renders the letter `name` in the language of that tag. `extensions` say as whom its query is asked, `variables` what about;
    /// `said` are words that are nowhere to be asked for;
    /// `base` is where links begin, `link` a secret address that only this letter carries, `stop` where its reader stops letters like it.
    /// Answers none when something that it is about is not there any more.
    ///
    /// # Errors
    /// What does not read or render, for the log.
    pub async fn letter(
        &self,
        name: &str,
        language: &str,
        extensions: &Extensions,
        variables: Json,
        base: &str,
        link: Option<&str>,
        stop: Option<&str>,
        said: Json,
    ) -> Result<Option<Rendered>, String> {
        let operation = self.letters.get(name).ok_or_else(|| format!("there is no letter `{name}`"))?;
        let answer = (self.run)(extensions, operation.request(async_graphql::Variables::from_json(variables))).await;
        if let Some(error) = answer.errors.first() {
            return Err(format!("{name}: {}", error.message));
        }
        if matches!(&answer.data, async_graphql::Value::Object(data) if data.values().any(|value| *value == async_graphql::Value::Null)) {
            return Ok(None);
        }
        let template = self.templates.get_template(&format!("letters/{name}.txt")).map_err(|error| format!("{error:#}"))?;
        let context =
            context! { locale => language, base, link, stop, said => Value::from(Serde(&said)), ..Value::from(Serde(&answer.data)) };
        let text = template.render(context).map_err(|error| format!("{error:#}"))?;
        let (subject, body) = text.trim_start().split_once('\n').ok_or(format!("{name}: a letter has a subject and a body"))?;
        Ok(Some(Rendered { subject: subject.trim().to_owned(), body: format!("{}\n", body.trim()) }))
    }
}
