//! What a teacher takes along: the frame for a page of their own, and the package for a
//! learning management system.

use crate::flows::lesson_pack::save_pack;
use crate::model::embedding::frame;
use crate::parts::action::Action;
use crate::parts::clipboard::copied;
use crate::texts::elsewhere as texts;
use leptos::prelude::*;
use std::sync::Arc;
use tilt_protocol::lesson::Lesson;
use wasm_bindgen_futures::spawn_local;

/// A frame with this address, to be copied.
#[component]
pub fn Frame(
    #[prop(into)] address: Signal<String>,
    title: String,
    note: &'static str,
) -> impl IntoView {
    let said = RwSignal::new("");
    let snippet = Memo::new(move |_| frame(&address.get(), &title));
    let copy = move || {
        spawn_local(async move {
            let is_copied = copied(&snippet.get_untracked()).await;
            let _ = said.try_set(match is_copied {
                true => texts::COPIED,
                false => texts::COPY_BY_HAND,
            });
        });
    };
    view! {
        <label class="lesson-frame">
            <span>{texts::FRAME}</span>
            <textarea readonly rows="4" data-testid="embed-snippet" prop:value=snippet></textarea>
        </label>
        <p class="muted">{note}</p>
        <p class="row">
            <Action testid="embed-copy" class="slim" text=texts::COPY on_press=copy/>
            <span class="muted" role="status">{said}</span>
        </p>
    }
}

/// Makes a package of the lesson and the page.
#[component]
pub fn PackButton(lesson: Arc<Lesson>) -> impl IntoView {
    let said = RwSignal::new(String::new());
    let is_packing = RwSignal::new(false);
    let pack = move || {
        is_packing.set(true);
        let lesson = lesson.clone();
        spawn_local(async move {
            let told = |file: usize, of: usize| {
                let _ = said.try_set(texts::packing(file, of));
            };
            let done = save_pack(&lesson, told).await;
            let _ = said.try_set(match done {
                Ok(()) => texts::PACKED.to_owned(),
                Err(error) => texts::not_packed(&error.to_string()),
            });
            let _ = is_packing.try_set(false);
        });
    };
    view! {
        <p class="row">
            <Action
                testid="lesson-pack"
                class="slim"
                text=texts::PACK
                disabled=is_packing
                on_press=pack
            />
            <span class="muted" role="status" data-testid="lesson-packed">{said}</span>
        </p>
        <p class="muted">{texts::PACK_NOTE}</p>
    }
}
