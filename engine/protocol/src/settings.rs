//! Settings of a training run.

use crate::error::{Error, Result};
use crate::objective::online::OnlineObjective;
use crate::objective::{Objective, RowKind};
use crate::objective_kind::ObjectiveKind;
use crate::principle::Principle;
use crate::reward::Reward;
use serde::{Deserialize, Serialize};

/// How the learning rate moves over the run, under transformers' names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LrSchedule {
    /// The same rate throughout; warm-up does not apply.
    Constant,
    /// Constant after the warm-up.
    ConstantWithWarmup,
    /// To 0 at the last step. TRL's default.
    Linear,
    /// Half a cosine to 0.
    Cosine,
    /// With transformers' default of one cycle: half a cosine to 0.
    CosineWithRestarts,
    /// With transformers' defaults, power 1 and a last rate of 1e-7.
    Polynomial,
    /// 1 / sqrt(k / w); without warm-up w is 10,000.
    InverseSqrt,
}

/// transformers' `lr_end` of the polynomial schedule.
const POLYNOMIAL_LAST_LR: f64 = 1e-7;
/// transformers' timescale of the inverse square root without warm-up, in steps.
const INVERSE_SQRT_TIMESCALE: usize = 10_000;

impl LrSchedule {
    pub const ALL: [LrSchedule; 7] = [
        LrSchedule::Constant,
        LrSchedule::ConstantWithWarmup,
        LrSchedule::Linear,
        LrSchedule::Cosine,
        LrSchedule::CosineWithRestarts,
        LrSchedule::Polynomial,
        LrSchedule::InverseSqrt,
    ];

    /// transformers' name.
    pub fn name(self) -> &'static str {
        match self {
            LrSchedule::Constant => "constant",
            LrSchedule::ConstantWithWarmup => "constant_with_warmup",
            LrSchedule::Linear => "linear",
            LrSchedule::Cosine => "cosine",
            LrSchedule::CosineWithRestarts => "cosine_with_restarts",
            LrSchedule::Polynomial => "polynomial",
            LrSchedule::InverseSqrt => "inverse_sqrt",
        }
    }

    pub fn from_name(name: &str) -> Option<LrSchedule> {
        Self::ALL
            .into_iter()
            .find(|schedule| schedule.name() == name)
    }

    /// The multiplier of `learning_rate` at `step` (from 0) of `steps`, as
    /// transformers' `get_scheduler`: but for `constant`, a warm-up of k/w comes first.
    pub fn multiplier(
        self,
        step: usize,
        steps: usize,
        warmup_steps: usize,
        learning_rate: f64,
    ) -> f64 {
        if self == LrSchedule::Constant {
            return 1.0;
        }
        if step < warmup_steps {
            return step as f64 / warmup_steps as f64;
        }
        let span = steps.saturating_sub(warmup_steps).max(1) as f64;
        let done = (step - warmup_steps) as f64 / span;
        match self {
            LrSchedule::Constant | LrSchedule::ConstantWithWarmup => 1.0,
            LrSchedule::Linear => (1.0 - done).max(0.0),
            LrSchedule::Cosine => (0.5 * (1.0 + (std::f64::consts::PI * done).cos())).max(0.0),
            LrSchedule::CosineWithRestarts if done >= 1.0 => 0.0,
            LrSchedule::CosineWithRestarts => 0.5 * (1.0 + (std::f64::consts::PI * done).cos()),
            LrSchedule::Polynomial => {
                let last = POLYNOMIAL_LAST_LR / learning_rate;
                (1.0 - last) * (1.0 - done).max(0.0) + last
            }
            LrSchedule::InverseSqrt => {
                let timescale = match warmup_steps {
                    0 => INVERSE_SQRT_TIMESCALE,
                    warmup_steps => warmup_steps,
                };
                let shifted = (step + timescale - warmup_steps) as f64;
                1.0 / (shifted / timescale as f64).sqrt()
            }
        }
    }
}

/// TR-DPO (arXiv 2404.09656): every `sync_steps` optimiser steps the reference becomes
/// `mixup_alpha` times the policy plus the rest of itself.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReferenceSync {
    /// TRL's `ref_model_mixup_alpha`.
    pub mixup_alpha: f64,
    /// TRL's `ref_model_sync_steps`.
    pub sync_steps: usize,
}

impl Default for ReferenceSync {
    fn default() -> Self {
        ReferenceSync {
            mixup_alpha: 0.6,
            sync_steps: 512,
        }
    }
}

/// Everything that decides a run, given model and rows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrainSettings {
    pub objective: Objective,
    pub learning_rate: f64,
    pub lr_schedule: LrSchedule,
    pub warmup_steps: usize,
    pub weight_decay: f64,
    pub adam_beta1: f64,
    pub adam_beta2: f64,
    pub adam_epsilon: f64,
    /// Clip the gradient's global L2 norm to this; 0 switches clipping off.
    pub max_grad_norm: f64,
    /// Rows in a micro-batch: pairs, single completions for KTO, for Online DPO prompts, for
    /// RLOO, GRPO and PPO completions.
    pub batch_size: usize,
    pub gradient_accumulation_steps: usize,
    /// Optimiser steps.
    pub steps: usize,
    /// In tokens; longer rows are cut from the right.
    pub max_length: usize,
    pub seed: u64,
    /// What scores the answers of an objective that samples them, each beside what the caller
    /// adds (a reward model).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rewards: Vec<Reward>,
    /// A reference that follows the policy (TR-DPO); `None` freezes it.
    #[serde(default)]
    pub reference_sync: Option<ReferenceSync>,
    /// Keep the order of the rows in every epoch instead of shuffling.
    pub keep_order: bool,
    /// Decay every tensor, biases and LayerNorm gains too.
    pub decay_all: bool,
}

impl TrainSettings {
    /// TRL's defaults for the objective's trainer (`DPOConfig`, `KTOConfig`, ...).
    pub fn trl_defaults(objective: Objective) -> TrainSettings {
        TrainSettings {
            learning_rate: match objective {
                Objective::Sft(_) => 2e-5,
                Objective::Reward { .. } => 1e-4,
                Objective::Online(OnlineObjective::OnlineDpo(_)) => 5e-7,
                Objective::Online(OnlineObjective::Ppo(_)) => 3e-6,
                _ => 1e-6,
            },
            lr_schedule: LrSchedule::Linear,
            warmup_steps: 0,
            weight_decay: 0.0,
            adam_beta1: 0.9,
            adam_beta2: 0.999,
            adam_epsilon: 1e-8,
            max_grad_norm: 1.0,
            batch_size: 8,
            gradient_accumulation_steps: 1,
            steps: 0,
            max_length: match objective {
                Objective::Online(OnlineObjective::OnlineDpo(_)) => 512,
                _ => 1024,
            },
            seed: 42,
            // KTO's sampler is sequential: the mismatched completion of a row
            // is that of its neighbour.
            keep_order: objective.row_kind() == RowKind::Unpaired,
            rewards: Vec::new(),
            reference_sync: None,
            decay_all: false,
            objective,
        }
    }

    /// Optimiser steps in an epoch of so many rows.
    pub fn steps_an_epoch(&self, rows: usize) -> usize {
        rows.div_ceil(self.batch_size.max(1))
            .div_ceil(self.gradient_accumulation_steps.max(1))
    }

    /// The page warms up over the first tenth of a run: with Adam's moments still
    /// young, full first steps pull a small model away from what it knows.
    pub fn lab_warmup_steps(steps: usize) -> usize {
        steps / 10
    }

    /// What the page starts with: values that work for the shipped models.
    ///
    /// The learning rate is far above TRL's (made for billions of parameters), and so is
    /// Adam's epsilon: a small model soon fits its few pairs, and with a small epsilon Adam
    /// would go on taking whole steps along what is left of the gradient, away from the
    /// reference.
    pub fn lab_defaults(kind: ObjectiveKind) -> TrainSettings {
        TrainSettings {
            learning_rate: kind.lab_learning_rate(),
            adam_epsilon: kind.lab_adam_epsilon(),
            steps: kind.lab_steps(),
            warmup_steps: TrainSettings::lab_warmup_steps(kind.lab_steps()),
            batch_size: kind.lab_batch_size(),
            rewards: match kind.samples_answers() {
                true => vec![Reward::of_principle(Principle::Polite)],
                false => Vec::new(),
            },
            keep_order: false,
            ..TrainSettings::trl_defaults(kind.with_beta(kind.default_beta()))
        }
    }

    /// How the page trains the reward model that is to score a run with these settings.
    pub fn of_reward_model(&self) -> TrainSettings {
        TrainSettings {
            seed: self.seed,
            max_length: self.max_length,
            ..TrainSettings::lab_defaults(ObjectiveKind::Reward)
        }
    }

    /// # Errors
    /// [`Error::InvalidConfig`], naming the first field out of its range.
    pub fn check(&self) -> Result<()> {
        self.objective.check()?;
        let at_least = |field: &str, value: f64, least: f64| {
            if value.is_finite() && value >= least {
                Ok(())
            } else {
                Err(Error::invalid(
                    field,
                    value,
                    format!("a number of at least {least}"),
                ))
            }
        };
        let share = |field: &str, value: f64| {
            if (0.0..1.0).contains(&value) {
                Ok(())
            } else {
                Err(Error::invalid(
                    field,
                    value,
                    "a number from 0 up to, not including, 1",
                ))
            }
        };
        at_least("learning_rate", self.learning_rate, 0.0)?;
        at_least("weight_decay", self.weight_decay, 0.0)?;
        share("adam_beta1", self.adam_beta1)?;
        share("adam_beta2", self.adam_beta2)?;
        at_least("adam_epsilon", self.adam_epsilon, 0.0)?;
        at_least("max_grad_norm", self.max_grad_norm, 0.0)?;
        at_least(
            "per_device_train_batch_size",
            self.batch_size as f64,
            self.objective.least_rows() as f64,
        )?;
        at_least(
            "gradient_accumulation_steps",
            self.gradient_accumulation_steps as f64,
            1.0,
        )?;
        at_least("max_steps", self.steps as f64, 1.0)?;
        at_least("max_length", self.max_length as f64, 2.0)?;
        if self.lr_schedule == LrSchedule::Polynomial && self.learning_rate <= POLYNOMIAL_LAST_LR {
            let expected = format!("a number above {POLYNOMIAL_LAST_LR}, polynomial's last rate");
            return Err(Error::invalid(
                "learning_rate",
                self.learning_rate,
                expected,
            ));
        }
        match self.reference_sync {
            None => Ok(()),
            Some(_) if !self.objective.needs_reference() => Err(Error::invalid(
                "sync_ref_model",
                true,
                "false: this objective has no reference",
            )),
            Some(sync) => {
                if !(0.0..=1.0).contains(&sync.mixup_alpha) {
                    let expected = "a number from 0 to 1";
                    return Err(Error::invalid(
                        "ref_model_mixup_alpha",
                        sync.mixup_alpha,
                        expected,
                    ));
                }
                at_least("ref_model_sync_steps", sync.sync_steps as f64, 1.0)
            }
        }
    }

    /// Whether the reference is another model at the end of the run than at its beginning.
    pub fn reference_moves(&self) -> bool {
        self.reference_sync.is_some() || self.renews_reference()
    }

    /// Whether the policy becomes the reference whenever it has answered.
    pub fn renews_reference(&self) -> bool {
        match &self.objective {
            Objective::Online(OnlineObjective::OnlineDpo(online_dpo)) => {
                online_dpo.rounds.renew_reference
            }
            _ => false,
        }
    }

    pub fn lr_at(&self, step: usize) -> f64 {
        self.learning_rate
            * self
                .lr_schedule
                .multiplier(step, self.steps, self.warmup_steps, self.learning_rate)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_step_of_an_epoch_may_be_smaller() {
        let mut settings = TrainSettings::lab_defaults(ObjectiveKind::Dpo);
        settings.batch_size = 2;
        settings.gradient_accumulation_steps = 2;
        assert_eq!(settings.steps_an_epoch(5), 2);
    }

    #[test]
    fn kto_refuses_a_batch_of_one() {
        let mut settings = TrainSettings::lab_defaults(ObjectiveKind::Kto);
        settings.batch_size = 1;
        assert!(
            settings
                .check()
                .unwrap_err()
                .to_string()
                .contains("per_device_train_batch_size")
        );
    }
}
