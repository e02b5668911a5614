//! A model of the person's own: the files of a Hugging Face folder, chosen here or fetched
//! from an address.

use crate::later::{Doing, NotLoaded, do_later, wasm_split};
use crate::own_models::{send, tell};
use crate::state::models::{ModelTexts, Origin, OwnModel, Wanted};
use crate::state::{Lab, startup, training};
use crate::texts::files as texts;
use gloo_file::futures::read_as_text;
use gloo_file::{Blob, File};
use serde::Deserialize;
use std::collections::BTreeMap;
use tilt_protocol::Error;
use tilt_protocol::tensor_names::is_attention_mask;
use tilt_protocol::tokenizer_files::{
    CHAT_TEMPLATE, MERGES, TOKENIZER, TOKENIZER_CONFIG, VOCAB, from_vocab_and_merges,
    with_chat_template,
};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;

/// Weights, gradient, two moments and the reference, in f32: what training keeps for each
/// parameter, without what a step needs beside it.
const BYTES_A_PARAMETER: u64 = 5 * 4;
/// A page's wasm addresses 4 GB.
const MOST_TRAINING_BYTES: u64 = 3_500_000_000;

/// Loads a model from chosen files.
pub fn import_model(lab: Lab, files: Vec<File>) {
    training::want_model(lab, Wanted::Files(files));
}

/// Loads a model from an address, which the person asked for.
pub fn fetch_model(lab: Lab, folder: String) {
    training::want_model(lab, Wanted::Folder(folder));
}

/// The person's word is there, where one was needed.
pub fn import_now(lab: Lab, files: Vec<File>) {
    do_later(lab, Box::pin(importing(lab, files)));
}

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
    lab.engine.set_fetching(crate::state::engine::Fetching {
        what: folder.clone(),
        received: 0,
        total: None,
    });
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
    let (config, weights) = (need("config.json")?, need("model.safetensors")?);
    let found = async |name: &str| -> Result<Option<String>, Error> {
        match find(name) {
            None => Ok(None),
            Some(file) => text_of(file).await.map(Some),
        }
    };
    let tokenizer_config = templated(
        found(TOKENIZER_CONFIG).await?,
        found(CHAT_TEMPLATE).await?.as_deref(),
    )?;
    let tokenizer = match (find(TOKENIZER), find(VOCAB), find(MERGES)) {
        (None, Some(vocab), Some(merges)) => {
            let (vocab, merges) = (text_of(vocab).await?, text_of(merges).await?);
            from_vocab_and_merges(&vocab, &merges, tokenizer_config.as_deref())?
        }
        _ => text_of(need(TOKENIZER)?).await?,
    };
    let parts = ModelTexts {
        config: text_of(config).await?,
        tokenizer,
        tokenizer_config,
    };
    check_and_send(lab, parts, weights.as_ref(), "").await
}

/// A tokenizer's config with the chat template that lies beside it, if one does.
fn templated(config: Option<String>, template: Option<&str>) -> Result<Option<String>, Error> {
    match template {
        None => Ok(config),
        Some(template) => with_chat_template(config.as_deref(), template).map(Some),
    }
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
    let tokenizer_config = text(TOKENIZER_CONFIG).await.ok();
    // Asked for only where it can be: most hosts answer with an error that the console shows.
    let has_template = |config: &String| config.contains("\"chat_template\"");
    let template = match tokenizer_config.as_ref().is_some_and(has_template) {
        true => None,
        false => text(CHAT_TEMPLATE).await.ok(),
    };
    let tokenizer_config = templated(tokenizer_config, template.as_deref())?;
    let tokenizer = match text(TOKENIZER).await {
        Ok(tokenizer) => tokenizer,
        // An older folder, or else the address of what is missing is the newer file's.
        Err(missing) => match (text(VOCAB).await, text(MERGES).await) {
            (Ok(vocab), Ok(merges)) => {
                from_vocab_and_merges(&vocab, &merges, tokenizer_config.as_deref())?
            }
            _ => return Err(missing),
        },
    };
    let parts = ModelTexts {
        config,
        tokenizer,
        tokenizer_config,
    };
    let weights = fetch(&format!("{folder}model.safetensors")).await?;
    let name = folder.trim_end_matches("/resolve/main/");
    let name = name.trim_end_matches('/').rsplit('/').next();
    check_and_send(lab, parts, &weights, name.unwrap_or_default()).await
}

async fn fetch(url: &str) -> Result<web_sys::Blob, Error> {
    let response = startup::fetch(url).await?;
    let blob = startup::body(url, response.blob()).await?;
    Ok(blob.unchecked_into())
}

/// The folder that an address of a model on Hugging Face, or of any folder, stands for,
/// with its host.
pub fn folder(address: &str) -> Option<(String, String)> {
    let address = address.trim().trim_end_matches('/');
    let page = address.strip_prefix("https://huggingface.co/");
    let name = page.unwrap_or(address);
    let is_name = name.split('/').count() <= 2 && !name.is_empty() && !name.contains(':');
    let folder = if is_name {
        format!("https://huggingface.co/{name}/resolve/main/")
    } else if address.starts_with("https://") || address.starts_with("http://") {
        format!("{}/", address.replacen("/tree/", "/resolve/", 1))
    } else {
        return None;
    };
    let host = folder.split('/').nth(2)?.to_owned();
    (!host.is_empty()).then_some((host, folder))
}

async fn check_and_send(
    lab: Lab,
    texts: ModelTexts,
    weights: &web_sys::Blob,
    source: &str,
) -> Result<(), Error> {
    check_size(weights).await?;
    let model = OwnModel {
        origin: Origin::New,
        name: None,
        source: source.to_owned(),
        texts,
        weights: weights.clone(),
    };
    send(lab, model).await
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

/// The parameters that the header of a safetensors file counts; attention's constant masks
/// are none.
async fn parameters(weights: &web_sys::Blob) -> Option<u64> {
    let bytes = async |from: f64, to: f64| -> Option<Vec<u8>> {
        let part = weights.slice_with_f64_and_f64(from, to).ok()?;
        let buffer = JsFuture::from(part.array_buffer()).await.ok()?;
        Some(js_sys::Uint8Array::new(&buffer).to_vec())
    };
    let length = bytes(0.0, 8.0).await?;
    let length = u64::from_le_bytes(length.try_into().ok()?);
    if length > 100_000_000 {
        return None;
    }
    let header = bytes(8.0, 8.0 + length as f64).await?;
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

#[cfg(test)]
mod tests {
    use super::folder;

    #[test]
    fn an_address_is_a_model_or_a_folder() {
        let of = |address: &str| folder(address).map(|(host, folder)| format!("{host} {folder}"));
        let hub = |name: &str| {
            Some(format!(
                "huggingface.co https://huggingface.co/{name}/resolve/main/"
            ))
        };
        assert_eq!(of("gpt2"), hub("gpt2"));
        assert_eq!(of("distilbert/distilgpt2 "), hub("distilbert/distilgpt2"));
        assert_eq!(
            of("https://huggingface.co/openai-community/gpt2"),
            hub("openai-community/gpt2")
        );
        assert_eq!(
            of("http://localhost:8000/models/mine"),
            Some("localhost:8000 http://localhost:8000/models/mine/".to_owned())
        );
        assert_eq!(of(""), None);
        assert_eq!(of("a/b/c"), None);
    }
}
