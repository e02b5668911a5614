//! The places of the Lab that a lesson speaks of, marked by `data-place`.

use super::tabs::Tabs;
use crate::flows::act::perform;
use crate::lab::Lab;
use crate::model::act::Act;
use crate::model::level::Level;
use leptos::prelude::*;
use tilt_protocol::lesson::Place;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlDetailsElement, HtmlElement};

/// Marks the place that was asked for, until another is.
const LOOKED_AT: &str = "data-looked-at";

fn find(place: Place) -> Option<Element> {
    let selector = format!("[data-place=\"{}\"]", place.slug());
    document().query_selector(&selector).ok().flatten()
}

/// Brings a place before the learner: its level, its column, its fold. False where the page
/// does not have it yet.
pub fn go_to(lab: Lab, tabs: Option<Tabs>, place: Place) -> bool {
    let Some(found) = find(place) else {
        return false;
    };
    let hidden = found.closest(".at-level[hidden]").ok().flatten();
    let least = hidden.and_then(|hidden| Level::from_slug(&hidden.get_attribute("data-least")?));
    if let Some(least) = least {
        perform(lab, Act::SetLevel(least));
    }
    let column = found.closest(".column").ok().flatten();
    let slug = column.and_then(|column| column.id().strip_prefix("column-").map(str::to_owned));
    if let (Some(tabs), Some(slug)) = (tabs, slug) {
        tabs.show(&slug);
    }
    if let Some(details) = found.dyn_ref::<HtmlDetailsElement>() {
        details.set_open(true);
    }
    // Once the column is there.
    request_animation_frame(move || {
        let marked = document().query_selector(&format!("[{LOOKED_AT}]"));
        if let Some(marked) = marked.ok().flatten() {
            // An attribute of a constant name can always be taken away.
            let _ = marked.remove_attribute(LOOKED_AT);
        }
        let _ = found.set_attribute(LOOKED_AT, "");
        found.scroll_into_view();
        if let Some(found) = found.dyn_ref::<HtmlElement>()
            && found.set_attribute("tabindex", "-1").is_ok()
        {
            let _ = found.focus();
        }
    });
    true
}

/// The rule by which places are not on the page.
pub fn hiding(places: &[Place]) -> String {
    let selectors: Vec<String> = places
        .iter()
        .map(|place| format!("[data-place=\"{}\"]", place.slug()))
        .collect();
    if selectors.is_empty() {
        String::new()
    } else {
        format!("{}{{display:none!important}}", selectors.join(","))
    }
}
