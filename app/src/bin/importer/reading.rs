//! A file while it is read: what was taken in, and what was refused.

use crate::scope::post;
use js_sys::Array;
use tilt_protocol::ImportEvent;
use tilt_protocol::import::{ImportReport, Intake};
use web_sys::{Blob, BlobPropertyBag};

/// Between two reports of progress, in ms.
const TOLD_EVERY_MS: f64 = 100.0;
/// Text of refused rows that is held before it goes into a blob, in bytes.
const REFUSED_PART_BYTES: usize = 1 << 20;

/// A file on its way in.
pub struct FileReading {
    pub intake: Intake,
    pub refused: RefusedRows,
    read: u64,
    pub total: Option<u64>,
    told_at: f64,
}

impl FileReading {
    pub fn new(intake: Intake) -> FileReading {
        FileReading {
            intake,
            refused: RefusedRows::default(),
            read: 0,
            total: None,
            told_at: 0.0,
        }
    }

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
pub struct RefusedRows {
    text: String,
    parts: Array,
}

impl RefusedRows {
    /// Takes in a row as it stands in the file.
    pub fn add(&mut self, row: &str) {
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

    /// The rows under the file's own header; `None` without any.
    pub fn into_file(mut self, header: Option<&str>) -> Option<Blob> {
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
