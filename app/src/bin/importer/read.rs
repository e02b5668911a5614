//! One file, from its first byte to the labels.

use crate::hugging_face;
use crate::scope::{post, scope};
use js_sys::{Array, Reflect, Uint8Array};
use tilt_protocol::dataset::import::{ImportReport, Intake};
use tilt_protocol::{Error, ImportEvent, ImportRequest, ImportSource, Label};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, BlobPropertyBag, ReadableStream, ReadableStreamDefaultReader, Response};

/// Between two reports of progress, in ms.
const TOLD_EVERY_MS: f64 = 100.0;
/// Text of refused rows that is held before it goes into a blob, in bytes.
const REFUSED_PART_BYTES: usize = 1 << 20;

/// A file on its way in.
pub struct Reading {
    intake: Intake,
    refused: Refused,
    read: u64,
    total: Option<u64>,
    told_at: f64,
}

impl Reading {
    /// Takes in the next bytes, and tells the page now and then.
    pub fn push(&mut self, bytes: &[u8]) {
        let refused = &mut self.refused;
        self.intake.push(bytes, &mut |row| refused.add(row));
        self.read += bytes.len() as u64;
        let now = js_sys::Date::now();
        if now - self.told_at >= TOLD_EVERY_MS {
            self.told_at = now;
            let ImportReport { rows, refused, .. } = self.intake.report();
            let progress = ImportEvent::Progress {
                read: self.read,
                total: self.total,
                rows,
                refused,
            };
            post(&progress, None);
        }
    }
}

/// Rows that cannot be used, as a file to be downloaded. Its parts are the browser's, so
/// that they do not fill the worker's memory.
#[derive(Default)]
struct Refused {
    text: String,
    parts: Array,
}

impl Refused {
    fn add(&mut self, row: &str) {
        self.text.push_str(row);
        if !row.ends_with('\n') {
            self.text.push('\n');
        }
        if self.text.len() >= REFUSED_PART_BYTES {
            self.flush();
        }
    }

    fn flush(&mut self) {
        let parts = Array::of1(&std::mem::take(&mut self.text).into());
        if let Ok(part) = Blob::new_with_str_sequence(&parts) {
            self.parts.push(&part);
        }
    }

    fn into_file(mut self, header: Option<&str>) -> Option<Blob> {
        if self.parts.length() == 0 && self.text.is_empty() {
            return None;
        }
        self.flush();
        if let Some(header) = header {
            self.parts
                .unshift(&format!("{}\n", header.trim_end()).into());
        }
        let options = BlobPropertyBag::new();
        options.set_type("text/plain");
        Blob::new_with_blob_sequence_and_options(&self.parts, &options).ok()
    }
}

/// Reads what the request names, and posts what came of it.
pub async fn carry_out(request: ImportRequest, file: Option<Blob>) -> Result<(), Error> {
    let name = request.source.name();
    let mut reading = Reading {
        intake: Intake::new(&name, request.options, request.sample),
        refused: Refused::default(),
        read: 0,
        total: None,
        told_at: 0.0,
    };
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
    let Reading {
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
    reading: &mut Reading,
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

/// The answer of a server that says that all is well.
pub async fn fetch(url: &str) -> Result<Response, Error> {
    let failed = |reason: String| Error::Fetch {
        url: url.to_owned(),
        reason,
    };
    let response: Response = JsFuture::from(scope().fetch_with_str(url))
        .await
        .map_err(|error| {
            let reason = describe(&error);
            failed(format!(
                "{reason}; the host may be down, or it does not let other pages read its files (CORS)"
            ))
        })?
        .dyn_into()
        .map_err(|_| failed("the browser gave no response".to_owned()))?;
    if response.ok() {
        return Ok(response);
    }
    Err(failed(format!("the server answered {}", response.status())))
}

/// Bytes to come, where the server says so; a compressed answer's length is another.
fn length(response: &Response) -> Option<u64> {
    let headers = response.headers();
    let is_compressed = matches!(headers.get("content-encoding"), Ok(Some(_)));
    let length = headers.get("content-length").ok().flatten();
    length.filter(|_| !is_compressed)?.parse().ok()
}

pub fn describe(error: &JsValue) -> String {
    error.dyn_ref::<js_sys::Error>().map_or_else(
        || format!("{error:?}"),
        |error| String::from(error.message()),
    )
}
