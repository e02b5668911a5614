//! A pair of one's own: write prompt and answers, or have answers to a prompt sampled.

use crate::browser::later::{Build, NotLoaded, wasm_split};
use crate::flows::act::perform;
use crate::lab::{Lab, use_lab};
use crate::model::act::Act;
use crate::parts::action::Action;
use crate::parts::focus::focus;
use crate::parts::later::Later;
use crate::parts::opened::noted;
use crate::texts::write as texts;
use leptos::prelude::*;
use std::cell::Cell;
use tilt_protocol::{Pair, PairSource};
use wasm_bindgen::JsCast;
use web_sys::HtmlDetailsElement;

const ID: &str = "write";
const MESSAGE_ID: &str = "write-message";
const PROMPT: &str = "[data-testid=\"write-prompt\"]";

thread_local! {
    /// The key was pressed, and the field that it goes to is on its way.
    static IS_AWAITED: Cell<bool> = const { Cell::new(false) };
}

/// What is typed.
#[derive(Clone, Debug, Default, PartialEq)]
struct Draft {
    prompt: String,
    a: String,
    b: String,
}

impl Draft {
    fn prompt(&self) -> Result<String, &'static str> {
        match self.prompt.trim() {
            "" => Err(texts::NO_PROMPT),
            prompt => Ok(prompt.to_owned()),
        }
    }

    /// The pair, or what is missing.
    fn pair(&self, at_ms: f64) -> Result<Pair, &'static str> {
        let prompt = self.prompt()?;
        let (answer_a, answer_b) = (self.a.trim().to_owned(), self.b.trim().to_owned());
        if answer_a.is_empty() || answer_b.is_empty() {
            let missing = if answer_a.is_empty() {
                texts::NO_ANSWER_A
            } else {
                texts::NO_ANSWER_B
            };
            return Err(missing);
        }
        if answer_a == answer_b {
            return Err(texts::SAME_ANSWERS);
        }
        Ok(Pair {
            id: format!("written-{at_ms}"),
            prompt,
            answer_a,
            answer_b,
            source: PairSource::Written,
            row: None,
        })
    }
}

/// Opens the panel and goes to its first field.
pub fn open() {
    let details = document()
        .get_element_by_id(ID)
        .and_then(|element| element.dyn_into::<HtmlDetailsElement>().ok());
    if let Some(details) = details {
        details.set_open(true);
        // Before its first opening there is no field yet: it takes the focus as it comes.
        IS_AWAITED.set(!focus(PROMPT));
    }
}

#[component]
pub fn WritePanel() -> impl IntoView {
    let is_open = RwSignal::new(false);
    view! {
        <details
            class="panel drawer"
            id=ID
            on:toggle=noted(is_open)
        >
            <summary data-testid="write-open" aria-keyshortcuts="W">{texts::WRITE_A_PAIR} <kbd aria-hidden="true">"W"</kbd></summary>
            <Later wanted=is_open load=|| Box::pin(fields())/>
        </details>
    }
}

#[wasm_split(labels, wasm_split_path = leptos::wasm_split, fallible)]
fn fields() -> Result<Build, NotLoaded> {
    Ok(|| {
        if IS_AWAITED.take() {
            request_animation_frame(|| {
                focus(PROMPT);
            });
        }
        view! { <Fields/> }.into_any()
    })
}

#[component]
fn Fields() -> impl IntoView {
    let lab = use_lab();
    let draft = RwSignal::new(Draft::default());
    let defect = RwSignal::new(None::<&'static str>);
    let cannot_sample = Signal::derive(move || !lab.engine.is_up());
    view! {
            <div class="write-fields">
                <TextField testid="write-prompt" name=texts::PROMPT draft=draft part=|draft| &mut draft.prompt/>
                <TextField testid="write-a" name=texts::ANSWER_A draft=draft part=|draft| &mut draft.a/>
                <TextField testid="write-b" name=texts::ANSWER_B draft=draft part=|draft| &mut draft.b/>
            </div>
            // Always there, so that screen readers hear what comes to stand in it.
            <p id=MESSAGE_ID class="write-message" role="alert" data-testid="write-message">
                {move || defect.get()}
            </p>
            <div class="row">
                <Action
                    testid="write-add"
                    text=texts::ADD
                    class="strong"
                    on_press=move || defect.set(add(lab, draft).err())
                />
                <Action
                    testid="write-sample"
                    text=texts::SAMPLE
                    disabled=cannot_sample
                    on_press=move || defect.set(sample(lab, draft).err())
                />
            </div>
            <p class="muted">
                {texts::WHAT_FOLLOWS}
            </p>
    }
}

/// Puts the written pair up for a verdict, and keeps the prompt for the next.
fn add(lab: Lab, draft: RwSignal<Draft>) -> Result<(), &'static str> {
    let pair = draft.with_untracked(|draft| draft.pair(js_sys::Date::now()))?;
    lab.labels.enqueue_first(vec![pair]);
    lab.notices.say(texts::ADDED);
    draft.update(|draft| {
        draft.a.clear();
        draft.b.clear();
    });
    Ok(())
}

fn sample(lab: Lab, draft: RwSignal<Draft>) -> Result<(), &'static str> {
    let prompt = draft.with_untracked(Draft::prompt)?;
    perform(lab, Act::Sample { prompt });
    Ok(())
}

/// One text of the draft.
#[component]
fn TextField(
    testid: &'static str,
    name: &'static str,
    draft: RwSignal<Draft>,
    part: fn(&mut Draft) -> &mut String,
) -> impl IntoView {
    view! {
        <div class="field">
            <label for=testid>{name}</label>
            <textarea
                id=testid
                rows="2"
                data-testid=testid
                aria-describedby=MESSAGE_ID
                prop:value=move || part(&mut draft.get()).clone()
                on:input=move |event| {
                    let text = event_target_value(&event);
                    draft.update(|draft| *part(draft) = text);
                }
            ></textarea>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_needs_a_prompt_and_two_different_answers() {
        let draft = |prompt: &str, a: &str, b: &str| Draft {
            prompt: prompt.to_owned(),
            a: a.to_owned(),
            b: b.to_owned(),
        };
        let defect = |draft: Draft| draft.pair(1.0).err().unwrap_or_default();
        assert!(defect(draft(" ", "Hi.", "Go.")).contains("prompt"));
        assert!(defect(draft("Hello!", "", "Go.")).contains("Answer A"));
        assert!(defect(draft("Hello!", "Hi.", "\n")).contains("Answer B"));
        assert!(defect(draft("Hello!", "Hi.", " Hi. ")).contains("same"));
        let pair = draft(" Hello! ", "Hi.", "Go.").pair(1.0);
        assert!(
            matches!(pair, Ok(pair) if pair.prompt == "Hello!" && pair.source == PairSource::Written)
        );
    }
}
