//! Settings of a training run.

use crate::error::{Error, Result};
use crate::objective::{Objective, ObjectiveKind};
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
}

impl LrSchedule {
    /// The multiplier of the learning rate at `step` (from 0) of `steps`.
    ///
    /// transformers' `get_scheduler`: but for `constant`, warm-up k/w comes first; then 1, (T-k)/(T-w) or
    /// (1 + cos(pi (k-w)/(T-w)))/2.
    pub fn multiplier(self, step: usize, steps: usize, warmup_steps: usize) -> f64 {
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
    /// Rows (pairs, or single completions for KTO) in a micro-batch.
    pub batch_size: usize,
    pub gradient_accumulation_steps: usize,
    /// Optimiser steps.
    pub steps: usize,
    /// In tokens; longer rows are cut from the right.
    pub max_length: usize,
    pub seed: u64,
    /// Keep the order of the rows in every epoch instead of shuffling.
    pub keep_order: bool,
    /// Decay every tensor, biases and LayerNorm gains too.
    pub decay_all: bool,
}

impl TrainSettings {
    /// TRL's defaults for the objective's trainer (DPOConfig, KTOConfig).
    pub fn trl_defaults(kind: ObjectiveKind) -> TrainSettings {
        TrainSettings {
            objective: kind.with_beta(0.1),
            learning_rate: 1e-6,
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
            max_length: 1024,
            seed: 42,
            // KTO's sampler is sequential: the mismatched completion of a row
            // is that of its neighbour.
            keep_order: kind.is_unpaired(),
            decay_all: false,
        }
    }

    /// The page warms up over the first tenth of a run: with Adam's moments still
    /// young, full first steps pull a small model away from what it knows.
    pub fn lab_warmup_steps(steps: usize) -> usize {
        steps / 10
    }

    /// What the page starts with: values that work for the shipped models, whose
    /// learning rate is far above TRL's (made for billions of parameters).
    pub fn lab_defaults(kind: ObjectiveKind) -> TrainSettings {
        TrainSettings {
            objective: kind.with_beta(kind.default_beta()),
            learning_rate: 2e-4,
            steps: 120,
            warmup_steps: TrainSettings::lab_warmup_steps(120),
            batch_size: if kind.is_unpaired() { 16 } else { 8 },
            keep_order: false,
            ..TrainSettings::trl_defaults(kind)
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
        let kto = self.objective.kind().is_unpaired();
        let least_batch = if kto { 2.0 } else { 1.0 };
        at_least(
            "per_device_train_batch_size",
            self.batch_size as f64,
            least_batch,
        )?;
        at_least(
            "gradient_accumulation_steps",
            self.gradient_accumulation_steps as f64,
            1.0,
        )?;
        at_least("max_steps", self.steps as f64, 1.0)?;
        at_least("max_length", self.max_length as f64, 2.0)
    }

    pub fn lr_at(&self, step: usize) -> f64 {
        self.learning_rate
            * self
                .lr_schedule
                .multiplier(step, self.steps, self.warmup_steps)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
