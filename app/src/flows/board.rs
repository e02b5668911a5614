//! Reports onto the teacher's board, and what a teacher takes from it.

use crate::browser::download::download;
use crate::lab::Lab;
use crate::model::notice::NoticeKey;
use crate::model::shown_class::ShownClass;
use crate::stores::board::ReadFile;
use crate::stores::class::ClassStore;
use crate::texts::board as texts;
use gloo_file::futures::read_as_text;
use gloo_file::{Blob, File};
use tilt_protocol::classroom::{FreeTexts, LearnerReport, Pooled, gradebook_csv, xapi_statements};
use tilt_protocol::dataset::write_jsonl;
use wasm_bindgen_futures::spawn_local;

/// Larger files are no report, and are not read.
const MOST_BYTES: u64 = 16 << 20;

/// Reads chosen files as reports; what is none is told by its name.
pub fn take_files(lab: Lab, class: ClassStore, files: Vec<File>) {
    if files.is_empty() {
        return;
    }
    spawn_local(async move {
        let mut read = Vec::new();
        for file in files {
            let text = match file.size() > MOST_BYTES {
                true => Err(texts::too_large(file.size())),
                false => read_as_text(&file).await.map_err(|error| error.to_string()),
            };
            read.push(ReadFile {
                name: file.name(),
                text,
            });
        }
        take_read(lab, class, read);
    });
}

/// Takes files that were read, and says what came of them.
pub fn take_read(lab: Lab, class: ClassStore, files: Vec<ReadFile>) {
    let (good, refused) = class.take(files);
    lab.notices.say(&texts::taken(good, refused));
}

/// What a teacher can take from the board.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BoardFile {
    Gradebook,
    Xapi,
    Reports,
}

/// Whether names and dates go with it, and what learners wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Anonymity {
    pub is_anonymous: bool,
    pub texts: FreeTexts,
}

/// Saves a class as a file.
pub fn save_class(lab: Lab, class: &ShownClass, file: BoardFile, how: Anonymity) {
    let reports: Vec<(String, LearnerReport)> = class
        .learners
        .iter()
        .enumerate()
        .map(|(index, one)| match how.is_anonymous {
            true => {
                let report = one.report.anonymous(index + 1, how.texts);
                (report.name.clone(), report)
            }
            false => (one.name.clone(), (*one.report).clone()),
        })
        .collect();
    let named = reports.iter().map(|(name, report)| (name.as_str(), report));
    let (lesson, dates) = (class.itself.as_ref(), !how.is_anonymous);
    let (text, kind, ending) = match file {
        BoardFile::Gradebook => (gradebook_csv(named, lesson, dates), "text/csv", "csv"),
        BoardFile::Xapi => {
            let statements = xapi_statements(named, lesson, dates);
            (format!("{statements:#}\n"), "application/json", "xapi.json")
        }
        BoardFile::Reports => {
            let lines: Vec<String> = reports.iter().map(|(_, report)| report.to_json()).collect();
            (
                format!("{}\n", lines.join("\n")),
                "application/jsonl",
                "reports.jsonl",
            )
        }
    };
    save(lab, &texts::file_name(&class.lesson, ending), &text, kind);
}

/// Saves what most learners say of the pairs that they labelled, as rows to train on.
pub fn save_majority(lab: Lab, class: &ShownClass) {
    let pooled = Pooled::of(class.learners.iter().map(|one| &*one.report));
    let (rows, left_out) = pooled.majority_rows();
    let name = texts::file_name(&class.lesson, "labels.jsonl");
    save(lab, &name, &write_jsonl(&rows), "application/jsonl");
    lab.notices
        .say(&texts::majority_saved(rows.len(), left_out));
}

fn save(lab: Lab, name: &str, text: &str, kind: &str) {
    let blob = Blob::new_with_options(text, Some(kind));
    match download(name, &blob) {
        Ok(()) => lab.notices.dismiss(NoticeKey::Export),
        Err(error) => lab.notices.error(NoticeKey::Export, &error.to_string()),
    }
}
