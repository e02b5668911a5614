//! Data coming in: one file after the other, each through the importer. Labels of pairs
//! that have some already wait for a word of the person.

use super::later::do_later;
use crate::browser::import_worker::ImportWorker;
use crate::browser::later::{Doing, NotLoaded, wasm_split};
use crate::browser::url::resolve;
use crate::lab::Lab;
use crate::model::arrivals::{ImportChoice, Standing};
use crate::model::notice::NoticeKey;
use crate::model::remote::{Remote, remote};
use crate::stores::import::{ArrivingLabels, FileProgress, Finished, WantedFile};
use crate::stores::lab_code::lab_code;
use crate::texts::files as texts;
use crate::texts::import as import_texts;
use gloo_file::File;
use leptos::prelude::*;
use tilt_protocol::import::{ImportOptions, Sample};
use tilt_protocol::{CuratedSet, Error, ImportEvent, ImportRequest, ImportSource, Label, Origin};
use wasm_bindgen_futures::spawn_local;
use web_sys::Blob;

/// Labels that the report shows.
const PREVIEWED: usize = 3;

/// Takes in a file that the person chose, dropped or pasted.
pub fn import_file(lab: Lab, file: File) {
    let source = ImportSource::File { name: file.name() };
    import(lab, source, Some(file), None);
}

/// A set that lies beside the page.
pub fn import_set(lab: Lab, set: CuratedSet) {
    let url = resolve(&format!("datasets/{}.jsonl", set.slug()));
    import(lab, ImportSource::Url { url }, None, Some(set));
}

/// What lies at an address; nothing where it is none.
pub fn import_address(lab: Lab, address: &str, most_rows: usize) {
    if let Some(Remote { source, .. }) = remote(address, most_rows) {
        import(lab, source, None, None);
    }
}

fn import(lab: Lab, source: ImportSource, file: Option<File>, set: Option<CuratedSet>) {
    let wanted = WantedFile { source, file, set };
    do_later(lab, Box::pin(coming_in(lab, wanted)));
}

#[wasm_split(files, wasm_split_path = leptos::wasm_split, fallible)]
fn coming_in(lab: Lab, wanted: WantedFile) -> Result<Doing, NotLoaded> {
    Ok(Box::pin(async move { take_turn(lab, wanted) }))
}

fn take_turn(lab: Lab, wanted: WantedFile) {
    lab.import.queue(wanted);
    if !lab.import.is_busy() {
        next(lab);
    }
}

/// Begins with the next file that waits.
fn next(lab: Lab) {
    let store = lab.import;
    let Some(WantedFile { source, file, set }) = store.next() else {
        return;
    };
    lab.notices.dismiss(NoticeKey::Data);
    store.close();
    let name = set.map_or_else(|| source.name(), |set| format!("{}.jsonl", set.slug()));
    store.progressed(Some(FileProgress {
        name: name.clone(),
        ..FileProgress::default()
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
    let started = ImportWorker::start(&request, file.as_ref(), {
        move |event, refused| take(lab, &name, set, event, refused)
    });
    match started {
        Ok(importer) => store.connect(Some(importer)),
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
        } => lab.import.progressed(Some(FileProgress {
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
            lab.import.set_refused(refused);
            let labels = origins_noted(lab, name, set, labels);
            let entries = lab.labels.entries().get_untracked();
            let question = ArrivingLabels {
                standing: Standing::of(&entries, &labels, set),
                finished,
                set,
                labels,
            };
            if question.standing.needs_an_answer() {
                lab.import.ask(question);
            } else {
                come_in(lab, &question, ImportChoice::All);
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

fn come_in(lab: Lab, question: &ArrivingLabels, answer: ImportChoice) {
    let ArrivingLabels {
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
    add_labels(lab, question, &removed, added);
    if set.is_none() {
        lab.import.finish(finished);
    }
}

/// What the person says to the question; then the next file has its turn.
pub fn take_choice(lab: Lab, answer: ImportChoice) {
    let store = lab.import;
    let Some(question) = store.answered() else {
        return;
    };
    if answer == ImportChoice::Cancel {
        store.set_refused(None);
    } else {
        // Labelled on in the meantime: the answer is about the labels as they are now.
        let entries = lab.labels.entries().get_untracked();
        let standing = Standing::of(&entries, &question.labels, question.set);
        let question = ArrivingLabels {
            standing,
            ..ArrivingLabels::clone(&question)
        };
        come_in(lab, &question, answer);
    }
    next(lab);
}

/// The person wants no more of it: nothing of the file under way comes in.
pub fn cancel(lab: Lab) {
    lab.import.clear_queue();
    ended(lab);
}

fn ended(lab: Lab) {
    lab.import.progressed(None);
    // Not inside the worker's own event: its listeners end with it.
    spawn_local(async move {
        lab.import.connect(None);
        if !lab.import.is_busy() {
            next(lab);
        }
    });
}

/// Defects of an imported file that the banner lists by name.
const LISTED_DEFECTS: usize = 5;

/// Adds what came of a file as labels, in the place of those of the keys `removed`, and
/// says what did not come in, and what of it teaches nothing.
fn add_labels(lab: Lab, question: &ArrivingLabels, removed: &[u64], labels: Vec<Label>) {
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
