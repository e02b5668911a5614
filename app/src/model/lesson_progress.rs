//! How far a learner has come in a lesson: what was predicted, done and written, step by
//! step, as it is kept between visits.

use serde::{Deserialize, Serialize};
use tilt_protocol::classroom::StepTimes;
use tilt_protocol::lesson::{
    Facts, Lesson, Prediction, SampleFacts, Standing, Step, Verdict, acts_done, check, runs_of_acts,
};

/// One step of the lesson, as far as the learner is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct StepProgress {
    /// What there was when the step began, or its prediction was locked: none of it counts.
    pub before: Option<Facts>,
    pub prediction: Option<Prediction>,
    pub is_locked: bool,
    /// It was done when the learner went on: what happens later belongs to later steps.
    pub is_over: bool,
    /// Acts that are done; what is done stays so.
    pub done: usize,
    /// The runs by which they were done.
    pub runs: Vec<u64>,
    /// As it stood last.
    pub verdict: Option<Verdict>,
    /// In the learner's own words.
    pub explanation: String,
    /// The model answer has been looked at.
    pub is_explained: bool,
    /// Points of the model answer that the learner finds in the own one.
    pub ticked: Vec<usize>,
    pub answer: String,
    pub chosen: Option<usize>,
    /// The worked answer has been looked at.
    pub is_answered: bool,
    pub times: StepTimes,
}

/// A learner's way through one lesson.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct LessonProgress {
    /// Of the lesson's text: another one may ask for other things.
    pub lesson_hash: String,
    pub started_ms: f64,
    /// The Lab has been set up as the lesson has it.
    pub is_arranged: bool,
    /// The step that is shown.
    pub step: usize,
    pub steps: Vec<StepProgress>,
    /// Answers that were compared, with their run: a visit does not keep them otherwise.
    pub samples: Vec<(u64, SampleFacts)>,
    /// A nickname for the report, or nothing.
    pub name: String,
}

impl LessonProgress {
    pub fn begin(lesson: &Lesson, now_ms: f64) -> LessonProgress {
        LessonProgress {
            lesson_hash: lesson.hash(),
            started_ms: now_ms,
            steps: vec![StepProgress::default(); lesson.steps.len()],
            ..LessonProgress::default()
        }
    }

    /// Whether this was kept of this very lesson.
    pub fn is_of(&self, lesson: &Lesson) -> bool {
        self.lesson_hash == lesson.hash() && self.steps.len() == lesson.steps.len()
    }

    /// Whether nothing was done beyond opening the lesson.
    pub fn is_untouched(&self) -> bool {
        let mut steps = self.steps.iter();
        let is_first_open = steps
            .next()
            .is_none_or(|step| step.done == 0 && !step.is_locked);
        is_first_open && steps.all(|step| step.before.is_none())
    }

    /// Goes to a step, or to the end after the last; it begins now, where it had not begun.
    pub fn go_to(&mut self, lesson: &Lesson, index: usize, facts: &Facts) {
        if index > self.step
            && self.is_done(lesson, self.step)
            && let Some(left) = self.steps.get_mut(self.step)
        {
            left.is_over = true;
        }
        self.begin_step(index, facts);
        self.step = index.min(self.steps.len());
    }

    /// What is there now counts for nothing at this step, unless it has begun before.
    pub fn begin_step(&mut self, index: usize, facts: &Facts) {
        if let Some(step) = self.steps.get_mut(index) {
            step.before.get_or_insert_with(|| facts.outline());
        }
    }

    /// Takes what has happened into the step that is shown. Returns whether anything changed.
    pub fn observe(&mut self, lesson: &Lesson, facts: &Facts) -> bool {
        let old = self.steps.get(self.step).cloned();
        self.take_acts(lesson, facts);
        self.judge(lesson, facts);
        old.as_ref() != self.steps.get(self.step)
    }

    fn take_acts(&mut self, lesson: &Lesson, facts: &Facts) {
        let Some(step) = lesson.steps.get(self.step) else {
            return;
        };
        let Some(progress) = self.steps.get_mut(self.step) else {
            return;
        };
        if progress.is_over {
            return;
        }
        // A step that has not begun yet counts nothing: the Lab is still being set up.
        let Some(before) = progress.before.as_ref().filter(|_| progress.is_open(step)) else {
            return;
        };
        let setup = &lesson.setup;
        let done = acts_done(&step.acts, setup, before, facts);
        let runs = runs_of_acts(&step.acts, setup, before, facts);
        progress.done = progress.done.max(done);
        // A run that was removed since leaves its place to none of the others.
        if runs.len() >= progress.runs.len() {
            progress.runs = runs;
        }
    }

    fn judge(&mut self, lesson: &Lesson, facts: &Facts) {
        let Some(claim) = lesson
            .steps
            .get(self.step)
            .and_then(|step| step.check.as_ref())
        else {
            return;
        };
        let facts = self.counted(facts);
        let is_done = self.is_done(lesson, self.step);
        let Some(progress) = self.steps.get_mut(self.step) else {
            return;
        };
        if !is_done {
            progress.verdict = None;
            return;
        }
        let found = check(claim, &facts);
        // What was settled is not open again for want of what was measured then: a visit does
        // not keep all that was looked at, and a run may have been removed.
        let is_settled = |verdict: &Verdict| verdict.verdict != Standing::NotYet;
        if is_settled(&found) || !progress.verdict.as_ref().is_some_and(is_settled) {
            progress.verdict = Some(found);
        }
    }

    /// The facts of the step that is shown. Where acts up to it asked for runs, these alone
    /// count: whoever plays between two steps does not move "the last run but one".
    pub fn counted(&self, facts: &Facts) -> Facts {
        self.counted_at(self.step, facts)
    }

    /// As [`LessonProgress::counted`], of another step.
    pub fn counted_at(&self, index: usize, facts: &Facts) -> Facts {
        let steps = self.steps.iter().take(index + 1);
        let asked: Vec<u64> = steps.flat_map(|step| step.runs.iter().copied()).collect();
        if asked.is_empty() {
            facts.clone()
        } else {
            facts.with_runs(&asked)
        }
    }

    /// Whether all that a step asks for is done; nothing is asked of one that is only read.
    pub fn is_done(&self, lesson: &Lesson, index: usize) -> bool {
        match (lesson.steps.get(index), self.steps.get(index)) {
            (Some(step), Some(progress)) => {
                let has_begun = progress.before.is_some() && progress.is_open(step);
                has_begun && progress.done >= step.acts.len()
            }
            _ => false,
        }
    }

    /// The prediction counts from now on, and what happened so far does not.
    pub fn lock(&mut self, facts: &Facts) {
        if let Some(step) = self.steps.get_mut(self.step)
            && step.prediction.is_some()
            && !step.is_locked
        {
            step.is_locked = true;
            step.before = Some(facts.outline());
            step.done = 0;
            step.runs = Vec::new();
        }
    }

    /// Notes when things happened that have no time yet.
    pub fn stamp(&mut self, now_ms: f64) {
        for step in &mut self.steps {
            let times = &mut step.times;
            if step.before.is_some() {
                times.began.get_or_insert(now_ms);
            }
            if step.is_locked {
                times.locked.get_or_insert(now_ms);
            }
            if step.is_over {
                times.left.get_or_insert(now_ms);
            }
            times.done.resize(step.done, now_ms);
        }
    }

    /// Answers of this run were compared; those to a prompt count once.
    pub fn sampled(&mut self, run: u64, sample: SampleFacts) -> bool {
        let is_known =
            |(of, known): &(u64, SampleFacts)| *of == run && known.prompt == sample.prompt;
        let is_new = !self.samples.iter().any(is_known);
        if is_new {
            self.samples.push((run, sample));
        }
        is_new
    }

    /// The acts of the step that is shown are to be done once more.
    pub fn again(&mut self, facts: &Facts) {
        if let Some(step) = self.steps.get_mut(self.step) {
            step.before = Some(facts.outline());
            step.is_over = false;
            step.done = 0;
            step.runs = Vec::new();
            step.verdict = None;
        }
    }
}

impl StepProgress {
    /// A prediction, where one is asked for, is locked: what is done now counts.
    pub fn is_open(&self, step: &Step) -> bool {
        step.predict.is_none() || self.is_locked
    }
}

#[cfg(test)]
#[path = "lesson_progress_tests.rs"]
mod tests;
