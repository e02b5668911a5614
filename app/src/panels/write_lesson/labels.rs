//! Where labels come from: a judge with its principles, a practice set, the labels of the
//! Lab, or the learner.

use super::fields::{choice, defects_of, field, of_name, select, store};
use super::lists::sets;
use crate::flows::lesson_of_lab::rows_of_lab;
use crate::lab::use_lab;
use crate::model::lesson_draft::Spot;
use crate::model::lesson_field::Typed;
use crate::model::lesson_parts::{SOURCES, rows_value, source_kind, source_of};
use crate::parts::action::Action;
use crate::texts::numbers::capitalised;
use crate::texts::write_lesson as texts;
use leptos::prelude::*;
use serde_json::Value;
use tilt_protocol::Principle;

/// A source of labels in `spot`. Where none is chosen, `whole` is not there.
pub fn label_source(
    spot: &Spot,
    whole: &Spot,
    label: &'static str,
    blank: &'static str,
    kinds: &'static [&'static str],
) -> AnyView {
    let store = store();
    let value = store.value(spot);
    let kind = Memo::new(move |_| value.with(|value| value.as_ref().map_or("", source_kind)));
    let options = Signal::derive(move || {
        let named = SOURCES.into_iter().zip(texts::SOURCES);
        let named = named.filter(|(kind, _)| kinds.contains(kind));
        let named = named.map(|(kind, name)| (kind.to_owned(), name.to_owned()));
        std::iter::once((String::new(), blank.to_owned()))
            .chain(named)
            .collect()
    });
    let chosen = Signal::derive(move || kind.get().to_owned());
    let (spot, of_choice, whole) = (spot.clone(), spot.clone(), whole.clone());
    let lab = use_lab();
    let rows = move || rows_of_lab(lab);
    let on_choice = move |kind: String| match source_of(&kind, &store.principle(), rows) {
        Some(source) => store.set(&of_choice, Some(source)),
        None => store.set(&whole, None),
    };
    view! {
        <div class="fields draft-fields">
            {select(&spot, label, options, chosen, on_choice)}
            {
                let spot = spot.clone();
                move || (kind.get() == "set").then(|| choice(&spot.field("set"), texts::SET, None, sets()))
            }
        </div>
        {
            let spot = spot.clone();
            move || (kind.get() == "judge").then(|| judge(&spot, true))
        }
        {move || (kind.get() == "rows").then(|| taken_rows(&spot))}
    }
    .into_any()
}

/// How many rows the lesson brings with it, and those of the Lab as it stands instead.
fn taken_rows(spot: &Spot) -> AnyView {
    let (lab, store) = (use_lab(), store());
    let count = store.count(&spot.field("rows"));
    let of_press = spot.clone();
    view! {
        <p class="muted" data-testid="draft-rows" data-value=count>
            {move || texts::rows_in_words(count.get())}
        </p>
        {defects_of(&spot.field("rows"))}
        <Action
            testid="draft-take-rows"
            class="slim"
            text=texts::TAKE_ROWS
            on_press=move || store.set(&of_press, Some(rows_value(rows_of_lab(lab))))
        />
    }
    .into_any()
}

/// A judge's principles with their weights; with `is_source` also how many pairs it labels,
/// and how often it errs.
pub fn judge(spot: &Spot, is_source: bool) -> AnyView {
    let weights = spot.field("judge");
    let fields = Principle::ALL.into_iter().map(|principle| {
        let name = capitalised(&principle.name());
        of_name(&weights.field(principle.slug()), name, Typed::Number)
    });
    let fields = fields.collect_view();
    let rest = is_source.then(|| {
        view! {
            {field(&spot.field("pairs"), texts::PAIRS, Typed::Number)}
            {field(&spot.field("noise"), texts::NOISE, Typed::Number)}
        }
    });
    view! {
        <fieldset class="draft-set">
            <legend>{texts::JUDGE}</legend>
            <p class="muted">{texts::ABOUT_WEIGHTS}</p>
            <div class="fields draft-fields draft-weights">{fields}</div>
            {defects_of(&weights)}
            <div class="fields draft-fields">
                {rest}
                {field(&spot.field("length_bias"), texts::LENGTH_BIAS, Typed::Number)}
            </div>
        </fieldset>
    }
    .into_any()
}

/// Whether a value is a source of labels at all.
pub fn has_judge(value: Option<&Value>) -> bool {
    value.is_some_and(|value| value.get("judge").is_some())
}
