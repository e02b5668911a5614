//! What a page around this one may know of a lesson that is played in it: how far it is, and
//! what was predicted, chosen and checked. Nothing that somebody has written.
//! `docs/lessons.md` has the form.

use super::lesson_progress::{LessonProgress, StepProgress};
use serde_json::{Value, json};
use tilt_protocol::lesson::{Lesson, Predict, Prediction, Standing, Step};

/// The version of the form.
const VERSION: u32 = 1;
/// What such a message is told by.
const TYPE: &str = "tilt-lesson";
/// What a message is told by that brings a learner back to a step.
const RESUME: &str = "tilt-lesson-resume";

/// What has happened since the message before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LessonEvent {
    Begin,
    Step,
    Verdict,
    Answer,
    End,
}

/// How far a learner is, as it is told.
#[derive(Clone, Debug, PartialEq)]
pub struct LessonTold {
    /// The index of the step that is shown; that of no step at the end.
    step: usize,
    done: Vec<bool>,
    /// By step; `None` where there is nothing to check.
    verdicts: Vec<Option<&'static str>>,
    predictions: Vec<Option<Said>>,
    answers: Vec<Option<Said>>,
}

/// Something that was chosen, set or put in order.
#[derive(Clone, Debug, PartialEq)]
struct Said {
    kind: &'static str,
    value: Value,
    right: Option<bool>,
}

impl LessonTold {
    pub fn of(lesson: &Lesson, progress: &LessonProgress) -> LessonTold {
        let steps = || lesson.steps.iter().zip(&progress.steps);
        let is_done = |index| progress.is_done(lesson, index);
        LessonTold {
            step: progress.step,
            done: (0..lesson.steps.len()).map(is_done).collect(),
            verdicts: steps().map(|(step, on)| verdict(step, on)).collect(),
            predictions: steps()
                .enumerate()
                .map(|(index, (step, on))| prediction(step, on, is_done(index)))
                .collect(),
            answers: steps().map(|(step, on)| answer(step, on)).collect(),
        }
    }

    /// What has happened since `before`.
    pub fn event(&self, before: Option<&LessonTold>) -> LessonEvent {
        let Some(before) = before else {
            return LessonEvent::Begin;
        };
        if self.step != before.step {
            let is_over = self.step == self.done.len();
            return if is_over {
                LessonEvent::End
            } else {
                LessonEvent::Step
            };
        }
        if (&self.verdicts, &self.done) == (&before.verdicts, &before.done) {
            LessonEvent::Answer
        } else {
            LessonEvent::Verdict
        }
    }

    /// The message.
    pub fn message(&self, lesson: &Lesson, lesson_hash: &str, event: LessonEvent) -> Value {
        let said = |all: &[Option<Said>]| -> Vec<Value> {
            let values = all.iter().map(|one| match one {
                None => Value::Null,
                Some(said) => {
                    json!({"kind": said.kind, "value": said.value, "right": said.right})
                }
            });
            values.collect()
        };
        json!({
            "type": TYPE,
            "version": VERSION,
            "event": event.name(),
            "lesson": lesson.id,
            "lesson_hash": lesson_hash,
            "step": self.step,
            "steps": self.done.len(),
            "done": self.done,
            "verdicts": self.verdicts,
            "predictions": said(&self.predictions),
            "answers": said(&self.answers),
        })
    }
}

impl LessonEvent {
    fn name(self) -> &'static str {
        match self {
            LessonEvent::Begin => "begin",
            LessonEvent::Step => "step",
            LessonEvent::Verdict => "verdict",
            LessonEvent::Answer => "answer",
            LessonEvent::End => "end",
        }
    }
}

fn verdict(step: &Step, progress: &StepProgress) -> Option<&'static str> {
    step.check.as_ref()?;
    let found = progress.verdict.as_ref().map(|found| found.verdict);
    Some(found.unwrap_or(Standing::NotYet).name())
}

/// What was locked, and once the step is done whether it came about.
fn prediction(step: &Step, progress: &StepProgress, is_done: bool) -> Option<Said> {
    let predict = step.predict.as_ref()?;
    let said = progress
        .prediction
        .as_ref()
        .filter(|_| progress.is_locked)?;
    let (kind, value) = match said {
        Prediction::Choice(index) => ("choice", json!(index)),
        Prediction::Number(number) => ("number", json!(number)),
        Prediction::Order(places) => ("order", json!(places)),
    };
    // An option came about only where the step's claim holds.
    let stands = progress.verdict.as_ref().map(|found| found.verdict);
    let has_come = is_done && stands.is_none_or(|stands| stands == Standing::Holds);
    let right = match (predict, said) {
        (
            Predict::Choice {
                answer: Some(answer),
                ..
            },
            Prediction::Choice(index),
        ) if has_come => Some(answer == index),
        _ => None,
    };
    Some(Said { kind, value, right })
}

/// The option that was chosen, once the worked answer was looked at. What was written stays
/// where it is.
fn answer(step: &Step, progress: &StepProgress) -> Option<Said> {
    let quiz = step.quiz.as_ref()?;
    let chosen = progress.chosen.filter(|_| progress.is_answered)?;
    Some(Said {
        kind: "choice",
        value: json!(chosen),
        right: quiz.right.map(|right| right == chosen),
    })
}

/// The step to which a message brings the learner of this very text of a lesson back.
pub fn resumed(message: &Value, lesson_hash: &str) -> Option<usize> {
    let text = |name: &str| message.get(name).and_then(Value::as_str);
    let is_meant = text("type") == Some(RESUME)
        && text("lesson_hash") == Some(lesson_hash)
        && message.get("version").and_then(Value::as_u64) == Some(u64::from(VERSION));
    let step = message.get("step").and_then(Value::as_u64)?;
    usize::try_from(step).ok().filter(|_| is_meant)
}

#[cfg(test)]
#[path = "lesson_message_tests.rs"]
mod tests;
