//! The form's parameters: what the drawer's fields read and write.

use super::FormStore;
use crate::model::ordered::OrderedMap;
use crate::model::parameter_values::{apply, differences};
use crate::model::parameters::{Parameter, ParameterTexts};
use crate::model::train_form::{TrainField, as_text, usual_settings};
use leptos::prelude::*;
use tilt_protocol::{Error, ObjectiveKind, TrainSettings};

impl FormStore {
    /// A parameter's text as typed, or its default.
    pub fn parameter_text(&self, parameter: Parameter) -> String {
        let slug = self.objective.get().slug();
        let typed = self.parameters.with(|all| {
            let text = all.get(slug)?.get(&parameter.id())?;
            Some(text.clone())
        });
        typed.unwrap_or_else(|| {
            self.assembled
                .with(|form| parameter.read(&form.settings))
                .unwrap_or_default()
        })
    }

    pub fn parameter_defect(&self, parameter: Parameter) -> Option<Error> {
        self.assembled.with(|form| {
            let mut defects = form.defects.iter();
            let (_, error) = defects.find(|(of, _)| *of == parameter)?;
            Some(error.clone())
        })
    }

    /// What is not as the objective proposes it, without what has a defect.
    pub fn sound_parameters(&self) -> ParameterTexts {
        let slug = self.objective.get().slug();
        let mut texts = self
            .parameters
            .with(|all| all.get(slug).cloned().unwrap_or_default());
        self.assembled.with(|form| {
            for (parameter, _) in &form.defects {
                texts.remove(&parameter.id());
            }
        });
        texts
    }

    /// True when a parameter, beta or the learning rate is not as the objective
    /// proposes it.
    pub fn is_customised(&self) -> bool {
        let kind = self.objective.get();
        self.parameters
            .with(|all| all.get(kind.slug()).is_some_and(|texts| !texts.is_empty()))
            || [TrainField::Beta, TrainField::LearningRate]
                .into_iter()
                .filter(|field| self.is_used(*field))
                .any(|field| self.text(field).get().text != field.default_text(kind))
    }

    /// Sets a parameter's text as typed.
    pub fn set_parameter(&self, parameter: Parameter, text: String) {
        self.change_parameters(|texts| {
            texts.insert(parameter.id(), text);
        });
    }

    /// An emptied field, or one with its default typed in, follows the default again.
    pub fn leave_parameter(&self, parameter: Parameter) {
        let kind = self.objective.get_untracked();
        let usual = usual_settings(kind, |field| {
            self.texts[field as usize].get_untracked().text
        });
        self.change_parameters(|texts| {
            let id = parameter.id();
            let Some(text) = texts.remove(&id) else {
                return;
            };
            let (without, _) = apply(usual, texts);
            let text = text.trim().to_owned();
            if !text.is_empty() && parameter.read(&without).as_ref() != Some(&text) {
                texts.insert(id, text);
            }
        });
    }

    /// The objective's own defaults for its parameters, beta and the learning rate.
    pub fn reset_parameters(&self) {
        let used = [TrainField::Beta, TrainField::LearningRate]
            .into_iter()
            .filter(|field| untrack(|| self.is_used(*field)));
        for field in used {
            self.propose(field, self.objective.get_untracked());
        }
        self.change_parameters(OrderedMap::clear);
    }

    /// Puts the settings of a run back into the form.
    pub fn adopt(&self, kind: ObjectiveKind, settings: &TrainSettings) {
        self.set_objective(kind);
        for (field, text) in [
            (TrainField::Beta, as_text(settings.objective.beta())),
            (
                TrainField::LearningRate,
                as_text(Some(settings.learning_rate)),
            ),
            (TrainField::Steps, as_text(Some(settings.steps))),
            (TrainField::Seed, as_text(Some(settings.seed))),
        ] {
            match text {
                Some(text) if text != field.default_text(kind) => self.set_text(field, text),
                Some(_) => self.propose(field, kind),
                None => {}
            }
        }
        let usual = usual_settings(kind, |field| {
            self.texts[field as usize].get_untracked().text
        });
        let found = differences(usual, settings);
        self.change_parameters(|texts| {
            *texts = found
                .into_iter()
                .map(|(parameter, text)| (parameter.id(), text))
                .collect();
        });
    }

    /// The field's default again.
    fn propose(&self, field: TrainField, kind: ObjectiveKind) {
        self.set_text(field, String::new());
        self.texts[field as usize].update(|text| text.text = field.default_text(kind));
    }

    fn change_parameters(&self, change: impl FnOnce(&mut ParameterTexts)) {
        let slug = self.objective.get_untracked().slug();
        self.parameters.update(|all| {
            change(all.at(slug.to_owned()));
            all.retain(|_, texts| !texts.is_empty());
        });
        let all = self.parameters.get_untracked();
        self.settings.remember(|saved| saved.parameters = all);
    }
}
