//! How far a learner came in a lesson, in numbers.

use super::report::LearnerReport;
use crate::lesson::{Lesson, Standing};

/// A pause that is longer is none of the lesson's time.
const LONGEST_PAUSE_MS: f64 = 30.0 * 60_000.0;

/// So many of so many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    pub count: usize,
    pub of: usize,
}

impl Count {
    /// `None` of none.
    pub fn share(self) -> Option<f64> {
        (self.of > 0).then(|| self.count as f64 / self.of as f64)
    }
}

/// One learner's way through a lesson.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Way {
    /// Steps done: what they ask for, or gone on from where they ask for nothing.
    pub steps: Count,
    /// Checks that hold, of those that the lesson has.
    pub checks: Count,
    /// Predictions that came about, of those of which that is known.
    pub predictions: Count,
    /// Right choices, of the lesson's questions that have a right one.
    pub quizzes: Count,
    /// Minutes at the lesson; pauses of over half an hour are not counted.
    pub minutes: f64,
}

impl Way {
    /// `lesson` says what there was to be done; without it only the report does.
    pub fn of(report: &LearnerReport, lesson: Option<&Lesson>) -> Way {
        let steps = report.acts.len();
        let done = (0..steps).filter(|step| is_done(report, *step)).count();
        let known = report.predictions.iter().flatten();
        let known: Vec<bool> = known.filter_map(|said| said.is_right).collect();
        let (held, checks) = lesson.map_or_else(|| report.checks_held(), |of| held(report, of));
        let answers = (0..report.answers.len()).filter_map(|step| quiz_right(report, lesson, step));
        let answers: Vec<bool> = answers.collect();
        let asked = lesson.map_or(answers.len(), |lesson| {
            let quizzes = lesson.steps.iter().filter_map(|step| step.quiz.as_ref());
            quizzes.filter(|quiz| quiz.right.is_some()).count()
        });
        let right = |all: &[bool]| all.iter().filter(|is_right| **is_right).count();
        Way {
            steps: Count {
                count: done,
                of: steps,
            },
            checks: Count {
                count: held,
                of: checks,
            },
            predictions: Count {
                count: right(&known),
                of: known.len(),
            },
            quizzes: Count {
                count: right(&answers),
                of: asked,
            },
            minutes: minutes(report),
        }
    }

    /// From 0 to 1: checks that hold and questions answered right, of all there are; of a
    /// lesson with neither, the steps done. Predictions give no points: to be wrong about
    /// what will come is what they are for.
    pub fn points(&self) -> f64 {
        let asked = Count {
            count: self.checks.count + self.quizzes.count,
            of: self.checks.of + self.quizzes.of,
        };
        asked.share().or(self.steps.share()).unwrap_or(0.0)
    }

    pub fn is_complete(&self) -> bool {
        self.steps.of > 0 && self.steps.count == self.steps.of
    }
}

/// Checks of the lesson that hold, and how many there are.
fn held(report: &LearnerReport, lesson: &Lesson) -> (usize, usize) {
    let has_check = |step: &usize| lesson.steps[*step].check.is_some();
    let checks: Vec<usize> = (0..lesson.steps.len()).filter(has_check).collect();
    let holds = |step: &&usize| {
        let told = report.verdicts.get(**step).and_then(Option::as_ref);
        told.is_some_and(|told| told.verdict == Standing::Holds)
    };
    (checks.iter().filter(holds).count(), checks.len())
}

/// Whether the right option of a step's question was chosen: by the lesson, where it is at
/// hand, whatever the report says. `None` where nothing was chosen, or no option is right.
pub fn quiz_right(report: &LearnerReport, lesson: Option<&Lesson>, step: usize) -> Option<bool> {
    let answer = report.answers.get(step)?;
    match lesson {
        None => answer.is_right,
        Some(lesson) => {
            let right = lesson.steps.get(step)?.quiz.as_ref()?.right?;
            Some(answer.chosen? == right)
        }
    }
}

/// Whether what a step asks for is done; of one that asks for nothing, whether the learner
/// went on from it or did something at a later one.
fn is_done(report: &LearnerReport, step: usize) -> bool {
    let Some(acts) = report.acts.get(step) else {
        return false;
    };
    let is_last = step + 1 == report.acts.len();
    let is_left = acts.times.left.is_some()
        || ((step + 1)..report.acts.len()).any(|later| is_touched(report, later))
        || (is_last && acts.of == 0 && has_said(report, step));
    let is_asked = acts.of > 0;
    acts.done >= acts.of && (is_asked || is_left)
}

/// The learner came to this step.
fn is_touched(report: &LearnerReport, step: usize) -> bool {
    let acts = report.acts.get(step);
    acts.is_some_and(|acts| {
        acts.done > 0 || acts.times.began.is_some() || acts.times.locked.is_some()
    }) || has_said(report, step)
}

/// Something was predicted, checked or answered.
fn has_said(report: &LearnerReport, step: usize) -> bool {
    let has = |is_there: Option<bool>| is_there == Some(true);
    has(report.predictions.get(step).map(Option::is_some))
        || has(report.verdicts.get(step).map(Option::is_some))
        || has(report.answers.get(step).map(|own| {
            !own.explanation.trim().is_empty()
                || !own.answer.trim().is_empty()
                || own.chosen.is_some()
        }))
}

fn minutes(report: &LearnerReport) -> f64 {
    let mut times = vec![report.started, report.ended];
    for acts in &report.acts {
        let of_step = &acts.times;
        times.extend(of_step.began);
        times.extend(of_step.locked);
        times.extend(&of_step.done);
        times.extend(of_step.left);
    }
    // Before the beginning nothing was done; an end that is not told is 0.
    times.retain(|time| time.is_finite() && *time >= report.started);
    times.sort_by(f64::total_cmp);
    let pauses = times.windows(2).map(|two| two[1] - two[0]);
    let within: f64 = match times.len() > 2 {
        true => pauses.filter(|pause| *pause <= LONGEST_PAUSE_MS).sum(),
        // Beginning and end alone tell nothing of what lies between.
        false => pauses.sum(),
    };
    within / 60_000.0
}
