//! How much is on the screen: three levels, one pressed.

use crate::flows::act::perform;
use crate::lab::use_lab;
use crate::model::act::Act;
use crate::model::level::{Level, level_name};
use crate::texts::page as texts;
use leptos::prelude::*;

#[component]
pub fn LevelSelect() -> impl IntoView {
    let lab = use_lab();
    let level = lab.settings.level();
    view! {
        <div
            class="segments"
            role="group"
            aria-label=texts::HOW_MUCH_IS_SHOWN
            data-testid="level-select"
            data-value=move || level.get().slug()
        >
            {Level::ALL
                .into_iter()
                .map(|choice| {
                    view! {
                        <button
                            type="button"
                            class="segment"
                            data-level=choice.slug()
                            aria-pressed=move || (level.get() == choice).to_string()
                            on:click=move |_| perform(lab, Act::SetLevel(choice))
                        >
                            {level_name(choice)}
                        </button>
                    }
                })
                .collect_view()}
        </div>
    }
}
