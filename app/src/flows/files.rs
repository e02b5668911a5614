//! Files out, labels as TRL's JSON lines and models as Hugging Face folders; and what came
//! of a file that the importer read.

use crate::browser::later::{Doing, NotLoaded, do_later, wasm_split};
use crate::lab::Lab;
use crate::stores::import::Question;
use crate::stores::lab_code::lab_code;
use crate::stores::notices::NoticeKey;
use crate::texts::files as texts;
use crate::texts::import as import_texts;
use crate::texts::training::DECISIVE_PAIRS;
use gloo_file::{Blob, ObjectUrl};
use gloo_timers::callback::Timeout;
use js_sys::ArrayBuffer;
use tilt_protocol::dataset::{write_jsonl, write_tilt_jsonl};
use tilt_protocol::label::pairs_from_labels;
use tilt_protocol::{Error, ExportKind, Label};
use wasm_bindgen::JsCast;
use web_sys::HtmlAnchorElement;

/// Defects of an imported file that the banner lists by name.
const LISTED_DEFECTS: usize = 5;
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

/// Offers a zip that the engine made.
///
/// # Errors
/// [`Error::Io`] when the browser refuses, [`Error::Protocol`] without the zip.
pub fn download_zip(kind: ExportKind, buffers: &[ArrayBuffer]) -> Result<(), Error> {
    let zip = buffers.first().ok_or_else(|| Error::Protocol {
        reason: texts::NO_ZIP.to_owned(),
    })?;
    let name = match kind {
        ExportKind::Model => texts::MODEL_ZIP,
        ExportKind::Trl => texts::TRL_ZIP,
    };
    let zip = Blob::new_with_options(zip.clone(), Some("application/zip"));
    download(name, &zip)
}

/// The decisive labels as paired, conversational JSON lines.
pub fn export_labels(lab: Lab) {
    do_later(lab, Box::pin(exporting(lab, true)));
}

/// All labels with what TRL has no name for, to come in again as they are.
pub fn export_all_labels(lab: Lab) {
    do_later(lab, Box::pin(exporting(lab, false)));
}

#[wasm_split(files, wasm_split_path = leptos::wasm_split, fallible)]
fn exporting(lab: Lab, is_decisive: bool) -> Result<Doing, NotLoaded> {
    Ok(Box::pin(async move {
        if is_decisive {
            offer_pairs(lab);
        } else {
            offer_labels(lab);
        }
    }))
}

fn offer_pairs(lab: Lab) {
    let examples = pairs_from_labels(&lab.labels.all());
    lab.notices.dismiss(NoticeKey::Data);
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
        lab.notices.error(NoticeKey::Data, &error.to_string());
    }
}

fn offer_labels(lab: Lab) {
    lab.notices.dismiss(NoticeKey::Data);
    let code = lab_code(lab.settings);
    let labels = lab.labels.all().into_iter();
    let labels: Vec<Label> = labels.map(|label| label.leaving(&code)).collect();
    let text = write_tilt_jsonl(&labels);
    let blob = Blob::new_with_options(text.as_str(), Some("application/jsonl"));
    if let Err(error) = download(texts::ALL_LABELS_FILE, &blob) {
        lab.notices.error(NoticeKey::Data, &error.to_string());
    }
}

/// Adds what came of a file as labels, in the place of those of the keys `removed`, and
/// says what did not come in, and what of it teaches nothing.
pub fn add_labels(lab: Lab, question: &Question, removed: &[u64], labels: Vec<Label>) {
    let (file, set) = (&question.finished, question.set);
    let (name, count, report) = (&file.name, labels.len(), &file.report);
    let was_any = !question.labels.is_empty();
    // Of a practice set the explanation says what is wrong with it.
    let remarks = match set {
        None => import_texts::remarks(&question.standing.arrival),
        Some(_) => String::new(),
    };
    if count > 0 {
        lab.labels.exchange(removed, labels);
        lab.notices.say(&texts::imported_from(count, name));
    }
    let listed = report.errors.iter().take(LISTED_DEFECTS);
    let mut listed: Vec<String> = listed.map(Error::to_string).collect();
    if report.refused > listed.len() {
        listed.push(texts::and_more(report.refused - listed.len()));
    }
    if report.refused > 0 {
        listed.extend(Some(remarks).filter(|remarks| !remarks.is_empty()));
        let text = texts::imported_in_part(name, count, report.refused, &listed);
        lab.notices.error(NoticeKey::Data, &text);
    } else if !was_any {
        lab.notices.error(NoticeKey::Data, &texts::no_rows(name));
    } else if let Some(set) = set {
        let told = texts::set_imported(&set.name(), count, set.explanation());
        lab.notices.info(NoticeKey::Data, &told);
    } else if report.taken < report.good {
        let text = texts::imported_sample(name, count, report.good);
        lab.notices
            .info(NoticeKey::Data, &texts::with_remarks(text, &remarks));
    } else {
        let text = texts::imported(name, count);
        lab.notices
            .info(NoticeKey::Data, &texts::with_remarks(text, &remarks));
    }
}
