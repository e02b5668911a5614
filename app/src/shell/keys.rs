//! One key, one action, inert while text is typed or where the person has switched them
//! off. The glossary lists them.

use crate::flows::act::perform;
use crate::lab::Lab;
use crate::model::act::Act;
use crate::panels::{formula, help, write};
use crate::parts::acts;
use crate::parts::focus::focus_search;
use gloo_events::{EventListener, EventListenerOptions};
use leptos::prelude::*;
use tilt_protocol::Verdict;
use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent};

/// Listens for the page's whole life.
pub fn listen(lab: Lab) {
    let Some(window) = web_sys::window() else {
        return;
    };
    let may_prevent = EventListenerOptions::enable_prevent_default();
    EventListener::new_with_options(&window, "keydown", may_prevent, move |event| {
        if let Some(event) = event.dyn_ref::<KeyboardEvent>()
            && !event.ctrl_key()
            && !event.meta_key()
            && !event.alt_key()
            && !event.repeat()
            && !is_typing(event)
            && untrack(|| lab.settings.are_keys_on())
        {
            // What the key would type must not land in the field that it goes to.
            if matches!(event.key().as_str(), "/" | "w" | "W") {
                event.prevent_default();
            }
            press(lab, event.key().as_str());
        }
    })
    .forget();
}

fn press(lab: Lab, key: &str) {
    let is_up = || untrack(|| lab.engine.is_up());
    let act = match key {
        // A run that waits for the person goes first.
        "1" | "2" | "3" if untrack(|| lab.fresh_pairs.is_asking()) => Act::Prefer(verdict_of(key)),
        "1" | "2" | "3" => Act::Judge(verdict_of(key)),
        "4" => Act::Judge(Verdict::BothBad),
        "5" => Act::Judge(Verdict::BothGood),
        "s" | "S" => Act::Skip,
        "u" | "U" => Act::Undo,
        "r" | "R" => Act::Redo,
        "p" | "P" if is_up() => return acts::play(lab),
        "." if is_up() => return acts::step_once(lab),
        "w" | "W" => return write::open(),
        "/" => return focus_search(),
        "f" | "F" => return formula::toggle(),
        "?" => return help::toggle(),
        _ => return,
    };
    perform(lab, act);
}

fn verdict_of(key: &str) -> Verdict {
    match key {
        "1" => Verdict::A,
        "2" => Verdict::B,
        _ => Verdict::Tie,
    }
}

fn is_typing(event: &KeyboardEvent) -> bool {
    event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok())
        .is_some_and(|element| {
            // A closest() with a constant, valid selector does not fail.
            element
                .closest("input, textarea, select, [contenteditable]")
                .ok()
                .flatten()
                .is_some()
        })
}
