//! Handing the lesson out: as a file, as a link, or played at once; and what still keeps it
//! from that.

use super::fields::store;
use super::rail::go_to;
use crate::browser::download::download;
use crate::browser::url::here;
use crate::lab::{Lab, use_lab};
use crate::model::lesson_draft::{LONG_LINK, LessonDraft, TOO_LONG_LINK};
use crate::model::lesson_source::link_ending;
use crate::model::notice::NoticeKey;
use crate::parts::action::Action;
use crate::parts::clipboard::copied;
use crate::parts::focus::focus_target;
use crate::stores::lesson_draft::{LessonDraftStore, Part};
use crate::texts::write_lesson as texts;
use gloo_file::Blob;
use leptos::prelude::*;
use tilt_protocol::lesson::pack;
use wasm_bindgen_futures::spawn_local;

/// Defects that are listed; whoever mends these sees the rest.
const MOST: usize = 8;

#[component]
pub fn Out() -> impl IntoView {
    let (lab, store) = (use_lab(), store());
    let read = store.read();
    let link = Memo::new(move |_| {
        read.with(|read| {
            let lesson = read.as_ref().ok()?;
            Some(format!(
                "{}{}",
                here(),
                link_ending(&pack(&lesson.to_json()))
            ))
        })
    });
    let is_ready = Memo::new(move |_| link.with(Option::is_some));
    let is_not = Signal::derive(move || !is_ready.get());
    let length = Memo::new(move |_| link.with(|link| link.as_ref().map(String::len)));
    view! {
        <footer class="draft-out">
            <Defects/>
            <div class="row">
                <Action
                    testid="draft-save"
                    class="strong"
                    text=Signal::derive(move || {
                        if is_ready.get() { texts::SAVE } else { texts::SAVE_DRAFT }.to_owned()
                    })
                    on_press=move || save(lab, store)
                />
                <span class="draft-link" data-testid="draft-link" data-value=move || link.get()>
                    <Action
                        testid="lesson-share"
                        text=texts::COPY_LINK
                        disabled=is_not
                        on_press=move || {
                            if let Some(link) = link.get_untracked() {
                                copy(lab, link);
                            }
                        }
                    />
                </span>
                {move || link.get().map(|link| view! {
                    <a class="button" href=link target="_blank" rel="noopener" data-testid="draft-play">
                        {texts::PLAY}
                    </a>
                })}
                <span
                    class="number muted"
                    data-testid="draft-length"
                    data-value=move || length.get().map(|length| length.to_string())
                >
                    {move || length.get().map(texts::link_length)}
                </span>
            </div>
            <Show when=move || length.get().is_some_and(|length| length > LONG_LINK)>
                <p class="draft-long" data-testid="draft-long">
                    {move || match length.get() {
                        Some(length) if length > TOO_LONG_LINK => texts::TOO_LONG,
                        _ => texts::LONG,
                    }}
                </p>
            </Show>
            <p class="muted">{texts::HOW_TO_HAND_OUT}</p>
        </footer>
    }
}

/// All that keeps the draft from being a lesson, each leading to its place.
#[component]
fn Defects() -> impl IntoView {
    let store = store();
    let read = store.read();
    let rows = move || {
        read.with(|read| {
            let defects = read.as_ref().err().map(|defects| defects.as_slice());
            let defects = defects.unwrap_or_default().iter().take(MOST);
            defects
                .map(|defect| {
                    let path = defect.path.clone();
                    let path_of_place = path.clone();
                    view! {
                        <li>
                            <button
                                type="button"
                                class="draft-defect"
                                data-testid="draft-defect"
                                data-value=path.clone()
                                on:click=move |_| show(store, &path)
                            >
                                <b>{place(store, &path_of_place)}</b>
                                " "
                                {defect.to_string()}
                            </button>
                        </li>
                    }
                })
                .collect_view()
        })
    };
    let count =
        Memo::new(move |_| read.with(|read| read.as_ref().err().map_or(0, |all| all.len())));
    view! {
        <p role="status" class="draft-state">{move || texts::state(count.get())}</p>
        <ul class="draft-defects">{rows}</ul>
        <Show when=move || { count.get() > MOST }>
            <p class="muted">{move || texts::and_more(count.get().saturating_sub(MOST))}</p>
        </Show>
    }
}

/// The part in which a defect lies, as the outline calls it.
fn place(store: LessonDraftStore, path: &str) -> String {
    match store.part_of(path) {
        Part::About => texts::ABOUT.to_owned(),
        Part::Setup => texts::SETUP.to_owned(),
        Part::Step(id) => {
            let draft = store.draft();
            let at = draft.with_untracked(|draft| draft.index_of(id));
            texts::step(at.unwrap_or_default() + 1)
        }
    }
}

/// Goes to the field in which a defect lies, or to the part.
fn show(store: LessonDraftStore, path: &str) {
    go_to(store, store.part_of(path));
    let path = path.to_owned();
    request_animation_frame(move || {
        // Of a list's item the field is the list's.
        let mut place = path.as_str();
        while !place.is_empty() {
            if focus_field(place) {
                return;
            }
            place = &place[..place.rfind(['.', '[']).unwrap_or(0)];
        }
    });
}

fn focus_field(path: &str) -> bool {
    let Some(field) = focus_target(&format!("[data-path=\"{path}\"]")) else {
        return false;
    };
    if let Ok(Some(part)) = field.closest("details") {
        // Folded away it takes no focus. An attribute of a constant name can always be set.
        let _ = part.set_attribute("open", "");
    }
    field.scroll_into_view();
    field.focus().is_ok()
}

fn save(lab: Lab, store: LessonDraftStore) {
    let (name, text) = store
        .draft()
        .with_untracked(|draft: &LessonDraft| (draft.file_name(), draft.to_text()));
    let blob = Blob::new_with_options(&*text, Some("application/json"));
    if let Err(error) = download(&name, &blob) {
        lab.notices.error(NoticeKey::Lesson, &error.to_string());
    }
}

/// Without a clipboard the link is there to be copied by hand.
fn copy(lab: Lab, link: String) {
    spawn_local(async move {
        let said = texts::link_to_share(copied(&link).await, &link);
        lab.notices.info(NoticeKey::Share, &said);
    });
}
