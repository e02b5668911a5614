//! `tokenizer.json` and `tokenizer_config.json` of a model folder.

use crate::gpt_config::GptConfig;
use crate::text::template::{ChatTemplate, DEFAULT, turns};
use crate::text::token_text::token_text;
use crate::text::tokenizer_check;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use tilt_protocol::dataset::TemplateData;
use tilt_protocol::tokenizer_files::{
    NAMED_TOKENS, TOKENIZER, TOKENIZER_CONFIG, special_token_text, without_mark,
};
use tilt_protocol::{Content, Error, Result, Role, Turn};
use tokenizers::models::ModelWrapper;
use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::{AddedToken, Tokenizer};

/// Marks where a turn that is to be continued ends; its space tells whether the template
/// trims what turns end with.
const CONTINUED: &str = "CONTINUE_FINAL_MESSAGE_TAG ";

/// What GPT-2's own class calls its special tokens where its config names none.
const GPT2_TOKEN: &str = "<|endoftext|>";

/// A tokenizer with what it takes to render rows as text.
pub struct Text {
    tokenizer: Tokenizer,
    template: Option<ChatTemplate>,
    bos_token: Option<String>,
    pad_token: Option<String>,
    /// The text of the end-of-text token, appended to plain completions: the tokenizer's,
    /// and where it names none the model's.
    eos_token: Option<String>,
    /// Tokens that the model has.
    vocab: usize,
    /// The files as they came, for writing the model out again.
    pub tokenizer_json: String,
    pub tokenizer_config: Option<String>,
}

impl Text {
    /// The tokenizer may have tokens that the model has not: folders whose padding token was
    /// added without a larger embedding are common. A row that uses one of them is refused
    /// when it comes up.
    ///
    /// # Errors
    /// [`Error::MalformedFile`] naming the file; [`Error::InvalidConfig`] for a tokenizer of
    /// another model, whose own tokens, not only added ones, lie outside the vocabulary.
    pub fn from_json(
        tokenizer_json: &str,
        tokenizer_config: Option<&str>,
        config: &GptConfig,
    ) -> Result<Text> {
        let tokenizer_json = without_mark(tokenizer_json);
        // The tokenizer's own reader panics where the text is no JSON (a file cut short).
        let file: Value = serde_json::from_str(tokenizer_json)
            .map_err(|error| Error::malformed(TOKENIZER, format!("not valid JSON: {error}")))?;
        tokenizer_check::check(&file)?;
        let mut tokenizer: Tokenizer = tokenizer_json
            .parse()
            .map_err(|error| Error::malformed(TOKENIZER, format!("not a tokenizer: {error}")))?;
        // As transformers: padding and truncation are the caller's, whatever was saved.
        tokenizer.with_padding(None);
        tokenizer
            .with_truncation(None)
            .map_err(|error| Error::malformed(TOKENIZER, error))?;
        check_size(&tokenizer, config)?;
        let fields: Map<String, Value> = match tokenizer_config.map(without_mark) {
            None => Map::new(),
            Some(text) => serde_json::from_str(text).map_err(|error| {
                Error::malformed(TOKENIZER_CONFIG, format!("not a JSON object: {error}"))
            })?,
        };
        let is_gpt2 = is_gpt2(&fields, &tokenizer);
        if is_gpt2 {
            as_gpt2_class(&mut tokenizer, &fields)?;
        }
        let mut special_tokens = special_tokens(&fields);
        if is_gpt2 && tokenizer.token_to_id(GPT2_TOKEN).is_some() {
            for name in ["bos_token", "eos_token", "unk_token"] {
                special_tokens
                    .entry(name.to_owned())
                    .or_insert_with(|| GPT2_TOKEN.to_owned());
            }
        }
        add_missing(&mut tokenizer, &special_tokens)?;
        let eos_token = special_tokens.get("eos_token").cloned().or_else(|| {
            let ids = config.end_of_text_ids();
            ids.into_iter().find_map(|id| tokenizer.id_to_token(id))
        });
        let template = templates(&fields)?
            .map(|sources| ChatTemplate::new(sources, &special_tokens))
            .transpose()?;
        Ok(Text {
            template,
            bos_token: special_tokens.get("bos_token").cloned(),
            pad_token: special_tokens.get("pad_token").cloned(),
            eos_token,
            vocab: config.vocab_size,
            tokenizer_json: tokenizer_json.to_owned(),
            tokenizer_config: tokenizer_config.map(|text| without_mark(text).to_owned()),
            tokenizer,
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

    /// The text of an answer as it is judged and shown: without the white space around it.
    pub fn answer(&self, ids: &[u32]) -> String {
        self.decode(ids).trim().to_owned()
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
        self.id_of(self.bos_token.as_deref()?)
    }

    /// The id of the pad token that `tokenizer_config.json` defines.
    pub fn pad_id(&self) -> Option<u32> {
        self.id_of(self.pad_token.as_deref()?)
    }

    /// The id of the end-of-text token.
    pub fn eos_id(&self) -> Option<u32> {
        self.id_of(self.eos_token.as_deref()?)
    }

    /// A token's id, if the model has it.
    fn id_of(&self, token: &str) -> Option<u32> {
        let id = self.tokenizer.token_to_id(token);
        id.filter(|&id| (id as usize) < self.vocab)
    }

    /// What ends a plain completion, if anything does.
    ///
    /// # Errors
    /// [`Error::MalformedFile`] for one that the model does not have: nothing of it could
    /// be learnt, and as letters it would be something else.
    fn end_of_text(&self) -> Result<Option<&str>> {
        match self.eos_token.as_deref() {
            Some(token) if self.id_of(token).is_none() => {
                let reason = format!(
                    "eos_token: got \"{token}\", expected a token of {TOKENIZER} with an id below {}, the model's vocabulary",
                    self.vocab
                );
                Err(Error::malformed(TOKENIZER_CONFIG, reason))
            }
            token => Ok(token),
        }
    }

    /// Whether the tokenizer's own special tokens belong to a rendered content: a chat
    /// template writes its own.
    pub fn adds_special_to(&self, content: &Content) -> bool {
        turns(content).is_none() || self.template.is_none()
    }

    /// The text that a prompt stands for, with the opening of the answer.
    ///
    /// # Errors
    /// Those of [`ChatTemplate::render`].
    pub fn prompt_text(&self, prompt: &Content) -> Result<String> {
        match turns(prompt) {
            Some(turns) => self.render(&turns.iter().collect::<Vec<_>>(), true, ""),
            None => Ok(prompt.last_text().unwrap_or_default().to_owned()),
        }
    }

    /// The text of prompt and completion together, its end-of-text token included:
    /// plain completions get it appended, a chat template ends the turn itself.
    ///
    /// # Errors
    /// Those of [`ChatTemplate::render`]; [`Error::MalformedFile`] for an end of text that
    /// is no token of the model.
    pub fn full_text(&self, prompt: &Content, completion: &Content) -> Result<String> {
        match (turns(prompt), turns(completion)) {
            (Some(prompt), Some(completion)) => {
                let turns = prompt.iter().chain(completion).collect::<Vec<_>>();
                self.render(&turns, false, "")
            }
            _ => {
                let mut text = self.prompt_text(prompt)?;
                let completion = completion.last_text().unwrap_or_default();
                text.push_str(completion);
                if let Some(eos) = self.end_of_text()?
                    && !completion.ends_with(eos)
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

    /// A prompt up to where its answer begins: after a user's turn or a tool's the opening
    /// of the assistant's, otherwise the inside of the assistant's turn that is to be
    /// continued.
    fn opened(&self, prompt: &[Turn]) -> Result<String> {
        let turns: Vec<&Turn> = prompt.iter().collect();
        match prompt.last().map(|last| last.role) {
            Some(Role::User | Role::Tool) => self.render(&turns, true, ""),
            Some(Role::Assistant) => {
                // transformers finds the end of the last turn in the same way.
                let text = self.render(&turns, false, CONTINUED)?;
                let mark = CONTINUED.trim_end();
                let (before, after) = text.rsplit_once(mark).ok_or(Error::ChatTemplate {
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
                "a user's turn or a tool's at its end, or an assistant's to be continued",
            )),
        }
    }

    /// Turns as text, `continued` behind the last one's own.
    fn render(&self, turns: &[&Turn], generation_prompt: bool, continued: &str) -> Result<String> {
        let (data, turns) = match turns.split_first() {
            Some((first, turns)) if first.role == Role::Template => {
                (TemplateData::of_turn(first), turns)
            }
            _ => (TemplateData::default(), turns),
        };
        if let Some(template) = &self.template {
            return template.render(turns, &data, generation_prompt, continued);
        }
        let needs_template = |found: &str| {
            let expected = "a role and a text alone: this model has no chat template for more";
            Err(Error::invalid("turns", found, expected))
        };
        if turns.iter().any(|turn| turn.whole.is_some()) {
            return needs_template("a turn with further fields");
        }
        if data != TemplateData::default() {
            return needs_template("tools or chat_template_kwargs beside them");
        }
        // Without a template a conversation is its texts, each on its own line.
        let mut text = String::new();
        for (index, turn) in turns.iter().enumerate() {
            text.push_str(&turn.content);
            if index + 1 == turns.len() {
                text.push_str(continued);
            }
            match (turn.role, self.end_of_text()?) {
                (Role::Assistant, Some(eos)) => text.push_str(eos),
                _ => text.push('\n'),
            }
        }
        Ok(text)
    }
}

/// Refuses a tokenizer whose own tokens the model has not; those that were added to it may
/// lie outside.
fn check_size(tokenizer: &Tokenizer, config: &GptConfig) -> Result<()> {
    let added = tokenizer.get_added_tokens_decoder();
    let vocab = tokenizer.get_vocab(false);
    let outside = vocab
        .into_iter()
        .filter(|(_, id)| *id as usize >= config.vocab_size && !added.contains_key(id))
        .min_by_key(|(_, id)| *id);
    match outside {
        None => Ok(()),
        Some((token, id)) => Err(Error::invalid(
            TOKENIZER,
            format!("\"{token}\" with id {id}"),
            format!(
                "ids below {}, config.json's vocab_size: is it another model's tokenizer?",
                config.vocab_size
            ),
        )),
    }
}

/// Whether transformers takes a folder's tokenizer for one of its GPT-2 class: where the
/// config says so, or names no class (a GPT-2 model's default).
fn is_gpt2(fields: &Map<String, Value>, tokenizer: &Tokenizer) -> bool {
    let is_named = match fields.get("tokenizer_class").and_then(Value::as_str) {
        Some(class) => class.starts_with("GPT2"),
        None => true,
    };
    is_named && matches!(tokenizer.get_model(), ModelWrapper::BPE(_))
}

/// That class takes vocabulary and merges from `tokenizer.json`, but not what is done to a
/// text before: whether a space goes before it the config alone says.
fn as_gpt2_class(tokenizer: &mut Tokenizer, fields: &Map<String, Value>) -> Result<()> {
    let space = fields.get("add_prefix_space").and_then(Value::as_bool);
    tokenizer
        .with_normalizer(None::<tokenizers::NormalizerWrapper>)
        .map_err(|error| Error::malformed(TOKENIZER, error))?;
    tokenizer.with_pre_tokenizer(Some(ByteLevel::new(space.unwrap_or(false), true, true)));
    Ok(())
}

/// The special tokens that have names, as templates know them: the usual ones and those
/// that a model has for itself (`image_token`).
fn special_tokens(fields: &Map<String, Value>) -> BTreeMap<String, String> {
    let named = fields.iter().filter_map(|(name, value)| {
        let is_named = NAMED_TOKENS.contains(&name.as_str())
            || (name.ends_with("_token") && special_token_text(value).is_some());
        Some((
            name.clone(),
            special_token_text(value).filter(|_| is_named)?.to_owned(),
        ))
    });
    named.collect()
}

/// Tokens that the config names and the tokenizer lacks get ids behind all others, as
/// transformers gives them: they lie outside the model.
fn add_missing(tokenizer: &mut Tokenizer, named: &BTreeMap<String, String>) -> Result<()> {
    let missing: Vec<AddedToken> = NAMED_TOKENS
        .iter()
        .filter_map(|name| named.get(*name))
        .filter(|token| tokenizer.token_to_id(token).is_none())
        .map(|token| AddedToken::from(token.as_str(), true))
        .collect();
    if !missing.is_empty() {
        tokenizer
            .add_special_tokens(missing)
            .map_err(|error| Error::malformed(TOKENIZER_CONFIG, error))?;
    }
    Ok(())
}

/// The chat templates by their names; `None` where there is none.
///
/// # Errors
/// [`Error::MalformedFile`] for a field that is neither a text nor a list of named ones.
fn templates(fields: &Map<String, Value>) -> Result<Option<BTreeMap<String, String>>> {
    let template = match fields.get("chat_template") {
        None | Some(Value::Null) => return Ok(None),
        Some(template) => template,
    };
    let named = |item: &Value| {
        let text = |name: &str| Some(item.get(name)?.as_str()?.to_owned());
        Some((text("name")?, text("template")?))
    };
    let templates = match template {
        Value::String(source) => Some(BTreeMap::from([(DEFAULT.to_owned(), source.clone())])),
        Value::Array(items) => items.iter().map(named).collect(),
        _ => None,
    };
    templates.map(Some).ok_or_else(|| {
        let reason = "chat_template: expected a text, or a list of {\"name\", \"template\"}";
        Error::malformed(TOKENIZER_CONFIG, reason)
    })
}

/// Bytes that two texts have in common at their beginning, whole characters only.
fn common_text(a: &str, b: &str) -> usize {
    a.chars()
        .zip(b.chars())
        .take_while(|(a, b)| a == b)
        .map(|(character, _)| character.len_utf8())
        .sum()
}
