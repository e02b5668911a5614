//! The rows of a run as sequences of ids.

use super::order::UNPAIRED;
use crate::kernels::gpu::check_lengths;
use crate::model::Model;
use crate::random::Random;
use crate::sequence::{Scope, Sequence};
use crate::text::{TokenisedRow, rotate_completions};
use tilt_protocol::{Error, Objective, Result, RowKind, SftObjective, TrainSettings};

/// Rows in their file order (unpaired ones without `keep_order`: shuffled once, by the
/// seed, before their partners are fixed).
pub enum Data {
    Pairs {
        /// Chosen and rejected.
        rows: Vec<[Sequence; 2]>,
        /// A reward model's margins.
        margins: Vec<f64>,
    },
    Unpaired {
        /// With true for a desirable completion.
        rows: Vec<(Sequence, bool)>,
        /// Row i's prompt with the completion of the row before it in its block of
        /// `batch_size` rows (the first with the last's): for KTO's KL. Empty where the
        /// objective has none.
        mismatched: Vec<Sequence>,
    },
    Texts {
        rows: Vec<Sequence>,
    },
}

impl Data {
    /// Checks that the rows fit the objective, cuts them to `max_length` and to the model's
    /// context, both in tokens, and checks that its device has room for each.
    ///
    /// # Errors
    /// [`Error::NothingToUse`] without rows, [`Error::InvalidConfig`] for rows of the
    /// wrong kind or too long for the device.
    pub fn new(rows: Vec<TokenisedRow>, settings: &TrainSettings, model: &Model) -> Result<Data> {
        let kind = settings.objective.row_kind();
        if rows.is_empty() {
            let (what, advice) = match kind {
                RowKind::Unpaired => ("thumbs", "label some answers good or bad"),
                RowKind::Pairs | RowKind::Texts => (
                    "decisive pairs",
                    "label some pairs A or B, or let the judge label",
                ),
            };
            return Err(Error::NothingToUse {
                what: what.to_owned(),
                purpose: "train on".to_owned(),
                advice: advice.to_owned(),
            });
        }
        let max_length = settings.max_length.min(model.config.n_positions);
        let data = match kind {
            RowKind::Pairs => pairs(rows, max_length),
            RowKind::Unpaired => unpaired(rows, settings, max_length),
            RowKind::Texts => texts(rows, max_length),
        }?;
        check_lengths(&model.config, &model.device, data.longest())?;
        Ok(data)
    }

    pub fn len(&self) -> usize {
        match self {
            Data::Pairs { rows, .. } => rows.len(),
            Data::Unpaired { rows, .. } => rows.len(),
            Data::Texts { rows } => rows.len(),
        }
    }

    /// Tokens of the longest sequence.
    pub fn longest(&self) -> usize {
        let indices: Vec<usize> = (0..self.len()).collect();
        let sequences = self.sequences(&indices).into_iter();
        let sequences = sequences.chain(self.mismatched(&indices));
        sequences.map(Sequence::len).max().unwrap_or(0)
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The sequences of a batch: all chosen, then all rejected; or the completions.
    pub fn sequences(&self, indices: &[usize]) -> Vec<&Sequence> {
        match self {
            Data::Pairs { rows, .. } => {
                let side = |side: usize| indices.iter().map(move |&index| &rows[index][side]);
                side(0).chain(side(1)).collect()
            }
            Data::Unpaired { rows, .. } => indices.iter().map(|&index| &rows[index].0).collect(),
            Data::Texts { rows } => indices.iter().map(|&index| &rows[index]).collect(),
        }
    }

    /// What is scored of each of a batch's [`Data::sequences`].
    pub fn scopes(&self, indices: &[usize], objective: &Objective) -> Vec<Scope> {
        match (self, objective) {
            // ORPO's supervised part reads the chosen side from its first token.
            (Data::Pairs { .. }, Objective::Orpo { .. }) => {
                let mut scopes = vec![Scope::Everything; indices.len()];
                scopes.resize(2 * indices.len(), Scope::Completion);
                scopes
            }
            (Data::Pairs { .. }, _) => vec![Scope::Completion; 2 * indices.len()],
            (
                _,
                Objective::Sft(SftObjective {
                    completion_only_loss: false,
                    ..
                }),
            ) => vec![Scope::Everything; indices.len()],
            _ => vec![Scope::Completion; indices.len()],
        }
    }

    /// The mismatched sequences of a batch; empty but for KTO.
    pub fn mismatched(&self, indices: &[usize]) -> Vec<&Sequence> {
        match self {
            Data::Unpaired { mismatched, .. } => indices
                .iter()
                .filter_map(|&index| mismatched.get(index))
                .collect(),
            Data::Pairs { .. } | Data::Texts { .. } => Vec::new(),
        }
    }

    /// What each micro-batch counts in an optimiser step: all the same, but for
    /// supervised fine-tuning, whose loss is a mean over the step's tokens.
    pub fn shares(&self, batches: &[Vec<usize>], objective: &Objective) -> Vec<f64> {
        let Data::Texts { .. } = self else {
            return vec![1.0 / batches.len().max(1) as f64; batches.len()];
        };
        let tokens: Vec<usize> = batches
            .iter()
            .map(|batch| {
                let scoped = self.sequences(batch).into_iter();
                let scoped = scoped.zip(self.scopes(batch, objective));
                scoped.map(|(sequence, scope)| scope.scored(sequence)).sum()
            })
            .collect();
        let all = tokens.iter().sum::<usize>().max(1) as f64;
        tokens.iter().map(|&tokens| tokens as f64 / all).collect()
    }
}

fn pairs(rows: Vec<TokenisedRow>, max_length: usize) -> Result<Data> {
    let (mut sequences, mut margins) = (Vec::new(), Vec::new());
    for row in rows {
        let TokenisedRow::Pair {
            chosen,
            rejected,
            margin,
        } = row.cut(max_length)
        else {
            return Err(wrong_kind("pairs (chosen, rejected)"));
        };
        sequences.push([chosen, rejected]);
        margins.push(margin.unwrap_or(0.0));
    }
    Ok(Data::Pairs {
        rows: sequences,
        margins,
    })
}

fn unpaired(rows: Vec<TokenisedRow>, settings: &TrainSettings, max_length: usize) -> Result<Data> {
    let mut rows = rows
        .into_iter()
        .map(|row| match row {
            TokenisedRow::Unpaired {
                sequence,
                desirable,
            } => Ok((sequence, desirable)),
            _ => Err(wrong_kind("single completions with a label")),
        })
        .collect::<Result<Vec<_>>>()?;
    if rows.len() < settings.objective.least_rows() {
        return Err(Error::NothingToUse {
            what: "second row".to_owned(),
            purpose: "estimate KTO's KL from a mismatched completion".to_owned(),
            advice: "label at least two answers".to_owned(),
        });
    }
    if !settings.keep_order {
        Random::from_seed_for(settings.seed, UNPAIRED).shuffle(&mut rows);
    }
    let mismatched = if settings.objective.needs_mismatched() {
        let whole: Vec<&Sequence> = rows.iter().map(|row| &row.0).collect();
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
    for (sequence, _) in &mut rows {
        sequence.cut(max_length);
    }
    Ok(Data::Unpaired { rows, mismatched })
}

fn texts(rows: Vec<TokenisedRow>, max_length: usize) -> Result<Data> {
    let rows = rows
        .into_iter()
        .map(|row| match row.cut(max_length) {
            TokenisedRow::Text { sequence } => Ok(sequence),
            _ => Err(wrong_kind("texts, or prompts with one completion")),
        })
        .collect::<Result<_>>()?;
    Ok(Data::Texts { rows })
}

fn wrong_kind(expected: &str) -> Error {
    Error::invalid(
        "data",
        "rows of the other kind",
        format!("{expected}, as the objective needs"),
    )
}
