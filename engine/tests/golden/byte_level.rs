//! GPT-2's kind of tokenizer against Python's `tokenizers`, in both forms in which it is
//! stored. Natively and as wasm the engine has another regular-expression engine than Python.

use crate::checks::Checks;
use crate::set::ids;
use serde_json::Value;
use std::path::PathBuf;
use tilt_engine::gpt_config::GptConfig;
use tilt_engine::text::Text;
use tilt_protocol::tokenizer_files::FolderTexts;

/// What `tests/tokenizer/make.py` writes.
pub struct Folder {
    pub name: String,
    tokenizer: String,
    tokenizer_config: String,
    vocab: String,
    merges: String,
    cases: String,
}

impl Folder {
    /// The folder that the environment names; the small one that is part of the test,
    /// in which every cut of the pre-tokenizer shows in the ids.
    pub fn own_or_named() -> Folder {
        let Some(named) = std::env::var_os("TILT_BYTE_LEVEL").map(PathBuf::from) else {
            return Folder {
                name: "byte_level".to_owned(),
                tokenizer: include_str!("byte_level/tokenizer.json").to_owned(),
                tokenizer_config: include_str!("byte_level/tokenizer_config.json").to_owned(),
                vocab: include_str!("byte_level/vocab.json").to_owned(),
                merges: include_str!("byte_level/merges.txt").to_owned(),
                cases: include_str!("byte_level/cases.json").to_owned(),
            };
        };
        let text = |name: &str| {
            let path = named.join(name);
            std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
        };
        Folder {
            name: named.display().to_string(),
            tokenizer: text("tokenizer.json"),
            tokenizer_config: text("tokenizer_config.json"),
            vocab: text("vocab.json"),
            merges: text("merges.txt"),
            cases: text("cases.json"),
        }
    }
}

/// Every text to ids, and every list of ids to text.
pub fn cases(folder: &Folder, checks: &mut Checks) {
    let config = Some(folder.tokenizer_config.as_str());
    let older = FolderTexts {
        vocab: Some(folder.vocab.clone()),
        merges: Some(folder.merges.clone()),
        tokenizer_config: Some(folder.tokenizer_config.clone()),
        ..FolderTexts::default()
    };
    let older = older.tokenizer_texts().expect("the two files").tokenizer;
    let older = older.expect("a tokenizer");
    let vocab: Value = serde_json::from_str(&folder.vocab).expect("a vocabulary");
    let size = vocab.as_object().expect("tokens").len();
    let shape = GptConfig::new(size, 1024, 16, 1, 1);
    let cases: Value = serde_json::from_str(&folder.cases).expect("cases");
    for (form, tokenizer) in [
        ("tokenizer.json", &folder.tokenizer),
        ("merges.txt", &older),
    ] {
        let text = Text::from_json(tokenizer, config, &shape).expect("the tokenizer");
        let end = vocab["<|endoftext|>"].as_u64().map(|id| id as u32);
        checks.equal(&format!("{form}: begin of text"), &text.bos_id(), &end);
        for case in cases.as_array().expect("cases") {
            let (source, expected) = (case["text"].as_str().expect("text"), ids(&case["ids"]));
            for with_special in [false, true] {
                let found = text.encode(source, with_special).expect("ids");
                checks.equal(&format!("{form}: encode {source:?}"), &found, &expected);
            }
            let decoded = case["decoded"].as_str().expect("text").to_owned();
            let what = format!("{form}: decode {source:?}");
            checks.equal(&what, &text.decode(&expected), &decoded);
        }
    }
}
