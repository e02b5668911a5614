//! The readers, each with good inputs and with what must hold of whatever it is given.

macro_rules! files {
    ($($name:literal),* $(,)?) => {
        vec![$(include_bytes!(concat!("seeds/", $name)).to_vec()),*]
    };
}

mod binaries;
mod lesson;
mod rollouts;
mod rows;

use binaries::{
    checkpoint_seeds, read_checkpoint, read_weights_file, read_zip, weights_seeds, zip_seeds,
};
use lesson::{lesson_seeds, read_lesson};
use rollouts::{read_rollouts, rollout_seeds};
use rows::{data_seeds, read_data, read_labels};
use tilt_engine::gpt_config::GptConfig;
use tilt_engine::layout::Layout;
use tilt_engine::text::{Text, train_bpe};
use tilt_protocol::config::{TrlConfig, trl_config};
use tilt_protocol::tokenizer_files::FolderTexts;
use tilt_protocol::{Command, Content, Event, Message, Request, Role, Turn};

pub struct Target {
    pub name: &'static str,
    pub seeds: fn() -> Vec<Vec<u8>>,
    /// Panics where the input shows a fault.
    pub read: fn(&[u8]),
}

pub static TARGETS: [Target; 13] = [
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
        name: "rollouts",
        seeds: rollout_seeds,
        read: read_rollouts,
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
    Target {
        name: "lesson",
        seeds: lesson_seeds,
        read: read_lesson,
    },
];

// ---- configurations

fn trl_config_seeds() -> Vec<Vec<u8>> {
    files!(
        "config/dpo.json",
        "config/mixture.json",
        "config/kto.json",
        "config/cpo.json",
        "config/sft.json",
        "config/reward.json",
        "config/grpo.json",
        "config/online_dpo.json",
        "config/ppo.json",
        "config/rloo.json",
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
