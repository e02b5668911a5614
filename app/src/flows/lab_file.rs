//! The whole lab as one file: every table of the storage, and the settings.
//!
//! The first line is JSON: what the file is, the settings, and for each table its keys in
//! order with the values, where they are text, or else their lengths in bytes. The bytes
//! follow it in the same order. What comes out goes in again without a change.

use super::lab_arrival::arrived;
use super::later::do_later;
use crate::browser::download::download;
use crate::browser::later::{Doing, NotLoaded, wasm_split};
use crate::browser::storage::{Store, Write};
use crate::lab::Lab;
use crate::model::json;
use crate::model::notice::NoticeKey;
use crate::model::settings::Settings;
use crate::model::stored::Stored;
use crate::stores::lab_code::lab_code;
use crate::texts::saving as texts;
use gloo_file::futures::read_as_text;
use gloo_file::{Blob, File};
use js_sys::{Array, ArrayBuffer};
use serde::{Deserialize, Serialize};
use tilt_protocol::{Error, Label};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

const FORMAT: u32 = 1;
/// The longest first line that is read.
const MOST_HEADER_BYTES: u64 = 400_000_000;

#[derive(Serialize, Deserialize)]
struct LabFileHeader {
    tilt_lab: u32,
    settings: Settings,
    tables: Vec<(String, Vec<(u64, LabFileValue)>)>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum LabFileValue {
    Text(String),
    /// An `ArrayBuffer` of so many bytes.
    Bytes(u64),
    /// A file of so many bytes.
    File(u64),
}

/// Offers everything that is stored as a file.
pub fn export_lab(lab: Lab) {
    do_later(lab, Box::pin(exporting(lab)));
}

/// Reads a lab; what becomes of it the person says, where there is something to say.
pub fn import_lab(lab: Lab, file: File) {
    do_later(lab, Box::pin(importing(lab, file)));
}

#[wasm_split(files, wasm_split_path = leptos::wasm_split, fallible)]
fn exporting(lab: Lab) -> Result<Doing, NotLoaded> {
    Ok(Box::pin(export(lab)))
}

#[wasm_split(files, wasm_split_path = leptos::wasm_split, fallible)]
fn importing(lab: Lab, file: File) -> Result<Doing, NotLoaded> {
    Ok(Box::pin(import(lab, file)))
}

async fn export(lab: Lab) {
    lab.notices.dismiss(NoticeKey::LabFile);
    // So that the lab is known as its own when it comes back.
    lab_code(lab.settings);
    let stored = match lab.saving.read_all(Store::ALL).await {
        Stored::Found(stored) => stored,
        Stored::Absent => Store::ALL.map(|_| Vec::new()),
        Stored::Failed => {
            lab.notices.error(NoticeKey::LabFile, texts::LAB_NOT_READ);
            return;
        }
    };
    let mut tables = Vec::new();
    let parts = Array::new();
    for (store, stored) in Store::ALL.into_iter().zip(stored) {
        let mut values = Vec::new();
        for (key, value) in stored {
            let described = if let Some(text) = value.as_string() {
                LabFileValue::Text(text)
            } else if let Some(bytes) = value.dyn_ref::<ArrayBuffer>() {
                parts.push(bytes);
                LabFileValue::Bytes(u64::from(bytes.byte_length()))
            } else if let Some(file) = value.dyn_ref::<web_sys::Blob>() {
                parts.push(file);
                LabFileValue::File(file.size() as u64)
            } else {
                continue;
            };
            values.push((key, described));
        }
        tables.push((store.name().to_owned(), values));
    }
    let header = LabFileHeader {
        tilt_lab: FORMAT,
        settings: lab.settings.saved(),
        tables,
    };
    // Plain data: its JSON cannot fail.
    let header = serde_json::to_string(&header).unwrap_or_default();
    parts.unshift(&format!("{header}\n").into());
    let offered = web_sys::Blob::new_with_blob_sequence(&parts)
        .map_err(|cause| Error::Io {
            path: texts::LAB_FILE.to_owned(),
            reason: crate::browser::worker::js_text(&cause),
        })
        .and_then(|blob| download(texts::LAB_FILE, &Blob::from(blob)));
    if let Err(error) = offered {
        lab.notices.error(NoticeKey::LabFile, &error.to_string());
    }
}

async fn import(lab: Lab, file: File) {
    lab.notices.dismiss(NoticeKey::LabFile);
    match read(&file).await {
        Err(error) => lab.notices.error(NoticeKey::LabFile, &error.to_string()),
        Ok((settings, writes)) => arrived(lab, &file.name(), settings, writes),
    }
}

/// What a file holds, checked before anything of it is stored.
async fn read(file: &File) -> Result<(Settings, Vec<Write>), Error> {
    let malformed = |reason: String| Error::malformed(file.name(), reason);
    let blob: &web_sys::Blob = file.as_ref();
    let size = blob.size() as u64;
    let end = header_end(blob, size)
        .await
        .ok_or_else(|| malformed(texts::NO_FIRST_LINE.to_owned()))?;
    let header = slice(blob, 0, end).map_err(&malformed)?;
    let header = read_as_text(&Blob::from(header))
        .await
        .map_err(|error| malformed(error.to_string()))?;
    let header: LabFileHeader =
        json::from_str(&header).map_err(|error| malformed(texts::not_a_lab(&error)))?;
    if header.tilt_lab != FORMAT {
        return Err(malformed(texts::other_format(header.tilt_lab, FORMAT)));
    }
    let mut writes = Vec::new();
    let mut at = end + 1;
    for (name, values) in header.tables {
        let store = Store::ALL.into_iter().find(|store| store.name() == name);
        let store = store.ok_or_else(|| malformed(texts::unknown_table(&name)))?;
        for (key, value) in values {
            let value = match value {
                LabFileValue::Text(text) => {
                    if store == Store::Labels {
                        json::from_str::<Label>(&text)
                            .map_err(|error| malformed(texts::bad_label(key, &error)))?;
                    }
                    JsValue::from_str(&text)
                }
                LabFileValue::Bytes(length) | LabFileValue::File(length) if at + length > size => {
                    return Err(malformed(texts::cut_short(size, at + length)));
                }
                LabFileValue::Bytes(length) => {
                    let part = slice(blob, at, at + length).map_err(&malformed)?;
                    at += length;
                    JsFuture::from(part.array_buffer())
                        .await
                        .map_err(|cause| malformed(crate::browser::worker::js_text(&cause)))?
                }
                LabFileValue::File(length) => {
                    let part = slice(blob, at, at + length).map_err(&malformed)?;
                    at += length;
                    part.into()
                }
            };
            writes.push(Write::Put(store, key, value));
        }
    }
    Ok((header.settings, writes))
}

/// Where the first line ends, in bytes.
async fn header_end(blob: &web_sys::Blob, size: u64) -> Option<u64> {
    const PART: u64 = 1 << 20;
    let mut at = 0;
    while at < size.min(MOST_HEADER_BYTES) {
        let part = slice(blob, at, (at + PART).min(size)).ok()?;
        let buffer = JsFuture::from(part.array_buffer()).await.ok()?;
        let bytes = js_sys::Uint8Array::new(&buffer).to_vec();
        if let Some(place) = bytes.iter().position(|byte| *byte == b'\n') {
            return Some(at + place as u64);
        }
        at += PART;
    }
    None
}

fn slice(blob: &web_sys::Blob, from: u64, to: u64) -> Result<web_sys::Blob, String> {
    blob.slice_with_f64_and_f64(from as f64, to as f64)
        .map_err(|cause| crate::browser::worker::js_text(&cause))
}
