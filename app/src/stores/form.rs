//! The training form: texts as typed, checked when they are used.

mod drawer;

use super::settings::SettingsStore;
use crate::model::notice::NoticeKey;
use crate::model::ordered::OrderedMap;
use crate::model::parameter_values::apply;
use crate::model::parameters::{Parameter, ParameterTexts};
use crate::model::settings::Settings;
use crate::model::train_form::{
    FieldText, TrainField, may_be_zero, parse, parse_beta, parse_positive, parse_steps,
    usual_settings,
};
use crate::texts::drawer::BETA_FROM_ZERO;
use crate::texts::files::IMPORTED_MODEL;
use crate::texts::numbers::quoted;
use leptos::prelude::*;
use tilt_protocol::{Error, ModelName, Objective, ObjectiveKind, TrainSettings};

fn objective_of(saved: &Settings) -> ObjectiveKind {
    saved
        .objective
        .as_deref()
        .and_then(ObjectiveKind::from_slug)
        .filter(|kind| kind.trains_policy())
        .unwrap_or(ObjectiveKind::Dpo)
}

/// The settings that the form's sound values make, and what is wrong with the others.
#[derive(Clone, Debug, PartialEq)]
struct Assembled {
    settings: TrainSettings,
    defects: Vec<(Parameter, Error)>,
}

#[derive(Clone, Copy)]
pub struct FormStore {
    objective: RwSignal<ObjectiveKind>,
    texts: [RwSignal<FieldText>; 4],
    /// A shipped model's slug, or the name of an imported one.
    model: RwSignal<String>,
    /// By the objective's slug: what is not as it proposes it.
    parameters: RwSignal<OrderedMap<String, ParameterTexts>>,
    assembled: Memo<Assembled>,
    settings: SettingsStore,
}

impl FormStore {
    pub fn new(settings: SettingsStore) -> FormStore {
        let saved = settings.saved();
        let objective = objective_of(&saved);
        let texts = TrainField::ALL.map(|field| RwSignal::new(field.text_of(&saved, objective)));
        let remembered = saved.model.filter(|name| {
            name.starts_with(IMPORTED_MODEL) || ModelName::from_slug(name).is_some()
        });
        let model = remembered.unwrap_or_else(|| ModelName::Small.slug().to_owned());
        let objective = RwSignal::new(objective);
        let parameters = RwSignal::new(saved.parameters);
        let assembled = Memo::new(move |_| {
            let kind = objective.get();
            let usual = usual_settings(kind, |field| texts[field as usize].get().text);
            let (settings, defects) = parameters.with(|all| match all.get(kind.slug()) {
                Some(texts) => apply(usual, texts),
                None => (usual, Vec::new()),
            });
            Assembled { settings, defects }
        });
        FormStore {
            objective,
            texts,
            model: RwSignal::new(model),
            parameters,
            assembled,
            settings,
        }
    }

    pub fn objective(&self) -> Signal<ObjectiveKind> {
        self.objective.into()
    }

    pub fn model(&self) -> Signal<String> {
        self.model.into()
    }

    pub fn text(&self, field: TrainField) -> Signal<FieldText> {
        self.texts[field as usize].into()
    }

    pub fn set_objective(&self, kind: ObjectiveKind) {
        self.objective.set(kind);
        for field in TrainField::ALL {
            self.texts[field as usize].update(|text| {
                if !text.is_touched {
                    text.text = field.default_text(kind);
                }
            });
        }
        self.settings
            .remember(|saved| saved.objective = Some(kind.slug().to_owned()));
    }

    /// Sets the text as typed; emptied, the field goes back to its default's care.
    pub fn set_text(&self, field: TrainField, text: String) {
        let remembered = Some(text.clone()).filter(|text| !text.trim().is_empty());
        self.texts[field as usize].set(FieldText {
            is_touched: remembered.is_some(),
            text,
        });
        self.settings.remember(|saved| match field {
            TrainField::Beta => saved.beta = remembered,
            TrainField::LearningRate => saved.lr = remembered,
            TrainField::Steps => saved.steps = remembered,
            TrainField::Seed => saved.seed = remembered,
        });
    }

    /// Shows a model as the one that is used, or is to be.
    pub fn show_model(&self, name: &str) {
        self.model.set(name.to_owned());
    }

    /// The model that the person wants, at the next visit too.
    pub fn choose_model(&self, name: &str) {
        self.show_model(name);
        self.settings
            .remember(|saved| saved.model = Some(name.to_owned()));
    }

    /// Another tab has changed what is remembered. The model stays the one that is loaded.
    pub fn follow(&self) {
        let saved = self.settings.saved();
        let objective = objective_of(&saved);
        if self.objective.get_untracked() != objective {
            self.objective.set(objective);
        }
        for field in TrainField::ALL {
            let text = field.text_of(&saved, objective);
            if self.texts[field as usize].get_untracked() != text {
                self.texts[field as usize].set(text);
            }
        }
        if self.parameters.get_untracked() != saved.parameters {
            self.parameters.set(saved.parameters);
        }
    }

    /// The defaults again, after everything was erased.
    pub fn reset(&self) {
        let kind = self.objective.get_untracked();
        for field in TrainField::ALL {
            self.texts[field as usize].set(FieldText {
                text: field.default_text(kind),
                is_touched: false,
            });
        }
        self.parameters.set(OrderedMap::new());
    }

    /// True when the chosen objective reads the field.
    pub fn is_used(&self, field: TrainField) -> bool {
        field != TrainField::Beta || self.objective.get().with_beta(1.0).beta().is_some()
    }

    /// What is wrong with a field's text, if anything.
    pub fn defect(&self, field: TrainField) -> Option<Error> {
        if !self.is_used(field) {
            return None;
        }
        let text = self.text(field).get().text;
        let is_good = match field {
            TrainField::Beta => parse_beta(self.objective.get(), &text).is_some(),
            TrainField::LearningRate => parse_positive(&text).is_some(),
            TrainField::Steps => parse_steps(&text).is_some(),
            TrainField::Seed => parse::<u64>(&text).is_some(),
        };
        let expected = match field {
            TrainField::Beta if may_be_zero(self.objective.get()) => BETA_FROM_ZERO,
            _ => field.expected(),
        };
        (!is_good).then(|| Error::invalid(field.name(), quoted(&text), expected))
    }

    /// What beta or learning rate are in the form, where they are sound.
    pub fn number(&self, field: TrainField) -> Option<f64> {
        let text = self.texts[field as usize].get_untracked().text;
        match field {
            TrainField::Beta => parse_beta(self.objective.get_untracked(), &text),
            _ => parse_positive(&text),
        }
    }

    /// The seed, or the default one while the field holds none.
    pub fn seed(&self) -> u64 {
        parse(&self.texts[TrainField::Seed as usize].get_untracked().text).unwrap_or(42)
    }

    /// The objective that a run would have; defaults stand in for wrong values.
    pub fn configured(&self) -> Objective {
        self.assembled.with(|form| form.settings.objective.clone())
    }

    /// The settings that a run would have; defaults stand in for wrong values.
    pub fn settings(&self) -> TrainSettings {
        self.assembled.with(|form| form.settings.clone())
    }

    /// # Errors
    /// One [`Error::InvalidConfig`] a bad value, with the key of its notice.
    pub fn train_settings(&self) -> Result<TrainSettings, Vec<(NoticeKey, Error)>> {
        let of_fields = TrainField::ALL
            .into_iter()
            .filter_map(|field| Some((field.key(), self.defect(field)?)));
        let Assembled { settings, defects } = self.assembled.get();
        let of_parameters = defects
            .into_iter()
            .map(|(parameter, error)| (parameter.key(), error));
        let all: Vec<(NoticeKey, Error)> = of_fields.chain(of_parameters).collect();
        if all.is_empty() {
            Ok(settings)
        } else {
            Err(all)
        }
    }
}
