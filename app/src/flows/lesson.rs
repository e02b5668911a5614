//! What a lesson does with the lab: how it is set up, and what it can do for the learner.

use super::act::perform;
use super::import::{import_file, import_set};
use crate::lab::Lab;
use crate::model::act::Act;
use crate::stores::engine::Purpose;
use crate::stores::judged::judge_key;
use gloo_file::File;
use leptos::prelude::*;
use tilt_protocol::lesson::{
    AgreementFacts, LabelRows, LabelSource, LabellerFacts, RunSettings, Setup,
};
use tilt_protocol::{Command, JudgeSettings, Pair, Principle, Verdict};

/// Puts the set-up's objective and settings into the form.
pub fn arrange_form(lab: Lab, setup: &Setup) {
    set_run(lab, setup, &RunSettings::default());
}

/// Puts the settings of a run of the lesson into the form. A lesson that was read has none
/// that do not go together.
pub fn set_run(lab: Lab, setup: &Setup, run: &RunSettings) {
    if let Ok((kind, settings)) = setup.run_settings(run) {
        lab.form.adopt(kind, &settings);
    }
}

/// Whether the labels can be given now: by the set-up's own model, whose answers they are.
pub fn may_label(lab: Lab, setup: &Setup) -> bool {
    let is_there = lab.engine.model().with(|model| {
        let model = model.as_ref();
        model.is_some_and(|model| model.name == setup.model.slug())
    });
    is_there && lab.labels.has_begun() && !lab.engine.is_model_awaited()
}

/// Labels of the set-up that are missing so far; 0 where none are, or none are to come.
pub fn missing_labels(lab: Lab, source: Option<&LabelSource>) -> usize {
    let labels_of = |is_meant: &dyn Fn(&LabellerFacts) -> bool| {
        lab.labels.entries().with(|entries| {
            let by = entries.iter().map(|entry| LabellerFacts::of(&entry.label));
            by.filter(is_meant).count()
        })
    };
    match source {
        None | Some(LabelSource::Hand) => 0,
        Some(LabelSource::Judge { judge, pairs }) => {
            pairs.saturating_sub(labels_of(&|by| by.is_judge(judge)))
        }
        Some(LabelSource::Set(set)) => {
            let is_set =
                |by: &LabellerFacts| matches!(by, LabellerFacts::Set(name) if name == set.slug());
            usize::from(labels_of(&is_set) == 0)
        }
        Some(LabelSource::Rows(rows)) => {
            usize::from(labels_of(&|by| by.is_file(rows.file_name())) == 0)
        }
    }
}

/// Has whoever the set-up names give `count` labels.
pub fn take_labels(lab: Lab, source: &LabelSource, count: usize) {
    match source {
        LabelSource::Judge { judge, .. } => autolabel(lab, judge.clone(), count),
        LabelSource::Set(set) => import_set(lab, *set),
        LabelSource::Rows(rows) => import_file(lab, file_of(rows)),
        LabelSource::Hand => {}
    }
}

fn file_of(rows: &LabelRows) -> File {
    File::new(rows.file_name(), rows.to_jsonl().as_str())
}

/// The judge labels pairs, in the form's seed.
pub fn autolabel(lab: Lab, judge: JudgeSettings, count: usize) {
    let seed = lab.form.seed();
    perform(lab, Act::Autolabel { judge, count, seed });
}

/// Asks a judge about the labels by hand that it has not been asked about.
pub fn ask_judge(lab: Lab, judge: &JudgeSettings) {
    let by_hand: Vec<(u64, Pair)> = lab.labels.entries().with(|entries| {
        let own = entries.iter().filter(|entry| entry.label.is_own());
        own.map(|entry| (entry.key, entry.label.pair.clone()))
            .collect()
    });
    if !lab.engine.is_up() {
        return;
    }
    let named = judge_key(judge);
    let keys: Vec<u64> = by_hand.iter().map(|(key, _)| *key).collect();
    let keys = lab.judged.take_unasked(&named, &keys);
    if keys.is_empty() {
        return;
    }
    let pairs = by_hand.into_iter().filter(|(key, _)| keys.contains(key));
    let command = Command::JudgePairs {
        judge: judge.clone(),
        pairs: pairs.map(|(_, pair)| pair).collect(),
    };
    let purpose = Purpose::Judge {
        judge: named.clone(),
        keys: keys.clone(),
    };
    if lab.engine.request(purpose, command).is_none() {
        lab.judged.failed(&named, &keys);
    }
}

/// How far the labels by hand agree with what that judge says; `None` while there are none.
pub fn agreement_with(lab: Lab, judge: &JudgeSettings) -> Option<AgreementFacts> {
    let named = judge_key(judge);
    let verdicts: Vec<(Verdict, Verdict)> = lab.labels.entries().with(|entries| {
        let own = entries.iter().filter(|entry| entry.label.is_own());
        let both = own.filter_map(|entry| {
            let judged = lab.judged.verdict(&named, entry.key)?;
            Some((entry.label.verdict, judged))
        });
        both.collect()
    });
    AgreementFacts::of_verdicts(
        [LabellerFacts::Hand, LabellerFacts::Judge(judge.clone())],
        &verdicts,
    )
}

/// Measures the win rate, and leaves the panel at that principle.
pub fn measure(lab: Lab, principle: Principle) {
    perform(lab, Act::ChoosePrinciple(Some(principle)));
    let seed = lab.form.seed();
    perform(lab, Act::MeasureWinRate { principle, seed });
}
