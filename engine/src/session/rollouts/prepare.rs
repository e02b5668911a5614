//! From rollouts to what is minimised over them: the models read the answers, rewards become
//! advantages.

use super::rows::{is_truncated, kept, sequence};
use super::statistics::{log_lengths, log_rewards};
use super::{PpoRollout, Rollout, pairs};
use crate::logps::token_logps_of;
use crate::loss::online::{group_advantages, k1, leave_one_out, total_rewards};
use crate::model::Model;
use crate::sequence::Sequence;
use crate::session::critic::Critic;
use crate::session::problem::Problem;
use crate::session::temperature::tempered;
use burn::tensor::Tensor;
use tilt_protocol::dataset::RolloutRow;
use tilt_protocol::{
    Error, GrpoObjective, Metrics, Objective, OnlineObjective, Result, RlooObjective,
    TrainSettings, metrics,
};

/// What a loss compares the policy with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// Itself, where the rollouts do not say: one pass right after the sampling.
    Nothing,
    /// What it says of the answers now: several steps on the same ones.
    OldLogps,
}

/// Rollouts that passed [`super::check_rollouts`], with what is known of them.
pub struct Sampled<'a> {
    pub rows: &'a [RolloutRow],
    /// Of the reward functions; those without a name have a number.
    pub names: &'a [String],
    /// One a reward function; `None`: as the settings say.
    pub weights: Option<&'a [f64]>,
    pub keep: Keep,
    /// PPO's value model.
    pub critic: Option<&'a Critic>,
}

/// Rollouts that can be trained on.
pub struct Prepared {
    pub problem: Problem,
    /// In row order, where the objective has them.
    pub advantages: Option<Vec<f64>>,
    /// Of the sampling as a whole, under TRL's names.
    pub metrics: Metrics,
    /// Sequences that policy and reference have read for it.
    pub passes: usize,
}

/// The settings' objective over rollouts.
///
/// # Errors
/// [`Error::InvalidConfig`] for PPO without a value model, [`Error::NonFinite`] for an answer
/// that PPO or Online DPO cannot score, [`Error::Device`] when the device was lost.
pub async fn prepare(
    model: &Model,
    policy: &Tensor<1>,
    reference: &Tensor<1>,
    sampled: &Sampled<'_>,
    settings: &TrainSettings,
) -> Result<Prepared> {
    let Sampled { rows, keep, .. } = *sampled;
    let config = &model.config;
    match &settings.objective {
        Objective::Online(OnlineObjective::OnlineDpo(online_dpo)) => {
            let max_length = settings.max_length.min(config.n_positions);
            let weights = sampled.weights.or(online_dpo.reward_weights.as_deref());
            let fresh = pairs::pairs(rows, online_dpo, weights, config, max_length)?;
            let problem = Problem::OnlineDpo(online_dpo.clone(), fresh);
            Ok(Prepared {
                problem,
                advantages: None,
                metrics: Metrics::default(),
                passes: 0,
            })
        }
        Objective::Online(online @ OnlineObjective::Rloo(rloo)) => {
            let inputs = Inputs::new(model, sampled, online, settings.batch_size);
            inputs.rloo(rloo, policy, reference, keep).await
        }
        Objective::Online(online @ OnlineObjective::Grpo(grpo)) => {
            let inputs = Inputs::new(model, sampled, online, settings.batch_size);
            inputs.grpo(grpo, policy, reference, keep).await
        }
        Objective::Online(online @ OnlineObjective::Ppo(ppo)) => {
            let Some(critic) = sampled.critic else {
                let expected = "online_dpo, rloo or grpo: PPO's loss also takes a value model's numbers, which rollouts do not hold";
                return Err(Error::invalid("trainer", "ppo", expected));
            };
            let mut inputs = Inputs::new(model, sampled, online, settings.batch_size);
            let rows = inputs.ppo(ppo, policy, reference, critic).await?;
            let advantages = rows.iter().map(PpoRollout::mean_advantage).collect();
            Ok(Prepared {
                problem: Problem::Ppo(ppo.clone(), rows),
                advantages: Some(advantages),
                metrics: inputs.metrics,
                passes: inputs.passes,
            })
        }
        _ => Err(Error::internal("rollouts for an objective on given rows")),
    }
}

/// Rollouts one completion after another.
pub(super) struct Inputs<'a> {
    pub(super) model: &'a Model,
    temperature: f64,
    pub(super) batch_size: usize,
    pub(super) sequences: Vec<Sequence>,
    is_masked: Vec<bool>,
    /// How many completions each row has.
    groups: Vec<usize>,
    rewards: Vec<Vec<Option<f64>>>,
    pub(super) totals: Vec<Option<f64>>,
    /// Given in place of rewards.
    advantages: Option<Vec<f64>>,
    old_logps: Vec<Option<Vec<f64>>>,
    pub(super) metrics: Metrics,
    /// Sequences read so far.
    pub(super) passes: usize,
}

impl<'a> Inputs<'a> {
    fn new(
        model: &'a Model,
        sampled: &Sampled<'_>,
        online: &OnlineObjective,
        batch_size: usize,
    ) -> Inputs<'a> {
        let (config, rows) = (&model.config, sampled.rows);
        let masks = match online {
            OnlineObjective::Rloo(rloo) => rloo.reuse.mask_truncated_completions,
            OnlineObjective::Grpo(grpo) => grpo.reuse.mask_truncated_completions,
            OnlineObjective::OnlineDpo(_) | OnlineObjective::Ppo(_) => false,
        };
        let of_rows = rows
            .iter()
            .flat_map(|row| row.completions.iter().map(move |one| (&row.prompt, one)));
        let (mut sequences, mut old_logps, mut rewards) = (Vec::new(), Vec::new(), Vec::new());
        let mut advantages: Option<Vec<f64>> = Some(Vec::new());
        for (prompt, completion) in of_rows {
            let length = kept(&completion.ids, config);
            sequences.push(sequence(prompt, completion, config));
            let old = completion.old_logps.as_ref();
            old_logps.push(old.map(|logps| logps[..length.min(logps.len())].to_vec()));
            rewards.push(completion.rewards.clone());
            advantages = advantages.zip(completion.advantage).map(|(mut all, one)| {
                all.push(one);
                all
            });
        }
        let is_masked = sequences
            .iter()
            .map(|sequence| masks && is_truncated(&sequence.completion, config))
            .collect();
        let weights = sampled.weights.or(online.reward_weights());
        let totals = total_rewards(&rewards, weights);
        let mut metrics = Metrics::default();
        log_lengths(&mut metrics, &sequences, config);
        if advantages.is_none() {
            log_rewards(&mut metrics, sampled.names, &rewards, &totals);
        }
        Inputs {
            model,
            temperature: online.temperature(),
            batch_size,
            sequences,
            is_masked,
            groups: rows.iter().map(|row| row.completions.len()).collect(),
            rewards,
            totals,
            advantages,
            old_logps,
            metrics,
            passes: 0,
        }
    }

    /// Of each completion's tokens at the sampling's temperature, nats.
    pub(super) async fn logps(&mut self, arena: &Tensor<1>) -> Result<Vec<Vec<f64>>> {
        let arena = tempered(self.model, arena, self.temperature);
        let sequences: Vec<&Sequence> = self.sequences.iter().collect();
        self.passes += sequences.len();
        token_logps_of(self.model, &arena, &sequences, self.batch_size).await
    }

    /// Those of the reference, or empty lists without one.
    async fn reference_logps(&mut self, reference: &Tensor<1>, beta: f64) -> Result<Vec<Vec<f64>>> {
        match beta == 0.0 {
            true => Ok(vec![Vec::new(); self.sequences.len()]),
            false => self.logps(reference).await,
        }
    }

    async fn grpo(
        mut self,
        objective: &GrpoObjective,
        policy: &Tensor<1>,
        reference: &Tensor<1>,
        keep: Keep,
    ) -> Result<Prepared> {
        let reference = self.reference_logps(reference, objective.beta).await?;
        if keep == Keep::OldLogps {
            self.fill_old(policy).await?;
        }
        let advantages = match self.advantages.take() {
            Some(advantages) => advantages,
            None => {
                let found = group_advantages(&self.totals, &self.groups, objective.scale_rewards);
                self.log_constant(found.frac_reward_zero_std);
                found.advantages
            }
        };
        let objective = objective.clone();
        Ok(self.prepared(advantages, reference, |rows| Problem::Grpo(objective, rows)))
    }

    async fn rloo(
        mut self,
        objective: &RlooObjective,
        policy: &Tensor<1>,
        reference: &Tensor<1>,
        keep: Keep,
    ) -> Result<Prepared> {
        let reference = self.reference_logps(reference, objective.beta).await?;
        let mut penalties = Vec::new();
        if objective.beta != 0.0 {
            let sampled = match self.old_logps.iter().cloned().collect() {
                Some(given) => given,
                None => self.logps(policy).await?,
            };
            let kl = self.log_kl(&sampled, &reference);
            penalties = kl.into_iter().map(|kl| objective.beta * kl).collect();
        }
        if keep == Keep::OldLogps {
            self.fill_old(policy).await?;
        }
        let advantages = match self.advantages.take() {
            Some(advantages) => advantages,
            None => {
                let found = leave_one_out(
                    &self.totals,
                    &self.groups,
                    objective.reward_clip_range,
                    &penalties,
                    objective.normalize_advantages,
                );
                self.log_constant(found.frac_reward_zero_std);
                found.advantages
            }
        };
        let objective = objective.clone();
        Ok(self.prepared(advantages, reference, |rows| Problem::Rloo(objective, rows)))
    }

    async fn fill_old(&mut self, policy: &Tensor<1>) -> Result<()> {
        if self.old_logps.iter().any(Option::is_none) {
            let now = self.logps(policy).await?;
            for (old, now) in self.old_logps.iter_mut().zip(now) {
                old.get_or_insert(now);
            }
        }
        Ok(())
    }

    fn log_constant(&mut self, share: f64) {
        if !self.rewards.is_empty() {
            self.metrics.set(metrics::FRAC_REWARD_ZERO_STD, share);
        }
    }

    /// The log-ratio of each completion, nats, summed over the tokens that count; logs its
    /// mean over all of these.
    fn log_kl(&mut self, sampled: &[Vec<f64>], reference: &[Vec<f64>]) -> Vec<f64> {
        let (mut of_each, mut tokens) = (Vec::new(), 0);
        let rows = sampled.iter().zip(reference).zip(&self.is_masked);
        for ((sampled, reference), is_masked) in rows {
            let sampled = Rollout::tail(sampled, reference.len());
            let ratios = sampled.iter().zip(reference);
            let sum: f64 = ratios
                .map(|(sampled, reference)| k1(*sampled, *reference))
                .sum();
            of_each.push(if *is_masked { 0.0 } else { sum });
            tokens += if *is_masked { 0 } else { reference.len() };
        }
        let kl = of_each.iter().sum::<f64>() / tokens.max(1) as f64;
        self.metrics.set(metrics::KL, kl);
        of_each
    }

    fn prepared(
        self,
        advantages: Vec<f64>,
        reference: Vec<Vec<f64>>,
        problem: impl FnOnce(Vec<Rollout>) -> Problem,
    ) -> Prepared {
        let rows = self.sequences.into_iter().zip(self.is_masked);
        let rows = rows.zip(self.old_logps).zip(reference).zip(&advantages);
        let rows = rows.map(
            |((((sequence, is_masked), old_logps), reference_logps), &advantage)| Rollout {
                sequence,
                is_masked,
                advantage,
                old_logps,
                reference_logps,
            },
        );
        Prepared {
            problem: problem(rows.collect()),
            metrics: self.metrics,
            advantages: Some(advantages),
            passes: self.passes,
        }
    }
}
