//! The models that come with the page.

use crate::browser::url::resolve;
use crate::lab::Lab;
use crate::model::notice::NoticeKey;
use crate::stores::engine::Purpose;
use crate::stores::models::ModelAsked;
use leptos::prelude::*;
use tilt_protocol::{Command, ModelName, ModelSource};

/// Loads one of the models that come with the page; one that was not chosen is not
/// remembered either.
pub fn load_shipped(lab: Lab, name: ModelName, is_chosen: bool) {
    lab.form.show_model(name.slug());
    if is_chosen {
        lab.notices.dismiss(NoticeKey::Model);
    }
    let source = shipped(name.slug());
    let asked = ModelAsked::Shipped { name, is_chosen };
    let id = lab
        .engine
        .request(Purpose::LoadModel(asked), Command::LoadModel { source });
    lab.engine.await_model(id);
    if id.is_none() {
        show_loaded_model(lab);
    }
}

/// What was chosen did not come: the form stands at the model that is loaded.
pub fn show_loaded_model(lab: Lab) {
    if let Some(model) = lab.engine.model().get_untracked() {
        lab.form.show_model(&model.name);
    }
}

/// A model that lies beside the page.
pub fn shipped(name: &str) -> ModelSource {
    ModelSource::Url {
        name: name.to_owned(),
        url: resolve(&format!("models/{name}/")),
    }
}
