//! The readers, each with good inputs and with what must hold of whatever it is given.

use serde::{Deserialize, Serialize};
use tilt_engine::checkpoint::{Kind, Tensors, read_state};
use tilt_engine::export::{File, unzip_files, zip_files};
use tilt_engine::gpt_config::GptConfig;
use tilt_engine::hf::{Precision, read_weights, write_weights};
use tilt_engine::layout::Layout;
use tilt_engine::text::{Text, train_bpe};
use tilt_protocol::config::{TrlConfig, trl_config};
use tilt_protocol::dataset::import::{
    ImportOptions, Imported, Importer, NectarPairs, Outcome, SampledRow,
};
use tilt_protocol::dataset::write_tilt_jsonl;
use tilt_protocol::label::{pairs_from_labels, unpaired_from_labels};
use tilt_protocol::tokenizer_files::FolderTexts;
use tilt_protocol::{
    Command, Content, Event, Example, Label, Message, Request, Role, Turn, Verdict,
};

pub struct Target {
    pub name: &'static str,
    pub seeds: fn() -> Vec<Vec<u8>>,
    /// Panics where the input shows a fault.
    pub read: fn(&[u8]),
}

pub static TARGETS: [Target; 11] = [
    Target {
        name: "data",
        seeds: data_seeds,
        read: read_data,
    },
    Target {
        name: "labels",
        seeds: data_seeds,
        read: read_labels,
    },
    Target {
        name: "trl_config",
        seeds: trl_config_seeds,
        read: read_trl_config,
    },
    Target {
        name: "gpt_config",
        seeds: gpt_config_seeds,
        read: read_gpt_config,
    },
    Target {
        name: "weights",
        seeds: weights_seeds,
        read: read_weights_file,
    },
    Target {
        name: "checkpoint",
        seeds: checkpoint_seeds,
        read: read_checkpoint,
    },
    Target {
        name: "zip",
        seeds: zip_seeds,
        read: read_zip,
    },
    Target {
        name: "tokenizer",
        seeds: tokenizer_seeds,
        read: read_tokenizer,
    },
    Target {
        name: "older_tokenizer",
        seeds: older_tokenizer_seeds,
        read: read_older_tokenizer,
    },
    Target {
        name: "template",
        seeds: template_seeds,
        read: read_template,
    },
    Target {
        name: "messages",
        seeds: message_seeds,
        read: read_message,
    },
];

macro_rules! files {
    ($($name:literal),* $(,)?) => {
        vec![$(include_bytes!(concat!("seeds/", $name)).to_vec()),*]
    };
}

// ---- rows

fn data_seeds() -> Vec<Vec<u8>> {
    files!(
        "data/array.json",
        "data/hh.jsonl",
        "data/implicit.jsonl",
        "data/nectar.jsonl",
        "data/pairs.csv",
        "data/rows.json",
        "data/tilt.jsonl",
        "data/trl.jsonl",
        "data/ultrafeedback.jsonl",
        "data/unpaired.jsonl",
    )
}

fn outcomes(name: &str, chunks: &[&[u8]], options: ImportOptions) -> (Importer, Vec<Outcome>) {
    let mut importer = Importer::new(name, options);
    let mut outcomes = Vec::new();
    for chunk in chunks {
        importer.push(chunk, &mut |outcome| outcomes.push(outcome));
    }
    importer.finish(&mut |outcome| outcomes.push(outcome));
    (importer, outcomes)
}

/// Each row is good or refused, and the same however the bytes are cut. The input's own
/// bytes choose the file's name, the options and the cuts.
fn read_data(input: &[u8]) {
    let Some((bytes, &[choice, cuts @ ..])) = input.split_last_chunk::<5>() else {
        return;
    };
    let name = ["a", "a.jsonl", "a.json", "a.csv"][usize::from(choice & 3)];
    let pairs = [
        NectarPairs::BestWorst,
        NectarPairs::BestEach,
        NectarPairs::Neighbours,
        NectarPairs::All,
    ];
    let options = ImportOptions {
        nectar: pairs[usize::from(choice >> 2 & 3)],
        labels_only: choice & 16 != 0,
        as_trl: choice & 64 != 0,
        row_limit_bytes: if choice & 32 == 0 { 1 << 20 } else { 40 },
    };
    let (whole, expected) = outcomes(name, &[bytes], options);

    let mut cuts = cuts.map(|cut: u8| usize::from(cut) * bytes.len() / 255);
    cuts.sort_unstable();
    let [a, b, c, d] = cuts;
    let chunks = [
        &bytes[..a],
        &bytes[a..b],
        &bytes[b..c],
        &bytes[c..d],
        &bytes[d..],
    ];
    let (cut, found) = outcomes(name, &chunks, options);
    assert_eq!(cut.container(), whole.container());
    assert_eq!(cut.format(), whole.format());
    assert_eq!(cut.header(), whole.header());
    assert_eq!(found, expected);

    let one_by_one: Vec<&[u8]> = bytes.chunks(1).collect();
    assert_eq!(outcomes(name, &one_by_one, options).1, expected);

    assert_eq!(whole.row_count(), expected.len());
    for (index, outcome) in expected.iter().enumerate() {
        match outcome {
            Outcome::Good {
                number, examples, ..
            } => {
                assert_eq!(*number, index + 1);
                assert!(!examples.is_empty());
            }
            Outcome::Refused { number, .. } => assert_eq!(*number, index + 1),
        }
    }
}

fn good_rows(name: &str, bytes: &[u8]) -> Vec<SampledRow> {
    let (_, outcomes) = outcomes(name, &[bytes], ImportOptions::default());
    let good = outcomes.into_iter().filter_map(|outcome| match outcome {
        Outcome::Good {
            number,
            line,
            examples,
        } => Some(SampledRow {
            number,
            line,
            examples,
        }),
        Outcome::Refused { .. } => None,
    });
    good.collect()
}

fn labels_of(rows: Vec<SampledRow>) -> Vec<Label> {
    let labels = rows.into_iter().flat_map(|row| {
        let labels = row.into_labels("file", 1.0);
        labels.expect("a row for labels")
    });
    labels.collect()
}

/// Labels made of rows give the same rows back, and Tilt's export gives the same labels
/// back, byte for byte. The last byte chooses which verdicts change in between.
fn read_labels(input: &[u8]) {
    let Some((&choice, bytes)) = input.split_last() else {
        return;
    };
    let rows = good_rows("a", bytes);
    for imported in rows.iter().flat_map(|row| &row.examples) {
        let Imported::Row(example) = imported else {
            continue;
        };
        let row = SampledRow {
            number: 1,
            line: 1,
            examples: vec![imported.clone()],
        };
        let labels = labels_of(vec![row]);
        if labels
            .iter()
            .any(|label| !label.pair.is_single() && !label.pair.tells_apart())
        {
            // An answer against itself or against none: not for training.
            continue;
        }
        let given = match example {
            Example::Pair { .. } => pairs_from_labels(&labels),
            _ => unpaired_from_labels(&labels),
        };
        assert_eq!(given, std::slice::from_ref(example));
    }

    let mut labels_in = labels_of(rows);
    for (index, label) in labels_in.iter_mut().enumerate() {
        if (choice >> (index % 8)) & 1 == 1 {
            label.verdict = Verdict::ALL[usize::from(choice) % Verdict::ALL.len()];
        }
    }
    let text = write_tilt_jsonl(&labels_in);
    let labels_out = labels_of(good_rows("a.jsonl", text.as_bytes()));
    assert_eq!(labels_out, labels_in);
    assert_eq!(write_tilt_jsonl(&labels_out), text);
}

// ---- configurations

fn trl_config_seeds() -> Vec<Vec<u8>> {
    files!(
        "config/dpo.json",
        "config/mixture.json",
        "config/kto.json",
        "config/cpo.json",
        "config/sft.json",
        "config/reward.json",
    )
}

/// A config that is taken can be written, and read again as the same settings.
fn read_trl_config(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else {
        return;
    };
    let Ok(config) = TrlConfig::from_json(text) else {
        return;
    };
    config.settings_to_score(7);
    let mut settings = config.settings_for(7);
    // What has no field of TRL's, and what its fields say otherwise.
    settings.max_length = settings.max_length.min(1 << 20);
    if settings.check().is_err() {
        return;
    }
    let written = serde_json::to_string(&trl_config(&settings)).expect("JSON");
    let again = TrlConfig::from_json(&written);
    let again = again.unwrap_or_else(|error| panic!("{error}: {written}"));
    assert_eq!(
        again.settings_for(7).objective,
        settings.objective,
        "{written}"
    );
    assert_eq!(again.settings_for(7).steps, settings.steps, "{written}");
}

fn gpt_config_seeds() -> Vec<Vec<u8>> {
    files!("gpt_config/nano.json", "gpt_config/gpt2.json")
}

fn read_gpt_config(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else {
        return;
    };
    let Ok(config) = GptConfig::from_json(text) else {
        return;
    };
    let layout = Layout::of(&config);
    assert!(layout.len > 0);
    let written = config.to_json("float32");
    let again = GptConfig::from_json(&written);
    let again = again.unwrap_or_else(|error| panic!("{error}: {written}"));
    assert_eq!(Layout::of(&again).len, layout.len);
}

// ---- binary files

fn tiny_config() -> GptConfig {
    GptConfig::new(5, 4, 4, 1, 1)
}

fn weights_seeds() -> Vec<Vec<u8>> {
    let layout = Layout::of(&tiny_config());
    let arena: Vec<f32> = (0..layout.len).map(|index| index as f32 / 7.0).collect();
    let write = |precision| write_weights(&arena, &layout, precision).expect("weights");
    vec![write(Precision::F32), write(Precision::F16)]
}

fn read_weights_file(input: &[u8]) {
    let layout = Layout::of(&tiny_config());
    if let Ok(arena) = read_weights(input, &layout) {
        assert_eq!(arena.len(), layout.len);
    }
}

const CHECKPOINT: Kind = Kind {
    key: "tilt_test",
    format: 1,
};

#[derive(Debug, Serialize, Deserialize)]
struct State {
    step: usize,
    names: Vec<String>,
}

fn checkpoint_seeds() -> Vec<Vec<u8>> {
    let state = State {
        step: 3,
        names: vec!["a".to_owned()],
    };
    let device = burn::tensor::Device::flex();
    let arena = burn::tensor::Tensor::from_data([1.0_f32, 2.0, 3.0], &device);
    let tables = [("table", [1, 2], vec![0.5, 1.5])];
    let written =
        tilt_engine::checkpoint::write(CHECKPOINT, &state, vec![("policy", arena)], &tables);
    vec![pollster::block_on(written).expect("a checkpoint")]
}

fn read_checkpoint(input: &[u8]) {
    let _ = read_state::<State>(CHECKPOINT, input);
    if let Ok(tensors) = Tensors::of(input) {
        for shape in [[1, 2], [usize::MAX, 2], [0, 0]] {
            if let Ok(numbers) = tensors.table("table", shape) {
                assert_eq!(numbers.len(), shape[0] * shape[1]);
            }
        }
    }
}

fn zip_seeds() -> Vec<Vec<u8>> {
    let files = [
        File::new("config.json", "{}"),
        File::new("a/b.txt", "text ".repeat(30)),
    ];
    vec![zip_files(&files).expect("a zip")]
}

fn read_zip(input: &[u8]) {
    const LIMIT: usize = 1 << 16;
    if let Ok(files) = unzip_files(input, LIMIT) {
        let bytes: usize = files.iter().map(|file| file.bytes.len()).sum();
        assert!(bytes <= LIMIT, "{bytes} bytes of a zip limited to {LIMIT}");
    }
}

// ---- tokenizers and templates

fn tokenizer_seeds() -> Vec<Vec<u8>> {
    let texts = ["the cat sat on the mat", "a cat, a mat"].map(str::to_owned);
    let mut seeds = files!(
        "tokenizer/bpe.json",
        "tokenizer/unigram.json",
        "tokenizer/wordpiece.json",
    );
    seeds.push(train_bpe(&texts, 280).expect("a tokenizer").into_bytes());
    seeds
}

fn spacious_config() -> GptConfig {
    GptConfig::new(300, 16, 4, 1, 1)
}

fn read_tokenizer(input: &[u8]) {
    let Ok(tokenizer) = std::str::from_utf8(input) else {
        return;
    };
    if let Ok(text) = Text::from_json(tokenizer, None, &spacious_config())
        && let Ok(ids) = text.encode("the cat\u{0}\n \u{1F642} sat", true)
    {
        text.decode(&ids);
        for id in ids.into_iter().chain([0, 299, u32::MAX]) {
            text.token_text(id);
        }
    }
}

/// `vocab.json`, `merges.txt`, `tokenizer_config.json` and what lies beside it in one
/// input, cut at this.
const CUT: &str = "\u{1}\n";

fn older_tokenizer_seeds() -> Vec<Vec<u8>> {
    let vocab = r#"{"a": 0, "b": 1, "ab": 2, "Ġ": 3, "Ġa": 4, "<|endoftext|>": 5}"#;
    let merges = "#version: 0.2\na b\nĠ a\n";
    let config = r#"{"add_prefix_space": true, "eos_token": "<|endoftext|>",
        "added_tokens_decoder": {"5": {"content": "<|endoftext|>", "special": true}}}"#;
    let added = r#"{"<|user|>": 6}"#;
    let special = r#"{"eos_token": {"content": "<|user|>"}}"#;
    vec![
        [vocab, merges, config].join(CUT).into_bytes(),
        [vocab, merges, "{}", added, special].join(CUT).into_bytes(),
    ]
}

fn read_older_tokenizer(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else {
        return;
    };
    let mut files = text.split(CUT);
    let mut next = || files.next().map(str::to_owned);
    let texts = FolderTexts {
        vocab: Some(next().unwrap_or_default()),
        merges: Some(next().unwrap_or_default()),
        tokenizer_config: next(),
        added_tokens: next(),
        special_tokens: next(),
        ..FolderTexts::default()
    };
    if let Ok(texts) = texts.tokenizer_texts()
        && let Some(tokenizer) = texts.tokenizer
    {
        read_tokenizer(tokenizer.as_bytes());
    }
}

fn template_seeds() -> Vec<Vec<u8>> {
    files!(
        "template/chatml.jinja",
        "template/filters.jinja",
        "template/llama.jinja",
        "template/training.jinja",
    )
}

/// What the template says is the template's; that it comes to an end and does not panic is
/// ours.
fn read_template(input: &[u8]) {
    let Ok(source) = std::str::from_utf8(input) else {
        return;
    };
    let config = serde_json::json!({"chat_template": source, "eos_token": "</s>"});
    let Ok(text) = Text::from_json(
        small_tokenizer(),
        Some(&config.to_string()),
        &spacious_config(),
    ) else {
        return;
    };
    let prompt = Content::Turns(vec![Turn::new(Role::User, "the cat\n")]);
    let completion = Content::Turns(vec![Turn::new(Role::Assistant, " sat \u{1F642}")]);
    let _ = text.prompt_text(&prompt);
    let _ = text.full_text(&prompt, &completion);
}

fn small_tokenizer() -> &'static str {
    static TOKENIZER: std::sync::OnceLock<String> = std::sync::OnceLock::new();
    TOKENIZER.get_or_init(|| train_bpe(&["the cat sat".to_owned()], 270).expect("a tokenizer"))
}

// ---- the worker boundary

fn message_seeds() -> Vec<Vec<u8>> {
    let requests = [Command::Pause, Command::Steps { count: 3 }];
    let requests = requests.map(|command| serde_json::to_vec(&Request { id: 7, command }));
    let events = [
        Event::WasReset,
        Event::Pairs {
            pairs: Vec::new(),
            done: true,
        },
    ];
    let events = events.map(|event| serde_json::to_vec(&Message { id: Some(1), event }));
    let seeds = requests.into_iter().chain(events);
    seeds.map(|json| json.expect("JSON")).collect()
}

/// A message that is understood says the same when it is written and read again.
fn read_message(input: &[u8]) {
    if let Ok(request) = serde_json::from_slice::<Request>(input) {
        let written = serde_json::to_vec(&request).expect("JSON");
        let again: Request = serde_json::from_slice(&written).expect("a request");
        assert_eq!(again, request);
    }
    if let Ok(message) = serde_json::from_slice::<Message>(input) {
        let written = serde_json::to_vec(&message).expect("JSON");
        let again: Message = serde_json::from_slice(&written).expect("a message");
        assert_eq!(again, message);
    }
}
