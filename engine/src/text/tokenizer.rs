//! `tokenizer.json` and `tokenizer_config.json` of a model folder.

use crate::gpt_config::GptConfig;
use crate::text::template::{ChatTemplate, turns};
use crate::text::token_text::token_text;
use serde_json::Value;
use tilt_protocol::{Content, Error, Result, Role, Turn};
use tokenizers::Tokenizer;

/// Marks where a turn that is to be continued ends.
const CONTINUED: &str = "CONTINUE_FINAL_MESSAGE_TAG";

/// A tokenizer with what it takes to render rows as text.
pub struct Text {
    tokenizer: Tokenizer,
    template: Option<ChatTemplate>,
    bos_token: Option<String>,
    pad_token: Option<String>,
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
        // The tokenizer's own reader panics where the text is no JSON (a file cut short).
        let valid: serde_json::Result<Value> = serde_json::from_str(tokenizer_json);
        valid.map_err(|error| {
            Error::malformed("tokenizer.json", format!("not valid JSON: {error}"))
        })?;
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
        let bos_token = special("bos_token").or_else(|| gpt2_bos_token(&fields, &tokenizer));
        let template = fields
            .get("chat_template")
            .and_then(Value::as_str)
            .map(|source| ChatTemplate::new(source, bos_token.clone(), eos_token.clone()))
            .transpose()?;
        Ok(Text {
            tokenizer,
            template,
            bos_token,
            pad_token: special("pad_token"),
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

    /// Each id's own text, special tokens shown, parts of characters as their bytes.
    pub fn token_text(&self, id: u32) -> String {
        match self.tokenizer.decode(&[id], false) {
            Ok(text) if !text.is_empty() => {
                let piece = self.tokenizer.id_to_token(id).unwrap_or_default();
                token_text(&text, &piece)
            }
            _ => self
                .tokenizer
                .id_to_token(id)
                .unwrap_or_else(|| format!("<{id}>")),
        }
    }

    pub fn has_chat_template(&self) -> bool {
        self.template.is_some()
    }

    /// The id of the begin-of-text token that `tokenizer_config.json` defines.
    pub fn bos_id(&self) -> Option<u32> {
        self.tokenizer.token_to_id(self.bos_token.as_deref()?)
    }

    /// The id of the pad token that `tokenizer_config.json` defines.
    pub fn pad_id(&self) -> Option<u32> {
        self.tokenizer.token_to_id(self.pad_token.as_deref()?)
    }

    /// The id of the end-of-text token.
    pub fn eos_id(&self) -> Option<u32> {
        self.tokenizer.token_to_id(self.eos_token.as_deref()?)
    }

    /// Whether the tokenizer's own special tokens belong to a rendered content: a chat
    /// template writes its own.
    pub fn adds_special_to(&self, content: &Content) -> bool {
        turns(content).is_none() || self.template.is_none()
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

    /// Prompt and completions as texts of their own: `prompt + completion` is the whole.
    ///
    /// Plain ones are as they are. Conversations are rendered as TRL's
    /// `apply_chat_template` does it, which its older trainers use: the prompt's text is
    /// what the rendered prompt has in common with both rendered conversations.
    ///
    /// # Errors
    /// [`Error::ChatTemplate`]; [`Error::InvalidConfig`] for a prompt that ends with the
    /// system's turn, which no answer follows.
    pub fn sides(
        &self,
        prompt: &Content,
        completions: [&Content; 2],
    ) -> Result<(String, [String; 2])> {
        let Some(prompt_turns) = turns(prompt) else {
            let plain = |content: &Content| content.last_text().unwrap_or_default().to_owned();
            return Ok((plain(prompt), completions.map(plain)));
        };
        let opened = self.opened(prompt_turns)?;
        let whole = [
            self.full_text(prompt, completions[0])?,
            self.full_text(prompt, completions[1])?,
        ];
        let split = whole
            .iter()
            .map(|text| common_text(&opened, text))
            .min()
            .unwrap_or(0);
        let rest = whole.map(|text| text[split..].to_owned());
        Ok((opened[..split].to_owned(), rest))
    }

    /// A prompt up to where its answer begins: after a user's turn the opening of the
    /// assistant's, otherwise the inside of the assistant's turn that is to be continued.
    fn opened(&self, prompt: &[Turn]) -> Result<String> {
        let mut turns: Vec<&Turn> = prompt.iter().collect();
        match prompt.last() {
            Some(last) if last.role == Role::User => self.render(&turns, true),
            Some(last) if last.role == Role::Assistant => {
                // transformers finds the end of the last turn in the same way.
                let marked = Turn {
                    role: last.role,
                    content: format!("{}{CONTINUED} ", last.content),
                };
                turns.pop();
                turns.push(&marked);
                let text = self.render(&turns, false)?;
                let (before, after) = text.rsplit_once(CONTINUED).ok_or(Error::ChatTemplate {
                    reason: "it leaves out the prompt's last turn".to_owned(),
                })?;
                // Without the mark's own space the template trims what turns end with.
                let is_trimmed = !after.starts_with(' ');
                let opened = if is_trimmed {
                    before.trim_end()
                } else {
                    before
                };
                Ok(opened.to_owned())
            }
            _ => Err(Error::invalid(
                "prompt",
                "no turn that an answer follows at its end",
                "a user's turn at its end, or an assistant's to be continued",
            )),
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
                        (Role::Assistant, Some(eos)) => text.push_str(eos),
                        _ => text.push('\n'),
                    }
                }
                Ok(text)
            }
        }
    }
}

/// Bytes that two texts have in common at their beginning, whole characters only.
fn common_text(a: &str, b: &str) -> usize {
    a.chars()
        .zip(b.chars())
        .take_while(|(a, b)| a == b)
        .map(|(character, _)| character.len_utf8())
        .sum()
}

/// What transformers' `GPT2Tokenizer` begins texts with where its config names nothing: a
/// stock GPT-2 folder names neither a class nor special tokens.
fn gpt2_bos_token(fields: &Value, tokenizer: &Tokenizer) -> Option<String> {
    const DEFAULT: &str = "<|endoftext|>";
    let is_gpt2 = match fields.get("tokenizer_class").and_then(Value::as_str) {
        Some(class) => class.starts_with("GPT2"),
        None => fields.get("eos_token").is_none(),
    };
    (is_gpt2 && tokenizer.token_to_id(DEFAULT).is_some()).then(|| DEFAULT.to_owned())
}

/// A special token's text: a string, or an object with `content`.
fn special_token(fields: &Value, name: &str) -> Option<String> {
    let value = fields.get(name)?;
    value
        .as_str()
        .or_else(|| value.get("content")?.as_str())
        .map(str::to_owned)
}
