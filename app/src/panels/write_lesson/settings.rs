//! The settings of a run, or of the set-up: those that matter most have fields of their own,
//! and any other can be added by its name.

use super::fields::{keep_near, number_or, of_name, select, store};
use super::lists::objectives;
use crate::model::lesson_draft::Spot;
use crate::model::lesson_field::Typed;
use crate::model::lesson_parts::MAIN_SETTINGS;
use crate::texts::write_lesson as texts;
use leptos::prelude::*;
use serde_json::Value;
use tilt_protocol::lesson::known_names;
use tilt_protocol::{ObjectiveKind, TrainSettings};

/// Where the set-up has its settings.
const SETUP: &str = "setup.settings";

/// Settings over those of the set-up, of another objective too.
pub fn run_settings(spot: &Spot) -> AnyView {
    let objective = spot.field("objective");
    view! {
        <div class="fields draft-fields">
            {super::fields::choice(&objective, texts::OBJECTIVE, Some(texts::AS_SET_UP), objectives())}
            {main_fields(spot)}
        </div>
        {others(spot)}
    }
    .into_any()
}

/// Beta, learning rate, steps and seed, each with what it is where it is left blank.
pub fn main_fields(spot: &Spot) -> AnyView {
    let draft = store().draft();
    let (own, own_run) = (spot.field("objective"), spot.clone());
    let usual = Memo::new(move |_| {
        draft.with(|draft| {
            let setup = draft.setup()?;
            let own = draft.get(&own).and_then(Value::as_str);
            let kind = own.and_then(ObjectiveKind::from_slug);
            let is_run = draft.path_of(&own_run).is_some_and(|path| path != SETUP);
            match kind.filter(|kind| *kind != setup.objective) {
                Some(kind) => Some(TrainSettings::lab_defaults(kind)),
                None if is_run => setup.train_settings().ok(),
                None => Some(TrainSettings::lab_defaults(setup.objective)),
            }
        })
    });
    let of = |name: &'static str| {
        Signal::derive(move || {
            usual.with(|usual| {
                let usual = usual.as_ref()?;
                match name {
                    "beta" => usual.objective.beta().map(|beta| beta.to_string()),
                    "lr" => Some(usual.learning_rate.to_string()),
                    "steps" => Some(usual.steps.to_string()),
                    _ => Some(usual.seed.to_string()),
                }
            })
        })
    };
    let fields = MAIN_SETTINGS.into_iter().zip(texts::MAIN_SETTINGS);
    fields
        .map(|(name, label)| number_or(&spot.field(name), label, of(name)))
        .collect_view()
        .into_any()
}

/// The settings that have no field of their own.
pub fn others(spot: &Spot) -> AnyView {
    let store = store();
    let value = store.value(spot);
    let names = Memo::new(move |_| {
        value.with(|value| {
            let map = value.as_ref().and_then(Value::as_object);
            let names = map.into_iter().flat_map(|map| map.keys().cloned());
            let is_other =
                |name: &String| name != "objective" && !MAIN_SETTINGS.contains(&name.as_str());
            names.filter(is_other).collect::<Vec<String>>()
        })
    });
    let options = Signal::derive(move || {
        let is_free = |name: &&str| !MAIN_SETTINGS.contains(name);
        let taken = names.get();
        let free = known_names()
            .filter(is_free)
            .filter(|name| !taken.iter().any(|one| one == name));
        let free = free.map(|name| (name.to_owned(), name.to_owned()));
        std::iter::once((String::new(), texts::ADD_A_SETTING.to_owned()))
            .chain(free)
            .collect()
    });
    let (of_rows, of_new) = (spot.clone(), spot.clone());
    view! {
        <For each=move || names.get() key=|name| name.clone() let:name>
            {
                let place = of_rows.field(&name);
                let removed = place.clone();
                view! {
                    <div class="draft-row">
                        {of_name(&place, name.clone(), Typed::Setting)}
                        <button
                            type="button"
                            class="button icon small"
                            aria-label=texts::remove(&name)
                            on:click=move |_| keep_near(|| store.set(&removed, None))
                        >"\u{00d7}"</button>
                    </div>
                }
            }
        </For>
        {select(&of_new, texts::FURTHER_SETTING, options, Signal::stored(String::new()), {
            let spot = of_new.clone();
            move |name| {
                if !name.is_empty() {
                    store.set(&spot.field(&name), Some("".into()));
                }
            }
        })}
    }
    .into_any()
}
