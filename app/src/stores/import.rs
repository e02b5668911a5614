//! Data coming in: one file after the other, each through the importer. Labels of pairs
//! that have some already wait for a word of the person.

use super::lab_code::lab_code;
use super::notices::NoticeKey;
use crate::browser::importer::Importer;
use crate::browser::later::{Doing, NotLoaded, do_later, wasm_split};
use crate::flows::files;
use crate::lab::Lab;
use crate::model::address::resolve;
use crate::model::arrivals::{Answer, Standing};
use gloo_file::File;
use leptos::prelude::*;
use std::collections::VecDeque;
use std::sync::Arc;
use tilt_protocol::dataset::import::{ImportOptions, ImportReport, NectarPairs, Sample};
use tilt_protocol::{CuratedSet, ImportEvent, ImportRequest, ImportSource, Label, Origin};
use wasm_bindgen_futures::spawn_local;
use web_sys::Blob;

/// Rows that come in of a file unless the person says otherwise: as many as a tab labels,
/// lists and trains on with ease.
pub const MOST_ROWS: usize = 5_000;
/// Rows asked of Hugging Face at most: a request for each hundred.
const MOST_FETCHED: usize = 5_000;
/// Labels that the report shows.
const PREVIEWED: usize = 3;

/// A file under way.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Progress {
    pub name: String,
    pub read: u64,
    pub total: Option<u64>,
    pub rows: usize,
    pub refused: usize,
}

/// What came of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Finished {
    pub name: String,
    pub report: ImportReport,
    /// Prompt and answers of the first rows.
    pub preview: Vec<[String; 3]>,
    pub has_refused: bool,
    /// Labels that came in: fewer than there are where the person wanted but the new ones.
    pub came_in: usize,
}

/// Labels that were read and are not here yet.
#[derive(Clone, PartialEq)]
pub struct Question {
    pub finished: Finished,
    pub set: Option<CuratedSet>,
    pub labels: Vec<Label>,
    pub standing: Standing,
}

struct Wanted {
    source: ImportSource,
    file: Option<File>,
    set: Option<CuratedSet>,
}

#[derive(Clone, Copy)]
pub struct ImportStore {
    progress: RwSignal<Option<Progress>>,
    finished: RwSignal<Option<Arc<Finished>>>,
    /// Asked before anything of the file comes in.
    question: RwSignal<Option<Arc<Question>>>,
    /// The refused rows of the finished file.
    refused: StoredValue<Option<Blob>, LocalStorage>,
    importer: StoredValue<Option<Importer>, LocalStorage>,
    waiting: StoredValue<VecDeque<Wanted>, LocalStorage>,
    pub limit: RwSignal<usize>,
    pub nectar: RwSignal<NectarPairs>,
    /// As typed.
    pub address: RwSignal<String>,
}

impl ImportStore {
    pub fn new() -> ImportStore {
        ImportStore {
            progress: RwSignal::new(None),
            finished: RwSignal::new(None),
            question: RwSignal::new(None),
            refused: StoredValue::new_local(None),
            importer: StoredValue::new_local(None),
            waiting: StoredValue::new_local(VecDeque::new()),
            limit: RwSignal::new(MOST_ROWS),
            nectar: RwSignal::new(NectarPairs::default()),
            address: RwSignal::new(String::new()),
        }
    }

    pub fn progress(&self) -> Signal<Option<Progress>> {
        self.progress.into()
    }

    pub fn finished(&self) -> Signal<Option<Arc<Finished>>> {
        self.finished.into()
    }

    pub fn question(&self) -> Signal<Option<Arc<Question>>> {
        self.question.into()
    }

    /// Nothing is under way any more, and nothing comes in of what was.
    pub fn give_up(&self) {
        self.waiting.update_value(VecDeque::clear);
        self.importer.set_value(None);
        self.progress.set(None);
        self.question.set(None);
        self.close();
    }

    fn is_busy(&self) -> bool {
        self.progress.with_untracked(Option::is_some)
            || self.question.with_untracked(Option::is_some)
    }

    pub fn refused(&self) -> Option<Blob> {
        self.refused.get_value()
    }

    pub fn close(&self) {
        self.finished.set(None);
        self.refused.set_value(None);
    }
}

pub fn import_file(lab: Lab, file: File) {
    let source = ImportSource::File { name: file.name() };
    import(lab, source, Some(file), None);
}

/// A set that lies beside the page.
pub fn import_set(lab: Lab, set: CuratedSet) {
    let url = resolve(&format!("datasets/{}.jsonl", set.slug()));
    import(lab, ImportSource::Url { url }, None, Some(set));
}

/// What stands in the field of the address.
pub fn import_address(lab: Lab) {
    let address = lab.import.address.get_untracked();
    if let Some(Remote { source, .. }) = remote(&address, lab.import.limit.get_untracked()) {
        import(lab, source, None, None);
    }
}

/// Where an address leads.
pub struct Remote {
    pub host: String,
    pub source: ImportSource,
}

/// What the person means by `address`: a data set of Hugging Face, a file there or
/// anywhere. `None` if it is neither.
pub fn remote(address: &str, limit: usize) -> Option<Remote> {
    let address = address.trim();
    let page = address
        .strip_prefix("https://huggingface.co/datasets/")
        .or_else(|| address.strip_prefix("https://hf.co/datasets/"));
    let dataset = page.unwrap_or(address).trim_end_matches('/');
    let is_name = |part: &str| {
        !part.is_empty()
            && part
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
    };
    if let Some((owner, name)) = dataset.split_once('/')
        && is_name(owner)
        && is_name(name)
    {
        return Some(Remote {
            host: host_of(tilt_protocol::import_message::HUGGING_FACE)?,
            source: ImportSource::HuggingFace {
                dataset: dataset.to_owned(),
                rows: limit.min(MOST_FETCHED),
            },
        });
    }
    if !address.starts_with("https://") && !address.starts_with("http://") {
        return None;
    }
    // The page about a file, where the file itself is meant.
    let url = match page {
        Some(_) => address.replacen("/blob/", "/resolve/", 1),
        None => address.to_owned(),
    };
    Some(Remote {
        host: host_of(&url)?,
        source: ImportSource::Url { url },
    })
}

fn host_of(url: &str) -> Option<String> {
    let rest = url.split_once("://")?.1;
    let host = rest.split(['/', '?', '#']).next()?;
    (!host.is_empty()).then(|| host.to_owned())
}

fn import(lab: Lab, source: ImportSource, file: Option<File>, set: Option<CuratedSet>) {
    let wanted = Wanted { source, file, set };
    do_later(lab, Box::pin(coming_in(lab, wanted)));
}

#[wasm_split(files, wasm_split_path = leptos::wasm_split, fallible)]
fn coming_in(lab: Lab, wanted: Wanted) -> Result<Doing, NotLoaded> {
    Ok(Box::pin(async move { take_turn(lab, wanted) }))
}

fn take_turn(lab: Lab, wanted: Wanted) {
    lab.import
        .waiting
        .update_value(|waiting| waiting.push_back(wanted));
    if !lab.import.is_busy() {
        next(lab);
    }
}

/// Begins with the next file that waits.
fn next(lab: Lab) {
    let store = lab.import;
    let wanted = store.waiting.try_update_value(VecDeque::pop_front);
    let Some(Wanted { source, file, set }) = wanted.flatten() else {
        return;
    };
    lab.notices.dismiss(NoticeKey::Data);
    store.close();
    let name = set.map_or_else(|| source.name(), |set| format!("{}.jsonl", set.slug()));
    store.progress.set(Some(Progress {
        name: name.clone(),
        ..Progress::default()
    }));
    let request = ImportRequest {
        source,
        options: ImportOptions {
            nectar: store.nectar.get_untracked(),
            ..ImportOptions::default()
        },
        sample: Sample {
            limit: store.limit.get_untracked(),
            seed: lab.form.seed(),
        },
        at_ms: js_sys::Date::now(),
    };
    let file = file.as_ref().map(|file| {
        let file: &web_sys::Blob = file.as_ref();
        file.clone()
    });
    let started = Importer::start(&request, file.as_ref(), {
        move |event, refused| take(lab, &name, set, event, refused)
    });
    match started {
        Ok(importer) => store.importer.set_value(Some(importer)),
        Err(error) => {
            lab.notices.error(NoticeKey::Data, &error.to_string());
            ended(lab);
        }
    }
}

fn take(lab: Lab, name: &str, set: Option<CuratedSet>, event: ImportEvent, refused: Option<Blob>) {
    match event {
        ImportEvent::Progress {
            read,
            total,
            rows,
            refused,
        } => lab.import.progress.set(Some(Progress {
            name: name.to_owned(),
            read,
            total,
            rows,
            refused,
        })),
        ImportEvent::Failed { error } => {
            lab.notices.error(NoticeKey::Data, &error.to_string());
            ended(lab);
        }
        ImportEvent::Done { report, labels } => {
            let preview = labels.iter().take(PREVIEWED).map(|label| {
                let pair = &label.pair;
                [&pair.prompt, &pair.answer_a, &pair.answer_b].map(String::clone)
            });
            let finished = Finished {
                name: name.to_owned(),
                preview: preview.collect(),
                has_refused: refused.is_some(),
                came_in: 0,
                report,
            };
            lab.import.refused.set_value(refused);
            let labels = origins_noted(lab, name, set, labels);
            let entries = lab.labels.entries().get_untracked();
            let question = Question {
                standing: Standing::of(&entries, &labels, set),
                finished,
                set,
                labels,
            };
            if question.standing.needs_an_answer() {
                lab.import.question.set(Some(Arc::new(question)));
            } else {
                come_in(lab, &question, Answer::All);
            }
            ended(lab);
        }
    }
}

/// The labels with where they are from: a practice set, or this file.
fn origins_noted(lab: Lab, file: &str, set: Option<CuratedSet>, labels: Vec<Label>) -> Vec<Label> {
    let code = lab_code(lab.settings);
    let note = |mut label: Label| match set {
        Some(set) => {
            label.origin = Some(Origin::of_set(set));
            label
        }
        None => label.arriving(file, &code),
    };
    labels.into_iter().map(note).collect()
}

fn come_in(lab: Lab, question: &Question, answer: Answer) {
    let Question {
        finished,
        set,
        labels,
        standing,
    } = question;
    let (removed, added) = standing.settle(labels.clone(), answer);
    let finished = Finished {
        came_in: added.len(),
        ..finished.clone()
    };
    files::add_labels(lab, question, &removed, added);
    if set.is_none() {
        lab.import.finished.set(Some(Arc::new(finished)));
    }
}

/// What the person says to the question; then the next file has its turn.
pub fn answer(lab: Lab, answer: Answer) {
    let store = lab.import;
    let asked = store.question.try_update(Option::take).flatten();
    let Some(question) = asked else { return };
    if answer == Answer::Cancel {
        store.refused.set_value(None);
    } else {
        // Labelled on in the meantime: the answer is about the labels as they are now.
        let entries = lab.labels.entries().get_untracked();
        let standing = Standing::of(&entries, &question.labels, question.set);
        let question = Question {
            standing,
            ..Question::clone(&question)
        };
        come_in(lab, &question, answer);
    }
    next(lab);
}

/// The person wants no more of it: nothing of the file under way comes in.
pub fn cancel(lab: Lab) {
    lab.import.waiting.update_value(VecDeque::clear);
    ended(lab);
}

fn ended(lab: Lab) {
    lab.import.progress.set(None);
    // Not inside the worker's own event: its listeners end with it.
    spawn_local(async move {
        lab.import.importer.set_value(None);
        if !lab.import.is_busy() {
            next(lab);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_data_set_or_a_file() {
        let of = |address: &str| remote(address, 250).map(|remote| (remote.host, remote.source));
        let viewer = "datasets-server.huggingface.co".to_owned();
        let dataset = |dataset: &str| ImportSource::HuggingFace {
            dataset: dataset.to_owned(),
            rows: 250,
        };
        let expected = Some((viewer, dataset("Anthropic/hh-rlhf")));
        assert_eq!(of(" Anthropic/hh-rlhf "), expected);
        assert_eq!(
            of("https://huggingface.co/datasets/Anthropic/hh-rlhf/"),
            expected
        );
        let file = |url: &str| ImportSource::Url {
            url: url.to_owned(),
        };
        assert_eq!(
            of("https://huggingface.co/datasets/a/b/blob/main/x.jsonl"),
            Some((
                "huggingface.co".to_owned(),
                file("https://huggingface.co/datasets/a/b/resolve/main/x.jsonl")
            ))
        );
        assert_eq!(
            of("http://localhost:8000/x.csv"),
            Some((
                "localhost:8000".to_owned(),
                file("http://localhost:8000/x.csv")
            ))
        );
        for nothing in ["", "words", "a/b/c", "ftp://a.org/x", "https://"] {
            assert_eq!(of(nothing), None, "{nothing}");
        }
    }
}
