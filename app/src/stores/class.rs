//! The reports on the teacher's board. They stay in memory, for the visit: nothing of them is
//! stored.

use super::board::ReadFile;
use crate::model::shown_class::ShownClass;
use leptos::prelude::*;
use std::sync::Arc;
use tilt_protocol::classroom::{HandedIn, LearnerReport, LessonReports, gather};

/// A file that is no report, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct RefusedFile {
    pub name: String,
    pub why: String,
}

#[derive(Clone, Copy)]
pub struct ClassStore {
    handed: RwSignal<Vec<HandedIn>>,
    refused: RwSignal<Vec<RefusedFile>>,
    /// Id and hash of the lesson that is looked at.
    chosen: RwSignal<Option<(String, String)>>,
    hides_names: RwSignal<bool>,
    lessons: Memo<Arc<Vec<LessonReports>>>,
    shown: Memo<Option<Arc<ShownClass>>>,
}

impl ClassStore {
    pub fn new() -> ClassStore {
        let handed = RwSignal::new(Vec::new());
        let chosen = RwSignal::new(None::<(String, String)>);
        let hides_names = RwSignal::new(false);
        // Whoever asks for these is told anew whenever they are computed anew.
        let lessons = Memo::new_with_compare(
            move |_| Arc::new(handed.with(|handed: &Vec<HandedIn>| gather(handed.iter().cloned()))),
            |_, _| true,
        );
        let shown = Memo::new_with_compare(
            move |_| {
                lessons.with(|lessons| {
                    let is_chosen = |one: &&LessonReports| {
                        chosen.with(|chosen| {
                            chosen
                                .as_ref()
                                .is_some_and(|(id, hash)| *id == one.lesson && *hash == one.hash)
                        })
                    };
                    let most = || lessons.iter().max_by_key(|one| one.reports.len());
                    let one = lessons.iter().find(is_chosen).or_else(most)?;
                    Some(Arc::new(ShownClass::of(one, hides_names.get())))
                })
            },
            |_, _| true,
        );
        ClassStore {
            handed,
            refused: RwSignal::new(Vec::new()),
            chosen,
            hides_names,
            lessons,
            shown,
        }
    }

    pub fn refused(&self) -> Signal<Vec<RefusedFile>> {
        self.refused.into()
    }

    pub fn lessons(&self) -> Memo<Arc<Vec<LessonReports>>> {
        self.lessons
    }

    /// The class that is looked at: the one that was chosen, or the largest.
    pub fn shown(&self) -> Memo<Option<Arc<ShownClass>>> {
        self.shown
    }

    pub fn hides_names(&self) -> Signal<bool> {
        self.hides_names.into()
    }

    pub fn hide_names(&self, hides: bool) {
        self.hides_names.set(hides);
    }

    pub fn choose(&self, lesson: &str, hash: &str) {
        self.chosen.set(Some((lesson.to_owned(), hash.to_owned())));
    }

    /// Takes what are reports, and notes what are none. Returns how many of each there were.
    pub fn take(&self, files: Vec<ReadFile>) -> (usize, usize) {
        let mut good = Vec::new();
        let mut refused = Vec::new();
        for file in files {
            let read = file.text.and_then(|text| {
                LearnerReport::all_from_file(&text).map_err(|not| not.to_string())
            });
            match read {
                Ok(reports) => good.extend(reports.into_iter().map(|report| HandedIn {
                    file: file.name.clone(),
                    report,
                })),
                Err(why) => refused.push(RefusedFile {
                    name: file.name,
                    why,
                }),
            }
        }
        let counts = (good.len(), refused.len());
        // What was wrong with earlier files has been read.
        self.refused.set(refused);
        if !good.is_empty() {
            self.handed.update(|handed| handed.extend(good));
        }
        counts
    }

    pub fn clear(&self) {
        self.handed.set(Vec::new());
        self.refused.set(Vec::new());
        self.chosen.set(None);
    }
}
