//! Files as people have them: each case recreates something that was reported of a tool
//! that does what Tilt does. Right is the number that the reference tools give
//! (`expected.json`: transformers 5.23 and an independent forward pass in f64), or one line
//! that says what, where and what was expected.
//!
//! The inputs are in `inputs/`, a folder a case.

mod folders;
mod rows;
mod templates;
mod tilt;

use folders::{inputs, json, model, nano, scratch, write};
use std::path::Path;
use tilt::{Case, errors, tilt};

const PLAIN: &str = "01-bom/nano/plain.jsonl";

fn case<'a>(case: &'a str, model: &'a str, data: &'a str) -> Case<'a> {
    Case {
        case,
        model,
        data,
        config: "config.json",
    }
}

#[test]
fn marks_encodings_and_archives_are_read_or_named() {
    for model in ["nano", "model", "model-bom"] {
        for data in ["plain.jsonl", "data.jsonl"] {
            case("01-bom", model, data).check(PLAIN);
        }
    }
    let marked = Case {
        config: "bom_config.json",
        ..case("01-bom", "nano", "data.jsonl")
    };
    marked.check(PLAIN);
    case("02-utf16", "nano", "data.jsonl").check(PLAIN);
    case("03-parquet-gz", "nano", "data.jsonl.gz").check(PLAIN);
    let parquet = "train-00000-of-00001.parquet";
    case("03-parquet-gz", "nano", parquet).check_refused(&["a Parquet file", "JSON lines"]);
    let latin1 = case("18-latin1", "nano", "data.jsonl");
    latin1.check_refused(&["line 2", "not UTF-8", "byte"]);
}

#[test]
fn rows_come_in_any_container() {
    for data in ["array.json", "pretty.json", "data.csv"] {
        case("04-array-and-csv", "nano", data).check(PLAIN);
    }
    for data in ["pretty.jsonl", "nested.json", "nested-pretty.json"] {
        case("19-jq-pretty", "nano", data).check(PLAIN);
    }
}

#[test]
fn what_is_null_is_not_there() {
    for data in ["plain.jsonl", "data.jsonl"] {
        case("05-nan-elsewhere", "nano", data).check("05-nan-elsewhere/nano/plain.jsonl");
    }
    for data in [
        "plain.jsonl",
        "turns.jsonl",
        "implicit.jsonl",
        "prompt-null.jsonl",
    ] {
        let key = "08-spurious-nulls/nano/plain.jsonl";
        case("08-spurious-nulls", "nano", data).check(key);
    }
    let kto = |data| Case {
        config: "kto.json",
        ..case("08-spurious-nulls", "nano", data)
    };
    assert_eq!(kto("kto-null.jsonl").score(), kto("kto.jsonl").score());
    let margin = Case {
        config: "reward.json",
        ..case("08-spurious-nulls", "nano", "margin-null.jsonl")
    };
    let (output, metrics) = margin.train();
    assert!(output.status.success(), "{}", errors(&output));
    assert_eq!(metrics.lines().count(), 3);
}

#[test]
fn model_folders_are_read_as_transformers_reads_them() {
    for (folder, model) in [
        ("30-added-tokens-json", "model"),
        ("31-add-prefix-space", "config-true"),
        ("31-add-prefix-space", "json-true"),
        ("33-tokenizer-larger", "model"),
        ("34-eos-differs", "model"),
        ("40-eos-outside-vocab", "default-50256"),
        ("42-sharded", "model"),
        ("43-inverse-layer-scaling", "reordered"),
        ("43-inverse-layer-scaling", "scaled"),
        ("45-wrapped-names", "old-masks"),
    ] {
        let key = format!("{folder}/{model}/data.jsonl");
        let mut one = case(folder, model, "data.jsonl");
        if ["34-eos-differs", "40-eos-outside-vocab"].contains(&folder) {
            // Their config is for training.
            one.config = "../01-bom/config.json";
        }
        one.check(&key);
    }
    let outside = Case {
        config: "../01-bom/config.json",
        ..case("40-eos-outside-vocab", "equals-vocab", "data.jsonl")
    };
    outside.check(PLAIN);
    for model in ["module", "orig-mod", "peft", "value-head"] {
        case("45-wrapped-names", model, "data.jsonl").check(PLAIN);
    }
    case("48-value-head-prefix", "model", "data.jsonl").check(PLAIN);
}

#[test]
fn what_a_model_was_wrapped_in_is_told() {
    let output = case("45-wrapped-names", "orig-mod", "data.jsonl").run("score", &[]);
    let told = errors(&output);
    assert!(told.contains("names without \"_orig_mod.\""), "{told}");
}

#[test]
fn an_end_of_text_that_is_no_token_is_named_once() {
    let case = case("38-eos-not-a-token", "model", "data.jsonl");
    case.check_refused(&[
        "tokenizer_config.json",
        "eos_token",
        "\"</s>\"",
        "tokenizer.json",
    ]);
}

#[test]
fn a_row_that_needs_a_token_the_model_lacks_is_refused_alone() {
    let folder = model("33-tokenizer-larger", "model");
    let data = scratch("33-rows").join("data.jsonl");
    let row = |answer: &str| {
        format!("{{\"prompt\": \"Hi\", \"chosen\": \"{answer}\", \"rejected\": \" No.\"}}\n")
    };
    write(&data, [row(" Yes."), row(" [PAD]"), row(" So.")].concat());
    let config = inputs().join("01-bom/config.json");
    let paths: [(&str, &Path); 3] = [
        ("--policy", &folder),
        ("--data", &data),
        ("--config", &config),
    ];
    let output = tilt(&["score"], &paths);
    let told = errors(&output);
    assert_eq!(
        (output.status.code(), told.lines().count()),
        (Some(2), 1),
        "{told}"
    );
    for part in ["line 2", "id 1024", "\"[PAD]\""] {
        assert!(told.contains(part), "{told}");
    }
    let output = tilt(&["score", "--skip-bad-rows"], &paths);
    assert!(output.status.success(), "{}", errors(&output));
}

#[test]
fn answers_end_where_training_ends_them_and_so_does_what_leaves() {
    let folder = model("34-eos-differs", "model");
    let zip = scratch("34-zip").join("model.zip");
    let output = tilt(&["export"], &[("--model", &folder), ("--out", &zip)]);
    assert!(output.status.success(), "{}", errors(&output));
    let files = tilt_engine::export::unzip_files(&std::fs::read(&zip).expect("a zip"), 1 << 28);
    let files = files.expect("files");
    let field = |name: &str, field: &str| {
        let file = files.iter().find(|file| file.name == name).expect(name);
        let value: serde_json::Value = serde_json::from_slice(&file.bytes).expect("JSON");
        value[field].clone()
    };
    assert_eq!(field("config.json", "eos_token_id"), 3);
    assert_eq!(field("tokenizer_config.json", "eos_token"), "<|end|>");
    assert_eq!(
        field("generation_config.json", "eos_token_id"),
        serde_json::json!([3, 1])
    );
    // The shipped model says <|end|> well within this.
    let output = tilt(
        &[
            "generate",
            "--greedy",
            "--prompt",
            "What colour is a lemon?",
        ],
        &[("--model", &folder)],
    );
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(answer["finished"], true, "{answer}");
    assert_eq!(
        answer["ids"].as_array().and_then(|ids| ids.last()),
        Some(&3.into())
    );
}

#[test]
fn kto_does_without_a_class_and_without_a_partner() {
    let run = |data, config| Case {
        config,
        ..case("51-kto-one-class", "nano", data)
    };
    let (output, metrics) = run("one-class.jsonl", "kto.json").train();
    let told = errors(&output);
    assert!(output.status.success(), "{told}");
    assert!(told.contains("label: true in all 3 rows"), "{told}");
    assert!(
        !metrics.contains("margins") && !metrics.contains("rejected"),
        "{metrics}"
    );
    for data in ["five.jsonl", "six.jsonl"] {
        let (output, metrics) = run(data, "kto.json").train();
        let told = errors(&output);
        assert!(
            output.status.success() && !told.contains("label:"),
            "{told}"
        );
        assert!(
            !metrics.contains("NaN") && !metrics.contains("null"),
            "{metrics}"
        );
    }
    let batch = run("six.jsonl", "batch1.json");
    batch.check_refused(&["per_device_train_batch_size", "1", "at least 2"]);
}

#[test]
fn a_run_that_diverges_says_so_and_what_it_wrote() {
    for config in ["config.json", "inf.json"] {
        let run = Case {
            config,
            ..case("54-lr-too-high", "nano", "data.jsonl")
        };
        let (output, metrics) = run.train();
        let told = errors(&output);
        assert!(!metrics.contains("NaN"), "{metrics}");
        if !output.status.success() {
            assert_eq!(output.status.code(), Some(1), "{told}");
            assert!(told.contains("the model as it was after step"), "{told}");
            assert!(
                told.contains("became") && told.contains("at step"),
                "{told}"
            );
        }
    }
}

#[test]
fn all_foreign_fields_of_a_config_are_told_in_one_line() {
    let whole = case("57-whole-trl-config", "nano", "data.jsonl");
    whole.check_refused(&[
        "\"bf16\"",
        "\"max_prompt_length\"",
        "\"output_dir\"",
        "\"gradient_checkpointing\"",
        "\"report_to\"",
        "without effect here",
    ]);
}

#[test]
fn a_missing_file_is_named() {
    let folder = scratch("bin");
    for name in ["config.json", "tokenizer.json"] {
        write(&folder.join(name), folders::read(&nano().join(name)));
    }
    write(&folder.join("pytorch_model.bin"), b"x");
    let output = tilt(
        &["generate", "--prompt", "x"],
        &[("--model", folder.as_path())],
    );
    let told = errors(&output);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        told.contains("model.safetensors") && told.contains("pytorch_model.bin"),
        "{told}"
    );
    assert!(json(&folder.join("config.json")).is_object());
}
