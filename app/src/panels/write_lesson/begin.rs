//! What a lesson can begin with: the Lab as it stands, one that ships, or a file.

use super::fields::{own_name, store};
use super::taken::taken;
use crate::browser::http::fetch_text;
use crate::browser::url::resolve;
use crate::flows::lesson_of_lab::setup_of_lab;
use crate::lab::{Lab, use_lab};
use crate::model::json;
use crate::model::lesson_draft::LessonDraft;
use crate::model::notice::NoticeKey;
use crate::parts::action::Action;
use crate::parts::file_button::FileButton;
use crate::stores::lesson_draft::LessonDraftStore;
use crate::texts::write_lesson as texts;
use gloo_file::futures::read_as_text;
use leptos::prelude::*;
use serde::Deserialize;
use wasm_bindgen_futures::spawn_local;
use web_sys::HtmlSelectElement;

/// A lesson of the list: `public/lessons.json`.
#[derive(Clone, Debug, Deserialize)]
struct Listed {
    id: String,
    title: String,
}

/// The draft that the Lab makes as it stands, in the page's language.
pub fn draft_of_lab(lab: Lab) -> LessonDraft {
    let (setup, _) = setup_of_lab(lab);
    LessonDraft::new(&setup, "en")
}

#[component]
pub fn Begin() -> impl IntoView {
    let (lab, store) = (use_lab(), store());
    let name = own_name();
    let listed = RwSignal::new(Vec::<Listed>::new());
    spawn_local(async move {
        let text = fetch_text(&resolve("lessons.json")).await;
        let read = text.ok().and_then(|text| json::from_str(&text).ok());
        // Without the list there are still the Lab and files.
        let _ = listed.try_set(read.unwrap_or_default());
    });
    let from_lab = move || {
        let (_, left) = setup_of_lab(lab);
        store.replace(draft_of_lab(lab));
        lab.notices.info(NoticeKey::Lesson, &taken(&left));
    };
    view! {
        <div class="draft-begin row">
            <Action testid="draft-from-lab" text=texts::FROM_LAB on_press=from_lab/>
            <span class="draft-shipped">
                <label class="visually-hidden" for=name.clone()>{texts::CHANGE_SHIPPED}</label>
                <select
                    id=name
                    data-testid="draft-from-shipped"
                    prop:value=""
                    on:change=move |event| {
                        let list: HtmlSelectElement = event_target(&event);
                        let id = list.value();
                        // The same one can be chosen again.
                        list.set_value("");
                        if !id.is_empty() {
                            take_shipped(lab, store, id);
                        }
                    }
                >
                    <option value="">{texts::CHANGE_SHIPPED}</option>
                    {move || listed.get().into_iter().map(|one| view! {
                        <option value=one.id>{one.title}</option>
                    }).collect_view()}
                </select>
            </span>
            <FileButton
                testid="draft-open"
                text=texts::OPEN_FILE
                accept=".json"
                on_files=move |files| {
                    for file in files {
                        spawn_local(async move {
                            let text = read_as_text(&file).await.map_err(|error| error.to_string());
                            take(lab, store, text);
                        });
                    }
                }
            />
        </div>
    }
}

fn take_shipped(lab: Lab, store: LessonDraftStore, id: String) {
    spawn_local(async move {
        let text = fetch_text(&resolve(&format!("lessons/{id}.json"))).await;
        take(lab, store, text.map_err(|error| error.to_string()));
    });
}

/// Opens a lesson's text as the draft, or says why not.
fn take(lab: Lab, store: LessonDraftStore, text: Result<String, String>) {
    let read = text.and_then(|text| LessonDraft::read(&text).map_err(|defect| defect.to_string()));
    match read {
        Ok(draft) => {
            lab.notices.dismiss(NoticeKey::Lesson);
            store.replace(draft);
        }
        Err(reason) => lab
            .notices
            .error(NoticeKey::Lesson, &texts::not_opened(&reason)),
    }
}
