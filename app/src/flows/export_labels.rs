//! Labels as files: for TRL, or to come in again as they are.

use super::later::do_later;
use crate::browser::download::download;
use crate::browser::later::{Doing, NotLoaded, wasm_split};
use crate::lab::Lab;
use crate::model::notice::NoticeKey;
use crate::stores::lab_code::lab_code;
use crate::texts::files as texts;
use crate::texts::training::DECISIVE_PAIRS;
use gloo_file::Blob;
use tilt_protocol::dataset::write_jsonl;
use tilt_protocol::label::pairs_from_labels;
use tilt_protocol::label::write_tilt_jsonl;
use tilt_protocol::{Error, Label};

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
