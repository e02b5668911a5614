//! A model as a folder that `transformers` loads, and that folder as a zip.

use super::check::check;
use crate::breath::rest;
use crate::hf::{Precision, WEIGHTS_FILE};
use crate::model::Model;
use crate::text::Text;
use burn::tensor::Tensor;
use serde_json::{Value, json};
use tilt_protocol::export::{ExportMeta, ModelFacts, model_card};
use tilt_protocol::zip::{File, zip_files};
use tilt_protocol::{Error, Result, Sampling};

/// The zip of [`model_files`], with the numbers to check a reload by in `check.json`.
///
/// # Errors
/// Those of [`model_files`] and [`check`].
pub async fn model_zip(model: &Model, arena: &Tensor<1>, meta: &ExportMeta) -> Result<Vec<u8>> {
    let mut files = model_files(model, arena, meta).await?;
    rest().await;
    let numbers = check(model, arena).await?;
    let text = serde_json::to_string(&numbers).map_err(Error::internal)?;
    files.push(File::new("check.json", text + "\n"));
    rest().await;
    zip_files(&files)
}

/// The files of a model folder in Hugging Face's layout, weights in f32, with a card.
///
/// # Errors
/// [`Error::Device`] when the device was lost.
pub async fn model_files(model: &Model, arena: &Tensor<1>, meta: &ExportMeta) -> Result<Vec<File>> {
    let precision = Precision::F32;
    let weights = model.weights_file(arena, precision).await?;
    let mut meta = meta.clone();
    if let Some(settings) = &mut meta.settings {
        settings.max_length = settings.max_length.min(model.config.n_positions);
    }
    let mut files = vec![
        File::new("README.md", model_card(&meta, &facts(model))),
        File::new("config.json", config(model, precision)? + "\n"),
    ];
    if !model.config.has_score_head {
        let text = serde_json::to_string_pretty(&generation_config(model));
        let text = text.map_err(Error::internal)?;
        files.push(File::new("generation_config.json", text + "\n"));
    }
    files.extend(model.text.iter().flat_map(tokenizer_files));
    files.push(File::new(WEIGHTS_FILE, weights));
    Ok(files)
}

/// What reads and writes the model's text.
pub(super) fn tokenizer_files(text: &Text) -> Vec<File> {
    let mut files = vec![File::new("tokenizer.json", text.tokenizer_json.as_str())];
    if let Some(config) = &text.tokenizer_config {
        files.push(File::new("tokenizer_config.json", config.as_str()));
    }
    files
}

/// What the card says of the model's shape.
fn facts(model: &Model) -> ModelFacts {
    let config = &model.config;
    ModelFacts {
        parameters: model.layout.len,
        layers: config.n_layer,
        width: config.n_embd,
        heads: config.n_head,
        context: config.n_positions,
        vocab: config.vocab_size,
        is_reward_model: config.has_score_head,
        has_chat_template: model.text.as_ref().is_some_and(|t| t.has_chat_template()),
    }
}

fn bos_id(model: &Model) -> Option<u32> {
    model.text.as_ref()?.bos_id()
}

/// `config.json`; GPT-2's own begin of text, 50256, is no default for other vocabularies.
fn config(model: &Model, precision: Precision) -> Result<String> {
    let text = model.config.to_json(precision.dtype());
    let mut value: Value = serde_json::from_str(&text).map_err(Error::internal)?;
    if let Some(fields) = value.as_object_mut() {
        fields
            .entry("bos_token_id")
            .or_insert_with(|| bos_id(model).into());
    }
    serde_json::to_string_pretty(&value).map_err(Error::internal)
}

/// One id, or a list of several.
fn eos_token_id(model: &Model) -> Value {
    match &model.config.end_of_text_ids()[..] {
        [] => Value::Null,
        [id] => (*id).into(),
        ids => ids.into(),
    }
}

/// How `generate` samples where it is not told: as Tilt does, from the model as it is.
fn generation_config(model: &Model) -> Value {
    json!({
        "bos_token_id": bos_id(model),
        "do_sample": true,
        "eos_token_id": eos_token_id(model),
        "max_new_tokens": Sampling::NEW_TOKENS.min(model.config.n_positions / 2).max(1),
        "pad_token_id": model.pad_id(),
    })
}
