//! The auto-label form: texts as typed, and the judge they describe.

use crate::texts::judge as texts;
use crate::texts::numbers::{quoted, typed_number};
use tilt_protocol::{Error, JudgeSettings, Principle};

/// A further principle of the judge.
#[derive(Clone, Debug, PartialEq)]
pub struct OtherPrinciple {
    /// Tells rows apart while they come and go.
    pub id: usize,
    pub principle: Principle,
    pub weight: String,
}

/// The auto-label form, as typed.
#[derive(Clone, Debug, PartialEq)]
pub struct AutolabelForm {
    /// The main one, with weight 1.
    pub principle: Principle,
    pub others: Vec<OtherPrinciple>,
    pub count: String,
    pub noise: String,
    pub length_bias: String,
}

impl Default for AutolabelForm {
    fn default() -> Self {
        AutolabelForm {
            principle: Principle::Polite,
            others: Vec::new(),
            count: "64".to_owned(),
            noise: "0".to_owned(),
            length_bias: "0".to_owned(),
        }
    }
}

impl AutolabelForm {
    /// Adds the first principle that is not in the list yet, with weight 1.
    pub fn add_other(&mut self) {
        let is_taken = |principle: Principle| {
            principle == self.principle
                || self.others.iter().any(|other| other.principle == principle)
        };
        let principle = Principle::ALL
            .into_iter()
            .find(|principle| !is_taken(*principle))
            .unwrap_or(self.principle);
        let id = self.others.iter().map(|other| other.id + 1).max();
        self.others.push(OtherPrinciple {
            id: id.unwrap_or(0),
            principle,
            weight: "1".to_owned(),
        });
    }

    pub fn remove_other(&mut self, id: usize) {
        self.others.retain(|other| other.id != id);
    }

    pub fn other_mut(&mut self, id: usize) -> Option<&mut OtherPrinciple> {
        self.others.iter_mut().find(|other| other.id == id)
    }

    /// How many pairs to label.
    ///
    /// # Errors
    /// [`Error::InvalidConfig`] naming the field.
    pub fn count(&self) -> Result<usize, Error> {
        let count = self.count.trim().parse::<usize>().ok();
        count
            .filter(|count| (1..=4096).contains(count))
            .ok_or_else(|| {
                Error::invalid(texts::PAIRS_TO_LABEL, quoted(&self.count), texts::A_COUNT)
            })
    }

    /// The judge that the form describes, its main principle first.
    ///
    /// # Errors
    /// [`Error::InvalidConfig`] naming the field.
    pub fn judge(&self) -> Result<JudgeSettings, Error> {
        let noise = typed_number(&self.noise).filter(|noise| (0.0..=0.5).contains(noise));
        let noise = noise
            .ok_or_else(|| Error::invalid(texts::NOISE, quoted(&self.noise), texts::A_NOISE))?;
        let mut judge = JudgeSettings::of(self.principle, noise);
        for other in &self.others {
            let weight = typed_number(&other.weight).filter(|weight| *weight != 0.0);
            let weight = weight.ok_or_else(|| {
                Error::invalid(
                    &texts::weight_of(other.principle.slug()),
                    quoted(&other.weight),
                    texts::A_WEIGHT,
                )
            })?;
            judge.principles.push((other.principle, weight));
        }
        judge.length_bias = typed_number(&self.length_bias).ok_or_else(|| {
            Error::invalid(
                texts::LENGTH_BIAS,
                quoted(&self.length_bias),
                texts::A_LENGTH_BIAS,
            )
        })?;
        judge.check()?;
        Ok(judge)
    }
}

/// A judge in few words: "polite + 0.5 truthful, 0.05 per word".
pub fn judge_in_words(judge: &JudgeSettings) -> String {
    let mut words = String::new();
    for (index, (principle, weight)) in judge.principles.iter().enumerate() {
        if index > 0 {
            words += if *weight < 0.0 { " \u{2212} " } else { " + " };
        }
        if weight.abs() != 1.0 {
            words += &format!("{} ", weight.abs());
        }
        words += &principle.name();
    }
    if judge.length_bias != 0.0 {
        let bias = judge.length_bias.to_string().replace('-', "\u{2212}");
        words += &texts::per_word(&bias);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_becomes_a_judge() {
        let mut form = AutolabelForm::default();
        assert_eq!(form.judge(), Ok(JudgeSettings::of(Principle::Polite, 0.0)));
        form.add_other();
        form.add_other();
        assert_ne!(form.others[0].principle, form.others[1].principle);
        assert_ne!(form.others[0].principle, Principle::Polite);
        if let Some(other) = form.other_mut(1) {
            other.principle = Principle::Short;
            other.weight = " \u{2212}0.5".to_owned();
        }
        form.length_bias = "0.05".to_owned();
        let judge = form.judge().expect("a judge");
        assert_eq!(judge.principles[0], (Principle::Polite, 1.0));
        assert_eq!(judge.principles[2], (Principle::Short, -0.5));
        assert_eq!(
            judge_in_words(&judge),
            "polite + truthful \u{2212} 0.5 short, 0.05 per word"
        );
        form.remove_other(0);
        assert_eq!(form.others.len(), 1);
    }

    #[test]
    fn what_is_no_number_names_its_field() {
        let named = |form: &AutolabelForm| match form.judge() {
            Err(error) => error.to_string(),
            Ok(_) => String::new(),
        };
        let mut form = AutolabelForm {
            noise: "lots".to_owned(),
            ..AutolabelForm::default()
        };
        assert!(named(&form).contains("noise"));
        form.noise = "0.1".to_owned();
        form.length_bias = "NaN".to_owned();
        assert!(named(&form).contains("length bias"));
        form.length_bias = "0".to_owned();
        form.add_other();
        form.others[0].weight = "0".to_owned();
        assert!(named(&form).contains("weight of truthful"));
        form.count = "-3".to_owned();
        assert!(form.count().is_err());
    }
}
