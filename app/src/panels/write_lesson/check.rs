//! The claim of a step, which what was measured decides.

use super::fields::{choice, defects_of, field, keep_near, select, store};
use super::labels::{has_judge, judge};
use super::lists::{curve_metrics, labellers, principles, quantities, runs};
use super::settings::run_settings;
use crate::model::lesson_draft::Spot;
use crate::model::lesson_field::Typed;
use crate::model::lesson_parts::check_of;
use crate::parts::action::Action;
use crate::texts::write_lesson as texts;
use leptos::prelude::*;
use serde_json::{Value, json};
use tilt_protocol::lesson::CHECK_KINDS;

/// Claims within claims that have a form; deeper ones are edited as JSON.
const DEPTH: usize = 2;

pub fn check(spot: &Spot) -> AnyView {
    within(spot, DEPTH, Some(texts::NO_CHECK))
}

fn within(spot: &Spot, depth: usize, blank: Option<&'static str>) -> AnyView {
    let store = store();
    let kind = store.text(&spot.field("kind"));
    let options = Signal::derive(move || {
        let named = CHECK_KINDS.into_iter().zip(texts::CHECKS);
        let named = named.map(|(kind, name)| (kind.to_owned(), name.to_owned()));
        let blank = blank.map(|blank| (String::new(), blank.to_owned()));
        blank.into_iter().chain(named).collect()
    });
    let chosen = Signal::derive(move || kind.get().unwrap_or_default());
    let of_choice = spot.clone();
    let spot = spot.clone();
    view! {
        {select(&spot.field("kind"), texts::CLAIM_ABOUT, options, chosen, move |kind| {
            store.set(&of_choice, check_of(&kind, &store.principle()));
        })}
        {defects_of(&spot)}
        {move || fields(&spot, kind.get().as_deref().unwrap_or_default(), depth)}
    }
    .into_any()
}

fn fields(spot: &Spot, kind: &str, depth: usize) -> AnyView {
    let run = || {
        choice(
            &spot.field("run"),
            texts::OF_RUN,
            Some(texts::THE_LAST_RUN),
            runs(),
        )
    };
    let principle = || {
        choice(
            &spot.field("principle"),
            texts::PRINCIPLE,
            None,
            principles(),
        )
    };
    let in_row =
        |fields: AnyView| view! { <div class="fields draft-fields">{fields}</div> }.into_any();
    match kind {
        "labels" => in_row(
            view! {
                {field(&spot.field("at_least"), texts::AT_LEAST, Typed::Number)}
                {choice(&spot.field("by"), texts::BY, Some(texts::BY_WHOMEVER), labellers())}
            }
            .into_any(),
        ),
        "run" => view! {
            {in_row(choice(&spot.field("run"), texts::OF_RUN, Some(texts::ANY_RUN), runs()))}
            {run_settings(&spot.field("settings"))}
        }
        .into_any(),
        "win_rate" => in_row(
            view! { {run()} {principle()} {bounds(spot)} <p class="muted draft-wide">{texts::A_SHARE}</p> }.into_any(),
        ),
        "kl" => in_row(view! { {run()} {bounds(spot)} }.into_any()),
        "compare" => compare(spot),
        "metric" => in_row(
            view! {
                {run()}
                {choice(&spot.field("name"), texts::METRIC, None, curve_metrics())}
                {choice(&spot.field("at"), texts::WHEN, Some(texts::LAST_STEPS), vec![(json!("start"), texts::FIRST_STEP.to_owned())])}
                {bounds(spot)}
            }
            .into_any(),
        ),
        "agreement" => agreement(spot),
        "token" => in_row(
            view! {
                {run()}
                {field(&spot.field("gained"), texts::GAINED, Typed::Text)}
                {field(&spot.field("lost"), texts::LOST, Typed::Text)}
            }
            .into_any(),
        ),
        "not" if depth > 0 => {
            let inner = within(&spot.field("of"), depth - 1, None);
            view! { <div class="draft-within">{inner}</div> }.into_any()
        }
        "all" | "any" if depth > 0 => several(&spot.field("of"), depth - 1),
        "all" | "any" | "not" => view! { <p class="muted">{texts::DEEPER}</p> }.into_any(),
        _ => ().into_any(),
    }
}

fn bounds(spot: &Spot) -> AnyView {
    view! {
        {field(&spot.field("at_least"), texts::AT_LEAST, Typed::Number)}
        {field(&spot.field("at_most"), texts::AT_MOST, Typed::Number)}
    }
    .into_any()
}

fn compare(spot: &Spot) -> AnyView {
    let store = store();
    let metric = store.text(&spot.field("metric"));
    let options = Signal::derive(|| {
        let named = quantities().into_iter();
        named
            .filter_map(|(value, name)| Some((value.as_str()?.to_owned(), name)))
            .collect()
    });
    let chosen = Signal::derive(move || metric.get().unwrap_or_default());
    let (of_metric, of_principle) = (spot.field("metric"), spot.field("principle"));
    let relations = ["greater", "less", "near"]
        .into_iter()
        .zip(texts::RELATIONS);
    let relations = relations
        .map(|(slug, name)| (json!(slug), name.to_owned()))
        .collect();
    let one = spot.field("runs").item(0);
    let other = spot.field("runs").item(1);
    let place = spot.field("principle");
    view! {
        <div class="fields draft-fields">
            {select(&spot.field("metric"), texts::METRIC, options, chosen, move |metric| {
                let principle = (metric == "win_rate").then(|| store.principle().into());
                store.set(&of_principle, principle);
                store.set(&of_metric, Some(metric.into()));
            })}
            {move || (metric.get().as_deref() == Some("win_rate"))
                .then(|| choice(&place, texts::PRINCIPLE, None, principles()))}
            {choice(&one, texts::OF_RUN, None, runs())}
            {choice(&spot.field("relation"), texts::IS, None, relations)}
            {choice(&other, texts::THAN_RUN, None, runs())}
            {field(&spot.field("by"), texts::BY_AT_LEAST, Typed::Number)}
        </div>
        {defects_of(&spot.field("runs"))}
    }
    .into_any()
}

fn agreement(spot: &Spot) -> AnyView {
    let store = store();
    let value = store.value(spot);
    let is_judged = Memo::new(move |_| value.with(|value| has_judge(value.as_ref())));
    let options = Signal::derive(|| {
        let named = [("", texts::COMPARED_LAST), ("judge", texts::A_JUDGE)];
        named
            .map(|(kind, name)| (kind.to_owned(), name.to_owned()))
            .into()
    });
    let chosen = Signal::derive(move || if is_judged.get() { "judge" } else { "" }.to_owned());
    let of_choice = spot.clone();
    let spot = spot.clone();
    view! {
        <div class="fields draft-fields">
            {bounds(&spot)}
            {select(&spot.field("judge"), texts::COMPARED_WITH, options, chosen, move |kind| {
                let judge = (kind == "judge").then(|| json!({store.principle(): 1}));
                if judge.is_none() {
                    store.set(&of_choice.field("length_bias"), None);
                }
                store.set(&of_choice.field("judge"), judge);
            })}
        </div>
        {move || is_judged.get().then(|| judge(&spot, false))}
    }
    .into_any()
}

/// Several claims as one.
fn several(list: &Spot, depth: usize) -> AnyView {
    let store = store();
    let count = store.count(list);
    let (rows, new) = (list.clone(), list.clone());
    view! {
        <ul class="draft-list">
            {move || (0..count.get())
                .map(|at| {
                    let removed = rows.item(at);
                    view! {
                        <li>
                            <div class="draft-within">{within(&rows.item(at), depth, None)}</div>
                            <button
                                type="button"
                                class="button icon small"
                                aria-label=texts::remove_claim(at + 1)
                                on:click=move |_| keep_near(|| store.set(&removed, None))
                            >"\u{00d7}"</button>
                        </li>
                    }
                })
                .collect_view()}
        </ul>
        {defects_of(list)}
        <Action
            class="slim"
            text=texts::ADD_CLAIM
            on_press=move || {
                let place = new.item(count.get_untracked());
                store.set(&place, check_of("kl", "").or(Some(Value::Null)));
            }
        />
    }
    .into_any()
}
