//! A link that opens the Lab with the same settings. Labels stay here.

use crate::parts::clipboard::copied;
use crate::state::form::Field;
use crate::state::{Lab, use_lab};
use crate::texts::page as texts;
use crate::url::{here, link, parameters_in_link};
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
    }
}

/// Fields with a defect and imported models cannot travel in a link.
fn settings_link(lab: Lab) -> String {
    let field = |field: Field| {
        let is_good = lab.form.is_used(field) && lab.form.defect(field).is_none();
        is_good.then(|| lab.form.text(field).get().text.trim().to_owned())
    };
    let model = ModelName::from_slug(&lab.form.model().get());
    link(
        &here(),
        &[
            ("model", model.map(|model| model.slug().to_owned())),
            (
                "objective",
                Some(lab.form.objective().get().slug().to_owned()),
            ),
            ("beta", field(Field::Beta)),
            ("lr", field(Field::LearningRate)),
            ("steps", field(Field::Steps)),
            ("seed", field(Field::Seed)),
            (
                "parameters",
                Some(parameters_in_link(&lab.form.sound_parameters())),
            ),
            ("level", Some(lab.settings.level().get().slug().to_owned())),
            ("theme", lab.settings.theme().get()),
        ],
    )
}

/// Without a clipboard the link is there to be copied by hand.
fn copy(lab: Lab, address: String) {
    spawn_local(async move {
        let said = texts::link_to_share(copied(&address).await, &address);
        lab.notices.info("share", &said);
    });
}
