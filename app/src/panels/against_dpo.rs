//! What the chosen objective changes against DPO: in words, and field by field.

use crate::lab::use_lab;
use crate::texts::against_dpo::against_dpo;
use crate::texts::drawer as texts;
use leptos::prelude::*;
use serde_json::{Map, Value};
use tilt_protocol::config::trl_config;
use tilt_protocol::{ObjectiveKind, TrainSettings};

#[component]
pub fn AgainstDpo() -> impl IntoView {
    let lab = use_lab();
    let kind = lab.form.objective();
    let rows = Memo::new(move |_| differing_fields(&lab.form.settings()));
    let words = move || against_dpo(kind.get());
    view! {
        <Show when=move || words().is_some() || !rows.get().is_empty()>
            <div class="against-dpo" data-testid="against-dpo">
                <h3>{texts::AGAINST_DPO}</h3>
                <p>{words}</p>
                <Show when=move || !rows.get().is_empty()>
                    <table class="fields-table">
                        <thead>
                            <tr>
                                <th scope="col">{texts::TRL_FIELD}</th>
                                <th scope="col">{texts::DPO}</th>
                                <th scope="col">{move || kind.get().title()}</th>
                            </tr>
                        </thead>
                        <tbody>
                            {move || {
                                rows.get()
                                    .into_iter()
                                    .map(|row| view! {
                                        <tr>
                                            <th scope="row">{row.field}</th>
                                            <td>{row.dpo}</td>
                                            <td>{row.here}</td>
                                        </tr>
                                    })
                                    .collect_view()
                            }}
                        </tbody>
                    </table>
                </Show>
            </div>
        </Show>
    }
}

#[derive(Clone, Debug, PartialEq)]
struct FieldRow {
    field: String,
    dpo: String,
    here: String,
}

/// The config fields in which these settings differ from DPO as the page proposes it;
/// the length and the seed of a run are no part of the objective.
fn differing_fields(settings: &TrainSettings) -> Vec<FieldRow> {
    let mut usual = TrainSettings::lab_defaults(ObjectiveKind::Dpo);
    usual.steps = settings.steps;
    usual.warmup_steps = TrainSettings::lab_warmup_steps(settings.steps);
    usual.seed = settings.seed;
    let (dpo, here) = (trl_config(&usual), trl_config(settings));
    let mut names: Vec<&String> = dpo.keys().chain(here.keys()).collect();
    names.sort();
    names.dedup();
    names
        .into_iter()
        .filter(|name| dpo.get(*name) != here.get(*name))
        .map(|name| FieldRow {
            field: name.clone(),
            dpo: text(&dpo, name),
            here: text(&here, name),
        })
        .collect()
}

/// What is left out has TRL's default.
fn text(config: &Map<String, Value>, name: &str) -> String {
    match config.get(name) {
        Some(Value::String(text)) => text.clone(),
        Some(value) => value.to_string(),
        None => texts::LEFT_OUT.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dpo_differs_in_nothing_and_every_other_objective_in_something() {
        for kind in ObjectiveKind::ALL {
            let rows = differing_fields(&TrainSettings::lab_defaults(kind));
            assert_eq!(rows.is_empty(), kind == ObjectiveKind::Dpo, "{kind:?}");
        }
        let rows = differing_fields(&TrainSettings::lab_defaults(ObjectiveKind::Cdpo));
        let seen: Vec<[&str; 3]> = rows
            .iter()
            .map(|row| [row.field.as_str(), row.dpo.as_str(), row.here.as_str()])
            .collect();
        assert_eq!(
            seen,
            [
                ["label_smoothing", "\u{2013}", "0.1"],
                ["loss_type", "sigmoid", "cdpo"]
            ]
        );
    }
}
