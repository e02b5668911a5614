//! Zips of models and runs: what goes in comes out, and the same bytes each time.

mod support;

use burn::tensor::Tensor;
use pollster::block_on;
use std::path::Path;
use support::{model, pairs, settings, thumbs};
use tilt_engine::export::{File, check, model_zip, trl_rows, trl_zip, unzip_files};
use tilt_engine::model::{Model, ModelFiles};
use tilt_engine::readback::read;
use tilt_engine::session::online::RewardModel;
use tilt_engine::session::{Session, first_epoch};
use tilt_engine::text::TokenisedRow;
use tilt_protocol::dataset::parse_jsonl;
use tilt_protocol::{Content, Error, Example, ExportMeta, ObjectiveKind, Reward, TrainSettings};

const LIMIT: usize = 1 << 28;

/// The smallest shipped model.
fn nano() -> (Model, Tensor<1>) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../public/models/nano");
    let text = |name: &str| std::fs::read_to_string(folder.join(name)).expect(name);
    let weights = std::fs::read(folder.join("model.safetensors")).expect("weights");
    let files = ModelFiles {
        config: &text("config.json"),
        weights: &weights,
        tokenizer: Some(&text("tokenizer.json")),
        tokenizer_config: Some(&text("tokenizer_config.json")),
    };
    Model::load(&files, &burn::tensor::Device::flex()).expect("a model")
}

fn examples(count: usize) -> Vec<Example> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../public/datasets/polite.jsonl");
    let text = std::fs::read_to_string(path).expect("a dataset");
    let mut examples = parse_jsonl(&text).examples;
    examples.truncate(count);
    examples
}

fn contents<'a>(files: &'a [File], name: &str) -> &'a str {
    let file = files.iter().find(|file| file.name == name).expect(name);
    std::str::from_utf8(&file.bytes).expect("text")
}

#[test]
fn a_model_comes_back_from_its_zip_to_the_last_bit() {
    let (model, arena) = nano();
    let meta = ExportMeta::default();
    let bytes = block_on(model_zip(&model, &arena, &meta)).expect("a zip");
    assert_eq!(
        block_on(model_zip(&model, &arena, &meta)).expect("a zip"),
        bytes,
        "the same model gives the same bytes"
    );
    let files = unzip_files(&bytes, LIMIT).expect("files");
    let weights = files.iter().find(|file| file.name == "model.safetensors");
    let (again, arena_again) = Model::load(
        &ModelFiles {
            config: contents(&files, "config.json"),
            weights: &weights.expect("weights").bytes,
            tokenizer: Some(contents(&files, "tokenizer.json")),
            tokenizer_config: Some(contents(&files, "tokenizer_config.json")),
        },
        &model.device,
    )
    .expect("a model");
    let numbers = |arena: &Tensor<1>| block_on(read(arena.clone())).expect("numbers");
    assert_eq!(numbers(&arena_again), numbers(&arena));
    let expected = block_on(check(&again, &arena_again)).expect("logits");
    assert!(expected.sequences.len() > 3);
    for sequence in &expected.sequences {
        let exact = sequence.exact_outputs.as_ref().expect("a small model");
        assert_eq!(exact.len(), sequence.outputs.len());
        let (exact, rounded) = (exact.concat(), sequence.outputs.concat());
        assert_eq!(exact.len(), rounded.len());
        assert!(!exact.is_empty());
        for (exact, rounded) in exact.iter().zip(&rounded) {
            assert!(
                (exact - f64::from(*rounded)).abs() < 1e-4,
                "{exact} {rounded}"
            );
        }
    }
    assert_eq!(
        contents(&files, "check.json").trim_end(),
        serde_json::to_string(&expected).expect("plain data")
    );
}

#[test]
fn a_model_without_a_tokenizer_has_a_zip_too() {
    let (model, arena) = model();
    let zip = block_on(model_zip(&model, &arena, &ExportMeta::default())).expect("a zip");
    let files = unzip_files(&zip, LIMIT).expect("files");
    assert!(files.iter().all(|file| file.name != "tokenizer.json"));
    let (rows, run) = (examples(4), settings(ObjectiveKind::Dpo, 3));
    let meta = ExportMeta::default();
    let zip = block_on(trl_zip(&model, &arena, &rows, &run, &meta, None));
    assert!(matches!(zip, Err(Error::NoTokenizer { .. })));
}

/// What the script's sequential order rests on.
#[test]
fn rows_in_the_first_epochs_order_take_the_same_steps_unshuffled() {
    let (model, arena) = model();
    let (some_pairs, some_thumbs) = (pairs(7), thumbs(8));
    let kinds: [(ObjectiveKind, &[TokenisedRow]); 2] = [
        (ObjectiveKind::Dpo, &some_pairs),
        (ObjectiveKind::Kto, &some_thumbs),
    ];
    for (kind, rows) in kinds {
        let shuffled = TrainSettings {
            keep_order: false,
            batch_size: 3,
            ..settings(kind, 3)
        };
        let order = first_epoch(rows.len(), &shuffled);
        assert!(!order.is_sorted(), "{order:?}");
        let in_order = order.iter().map(|&row| rows[row].clone()).collect();
        let kept = TrainSettings {
            keep_order: true,
            ..shuffled.clone()
        };
        let losses = |rows: Vec<TokenisedRow>, settings: TrainSettings| {
            let mut session =
                Session::start(&model, arena.clone(), &arena, rows, settings).expect("a run");
            (0..2)
                .map(|_| block_on(session.step(&model)).expect("a step").metrics)
                .collect::<Vec<_>>()
        };
        assert_eq!(
            losses(rows.to_vec(), shuffled),
            losses(in_order, kept),
            "{kind:?}"
        );
    }
}

#[test]
fn a_run_leaves_with_rows_script_reference_and_losses() {
    let (model, arena) = nano();
    let settings = TrainSettings::lab_defaults(ObjectiveKind::Dpo);
    let meta = ExportMeta::default();
    let zip = |settings: &TrainSettings| {
        let rows = examples(20);
        block_on(trl_zip(&model, &arena, &rows, settings, &meta, None)).expect("a zip")
    };
    let bytes = zip(&settings);
    assert_eq!(zip(&settings), bytes);
    let files = unzip_files(&bytes, LIMIT).expect("files");
    for name in ["README.md", "requirements.txt", "reference/config.json"] {
        assert!(!contents(&files, name).is_empty());
    }
    assert!(contents(&files, "train.py").contains("DPOTrainer"));
    let rows = parse_jsonl(contents(&files, "labels.jsonl"));
    assert_eq!((rows.examples.len(), rows.errors.len()), (20, 0));
    let expected: serde_json::Value =
        serde_json::from_str(contents(&files, "expected.json")).expect("JSON");
    assert_eq!(expected["steps"].as_array().expect("steps").len(), 3);
    // DPO starts at ln 2.
    let first = expected["steps"][0]["loss"].as_f64().expect("a loss");
    assert!((first - std::f64::consts::LN_2).abs() < 1e-9, "{first}");
}

#[test]
fn rows_are_those_of_the_trainer() {
    let (model, _) = nano();
    let of = |kind| {
        let settings = TrainSettings::lab_defaults(kind);
        trl_rows(&model, &examples(10), &settings).expect("rows")
    };
    assert_eq!(of(ObjectiveKind::Dpo).examples.len(), 10);
    assert_eq!(of(ObjectiveKind::Kto).examples.len(), 20);
    let texts = of(ObjectiveKind::Sft).examples;
    assert!(
        texts
            .iter()
            .all(|row| matches!(row, Example::Completion { .. }))
    );

    let mut short = TrainSettings::lab_defaults(ObjectiveKind::Dpo);
    short.max_length = 8;
    let rows = trl_rows(&model, &examples(10), &short).expect("rows");
    assert_eq!(rows.examples.len() + rows.dropped, 10);
    assert!(rows.dropped > 0);

    let ids = parse_jsonl(r#"{"prompt_ids": [5], "chosen_ids": [6], "rejected_ids": [7]}"#);
    let error = trl_rows(&model, &ids.examples, &short).unwrap_err();
    assert!(error.to_string().contains("token ids"), "{error}");
}

/// A run on its own answers goes to TRL with its prompts and the reward model that scored it.
#[test]
fn a_run_on_its_own_answers_takes_its_reward_model_along() {
    let (model, arena) = nano();
    let settings = TrainSettings {
        rewards: vec![Reward::Model, Reward::LengthPenalty(0.01)],
        ..TrainSettings::lab_defaults(ObjectiveKind::Grpo)
    };
    let prompt = |text: &str| Example::Prompt {
        prompt: Content::user(text),
    };
    let prompts = [prompt("Hello there!"), prompt("How do I make tea?")];
    let meta = ExportMeta::default();
    let zip = |examples: &[Example], scorer: Option<&RewardModel>| {
        block_on(trl_zip(&model, &arena, examples, &settings, &meta, scorer))
    };
    assert!(matches!(
        zip(&prompts, None),
        Err(Error::InvalidConfig { .. })
    ));
    let (head, weights) = nano();
    let (head, weights) = head.with_score_head(weights, 3);
    let mut scorer = RewardModel::given("own", head, weights, &model).expect("a reward model");
    scorer.scale.deviation = 4.0;
    assert!(matches!(
        zip(&examples(2), Some(&scorer)),
        Err(Error::BadRows(_))
    ));
    let bytes = zip(&prompts, Some(&scorer)).expect("a zip");
    let files = unzip_files(&bytes, LIMIT).expect("files");
    let text = |name: &str| {
        let file = files.iter().find(|file| file.name == name).expect(name);
        String::from_utf8(file.bytes.clone()).expect("text")
    };
    assert_eq!(text("prompts.jsonl").lines().count(), 2);
    assert!(text("train.py").contains("reward_funcs=[REWARD_MODEL, length],"));
    for name in ["tokenizer.json", "config.json", "tokenizer_config.json"] {
        text(&format!("reward_model/{name}"));
    }
    // What the run divides by is in the head.
    let weights = files
        .iter()
        .find(|file| file.name == "reward_model/model.safetensors")
        .expect("weights");
    let config = text("reward_model/config.json");
    let exported = ModelFiles {
        config: &config,
        weights: &weights.bytes,
        tokenizer: None,
        tokenizer_config: None,
    };
    let (exported, numbers) =
        Model::load(&exported, &burn::tensor::Device::flex()).expect("a model");
    let numbers = block_on(read(numbers)).expect("numbers");
    let own = block_on(read(scorer.arena.clone())).expect("numbers");
    let head = own.len() - exported.config.n_embd;
    assert_eq!(numbers[..head], own[..head]);
    let scaled: Vec<f32> = own[head..].iter().map(|number| number / 4.0).collect();
    assert_eq!(numbers[head..], scaled);
}
