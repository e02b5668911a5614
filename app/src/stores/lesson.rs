//! The lesson that this lab is for, and how far its learner is.

use super::notices::Notices;
use crate::browser::storage::web::Area;
use crate::model::json;
use crate::model::lesson_progress::{LessonProgress, Prediction, StepProgress};
use crate::model::notice::NoticeKey;
use crate::model::space::Space;
use crate::texts::lesson as texts;
use leptos::prelude::*;
use std::sync::Arc;
use tilt_protocol::lesson::{Facts, Lesson};

/// Whatever an earlier text of the lesson was answered with is kept under the key with this
/// behind it.
const EARLIER: &str = ".earlier";

#[derive(Clone, Copy)]
pub struct LessonStore {
    lesson: StoredValue<Arc<Lesson>>,
    progress: RwSignal<LessonProgress>,
    /// As they were seen last.
    facts: RwSignal<Facts>,
    space: Space,
    notices: Notices,
}

impl LessonStore {
    /// With what was kept of this lesson. What belongs to another text of it is put aside,
    /// and that is said.
    pub fn new(lesson: Arc<Lesson>, space: Space, notices: Notices) -> LessonStore {
        let key = space.lesson();
        let kept = Area::Local.get(&key);
        let found = kept.as_ref().and_then(|text| json::from_str(text).ok());
        let found = found.filter(|progress: &LessonProgress| progress.is_of(&lesson));
        if let Some(kept) = kept.filter(|_| found.is_none())
            && Area::Local.set(&format!("{key}{EARLIER}"), &kept)
        {
            notices.info(NoticeKey::Lesson, texts::ANOTHER_TEXT);
        }
        let progress = found.unwrap_or_else(|| LessonProgress::begin(&lesson, js_sys::Date::now()));
        LessonStore {
            lesson: StoredValue::new(lesson),
            progress: RwSignal::new(progress),
            facts: RwSignal::new(Facts::default()),
            space,
            notices,
        }
    }

    pub fn lesson(&self) -> Arc<Lesson> {
        self.lesson.get_value()
    }

    pub fn progress(&self) -> Signal<LessonProgress> {
        self.progress.into()
    }

    /// The index of the step that is shown; that of no step, when the last is over.
    pub fn shown(&self) -> Memo<usize> {
        let progress = self.progress;
        Memo::new(move |_| progress.with(|progress| progress.step))
    }

    /// Something of the step at this place, as it changes.
    pub fn of_step<T: Clone + PartialEq + Send + Sync + Default + 'static>(
        &self,
        index: usize,
        read: impl Fn(&StepProgress) -> T + Send + Sync + 'static,
    ) -> Memo<T> {
        let progress = self.progress;
        Memo::new(move |_| {
            progress.with(|progress| progress.steps.get(index).map(&read).unwrap_or_default())
        })
    }

    /// Whether all that is asked for at this step is done.
    pub fn is_done(&self, index: usize) -> Memo<bool> {
        let (progress, lesson) = (self.progress, self.lesson);
        Memo::new(move |_| {
            progress.with(|progress| lesson.with_value(|lesson| progress.is_done(lesson, index)))
        })
    }

    /// The facts that count for the step that is shown.
    pub fn counted(&self) -> Facts {
        let progress = self.progress;
        self.facts
            .with(|facts| progress.with(|progress| progress.counted(facts)))
    }

    /// All that has happened, as it was seen last.
    pub fn facts(&self) -> Signal<Facts> {
        self.facts.into()
    }

    /// The Lab is set up as the lesson has it.
    pub fn arranged(&self) {
        self.change(|progress, _, _| progress.is_arranged = true);
    }

    /// What has happened in the lab, as far as a lesson can know.
    pub fn observe(&self, facts: Facts) {
        self.facts.set(facts);
        let lesson = self.lesson();
        let mut seen = self.progress.get_untracked();
        let is_new = self
            .facts
            .with_untracked(|facts| seen.observe(&lesson, facts));
        if is_new {
            self.change(|progress, _, _| *progress = seen);
        }
    }

    /// The first step begins, where it has not begun.
    pub fn begin(&self) {
        if !untrack(|| self.has_begun()) {
            self.go_to(0);
        }
    }

    pub fn has_begun(&self) -> bool {
        self.progress.with(|progress| {
            let first = progress.steps.first();
            first.is_some_and(|step| step.before.is_some())
        })
    }

    pub fn go_to(&self, index: usize) {
        self.change(|progress, _, facts| progress.go_to(index, facts));
        self.see();
    }

    pub fn predict(&self, prediction: Option<Prediction>) {
        self.change_step(|step| {
            if !step.is_locked {
                step.prediction = prediction;
            }
        });
    }

    pub fn lock(&self) {
        self.change(|progress, _, facts| progress.lock(facts));
        self.see();
    }

    /// The acts of the step are to be done once more.
    pub fn again(&self) {
        self.change(|progress, _, facts| progress.again(facts));
    }

    /// Changes what the learner has written or ticked at the step that is shown.
    pub fn change_step(&self, change: impl FnOnce(&mut StepProgress)) {
        self.change(|progress, _, _| {
            let index = progress.step;
            if let Some(step) = progress.steps.get_mut(index) {
                change(step);
            }
        });
    }

    /// The lesson from its beginning. Labels and runs stay.
    pub fn begin_anew(&self) {
        self.change(|progress, lesson, facts| {
            let is_arranged = progress.is_arranged;
            *progress = LessonProgress::begin(lesson, js_sys::Date::now());
            progress.is_arranged = is_arranged;
            progress.go_to(0, facts);
        });
        self.see();
    }

    /// What was seen last, for the step as it is now.
    fn see(&self) {
        self.observe(self.facts.get_untracked());
    }

    fn change(&self, change: impl FnOnce(&mut LessonProgress, &Lesson, &Facts)) {
        let lesson = self.lesson();
        let facts = self.facts;
        self.progress
            .update(|progress| facts.with_untracked(|facts| change(progress, &lesson, facts)));
        let kept = self.progress.with_untracked(serde_json::to_string);
        let is_kept = kept.is_ok_and(|text| Area::Local.set(&self.space.lesson(), &text));
        if !is_kept {
            self.notices.info(NoticeKey::Lesson, texts::NOT_KEPT);
        }
    }
}
