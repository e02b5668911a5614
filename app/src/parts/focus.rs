//! Where the focus goes.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

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

/// Where an element stands whose place others will take.
pub struct FocusPlace {
    parent: Element,
    at: u32,
}

impl FocusPlace {
    /// The element that fits and has the focus in it.
    pub fn of_focus(selector: &str) -> Option<FocusPlace> {
        let element = document().active_element()?.closest(selector).ok()??;
        let parent = element.parent_element()?;
        let children = parent.children();
        let at = (0..children.length()).find(|at| children.item(*at).as_ref() == Some(&element))?;
        Some(FocusPlace { parent, at })
    }

    /// Focuses the first control that stands there or after it; without one, the lab.
    pub fn focus(&self) {
        let children = self.parent.children();
        let controls = (self.at..children.length()).filter_map(|at| {
            let child = children.item(at)?;
            if child.matches(CONTROLS).unwrap_or(false) {
                return Some(child);
            }
            child.query_selector(CONTROLS).ok().flatten()
        });
        let mut controls = controls.filter_map(|control| control.dyn_into::<HtmlElement>().ok());
        let is_focused =
            controls.any(|control| control.offset_parent().is_some() && control.focus().is_ok());
        if !is_focused {
            focus("#lab");
        }
    }
}

/// What the tabulator stops at.
const CONTROLS: &str = "button, input, select, textarea, summary, [tabindex=\"0\"]";

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
