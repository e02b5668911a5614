//! Training the byte-level BPE tokenizer of the shipped models.

use serde_json::json;
use std::collections::HashSet;
use tilt_protocol::{Error, Result};
use tokenizers::models::TrainerWrapper;
use tokenizers::models::bpe::{BPE, BpeTrainer};
use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::{AddedToken, Tokenizer};

/// Ids 0 to 3 of the shipped tokenizers.
pub const PAD: &str = "<|pad|>";
pub const USER: &str = "<|user|>";
pub const ASSISTANT: &str = "<|assistant|>";
pub const END: &str = "<|end|>";

/// The template that the shipped models were trained with.
pub const CHAT_TEMPLATE: &str = "{% for message in messages %}\
{% if message['role'] == 'assistant' %}<|assistant|>{{ message['content'] }}<|end|>\
{% else %}<|user|>{{ message['content'] }}{% endif %}{% endfor %}\
{% if add_generation_prompt %}<|assistant|>{% endif %}";

/// `tokenizer.json` of a byte-level BPE with `vocab` entries, trained on `texts`.
///
/// # Errors
/// [`Error::Internal`] when the trainer fails.
pub fn train_bpe(texts: &[String], vocab: usize) -> Result<String> {
    // 0.23's trainer wants every symbol it may ever meet: all 256 bytes.
    let alphabet: HashSet<char> = ByteLevel::alphabet().into_iter().collect();
    let special = [PAD, USER, ASSISTANT, END].map(|text| AddedToken::from(text, true));
    let mut trainer: TrainerWrapper = BpeTrainer::builder()
        .vocab_size(vocab)
        .show_progress(false)
        .initial_alphabet(alphabet)
        .special_tokens(special.to_vec())
        .build()
        .into();
    let mut tokenizer = Tokenizer::new(BPE::default());
    let bytes = ByteLevel::new(false, true, true);
    tokenizer.with_pre_tokenizer(Some(bytes));
    tokenizer.with_decoder(Some(bytes));
    tokenizer
        .train(&mut trainer, texts.iter().map(String::as_str))
        .map_err(Error::internal)?;
    tokenizer.to_string(true).map_err(Error::internal)
}

/// `tokenizer_config.json` of the shipped models.
pub fn tokenizer_config(context: usize) -> String {
    let fields = json!({
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_max_length": context,
        "eos_token": END,
        "pad_token": PAD,
        "chat_template": CHAT_TEMPLATE,
        "clean_up_tokenization_spaces": false,
    });
    serde_json::to_string_pretty(&fields).unwrap_or_default()
}
