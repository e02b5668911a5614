//! Which model is in use: asked for, loaded, and what follows from it.

use super::shipped_models::{load_shipped, shipped};
use super::{model_files, own_models, resume, training, watching};
use crate::lab::Lab;
use crate::model::notice::NoticeKey;
use crate::stores::engine::{DeviceInfo, ModelInfo, Purpose};
use crate::stores::models::{ModelAsked, STAND_IN, WantedModel};
use crate::texts::notices as texts;
use gloo_file::File;
use leptos::prelude::*;
use tilt_protocol::{Command, DeviceKind, DevicePreference, ModelName, SimdBuild};

/// Another model is wanted: at once, or once the person has said so where that ends a run.
pub fn want_model(lab: Lab, wanted: WantedModel) {
    let is_active = lab.run.phase().get_untracked().is_active();
    if !lab.models.ask(is_active, &wanted) {
        take_model(lab, wanted);
    }
}

/// The person's answer to whether the run is to end.
pub fn change_model(lab: Lab, is_wanted: bool) {
    if let Some(wanted) = lab.models.answered().filter(|_| is_wanted) {
        take_model(lab, wanted);
    }
}

fn take_model(lab: Lab, wanted: WantedModel) {
    match wanted {
        WantedModel::Named(name) => load_model(lab, &name),
        WantedModel::Files(files) => model_files::import_now(lab, files),
        WantedModel::Folder(folder) => model_files::fetch_now(lab, folder),
    }
}

/// Loads one of the models at hand.
fn load_model(lab: Lab, name: &str) {
    match ModelName::from_slug(name) {
        Some(name) => load_shipped(lab, name, true),
        None => {
            lab.form.show_model(name);
            own_models::load(lab, name);
        }
    }
}

/// Loads the smallest model, so that there is something to look at, and the chosen one
/// after it.
pub fn load_first_model(lab: Lab) {
    if lab.form.model().get_untracked() == STAND_IN.slug() {
        load_chosen_model(lab);
        return;
    }
    let source = shipped(STAND_IN.slug());
    let id = lab
        .engine
        .request(Purpose::LoadStandIn, Command::LoadModel { source });
    lab.engine.await_model(id);
}

/// Loads the model that the form stands at; it was chosen before, or a link names it.
pub fn load_chosen_model(lab: Lab) {
    let model = lab.form.model().get_untracked();
    match ModelName::from_slug(&model) {
        // It is what a link names, or what was chosen before.
        Some(name) => load_shipped(lab, name, false),
        None => load_model(lab, &model),
    }
}

/// The engine runs on this device: whether that is what was asked for is said, and the first
/// model loads.
pub fn device_ready(lab: Lab, device: DeviceInfo) {
    let is_refused =
        lab.engine.preference() == Some(DevicePreference::Webgpu) && device.kind == DeviceKind::Cpu;
    if is_refused {
        lab.notices.info(
            NoticeKey::Device,
            &texts::webgpu_refused(device.fallback.as_deref()),
        );
    }
    if lab.engine.simd() == Some(SimdBuild::Relaxed) && device.simd == SimdBuild::Plain {
        lab.notices.info(NoticeKey::Simd, texts::NO_RELAXED_SIMD);
    }
    lab.engine.set_device(device);
    load_first_model(lab);
}

/// A model is there, in the place of the one before: nothing that was measured or asked of
/// that one counts any more.
pub fn model_loaded(lab: Lab, mut model: ModelInfo, asked: ModelAsked) {
    lab.notices.dismiss(NoticeKey::Model);
    lab.notices.dismiss(NoticeKey::Engine);
    lab.notices.dismiss(NoticeKey::OtherModel);
    lab.evaluate.stop_autolabel();
    training::break_off(lab);
    lab.run.clear();
    lab.evaluate.clear();
    lab.selection.set_against(None);
    lab.selection.clear();
    lab.closed_form.clear();
    lab.reward_model.clear();
    lab.roads.clear();
    lab.blind.clear();
    super::run_result::clear(lab);
    lab.data_report.clear();
    let prompt = lab.evaluate.prompt();
    if prompt.with_untracked(|prompt| prompt.trim().is_empty())
        && let Some(first) = model.held_out_prompts.first()
    {
        prompt.set(first.clone());
    }
    let is_chosen = match asked {
        ModelAsked::Shipped { is_chosen, .. } => is_chosen,
        ModelAsked::Own(own) => {
            let card = lab.models.loaded(&own, &model.identity);
            model.name = card.name.clone();
            own_models::keep(lab, *own, card);
            true
        }
    };
    if is_chosen {
        lab.form.choose_model(&model.name);
    }
    lab.notices.say(&texts::model_ready(&model.name));
    let is_replaced = lab.engine.model().with_untracked(Option::is_some);
    lab.engine.set_model(model);
    resume::model_loaded(lab);
    if is_replaced {
        // A first model starts the watch by itself.
        watching::watch_again(lab);
    }
}

/// Loads a model from chosen files.
pub fn import_model(lab: Lab, files: Vec<File>) {
    want_model(lab, WantedModel::Files(files));
}

/// Loads a model from an address, which the person asked for.
pub fn fetch_model(lab: Lab, folder: String) {
    want_model(lab, WantedModel::Folder(folder));
}
