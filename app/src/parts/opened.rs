//! A `<details>` whose content depends on whether it is open.

use leptos::prelude::*;
use web_sys::{Event, HtmlDetailsElement};

/// For `on:toggle`: notes whether the element is open.
pub fn noted(is_open: RwSignal<bool>) -> impl Fn(Event) {
    move |event| is_open.set(event_target::<HtmlDetailsElement>(&event).open())
}
