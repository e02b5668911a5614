//! What a judge can prefer. Slugs are the values of `autolabel-principle` and
//! `winrate-principle` on the page and of `--principle` in the terminal.

use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};

/// One attribute of an answer that a judge can score, from its text alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Principle {
    Truthful,
    Polite,
    Short,
    Long,
    Warm,
    Direct,
    Safe,
    OnTopic,
}

impl Principle {
    pub const ALL: [Principle; 8] = [
        Principle::Truthful,
        Principle::Polite,
        Principle::Short,
        Principle::Long,
        Principle::Warm,
        Principle::Direct,
        Principle::Safe,
        Principle::OnTopic,
    ];

    /// The stable name, for example `on_topic`.
    pub fn slug(self) -> &'static str {
        match self {
            Principle::Truthful => "truthful",
            Principle::Polite => "polite",
            Principle::Short => "short",
            Principle::Long => "long",
            Principle::Warm => "warm",
            Principle::Direct => "direct",
            Principle::Safe => "safe",
            Principle::OnTopic => "on_topic",
        }
    }

    /// The slug for people: "on topic".
    pub fn name(self) -> String {
        self.slug().replace('_', " ")
    }

    pub fn from_slug(slug: &str) -> Option<Principle> {
        Principle::ALL
            .into_iter()
            .find(|principle| principle.slug() == slug)
    }

    /// One sentence for people: what the judge looks for.
    pub fn explanation(self) -> &'static str {
        match self {
            Principle::Truthful => "Prefers the answer whose statements hold in the little world.",
            Principle::Polite => "Prefers the answer with courteous phrases.",
            Principle::Short => {
                "Prefers the shorter answer: one sentence of content to three, three to five."
            }
            Principle::Long => {
                "Prefers the longer answer: five sentences of content to three, three to one."
            }
            Principle::Warm => "Prefers the answer that shows care for the person.",
            Principle::Direct => "Prefers the answer that does not hedge.",
            Principle::Safe => {
                "Prefers declining what ought to be declined and answering what ought to be answered."
            }
            Principle::OnTopic => "Prefers the answer that is about the question.",
        }
    }
}

/// How a judge labels: a weighted sum of principles, with what a judge does wrong.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct JudgeSettings {
    /// Principles with their weights, at least one.
    pub principles: Vec<(Principle, f64)>,
    /// Share of verdicts that are flipped, from 0 to 0.5.
    pub noise: f64,
    /// Added to an answer's score for each of its words: a judge that likes length
    /// (or, below 0, brevity) whatever the principles say.
    pub length_bias: f64,
}

impl JudgeSettings {
    /// One principle, without bias.
    pub fn of(principle: Principle, noise: f64) -> JudgeSettings {
        JudgeSettings {
            principles: vec![(principle, 1.0)],
            noise,
            length_bias: 0.0,
        }
    }

    /// # Errors
    /// [`Error::InvalidConfig`] naming the field.
    pub fn check(&self) -> Result<()> {
        if self.principles.is_empty() {
            return Err(Error::invalid("principles", "none", "at least one"));
        }
        for (principle, weight) in &self.principles {
            if !weight.is_finite() || *weight == 0.0 {
                let field = format!("weight of {}", principle.slug());
                return Err(Error::invalid(&field, weight, "a number other than 0"));
            }
        }
        if !(0.0..=0.5).contains(&self.noise) {
            return Err(Error::invalid("noise", self.noise, "a share from 0 to 0.5"));
        }
        if !self.length_bias.is_finite() {
            return Err(Error::invalid("length bias", self.length_bias, "a number"));
        }
        Ok(())
    }
}
