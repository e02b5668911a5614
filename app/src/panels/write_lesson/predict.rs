//! What the learner is asked to expect.

use super::fields::{Named, area, changing_choice, choice, defects_of, field, select, store};
use super::lists::{principles, quantities, runs};
use crate::model::lesson_draft::Spot;
use crate::model::lesson_field::Typed;
use crate::model::lesson_parts::{PREDICTIONS, predict_of};
use crate::texts::write_lesson as texts;
use leptos::prelude::*;
use serde_json::{Value, json};

pub fn predict(spot: &Spot) -> AnyView {
    let store = store();
    let value = store.value(spot);
    let kind = store.text(&spot.field("kind"));
    let options = Signal::derive(|| {
        let named = PREDICTIONS.into_iter().zip(texts::PREDICTIONS);
        let named = named.map(|(kind, name)| (kind.to_owned(), name.to_owned()));
        std::iter::once((String::new(), texts::NO_PREDICTION.to_owned()))
            .chain(named)
            .collect()
    });
    let chosen = Signal::derive(move || kind.get().unwrap_or_default());
    let of_choice = spot.clone();
    let spot = spot.clone();
    view! {
        {select(&spot.field("kind"), texts::ASK_FOR, options, chosen, move |kind| {
            let new = value.with_untracked(|old| predict_of(&kind, old.as_ref()));
            store.set(&of_choice, new);
        })}
        {defects_of(&spot)}
        {move || match kind.get().as_deref() {
            Some("choice") => choices(&spot),
            Some("number") => view! {
                <div class="fields draft-fields">{field(&spot.field("unit"), texts::UNIT, Typed::Text)}</div>
                {measure(&spot.field("measure"))}
            }
            .into_any(),
            Some("order") => area(&spot.field("items"), texts::ITEMS, Typed::Lines, 3),
            Some("slider") => view! {
                <div class="fields draft-fields">
                    {field(&spot.field("from"), texts::FROM, Typed::Number)}
                    {field(&spot.field("to"), texts::TO, Typed::Number)}
                    {field(&spot.field("unit"), texts::UNIT, Typed::Text)}
                </div>
                {measure(&spot.field("measure"))}
            }
            .into_any(),
            _ => ().into_any(),
        }}
    }
    .into_any()
}

/// Options, and the one that comes about.
fn choices(spot: &Spot) -> AnyView {
    let options = spot.field("options");
    view! {
        {area(&options, texts::OPTIONS, Typed::Lines, 3)}
        {changing_choice(
            &spot.field("answer"),
            texts::COMES_ABOUT,
            Some(texts::NOT_SAID.to_owned()),
            numbered(&options),
        )}
    }
    .into_any()
}

/// The items of a list, by their indices.
pub fn numbered(list: &Spot) -> Signal<Vec<Named>> {
    let value = store().value(list);
    Signal::derive(move || {
        value.with(|value| {
            let items = value.as_ref().and_then(Value::as_array);
            let items = items.into_iter().flatten().enumerate();
            let named = items.map(|(index, item)| {
                let name = item.as_str().unwrap_or_default().to_owned();
                (json!(index), name)
            });
            named.collect()
        })
    })
}

/// The measured number that the prediction is set against.
fn measure(spot: &Spot) -> AnyView {
    let store = store();
    let metric = store.text(&spot.field("metric"));
    let options = Signal::derive(|| {
        let named = quantities().into_iter();
        let named = named.filter_map(|(value, name)| Some((value.as_str()?.to_owned(), name)));
        std::iter::once((String::new(), texts::NOTHING_MEASURED.to_owned()))
            .chain(named)
            .collect()
    });
    let chosen = Signal::derive(move || metric.get().unwrap_or_default());
    let of_choice = spot.clone();
    let spot = spot.clone();
    view! {
        <div class="fields draft-fields">
            {select(&spot.field("metric"), texts::SET_AGAINST, options, chosen, move |metric| {
                let value = match metric.as_str() {
                    "" => None,
                    "win_rate" => Some(json!({"metric": metric, "principle": store.principle()})),
                    _ => Some(json!({"metric": metric})),
                };
                store.set(&of_choice, value);
            })}
            {
                let spot = spot.clone();
                move || (metric.get().as_deref() == Some("win_rate"))
                    .then(|| choice(&spot.field("principle"), texts::PRINCIPLE, None, principles()))
            }
            {move || metric.get().map(|_| {
                choice(&spot.field("run"), texts::OF_RUN, Some(texts::THE_LAST_RUN), runs())
            })}
        </div>
    }
    .into_any()
}
