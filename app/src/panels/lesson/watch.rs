//! What keeps a lesson and its lab together: the Lab is set up once, and the lesson hears what
//! happens in it.

use crate::flows::lesson::{
    agreement_with, arrange_form, ask_judge, may_label, missing_labels, take_labels,
};
use crate::flows::lesson_facts::{SeenOfRun, facts_of};
use crate::lab::Lab;
use crate::stores::lesson::LessonStore;
use leptos::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;
use tilt_protocol::lesson::{Check, Lesson, SampleFacts, TokenFacts};
use tilt_protocol::{Inspection, RunId};

/// Sets the Lab up as the lesson has it, once, and has its labels given. Returns whether they
/// are there, or were: the learner may take some away.
pub fn arrange(lab: Lab, store: LessonStore, lesson: &Arc<Lesson>) -> Memo<bool> {
    let is_new = !store
        .progress()
        .with_untracked(|progress| progress.is_arranged);
    if is_new {
        arrange_form(lab, &lesson.setup);
        store.arranged();
    }
    let lesson = lesson.clone();
    let source = lesson.setup.labels.clone();
    let missing = Memo::new(move |_| missing_labels(lab, source.as_ref()));
    let is_complete = Memo::new(move |was: Option<&bool>| {
        was == Some(&true) || lab.labels.is_loaded().get() && missing.get() == 0
    });
    let is_asked = StoredValue::new(false);
    Effect::new(move |_| {
        if is_complete.get() {
            // The first step begins with what the lesson gives.
            store.begin();
            return;
        }
        let source = lesson.setup.labels.as_ref();
        let Some(source) = source.filter(|_| may_label(lab, &lesson.setup)) else {
            return;
        };
        // Some were taken away in an earlier visit, or the giving of them was broken off:
        // only a lesson that is at its beginning asks for more.
        let may_ask = !is_asked.get_value() && !store.has_begun();
        if may_ask {
            is_asked.set_value(true);
            take_labels(lab, source, missing.get_untracked());
        }
    });
    Memo::new(move |_| is_complete.get() || store.has_begun())
}

/// Tells the lesson what happens in the lab.
pub fn observe(lab: Lab, store: LessonStore, lesson: &Lesson) {
    let samples = RwSignal::new(BTreeMap::<RunId, Vec<SampleFacts>>::new());
    Effect::new(move |_| {
        let Some(found) = lab.evaluate.comparison().get() else {
            return;
        };
        let Some(run) = found.of.run else { return };
        let sample = SampleFacts {
            prompt: found.prompt,
            policy: found.policy,
            reference: found.reference,
        };
        samples.update(|all| {
            let of_run = all.entry(run).or_default();
            if !of_run.contains(&sample) {
                of_run.push(sample);
            }
        });
    });
    let is_token = |check: &&Check| matches!(check, Check::Token { .. });
    let mut checks = lesson.steps.iter().filter_map(|step| step.check.as_ref());
    let are_tokens_wanted = checks.any(|check| check.parts().iter().any(is_token));
    let inspected = RwSignal::new(BTreeMap::<(RunId, u64), Inspection>::new());
    Effect::new(move |_| {
        if !are_tokens_wanted {
            return;
        }
        let (Some(inspection), Some(pair)) = (
            lab.selection.inspection().get(),
            lab.selection.selected().get(),
        ) else {
            return;
        };
        let Some(run) = lab.run.policy_at().get_untracked().run else {
            return;
        };
        inspected.update(|all| drop(all.insert((run, pair.entry.key), inspection)));
    });
    let judge = lesson
        .steps
        .iter()
        .filter_map(|step| step.check.as_ref())
        .flat_map(Check::parts)
        .find_map(|check| match check {
            Check::Agreement { judge, .. } => judge.clone(),
            _ => None,
        });
    if let Some(judge) = judge.clone() {
        Effect::new(move |_| ask_judge(lab, &judge));
    }
    let facts = Memo::new(move |_| {
        let agreement = judge.as_ref().and_then(|judge| agreement_with(lab, judge));
        let seen = |run: RunId| SeenOfRun {
            tokens: inspected.with(|all| {
                let of_run = all.range((run, 0)..=(run, u64::MAX));
                TokenFacts::of_inspections(of_run.map(|(_, inspection)| inspection))
            }),
            samples: samples.with(|all| all.get(&run).cloned().unwrap_or_default()),
        };
        facts_of(lab, seen, agreement.into_iter().collect())
    });
    Effect::new(move |_| {
        // What was stored comes first: it was there before this visit.
        if lab.labels.is_loaded().get() {
            facts.with(|facts| store.observe(facts.clone()));
        }
    });
}
