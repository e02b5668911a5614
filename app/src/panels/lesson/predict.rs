//! What a learner expects: said and locked before the run, and shown beside what came.

use crate::model::prediction_words::{came_about, in_digits, in_words};
use crate::parts::action::Action;
use crate::stores::lesson::LessonStore;
use crate::texts::lesson as texts;
use crate::texts::numbers::typed_number;
use leptos::prelude::*;
use tilt_protocol::lesson::{Predict, Prediction};

#[component]
pub fn PredictView(index: usize, predict: Predict) -> impl IntoView {
    let store = expect_context::<LessonStore>();
    let prediction = store.of_step(index, |step| step.prediction.clone());
    let is_locked = store.of_step(index, |step| step.is_locked);
    if let Predict::Order { items } = &predict
        && prediction.with_untracked(Option::is_none)
    {
        // As the lesson lists them, until the learner moves one.
        store.predict(Some(Prediction::Order((0..items.len()).collect())));
    }
    let field = match &predict {
        Predict::Choice { options, .. } => choice(store, index, options, prediction, is_locked),
        Predict::Number { unit, .. } => number(store, unit.clone(), prediction, is_locked),
        Predict::Order { items } => order(store, items.clone(), prediction, is_locked),
        Predict::Slider { from, to, unit, .. } => {
            slider(store, (*from, *to), unit.clone(), prediction, is_locked)
        }
    };
    let is_missing = Signal::derive(move || prediction.with(Option::is_none));
    let value =
        move || prediction.with(|prediction| serde_json::to_string(prediction).unwrap_or_default());
    view! {
        <fieldset class="lesson-predict" data-testid="lesson-predict" data-value=value>
            <legend>{texts::PREDICT}</legend>
            {field}
            <Show
                when=move || is_locked.get()
                fallback=move || view! {
                    <Action
                        testid="lesson-lock"
                        text=texts::LOCK
                        disabled=is_missing
                        on_press=move || store.lock()
                    />
                }
            >
                <p class="muted lesson-locked">{texts::LOCKED}</p>
            </Show>
            <Came index=index predict=predict/>
        </fieldset>
    }
}

fn choice(
    store: LessonStore,
    index: usize,
    options: &[String],
    prediction: Memo<Option<Prediction>>,
    is_locked: Memo<bool>,
) -> AnyView {
    let fields = options.iter().cloned().enumerate().map(|(option, text)| {
        let is_chosen = move || prediction.get() == Some(Prediction::Choice(option));
        view! {
            <label class="lesson-option">
                <input
                    type="radio"
                    name=format!("lesson-predict-{index}")
                    value=option.to_string()
                    prop:checked=is_chosen
                    disabled=move || is_locked.get()
                    on:change=move |_| store.predict(Some(Prediction::Choice(option)))
                />
                <span>{text}</span>
            </label>
        }
    });
    fields.collect_view().into_any()
}

fn number(
    store: LessonStore,
    unit: Option<String>,
    prediction: Memo<Option<Prediction>>,
    is_locked: Memo<bool>,
) -> AnyView {
    let typed = RwSignal::new(match prediction.get_untracked() {
        Some(Prediction::Number(number)) => in_digits(number),
        _ => String::new(),
    });
    let is_wrong =
        move || typed.with(|text| !text.trim().is_empty() && typed_number(text).is_none());
    view! {
        <label class="lesson-number">
            <span class="visually-hidden">{texts::YOUR_NUMBER}</span>
            <input
                type="text"
                inputmode="decimal"
                class="number"
                autocomplete="off"
                prop:value=move || typed.get()
                disabled=move || is_locked.get()
                aria-invalid=move || is_wrong().then_some("true")
                on:input=move |event| {
                    let text = event_target_value(&event);
                    store.predict(typed_number(&text).map(Prediction::Number));
                    typed.set(text);
                }
            />
            {unit}
        </label>
        <Show when=is_wrong>
            <p class="field-note" role="alert">{texts::A_NUMBER}</p>
        </Show>
    }
    .into_any()
}

fn order(
    store: LessonStore,
    items: Vec<String>,
    prediction: Memo<Option<Prediction>>,
    is_locked: Memo<bool>,
) -> AnyView {
    let places = move || match prediction.get() {
        Some(Prediction::Order(places)) => places,
        _ => Vec::new(),
    };
    let swap = move |at: usize, with: usize| {
        let mut places = untrack(places);
        if at < places.len() && with < places.len() {
            places.swap(at, with);
            store.predict(Some(Prediction::Order(places)));
        }
    };
    view! {
        <ol class="lesson-order">
            {move || {
                let last = places().len().saturating_sub(1);
                places()
                    .into_iter()
                    .enumerate()
                    .map(|(at, place)| {
                        let item = items.get(place).cloned().unwrap_or_default();
                        let is_fixed = is_locked.get();
                        view! {
                            <li>
                                <span>{item.clone()}</span>
                                <button
                                    type="button"
                                    class="button icon small"
                                    disabled=is_fixed || at == 0
                                    aria-label=texts::move_item(&item, texts::UP)
                                    on:click=move |_| swap(at, at - 1)
                                >"↑"</button>
                                <button
                                    type="button"
                                    class="button icon small"
                                    disabled=is_fixed || at == last
                                    aria-label=texts::move_item(&item, texts::DOWN)
                                    on:click=move |_| swap(at, at + 1)
                                >"↓"</button>
                            </li>
                        }
                    })
                    .collect_view()
            }}
        </ol>
    }
    .into_any()
}

fn slider(
    store: LessonStore,
    (from, to): (f64, f64),
    unit: Option<String>,
    prediction: Memo<Option<Prediction>>,
    is_locked: Memo<bool>,
) -> AnyView {
    let number = move || match prediction.get() {
        Some(Prediction::Number(number)) => Some(number),
        _ => None,
    };
    let shown = move || {
        let number = number().map_or_else(|| "?".to_owned(), in_digits);
        texts::with_unit(&number, unit.as_deref())
    };
    view! {
        <label class="lesson-slider">
            <span class="visually-hidden">{texts::YOUR_NUMBER}</span>
            <input
                type="range"
                min=from.to_string()
                max=to.to_string()
                step=((to - from) / 100.0).to_string()
                prop:value=move || number().unwrap_or(f64::midpoint(from, to)).to_string()
                disabled=move || is_locked.get()
                on:input=move |event| {
                    let number = typed_number(&event_target_value(&event));
                    store.predict(number.map(Prediction::Number));
                }
            />
            <output class="number">{shown}</output>
        </label>
    }
    .into_any()
}

/// The prediction beside what came, once the step's acts are done.
#[component]
fn Came(index: usize, predict: Predict) -> impl IntoView {
    let store = expect_context::<LessonStore>();
    let is_done = store.is_done(index);
    let told = Memo::new(move |_| {
        if !is_done.get() {
            return None;
        }
        let step = store
            .progress()
            .with(|progress| progress.steps.get(index).cloned())?;
        let said = in_words(&predict, step.prediction.as_ref()?);
        let stands = step.verdict.map(|verdict| verdict.verdict);
        let came = came_about(
            &predict,
            step.prediction.as_ref()?,
            stands,
            &store.counted(),
        );
        Some((said, came))
    });
    move || {
        let (said, came) = told.get()?;
        Some(view! {
            <p class="lesson-outcome" data-testid="lesson-outcome">
                {texts::you_expected(&said)}
                {came.map(|came| view! { " " <b>{came}</b> })}
            </p>
        })
    }
}
