//! The objectives on the policy's own answers under TRL's field names.

use super::fields::Fields;
use super::loss_parameters::{loss_parameter, read_dpo_term};
use crate::error::{Error, Result};
use crate::objective::online::{
    ClipRange, Generation, GrpoLoss, GrpoObjective, ImportanceSamplingLevel, KlEstimator,
    OnlineDpoObjective, OnlineObjective, PpoObjective, Reuse, RlooObjective, Rounds, ScaleRewards,
    StopToken,
};
use serde_json::{Map, Value, json};

/// TRL's name for the length of an answer.
const COMPLETION_LENGTH: &str = "max_completion_length";
/// The same in its Online DPO trainer, which reads [`COMPLETION_LENGTH`] here too.
const NEW_TOKENS: &str = "max_new_tokens";
/// The same in its PPO trainer.
const RESPONSE_LENGTH: &str = "response_length";

/// The objective of an online trainer; `None` for another trainer.
///
/// # Errors
/// [`Error::InvalidConfig`] naming the field.
pub fn read(fields: &Fields, trainer: &str) -> Result<Option<OnlineObjective>> {
    Ok(Some(match trainer {
        "online_dpo" => OnlineObjective::OnlineDpo(read_online_dpo(fields)?),
        "rloo" => OnlineObjective::Rloo(read_rloo(fields)?),
        "grpo" => OnlineObjective::Grpo(read_grpo(fields)?),
        "ppo" => OnlineObjective::Ppo(read_ppo(fields)?),
        _ => return Ok(None),
    }))
}

/// Whether the file says how long an answer may be.
pub fn has_completion_length(fields: &Fields, objective: &OnlineObjective) -> bool {
    let names: &[&str] = match objective {
        OnlineObjective::OnlineDpo(_) => &[NEW_TOKENS, COMPLETION_LENGTH],
        OnlineObjective::Rloo(_) | OnlineObjective::Grpo(_) => &[COMPLETION_LENGTH],
        OnlineObjective::Ppo(_) => &[RESPONSE_LENGTH],
    };
    names.iter().any(|name| fields.is_given(name))
}

fn read_online_dpo(fields: &Fields) -> Result<OnlineDpoObjective> {
    let default = OnlineDpoObjective::default();
    let name = fields.name("loss_type", default.loss.loss_type())?;
    Ok(OnlineDpoObjective {
        loss: read_dpo_term(fields, &name)?,
        beta: read_beta(fields, default.beta)?,
        missing_eos_penalty: fields.optional_number("missing_eos_penalty")?,
        reward_weights: fields.numbers("reward_weights")?,
        rounds: Rounds {
            steps_per_generation: read_steps_per_generation(fields)?,
            num_iterations: fields.count("num_iterations", default.rounds.num_iterations)?,
            renew_reference: fields.flag("renew_reference")?,
        },
        generation: Generation {
            max_completion_length: new_tokens(fields, default.generation.max_completion_length)?,
            ..read_sampling(fields, default.generation)?
        },
    })
}

/// TRL's Online DPO has a list, one beta an epoch.
fn read_beta(fields: &Fields, default: f64) -> Result<f64> {
    match fields.get("beta") {
        Some(Value::Array(_)) => match fields.numbers("beta")?.as_deref() {
            Some([only]) => Ok(*only),
            other => {
                let found = format!("{} numbers", other.map_or(0, <[f64]>::len));
                Err(Error::invalid(
                    "beta",
                    found,
                    "one number, for the whole run",
                ))
            }
        },
        _ => fields.number("beta", default),
    }
}

fn new_tokens(fields: &Fields, default: usize) -> Result<usize> {
    let length = fields.count(COMPLETION_LENGTH, default)?;
    let new_tokens = fields.count(NEW_TOKENS, length)?;
    if fields.get(COMPLETION_LENGTH).is_some() && new_tokens != length {
        let expected = format!("{length}, as {COMPLETION_LENGTH} is");
        return Err(Error::invalid(NEW_TOKENS, new_tokens, expected));
    }
    Ok(new_tokens)
}

fn read_rloo(fields: &Fields) -> Result<RlooObjective> {
    let default = RlooObjective::default();
    let clip_range = match fields.numbers("reward_clip_range")?.as_deref() {
        None => None,
        Some(&[least, most]) => Some([least, most]),
        Some(other) => {
            let found = format!("{} numbers", other.len());
            let expected = "two numbers, the smaller one first";
            return Err(Error::invalid("reward_clip_range", found, expected));
        }
    };
    Ok(RlooObjective {
        beta: fields.number("beta", default.beta)?,
        clip: read_clip(fields, default.clip)?,
        normalize_advantages: fields.flag("normalize_advantages")?,
        reward_clip_range: clip_range,
        reuse: read_reuse(fields)?,
        generation: read_generation(fields, default.generation)?,
    })
}

fn read_grpo(fields: &Fields) -> Result<GrpoObjective> {
    let default = GrpoObjective::default();
    let loss = fields.name("loss_type", default.loss.loss_type())?;
    let level = fields.name(
        "importance_sampling_level",
        default.importance_sampling_level.name(),
    )?;
    Ok(GrpoObjective {
        loss: fields.named("loss_type", &loss, &GrpoLoss::ALL, GrpoLoss::loss_type)?,
        beta: fields.number("beta", default.beta)?,
        clip: read_clip(fields, default.clip)?,
        delta: fields.optional_number("delta")?,
        importance_sampling_level: fields.named(
            "importance_sampling_level",
            &level,
            &ImportanceSamplingLevel::ALL,
            |level| level.name(),
        )?,
        use_bias_correction_kl: fields
            .optional_flag("use_bias_correction_kl")?
            .unwrap_or(default.use_bias_correction_kl),
        scale_rewards: read_scale(fields, default.scale_rewards)?,
        reuse: read_reuse(fields)?,
        generation: read_generation(fields, default.generation)?,
    })
}

/// A name, or as TRL had it before: true for the group's deviation, false for none.
fn read_scale(fields: &Fields, default: ScaleRewards) -> Result<ScaleRewards> {
    match fields.get("scale_rewards") {
        Some(Value::Bool(true)) => Ok(ScaleRewards::Group),
        Some(Value::Bool(false)) => Ok(ScaleRewards::None),
        _ => {
            let name = fields.name("scale_rewards", default.name())?;
            fields.named("scale_rewards", &name, &ScaleRewards::ALL, |scale| {
                scale.name()
            })
        }
    }
}

fn read_ppo(fields: &Fields) -> Result<PpoObjective> {
    let default = PpoObjective::default();
    let estimator = fields.name("kl_estimator", default.kl_estimator.name())?;
    let length = default.generation.max_completion_length;
    let stop_token = match fields.get("stop_token") {
        None => None,
        Some(value) if value.as_str() == Some("eos") => Some(StopToken::Eos),
        Some(other) => return Err(Error::invalid("stop_token", other, "eos, or null")),
    };
    Ok(PpoObjective {
        kl_coef: fields.number("kl_coef", default.kl_coef)?,
        kl_target: fields.number("kl_target", default.kl_target)?,
        kl_estimator: fields.named("kl_estimator", &estimator, &KlEstimator::ALL, |k| k.name())?,
        whiten_rewards: fields.flag("whiten_rewards")?,
        gamma: fields.number("gamma", default.gamma)?,
        lam: fields.number("lam", default.lam)?,
        cliprange: fields.number("cliprange", default.cliprange)?,
        vf_coef: fields.number("vf_coef", default.vf_coef)?,
        cliprange_value: fields.number("cliprange_value", default.cliprange_value)?,
        num_ppo_epochs: fields.count("num_ppo_epochs", default.num_ppo_epochs)?,
        num_mini_batches: fields.count("num_mini_batches", default.num_mini_batches)?,
        share_trunk: fields.flag("share_trunk")?,
        missing_eos_penalty: fields.optional_number("missing_eos_penalty")?,
        stop_token,
        generation: Generation {
            max_completion_length: fields.count(RESPONSE_LENGTH, length)?,
            ..read_sampling(fields, default.generation)?
        },
    })
}

fn read_clip(fields: &Fields, default: ClipRange) -> Result<ClipRange> {
    Ok(ClipRange {
        epsilon: fields.number("epsilon", default.epsilon)?,
        epsilon_high: fields.optional_number("epsilon_high")?,
    })
}

fn read_reuse(fields: &Fields) -> Result<Reuse> {
    Ok(Reuse {
        reward_weights: fields.numbers("reward_weights")?,
        mask_truncated_completions: fields.flag("mask_truncated_completions")?,
        num_iterations: fields.count("num_iterations", 1)?,
        steps_per_generation: read_steps_per_generation(fields)?,
    })
}

fn read_steps_per_generation(fields: &Fields) -> Result<Option<usize>> {
    Ok(match fields.get("steps_per_generation") {
        None => None,
        Some(_) => Some(fields.count("steps_per_generation", 1)?),
    })
}

fn read_generation(fields: &Fields, default: Generation) -> Result<Generation> {
    let length = default.max_completion_length;
    Ok(Generation {
        num_generations: fields.count("num_generations", default.num_generations)?,
        max_completion_length: fields.count(COMPLETION_LENGTH, length)?,
        ..read_sampling(fields, default)?
    })
}

/// All but the number of answers and their length.
fn read_sampling(fields: &Fields, default: Generation) -> Result<Generation> {
    Ok(Generation {
        temperature: fields.number("temperature", default.temperature)?,
        top_p: fields.number("top_p", default.top_p)?,
        top_k: fields.count("top_k", default.top_k)?,
        min_p: fields.optional_number("min_p")?,
        repetition_penalty: fields.number("repetition_penalty", default.repetition_penalty)?,
        ..default
    })
}

/// The TRL fields that an objective equals; options that are off are left out.
pub fn write(objective: &OnlineObjective) -> Map<String, Value> {
    let mut fields = Map::new();
    let mut put = |name: &str, value: Value| fields.insert(name.to_owned(), value);
    put("trainer", objective.trainer().into());
    let mut options: Vec<(&str, Option<Value>)> = Vec::new();
    let length = objective.generation().max_completion_length;
    match objective {
        OnlineObjective::OnlineDpo(online_dpo) => {
            put("loss_type", online_dpo.loss.loss_type().into());
            if let Some((name, value)) = loss_parameter(&online_dpo.loss) {
                put(name, value.into());
            }
            put("beta", online_dpo.beta.into());
            put(NEW_TOKENS, length.into());
            // Not TRL's, so only where they say something.
            let rounds = &online_dpo.rounds;
            if rounds.num_iterations != 1 {
                put("num_iterations", rounds.num_iterations.into());
            }
            let steps = rounds.steps_per_generation.map(Value::from);
            options.push(("steps_per_generation", steps));
            options.push(("renew_reference", flag(rounds.renew_reference)));
            let penalty = online_dpo.missing_eos_penalty.map(Value::from);
            options.push(("missing_eos_penalty", penalty));
            let weights = online_dpo.reward_weights.as_ref();
            options.push(("reward_weights", weights.map(|weights| json!(weights))));
        }
        OnlineObjective::Rloo(rloo) => {
            put("beta", rloo.beta.into());
            put(
                "num_generations",
                objective.generation().num_generations.into(),
            );
            put(COMPLETION_LENGTH, length.into());
            options.extend(clip_fields(&rloo.clip));
            options.push(("normalize_advantages", flag(rloo.normalize_advantages)));
            let range = rloo.reward_clip_range.map(|range| json!(range));
            options.push(("reward_clip_range", range));
            options.extend(reuse_fields(&rloo.reuse));
        }
        OnlineObjective::Grpo(grpo) => {
            put("loss_type", grpo.loss.loss_type().into());
            put("beta", grpo.beta.into());
            put(
                "num_generations",
                objective.generation().num_generations.into(),
            );
            put(COMPLETION_LENGTH, length.into());
            options.extend(clip_fields(&grpo.clip));
            options.push(("delta", grpo.delta.map(Value::from)));
            put(
                "importance_sampling_level",
                grpo.importance_sampling_level.name().into(),
            );
            put("use_bias_correction_kl", grpo.use_bias_correction_kl.into());
            put("scale_rewards", grpo.scale_rewards.name().into());
            options.extend(reuse_fields(&grpo.reuse));
        }
        OnlineObjective::Ppo(ppo) => {
            put("kl_coef", ppo.kl_coef.into());
            put("kl_estimator", ppo.kl_estimator.name().into());
            put(RESPONSE_LENGTH, length.into());
            put("gamma", ppo.gamma.into());
            put("lam", ppo.lam.into());
            put("cliprange", ppo.cliprange.into());
            put("vf_coef", ppo.vf_coef.into());
            put("cliprange_value", ppo.cliprange_value.into());
            put("num_ppo_epochs", ppo.num_ppo_epochs.into());
            put("num_mini_batches", ppo.num_mini_batches.into());
            // Not TRL's, so only where it says something.
            let target = (ppo.kl_target > 0.0).then(|| ppo.kl_target.into());
            options.push(("kl_target", target));
            options.push(("share_trunk", flag(ppo.share_trunk)));
            options.push(("whiten_rewards", flag(ppo.whiten_rewards)));
            let penalty = ppo.missing_eos_penalty.map(Value::from);
            options.push(("missing_eos_penalty", penalty));
            options.push(("stop_token", ppo.stop_token.map(|_| "eos".into())));
        }
    }
    let generation = objective.generation();
    put("temperature", generation.temperature.into());
    put("top_p", generation.top_p.into());
    put("top_k", generation.top_k.into());
    put("repetition_penalty", generation.repetition_penalty.into());
    options.push(("min_p", generation.min_p.map(Value::from)));
    for (name, value) in options {
        if let Some(value) = value {
            put(name, value);
        }
    }
    fields
}

fn flag(is_on: bool) -> Option<Value> {
    is_on.then_some(Value::Bool(true))
}

fn clip_fields(clip: &ClipRange) -> [(&'static str, Option<Value>); 2] {
    [
        ("epsilon", Some(clip.epsilon.into())),
        ("epsilon_high", clip.epsilon_high.map(Value::from)),
    ]
}

fn reuse_fields(reuse: &Reuse) -> [(&'static str, Option<Value>); 4] {
    let weights = reuse.reward_weights.as_ref();
    [
        ("reward_weights", weights.map(|weights| json!(weights))),
        (
            "mask_truncated_completions",
            flag(reuse.mask_truncated_completions),
        ),
        ("num_iterations", Some(reuse.num_iterations.into())),
        (
            "steps_per_generation",
            reuse.steps_per_generation.map(Value::from),
        ),
    ]
}

#[cfg(test)]
#[path = "online_tests.rs"]
mod tests;
