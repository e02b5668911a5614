//! The places of the Lab that a lesson speaks of, marked by `data-place`.

use super::tabs::Tabs;
use crate::flows::act::perform;
use crate::lab::Lab;
use crate::model::act::Act;
use crate::model::level::Level;
use js_sys::{Array, Function, Reflect};
use leptos::prelude::*;
use tilt_protocol::lesson::Place;
use wasm_bindgen::{JsCast, JsValue};
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

/// Takes places off the page for as long as the view lives that asks for it: by a style sheet that
/// is made here, since a strict policy lets no text be one.
pub fn hide(places: &[Place]) {
    let Some(sheet) = sheet(&hiding(places)) else {
        return;
    };
    adopt(|sheets| {
        sheets.push(&sheet);
    });
    let sheet = StoredValue::new_local(sheet);
    on_cleanup(move || {
        let Some(sheet) = sheet.try_get_value() else {
            return;
        };
        adopt(|sheets| {
            let others: Vec<JsValue> = sheets.iter().filter(|one| *one != sheet).collect();
            sheets.set_length(0);
            for other in others {
                sheets.push(&other);
            }
        });
    });
}

/// The rule by which places are not on the page.
fn hiding(places: &[Place]) -> String {
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

fn sheet(rules: &str) -> Option<JsValue> {
    let make: Function = Reflect::get(&js_sys::global(), &"CSSStyleSheet".into())
        .ok()?
        .dyn_into()
        .ok()?;
    let sheet = Reflect::construct(&make, &Array::new()).ok()?;
    let replace: Function = Reflect::get(&sheet, &"replaceSync".into())
        .ok()?
        .dyn_into()
        .ok()?;
    replace.call1(&sheet, &rules.into()).ok()?;
    Some(sheet)
}

/// Changes the style sheets that the page has taken on.
fn adopt(change: impl FnOnce(&Array)) {
    const SHEETS: &str = "adoptedStyleSheets";
    let document = document();
    if let Ok(sheets) = Reflect::get(&document, &SHEETS.into()) {
        // Older browsers take a whole list alone.
        let sheets = Array::from(&sheets);
        change(&sheets);
        let _ = Reflect::set(&document, &SHEETS.into(), &sheets);
    }
}
