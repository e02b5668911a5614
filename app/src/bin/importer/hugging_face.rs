//! Rows of a data set on Hugging Face, through its public viewer: it answers with JSON in
//! pages of a hundred rows, so no Parquet has to be read.

use crate::fetch::{describe, fetch};
use crate::reading::FileReading;
use serde_json::Value;
use tilt_protocol::Error;
use tilt_protocol::import_message::HUGGING_FACE;
use wasm_bindgen_futures::JsFuture;

/// The most that the viewer gives at once.
const PAGE: usize = 100;

/// Reads the first `count` rows, of the split `train` where there is one.
pub async fn rows(reading: &mut FileReading, dataset: &str, count: usize) -> Result<(), Error> {
    let encode = |text: &str| String::from(js_sys::encode_uri_component(text));
    let name = encode(dataset);
    let splits_url = format!("{HUGGING_FACE}splits?dataset={name}");
    let splits = json(&splits_url).await?;
    let splits = splits["splits"].as_array().map_or(&[][..], Vec::as_slice);
    let is_for_training = |split: &&Value| {
        let split = split["split"].as_str().unwrap_or_default();
        split == "train" || split.starts_with("train_prefs")
    };
    let split = splits.iter().find(is_for_training).or(splits.first());
    let split = split.ok_or_else(|| Error::Fetch {
        url: splits_url,
        reason: "the data set has no split".to_owned(),
    })?;
    let text = |field: &str| encode(split[field].as_str().unwrap_or_default());
    let (config, split) = (text("config"), text("split"));
    // The pages as one answer of the viewer, which the importer knows.
    reading.push(b"{\"rows\":[");
    let mut offset = 0;
    while offset < count {
        let length = PAGE.min(count - offset);
        let url = format!(
            "{HUGGING_FACE}rows?dataset={name}&config={config}&split={split}&offset={offset}&length={length}"
        );
        let page = json(&url).await?;
        let rows = page["rows"].as_array().map_or(&[][..], Vec::as_slice);
        for row in rows {
            if offset > 0 {
                reading.push(b",");
            }
            reading.push(row.to_string().as_bytes());
            offset += 1;
        }
        if rows.len() < length {
            break;
        }
    }
    reading.push(b"]}");
    Ok(())
}

async fn json(url: &str) -> Result<Value, Error> {
    let failed = |reason: String| Error::Fetch {
        url: url.to_owned(),
        reason,
    };
    let response = fetch(url).await?;
    let text = response.text().map_err(|error| failed(describe(&error)))?;
    let text = JsFuture::from(text)
        .await
        .map_err(|error| failed(describe(&error)))?;
    serde_json::from_str(&text.as_string().unwrap_or_default())
        .map_err(|error| failed(error.to_string()))
}
