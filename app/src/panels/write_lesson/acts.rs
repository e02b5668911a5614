//! What the learner is to do, in order.

use super::fields::{choice, defects_of, field, keep_near, select, store};
use super::labels::judge;
use super::lists::{labellers, principles, sets};
use super::settings::run_settings;
use crate::model::lesson_draft::Spot;
use crate::model::lesson_field::Typed;
use crate::model::lesson_parts::{ACTS, act_kind, act_of};
use crate::parts::action::Action;
use crate::stores::lesson_draft::LessonDraftStore;
use crate::texts::write_lesson as texts;
use leptos::prelude::*;
use serde_json::Value;

pub fn acts(spot: &Spot) -> AnyView {
    let store = store();
    let count = store.count(spot);
    let (rows, new) = (spot.clone(), spot.clone());
    view! {
        <ol class="draft-list">
            {move || (0..count.get()).map(|at| act(&rows, at, count)).collect_view()}
        </ol>
        {defects_of(spot)}
        <Action
            testid="draft-add-act"
            class="slim"
            text=texts::ADD_ACT
            on_press=move || {
                let place = new.item(count.get_untracked());
                store.set(&place, Some(act_of("run", &store.principle())));
            }
        />
    }
    .into_any()
}

fn act(list: &Spot, at: usize, count: Memo<usize>) -> AnyView {
    let store = store();
    let spot = list.item(at);
    let value = store.value(&spot);
    let kind = Memo::new(move |_| value.with(|value| value.as_ref().map_or("", act_kind)));
    let options = Signal::derive(|| {
        let named = ACTS.into_iter().zip(texts::ACTS);
        named
            .map(|(kind, name)| (kind.to_owned(), name.to_owned()))
            .collect()
    });
    let of_choice = spot.clone();
    let removed = spot.clone();
    let whole = list.clone();
    view! {
        <li>
            <div class="draft-row">
                {select(&spot, texts::ACT, options, Signal::derive(move || kind.get().to_owned()), move |kind| {
                    store.set(&of_choice, Some(act_of(&kind, &store.principle())));
                })}
                <button
                    type="button"
                    class="button icon small"
                    disabled=at == 0
                    aria-label=texts::act_up(at + 1)
                    on:click=move |_| keep_near(|| earlier(store, &whole, at))
                >"\u{2191}"</button>
                <button
                    type="button"
                    class="button icon small"
                    aria-label=texts::remove_act(at + 1)
                    on:click={
                        let list = list.clone();
                        move |_| {
                            let is_last = count.get_untracked() == 1;
                            keep_near(|| store.set(if is_last { &list } else { &removed }, None));
                        }
                    }
                >"\u{00d7}"</button>
            </div>
            {move || fields(&spot, kind.get())}
        </li>
    }
    .into_any()
}

/// Puts an act before the one that stands before it.
fn earlier(store: LessonDraftStore, list: &Spot, at: usize) {
    let acts = store
        .draft()
        .with_untracked(|draft| draft.get(list).cloned());
    if let Some(Value::Array(mut acts)) = acts
        && at > 0
        && at < acts.len()
    {
        acts.swap(at - 1, at);
        store.set(list, Some(Value::Array(acts)));
    }
}

fn fields(act: &Spot, kind: &str) -> AnyView {
    let label = act.field("label");
    match kind {
        "label" => view! {
            <div class="fields draft-fields">
                {field(&label.field("count"), texts::LABEL_COUNT, Typed::Number)}
                {choice(&label.field("by"), texts::BY, Some(texts::BY_WHOMEVER), labellers())}
            </div>
        }
        .into_any(),
        "judge" => judge(&label, true),
        "set" => choice(&label.field("set"), texts::SET, None, sets()),
        "run" => run_settings(&act.field("run")),
        "measure" => choice(
            &act.field("measure").field("principle"),
            texts::PRINCIPLE,
            None,
            principles(),
        ),
        "sample" => field(
            &act.field("sample").field("count"),
            texts::PROMPTS,
            Typed::Number,
        ),
        _ => ().into_any(),
    }
}
