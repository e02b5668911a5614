//! The lesson that this lab is for, and how far its learner is.

use super::notices::Notices;
use super::saving::Saving;
use crate::browser::storage::web::Area;
use crate::model::json;
use crate::model::lesson_progress::{LessonProgress, StepProgress};
use crate::model::notice::NoticeKey;
use crate::model::space::Space;
use crate::texts::lesson as texts;
use leptos::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;
use tilt_protocol::lesson::{Facts, Lesson, Prediction, SampleFacts};

/// Behind the key under which answers to an earlier text of the lesson are put aside: nothing
/// that somebody has written is written over.
const EARLIER: &str = ".earlier";

#[derive(Clone, Copy)]
pub struct LessonStore {
    lesson: StoredValue<Arc<Lesson>>,
    progress: RwSignal<LessonProgress>,
    /// As they were seen last.
    facts: RwSignal<Facts>,
    /// As this tab wrote or read it last.
    kept: StoredValue<Option<String>>,
    /// That nothing is kept is said once.
    is_said: StoredValue<bool>,
    saving: Saving,
    space: Space,
    notices: Notices,
}

impl LessonStore {
    /// With what was kept of this lesson. What belongs to another text of it is put aside,
    /// and that is said.
    pub fn new(lesson: Arc<Lesson>, space: Space, saving: Saving, notices: Notices) -> LessonStore {
        let key = space.lesson();
        let kept = Area::Local.get(&key);
        let read = kept
            .as_ref()
            .and_then(|text| json::from_str::<LessonProgress>(text).ok());
        let is_readable = read.is_some();
        let found = read.filter(|progress| progress.is_of(&lesson));
        if let Some(kept) = kept.as_ref().filter(|_| found.is_none())
            && Area::Local.set(&format!("{key}{EARLIER}"), kept)
        {
            let text = match is_readable {
                true => texts::ANOTHER_TEXT,
                false => texts::NOT_READ,
            };
            notices.info(NoticeKey::Lesson, text);
        }
        let progress = found.unwrap_or_else(|| LessonProgress::begin(&lesson, js_sys::Date::now()));
        LessonStore {
            lesson: StoredValue::new(lesson),
            progress: RwSignal::new(progress),
            facts: RwSignal::new(Facts::default()),
            kept: StoredValue::new(kept),
            is_said: StoredValue::new(false),
            saving,
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
        self.see();
    }

    /// The first step begins, where it has not begun.
    pub fn begin(&self) {
        if !untrack(|| self.has_begun()) {
            self.change(|progress, _, facts| progress.begin_step(0, facts));
            self.see();
        }
    }

    pub fn has_begun(&self) -> bool {
        self.progress.with(|progress| {
            let first = progress.steps.first();
            first.is_some_and(|step| step.before.is_some())
        })
    }

    pub fn go_to(&self, index: usize) {
        self.change(|progress, lesson, facts| progress.go_to(lesson, index, facts));
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

    /// Brings a learner back to a step, unless something was begun here.
    pub fn resume(&self, step: usize) {
        if self.progress.with_untracked(LessonProgress::is_untouched) {
            self.go_to(step);
        }
    }

    /// Compared answers by the run's uid.
    pub fn samples(&self) -> BTreeMap<u64, Vec<SampleFacts>> {
        let mut samples: BTreeMap<u64, Vec<SampleFacts>> = BTreeMap::new();
        self.progress.with(|progress| {
            for (run, sample) in &progress.samples {
                samples.entry(*run).or_default().push(sample.clone());
            }
        });
        samples
    }

    /// Answers of this run were compared.
    pub fn sampled(&self, run: u64, sample: SampleFacts) {
        self.change_if(|progress, _, _| progress.sampled(run, sample));
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

    /// What the learner wants to be called in the report.
    pub fn set_name(&self, name: String) {
        self.change(|progress, _, _| progress.name = name);
    }

    /// The lesson from its beginning. Labels and runs stay.
    pub fn begin_anew(&self) {
        self.change(|progress, lesson, facts| {
            let is_arranged = progress.is_arranged;
            *progress = LessonProgress::begin(lesson, js_sys::Date::now());
            progress.is_arranged = is_arranged;
            progress.begin_step(0, facts);
        });
        self.see();
    }

    /// What was seen last, for the step as it is now.
    fn see(&self) {
        self.change_if(LessonProgress::observe);
    }

    /// Takes in how far the learner is in another tab, if it was there meanwhile.
    pub fn follow(&self) {
        let now = Area::Local.get(&self.space.lesson());
        if now.is_none() || now == self.kept.get_value() {
            return;
        }
        let read = now
            .as_ref()
            .and_then(|text| json::from_str::<LessonProgress>(text).ok());
        let lesson = self.lesson();
        if let Some(progress) = read.filter(|progress| progress.is_of(&lesson)) {
            self.progress.set(progress);
        }
        self.kept.set_value(now);
    }

    fn change(&self, change: impl FnOnce(&mut LessonProgress, &Lesson, &Facts)) {
        self.change_if(|progress, lesson, facts| {
            change(progress, lesson, facts);
            true
        });
    }

    /// A change that says whether it was one; only then is it told and kept.
    fn change_if(&self, change: impl FnOnce(&mut LessonProgress, &Lesson, &Facts) -> bool) {
        if self.saving.erasures() > 0 {
            // Everything was erased, and the page is about to load again: nothing comes back.
            return;
        }
        self.follow();
        let lesson = self.lesson();
        let facts = self.facts;
        let is_changed = self.progress.try_maybe_update(|progress| {
            let is_new = facts.with_untracked(|facts| change(progress, &lesson, facts));
            if is_new {
                progress.stamp(js_sys::Date::now());
            }
            (is_new, is_new)
        });
        if is_changed != Some(true) {
            return;
        }
        // Plain data, which can always be written.
        let text = self
            .progress
            .with_untracked(|progress| serde_json::to_string(progress).unwrap_or_default());
        if Area::Local.set(&self.space.lesson(), &text) {
            self.kept.set_value(Some(text));
        } else if !self.is_said.get_value() {
            self.is_said.set_value(true);
            self.notices.info(NoticeKey::Lesson, texts::NOT_KEPT);
        }
    }
}
