//! Prompts as a policy is given them.

use crate::model::Model;
use crate::text::prompt_ids;
use tilt_protocol::dataset::ParsedPrompts;
use tilt_protocol::{Content, Error, Result, Role};

/// A prompt to be answered.
#[derive(Clone, Debug, PartialEq)]
pub struct Prompt {
    pub ids: Vec<u32>,
    /// What whoever reads the answers is told of it.
    pub text: String,
}

/// The prompts of a file that leave room for an answer, and what is wrong with the others, an
/// [`Error::BadRow`] each.
///
/// # Errors
/// [`Error::NoTokenizer`] for text without a tokenizer.
pub fn prompts_of(parsed: ParsedPrompts, model: &Model) -> Result<(Vec<Prompt>, Vec<Error>)> {
    let (mut prompts, mut errors) = (Vec::new(), parsed.errors);
    for (content, line) in parsed.prompts.into_iter().zip(parsed.lines) {
        let bad = |found: String, expected: String| Error::BadRow {
            line,
            field: "prompt".to_owned(),
            found,
            expected,
        };
        let ids = match prompt_ids(&content, model.text.as_ref(), model.config.vocab_size) {
            Err(error @ (Error::NoTokenizer { .. } | Error::MalformedFile { .. })) => {
                return Err(error);
            }
            ids => ids.map_err(|error| bad(error.to_string(), "a prompt".to_owned())),
        };
        let context = model.config.n_positions;
        match ids {
            Ok(ids) if ids.is_empty() => {
                errors.push(bad("no token".to_owned(), "one at least".to_owned()));
            }
            Ok(ids) if ids.len() >= context => {
                let expected = format!("below {context}, so that the context has room for more");
                errors.push(bad(format!("{} tokens", ids.len()), expected));
            }
            Ok(ids) => prompts.push(Prompt {
                text: shown(&content, model),
                ids,
            }),
            Err(error) => errors.push(error),
        }
    }
    errors.sort_by_key(Error::line);
    Ok((prompts, errors))
}

fn shown(content: &Content, model: &Model) -> String {
    match (content, &model.text) {
        (Content::Ids(ids), Some(text)) => text.decode(ids),
        _ => content.shown(Role::User).unwrap_or_default(),
    }
}
