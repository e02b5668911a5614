//! Text to ids: `tokenizer_golden.json`, and the rows of `pipeline.json`.

use crate::checks::Checks;
use crate::set::{GoldenSet, ids};
use serde_json::{Value, json};
use tilt_engine::gpt_config::GptConfig;
use tilt_engine::text::{Text, TokenisedRow, tokenise};
use tilt_protocol::dataset::parse_jsonl;

/// The golden tokenizer with a chat template.
pub fn golden_text(set: &GoldenSet, vocab: usize, template: Option<&str>) -> Text {
    let eos = set.json("pipeline.json")["eos"].clone();
    let config = json!({ "eos_token": eos, "chat_template": template }).to_string();
    let shape = GptConfig::new(vocab, 4096, 8, 1, 1);
    Text::from_json(&set.text("tokenizer.json"), Some(&config), &shape).expect("the tokenizer")
}

pub fn tokenizer(set: &GoldenSet, checks: &mut Checks) {
    let golden = set.json("tokenizer_golden.json");
    let vocab = golden["vocab_size"].as_u64().expect("a size") as usize;
    let text = golden_text(set, vocab, None);
    for case in golden["encode"].as_array().expect("cases") {
        let source = case["text"].as_str().expect("text");
        let found = text.encode(source, false).expect("ids");
        checks.equal(&format!("encode {source:?}"), &found, &ids(&case["ids"]));
    }
    for key in ["encode", "decode"] {
        for case in golden[key].as_array().expect("cases") {
            let expected = case["decoded_skip_special"]
                .as_str()
                .expect("text")
                .to_owned();
            let found = text.decode(&ids(&case["ids"]));
            checks.equal(&format!("decode {}", case["ids"]), &found, &expected);
        }
    }
}

/// DPO's and KTO's rows with an explicit prompt.
pub fn pipeline(set: &GoldenSet, checks: &mut Checks) {
    let golden = set.json("pipeline.json");
    let template = golden["chat_template"].as_str();
    let vocab = set.json("tokenizer_golden.json")["vocab_size"]
        .as_u64()
        .expect("a size") as usize;
    let text = golden_text(set, vocab, template);
    for family in ["dpo", "kto"] {
        for case in golden[family].as_array().expect("cases") {
            let note = case["note"].as_str().expect("a note");
            if note.contains("implicit") || note.contains("paired input") {
                continue;
            }
            let max_length = case["max_length"].as_u64().unwrap_or(1024) as usize;
            let lines: Vec<String> = case["rows"]
                .as_array()
                .expect("rows")
                .iter()
                .map(Value::to_string)
                .collect();
            let parsed = parse_jsonl(&lines.join("\n"));
            assert_eq!(parsed.errors, vec![], "{note}");
            let rows = tokenise(&parsed.examples, Some(&text), vocab, max_length).expect("ids");
            let expected = case["out"].as_array().expect("rows");
            checks.equal(note, &rows.rows.len(), &expected.len());
            for (row, expected) in rows.rows.iter().zip(expected) {
                let what = format!("{note}: {}", expected["prompt_ids"]);
                let sides = match row {
                    TokenisedRow::Pair { chosen, rejected } => {
                        vec![("chosen_ids", chosen), ("rejected_ids", rejected)]
                    }
                    TokenisedRow::Unpaired { sequence, .. } => vec![("completion_ids", sequence)],
                };
                for (name, sequence) in sides {
                    let prompt = ids(&expected["prompt_ids"]);
                    let completion = ids(&expected[name]);
                    checks.equal(&what, &sequence.prompt, &prompt);
                    checks.equal(&what, &sequence.completion, &completion);
                }
            }
        }
    }
}
