//! Files in and out: labels as TRL's JSON lines, models as Hugging Face folders.

use crate::state::Lab;
use crate::state::engine::Purpose;
use crate::state::import::Finished;
use crate::texts::files as texts;
use crate::texts::training::DECISIVE_PAIRS;
use gloo_file::futures::read_as_text;
use gloo_file::{Blob, File, ObjectUrl};
use gloo_timers::callback::Timeout;
use js_sys::ArrayBuffer;
use tilt_protocol::dataset::write_jsonl;
use tilt_protocol::label::pairs_from_labels;
use tilt_protocol::{Command, CuratedSet, Error, Label, ModelSource};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::HtmlAnchorElement;

/// Defects of an imported file that the banner lists by name.
const LISTED_DEFECTS: usize = 5;
/// 400 million parameters in half precision.
const LARGEST_WEIGHTS_BYTES: u64 = 800_000_000;
/// Long enough for a browser to have taken the file.
const URL_LIFETIME_MS: u32 = 60_000;

/// Offers `blob` as a file of this name.
///
/// # Errors
/// [`Error::Io`] when the browser refuses.
pub fn download(name: &str, blob: &Blob) -> Result<(), Error> {
    let failed = || Error::Io {
        path: name.to_owned(),
        reason: texts::DOWNLOAD_REFUSED.to_owned(),
    };
    let document = web_sys::window().and_then(|window| window.document());
    let anchor = document
        .and_then(|document| document.create_element("a").ok())
        .and_then(|element| element.dyn_into::<HtmlAnchorElement>().ok())
        .ok_or_else(failed)?;
    let url = ObjectUrl::from(blob.clone());
    anchor.set_href(&url);
    anchor.set_download(name);
    anchor.click();
    Timeout::new(URL_LIFETIME_MS, move || drop(url)).forget();
    Ok(())
}

/// # Errors
/// [`Error::Io`] when the browser refuses, [`Error::Protocol`] without weights.
pub fn download_model(
    config: &str,
    tokenizer: &str,
    tokenizer_config: Option<&str>,
    buffers: &[ArrayBuffer],
) -> Result<(), Error> {
    let weights = buffers.first().ok_or_else(|| Error::Protocol {
        reason: texts::NO_WEIGHTS.to_owned(),
    })?;
    let octets = "application/octet-stream";
    let weights = Blob::new_with_options(weights.clone(), Some(octets));
    download("model.safetensors", &weights)?;
    let mut texts = vec![("config.json", config), ("tokenizer.json", tokenizer)];
    texts.extend(tokenizer_config.map(|text| ("tokenizer_config.json", text)));
    for (name, text) in texts {
        download(
            name,
            &Blob::new_with_options(text, Some("application/json")),
        )?;
    }
    Ok(())
}

/// The decisive labels as paired, conversational JSON lines.
pub fn export_labels(lab: Lab) {
    let examples = pairs_from_labels(&lab.labels.all());
    lab.notices.dismiss("data");
    let result = if examples.is_empty() {
        Err(Error::NothingToUse {
            what: DECISIVE_PAIRS.to_owned(),
            purpose: texts::TO_EXPORT.to_owned(),
            advice: texts::LABEL_ONE_PAIR.to_owned(),
        })
    } else {
        let blob =
            Blob::new_with_options(write_jsonl(&examples).as_str(), Some("application/jsonl"));
        download(texts::LABELS_FILE, &blob)
    };
    if let Err(error) = result {
        lab.notices.error("data", &error.to_string());
    }
}

/// Adds what came of a file as labels, and says what did not.
pub fn add_labels(lab: Lab, file: &Finished, labels: Vec<Label>, set: Option<CuratedSet>) {
    let (name, count, report) = (&file.name, labels.len(), &file.report);
    if count > 0 {
        lab.labels.append(labels);
        lab.notices.say(&texts::imported_from(count, name));
    }
    let listed = report.errors.iter().take(LISTED_DEFECTS);
    let mut listed: Vec<String> = listed.map(Error::to_string).collect();
    if report.refused > listed.len() {
        listed.push(texts::and_more(report.refused - listed.len()));
    }
    if report.refused > 0 {
        let text = texts::imported_in_part(name, count, report.refused, &listed);
        lab.notices.error("data", &text);
    } else if count == 0 {
        lab.notices.error("data", &texts::no_rows(name));
    } else if let Some(set) = set {
        let told = texts::set_imported(&set.name(), count, set.explanation());
        lab.notices.info("data", &told);
    } else if report.taken < report.good {
        let text = texts::imported_sample(name, count, report.good);
        lab.notices.info("data", &text);
    } else {
        lab.notices.info("data", &texts::imported(name, count));
    }
}

/// Loads a model from the files of a Hugging Face folder.
pub async fn import_model(lab: Lab, files: Vec<File>) {
    lab.notices.dismiss("model");
    if let Err(error) = send_model(lab, files).await {
        lab.notices
            .error("model", &texts::model_not_imported(&error.to_string()));
    }
}

async fn send_model(lab: Lab, files: Vec<File>) -> Result<(), Error> {
    let find = |wanted: &str| files.iter().find(|file| file.name() == wanted);
    let need = |wanted: &str| {
        find(wanted).ok_or_else(|| {
            let chosen: Vec<String> = files.iter().map(File::name).collect();
            Error::malformed(wanted, texts::not_among_files(&chosen))
        })
    };
    let (config, weights, tokenizer) = (
        need("config.json")?,
        need("model.safetensors")?,
        need("tokenizer.json")?,
    );
    let unreadable = |file: &File| {
        let name = file.name();
        move |error: gloo_file::FileReadError| Error::malformed(name, error)
    };
    let config_text = read_as_text(config).await.map_err(unreadable(config))?;
    let tokenizer_text = read_as_text(tokenizer)
        .await
        .map_err(unreadable(tokenizer))?;
    let tokenizer_config = match find("tokenizer_config.json") {
        None => None,
        Some(file) => Some(read_as_text(file).await.map_err(unreadable(file))?),
    };
    if weights.size() > LARGEST_WEIGHTS_BYTES {
        let expected = texts::at_most_bytes(LARGEST_WEIGHTS_BYTES);
        return Err(Error::invalid(
            "model.safetensors",
            weights.size(),
            expected,
        ));
    }
    // The browser's own buffer: the file never passes through the page's memory.
    let blob: &web_sys::Blob = weights.as_ref();
    let buffer: ArrayBuffer = JsFuture::from(blob.array_buffer())
        .await
        .and_then(JsCast::dyn_into)
        .map_err(|cause| Error::malformed(weights.name(), crate::worker::js_text(&cause)))?;
    let name = texts::IMPORTED_MODEL.to_owned();
    let source = ModelSource::Files {
        name: name.clone(),
        config: config_text,
        tokenizer: tokenizer_text,
        tokenizer_config,
    };
    let id = lab.engine.send_with(
        Purpose::LoadModel(name),
        Command::LoadModel { source },
        &[buffer],
    )?;
    if id.is_none() {
        return Err(Error::NoModel);
    }
    lab.engine.await_model(id);
    Ok(())
}
