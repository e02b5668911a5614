//! Files in and out: labels as TRL's JSON lines, models as Hugging Face folders.

use crate::state::Lab;
use crate::state::engine::Purpose;
use crate::state::startup::fetch_text;
use crate::texts::files as texts;
use crate::texts::training::DECISIVE_PAIRS;
use gloo_file::futures::read_as_text;
use gloo_file::{Blob, File, ObjectUrl};
use gloo_timers::callback::Timeout;
use js_sys::ArrayBuffer;
use tilt_protocol::dataset::{parse_jsonl, write_jsonl};
use tilt_protocol::label::pairs_from_labels;
use tilt_protocol::{
    Command, Content, CuratedSet, Error, Example, Label, Labeller, ModelSource, Pair, PairSource,
    Verdict,
};
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

/// The labels of a file's rows, and what is wrong with the others.
///
/// # Errors
/// When the file cannot be read at all.
pub async fn read_labels(file: &File) -> Result<(Vec<Label>, Vec<Error>), Error> {
    let name = file.name();
    let text = read_as_text(file)
        .await
        .map_err(|error| Error::malformed(&name, error))?;
    Ok(labels_of(&name, &text))
}

/// The labels of a text's rows, and what is wrong with the others.
fn labels_of(name: &str, text: &str) -> (Vec<Label>, Vec<Error>) {
    let parsed = parse_jsonl(text);
    let mut defects = parsed.errors;
    let mut labels = Vec::new();
    for (line, example) in parsed.lines.iter().zip(&parsed.examples) {
        match label_from_row(example, name, *line) {
            Ok(label) => labels.push(label),
            Err(error) => defects.push(error),
        }
    }
    (labels, defects)
}

/// Adds a file's pairs as labels; rows that cannot be used are listed.
pub async fn import_labels(lab: Lab, file: File) {
    lab.notices.dismiss("data");
    match read_labels(&file).await {
        Ok((labels, defects)) => add_labels(lab, &file.name(), labels, &defects),
        Err(error) => lab.notices.error("data", &error.to_string()),
    }
}

/// Adds the pairs of a set that lies beside the page.
pub async fn import_set(lab: Lab, set: CuratedSet) {
    lab.notices.dismiss("data");
    let url = format!("datasets/{}.jsonl", set.slug());
    match fetch_text(&url).await {
        Ok(text) => {
            let (labels, defects) = labels_of(&format!("{}.jsonl", set.slug()), &text);
            let count = labels.len();
            let is_whole = defects.is_empty();
            add_labels(lab, &set.name(), labels, &defects);
            if is_whole {
                let told = texts::set_imported(&set.name(), count, set.explanation());
                lab.notices.info("data", &told);
            }
        }
        Err(error) => lab.notices.error("data", &error.to_string()),
    }
}

fn add_labels(lab: Lab, name: &str, labels: Vec<Label>, defects: &[Error]) {
    let count = labels.len();
    if count > 0 {
        lab.labels.append(labels);
        lab.notices.say(&texts::imported_from(count, name));
    }
    if defects.is_empty() && count == 0 {
        lab.notices.error("data", &texts::no_rows(name));
    } else if defects.is_empty() {
        lab.notices.info("data", &texts::imported(name, count));
    } else {
        let left = defects.len().saturating_sub(LISTED_DEFECTS);
        let mut listed: Vec<String> = defects
            .iter()
            .take(LISTED_DEFECTS)
            .map(Error::to_string)
            .collect();
        if left > 0 {
            listed.push(texts::and_more(left));
        }
        lab.notices.error(
            "data",
            &texts::imported_in_part(name, count, defects.len(), &listed),
        );
    }
}

/// A row as a label. The answers stand with the chosen one first.
fn label_from_row(example: &Example, file: &str, line: usize) -> Result<Label, Error> {
    let refused = |field: &str, found: &str, expected: &str| Error::BadRow {
        line,
        field: field.to_owned(),
        found: found.to_owned(),
        expected: expected.to_owned(),
    };
    let Example::Pair {
        prompt,
        chosen,
        rejected,
        ..
    } = example
    else {
        return Err(refused("chosen", example.kind(), texts::COLUMNS_OF_PAIRS));
    };
    let text = |content: &Content, field: &str| {
        if matches!(content, Content::Turns(turns) if turns.len() > 1) {
            return Err(refused(field, texts::SEVERAL_TURNS, texts::ONE_TURN));
        }
        content
            .last_text()
            .map(str::to_owned)
            .ok_or_else(|| refused(field, texts::TOKEN_IDS, texts::TEXT))
    };
    Ok(Label::new(
        Pair {
            id: format!("{file}:{line}"),
            prompt: text(prompt, "prompt")?,
            answer_a: text(chosen, "chosen")?,
            answer_b: text(rejected, "rejected")?,
            source: PairSource::Imported {
                file: file.to_owned(),
            },
            row: None,
        },
        Verdict::A,
        Labeller::Person,
        js_sys::Date::now(),
    ))
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
