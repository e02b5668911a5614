//! The tokenizer of a Hugging Face folder, from whichever of its files it lies in.
//!
//! Folders of today have `tokenizer.json`, and may have their chat template in a file of
//! its own. Older GPT-2 folders have `vocab.json` and `merges.txt` instead: the same
//! byte-level BPE, which is put together here.

use crate::error::{Error, Result};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

pub const TOKENIZER: &str = "tokenizer.json";
pub const TOKENIZER_CONFIG: &str = "tokenizer_config.json";
pub const CHAT_TEMPLATE: &str = "chat_template.jinja";
pub const VOCAB: &str = "vocab.json";
pub const MERGES: &str = "merges.txt";

/// The special token that GPT-2's own class knows without being told.
const END: &str = "<|endoftext|>";

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

/// `tokenizer.json` of a GPT-2 tokenizer that lies in `vocab.json` and `merges.txt`. Tokens
/// that were added to these stand in `tokenizer_config.json`.
///
/// # Errors
/// [`Error::MalformedFile`] naming the file, for the merges with the line.
pub fn from_vocab_and_merges(
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
    let config: ConfigFields = read_config(tokenizer_config)?;
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

/// `tokenizer_config.json` with the template that lies beside it, which counts more than
/// one inside.
///
/// # Errors
/// [`Error::MalformedFile`] for a config that is no JSON object.
pub fn with_chat_template(tokenizer_config: Option<&str>, template: &str) -> Result<String> {
    let mut fields: Map<String, Value> = read_config(tokenizer_config)?;
    fields.insert("chat_template".to_owned(), template.into());
    serde_json::to_string_pretty(&fields).map_err(Error::internal)
}

fn read_config<T: DeserializeOwned + Default>(text: Option<&str>) -> Result<T> {
    let fields = text.map(serde_json::from_str).transpose();
    let fields = fields
        .map_err(|error| Error::malformed(TOKENIZER_CONFIG, format!("cannot be read: {error}")));
    Ok(fields?.unwrap_or_default())
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
mod tests {
    use super::*;

    const IDS: &str = r#"{"a": 0, "b": 1, "ab": 2, "<|endoftext|>": 3}"#;

    fn read(config: Option<&str>) -> Value {
        let merges = "#version: 0.2\r\na b\r\n\r\n";
        let text = from_vocab_and_merges(IDS, merges, config).unwrap();
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn the_two_older_files_become_the_one() {
        let tokenizer = read(None);
        assert_eq!(tokenizer["model"]["merges"], json!(["a b"]));
        assert_eq!(tokenizer["model"]["vocab"]["ab"], 2);
        assert_eq!(tokenizer["pre_tokenizer"]["add_prefix_space"], false);
        assert_eq!(tokenizer["added_tokens"][0]["id"], 3);
        assert_eq!(tokenizer["added_tokens"][0]["content"], END);
        assert_eq!(tokenizer["added_tokens"][0]["special"], true);
    }

    #[test]
    fn the_config_adds_tokens_and_a_space() {
        let tokenizer = read(Some(
            r#"{"add_prefix_space": true, "added_tokens_decoder": {
                "4": {"content": "<|user|>", "special": true, "lstrip": true},
                "3": {"content": "<|endoftext|>", "special": true, "normalized": true}}}"#,
        ));
        assert_eq!(tokenizer["pre_tokenizer"]["add_prefix_space"], true);
        let added = tokenizer["added_tokens"].as_array().unwrap();
        let ids: Vec<&Value> = added.iter().map(|token| &token["id"]).collect();
        assert_eq!(ids, [3, 4]);
        assert_eq!(added[0]["normalized"], true);
        assert_eq!(added[1]["lstrip"], true);
    }

    #[test]
    fn defects_name_file_and_line() {
        let fails = |vocab: &str, merges: &str, config: Option<&str>| {
            from_vocab_and_merges(vocab, merges, config)
                .unwrap_err()
                .to_string()
        };
        assert!(fails("[]", "", None).starts_with("vocab.json: not a JSON object"));
        assert_eq!(
            fails(IDS, "#version: 0.2\na b c", None),
            "merges.txt: line 2: \"a b c\", expected two tokens with a space between them"
        );
        assert_eq!(
            fails(IDS, "a b\nb a\n", None),
            "merges.txt: line 2: \"ba\" is not in vocab.json"
        );
        let nameless = r#"{"added_tokens_decoder": {"7": {}}}"#;
        let error = fails(IDS, "", Some(nameless));
        assert!(
            error.starts_with("tokenizer_config.json: cannot be read: missing field `content`")
        );
    }

    #[test]
    fn a_template_beside_the_config_counts() {
        let joined =
            with_chat_template(Some(r#"{"eos_token": "x", "chat_template": "old"}"#), "new");
        let fields: Value = serde_json::from_str(&joined.unwrap()).unwrap();
        assert_eq!(fields, json!({ "eos_token": "x", "chat_template": "new" }));
        let alone: Value = serde_json::from_str(&with_chat_template(None, "new").unwrap()).unwrap();
        assert_eq!(alone["chat_template"], "new");
        assert!(with_chat_template(Some("[]"), "new").is_err());
    }
}
