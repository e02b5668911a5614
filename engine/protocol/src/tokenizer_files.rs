//! The tokenizer of a Hugging Face folder, from whichever of its files it lies in.
//!
//! Folders of today have `tokenizer.json`, and may have their chat templates in files of
//! their own. Older GPT-2 folders have `vocab.json` and `merges.txt` instead, the same
//! byte-level BPE, with further tokens in `added_tokens.json` and the names of the special
//! ones in `special_tokens_map.json`. What counts where they differ is what `AutoTokenizer`
//! of transformers 5 takes.

use crate::error::{Error, Result};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

pub const TOKENIZER: &str = "tokenizer.json";
pub const TOKENIZER_CONFIG: &str = "tokenizer_config.json";
pub const CHAT_TEMPLATE: &str = "chat_template.jinja";
/// The folder of further chat templates, `NAME.jinja`.
pub const MORE_TEMPLATES: &str = "additional_chat_templates";
pub const VOCAB: &str = "vocab.json";
pub const MERGES: &str = "merges.txt";
pub const ADDED_TOKENS: &str = "added_tokens.json";
pub const SPECIAL_TOKENS: &str = "special_tokens_map.json";
pub const GENERATION_CONFIG: &str = "generation_config.json";

/// The special token that GPT-2's own class knows without being told.
const END: &str = "<|endoftext|>";

/// The special tokens that have names.
pub const NAMED_TOKENS: [&str; 7] = [
    "bos_token",
    "eos_token",
    "unk_token",
    "sep_token",
    "pad_token",
    "cls_token",
    "mask_token",
];

/// The texts of a folder that say how text becomes ids; any may be missing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FolderTexts {
    pub tokenizer: Option<String>,
    pub tokenizer_config: Option<String>,
    pub chat_template: Option<String>,
    /// Further templates, by their names.
    pub more_templates: BTreeMap<String, String>,
    pub vocab: Option<String>,
    pub merges: Option<String>,
    pub added_tokens: Option<String>,
    pub special_tokens: Option<String>,
}

/// The same in the two files of today.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TokenizerTexts {
    /// `tokenizer.json`; `None` where the folder has no tokenizer.
    pub tokenizer: Option<String>,
    /// `tokenizer_config.json`.
    pub config: Option<String>,
}

impl FolderTexts {
    /// # Errors
    /// [`Error::MalformedFile`] naming the file.
    pub fn tokenizer_texts(&self) -> Result<TokenizerTexts> {
        let config = self.config()?;
        let config_text = config.as_ref().map(pretty).transpose()?;
        let vocab_and_merges = self.vocab.as_deref().zip(self.merges.as_deref());
        let tokenizer = match (&self.tokenizer, vocab_and_merges) {
            (Some(tokenizer), _) => Some(without_mark(tokenizer).to_owned()),
            (None, Some((vocab, merges))) => Some(from_vocab_and_merges(
                without_mark(vocab),
                without_mark(merges),
                config_text.as_deref(),
            )?),
            (None, None) => None,
        };
        let added = self.added_tokens(config.as_ref())?;
        let tokenizer = match tokenizer {
            Some(tokenizer) if !added.is_empty() => Some(with_added_tokens(&tokenizer, added)?),
            tokenizer => tokenizer,
        };
        // As it came where nothing was added to it.
        let is_changed = self.chat_template.is_some()
            || !self.more_templates.is_empty()
            || self.special_tokens.is_some();
        let config = match is_changed {
            true => config_text,
            false => self
                .tokenizer_config
                .as_deref()
                .map(|text| without_mark(text).to_owned()),
        };
        Ok(TokenizerTexts { tokenizer, config })
    }

    /// The config with what the other files say; `None` without any of them.
    fn config(&self) -> Result<Option<Map<String, Value>>> {
        let mut fields: Map<String, Value> = read(TOKENIZER_CONFIG, &self.tokenizer_config)?;
        // Newer folders list their tokens in the config, and the map does not count.
        if !fields.contains_key("added_tokens_decoder") {
            let special: Map<String, Value> = read(SPECIAL_TOKENS, &self.special_tokens)?;
            fields.extend(special);
        }
        let mut templates = self.more_templates.clone();
        if let Some(template) = &self.chat_template {
            templates.insert("default".to_owned(), template.clone());
        }
        let templates = templates
            .into_iter()
            .map(|(name, text)| (name, without_mark(&text).to_owned()));
        let templates: Vec<(String, String)> = templates.collect();
        match &templates[..] {
            [] => {}
            [(name, template)] if name == "default" => {
                fields.insert("chat_template".to_owned(), template.as_str().into());
            }
            templates => {
                let named = templates
                    .iter()
                    .map(|(name, template)| json!({ "name": name, "template": template }));
                fields.insert("chat_template".to_owned(), named.collect());
            }
        }
        Ok((!fields.is_empty() || self.tokenizer_config.is_some()).then_some(fields))
    }

    /// The tokens of `added_tokens.json`, which does not count beside a list in the config.
    fn added_tokens(&self, config: Option<&Map<String, Value>>) -> Result<Vec<AddedToken>> {
        let none = Map::new();
        let config = config.unwrap_or(&none);
        if config.contains_key("added_tokens_decoder") {
            return Ok(Vec::new());
        }
        let ids: BTreeMap<String, u32> = read(ADDED_TOKENS, &self.added_tokens)?;
        let more = ["additional_special_tokens", "extra_special_tokens"]
            .into_iter()
            .filter_map(|name| config.get(name)?.as_array())
            .flatten();
        let named = NAMED_TOKENS.into_iter().filter_map(|name| config.get(name));
        let special: BTreeSet<&str> = named.chain(more).filter_map(special_token_text).collect();
        let mut tokens: Vec<AddedToken> = ids
            .into_iter()
            .map(|(content, id)| {
                let special = special.contains(content.as_str());
                AddedToken {
                    id,
                    special,
                    normalized: !special,
                    content,
                    ..AddedToken::default()
                }
            })
            .collect();
        tokens.sort_by_key(|token| token.id);
        Ok(tokens)
    }
}

/// The text of a special token, which stands as a string or as an object with its content.
pub fn special_token_text(value: &Value) -> Option<&str> {
    value.as_str().or_else(|| value.get("content")?.as_str())
}

/// A text without the byte order mark that Windows begins files with.
pub fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

/// `config.json` with the ids of `generation_config.json` that end an answer, where that
/// has some: what generates reads them there first.
///
/// # Errors
/// [`Error::MalformedFile`] naming the file.
pub fn with_generation_config(config: &str, generation: Option<&str>) -> Result<String> {
    let config = without_mark(config);
    let generation: Map<String, Value> = read(GENERATION_CONFIG, &generation.map(str::to_owned))?;
    let Some(ids) = generation.get("eos_token_id").filter(|ids| !ids.is_null()) else {
        return Ok(config.to_owned());
    };
    // What is wrong with the config itself is told where it is read.
    let Ok(mut fields) = serde_json::from_str::<Map<String, Value>>(config) else {
        return Ok(config.to_owned());
    };
    let mut all: Vec<Value> = Vec::new();
    for value in [fields.get("eos_token_id"), Some(ids)]
        .into_iter()
        .flatten()
    {
        let ids = value
            .as_array()
            .map_or(std::slice::from_ref(value), Vec::as_slice);
        for id in ids {
            if id.is_number() && !all.contains(id) {
                all.push(id.clone());
            }
        }
    }
    fields.insert("eos_token_id".to_owned(), all.into());
    pretty(&fields)
}

fn pretty(fields: &Map<String, Value>) -> Result<String> {
    serde_json::to_string_pretty(fields).map_err(Error::internal)
}

/// What `tokenizer_config.json` says of a tokenizer that is not in `tokenizer.json`.
#[derive(Default, Deserialize)]
#[serde(default)]
struct ConfigFields {
    add_prefix_space: bool,
    added_tokens_decoder: BTreeMap<u32, AddedToken>,
}

/// One of `added_tokens`; in the config its id is the key.
#[derive(Default, Deserialize, Serialize)]
struct AddedToken {
    #[serde(default)]
    id: u32,
    content: String,
    #[serde(default)]
    single_word: bool,
    #[serde(default)]
    lstrip: bool,
    #[serde(default)]
    rstrip: bool,
    #[serde(default)]
    normalized: bool,
    #[serde(default)]
    special: bool,
}

/// A tokenizer with further tokens; one that it has already stays as it is.
fn with_added_tokens(tokenizer: &str, tokens: Vec<AddedToken>) -> Result<String> {
    let mut fields: Map<String, Value> = read(TOKENIZER, &Some(tokenizer.to_owned()))?;
    let list = fields.entry("added_tokens").or_insert_with(|| json!([]));
    let Some(list) = list.as_array_mut() else {
        return Err(Error::malformed(TOKENIZER, "added_tokens is no list"));
    };
    let known: BTreeSet<String> = list
        .iter()
        .filter_map(|token| special_token_text(token).map(str::to_owned))
        .collect();
    for token in tokens {
        if !known.contains(&token.content) {
            list.push(serde_json::to_value(token).map_err(Error::internal)?);
        }
    }
    serde_json::to_string(&fields).map_err(Error::internal)
}

/// `tokenizer.json` of a GPT-2 tokenizer that lies in `vocab.json` and `merges.txt`. Tokens
/// that were added to these stand in `tokenizer_config.json`.
///
/// # Errors
/// [`Error::MalformedFile`] naming the file, for the merges with the line.
fn from_vocab_and_merges(
    vocab: &str,
    merges: &str,
    tokenizer_config: Option<&str>,
) -> Result<String> {
    let ids: BTreeMap<String, u32> = serde_json::from_str(vocab).map_err(|error| {
        Error::malformed(
            VOCAB,
            format!("not a JSON object of tokens and ids: {error}"),
        )
    })?;
    let merges = read_merges(merges, &ids)?;
    let config: ConfigFields = read(TOKENIZER_CONFIG, &tokenizer_config.map(str::to_owned))?;
    let add_prefix_space = config.add_prefix_space;
    let tokenizer = json!({
        "version": "1.0",
        "truncation": null,
        "padding": null,
        "added_tokens": added_tokens(config, &ids),
        "normalizer": null,
        "pre_tokenizer": byte_level(add_prefix_space, true),
        "post_processor": byte_level(true, false),
        "decoder": byte_level(true, true),
        "model": {
            "type": "BPE",
            "dropout": null,
            "unk_token": null,
            "continuing_subword_prefix": "",
            "end_of_word_suffix": "",
            "fuse_unk": false,
            "vocab": ids,
            "merges": merges,
        },
    });
    Ok(tokenizer.to_string())
}

/// A JSON file that need not be there.
fn read<T: DeserializeOwned + Default>(file: &str, text: &Option<String>) -> Result<T> {
    match text {
        None => Ok(T::default()),
        Some(text) => serde_json::from_str(without_mark(text))
            .map_err(|error| Error::malformed(file, format!("cannot be read: {error}"))),
    }
}

fn byte_level(add_prefix_space: bool, trim_offsets: bool) -> Value {
    json!({
        "type": "ByteLevel",
        "add_prefix_space": add_prefix_space,
        "trim_offsets": trim_offsets,
        "use_regex": true,
    })
}

/// The lines of `merges.txt`, each of two tokens that the vocabulary has, and their whole.
fn read_merges<'a>(merges: &'a str, ids: &BTreeMap<String, u32>) -> Result<Vec<&'a str>> {
    let lines = merges.lines().enumerate();
    let pairs = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with("#version"));
    pairs
        .map(|(index, line)| {
            let bad =
                |reason: String| Error::malformed(MERGES, format!("line {}: {reason}", index + 1));
            let parts: Vec<&str> = line.split(' ').collect();
            let [left, right] = parts[..] else {
                return Err(bad(format!(
                    "\"{line}\", expected two tokens with a space between them"
                )));
            };
            let whole = format!("{left}{right}");
            match [left, right, &whole]
                .iter()
                .find(|token| !ids.contains_key(**token))
            {
                Some(token) => Err(bad(format!("\"{token}\" is not in {VOCAB}"))),
                None => Ok(line),
            }
        })
        .collect()
}

/// Tokens that stand for themselves wherever they occur in a text: those that the config
/// lists, and GPT-2's own where the vocabulary has it.
fn added_tokens(config: ConfigFields, ids: &BTreeMap<String, u32>) -> Vec<AddedToken> {
    let mut tokens = config.added_tokens_decoder;
    for (&id, token) in &mut tokens {
        token.id = id;
    }
    let is_listed = tokens.values().any(|token| token.content == END);
    if let Some(&id) = ids.get(END).filter(|_| !is_listed) {
        let content = END.to_owned();
        tokens.insert(
            id,
            AddedToken {
                id,
                content,
                special: true,
                ..AddedToken::default()
            },
        );
    }
    tokens.into_values().collect()
}

#[cfg(test)]
mod tests;
