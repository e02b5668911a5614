//! What the learner explains and answers in their own words.

use super::fields::{area, changing_choice, defects_of, store};
use super::predict::numbered;
use crate::flows::lesson_of_lab::setup_of_lab;
use crate::lab::use_lab;
use crate::model::lesson_draft::Spot;
use crate::model::lesson_field::Typed;
use crate::parts::action::Action;
use crate::texts::write_lesson as texts;
use leptos::prelude::*;
use serde_json::json;

pub fn explain(spot: &Spot) -> AnyView {
    optional(spot, texts::ADD_EXPLAIN, texts::REMOVE_EXPLAIN, |spot| {
        view! {
            {area(&spot.field("model"), texts::MODEL_ANSWER, Typed::Text, 4)}
            {area(&spot.field("points"), texts::POINTS, Typed::Lines, 3)}
        }
        .into_any()
    })
}

pub fn quiz(spot: &Spot) -> AnyView {
    optional(spot, texts::ADD_QUIZ, texts::REMOVE_QUIZ, |spot| {
        let options = spot.field("options");
        let has_options = {
            let count = store().count(&options);
            Memo::new(move |_| count.get() > 0)
        };
        let right = spot.field("right");
        let list = options.clone();
        view! {
            {area(&spot.field("question"), texts::QUESTION, Typed::Text, 3)}
            {area(&options, texts::QUIZ_OPTIONS, Typed::Lines, 3)}
            {move || has_options.get().then(|| {
                changing_choice(&right, texts::RIGHT, Some(texts::NOT_SAID.to_owned()), numbered(&list))
            })}
            {area(&spot.field("answer"), texts::WORKED_ANSWER, Typed::Text, 4)}
            {demonstration(&spot.field("show"))}
        }
        .into_any()
    })
}

/// The arrangement of the Lab that shows the point: as it stands now.
fn demonstration(spot: &Spot) -> AnyView {
    let (lab, store) = (use_lab(), store());
    let value = store.value(spot);
    let is_there = Memo::new(move |_| value.with(Option::is_some));
    let (taken, removed) = (spot.clone(), spot.clone());
    view! {
        <p class="muted draft-wide">
            {move || if is_there.get() { texts::SHOWS_THE_POINT } else { texts::MAY_SHOW_THE_POINT }}
        </p>
        <div class="row">
            <Action
                class="slim"
                text=texts::TAKE_LAB
                on_press=move || {
                    let (setup, _) = setup_of_lab(lab);
                    store.set(&taken, Some(setup.to_value()));
                }
            />
            <Show when=move || is_there.get()>
                {
                    let removed = removed.clone();
                    view! {
                        <Action
                            class="slim"
                            text=texts::SHOW_NOTHING
                            on_press=move || store.set(&removed, None)
                        />
                    }
                }
            </Show>
        </div>
        {defects_of(spot)}
    }
    .into_any()
}

/// A part that is there when it is wanted.
fn optional(
    spot: &Spot,
    add: &'static str,
    remove: &'static str,
    fields: fn(&Spot) -> AnyView,
) -> AnyView {
    let store = store();
    let value = store.value(spot);
    let is_there = Memo::new(move |_| value.with(Option::is_some));
    let (spot, change) = (spot.clone(), spot.clone());
    view! {
        {move || is_there.get().then(|| fields(&spot))}
        <Action
            class="slim"
            text=Signal::derive(move || if is_there.get() { remove } else { add }.to_owned())
            on_press=move || {
                let new = (!is_there.get_untracked()).then(|| json!({}));
                store.set(&change, new);
            }
        />
    }
    .into_any()
}
