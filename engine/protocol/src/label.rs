//! What a person or a judge says about two answers, and the training rows that follow.

use crate::dataset::{Content, Example};
use crate::principle::Principle;
use serde::{Deserialize, Serialize};

/// Two answers to one prompt, in the order in which they are shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pair {
    /// Unique among the pairs of a lab, and kept in exports.
    pub id: String,
    pub prompt: String,
    pub answer_a: String,
    pub answer_b: String,
    pub source: PairSource,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "source", rename_all = "snake_case")]
pub enum PairSource {
    /// Came with the page: sampled from `model` beforehand.
    Shipped {
        model: String,
    },
    /// Sampled in this tab.
    Sampled {
        model: String,
        seed: u64,
    },
    Imported {
        file: String,
    },
    Written,
}

/// A judgement of one pair. Values are stable: they are in exports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    A,
    B,
    Tie,
    BothGood,
    BothBad,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum Labeller {
    Person,
    Judge { principle: Principle, noise: f64 },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Label {
    pub pair: Pair,
    pub verdict: Verdict,
    pub labeller: Labeller,
    /// Milliseconds since the Unix epoch.
    pub at_ms: f64,
}

impl Label {
    /// Chosen and rejected, where the verdict is decisive.
    pub fn chosen_rejected(&self) -> Option<(&str, &str)> {
        match self.verdict {
            Verdict::A => Some((&self.pair.answer_a, &self.pair.answer_b)),
            Verdict::B => Some((&self.pair.answer_b, &self.pair.answer_a)),
            Verdict::Tie | Verdict::BothGood | Verdict::BothBad => None,
        }
    }
}

/// One row a decisive label, conversational, for the paired objectives.
pub fn pairs_from_labels(labels: &[Label]) -> Vec<Example> {
    labels
        .iter()
        .filter_map(|label| {
            let (chosen, rejected) = label.chosen_rejected()?;
            Some(Example::Pair {
                prompt: Content::user(&label.pair.prompt),
                chosen: Content::assistant(chosen),
                rejected: Content::assistant(rejected),
                margin: None,
            })
        })
        .collect()
}

/// Two rows a label that is no tie, for KTO: the chosen answer (or both good ones)
/// desirable, the rejected (or both bad ones) undesirable.
pub fn unpaired_from_labels(labels: &[Label]) -> Vec<Example> {
    let mut rows = Vec::new();
    for label in labels {
        let (a, b) = match label.verdict {
            Verdict::A => (true, false),
            Verdict::B => (false, true),
            Verdict::BothGood => (true, true),
            Verdict::BothBad => (false, false),
            Verdict::Tie => continue,
        };
        for (answer, label_value) in [(&label.pair.answer_a, a), (&label.pair.answer_b, b)] {
            rows.push(Example::Unpaired {
                prompt: Content::user(&label.pair.prompt),
                completion: Content::assistant(answer),
                label: label_value,
            });
        }
    }
    rows
}
