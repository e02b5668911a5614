//! Which run the live numbers belong to, with its settings, and where the form stands
//! apart from them.

use crate::browser::later::{Build, NotLoaded, wasm_split};
use crate::lab::{Lab, use_lab};
use crate::model::run_record::RunRecord;
use crate::parts::later::Later;
use crate::texts::run_line as texts;
use leptos::prelude::*;
use std::sync::Arc;
use tilt_protocol::{ObjectiveKind, TrainSettings};

/// Whether there is a run to say something of.
fn is_there(lab: Lab) -> bool {
    lab.run.run().with(|run| run.rows > 0 || run.step > 0)
}

/// Nothing, until there is a run.
#[component]
pub fn RunLine() -> impl IntoView {
    let lab = use_lab();
    let wanted = Signal::derive(move || is_there(lab));
    view! { <Later wanted=wanted load=|| Box::pin(lines())/> }
}

#[wasm_split(runs, wasm_split_path = leptos::wasm_split, fallible)]
fn lines() -> Result<Build, NotLoaded> {
    Ok(|| view! { <Lines/> }.into_any())
}

#[component]
fn Lines() -> impl IntoView {
    let lab = use_lab();
    let record = Memo::new(move |_| {
        let id = lab.run.run().with(|run| run.id);
        let is_there = is_there(lab);
        lab.runs
            .records()
            .with(|records| records.iter().find(|record| record.id == id).cloned())
            .filter(|_| is_there)
    });
    let words = move || record.get().map(|record| of_run(&record));
    let form = move || record.get().and_then(|record| apart(lab, &record));
    // The estimate above with its interval: that of the win rate is another one.
    let kl = move || {
        let record = record.get()?;
        let point = record.kls.last()?;
        Some(texts::kl(&point.shown(), point.n?, point.step))
    };
    view! {
        <Show when=move || record.with(Option::is_some)>
            <p class="run-line" data-testid="run-line">{words}</p>
            <p class="run-line muted number" data-testid="run-kl">{kl}</p>
            <p class="run-line muted" data-testid="form-apart">{form}</p>
        </Show>
    }
}

fn of_run(record: &Arc<RunRecord>) -> String {
    let settings = &record.settings;
    let changes: Vec<String> = record
        .changes
        .iter()
        .map(|change| texts::change(change.step, &change.what))
        .collect();
    // An automatic name says most of it already; one of the person's own may say anything.
    let objective = record.kind.title().to_owned();
    let told: Vec<String> = std::iter::once(objective)
        .chain(settings_of(settings))
        .filter(|told| !says(&record.name, told))
        .collect();
    texts::run(&record.name, &told, &record.model, &changes)
}

/// Whether a name has these words in it, whole.
fn says(name: &str, words: &str) -> bool {
    let is_within = |neighbour: Option<char>| {
        neighbour.is_some_and(|neighbour| neighbour.is_alphanumeric() || neighbour == '.')
    };
    name.match_indices(words).any(|(at, _)| {
        let before = name[..at].chars().next_back();
        let after = name[at + words.len()..].chars().next();
        !is_within(before) && !is_within(after)
    })
}

fn settings_of(settings: &TrainSettings) -> Vec<String> {
    let beta = settings.objective.beta().map(texts::beta);
    let others = [
        texts::learning_rate(settings.learning_rate),
        texts::steps(settings.steps),
        texts::seed(settings.seed),
    ];
    beta.into_iter().chain(others).collect()
}

/// What the form says otherwise than the run, which the numbers do not follow.
fn apart(lab: Lab, record: &RunRecord) -> Option<String> {
    let model = lab.form.model().get();
    let kind = lab.form.objective().get();
    let differences = differences(record, kind, &lab.form.settings(), &model);
    (!differences.is_empty()).then(|| texts::form_apart(&differences))
}

fn differences(
    record: &RunRecord,
    kind: ObjectiveKind,
    form: &TrainSettings,
    model: &str,
) -> Vec<String> {
    let mut found = Vec::new();
    if kind != record.kind {
        found.push(kind.title().to_owned());
    }
    let of_run = settings_of(&record.settings);
    found.extend(
        settings_of(form)
            .into_iter()
            .filter(|setting| !of_run.contains(setting)),
    );
    if model != record.model {
        found.push(model.to_owned());
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::run_record::record_for_tests;

    #[test]
    fn what_the_name_says_is_said_once() {
        let mut record = RunRecord {
            name: "DPO \u{3b2} 0.5 60 steps".to_owned(),
            model: "nano".to_owned(),
            ..record_for_tests()
        };
        record.settings.objective = ObjectiveKind::Dpo.with_beta(0.5);
        record.settings.learning_rate = 0.001;
        record.settings.steps = 60;
        record.settings.seed = 7;
        let line = |record: &RunRecord| of_run(&Arc::new(record.clone()));
        assert_eq!(
            line(&record),
            "DPO \u{3b2} 0.5 60 steps: learning rate 0.001, seed 7, nano."
        );
        record.name = "cDPO \u{3b2} 0.55 160 steps".to_owned();
        assert_eq!(
            line(&record),
            "cDPO \u{3b2} 0.55 160 steps: DPO, \u{3b2} 0.5, learning rate 0.001, 60 steps, seed 7, nano."
        );
    }

    #[test]
    fn the_form_is_told_apart_from_the_run() {
        let record = RunRecord {
            model: "nano".to_owned(),
            ..record_for_tests()
        };
        let mut form = record.settings.clone();
        assert!(differences(&record, ObjectiveKind::Dpo, &form, "nano").is_empty());
        form.objective = ObjectiveKind::Dpo.with_beta(0.1);
        form.steps = 7;
        assert_eq!(
            differences(&record, ObjectiveKind::Dpo, &form, "small"),
            ["\u{3b2} 0.1", "7 steps", "small"]
        );
        assert_eq!(
            differences(&record, ObjectiveKind::Ipo, &record.settings, "nano"),
            ["IPO"]
        );
    }
}
