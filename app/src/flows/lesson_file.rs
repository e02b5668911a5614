//! A lesson's text: fetched, unpacked, read, and sent on to a page of its own.

use super::later::do_later;
use crate::browser::http::fetch_small_text;
use crate::browser::later::{Coming, Doing, NotLoaded, wasm_split};
use crate::browser::url::{here, resolve};
use crate::lab::Lab;
use crate::model::address::LessonStart;
use crate::model::lesson_source::{LessonSource, link_ending};
use crate::model::notice::NoticeKey;
use crate::stores::board::ReadFile;
use crate::texts::lesson as texts;
use gloo_file::File;
use gloo_file::futures::read_as_text;
use std::any::Any;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use tilt_protocol::lesson::{Defect, Lesson, pack, unpack};

/// Larger files are no lesson.
const MOST_BYTES: u64 = 1 << 20;
/// Defects that are told; whoever mends these hears of the rest.
const MOST_DEFECTS: usize = 20;
/// Stands in every lesson, and hardly in data.
const MARK: &str = "\"tilt_lesson\"";
/// Stands in every learner's report.
const REPORT_MARK: &str = "\"tilt_report\"";
/// How the files of reports are called; these may be larger than a lesson.
const REPORT_NAME: &str = "tilt-report";
const MOST_REPORT_BYTES: u64 = 16 << 20;

/// A lesson that has come. The page itself does not know what a lesson is: that lies in the
/// part that plays it.
#[derive(Clone)]
pub struct OpenLesson {
    pub start: LessonStart,
    lesson: Arc<dyn Any + Send + Sync>,
}

impl OpenLesson {
    /// For the part that plays it.
    pub fn lesson(&self) -> Option<Arc<Lesson>> {
        self.lesson.clone().downcast().ok()
    }
}

/// A lesson on its way; in words why it does not come.
pub type Reading = Pin<Box<dyn Future<Output = Result<OpenLesson, String>>>>;

/// Has the lesson come.
pub fn read_lesson(source: LessonSource) -> Coming<Reading> {
    Box::pin(reading(source))
}

#[wasm_split(lessons, wasm_split_path = leptos::wasm_split, fallible)]
fn reading(source: LessonSource) -> Result<Reading, NotLoaded> {
    Ok(Box::pin(async move {
        let text = text_of(&source).await?;
        let lesson = read(&text)?;
        let setup = &lesson.setup;
        Ok(OpenLesson {
            start: LessonStart {
                model: setup.model,
                level: setup.level,
                device: setup.device,
            },
            lesson: Arc::new(lesson),
        })
    }))
}

async fn text_of(source: &LessonSource) -> Result<String, String> {
    let url = match source {
        LessonSource::Shipped(id) => resolve(&format!("lessons/{id}.json")),
        LessonSource::Address { url, .. } => url.clone(),
        LessonSource::Link(packed) => {
            return unpack(packed).ok_or_else(|| texts::NOT_PACKED.to_owned());
        }
    };
    fetch_small_text(&url, MOST_BYTES)
        .await
        .map_err(|error| error.to_string())
}

fn read(text: &str) -> Result<Lesson, String> {
    Lesson::from_json(text).map_err(|defects| {
        let first = defects.iter().take(MOST_DEFECTS).map(Defect::to_string);
        texts::defects(&first.collect::<Vec<_>>(), defects.len())
    })
}

/// Opens the file as a lesson, if it is one, or on the teacher's board as a learner's report;
/// otherwise `or_else` has it.
pub fn open_file(lab: Lab, file: File, or_else: fn(Lab, File)) {
    let name = file.name();
    let most = match name.contains(REPORT_NAME) {
        true => MOST_REPORT_BYTES,
        false => MOST_BYTES,
    };
    let may_be = [".json", ".html", "reports.jsonl"];
    if file.size() > most || !may_be.iter().any(|ending| name.ends_with(ending)) {
        or_else(lab, file);
        return;
    }
    do_later(lab, Box::pin(opening(lab, file, or_else)));
}

#[wasm_split(lessons, wasm_split_path = leptos::wasm_split, fallible)]
fn opening(lab: Lab, file: File, or_else: fn(Lab, File)) -> Result<Doing, NotLoaded> {
    Ok(Box::pin(async move {
        match read_as_text(&file).await {
            Ok(text) if text.contains(REPORT_MARK) => lab.board.hand_in(ReadFile {
                name: file.name(),
                text: Ok(text),
            }),
            Ok(text) if text.contains(MARK) => open_text(lab, &text),
            // Whoever reads it next says what is wrong with it.
            Ok(_) | Err(_) => or_else(lab, file),
        }
    }))
}

/// The lesson opens in this tab, in a lab of its own.
fn open_text(lab: Lab, text: &str) {
    lab.notices.dismiss(NoticeKey::Lesson);
    match read(text) {
        Ok(lesson) => {
            let address = format!("{}{}", here(), link_ending(&pack(&lesson.to_json())));
            // The page's own address can always be gone to.
            let _ = web_sys::window().map(|window| window.location().set_href(&address));
        }
        Err(defects) => lab.notices.error(NoticeKey::Lesson, &defects),
    }
}
