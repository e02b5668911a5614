//! Rows as sequences of ids, a type for each kind.

use super::order::UNPAIRED;
use super::rollouts::{PpoRollout, Rollout};
use crate::random::Random;
use crate::sequence::Sequence;
use crate::text::{TokenisedRow, rotate_completions};
use serde::{Deserialize, Serialize};
use tilt_protocol::{Error, Result, TrainSettings};

/// Chosen and rejected, in their file order.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Pairs {
    pub sides: Vec<[Sequence; 2]>,
    /// By how much a reward model's rewards should differ, a number a pair.
    pub margins: Vec<f64>,
}

/// Two answers that were just sampled, the better one chosen.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct FreshPairs {
    pub pairs: Pairs,
    /// Of chosen and rejected, penalties taken off, a line a pair.
    pub scores: Vec<[f64; 2]>,
    /// Whether they end with an end of text.
    pub ends: Vec<[bool; 2]>,
}

/// Completions with a thumb, in their file order or shuffled once, by the seed, before their
/// partners are fixed.
pub struct Unpaired {
    /// With true for a desirable completion.
    pub thumbs: Vec<(Sequence, bool)>,
    /// Row i's prompt with the completion of the row before it in its block of
    /// `batch_size` rows (the first with the last's): for KTO's KL. Empty where the
    /// objective has none.
    pub mismatched: Vec<Sequence>,
}

/// Texts, or prompts with one completion, in their file order.
pub struct Texts(pub Vec<Sequence>);

/// The rows of an online objective.
#[derive(Serialize, Deserialize)]
pub enum SampledRows {
    Pairs(FreshPairs),
    Rollouts(Vec<Rollout>),
    Ppo(Vec<PpoRollout>),
}

impl SampledRows {
    /// Whether each row has all its numbers: a file may say anything.
    ///
    /// # Errors
    /// [`Error::MalformedFile`].
    pub fn check(&self) -> Result<()> {
        let is_whole = match self {
            SampledRows::Pairs(FreshPairs {
                pairs,
                scores,
                ends,
            }) => {
                let rows = pairs.sides.len();
                [pairs.margins.len(), scores.len(), ends.len()] == [rows; 3]
            }
            SampledRows::Rollouts(rollouts) => rollouts.iter().all(Rollout::is_whole),
            SampledRows::Ppo(rollouts) => rollouts.iter().all(PpoRollout::is_whole),
        };
        match is_whole {
            true => Ok(()),
            false => Err(Error::malformed(
                "checkpoint",
                "an answer without all its numbers",
            )),
        }
    }
}

impl Pairs {
    /// # Errors
    /// [`Error::InvalidConfig`] for rows of another kind.
    pub fn new(rows: Vec<TokenisedRow>, max_length: usize) -> Result<Pairs> {
        let (mut sides, mut margins) = (Vec::new(), Vec::new());
        for row in rows {
            let TokenisedRow::Pair {
                chosen,
                rejected,
                margin,
            } = row.cut(max_length)
            else {
                return Err(wrong_kind("pairs (chosen, rejected)"));
            };
            sides.push([chosen, rejected]);
            margins.push(margin.unwrap_or(0.0));
        }
        Ok(Pairs { sides, margins })
    }

    /// The margins of these rows, `[indices.len()]`.
    pub fn margins_of(&self, indices: &[usize]) -> Vec<f64> {
        indices.iter().map(|&index| self.margins[index]).collect()
    }
}

impl Unpaired {
    /// # Errors
    /// [`Error::InvalidConfig`] for rows of another kind, or two that KTO's KL cannot be
    /// estimated from; [`Error::NothingToUse`] for fewer rows than that needs.
    pub fn new(
        rows: Vec<TokenisedRow>,
        settings: &TrainSettings,
        max_length: usize,
    ) -> Result<Unpaired> {
        let mut thumbs = rows
            .into_iter()
            .map(|row| match row {
                TokenisedRow::Unpaired {
                    sequence,
                    desirable,
                } => Ok((sequence, desirable)),
                _ => Err(wrong_kind("single completions with a label")),
            })
            .collect::<Result<Vec<_>>>()?;
        if thumbs.len() < settings.objective.least_rows() {
            return Err(Error::NothingToUse {
                what: "second row".to_owned(),
                purpose: "estimate KTO's KL from a mismatched completion".to_owned(),
                advice: "label at least two answers".to_owned(),
            });
        }
        if !settings.keep_order {
            Random::from_seed_for(settings.seed, UNPAIRED).shuffle(&mut thumbs);
        }
        let mismatched = if settings.objective.needs_mismatched() {
            let whole: Vec<&Sequence> = thumbs.iter().map(|row| &row.0).collect();
            let mut mismatched = rotate_completions(&whole, settings.batch_size);
            if mismatched.iter().any(Sequence::is_empty) {
                return Err(Error::invalid(
                    "data",
                    "an empty completion beside an empty prompt: together they have no token to estimate KTO's KL from",
                    "a token in each completion",
                ));
            }
            for sequence in &mut mismatched {
                sequence.cut(max_length);
            }
            mismatched
        } else {
            Vec::new()
        };
        for (sequence, _) in &mut thumbs {
            sequence.cut(max_length);
        }
        Ok(Unpaired { thumbs, mismatched })
    }

    /// Which of some rows are desirable.
    pub fn desirable(&self, indices: &[usize]) -> Vec<bool> {
        indices.iter().map(|&index| self.thumbs[index].1).collect()
    }
}

impl Texts {
    /// # Errors
    /// [`Error::InvalidConfig`] for rows of another kind.
    pub fn new(rows: Vec<TokenisedRow>, max_length: usize) -> Result<Texts> {
        rows.into_iter()
            .map(|row| match row.cut(max_length) {
                TokenisedRow::Text { sequence } => Ok(sequence),
                _ => Err(wrong_kind("texts, or prompts with one completion")),
            })
            .collect::<Result<_>>()
            .map(Texts)
    }
}

fn wrong_kind(expected: &str) -> Error {
    Error::invalid(
        "data",
        "rows of the other kind",
        format!("{expected}, as the objective needs"),
    )
}
