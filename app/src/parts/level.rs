//! What the page shows from a level on. Hidden views keep their state.

use crate::lab::use_lab;
use crate::model::level::Level;
use leptos::prelude::*;

#[component]
pub fn AtLevel(
    /// The first level that shows it.
    least: Level,
    children: Children,
) -> impl IntoView {
    let level = use_lab().settings.level();
    view! {
        <div class="at-level" data-least=least.slug() hidden=move || level.get() < least>
            {children()}
        </div>
    }
}
