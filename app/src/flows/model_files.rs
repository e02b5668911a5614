//! A model of the person's own: the files of a Hugging Face folder, chosen here or fetched
//! from an address.

use super::later::do_later;
use super::own_models::{hand_to_engine, tell};
use crate::browser::http;
use crate::browser::later::{Doing, NotLoaded, wasm_split};
use crate::lab::Lab;
use crate::stores::models::{ModelOrigin, ModelTexts, OwnModel};
use crate::texts::files as texts;
use gloo_file::futures::read_as_text;
use gloo_file::{Blob, File};
use serde::Deserialize;
use std::collections::BTreeMap;
use tilt_protocol::Error;
use tilt_protocol::shards::{INDEX, LENGTH_BYTES, MOST_HEADER_BYTES, joined_header, shards};
use tilt_protocol::tensor_names::is_attention_mask;
use tilt_protocol::tokenizer_files::{
    ADDED_TOKENS, CHAT_TEMPLATE, FolderTexts, GENERATION_CONFIG, MERGES, SPECIAL_TOKENS, TOKENIZER,
    TOKENIZER_CONFIG, VOCAB, with_generation_config,
};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;

/// Weights, gradient, two moments and the reference, in f32: what training keeps for each
/// parameter, without what a step needs beside it.
const BYTES_A_PARAMETER: u64 = 5 * 4;
/// A page's wasm addresses 4 GB.
const MOST_TRAINING_BYTES: u64 = 3_500_000_000;
const WEIGHTS_FILE: &str = "model.safetensors";

/// The person's word is there, where one was needed.
pub fn import_now(lab: Lab, files: Vec<File>) {
    do_later(lab, Box::pin(importing(lab, files)));
}

/// As [`import_now`], from an address.
pub fn fetch_now(lab: Lab, folder: String) {
    do_later(lab, Box::pin(fetching(lab, folder)));
}

#[wasm_split(files, wasm_split_path = leptos::wasm_split, fallible)]
fn importing(lab: Lab, files: Vec<File>) -> Result<Doing, NotLoaded> {
    Ok(Box::pin(
        async move { tell(lab, of_files(lab, &files).await) },
    ))
}

#[wasm_split(files, wasm_split_path = leptos::wasm_split, fallible)]
fn fetching(lab: Lab, folder: String) -> Result<Doing, NotLoaded> {
    Ok(Box::pin(fetch_all(lab, folder)))
}

async fn fetch_all(lab: Lab, folder: String) {
    lab.engine.set_fetching(folder.clone(), 0, None);
    let outcome = of_address(lab, &folder).await;
    lab.engine.stop_fetching();
    tell(lab, outcome);
}

async fn of_files(lab: Lab, files: &[File]) -> Result<(), Error> {
    let find = |wanted: &str| files.iter().find(|file| file.name() == wanted);
    let need = |wanted: &str| {
        find(wanted).ok_or_else(|| {
            let chosen: Vec<String> = files.iter().map(File::name).collect();
            Error::malformed(wanted, texts::not_among_files(&chosen))
        })
    };
    let found = async |name: &str| -> Result<Option<String>, Error> {
        match find(name) {
            None => Ok(None),
            Some(file) => text_of(file).await.map(Some),
        }
    };
    let config = text_of(need("config.json")?).await?;
    let mut texts = FolderTexts {
        tokenizer: found(TOKENIZER).await?,
        tokenizer_config: found(TOKENIZER_CONFIG).await?,
        chat_template: found(CHAT_TEMPLATE).await?,
        vocab: found(VOCAB).await?,
        merges: found(MERGES).await?,
        added_tokens: found(ADDED_TOKENS).await?,
        special_tokens: found(SPECIAL_TOKENS).await?,
        ..FolderTexts::default()
    };
    // Chosen files have no folder: any other template is one of the further ones.
    for file in files {
        let name = file.name();
        if let Some(template) = name
            .strip_suffix(".jinja")
            .filter(|_| name != CHAT_TEMPLATE)
        {
            let text = text_of(file).await?;
            texts.more_templates.insert(template.to_owned(), text);
        }
    }
    let weights: web_sys::Blob = match (find(WEIGHTS_FILE), found(INDEX).await?) {
        (None, Some(index)) => {
            let mut parts = Vec::new();
            for name in shards(&index)? {
                let blob: &web_sys::Blob = need(&name)?.as_ref();
                parts.push((name, blob.clone()));
            }
            joined(&parts).await?
        }
        _ => {
            let blob: &web_sys::Blob = need(WEIGHTS_FILE)?.as_ref();
            blob.clone()
        }
    };
    let generation = found(GENERATION_CONFIG).await?;
    let tokenizer = texts.tokenizer_texts()?;
    let parts = ModelTexts {
        config: with_generation_config(&config, generation.as_deref())?,
        tokenizer: match tokenizer.tokenizer {
            Some(tokenizer) => tokenizer,
            None => text_of(need(TOKENIZER)?).await?,
        },
        tokenizer_config: tokenizer.config,
    };
    check_and_send(lab, parts, &weights, "").await
}

/// Shards as one file, whose data stay where the browser has them.
async fn joined(shards: &[(String, web_sys::Blob)]) -> Result<web_sys::Blob, Error> {
    let (mut headers, mut data) = (Vec::new(), Vec::new());
    for (name, blob) in shards {
        let not_whole = || Error::malformed(name, texts::NOT_SAFETENSORS);
        let header = header(blob).await.ok_or_else(not_whole)?;
        let start = (LENGTH_BYTES + header.len()) as f64;
        let rest = blob.slice_with_f64(start).map_err(|_| not_whole())?;
        headers.push((name.as_str(), header, rest.size() as u64));
        data.push(rest);
    }
    let headers: Vec<(&str, &[u8], u64)> = headers
        .iter()
        .map(|(name, header, bytes)| (*name, header.as_slice(), *bytes))
        .collect();
    let begin = joined_header(&headers)?;
    let parts = js_sys::Array::of1(&js_sys::Uint8Array::from(begin.as_slice()));
    for part in data {
        parts.push(&part);
    }
    web_sys::Blob::new_with_blob_sequence(&parts)
        .map_err(|cause| Error::malformed(WEIGHTS_FILE, crate::browser::worker::js_text(&cause)))
}

async fn text_of(file: &File) -> Result<String, Error> {
    let text = read_as_text(file).await;
    text.map_err(|error| Error::malformed(file.name(), error))
}

async fn of_address(lab: Lab, folder: &str) -> Result<(), Error> {
    let text = async |name: &str| -> Result<String, Error> {
        let url = format!("{folder}{name}");
        let blob = fetch(&url).await?;
        let text = read_as_text(&Blob::from(blob)).await;
        text.map_err(|error| Error::malformed(url, error))
    };
    let config = text("config.json").await?;
    let mut texts = FolderTexts {
        tokenizer_config: text(TOKENIZER_CONFIG).await.ok(),
        ..FolderTexts::default()
    };
    // Asked for only where it can be: most hosts answer with an error that the console shows.
    let says = |what: &str| {
        let config = texts.tokenizer_config.as_ref();
        config.is_some_and(|config| config.contains(&format!("\"{what}\"")))
    };
    let (has_template, has_tokens) = (says("chat_template"), says("added_tokens_decoder"));
    let has_end = says("eos_token");
    if !has_template {
        texts.chat_template = text(CHAT_TEMPLATE).await.ok();
    }
    match text(TOKENIZER).await {
        Ok(tokenizer) => texts.tokenizer = Some(tokenizer),
        // An older folder, or else the address of what is missing is the newer file's.
        Err(missing) => match (text(VOCAB).await, text(MERGES).await) {
            (Ok(vocab), Ok(merges)) => {
                (texts.vocab, texts.merges) = (Some(vocab), Some(merges));
                if !has_tokens {
                    texts.added_tokens = text(ADDED_TOKENS).await.ok();
                }
            }
            _ => return Err(missing),
        },
    }
    if !has_tokens && !has_end {
        texts.special_tokens = text(SPECIAL_TOKENS).await.ok();
    }
    let weights = match fetch(&format!("{folder}{WEIGHTS_FILE}")).await {
        Ok(weights) => weights,
        Err(missing) => {
            let Ok(index) = text(INDEX).await else {
                return Err(missing);
            };
            let mut parts = Vec::new();
            for name in shards(&index)? {
                let blob = fetch(&format!("{folder}{name}")).await?;
                parts.push((name, blob));
            }
            joined(&parts).await?
        }
    };
    let generation = match config.contains("\"eos_token_id\"") {
        true => None,
        false => text(GENERATION_CONFIG).await.ok(),
    };
    let tokenizer = texts.tokenizer_texts()?;
    let parts = ModelTexts {
        config: with_generation_config(&config, generation.as_deref())?,
        tokenizer: tokenizer.tokenizer.unwrap_or_default(),
        tokenizer_config: tokenizer.config,
    };
    let name = folder.trim_end_matches("/resolve/main/");
    let name = name.trim_end_matches('/').rsplit('/').next();
    check_and_send(lab, parts, &weights, name.unwrap_or_default()).await
}

async fn fetch(url: &str) -> Result<web_sys::Blob, Error> {
    let response = http::fetch(url).await?;
    let blob = http::body(url, response.blob()).await?;
    Ok(blob.unchecked_into())
}

async fn check_and_send(
    lab: Lab,
    texts: ModelTexts,
    weights: &web_sys::Blob,
    source: &str,
) -> Result<(), Error> {
    check_size(weights).await?;
    let model = OwnModel {
        origin: ModelOrigin::New,
        name: None,
        source: source.to_owned(),
        texts,
        weights: weights.clone(),
    };
    hand_to_engine(lab, model).await
}

#[derive(Deserialize)]
struct TensorInfo {
    shape: Vec<u64>,
}

/// Refuses what cannot be trained here, before anything is loaded. What is wrong with the
/// file itself the engine says.
async fn check_size(weights: &web_sys::Blob) -> Result<(), Error> {
    let Some(parameters) = parameters(weights).await else {
        return Ok(());
    };
    let bytes = parameters.saturating_mul(BYTES_A_PARAMETER);
    if bytes <= MOST_TRAINING_BYTES {
        return Ok(());
    }
    Err(Error::invalid(
        "model.safetensors",
        texts::parameters_need(parameters, bytes),
        texts::at_most_bytes(MOST_TRAINING_BYTES),
    ))
}

/// The header of a safetensors file; `None` where the file is none.
async fn header(file: &web_sys::Blob) -> Option<Vec<u8>> {
    let bytes = async |from: f64, to: f64| -> Option<Vec<u8>> {
        let part = file.slice_with_f64_and_f64(from, to).ok()?;
        let buffer = JsFuture::from(part.array_buffer()).await.ok()?;
        Some(js_sys::Uint8Array::new(&buffer).to_vec())
    };
    let first = LENGTH_BYTES as f64;
    let length = bytes(0.0, first).await?;
    let length = u64::from_le_bytes(length.try_into().ok()?);
    if length > MOST_HEADER_BYTES {
        return None;
    }
    let header = bytes(first, first + length as f64).await?;
    (header.len() as u64 == length).then_some(header)
}

/// The parameters that the header of a safetensors file counts; attention's constant masks
/// are none.
async fn parameters(weights: &web_sys::Blob) -> Option<u64> {
    let header = header(weights).await?;
    let tensors: BTreeMap<String, serde_json::Value> = serde_json::from_slice(&header).ok()?;
    let counts = tensors.into_iter().filter_map(|(name, tensor)| {
        if is_attention_mask(&name) {
            return None;
        }
        let info: TensorInfo = serde_json::from_value(tensor).ok()?;
        Some(
            info.shape
                .iter()
                .fold(1u64, |all, &n| all.saturating_mul(n)),
        )
    });
    Some(counts.fold(0, u64::saturating_add))
}
