//! Which run the live numbers belong to, with its settings, and where the form stands
//! apart from them.

use crate::lab::{Lab, use_lab};
use crate::stores::runs::RunRecord;
use crate::texts::run_line as texts;
use leptos::prelude::*;
use std::sync::Arc;
use tilt_protocol::{ObjectiveKind, TrainSettings};

#[component]
pub fn RunLine() -> impl IntoView {
    let lab = use_lab();
    let record = Memo::new(move |_| {
        let id = lab.run.run().with(|run| run.id);
        let is_there = lab.run.run().with(|run| run.rows > 0 || run.step > 0);
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
            <p class="run-line muted number">{kl}</p>
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
    texts::run(
        &record.name,
        record.kind.title(),
        &settings_of(settings),
        &record.model,
        &changes,
    )
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
    use crate::stores::runs::record_for_tests;

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
