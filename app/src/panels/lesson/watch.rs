//! What keeps a lesson and its lab together: the Lab is set up once, and the lesson hears what
//! happens in it.

use crate::browser::other_tabs::on_kept;
use crate::flows::lesson::{
    agreement_with, arrange_form, ask_judge, may_label, missing_labels, take_labels,
};
use crate::flows::lesson_facts::facts_of;
use crate::lab::Lab;
use crate::stores::lesson::LessonStore;
use leptos::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;
use tilt_protocol::lesson::{Check, Lesson, SampleFacts, TokenFacts};
use tilt_protocol::{Inspection, RunId};

/// How the labels of the set-up stand.
#[derive(Clone, Copy)]
pub struct Arranged {
    /// They are there, or were: the learner may take some away.
    pub is_labelled: Memo<bool>,
    /// Nobody is giving them any more, and some are missing.
    pub is_broken_off: Memo<bool>,
    /// Has them given again.
    pub ask_again: Callback<()>,
}

/// Sets the Lab up as the lesson has it, once, and has its labels given.
pub fn arrange(lab: Lab, store: LessonStore, lesson: &Arc<Lesson>) -> Arranged {
    let is_new = !store
        .progress()
        .with_untracked(|progress| progress.is_arranged);
    if is_new {
        arrange_form(lab, &lesson.setup);
        store.arranged();
    }
    let source = StoredValue::new(lesson.setup.labels.clone());
    let missing =
        Memo::new(move |_| source.with_value(|source| missing_labels(lab, source.as_ref())));
    let are_read = Memo::new(move |_| lab.labels.is_loaded().get() && lab.runs.is_loaded().get());
    let is_complete = Memo::new(move |was: Option<&bool>| {
        was == Some(&true) || are_read.get() && missing.get() == 0
    });
    let ask = move || {
        if let Some(source) = source.get_value() {
            take_labels(lab, &source, missing.get_untracked());
        }
    };
    let is_asked = RwSignal::new(false);
    let lesson = lesson.clone();
    Effect::new(move |_| {
        if is_complete.get() {
            // The first step begins with what the lesson gives.
            store.begin();
            return;
        }
        if may_label(lab, &lesson.setup) && !is_asked.get_untracked() && !store.has_begun() {
            is_asked.set(true);
            ask();
        }
    });
    let is_given = Memo::new(move |_| {
        let judged = lab.evaluate.autolabel();
        let is_judged = judged.with(|judged| judged.as_ref().is_some_and(|judged| !judged.is_done));
        is_judged || lab.import.progress().with(Option::is_some)
    });
    let is_labelled = Memo::new(move |_| is_complete.get() || are_read.get() && store.has_begun());
    Arranged {
        is_labelled,
        is_broken_off: Memo::new(move |_| {
            is_asked.get() && !is_labelled.get() && !is_given.get() && lab.engine.is_up()
        }),
        ask_again: Callback::new(move |()| ask()),
    }
}

/// Tells the lesson what happens in the lab.
pub fn observe(lab: Lab, store: LessonStore, lesson: &Lesson) {
    Effect::new(move |_| {
        let Some(found) = lab.evaluate.comparison().get() else {
            return;
        };
        let Some(record) = found.of.run.and_then(|run| lab.runs.get(run)) else {
            return;
        };
        let sample = SampleFacts {
            prompt: found.prompt,
            policy: found.policy,
            reference: found.reference,
        };
        store.sampled(record.uid, sample);
    });
    let is_token = |check: &&Check| matches!(check, Check::Token { .. });
    let mut checks = lesson.steps.iter().filter_map(|step| step.check.as_ref());
    let are_tokens_wanted = checks.any(|check| check.parts().iter().any(is_token));
    let inspected = RwSignal::new(BTreeMap::<(RunId, u64), Inspection>::new());
    if are_tokens_wanted {
        Effect::new(move |_| {
            // By what has come: the pair may have been chosen before its tokens are there.
            let Some(inspection) = lab.selection.inspection().get() else {
                return;
            };
            let is_latest = untrack(|| lab.selection.scrubbed()).is_none();
            let is_of_reference = lab.selection.against().get_untracked().is_none();
            let pair = lab.selection.selected().get_untracked();
            let run = lab.run.policy_at().get_untracked().run;
            let Some((pair, run)) = pair.zip(run).filter(|_| is_latest && is_of_reference) else {
                return;
            };
            inspected.update(|all| drop(all.insert((run, pair.entry.key), inspection)));
        });
    }
    let judges = lesson.compared_judges();
    for judge in judges.clone() {
        Effect::new(move |_| ask_judge(lab, &judge));
    }
    // Not with every letter that the learner writes.
    let samples = Memo::new(move |_| store.samples());
    Effect::new(move |_| {
        // What was stored comes first: it was there before this visit.
        if !(lab.labels.is_loaded().get() && lab.runs.is_loaded().get()) {
            return;
        }
        let agreement = judges.iter().filter_map(|judge| agreement_with(lab, judge));
        // Of the policy that the run ended with.
        let tokens = |run: RunId, step: usize| {
            inspected.with(|all| {
                let of_run = all.range((run, 0)..=(run, u64::MAX));
                let latest = of_run.filter(|(_, inspection)| inspection.step == step);
                TokenFacts::of_inspections(latest.map(|(_, inspection)| inspection))
            })
        };
        let samples = |uid: u64| samples.with(|all| all.get(&uid).cloned().unwrap_or_default());
        store.observe(facts_of(lab, tokens, samples, agreement.collect()));
    });
    // Another tab with the same lesson.
    let key = lab.space.lesson();
    on_kept(move |changed, _| {
        if changed == key {
            store.follow();
        }
    });
}
