//! The person's own models in this browser: stored once they are loaded, listed, loaded
//! again, removed.
//!
//! Each lies in [`Store::Models`] under three keys that follow from its identity, so that
//! the same model is stored once.

use super::later::do_later;
use super::shipped_models;
use crate::browser::later::{Doing, NotLoaded, wasm_split};
use crate::browser::other_tabs::News;
use crate::browser::storage::{Store, Write};
use crate::lab::Lab;
use crate::model::json;
use crate::model::notice::NoticeKey;
use crate::model::run::Phase;
use crate::model::stored::Stored;
use crate::stores::engine::Purpose;
use crate::stores::models::{ModelAsked, ModelCard, ModelOrigin, OwnModel};
use crate::texts::files as texts;
use js_sys::ArrayBuffer;
use leptos::prelude::*;
use serde::Serialize;
use tilt_protocol::{Command, Error, ModelIdentity, ModelName, ModelSource};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// Keys of one model.
const PARTS: u64 = 4;
/// The card's place among them, that of the texts, and that of the weights.
const CARD: u64 = 0;
const TEXTS: u64 = 1;
const WEIGHTS: u64 = 2;
/// Where older versions kept their one model, without a card.
const OLDER: u64 = 0;

/// The first of a model's keys: 48 bits of its identity, which leaves it below 2^53.
fn first_key(identity: Option<&ModelIdentity>) -> u64 {
    let digits = identity.and_then(|identity| identity.as_str().get(..12));
    let bits = digits.and_then(|digits| u64::from_str_radix(digits, 16).ok());
    bits.map_or(OLDER, |bits| bits.max(1) * PARTS)
}

/// Reads which models are stored, at the start of a visit and whenever another tab has
/// stored or removed one.
pub async fn list_stored(lab: Lab) {
    let (moment, stored) = loop {
        let moment = Moment {
            change: lab.saving.now(),
            erasures: lab.saving.erasures(),
        };
        match lab.saving.read_all([Store::Models]).await {
            Stored::Absent => break (moment, Vec::new()),
            Stored::Found([stored]) => break (moment, stored),
            Stored::Failed => lab.saving.later().await,
        }
    };
    let is_none = stored.is_empty() && lab.models.own().with_untracked(Vec::is_empty);
    if !is_none {
        do_later(lab, Box::pin(listing(lab, stored, moment)));
    }
}

/// When a table was read.
#[derive(Clone, Copy)]
struct Moment {
    change: u64,
    erasures: u32,
}

#[wasm_split(files, wasm_split_path = leptos::wasm_split, fallible)]
fn listing(lab: Lab, stored: Vec<(u64, JsValue)>, moment: Moment) -> Result<Doing, NotLoaded> {
    Ok(Box::pin(
        async move { list(lab, cards_of(&stored), moment) },
    ))
}

/// Lists what is stored, and what this tab has brought or removed since `moment`.
fn list(lab: Lab, mut cards: Vec<ModelCard>, moment: Moment) {
    if lab.saving.erasures() != moment.erasures {
        return;
    }
    let is_newer = |card: &ModelCard| {
        let key = first_key(card.identity.as_ref()) + CARD;
        lab.saving.is_newer(moment.change, Store::Models, key)
    };
    cards.retain(|card| !is_newer(card));
    let gone = lab.models.take_stored(cards, |card| {
        is_newer(card) || lab.models.unstored(&card.name).is_some()
    });
    let used = lab.form.model().get_untracked();
    if gone.contains(&used) {
        let text = texts::model_removed_elsewhere(&used);
        lab.notices.info(NoticeKey::Model, &text);
    }
}

fn cards_of(stored: &[(u64, JsValue)]) -> Vec<ModelCard> {
    let card = |(key, value): &(u64, JsValue)| match (key / PARTS, key % PARTS) {
        (OLDER, TEXTS) => Some(ModelCard {
            name: texts::IMPORTED_MODEL.to_owned(),
            identity: None,
            source: String::new(),
        }),
        (_, CARD) => json::from_str(&value.as_string()?).ok(),
        _ => None,
    };
    stored.iter().filter_map(card).collect()
}

/// Loads one of the models that the person brought.
pub fn load(lab: Lab, name: &str) {
    do_later(lab, Box::pin(loading(lab, name.to_owned())));
}

#[wasm_split(files, wasm_split_path = leptos::wasm_split, fallible)]
fn loading(lab: Lab, name: String) -> Result<Doing, NotLoaded> {
    Ok(Box::pin(async move {
        let mut model = at_hand(lab, &name).await;
        if model == Stored::Failed {
            // What cannot be read now may be there later, or at the next visit.
            lab.notices.error(NoticeKey::Model, texts::MODEL_NOT_READ);
            shipped_models::load_shipped(lab, ModelName::Small, false);
            while model == Stored::Failed {
                lab.saving.later().await;
                model = at_hand(lab, &name).await;
            }
            // The person may have gone on without it.
            let is_idle = lab.run.phase().get_untracked() == Phase::Idle;
            if !is_idle || lab.form.model().get_untracked() != ModelName::Small.slug() {
                return;
            }
            lab.form.show_model(&name);
        }
        match model {
            Stored::Found(model) => tell(lab, hand_to_engine(lab, model).await),
            // It was erased, or never fitted in.
            Stored::Absent | Stored::Failed => {
                lab.notices.info(NoticeKey::Model, texts::MODEL_NOT_STORED);
                shipped_models::load_shipped(lab, ModelName::Small, true);
            }
        }
    }))
}

async fn at_hand(lab: Lab, name: &str) -> Stored<OwnModel> {
    match lab.models.unstored(name) {
        Some(model) => Stored::Found(model),
        None => stored(lab, name).await,
    }
}

async fn stored(lab: Lab, name: &str) -> Stored<OwnModel> {
    if lab.models.card(name).is_none() {
        // At the start of a visit the list may not be there yet.
        match lab.saving.read_all([Store::Models]).await {
            Stored::Absent => return Stored::Absent,
            Stored::Failed => return Stored::Failed,
            Stored::Found([stored]) => drop(lab.models.take_stored(cards_of(&stored), |_| true)),
        }
    }
    let Some(card) = lab.models.card(name) else {
        return Stored::Absent;
    };
    let first = first_key(card.identity.as_ref());
    let places = [
        (Store::Models, first + TEXTS),
        (Store::Models, first + WEIGHTS),
    ];
    let (texts, weights) = match lab.saving.read(places).await {
        Stored::Found([texts, weights]) => (texts, weights),
        Stored::Absent => return Stored::Absent,
        Stored::Failed => return Stored::Failed,
    };
    let texts = texts
        .and_then(|texts| texts.as_string())
        .and_then(|texts| json::from_str(&texts).ok());
    let weights = weights.and_then(|weights| weights.dyn_into::<web_sys::Blob>().ok());
    match (texts, weights) {
        (Some(texts), Some(weights)) => Stored::Found(OwnModel {
            origin: match first {
                OLDER => ModelOrigin::Older,
                _ => ModelOrigin::Stored,
            },
            name: Some(card.name),
            source: card.source,
            texts,
            weights,
        }),
        _ => Stored::Absent,
    }
}

/// Hands a model to the engine.
///
/// # Errors
/// What kept its weights from being read.
pub async fn hand_to_engine(lab: Lab, model: OwnModel) -> Result<(), Error> {
    // The browser's own buffer: the file never passes through the page's memory.
    let buffer: ArrayBuffer = JsFuture::from(model.weights.array_buffer())
        .await
        .and_then(JsCast::dyn_into)
        .map_err(|cause| {
            Error::malformed("model.safetensors", crate::browser::worker::js_text(&cause))
        })?;
    let asked = ModelAsked::Own(Box::new(model.clone()));
    let source = ModelSource::Files {
        name: asked.name().to_owned(),
        config: model.texts.config,
        tokenizer: model.texts.tokenizer,
        tokenizer_config: model.texts.tokenizer_config,
    };
    let id = lab.engine.request_with(
        Purpose::LoadModel(asked),
        Command::LoadModel { source },
        &[buffer],
    );
    lab.engine.await_model(id);
    id.map(drop).ok_or(Error::NoModel)
}

/// Says how a model came in.
pub fn tell(lab: Lab, outcome: Result<(), Error>) {
    lab.notices.dismiss(NoticeKey::Model);
    if let Err(error) = outcome {
        lab.engine.await_model(None);
        shipped_models::show_loaded_model(lab);
        let text = texts::model_not_imported(&error.to_string());
        lab.notices.error(NoticeKey::Model, &text);
    }
}

/// The engine has loaded it: it is stored, unless it is already.
pub fn keep(lab: Lab, model: OwnModel, card: ModelCard) {
    do_later(lab, Box::pin(keeping(lab, model, card)));
}

#[wasm_split(files, wasm_split_path = leptos::wasm_split, fallible)]
fn keeping(lab: Lab, model: OwnModel, card: ModelCard) -> Result<Doing, NotLoaded> {
    Ok(Box::pin(async move {
        let first = first_key(card.identity.as_ref());
        let mut writes = vec![
            Write::Put(Store::Models, first + CARD, as_json(&card)),
            Write::Put(Store::Models, first + TEXTS, as_json(&model.texts)),
            Write::Put(Store::Models, first + WEIGHTS, model.weights.into()),
        ];
        match model.origin {
            ModelOrigin::New => {}
            ModelOrigin::Stored => return,
            ModelOrigin::Older => writes.extend(removal(OLDER)),
        }
        lab.models.writing(&card.name, &writes);
        lab.saving.write(writes, move || {
            lab.models.stored(&card.name);
            lab.others.tell(&News::Models);
        });
    }))
}

/// Stores the models of this visit again that are no longer stored, as after their database
/// was taken away.
pub async fn store_again(lab: Lab) {
    let mut writes = lab.models.written();
    if writes.is_empty() {
        return;
    }
    let stored = loop {
        match lab.saving.read_all([Store::Models]).await {
            Stored::Absent => break Vec::new(),
            Stored::Found([stored]) => break stored,
            Stored::Failed => lab.saving.later().await,
        }
    };
    writes.retain(|write| match write {
        Write::Put(_, key, _) => stored.iter().all(|(there, _)| there != key),
        Write::Delete(..) | Write::Clear(_) => false,
    });
    if !writes.is_empty() {
        lab.saving
            .write(writes, move || lab.others.tell(&News::Models));
    }
}

/// Removes a model of the person's own from this browser. A run under way goes on with it,
/// until another one is chosen.
pub fn remove(lab: Lab, name: &str) {
    let Some(card) = lab.models.card(name) else {
        return;
    };
    lab.models.forget(name);
    let writes = removal(first_key(card.identity.as_ref())).to_vec();
    lab.saving
        .write(writes, move || lab.others.tell(&News::Models));
    let is_used = lab.form.model().get_untracked() == name;
    if is_used && lab.run.phase().get_untracked().is_active() {
        let text = texts::model_removed_in_use(name);
        lab.notices.info(NoticeKey::Model, &text);
        return;
    }
    lab.notices.say(&texts::model_removed(name));
    if is_used {
        shipped_models::load_shipped(lab, ModelName::Small, true);
    }
}

fn removal(first: u64) -> [Write; 3] {
    [CARD, TEXTS, WEIGHTS].map(|part| Write::Delete(Store::Models, first + part))
}

/// Plain data, whose JSON cannot fail.
fn as_json(value: &impl Serialize) -> JsValue {
    JsValue::from_str(&serde_json::to_string(value).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_keys_of_models_are_exact_in_javascript_and_never_the_older_ones() {
        let most = first_key(Some(&ModelIdentity::from(u128::MAX)));
        assert!(most + WEIGHTS < 1 << 53);
        assert!(first_key(Some(&ModelIdentity::from(0))) > OLDER + WEIGHTS);
        assert_eq!(first_key(None), OLDER);
    }
}
