//! One step's form.

use super::acts::acts;
use super::as_json::as_json;
use super::check::check;
use super::fields::{area, defects_of, store};
use super::places::place_list;
use super::predict::predict;
use super::words::{explain, quiz};
use crate::model::lesson_draft::Spot;
use crate::model::lesson_field::Typed;
use crate::texts::write_lesson as texts;
use leptos::prelude::*;

pub fn step(id: u64) -> AnyView {
    let store = store();
    let spot = Spot::of_step(id);
    let draft = store.draft();
    let number = Memo::new(move |_| draft.with(|draft| draft.index_of(id)).unwrap_or_default() + 1);
    view! {
        <h3 tabindex="-1" class="draft-head">{move || texts::step(number.get())}</h3>
        {defects_of(&spot)}
        {area(&spot.field("text"), texts::TEXT, Typed::Text, 5)}
        <p class="muted">{texts::MARKDOWN}</p>
        {part(&spot, "show", texts::LOOK, |spot| place_list(spot, texts::LOOK_AT, texts::ADD_PLACE))}
        {part(&spot, "predict", texts::PREDICT, predict)}
        {part(&spot, "act", texts::DO, acts)}
        {part(&spot, "check", texts::CHECK, check)}
        {part(&spot, "explain", texts::EXPLAIN, explain)}
        {part(&spot, "quiz", texts::QUIZ, quiz)}
        {part(&spot, "hint", texts::HINT, |spot| area(spot, texts::HINT_TEXT, Typed::Text, 2))}
        {as_json(&spot)}
    }
    .into_any()
}

/// A part of the step, folded away where the step does not have it.
fn part(step: &Spot, name: &str, title: &'static str, fields: fn(&Spot) -> AnyView) -> AnyView {
    let spot = step.field(name);
    let store = store();
    let (value, defects) = (store.value(&spot), store.defects(&spot, true));
    let is_there = Memo::new(move |_| value.with(Option::is_some));
    let at_first = is_there.get_untracked();
    let mark = move || match (is_there.get(), defects.with(Vec::len)) {
        (false, _) => texts::NOT_THERE.to_owned(),
        (true, 0) => String::new(),
        (true, count) => texts::to_mend(count),
    };
    view! {
        <details class="draft-part" data-part=name.to_owned() open=at_first>
            <summary>
                <span>{title}</span>
                " "
                <span class="muted">{mark}</span>
            </summary>
            <div class="draft-fields-of-part">{fields(&spot)}</div>
        </details>
    }
    .into_any()
}
