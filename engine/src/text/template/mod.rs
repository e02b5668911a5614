//! Chat templates: Jinja, as `transformers` sets it up and as its templates are given data.
//!
//! The reference is `apply_chat_template` of transformers 5 with
//! `ImmutableSandboxedEnvironment`: blocks trimmed, break and continue, `tojson` without
//! HTML, `raise_exception`, `strftime_now`, `{% generation %}` (which marks text and changes
//! none), Python's methods.

mod clock;
mod json;
mod kept;
mod messages;
mod ordered;
mod python;
mod source;

use messages::messages;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Value;
use minijinja::{Environment, ErrorKind, escape_formatter};
use std::collections::BTreeMap;
use tilt_protocol::dataset::TemplateData;
use tilt_protocol::{Content, Error, Result, Turn};

/// Where a template lies, for messages.
const FILES: &str = "chat_template (of tokenizer_config.json or chat_template.jinja)";
/// The template that a row with tools goes through, where there is one of this name.
const TOOL_USE: &str = "tool_use";
pub const DEFAULT: &str = "default";

/// What one rendering may take, as minijinja counts it: instructions, and for each 64 bytes
/// that come about one more. A long conversation takes some ten thousand.
const FUEL: u64 = 4_000_000;

/// What the caller of `apply_chat_template` decides, and no row does.
const ARGUMENTS: [&str; 15] = [
    "add_generation_prompt",
    "chat_template",
    "continue_final_message",
    "conversation",
    "max_length",
    "messages",
    "padding",
    "processor_kwargs",
    "return_assistant_tokens_mask",
    "return_dict",
    "return_tensors",
    "sanitize_control_tokens",
    "tokenize",
    "tokenizer_kwargs",
    "truncation",
];

/// The chat templates of a model.
#[derive(Debug)]
pub struct ChatTemplate {
    environment: Environment<'static>,
    /// Templates that do not parse, by name, with what is wrong with them: they stand in
    /// nobody's way who does not need them.
    broken: BTreeMap<String, String>,
    /// Variables of every rendering: the special tokens.
    variables: BTreeMap<String, Value>,
}

impl ChatTemplate {
    /// `sources` by their names; `special_tokens` are the variables `bos_token` and so on.
    pub fn new(
        sources: BTreeMap<String, String>,
        special_tokens: &BTreeMap<String, String>,
    ) -> Result<ChatTemplate> {
        let mut environment = environment()?;
        let mut broken = BTreeMap::new();
        for (name, text) in sources {
            if let Err(error) =
                environment.add_template_owned(name.clone(), source::for_minijinja(&text))
            {
                broken.insert(name, reason(&error));
            }
        }
        let variables = special_tokens.iter();
        let variables = variables.map(|(name, text)| (name.clone(), Value::from(text.as_str())));
        Ok(ChatTemplate {
            environment,
            broken,
            variables: variables.collect(),
        })
    }

    /// The conversation as one text; with `generation_prompt` the opening of the
    /// assistant's next turn is added, with `continued` that text to the last turn's.
    ///
    /// # Errors
    /// [`Error::MalformedFile`] for a template that does not parse, or asks for what there
    /// is not; [`Error::ChatTemplate`] for a conversation that it refuses, its own
    /// `raise_exception` included; [`Error::InvalidConfig`] for variables of a row that are
    /// none.
    pub fn render(
        &self,
        turns: &[&Turn],
        data: &TemplateData,
        generation_prompt: bool,
        continued: &str,
    ) -> Result<String> {
        let tools = read(TemplateData::TOOLS, data.tools.as_deref())?;
        let tools = Some(tools).filter(Value::is_true);
        let mut variables = self.variables.clone();
        for name in [TemplateData::TOOLS, "documents"] {
            variables.insert(name.to_owned(), Value::from(()));
        }
        if let Some(tools) = &tools {
            variables.insert(TemplateData::TOOLS.to_owned(), tools.clone());
        }
        let kwargs = read(TemplateData::KWARGS, data.chat_template_kwargs.as_deref())?;
        for name in kwargs.try_iter().map_err(failed)? {
            let value = kwargs.get_item(&name).map_err(failed)?;
            if ARGUMENTS.contains(&name.as_str().unwrap_or_default()) {
                let expected = "variables of the template, no arguments of apply_chat_template";
                return Err(Error::invalid(TemplateData::KWARGS, name, expected));
            }
            variables.insert(name.to_string(), value);
        }
        variables.insert("messages".to_owned(), messages(turns, continued)?);
        variables.insert(
            "add_generation_prompt".to_owned(),
            Value::from(generation_prompt),
        );
        let has_tool_use = self.has(TOOL_USE);
        let name = if tools.is_some() && has_tool_use {
            TOOL_USE
        } else {
            DEFAULT
        };
        if let Some(reason) = self.broken.get(name) {
            return Err(Error::malformed(FILES, reason));
        }
        let template = self.environment.get_template(name).map_err(|_| {
            let reason = "several templates, and none of them is called default";
            Error::malformed(FILES, reason)
        })?;
        template.render(variables).map_err(failed)
    }

    fn has(&self, name: &str) -> bool {
        self.broken.contains_key(name) || self.environment.get_template(name).is_ok()
    }
}

/// Jinja as transformers sets it up.
fn environment() -> Result<Environment<'static>> {
    let mut environment = Environment::new();
    let syntax = SyntaxConfig::builder()
        .trim_blocks(true)
        .lstrip_blocks(true)
        .build();
    environment.set_syntax(syntax.map_err(failed)?);
    environment.set_formatter(|out, state, value| match python::float(value) {
        Some(text) => escape_formatter(out, state, &Value::from(text)),
        None => escape_formatter(out, state, value),
    });
    environment.set_fuel(Some(FUEL));
    environment.set_unknown_method_callback(python::method);
    environment.add_filter("tojson", json::to_json);
    environment.add_filter(source::PERCENT, python::percent);
    environment.add_function("raise_exception", |message: String| -> Result<String, _> {
        Err(minijinja::Error::new(ErrorKind::InvalidOperation, message))
    });
    environment.add_function(source::OBJECT, |pairs: Value| ordered::of_pairs(&pairs));
    environment.add_function(source::KEPT, kept::kept);
    environment.add_function(source::SOME, python::some);
    environment.add_function("strftime_now", clock::strftime_now);
    Ok(environment)
}

/// A column's JSON as the template sees it; an empty object where there is none.
fn read(name: &str, json: Option<&str>) -> Result<Value> {
    ordered::from_json(json.unwrap_or("{}")).map_err(|error| Error::invalid(name, error, "JSON"))
}

/// A template that asks for something that does not exist is broken for every row alike.
fn failed(error: minijinja::Error) -> Error {
    let reason = reason(&error);
    match error.kind() {
        ErrorKind::SyntaxError
        | ErrorKind::UnknownFilter
        | ErrorKind::UnknownFunction
        | ErrorKind::UnknownMethod
        | ErrorKind::UnknownTest
        | ErrorKind::TemplateNotFound => Error::malformed(FILES, reason),
        _ => Error::ChatTemplate { reason },
    }
}

/// What minijinja says, with the line of the template.
fn reason(error: &minijinja::Error) -> String {
    if error.kind() == ErrorKind::OutOfFuel {
        return format!("it has come to no end after {FUEL} steps");
    }
    let detail = error.detail().map(|detail| format!(": {detail}"));
    let place = error.line().map(|line| format!(" (its line {line})"));
    format!(
        "{}{}{}",
        error.kind(),
        detail.unwrap_or_default(),
        place.unwrap_or_default()
    )
}

/// The turns of a content; `None` for plain text and ids.
pub fn turns(content: &Content) -> Option<&[Turn]> {
    match content {
        Content::Turns(turns) => Some(turns),
        Content::Plain(_) | Content::Ids(_) => None,
    }
}

#[cfg(test)]
mod tests;
