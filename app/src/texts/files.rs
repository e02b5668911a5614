//! Data and models: files in and out, and the way to erase everything.

use super::counts::counted;

pub const DATA_AND_MODELS: &str = "Data and models";
pub const IMPORT_PAIRS: &str = "Import data";
pub const EXPORT_PAIRS: &str = "Export pairs";
pub const EXPORT_LABELS: &str = "Export all labels";
pub const IMPORT_MODEL: &str = "Import model";
pub const EXPORT_MODEL: &str = "Export model";
pub const FORMATS: &str = "Data: JSON lines, a JSON array or CSV, in the formats of TRL, HH-RLHF, UltraFeedback or Nectar. Choose a file, drop it on the page, or paste it. A model: config.json, model.safetensors and tokenizer.json (or vocab.json and merges.txt), all chosen together. Add tokenizer_config.json and chat_template.jinja where the folder has them.";

pub const PRACTICE_SET: &str = "Practice set to add";
pub const PRACTICE_SETS: &str = "Practice sets\u{2026}";

pub fn set_imported(set: &str, pairs: usize, explanation: &str) -> String {
    format!("{set}: {} added. {explanation}", counted(pairs, "pair"))
}

pub const ERASE_ALL: &str = "Erase all\u{2026}";
pub const ERASE_EVERYTHING: &str = "Erase everything";
pub const ERASE: &str = "Erase";
pub const KEEP: &str = "Keep";

pub fn erase_question(labels: usize) -> String {
    format!(
        "Erase {}, all runs, imported models and settings, the draft of a lesson, and what the policy has learnt? This cannot be undone.",
        counted(labels, "label")
    )
}

/// The name of the file that the labels are saved as.
pub const LABELS_FILE: &str = "tilt-preferences.jsonl";
/// And with ties and all that Tilt knows of them.
pub const ALL_LABELS_FILE: &str = "labels.tilt.jsonl";
pub const DOWNLOAD_REFUSED: &str = "the browser refused the download";
pub const NO_ZIP: &str = "the export came without its zip";
pub const MODEL_ZIP: &str = "tilt-model.zip";
pub const TRL_ZIP: &str = "tilt-trl.zip";
pub const CONTINUE_IN_TRL: &str = "Continue in TRL";
pub const TO_EXPORT: &str = "export";
pub const LABEL_ONE_PAIR: &str = "label at least one pair with 1 or 2";

pub fn imported_from(pairs: usize, file: &str) -> String {
    format!("{} imported from {file}.", counted(pairs, "pair"))
}

pub fn no_rows(file: &str) -> String {
    format!("{file}: no rows, expected one JSON object a line.")
}

pub fn imported(file: &str, pairs: usize) -> String {
    format!("{file}: {} imported.", counted(pairs, "pair"))
}

/// A sentence, and on a line of their own the remarks, where there are any.
pub fn with_remarks(mut text: String, remarks: &str) -> String {
    if !remarks.is_empty() {
        text.push('\n');
        text.push_str(remarks);
    }
    text
}

/// `listed` are lines, one a defect.
pub fn imported_in_part(file: &str, pairs: usize, refused: usize, listed: &[String]) -> String {
    format!(
        "{file}: {} imported, rows refused: {refused}\n{}",
        counted(pairs, "pair"),
        listed.join("\n")
    )
}

pub fn and_more(count: usize) -> String {
    format!("and {count} more")
}

pub fn imported_sample(file: &str, pairs: usize, good: usize) -> String {
    format!(
        "{file}: {} imported, a random sample of its {}.",
        counted(pairs, "pair"),
        counted(good, "row")
    )
}

/// What a model from files is called.
pub const MODEL_NOT_READ: &str = "Your imported model could not be read from this browser's storage. The model \u{201c}small\u{201d} stands in for it. Yours is loaded as soon as it can be read, unless you train or choose another model first.";
pub const MODEL_NOT_STORED: &str =
    "Your imported model is no longer stored. The model \u{201c}small\u{201d} is used.";
pub const IMPORTED_MODEL: &str = "imported";
pub const REMOVE_MODEL: &str = "Remove model";

/// The name of a further one.
pub fn numbered_model(name: &str, number: usize) -> String {
    format!("{name} {number}")
}

/// As the list shows it; `mark` tells it from others.
pub fn model_title(name: &str, mark: &str) -> String {
    format!("{name} ({mark})")
}

pub fn model_removed(name: &str) -> String {
    format!("The model \u{201c}{name}\u{201d} is removed from this browser.")
}

pub fn model_removed_in_use(name: &str) -> String {
    format!(
        "The model \u{201c}{name}\u{201d} is removed from this browser. The run under way goes on with it, and the model can be exported until you choose another one or reload."
    )
}

pub fn model_removed_elsewhere(name: &str) -> String {
    format!(
        "The model \u{201c}{name}\u{201d} was removed in another tab. It stays here until you choose another model or reload."
    )
}

pub fn parameters_need(parameters: u64, bytes: u64) -> String {
    format!(
        "{:.0} million parameters, which need {:.1} GB to train",
        parameters as f64 / 1e6,
        bytes as f64 / 1e9
    )
}

/// The name of what was pasted.
pub const PASTED: &str = "pasted";
pub const MODEL_ADDRESS: &str = "Model on Hugging Face (owner/name), or the address of its folder";
pub const MODEL_ADDRESS_EXAMPLE: &str = "openai-community/gpt2";

pub fn model_not_imported(error: &str) -> String {
    format!("The model was not imported: {error}")
}

pub const NOT_SAFETENSORS: &str = "not a safetensors file: its header is incomplete";

pub fn not_among_files(chosen: &[String]) -> String {
    format!(
        "not among the chosen files ({}); choose config.json, model.safetensors and tokenizer.json (or vocab.json and merges.txt) together",
        chosen.join(", ")
    )
}

pub fn at_most_bytes(most: u64) -> String {
    format!("at most {most} bytes in a browser tab")
}
