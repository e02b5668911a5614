//! One file, from its first byte to the labels.

use crate::fetch::{describe, fetch, length};
use crate::hugging_face;
use crate::reading::FileReading;
use crate::scope::post;
use js_sys::{Reflect, Uint8Array};
use tilt_protocol::import::Intake;
use tilt_protocol::{Error, ImportEvent, ImportRequest, ImportSource, Label};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, ReadableStream, ReadableStreamDefaultReader};

/// Reads what the request names, and posts what came of it.
pub async fn carry_out(request: ImportRequest, file: Option<Blob>) -> Result<(), Error> {
    let name = request.source.name();
    let mut reading = FileReading::new(Intake::new(&name, request.options, request.sample));
    match &request.source {
        ImportSource::File { .. } => {
            let file = file.ok_or_else(|| Error::Protocol {
                reason: format!("{name} did not come with its request"),
            })?;
            reading.total = Some(file.size() as u64);
            stream(&mut reading, &name, Some(file.stream())).await?;
        }
        ImportSource::Url { url } => {
            let response = fetch(url).await?;
            reading.total = length(&response);
            stream(&mut reading, url, response.body()).await?;
        }
        ImportSource::HuggingFace { dataset, rows } => {
            hugging_face::rows(&mut reading, dataset, *rows).await?;
        }
    }
    let FileReading {
        intake,
        mut refused,
        ..
    } = reading;
    let header = intake.header().map(str::to_owned);
    let (mut report, rows) = intake.finish(&mut |row| refused.add(row));
    let mut labels: Vec<Label> = Vec::with_capacity(report.examples);
    for row in rows {
        match row.into_labels(&name, request.at_ms) {
            Ok(of_row) => labels.extend(of_row),
            Err(error) => report.errors.push(error),
        }
    }
    let refused = refused.into_file(header.as_deref());
    post(&ImportEvent::Done { report, labels }, refused.as_ref());
    Ok(())
}

async fn stream(
    reading: &mut FileReading,
    name: &str,
    stream: Option<ReadableStream>,
) -> Result<(), Error> {
    let Some(stream) = stream else {
        return Ok(());
    };
    let reader: ReadableStreamDefaultReader = stream.get_reader().unchecked_into();
    loop {
        let chunk = JsFuture::from(reader.read())
            .await
            .map_err(|error| Error::malformed(name, describe(&error)))?;
        let get = |name: &str| Reflect::get(&chunk, &name.into()).unwrap_or(JsValue::UNDEFINED);
        if get("done").is_truthy() {
            return Ok(());
        }
        if let Ok(bytes) = get("value").dyn_into::<Uint8Array>() {
            reading.push(&bytes.to_vec());
        }
    }
}
