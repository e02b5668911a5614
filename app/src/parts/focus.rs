//! Where the focus goes.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// The field that searches the labels.
pub const SEARCH_ID: &str = "verdicts-search";

/// Puts the focus where labels are searched; without labels, where they are given.
pub fn focus_search() {
    if !focus(&format!("#{SEARCH_ID}")) {
        focus("[data-testid=\"label-a\"]");
    }
}

/// Once what was changed is on the screen: focuses the first of these that is there, or the
/// lab itself. For whatever takes away the control that was pressed.
pub fn focus_after(selectors: &'static [&'static str]) {
    request_animation_frame(move || {
        if !selectors.iter().any(|selector| focus(selector)) {
            focus("#lab");
        }
    });
}

/// The first element that fits.
pub fn focus_target(selector: &str) -> Option<HtmlElement> {
    let element = document().query_selector(selector).ok().flatten()?;
    element.dyn_into().ok()
}

/// Focuses the first element that fits; false when there is none on the screen.
pub fn focus(selector: &str) -> bool {
    focus_target(selector)
        .filter(|element| element.offset_parent().is_some())
        .is_some_and(|element| element.focus().is_ok())
}
