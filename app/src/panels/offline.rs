//! What is kept for use without a network, and what a press would keep.

use crate::browser::later::{Build, NotLoaded, wasm_split};
use crate::browser::offline::keeps_shortly as is_short;
use crate::flows::offline::{keep_all, look, take_update};
use crate::lab::use_lab;
use crate::model::offline::{NotKept, OfflineState};
use crate::parts::action::Action;
use crate::texts::offline as texts;
use leptos::prelude::*;

#[wasm_split(files, wasm_split_path = leptos::wasm_split, fallible)]
pub fn offline() -> Result<Build, NotLoaded> {
    Ok(|| view! { <Offline/> }.into_any())
}

#[component]
fn Offline() -> impl IntoView {
    let lab = use_lab();
    let store = lab.offline;
    let state = store.state();
    Effect::new(move |_| {
        if matches!(state.get(), Some(OfflineState::Kept | OfflineState::Update)) {
            look(lab);
        }
    });
    let left = move || store.bytes().get().map(|[_, left]| left);
    let can_keep = move || left().is_some_and(|left| left > 0);
    let is_kept = move || matches!(state.get(), Some(OfflineState::Kept | OfflineState::Update));
    let sentence = move || match state.get() {
        Some(OfflineState::Coming) => texts::COMING.to_owned(),
        Some(OfflineState::Kept | OfflineState::Update) => match store.bytes().get() {
            Some([kept, 0]) => format!("{} {}", texts::kept(kept), texts::ALL_KEPT),
            Some([kept, _]) => texts::kept(kept),
            None => String::new(),
        },
        Some(OfflineState::None(why)) => not_kept(why).to_owned(),
        None => String::new(),
    };
    let data = move || match state.get() {
        Some(OfflineState::Coming) => "coming",
        Some(OfflineState::Kept) => "kept",
        Some(OfflineState::Update) => "update",
        Some(OfflineState::None(_)) => "none",
        None => "",
    };
    let is_coming = Signal::derive(move || store.coming().get().is_some());
    view! {
        <div class="offline" data-testid="offline" data-value=data>
            <p class="muted" role="status">
                {sentence}
                {move || is_kept().then(|| view! { " " <span>{keeps_shortly()}</span> })}
            </p>
            <div class="row">
                <Show when=move || state.get() == Some(OfflineState::Update)>
                    <span>{texts::UPDATE}</span>
                    <Action
                        testid="offline-update" text=texts::TAKE_UPDATE
                        on_press=move || take_update(lab)
                    />
                </Show>
                <Show when=move || is_kept() && can_keep()>
                    <Action
                        testid="offline-keep-all"
                        text=Signal::derive(move || texts::keep_all(left().unwrap_or(0)))
                        class="slim" disabled=is_coming
                        on_press=move || keep_all(lab)
                    />
                </Show>
                <span class="muted number" role="status">
                    {move || store.coming().get().map(|[come, of]| texts::coming(come, of))}
                    {move || store.failed().get()}
                </span>
            </div>
        </div>
    }
}

fn not_kept(why: NotKept) -> &'static str {
    match why {
        // Whoever embeds the page looks after it.
        NotKept::Embedded => "",
        NotKept::Insecure => texts::INSECURE,
        NotKept::Browser => texts::BROWSER,
        NotKept::Refused => texts::REFUSED,
        NotKept::Erased => texts::ERASED,
    }
}

/// Where it is so.
fn keeps_shortly() -> Option<&'static str> {
    is_short().then_some(texts::KEEPS_SHORTLY)
}
