//! A view that comes when it is wanted.

use super::action::Action;
use super::focus::FocusPlace;
use crate::browser::later::{Build, Coming};
use crate::flows::later::tell;
use crate::lab::use_lab;
use crate::texts::parts as texts;
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

/// Where it is said that something did not come.
const FAILED: &str = "[data-testid=\"later-failed\"]";

#[derive(Clone, Copy)]
enum PartState {
    NotAsked,
    Asked,
    Failed,
    Here(Build),
}

/// A view that is there from when it is first wanted; until then its place is empty.
#[component]
pub fn Later(
    /// A failed fetch is tried again when this becomes true again, or by a button.
    #[prop(into)]
    wanted: Signal<bool>,
    load: fn() -> Coming<Build>,
) -> impl IntoView {
    let lab = use_lab();
    let state = RwSignal::new(PartState::NotAsked);
    let ask = move || {
        if matches!(state.get_untracked(), PartState::Asked | PartState::Here(_)) {
            return;
        }
        let has_failed = matches!(state.get_untracked(), PartState::Failed);
        state.set(PartState::Asked);
        spawn_local(async move {
            let came = load().await;
            // Where the place is gone by now there is nothing to show.
            let _ = state.try_set(match came {
                Ok(build) => PartState::Here(build),
                Err(_) => PartState::Failed,
            });
            // One that comes at once says nothing of others that did not.
            if has_failed || came.is_err() {
                tell(lab, came.is_ok());
            }
        });
    };
    // The button stays until what it asks for is there: the focus is on it.
    let is_asking = RwSignal::new(false);
    let ask_again = move || {
        is_asking.set(true);
        let place = FocusPlace::of_focus(FAILED);
        spawn_local(async move {
            let came = load().await;
            let _ = is_asking.try_set(false);
            tell(lab, came.is_ok());
            if let Ok(build) = came {
                let _ = state.try_set(PartState::Here(build));
                request_animation_frame(move || place.iter().for_each(FocusPlace::focus));
            }
        });
    };
    Effect::new(move |_| {
        if wanted.get() && !is_asking.get_untracked() {
            ask();
        }
    });
    move || match state.get() {
        PartState::NotAsked => ().into_any(),
        PartState::Asked => {
            view! { <p class="muted" data-testid="later-coming">{texts::COMES}</p> }.into_any()
        }
        PartState::Failed => view! {
            <p class="row muted" data-testid="later-failed">
                <span>{texts::NOT_HERE}</span>
                <Action
                    testid="later-again" text=texts::TRY_AGAIN class="slim" disabled=is_asking
                    on_press=ask_again
                />
            </p>
        }
        .into_any(),
        PartState::Here(build) => untrack(build),
    }
}
