//! How much an online run samples at once, as TRL's trainers do.

use tilt_protocol::{Error, Generation, Objective, OnlineObjective, Result, TrainSettings};

/// How much is sampled at once, and how often it is used.
pub struct Pace {
    pub prompts: usize,
    /// Answers a prompt.
    pub answers: usize,
    /// Rows that they make: one pair, or each its own.
    pub rows: usize,
    /// Passes over the same answers.
    pub iterations: usize,
    pub shuffles_each_pass: bool,
}

impl Pace {
    /// Optimiser steps on the answers of one sampling.
    pub fn steps(&self, settings: &TrainSettings) -> usize {
        let rows = self.prompts.saturating_mul(self.rows);
        settings
            .steps_an_epoch(rows)
            .saturating_mul(self.iterations)
    }
}

/// How the settings' objective samples.
///
/// # Errors
/// [`Error::Internal`] for an objective on given rows.
pub fn generation_of(settings: &TrainSettings) -> Result<&Generation> {
    match &settings.objective {
        Objective::Online(online) => Ok(online.generation()),
        _ => Err(Error::internal("answers for an objective on given rows")),
    }
}

/// TRL's: Online DPO samples two answers to each prompt of a step, or of a round of
/// `steps_per_generation` micro-batches; RLOO and GRPO sample as many answers as these hold; PPO one to each prompt of all its
/// mini-batches, each an optimiser step.
///
/// # Errors
/// [`Error::InvalidConfig`] where batches do not hold whole groups; [`Error::Internal`] for an
/// objective on given rows.
pub fn pace(settings: &TrainSettings) -> Result<Pace> {
    let (batch, accumulation) = (settings.batch_size, settings.gradient_accumulation_steps);
    let reuse = match &settings.objective {
        Objective::Online(OnlineObjective::OnlineDpo(online_dpo)) => {
            let rounds = &online_dpo.rounds;
            let micro_batches = micro_batches(rounds.steps_per_generation, accumulation)?;
            return Ok(Pace {
                prompts: batch.saturating_mul(micro_batches).max(1),
                answers: 2,
                rows: 1,
                iterations: rounds.num_iterations,
                shuffles_each_pass: true,
            });
        }
        Objective::Online(OnlineObjective::Rloo(rloo)) => &rloo.reuse,
        Objective::Online(OnlineObjective::Grpo(grpo)) => &grpo.reuse,
        Objective::Online(OnlineObjective::Ppo(ppo)) => {
            let of_step = batch.saturating_mul(accumulation);
            return Ok(Pace {
                prompts: of_step.saturating_mul(ppo.num_mini_batches).max(1),
                answers: 1,
                rows: 1,
                iterations: ppo.num_ppo_epochs,
                shuffles_each_pass: true,
            });
        }
        _ => return Err(Error::internal("answers for an objective on given rows")),
    };
    let answers = generation_of(settings)?.num_generations;
    let micro_batches = micro_batches(reuse.steps_per_generation, accumulation)?;
    let completions = batch.saturating_mul(micro_batches);
    if completions == 0 || !completions.is_multiple_of(answers) {
        let expected = format!(
            "a divisor of {completions}, the completions of a sampling (per_device_train_batch_size times steps_per_generation)"
        );
        return Err(Error::invalid("num_generations", answers, expected));
    }
    Ok(Pace {
        prompts: completions / answers,
        answers,
        rows: answers,
        iterations: reuse.num_iterations,
        shuffles_each_pass: false,
    })
}

/// Micro-batches of a sampling: those of whole optimiser steps.
fn micro_batches(steps_per_generation: Option<usize>, accumulation: usize) -> Result<usize> {
    let wanted = steps_per_generation.unwrap_or(accumulation);
    if wanted.is_multiple_of(accumulation.max(1)) {
        return Ok(wanted);
    }
    let expected = format!("a multiple of {accumulation}, gradient_accumulation_steps");
    Err(Error::invalid("steps_per_generation", wanted, expected))
}
