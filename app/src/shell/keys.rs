//! One key, one action, inert while text is typed or where the person has switched them
//! off. The glossary lists them.

use crate::flows::{labelling, training};
use crate::lab::Lab;
use crate::panels::{formula, help, write};
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
    match key {
        "1" => labelling::judge(lab, Verdict::A),
        "2" => labelling::judge(lab, Verdict::B),
        "3" => labelling::judge(lab, Verdict::Tie),
        "4" => labelling::judge(lab, Verdict::BothBad),
        "5" => labelling::judge(lab, Verdict::BothGood),
        "s" | "S" => labelling::skip(lab),
        "u" | "U" => labelling::undo(lab),
        "r" | "R" => labelling::redo(lab),
        "w" | "W" => write::open(),
        "/" => focus_search(),
        "p" | "P" if untrack(|| lab.engine.is_up()) => training::play(lab),
        "." if untrack(|| lab.engine.is_up()) => training::step_once(lab),
        "f" | "F" => formula::toggle(),
        "?" => help::toggle(),
        _ => {}
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
