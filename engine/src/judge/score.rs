//! Scores of an answer under principles.

use serde::{Deserialize, Serialize};
use tilt_protocol::statistics::{mean, standard_error};
use tilt_protocol::{JudgedReward, Principle};

use super::read::{ReadAttributes, read_attributes};
use crate::world::Length;

/// How well an answer keeps to a principle: 0 or 1, and 0.5 where the principle does not
/// apply. *Short* and *long* go by the class of length: 1 for their own, 0 for the
/// opposite, 0.5 for what lies between.
pub fn score(principle: Principle, prompt: &str, answer: &str) -> f64 {
    score_read(principle, &read_attributes(prompt, answer))
}

/// Mean score of answers, each with its prompt, under every principle; empty without
/// answers.
pub fn rewards<'a>(answers: impl Iterator<Item = (&'a str, &'a str)>) -> Vec<JudgedReward> {
    let read: Vec<ReadAttributes> = answers
        .map(|(prompt, answer)| read_attributes(prompt, answer))
        .collect();
    let of_principle = |principle: Principle| {
        let scores: Vec<f64> = read.iter().map(|r| score_read(principle, r)).collect();
        Some(JudgedReward {
            principle,
            mean: mean(&scores)?,
            standard_error: standard_error(&scores),
        })
    };
    Principle::ALL
        .into_iter()
        .filter_map(of_principle)
        .collect()
}

fn score_read(principle: Principle, read: &ReadAttributes) -> f64 {
    match principle {
        Principle::Short | Principle::Long if read.length == Length::Medium => 0.5,
        binary => match attribute(binary, read) {
            Some(true) => 1.0,
            Some(false) => 0.0,
            None => 0.5,
        },
    }
}

/// Whether a reading has the attribute that a principle prefers: its share
/// among answers is the attribute's plain rate. For *short* and *long* it is
/// the class of length. `None` where the principle does not apply.
pub fn attribute(principle: Principle, read: &ReadAttributes) -> Option<bool> {
    match principle {
        Principle::Truthful => read.truthful,
        Principle::Polite => Some(read.polite),
        Principle::Short => Some(read.length == Length::Short),
        Principle::Long => Some(read.length == Length::Long),
        Principle::Warm => Some(read.warm),
        Principle::Direct => Some(read.direct),
        Principle::Safe => read.should_decline.map(|ought| ought == read.refuses),
        Principle::OnTopic => read.on_topic,
    }
}

/// A weighted sum of principles.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Weighted(pub Vec<(Principle, f64)>);

impl Weighted {
    /// One principle with weight 1.
    pub fn single(principle: Principle) -> Self {
        Self(vec![(principle, 1.0)])
    }

    /// The sum of weight times score.
    pub fn score(&self, prompt: &str, answer: &str) -> f64 {
        let read = read_attributes(prompt, answer);
        self.0
            .iter()
            .map(|&(principle, weight)| weight * score_read(principle, &read))
            .sum()
    }

    /// The principles' slugs with weights other than 1, for example
    /// `truthful + 0.5 polite`; `nothing` without any.
    pub fn name(&self) -> String {
        let terms: Vec<String> = self
            .0
            .iter()
            .map(|&(principle, weight)| match weight {
                1.0 => principle.slug().to_string(),
                weight => format!("{weight} {}", principle.slug()),
            })
            .collect();
        if terms.is_empty() {
            "nothing".into()
        } else {
            terms.join(" + ")
        }
    }

    /// The principles' explanations, one after the other.
    pub fn explanation(&self) -> String {
        let sentences: Vec<&str> = self
            .0
            .iter()
            .map(|(principle, _)| principle.explanation())
            .collect();
        sentences.join(" ")
    }
}

impl From<Principle> for Weighted {
    fn from(principle: Principle) -> Self {
        Self::single(principle)
    }
}
