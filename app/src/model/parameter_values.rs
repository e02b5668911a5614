//! How the parameters' texts go into a run's settings, and come out of them.

use super::parameter_slots::{ParameterSlot, flag_text};
use super::parameters::{Parameter, ParameterTexts};
use crate::texts::numbers::quoted;
use tilt_protocol::{Error, Reward, TrainSettings};

impl Parameter {
    /// The parameters that these settings have.
    pub fn of(settings: &TrainSettings) -> Vec<Parameter> {
        let mut settings = settings.clone();
        Parameter::all()
            .filter(|parameter| parameter.slot(&mut settings).is_some())
            .collect()
    }

    /// The value as text; `None` where the settings have no such parameter.
    pub fn read(self, settings: &TrainSettings) -> Option<String> {
        let mut settings = settings.clone();
        Some(match self.slot(&mut settings)? {
            ParameterSlot::Number(value) => value.to_string(),
            ParameterSlot::Count(value, _) => value.to_string(),
            ParameterSlot::Batches(value) => value.unwrap_or(0).to_string(),
            ParameterSlot::Loss(value) => value.loss_type().to_owned(),
            ParameterSlot::Flag(value) => flag_text(*value),
            ParameterSlot::Divergence(value) => value.name().to_owned(),
            ParameterSlot::Schedule(value) => value.name().to_owned(),
            ParameterSlot::Rewards(value) => Reward::specs_of(value),
            ParameterSlot::Scale(value) => value.name().to_owned(),
            ParameterSlot::Ratio(value) => value.name().to_owned(),
            ParameterSlot::Estimate(value) => value.name().to_owned(),
            ParameterSlot::Sync(value) => flag_text(value.is_some()),
        })
    }

    /// Puts the text's value into the settings; says nothing where they have no such
    /// parameter.
    ///
    /// # Errors
    /// [`Error::InvalidConfig`], under TRL's name; the settings stay as they were.
    pub fn write(self, settings: &mut TrainSettings, text: &str) -> Result<(), Error> {
        let mut changed = settings.clone();
        let Some(slot) = self.slot(&mut changed) else {
            return Ok(());
        };
        if slot.set(text.trim()).is_none() {
            return Err(Error::invalid(self.trl_name(), quoted(text), self.range()));
        }
        changed.check()?;
        *settings = changed;
        Ok(())
    }
}

/// The settings with the texts' values, and what is wrong with a text; a wrong one
/// changes nothing.
pub fn apply(
    mut settings: TrainSettings,
    texts: &ParameterTexts,
) -> (TrainSettings, Vec<(Parameter, Error)>) {
    let mut defects = Vec::new();
    for parameter in Parameter::all() {
        let text = texts.get(&parameter.id());
        if let Some(text) = text.filter(|text| !text.trim().is_empty())
            && let Err(error) = parameter.write(&mut settings, text)
        {
            defects.push((parameter, error));
        }
    }
    (settings, defects)
}

/// The texts that make `usual` into `settings`, as far as parameters go.
pub fn differences(usual: TrainSettings, settings: &TrainSettings) -> Vec<(Parameter, String)> {
    let mut found = Vec::new();
    let mut so_far = usual;
    for parameter in Parameter::all() {
        let Some(text) = parameter.read(settings) else {
            continue;
        };
        if parameter.read(&so_far).as_ref() != Some(&text) {
            // A value that a run had is a sound one.
            let _ = parameter.write(&mut so_far, &text);
            found.push((parameter, text));
        }
    }
    found
}

#[cfg(test)]
#[path = "parameter_values_tests.rs"]
mod tests;
