//! What `tokenizers` reads from a `tokenizer.json` without a word and panics at, some of it
//! only when a certain text comes. A panic ends the browser's worker, so it is refused here.

use super::charsmap;
use serde_json::Value;
use std::collections::BTreeSet;
use tilt_protocol::tokenizer_files::TOKENIZER;
use tilt_protocol::{Error, Result};
use tokenizers::normalizers::Precompiled;

/// Bytes of a piece of a Unigram model, whose tree is one level a byte and is taken apart by
/// recursion. sentencepiece makes pieces of 16 characters.
const LONGEST_PIECE: usize = 1_000;

/// # Errors
/// [`Error::MalformedFile`] for what no reader of this file can work with.
pub fn check(file: &Value) -> Result<()> {
    added_tokens(&file["added_tokens"])?;
    model(&file["model"])?;
    for part in parts(&file["normalizer"], "normalizers") {
        normalizer(part)?;
    }
    for part in parts(&file["pre_tokenizer"], "pretokenizers") {
        if part["length"] == 0 {
            return refuse("pre_tokenizer: length 0, expected pieces of at least one character");
        }
    }
    post_processor(&file["post_processor"])?;
    for part in parts(&file["decoder"], "decoders") {
        if part["type"] == "Strip" && part["stop"].as_u64() != Some(0) {
            let reason = format!("decoder: Strip with stop {}, expected 0", part["stop"]);
            return refuse(reason);
        }
    }
    Ok(())
}

fn refuse<T>(reason: impl ToString) -> Result<T> {
    Err(Error::malformed(TOKENIZER, reason))
}

/// A step and, where it is a sequence, its own steps.
fn parts<'a>(whole: &'a Value, list: &str) -> Vec<&'a Value> {
    let (mut parts, mut left) = (Vec::new(), vec![whole]);
    while let Some(part) = left.pop() {
        left.extend(part[list].as_array().into_iter().flatten());
        parts.push(part);
    }
    parts
}

/// A token of blanks that takes the blanks before it, too, is looked for in blanks that
/// another has taken already.
fn added_tokens(tokens: &Value) -> Result<()> {
    let tokens = || tokens.as_array().into_iter().flatten();
    let takes_following = tokens().any(|token| token["rstrip"] == true);
    let blank = tokens().find(|token| {
        let content = token["content"].as_str().unwrap_or_default();
        token["lstrip"] == true && !content.is_empty() && content.trim().is_empty()
    });
    match blank {
        Some(token) if takes_following => refuse(format!(
            "added_tokens: {} with lstrip beside one with rstrip, expected at most one of the two where a token is blank",
            token["content"]
        )),
        _ => Ok(()),
    }
}

fn model(model: &Value) -> Result<()> {
    match (&model["vocab"], &model["merges"]) {
        (Value::Array(pieces), _) => {
            let pieces = pieces.iter().filter_map(|piece| piece[0].as_str());
            match pieces.map(str::len).max() {
                Some(longest) if longest > LONGEST_PIECE => refuse(format!(
                    "model: a piece of {longest} bytes, expected at most {LONGEST_PIECE}"
                )),
                _ => Ok(()),
            }
        }
        (Value::Object(vocab), Value::Array(merges)) => {
            let longest = vocab.keys().map(String::len).max().unwrap_or(0);
            let prefix = model["continuing_subword_prefix"].as_str();
            let prefix = prefix.unwrap_or_default().len();
            for merge in merges {
                let Some((left, right)) = sides(merge) else {
                    continue;
                };
                let Some(right) = right.get(prefix..) else {
                    return refuse(format!(
                        "model: the merge {merge} lacks the continuing_subword_prefix"
                    ));
                };
                if left.len() + right.len() > longest {
                    return refuse(format!(
                        "model: the merge {merge} makes a token that the vocab lacks"
                    ));
                }
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

/// The two tokens of a merge; `None` for what the reader refuses.
fn sides(merge: &Value) -> Option<(&str, &str)> {
    match merge {
        Value::String(text) => text.split_once(' '),
        other => Some((other[0].as_str()?, other[1].as_str()?)),
    }
}

fn normalizer(part: &Value) -> Result<()> {
    let map = &part["precompiled_charsmap"];
    if part["type"] != "Precompiled" && map.is_null() {
        return Ok(());
    }
    let reads = || {
        let read: Precompiled = serde_json::from_value(part.clone()).ok()?;
        drop(read);
        charsmap::check(map.as_str()?)
    };
    match reads() {
        Some(()) => Ok(()),
        None => refuse("normalizer: the precompiled_charsmap is damaged"),
    }
}

fn post_processor(whole: &Value) -> Result<()> {
    let templates = parts(whole, "processors");
    let templates = templates
        .into_iter()
        .filter(|part| !part["single"].is_null());
    for (index, part) in templates.enumerate() {
        if index > 0 {
            return refuse("post_processor: two templates, expected one");
        }
        let known: BTreeSet<&String> = match &part["special_tokens"] {
            Value::Object(tokens) => tokens.keys().collect(),
            _ => BTreeSet::new(),
        };
        for piece in part["single"].as_array().into_iter().flatten() {
            if let Value::String(id) = &piece["SpecialToken"]["id"]
                && !known.contains(id)
            {
                return refuse(format!(
                    "post_processor: its single takes \"{id}\", which its special_tokens lack"
                ));
            }
            if piece["Sequence"]["id"] == "B" {
                return refuse("post_processor: its single takes a second text, B");
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::str::FromStr;

    fn file(changed: &[(&str, Value)]) -> Value {
        let mut file = json!({
            "version": "1.0",
            "added_tokens": [],
            "normalizer": null,
            "pre_tokenizer": null,
            "post_processor": null,
            "decoder": null,
            "model": {
                "type": "BPE",
                "vocab": {"a": 0, "b": 1, "ab": 2, " ": 3},
                "merges": [["a", "b"]],
            },
        });
        for (name, value) in changed {
            file[*name] = value.clone();
        }
        file
    }

    fn token(content: &str, left: bool, right: bool) -> Value {
        json!({"id": 3, "content": content, "single_word": false, "lstrip": left,
            "rstrip": right, "normalized": false, "special": false})
    }

    fn template(id: &str, known: &str) -> Value {
        json!({"type": "TemplateProcessing",
            "single": [{"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": id, "type_id": 0}}],
            "pair": [],
            "special_tokens": {known: {"id": known, "ids": [0], "tokens": [known]}}})
    }

    #[test]
    fn what_is_whole_passes_and_is_read() {
        let whole = [
            file(&[]),
            file(&[("post_processor", template("a", "a"))]),
            file(&[("added_tokens", json!([token("b", true, true)]))]),
            file(&[(
                "decoder",
                json!({"type": "Strip", "content": " ", "start": 1, "stop": 0}),
            )]),
        ];
        for file in whole {
            check(&file).unwrap();
            let tokenizer = tokenizers::Tokenizer::from_str(&file.to_string()).unwrap();
            let ids = tokenizer.encode("ab", true).unwrap();
            tokenizer.decode(ids.get_ids(), true).unwrap();
        }
    }

    /// `tokenizers` panics at each: when it reads the file, a text, or ids.
    #[test]
    fn what_would_be_a_panic_is_refused() {
        let merges = |prefix: &str, merges: Value| {
            json!({"type": "BPE", "vocab": {"a": 0, "b": 1},
                "continuing_subword_prefix": prefix, "merges": merges})
        };
        let in_sequence = |list: &str, part: Value| json!({"type": "Sequence", list: [part]});
        for (name, value, expected) in [
            ("model", merges("", json!(["a b"])), "vocab lacks"),
            ("model", merges("##", json!([["a", "b"]])), "lacks the"),
            ("model", merges("é", json!([["a", "bü"]])), "lacks the"),
            (
                "model",
                json!({"type": "Unigram", "vocab": [["a".repeat(9_000), 0.0]]}),
                "a piece of 9000 bytes",
            ),
            (
                "normalizer",
                in_sequence(
                    "normalizers",
                    json!({"type": "Precompiled", "precompiled_charsmap": "no base64!"}),
                ),
                "damaged",
            ),
            ("normalizer", json!({"type": "Precompiled"}), "damaged"),
            (
                "normalizer",
                json!({"type": "Precompiled", "precompiled_charsmap": "AAAAAA=="}),
                "damaged",
            ),
            (
                "pre_tokenizer",
                in_sequence("pretokenizers", json!({"type": "FixedLength", "length": 0})),
                "length 0",
            ),
            (
                "post_processor",
                in_sequence("processors", template("a", "b")),
                "\"a\"",
            ),
            (
                "post_processor",
                json!({"type": "Sequence", "processors": [template("a", "a"), template("a", "a")]}),
                "two templates",
            ),
            (
                "decoder",
                in_sequence(
                    "decoders",
                    json!({"type": "Strip", "content": " ", "start": 0, "stop": 1}),
                ),
                "stop 1",
            ),
            (
                "added_tokens",
                json!([token(" ", true, false), token("a", false, true)]),
                "lstrip",
            ),
        ] {
            let error = check(&file(&[(name, value)])).unwrap_err().to_string();
            assert!(error.contains(expected), "{name}: {error}");
        }
    }
}
