//! The rows of a run, with the reference's log-probs of each, computed once.

use crate::batch::Sequence;
use crate::gpt::Gpt;
use crate::logps;
use crate::loss::{CompletionLogp, PairLogps};
use crate::random::Random;
use crate::text::TokenisedRow;
use tilt_protocol::{Error, Objective, Result, TrainSettings};

/// Sequences that one scoring pass takes at once.
const SCORING_BATCH: usize = 32;

/// Rows in their file order (KTO without `keep_order`: shuffled once, by the seed).
pub enum Data {
    Pairs {
        rows: Vec<(Sequence, Sequence)>,
        reference: PairLogps,
    },
    Unpaired {
        rows: Vec<(Sequence, bool)>,
        /// Row i's prompt with the completion of the row before it in its block of
        /// `batch_size` rows (the first with the last's): for KTO's KL.
        mismatched: Vec<Sequence>,
        reference: Vec<CompletionLogp>,
        reference_mismatched: Vec<CompletionLogp>,
    },
}

impl Data {
    /// Checks that the rows fit the objective and scores them under the reference.
    ///
    /// # Errors
    /// [`Error::NothingToUse`] without rows, [`Error::InvalidConfig`] for rows of the
    /// wrong kind, [`Error::Device`] when the device was lost.
    pub async fn prepare(
        rows: Vec<TokenisedRow>,
        settings: &TrainSettings,
        reference: &Gpt,
        pad_id: u32,
    ) -> Result<Data> {
        let unpaired = settings.objective.kind().is_unpaired();
        if rows.is_empty() {
            let (what, advice) = if unpaired {
                ("thumbs", "label some answers good or bad")
            } else {
                (
                    "decisive pairs",
                    "label some pairs A or B, or let the judge label",
                )
            };
            return Err(Error::NothingToUse {
                what: what.to_owned(),
                purpose: "train on".to_owned(),
                advice: advice.to_owned(),
            });
        }
        let max_length = settings.max_length.min(reference.config().n_positions);
        if unpaired {
            Self::prepare_unpaired(rows, settings, max_length, reference, pad_id).await
        } else {
            let rows = rows.into_iter().map(|row| row.cut(max_length)).collect();
            Self::prepare_pairs(rows, reference, pad_id).await
        }
    }

    async fn prepare_pairs(rows: Vec<TokenisedRow>, reference: &Gpt, pad_id: u32) -> Result<Data> {
        let rows = rows
            .into_iter()
            .map(|row| match row {
                TokenisedRow::Pair { chosen, rejected } => Ok((chosen, rejected)),
                TokenisedRow::Unpaired { .. } => Err(wrong_kind("pairs (chosen, rejected)")),
            })
            .collect::<Result<Vec<_>>>()?;
        let sequences: Vec<&Sequence> = rows
            .iter()
            .map(|row| &row.0)
            .chain(rows.iter().map(|row| &row.1))
            .collect();
        let mut chosen = logps::score(reference, &sequences, SCORING_BATCH, pad_id).await?;
        let rejected = chosen.split_off(rows.len());
        Ok(Data::Pairs {
            rows,
            reference: PairLogps { chosen, rejected },
        })
    }

    async fn prepare_unpaired(
        rows: Vec<TokenisedRow>,
        settings: &TrainSettings,
        max_length: usize,
        reference: &Gpt,
        pad_id: u32,
    ) -> Result<Data> {
        let mut rows = rows
            .into_iter()
            .map(|row| match row {
                TokenisedRow::Unpaired {
                    sequence,
                    desirable,
                } => Ok((sequence, desirable)),
                TokenisedRow::Pair { .. } => Err(wrong_kind("single completions with a label")),
            })
            .collect::<Result<Vec<_>>>()?;
        if rows.len() < 2 && matches!(settings.objective, Objective::Kto { .. }) {
            return Err(Error::NothingToUse {
                what: "second row".to_owned(),
                purpose: "estimate KTO's KL from a mismatched completion".to_owned(),
                advice: "label at least two answers".to_owned(),
            });
        }
        if !settings.keep_order {
            Random::from_seed_for(settings.seed, "unpaired rows").shuffle(&mut rows);
        }
        let mismatched = rotate_completions(&rows, settings.batch_size, max_length);
        rows.iter_mut()
            .for_each(|(sequence, _)| sequence.cut(max_length));
        let own: Vec<&Sequence> = rows.iter().map(|row| &row.0).collect();
        let reference_own = logps::score(reference, &own, SCORING_BATCH, pad_id).await?;
        let others: Vec<&Sequence> = mismatched.iter().collect();
        let reference_mismatched = logps::score(reference, &others, SCORING_BATCH, pad_id).await?;
        Ok(Data::Unpaired {
            rows,
            mismatched,
            reference: reference_own,
            reference_mismatched,
        })
    }

    pub fn len(&self) -> usize {
        match self {
            Data::Pairs { rows, .. } => rows.len(),
            Data::Unpaired { rows, .. } => rows.len(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The sequences of a batch: all chosen, then all rejected; or the completions.
    pub fn sequences(&self, indices: &[usize]) -> Vec<&Sequence> {
        match self {
            Data::Pairs { rows, .. } => indices
                .iter()
                .map(|&index| &rows[index].0)
                .chain(indices.iter().map(|&index| &rows[index].1))
                .collect(),
            Data::Unpaired { rows, .. } => indices.iter().map(|&index| &rows[index].0).collect(),
        }
    }

    /// The mismatched sequences of a batch; empty for pairs.
    pub fn mismatched(&self, indices: &[usize]) -> Vec<&Sequence> {
        match self {
            Data::Pairs { .. } => Vec::new(),
            Data::Unpaired { mismatched, .. } => {
                indices.iter().map(|&index| &mismatched[index]).collect()
            }
        }
    }
}

/// TRL's mismatch: inside each consecutive block, completions rotate by one.
fn rotate_completions(rows: &[(Sequence, bool)], block: usize, max_length: usize) -> Vec<Sequence> {
    let mut mismatched = Vec::with_capacity(rows.len());
    for block in rows.chunks(block.max(1)) {
        for (position, (row, _)) in block.iter().enumerate() {
            let before = (position + block.len() - 1) % block.len();
            let mut sequence = Sequence {
                prompt: row.prompt.clone(),
                completion: block[before].0.completion.clone(),
            };
            sequence.cut(max_length);
            mismatched.push(sequence);
        }
    }
    mismatched
}

fn wrong_kind(expected: &str) -> Error {
    Error::invalid(
        "data",
        "rows of the other kind",
        format!("{expected}, as the objective needs"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn completions_rotate_inside_each_block() {
        let row = |id: u32| {
            (
                Sequence {
                    prompt: vec![id],
                    completion: vec![id + 10, id + 20],
                },
                true,
            )
        };
        let rows: Vec<_> = (0..5).map(row).collect();
        let mismatched = rotate_completions(&rows, 3, 2);
        let partners: Vec<u32> = mismatched.iter().map(|m| m.completion[0] - 10).collect();
        assert_eq!(partners, vec![2, 0, 1, 4, 3]);
        assert!(mismatched.iter().all(|m| m.len() == 2), "cut to max_length");
    }
}
