//! Pages around this one: what is said to them, and what they say.

use gloo_events::EventListener;
use js_sys::JSON;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{MessageEvent, Window};

/// Where a message may go: this page's own address, and whoever has put it into a frame.
const OWN: &str = "/";
const ANYONE: &str = "*";

/// Says this JSON to the page itself, where a script may listen, and to the page around it.
pub fn tell(json: &str) {
    let (Some(window), Ok(message)) = (web_sys::window(), JSON::parse(json)) else {
        return;
    };
    // A page that cannot be told is one that has not asked.
    let _ = window.post_message(&message, OWN);
    if let Some(parent) = parent(&window) {
        let _ = parent.post_message(&message, ANYONE);
    }
}

/// Hands on as JSON what the page itself or the page around it says, for as long as the page
/// is there.
pub fn on_told(heard: impl Fn(&str) + 'static) {
    let Some(window) = web_sys::window() else {
        return;
    };
    let around = parent(&window);
    EventListener::new(&window.clone(), "message", move |event| {
        let Some(event) = event.dyn_ref::<MessageEvent>() else {
            return;
        };
        let source = event.source().map(JsValue::from);
        let is_from = |window: &Window| source.as_ref() == Some(window.as_ref());
        if !(is_from(&window) || around.as_ref().is_some_and(is_from)) {
            return;
        }
        // Not everything that can be said can be written.
        let text = JSON::stringify(&event.data()).ok();
        if let Some(text) = text.and_then(|text| text.as_string()) {
            heard(&text);
        }
    })
    .forget();
}

/// The page around this one, where there is one.
fn parent(window: &Window) -> Option<Window> {
    window
        .parent()
        .ok()
        .flatten()
        .filter(|parent| parent != window)
}
