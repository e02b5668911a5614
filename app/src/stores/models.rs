//! The models at hand: those that come with the page, and those that the person brought.

use crate::browser::storage::Write;
use crate::model::ordered::OrderedMap;
use crate::model::run_record::RunRecord;
use crate::texts::files as texts;
use gloo_file::File;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use tilt_protocol::{ModelIdentity, ModelName};

/// What the list says of a model that the person brought.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelCard {
    /// Unlike that of any other model in this browser.
    pub name: String,
    /// `None` where an older version stored it.
    pub identity: Option<ModelIdentity>,
    /// The address's last part; empty for chosen files.
    pub source: String,
}

impl ModelCard {
    /// For people: what tells it from others.
    pub fn title(&self) -> String {
        let identity = self.identity.as_ref().map(ModelIdentity::as_str);
        let short = identity.and_then(|identity| identity.get(..6));
        match (self.source.as_str(), short) {
            ("", None) => self.name.clone(),
            ("", Some(short)) => texts::model_title(&self.name, short),
            (source, _) => texts::model_title(&self.name, source),
        }
    }
}

/// The parts of a model that are text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelTexts {
    pub config: String,
    pub tokenizer: String,
    pub tokenizer_config: Option<String>,
}

/// Where a model of the person's own comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ModelOrigin {
    /// From outside: it is not stored yet.
    New,
    Stored,
    /// Stored by an older version, under other keys.
    Older,
}

/// A model that the person brought, on its way to the engine.
#[derive(Clone, Debug, PartialEq)]
pub struct OwnModel {
    pub origin: ModelOrigin,
    /// As it is called, where it is known already.
    pub name: Option<String>,
    pub source: String,
    pub texts: ModelTexts,
    /// `model.safetensors`.
    pub weights: web_sys::Blob,
}

/// The model that the engine was asked for.
#[derive(Clone, Debug, PartialEq)]
pub enum ModelAsked {
    Shipped {
        name: ModelName,
        /// The person's choice, for the next visit too.
        is_chosen: bool,
    },
    Own(Box<OwnModel>),
}

impl ModelAsked {
    pub fn name(&self) -> &str {
        match self {
            ModelAsked::Shipped { name, .. } => name.slug(),
            ModelAsked::Own(own) => own.name.as_deref().unwrap_or(texts::IMPORTED_MODEL),
        }
    }
}

/// Another model, as the person asks for it.
#[derive(Clone, Debug, PartialEq)]
pub enum WantedModel {
    /// One of those at hand.
    Named(String),
    Files(Vec<File>),
    /// A folder's address.
    Folder(String),
}

#[derive(Clone, Copy)]
pub struct ModelsStore {
    own: RwSignal<Vec<ModelCard>>,
    /// Models that are not stored, by name: until this tab closes they can be chosen again.
    not_stored: StoredValue<OrderedMap<String, OwnModel>, LocalStorage>,
    /// What was written of the models that came in this visit, by name: to be written again
    /// where the database is taken away.
    written: StoredValue<OrderedMap<String, Vec<Write>>, LocalStorage>,
    /// Waits for the person's word, because a run is under way.
    asking: RwSignal<Option<WantedModel>, LocalStorage>,
}

impl ModelsStore {
    pub fn new() -> ModelsStore {
        ModelsStore {
            own: RwSignal::new(Vec::new()),
            not_stored: StoredValue::new_local(OrderedMap::new()),
            written: StoredValue::new_local(OrderedMap::new()),
            asking: RwSignal::new_local(None),
        }
    }

    /// Those that the person brought, the first one first.
    pub fn own(&self) -> Signal<Vec<ModelCard>> {
        self.own.into()
    }

    pub fn is_asking(&self) -> Signal<bool> {
        let asking = self.asking;
        Signal::derive(move || asking.with(Option::is_some))
    }

    /// Another model is wanted; true where the person is asked first.
    pub fn ask(&self, is_run_active: bool, wanted: &WantedModel) -> bool {
        if is_run_active {
            self.asking.set(Some(wanted.clone()));
        }
        is_run_active
    }

    /// The person's answer: what was wanted, no longer asked about.
    pub fn answered(&self) -> Option<WantedModel> {
        self.asking.try_update(Option::take).flatten()
    }

    /// Takes in what is stored. Of what was listed the rest goes, which another tab has
    /// removed, unless `is_kept`; returns the names of what went.
    pub fn take_stored(
        &self,
        stored: Vec<ModelCard>,
        is_kept: impl Fn(&ModelCard) -> bool,
    ) -> Vec<String> {
        let is_stored =
            |card: &ModelCard| stored.iter().any(|found| found.identity == card.identity);
        let gone: Vec<String> = self.own.with_untracked(|own| {
            let gone = own.iter().filter(|card| !is_stored(card) && !is_kept(card));
            gone.map(|card| card.name.clone()).collect()
        });
        for name in &gone {
            self.forget(name);
        }
        self.own.update(|own| {
            for mut card in stored {
                let is_known = |known: &ModelCard| known.identity == card.identity;
                if !own.iter().any(is_known) {
                    card.name = free_name(&card.name, own);
                    own.push(card);
                }
            }
        });
        gone
    }

    /// A model of the person's own was loaded: the card of it, which is new for a model
    /// that was not there.
    pub fn loaded(&self, model: &OwnModel, identity: &ModelIdentity) -> ModelCard {
        let known = self.own.with_untracked(|own| {
            let same = own
                .iter()
                .find(|card| card.identity.as_ref() == Some(identity));
            same.cloned()
        });
        let card = known.unwrap_or_else(|| {
            // One of an older version is known by its name until it is loaded.
            let is_older = |card: &ModelCard| {
                card.identity.is_none() && Some(&card.name) == model.name.as_ref()
            };
            self.own.update(|own| own.retain(|card| !is_older(card)));
            let card = ModelCard {
                name: self
                    .own
                    .with_untracked(|own| free_name(texts::IMPORTED_MODEL, own)),
                identity: Some(identity.clone()),
                source: model.source.clone(),
            };
            self.own.update(|own| own.push(card.clone()));
            card
        });
        if model.origin == ModelOrigin::New {
            let kept = OwnModel {
                name: Some(card.name.clone()),
                ..model.clone()
            };
            self.not_stored.update_value(|models| {
                models.insert(card.name.clone(), kept);
            });
        }
        card
    }

    pub fn card(&self, name: &str) -> Option<ModelCard> {
        self.own
            .with_untracked(|own| own.iter().find(|card| card.name == name).cloned())
    }

    /// What the model of a run is called here; `None` where it is not at hand.
    pub fn name_of(&self, record: &RunRecord) -> Option<String> {
        let own = self.own.with_untracked(|own| {
            let same = own
                .iter()
                .find(|card| card.identity.is_some() && card.identity == record.identity);
            same.map(|card| card.name.clone())
        });
        own.or_else(|| ModelName::from_slug(&record.model).map(|name| name.slug().to_owned()))
    }

    pub fn unstored(&self, name: &str) -> Option<OwnModel> {
        self.not_stored
            .with_value(|models| models.get(name).cloned())
    }

    /// A model is about to be stored by these writes.
    pub fn writing(&self, name: &str, writes: &[Write]) {
        self.written
            .update_value(|written| drop(written.insert(name.to_owned(), writes.to_vec())));
    }

    /// What was written of the models of this visit.
    pub fn written(&self) -> Vec<Write> {
        self.written
            .with_value(|written| written.values().flatten().cloned().collect())
    }

    /// A model that waited to be stored waits no more.
    pub fn stored(&self, name: &str) {
        self.not_stored.update_value(|models| {
            models.remove(name);
        });
    }

    pub fn forget(&self, name: &str) {
        self.own.update(|own| own.retain(|card| card.name != name));
        self.written.update_value(|written| {
            written.remove(name);
        });
        self.stored(name);
    }

    /// Everything was erased.
    pub fn clear(&self) {
        self.own.set(Vec::new());
        self.not_stored.update_value(OrderedMap::clear);
        self.written.update_value(OrderedMap::clear);
        self.asking.set(None);
    }
}

/// `wanted`, or the next name of its kind that no model has.
fn free_name(wanted: &str, own: &[ModelCard]) -> String {
    let is_free = |name: &String| own.iter().all(|card| card.name != *name);
    let mut name = wanted.to_owned();
    let mut number = 2;
    while !is_free(&name) {
        name = texts::numbered_model(wanted, number);
        number += 1;
    }
    name
}

/// The model that comes first: the smallest.
pub const STAND_IN: ModelName = ModelName::Nano;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn models_are_told_apart_by_name_and_in_the_list() {
        let card = |name: &str, identity: u128, source: &str| ModelCard {
            name: name.to_owned(),
            identity: Some(ModelIdentity::from(identity)),
            source: source.to_owned(),
        };
        let mut own = vec![card("imported", 1 << 120, "")];
        assert_eq!(own[0].title(), "imported (010000)");
        let second = free_name("imported", &own);
        assert_eq!(second, "imported 2");
        own.push(card(&second, 2, "distilgpt2"));
        assert_eq!(own[1].title(), "imported 2 (distilgpt2)");
        assert_eq!(free_name("imported", &own), "imported 3");
        assert_eq!(free_name("another", &own), "another");
    }
}
