//! `tokenizer.json` and `tokenizer_config.json` of a model folder.

use crate::gpt_config::GptConfig;
use crate::text::template::{ChatTemplate, turns};
use serde_json::Value;
use tilt_protocol::{Content, Error, Result, Turn};
use tokenizers::Tokenizer;

/// A tokenizer with what it takes to render rows as text.
pub struct Text {
    tokenizer: Tokenizer,
    template: Option<ChatTemplate>,
    /// The text of the end-of-text token, appended to plain completions.
    pub eos_token: Option<String>,
    /// The files as they came, for writing the model out again.
    pub tokenizer_json: String,
    pub tokenizer_config: Option<String>,
}

impl Text {
    /// # Errors
    /// [`Error::MalformedFile`] naming the file; [`Error::TokenOutOfRange`] for a
    /// tokenizer larger than the model's vocabulary.
    pub fn from_json(
        tokenizer_json: &str,
        tokenizer_config: Option<&str>,
        config: &GptConfig,
    ) -> Result<Text> {
        let mut tokenizer: Tokenizer = tokenizer_json.parse().map_err(|error| {
            Error::malformed("tokenizer.json", format!("not a tokenizer: {error}"))
        })?;
        // As transformers: padding and truncation are the caller's, whatever was saved.
        tokenizer.with_padding(None);
        tokenizer
            .with_truncation(None)
            .map_err(|error| Error::malformed("tokenizer.json", error))?;
        let largest = tokenizer
            .get_vocab(true)
            .values()
            .max()
            .copied()
            .unwrap_or(0);
        if largest as usize >= config.vocab_size {
            return Err(Error::TokenOutOfRange {
                id: largest,
                vocab: config.vocab_size,
            });
        }
        let fields: Value = match tokenizer_config {
            None => Value::Null,
            Some(text) => serde_json::from_str(text).map_err(|error| {
                Error::malformed("tokenizer_config.json", format!("not valid JSON: {error}"))
            })?,
        };
        let special = |name: &str| special_token(&fields, name);
        let eos_token = special("eos_token")
            .or_else(|| config.eos_token_id.and_then(|id| tokenizer.id_to_token(id)));
        let template = fields
            .get("chat_template")
            .and_then(Value::as_str)
            .map(|source| ChatTemplate::new(source, special("bos_token"), eos_token.clone()))
            .transpose()?;
        Ok(Text {
            tokenizer,
            template,
            eos_token,
            tokenizer_json: tokenizer_json.to_owned(),
            tokenizer_config: tokenizer_config.map(str::to_owned),
        })
    }

    /// Token ids of a text; `with_special` adds the tokenizer's own (BOS).
    ///
    /// # Errors
    /// [`Error::MalformedFile`] when the tokenizer itself fails.
    pub fn encode(&self, text: &str, with_special: bool) -> Result<Vec<u32>> {
        self.tokenizer
            .encode(text, with_special)
            .map(|encoding| encoding.get_ids().to_vec())
            .map_err(|error| Error::malformed("tokenizer.json", error))
    }

    /// The text of an answer: special tokens left out.
    pub fn decode(&self, ids: &[u32]) -> String {
        self.tokenizer.decode(ids, true).unwrap_or_default()
    }

    /// Each id's own text, special tokens shown.
    pub fn token_text(&self, id: u32) -> String {
        match self.tokenizer.decode(&[id], false) {
            Ok(text) if !text.is_empty() => text,
            _ => self
                .tokenizer
                .id_to_token(id)
                .unwrap_or_else(|| format!("<{id}>")),
        }
    }

    pub fn has_chat_template(&self) -> bool {
        self.template.is_some()
    }

    /// The text that a prompt stands for, with the opening of the answer.
    ///
    /// # Errors
    /// [`Error::ChatTemplate`].
    pub fn prompt_text(&self, prompt: &Content) -> Result<String> {
        match turns(prompt) {
            Some(turns) => self.render(&turns.iter().collect::<Vec<_>>(), true),
            None => Ok(prompt.last_text().unwrap_or_default().to_owned()),
        }
    }

    /// The text of prompt and completion together, its end-of-text token included:
    /// plain completions get it appended, a chat template ends the turn itself.
    ///
    /// # Errors
    /// [`Error::ChatTemplate`].
    pub fn full_text(&self, prompt: &Content, completion: &Content) -> Result<String> {
        match (turns(prompt), turns(completion)) {
            (Some(prompt), Some(completion)) => {
                self.render(&prompt.iter().chain(completion).collect::<Vec<_>>(), false)
            }
            _ => {
                let mut text = self.prompt_text(prompt)?;
                let completion = completion.last_text().unwrap_or_default();
                text.push_str(completion);
                if let Some(eos) = self
                    .eos_token
                    .as_deref()
                    .filter(|eos| !completion.ends_with(eos))
                {
                    text.push_str(eos);
                }
                Ok(text)
            }
        }
    }

    fn render(&self, turns: &[&Turn], generation_prompt: bool) -> Result<String> {
        match &self.template {
            Some(template) => template.render(turns, generation_prompt),
            // Without a template a conversation is its texts, each on its own line.
            None => {
                let mut text = String::new();
                for turn in turns {
                    text.push_str(&turn.content);
                    match (turn.role, self.eos_token.as_deref()) {
                        (tilt_protocol::Role::Assistant, Some(eos)) => text.push_str(eos),
                        _ => text.push('\n'),
                    }
                }
                Ok(text)
            }
        }
    }
}

/// A special token's text: a string, or an object with `content`.
fn special_token(fields: &Value, name: &str) -> Option<String> {
    let value = fields.get(name)?;
    value
        .as_str()
        .or_else(|| value.get("content")?.as_str())
        .map(str::to_owned)
}
