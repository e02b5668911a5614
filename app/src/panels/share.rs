//! A link that opens the Lab with the same settings. Labels stay here.

use crate::browser::url::{here, link};
use crate::lab::{Lab, use_lab};
use crate::model::address::{UrlParams, written};
use crate::model::notice::NoticeKey;
use crate::model::space::Space;
use crate::model::train_form::{TrainField, parse};
use crate::parts::clipboard::copied;
use crate::texts::page as texts;
use crate::texts::write_lesson::LESSON_FROM_THIS;
use leptos::prelude::*;
use tilt_protocol::ModelName;
use wasm_bindgen_futures::spawn_local;

#[component]
pub fn ShareButton() -> impl IntoView {
    let lab = use_lab();
    let address = Memo::new(move |_| settings_link(lab));
    view! {
        <button
            type="button"
            class="button share"
            data-testid="share"
            data-value=move || address.get()
            title=texts::COPY_A_LINK
            on:click=move |_| copy(lab, address.get_untracked())
        >
            {texts::SHARE}
        </button>
        {(lab.space == Space::OWN).then(|| write_button(lab))}
    }
}

/// Everything of the Lab as it stands, as what a lesson starts with.
fn write_button(lab: Lab) -> impl IntoView {
    let is_writing = lab.lesson_list.is_writing();
    view! {
        <button
            type="button"
            class="button icon write-button"
            data-testid="lesson-write"
            aria-label=LESSON_FROM_THIS
            title=LESSON_FROM_THIS
            aria-expanded=move || is_writing.get().to_string()
            on:click=move |_| lab.lesson_list.set_writing(!is_writing.get_untracked())
        >
            <svg viewBox="0 0 16 16" aria-hidden="true">
                <path d="M2 14l1-4 8-8 3 3-8 8zM10 4.200l1.800 1.800"></path>
            </svg>
        </button>
    }
}

/// Fields with a defect and imported models cannot travel in a link.
pub fn settings_link(lab: Lab) -> String {
    let number = |field: TrainField| {
        let is_good = lab.form.is_used(field) && lab.form.defect(field).is_none();
        is_good.then(|| lab.form.text(field).get().text)
    };
    let settings = UrlParams {
        model: ModelName::from_slug(&lab.form.model().get()),
        objective: Some(lab.form.objective().get()),
        beta: number(TrainField::Beta).and_then(|text| parse(&text)),
        lr: number(TrainField::LearningRate).and_then(|text| parse(&text)),
        steps: number(TrainField::Steps).and_then(|text| parse(&text)),
        seed: number(TrainField::Seed).and_then(|text| parse(&text)),
        parameters: Some(lab.form.sound_parameters()),
        level: Some(lab.settings.level().get()),
        theme: lab.settings.theme().get(),
        ..UrlParams::default()
    };
    link(&here(), &written(&settings))
}

/// Without a clipboard the link is there to be copied by hand.
fn copy(lab: Lab, address: String) {
    spawn_local(async move {
        let said = texts::link_to_share(copied(&address).await, &address);
        lab.notices.info(NoticeKey::Share, &said);
    });
}
