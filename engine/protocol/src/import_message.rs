//! What page and importer tell each other. The importer is a worker of its own, so that a
//! long file holds up neither the page nor a training step.

use crate::error::Error;
use crate::import::{ImportOptions, ImportReport, Sample};
use crate::label::Label;
use serde::{Deserialize, Serialize};

/// Where the rows come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportSource {
    /// The file travels beside the request.
    File { name: String },
    /// A file on this or another host.
    Url { url: String },
    /// The first `rows` rows of a data set, from the public viewer of Hugging Face.
    HuggingFace { dataset: String, rows: usize },
}

/// Where the viewer of Hugging Face's data sets answers.
pub const HUGGING_FACE: &str = "https://datasets-server.huggingface.co/";

impl ImportSource {
    /// What the file is called, in messages and in labels.
    pub fn name(&self) -> String {
        match self {
            ImportSource::File { name } => name.clone(),
            ImportSource::HuggingFace { dataset, .. } => dataset.clone(),
            ImportSource::Url { url } => {
                let path = url.split(['?', '#']).next().unwrap_or(url);
                let last = path.trim_end_matches('/').rsplit('/').next();
                last.unwrap_or(url).to_owned()
            }
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ImportRequest {
    pub source: ImportSource,
    pub options: ImportOptions,
    pub sample: Sample,
    /// When the labels were given, in milliseconds since the Unix epoch.
    pub at_ms: f64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportEvent {
    Progress {
        /// Bytes read.
        read: u64,
        /// Where known.
        total: Option<u64>,
        rows: usize,
        refused: usize,
    },
    /// The refused rows travel beside it as a file, where there are any.
    Done {
        report: ImportReport,
        labels: Vec<Label>,
    },
    Failed {
        error: Error,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_on_the_web_has_the_name_at_the_end_of_its_address() {
        let name = |url: &str| {
            ImportSource::Url {
                url: url.to_owned(),
            }
            .name()
        };
        assert_eq!(
            name("https://a.org/data/train.jsonl?download=1"),
            "train.jsonl"
        );
        assert_eq!(name("datasets/short.jsonl"), "short.jsonl");
        assert_eq!(name("https://a.org/"), "a.org");
    }
}
