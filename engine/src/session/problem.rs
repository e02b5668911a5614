//! What a run minimises over which rows: an objective and rows of its kind are one value, so
//! that no objective meets rows of another.
//!
//! The rows are a dataset's. Whoever has others to train on (answers that were just sampled)
//! makes the same value of them; a step knows no more than this.

use super::rollouts::{PpoRollout, Rollout};
use super::rows::{FreshPairs, Pairs, SampledRows, Texts, Unpaired};
use crate::batch::Batch;
use crate::kernels::gpu::check_lengths;
use crate::model::Model;
use crate::sequence::{Scope, Sequence};
use crate::text::TokenisedRow;
use tilt_protocol::{
    CpoObjective, DpoObjective, Error, GrpoLoss, GrpoObjective, KtoObjective, Objective,
    OnlineDpoObjective, OnlineObjective, PpoObjective, Result, RlooObjective, RowKind,
    SftObjective, TrainSettings,
};

/// An objective with the rows that it trains on.
pub enum Problem {
    Dpo(DpoObjective, Pairs),
    Kto(KtoObjective, Unpaired),
    Cpo(CpoObjective, Pairs),
    Orpo {
        beta: f64,
        pairs: Pairs,
    },
    Sft(SftObjective, Texts),
    Reward {
        center_rewards_coefficient: Option<f64>,
        pairs: Pairs,
    },
    OnlineDpo(OnlineDpoObjective, FreshPairs),
    Rloo(RlooObjective, Vec<Rollout>),
    Grpo(GrpoObjective, Vec<Rollout>),
    Ppo(PpoObjective, Vec<PpoRollout>),
}

/// A problem's rows, whatever is minimised.
pub enum ProblemRows<'a> {
    Pairs(&'a Pairs),
    Unpaired(&'a Unpaired),
    Texts(&'a Texts),
    Rollouts(&'a [Rollout]),
    Ppo(&'a [PpoRollout]),
}

impl Problem {
    /// The settings' objective over rows of its kind, cut to `max_length` and to the model's
    /// context, both in tokens. The model's device has room for each.
    ///
    /// # Errors
    /// [`Error::NothingToUse`] without rows, [`Error::InvalidConfig`] for rows of the
    /// wrong kind or too long for the device.
    pub fn new(
        rows: Vec<TokenisedRow>,
        settings: &TrainSettings,
        model: &Model,
    ) -> Result<Problem> {
        if rows.is_empty() {
            return Err(no_rows(settings.objective.row_kind()));
        }
        let max_length = settings.max_length.min(model.config.n_positions);
        let problem = match &settings.objective {
            Objective::Dpo(dpo) => Problem::Dpo(dpo.clone(), Pairs::new(rows, max_length)?),
            Objective::Kto(kto) => Problem::Kto(*kto, Unpaired::new(rows, settings, max_length)?),
            Objective::Cpo(cpo) => Problem::Cpo(*cpo, Pairs::new(rows, max_length)?),
            Objective::Orpo { beta } => Problem::Orpo {
                beta: *beta,
                pairs: Pairs::new(rows, max_length)?,
            },
            Objective::Sft(sft) => Problem::Sft(*sft, Texts::new(rows, max_length)?),
            Objective::Reward {
                center_rewards_coefficient,
            } => Problem::Reward {
                center_rewards_coefficient: *center_rewards_coefficient,
                pairs: Pairs::new(rows, max_length)?,
            },
            Objective::Online(online) => {
                let expected = "a trainer of given rows; this one samples its own";
                return Err(Error::invalid("trainer", online.trainer(), expected));
            }
        };
        check_lengths(&model.config, &model.device, problem.longest())?;
        Ok(problem)
    }

    /// An online objective before anything has been sampled.
    ///
    /// # Errors
    /// Those of [`Problem::of_sampled`].
    pub fn without_rows(objective: &OnlineObjective) -> Result<Problem> {
        Problem::of_sampled(
            objective,
            match objective {
                OnlineObjective::OnlineDpo(_) => SampledRows::Pairs(FreshPairs::default()),
                OnlineObjective::Rloo(_) | OnlineObjective::Grpo(_) => {
                    SampledRows::Rollouts(Vec::new())
                }
                OnlineObjective::Ppo(_) => SampledRows::Ppo(Vec::new()),
            },
        )
    }

    /// An online objective over answers that are read back from a file.
    ///
    /// # Errors
    /// [`Error::MalformedFile`] for answers of another objective or with too few numbers.
    pub fn of_sampled(objective: &OnlineObjective, rows: SampledRows) -> Result<Problem> {
        rows.check()?;
        match (objective.clone(), rows) {
            (OnlineObjective::OnlineDpo(online_dpo), SampledRows::Pairs(pairs)) => {
                Ok(Problem::OnlineDpo(online_dpo, pairs))
            }
            (OnlineObjective::Rloo(rloo), SampledRows::Rollouts(rollouts)) => {
                Ok(Problem::Rloo(rloo, rollouts))
            }
            (OnlineObjective::Grpo(grpo), SampledRows::Rollouts(rollouts)) => {
                Ok(Problem::Grpo(grpo, rollouts))
            }
            (OnlineObjective::Ppo(ppo), SampledRows::Ppo(rollouts)) => {
                Ok(Problem::Ppo(ppo, rollouts))
            }
            _ => Err(Error::malformed("checkpoint", "answers of another trainer")),
        }
    }

    /// The rows of an online objective, for a file.
    pub fn sampled_rows(&self) -> Option<SampledRows> {
        match self {
            Problem::OnlineDpo(_, fresh) => Some(SampledRows::Pairs(fresh.clone())),
            Problem::Rloo(_, rollouts) | Problem::Grpo(_, rollouts) => {
                Some(SampledRows::Rollouts(rollouts.clone()))
            }
            Problem::Ppo(_, rollouts) => Some(SampledRows::Ppo(rollouts.clone())),
            Problem::Dpo(..)
            | Problem::Kto(..)
            | Problem::Cpo(..)
            | Problem::Orpo { .. }
            | Problem::Sft(..)
            | Problem::Reward { .. } => None,
        }
    }

    /// Another beta, where the objective has one.
    pub fn set_beta(&mut self, value: f64) {
        match self {
            Problem::Dpo(dpo, _) => dpo.beta = value,
            Problem::Kto(kto, _) => kto.beta = value,
            Problem::Cpo(cpo, _) => cpo.beta = value,
            Problem::Orpo { beta, .. } => *beta = value,
            Problem::OnlineDpo(online_dpo, _) => online_dpo.beta = value,
            // Their KL is in the advantages.
            Problem::Rloo(rloo, _) => rloo.beta = value,
            Problem::Ppo(ppo, _) => ppo.kl_coef = value,
            Problem::Grpo(grpo, _) => grpo.beta = value,
            Problem::Sft(..) | Problem::Reward { .. } => {}
        }
    }

    /// The temperature of the log-probs that the loss is made of.
    pub fn temperature(&self) -> f64 {
        match self {
            Problem::Rloo(rloo, _) => rloo.generation.temperature,
            Problem::Grpo(grpo, _) => grpo.generation.temperature,
            Problem::Ppo(ppo, _) => ppo.generation.temperature,
            _ => 1.0,
        }
    }

    /// True when the loss compares with a frozen reference. Rollouts know what it says of them.
    pub fn needs_reference(&self) -> bool {
        match self {
            Problem::Dpo(..) | Problem::Kto(..) | Problem::OnlineDpo(..) => true,
            Problem::Cpo(..)
            | Problem::Orpo { .. }
            | Problem::Sft(..)
            | Problem::Reward { .. }
            | Problem::Rloo(..)
            | Problem::Grpo(..)
            | Problem::Ppo(..) => false,
        }
    }

    pub fn rows(&self) -> ProblemRows<'_> {
        match self {
            Problem::Dpo(_, pairs)
            | Problem::Cpo(_, pairs)
            | Problem::Orpo { pairs, .. }
            | Problem::Reward { pairs, .. } => ProblemRows::Pairs(pairs),
            Problem::Kto(_, rows) => ProblemRows::Unpaired(rows),
            Problem::Sft(_, texts) => ProblemRows::Texts(texts),
            Problem::OnlineDpo(_, fresh) => ProblemRows::Pairs(&fresh.pairs),
            Problem::Rloo(_, rollouts) | Problem::Grpo(_, rollouts) => {
                ProblemRows::Rollouts(rollouts)
            }
            Problem::Ppo(_, rollouts) => ProblemRows::Ppo(rollouts),
        }
    }

    pub fn len(&self) -> usize {
        match self.rows() {
            ProblemRows::Pairs(pairs) => pairs.sides.len(),
            ProblemRows::Unpaired(rows) => rows.thumbs.len(),
            ProblemRows::Texts(texts) => texts.0.len(),
            ProblemRows::Rollouts(rollouts) => rollouts.len(),
            ProblemRows::Ppo(rollouts) => rollouts.len(),
        }
    }

    /// Tokens of the longest sequence.
    fn longest(&self) -> usize {
        let indices: Vec<usize> = (0..self.len()).collect();
        let sequences = self.sequences(&indices).into_iter();
        let sequences = sequences.chain(self.mismatched(&indices));
        sequences.map(Sequence::len).max().unwrap_or(0)
    }

    /// The sequences of a batch: all chosen, then all rejected; or the completions.
    pub fn sequences(&self, indices: &[usize]) -> Vec<&Sequence> {
        match self.rows() {
            ProblemRows::Pairs(pairs) => {
                let side =
                    |side: usize| indices.iter().map(move |&index| &pairs.sides[index][side]);
                side(0).chain(side(1)).collect()
            }
            ProblemRows::Unpaired(rows) => indices.iter().map(|&i| &rows.thumbs[i].0).collect(),
            ProblemRows::Texts(texts) => indices.iter().map(|&i| &texts.0[i]).collect(),
            ProblemRows::Rollouts(rollouts) => {
                indices.iter().map(|&i| &rollouts[i].sequence).collect()
            }
            ProblemRows::Ppo(rollouts) => indices.iter().map(|&i| &rollouts[i].sequence).collect(),
        }
    }

    /// The batch of these rows' sequences, with what the objective scores of each.
    ///
    /// # Errors
    /// Those of [`Batch::scoped`].
    pub fn batch(&self, indices: &[usize], sequences: &[&Sequence], pad_id: u32) -> Result<Batch> {
        let all = sequences.iter().copied();
        match self {
            Problem::Reward { .. } => Batch::whole(all, pad_id),
            _ => Batch::scoped(all.zip(self.scopes(indices)), pad_id),
        }
    }

    /// What is scored of each of a batch's [`Problem::sequences`].
    fn scopes(&self, indices: &[usize]) -> Vec<Scope> {
        match self {
            // ORPO's supervised part reads the chosen side from its first token.
            Problem::Orpo { .. } => {
                let mut scopes = vec![Scope::Everything; indices.len()];
                scopes.resize(2 * indices.len(), Scope::Completion);
                scopes
            }
            Problem::Dpo(..)
            | Problem::Cpo(..)
            | Problem::Reward { .. }
            | Problem::OnlineDpo(..) => {
                vec![Scope::Completion; 2 * indices.len()]
            }
            Problem::Sft(sft, _) if !sft.completion_only_loss => {
                vec![Scope::Everything; indices.len()]
            }
            Problem::Sft(..)
            | Problem::Kto(..)
            | Problem::Rloo(..)
            | Problem::Grpo(..)
            | Problem::Ppo(..) => {
                vec![Scope::Completion; indices.len()]
            }
        }
    }

    /// The mismatched sequences of a batch; empty but for KTO.
    pub fn mismatched(&self, indices: &[usize]) -> Vec<&Sequence> {
        match self {
            Problem::Kto(_, Unpaired { mismatched, .. }) => indices
                .iter()
                .filter_map(|&index| mismatched.get(index))
                .collect(),
            _ => Vec::new(),
        }
    }

    /// What each micro-batch counts in an optimiser step: all the same, but for losses that
    /// are a mean over the step's tokens.
    pub fn shares(&self, batches: &[Vec<usize>]) -> Vec<f64> {
        let tokens_of = |index: usize| match self {
            Problem::Grpo(grpo, rollouts)
                if matches!(grpo.loss, GrpoLoss::Dapo | GrpoLoss::Cispo) =>
            {
                let rollout = &rollouts[index];
                let scored = Scope::Completion.scored(&rollout.sequence);
                Some(if rollout.is_masked { 0 } else { scored })
            }
            Problem::Sft(..) => {
                let scoped = self.sequences(&[index]).into_iter();
                let scoped = scoped.zip(self.scopes(&[index]));
                Some(scoped.map(|(sequence, scope)| scope.scored(sequence)).sum())
            }
            _ => None,
        };
        let of_batch = |batch: &Vec<usize>| batch.iter().map(|&index| tokens_of(index)).sum();
        let tokens: Option<Vec<usize>> = batches.iter().map(of_batch).collect();
        let Some(tokens) = tokens else {
            return vec![1.0 / batches.len().max(1) as f64; batches.len()];
        };
        let all = tokens.iter().sum::<usize>().max(1) as f64;
        tokens.iter().map(|&tokens| tokens as f64 / all).collect()
    }

    /// Checks that the model's device has room for each row.
    ///
    /// # Errors
    /// [`Error::NothingToUse`] without rows, [`Error::InvalidConfig`] for one that is too long.
    pub fn check_room(&self, model: &Model) -> Result<()> {
        if self.len() == 0 {
            return Err(no_rows(RowKind::Prompts));
        }
        check_lengths(&model.config, &model.device, self.longest())
    }
}

fn no_rows(kind: RowKind) -> Error {
    let (what, advice) = match kind {
        RowKind::Unpaired => ("thumbs", "label some answers good or bad"),
        RowKind::Pairs | RowKind::Texts => (
            "decisive pairs",
            "label some pairs A or B, or let the judge label",
        ),
        RowKind::Prompts => ("rollouts", "give a file with prompts and their completions"),
    };
    Error::NothingToUse {
        what: what.to_owned(),
        purpose: "train on".to_owned(),
        advice: advice.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gpt_config::GptConfig;
    use burn::tensor::Device;
    use tilt_protocol::ObjectiveKind;

    fn row(kind: RowKind) -> TokenisedRow {
        let sequence = || Sequence {
            prompt: vec![1, 2],
            completion: vec![3, 4],
        };
        match kind {
            RowKind::Pairs => TokenisedRow::Pair {
                chosen: sequence(),
                rejected: sequence(),
                margin: None,
            },
            RowKind::Unpaired => TokenisedRow::Unpaired {
                sequence: sequence(),
                desirable: true,
            },
            RowKind::Texts | RowKind::Prompts => TokenisedRow::Text {
                sequence: sequence(),
            },
        }
    }

    #[test]
    fn an_objective_takes_rows_of_its_own_kind_alone() {
        let model = Model::new(GptConfig::new(32, 16, 8, 1, 2), None, &Device::flex());
        for kind in ObjectiveKind::of_given_rows() {
            let settings = TrainSettings::trl_defaults(kind.with_beta(0.1));
            for row_kind in [RowKind::Pairs, RowKind::Unpaired, RowKind::Texts] {
                let rows = (0..4).map(|_| row(row_kind)).collect();
                let problem = Problem::new(rows, &settings, &model);
                let fits = row_kind == kind.row_kind();
                assert_eq!(problem.map(|problem| problem.len()).ok(), fits.then_some(4));
                let mut mixed: Vec<TokenisedRow> = (0..3).map(|_| row(kind.row_kind())).collect();
                mixed.push(row(row_kind));
                assert_eq!(Problem::new(mixed, &settings, &model).is_ok(), fits);
            }
            assert!(Problem::new(Vec::new(), &settings, &model).is_err());
        }
    }
}
