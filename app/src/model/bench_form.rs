//! The benchmark's form: texts as typed, and the settings they describe.

use crate::texts::bench as texts;
use crate::texts::numbers::quoted;
use tilt_protocol::{BenchObjective, BenchSettings, DevicePreference, Error, SimdBuild};

/// A number of the form, named as in the URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BenchField {
    Layers,
    Width,
    Heads,
    Vocab,
    Context,
    Batch,
    Steps,
    Workers,
}

impl BenchField {
    pub const ALL: [BenchField; 8] = [
        BenchField::Layers,
        BenchField::Width,
        BenchField::Heads,
        BenchField::Vocab,
        BenchField::Context,
        BenchField::Batch,
        BenchField::Steps,
        BenchField::Workers,
    ];

    /// In the URL and in errors.
    pub fn slug(self) -> &'static str {
        match self {
            BenchField::Layers => "layers",
            BenchField::Width => "d_model",
            BenchField::Heads => "heads",
            BenchField::Vocab => "vocab",
            BenchField::Context => "context",
            BenchField::Batch => "batch",
            BenchField::Steps => "steps",
            BenchField::Workers => "workers",
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            BenchField::Layers => texts::LAYERS,
            BenchField::Width => texts::WIDTH,
            BenchField::Heads => texts::HEADS,
            BenchField::Vocab => texts::VOCAB,
            BenchField::Context => texts::CONTEXT,
            BenchField::Batch => texts::BATCH,
            BenchField::Steps => texts::STEPS,
            BenchField::Workers => texts::WORKERS,
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct BenchForm {
    /// In the order of [`BenchField::ALL`].
    numbers: [String; 8],
    pub is_tied: bool,
    pub objective: BenchObjective,
    /// `None`: the one that the lab has.
    pub device: Option<DevicePreference>,
    /// `None`: the fastest that there is.
    pub simd: Option<SimdBuild>,
}

impl Default for BenchForm {
    fn default() -> Self {
        let settings = BenchSettings::default();
        let numbers = [
            settings.layers,
            settings.d_model,
            settings.heads,
            settings.vocab,
            settings.context,
            settings.batch,
            settings.steps,
        ];
        let mut texts = numbers.map(|number| number.to_string()).into_iter();
        BenchForm {
            numbers: std::array::from_fn(|_| texts.next().unwrap_or_default()),
            is_tied: settings.tied,
            objective: settings.objective,
            device: None,
            simd: None,
        }
    }
}

impl BenchForm {
    pub fn number(&self, field: BenchField) -> &str {
        &self.numbers[field as usize]
    }

    pub fn set_number(&mut self, field: BenchField, text: String) {
        self.numbers[field as usize] = text;
    }

    /// The numbers as they are proposed.
    pub fn reset_numbers(&mut self) {
        self.numbers = BenchForm::default().numbers;
    }

    /// # Errors
    /// [`Error::InvalidConfig`] naming the first field that cannot be used.
    pub fn settings(&self) -> Result<BenchSettings, Error> {
        let number = |field: BenchField| {
            let text = self.number(field).trim();
            let refused = |_| Error::invalid(field.slug(), quoted(text), texts::A_WHOLE_NUMBER);
            text.parse::<usize>().map_err(refused)
        };
        let has_workers = !self.number(BenchField::Workers).trim().is_empty();
        let settings = BenchSettings {
            layers: number(BenchField::Layers)?,
            d_model: number(BenchField::Width)?,
            heads: number(BenchField::Heads)?,
            vocab: number(BenchField::Vocab)?,
            context: number(BenchField::Context)?,
            batch: number(BenchField::Batch)?,
            tied: self.is_tied,
            steps: number(BenchField::Steps)?,
            objective: self.objective,
            workers: match has_workers {
                true => Some(number(BenchField::Workers)?),
                false => None,
            },
        };
        settings.check()?;
        Ok(settings)
    }

    /// What a field takes, where its text cannot be used whatever the others hold.
    pub fn refused_alone(&self, field: BenchField) -> Option<String> {
        let mut alone = BenchForm::default();
        alone.set_number(field, self.number(field).to_owned());
        // Numbers that others have to fit: one that fits any of them.
        match field {
            BenchField::Heads => alone.set_number(BenchField::Width, "4096".to_owned()),
            BenchField::Width => alone.set_number(BenchField::Heads, "1".to_owned()),
            _ => {}
        }
        match alone.settings() {
            Err(Error::InvalidConfig {
                field: named,
                expected,
                ..
            }) if named == field.slug() => Some(expected),
            _ => None,
        }
    }

    /// What is wrong with the form, and in which field that shows.
    pub fn defect(&self) -> Option<(BenchField, Error)> {
        let error = self.settings().err()?;
        let Error::InvalidConfig { field, .. } = &error else {
            return None;
        };
        let shown = BenchField::ALL.into_iter().find(|one| one.slug() == field);
        Some((shown?, error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_untouched_form_is_the_specified_step() {
        assert_eq!(
            BenchForm::default().settings(),
            Ok(BenchSettings::default())
        );
    }

    #[test]
    fn a_defect_names_its_field() {
        let mut form = BenchForm::default();
        form.set_number(BenchField::Width, "130".to_owned());
        assert_eq!(form.defect().unwrap().0, BenchField::Width);
        form.reset_numbers();
        form.set_number(BenchField::Workers, "two".to_owned());
        assert_eq!(form.defect().unwrap().0, BenchField::Workers);
        form.set_number(BenchField::Workers, " 2 ".to_owned());
        assert_eq!(form.settings().unwrap().workers, Some(2));
    }
}
