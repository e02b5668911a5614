//! The objectives that train on answers which the policy has just sampled, with TRL's
//! defaults: its Online DPO, RLOO, GRPO and (of TRL 1.12, the last that had it) PPO trainers.

use super::dpo_term::DpoTerm;
use super::generation::check_weights;
pub use super::generation::{ClipRange, Generation, Reuse, Rounds};
use super::ranges::{above_zero, at_least, finite, share, within};
use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};

/// What a run on its own answers minimises.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnlineObjective {
    OnlineDpo(OnlineDpoObjective),
    Rloo(RlooObjective),
    Grpo(GrpoObjective),
    Ppo(PpoObjective),
}

/// Guo et al. 2024 (arXiv 2402.04792): DPO on the better of two fresh answers, or another loss
/// of pairs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OnlineDpoObjective {
    /// TRL's trainer has `sigmoid` and `ipo`; here it is any loss of its DPO trainer that
    /// compares answers. IPO's log-ratios are sums, not means as on given pairs: so TRL's
    /// Online DPO has it.
    pub loss: DpoTerm,
    pub beta: f64,
    /// Taken off the reward of an answer without an end of text.
    pub missing_eos_penalty: Option<f64>,
    /// One a reward function; `None`: 1 each.
    pub reward_weights: Option<Vec<f64>>,
    #[serde(default)]
    pub rounds: Rounds,
    pub generation: Generation,
}

/// Ahmadian et al. 2024 (arXiv 2402.14740).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RlooObjective {
    /// Of the KL, which is taken off the reward; 0: no reference.
    pub beta: f64,
    pub clip: ClipRange,
    pub normalize_advantages: bool,
    /// Rewards are kept within it before the KL is taken off.
    pub reward_clip_range: Option<[f64; 2]>,
    pub reuse: Reuse,
    pub generation: Generation,
}

/// Shao et al. 2024 (arXiv 2402.03300) and its variants.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GrpoObjective {
    pub loss: GrpoLoss,
    /// Of the KL term in the loss; 0: no reference.
    pub beta: f64,
    pub clip: ClipRange,
    /// An upper bound of the ratio whatever the advantage (INTELLECT-2, arXiv 2505.07291).
    pub delta: Option<f64>,
    pub importance_sampling_level: ImportanceSamplingLevel,
    /// The KL term times the ratio (DeepSeek-V3.2, arXiv 2512.02556).
    pub use_bias_correction_kl: bool,
    pub scale_rewards: ScaleRewards,
    pub reuse: Reuse,
    pub generation: Generation,
}

/// How the tokens' losses are added up, and for CISPO what they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GrpoLoss {
    /// The mean over answers of the mean over their tokens.
    Grpo,
    /// The mean over the tokens of a batch.
    Bnpo,
    /// Liu et al. 2025 (arXiv 2503.20783): over answers times `max_completion_length`.
    DrGrpo,
    /// Yu et al. 2025 (arXiv 2503.14476): the mean over the tokens of an optimiser step.
    Dapo,
    /// Chen et al. 2025 (arXiv 2506.13585): the clipped ratio weighs the log-prob; added up
    /// as DAPO.
    Cispo,
}

/// What a ratio belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportanceSamplingLevel {
    Token,
    /// Zheng et al. 2025 (GSPO, arXiv 2507.18071): one ratio an answer, the geometric mean of
    /// its tokens'.
    Sequence,
}

/// By which deviation advantages are divided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScaleRewards {
    Group,
    Batch,
    None,
}

/// Schulman et al. 2017 (arXiv 1707.06347) on answers, as in TRL 1.12.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PpoObjective {
    /// Of the KL, which is taken off the rewards token by token.
    pub kl_coef: f64,
    /// Nats an answer that [`PpoObjective::steer`] steers the KL to; 0: `kl_coef` stays what it
    /// is, as in TRL 1.12.
    #[serde(default)]
    pub kl_target: f64,
    pub kl_estimator: KlEstimator,
    pub whiten_rewards: bool,
    pub gamma: f64,
    /// Of generalised advantage estimation (arXiv 1506.02438).
    pub lam: f64,
    pub cliprange: f64,
    pub vf_coef: f64,
    pub cliprange_value: f64,
    /// Passes over the answers of one sampling.
    pub num_ppo_epochs: usize,
    pub num_mini_batches: usize,
    /// Whether the value model is a scalar head on the policy itself. TRL 1.12 has a model of
    /// its own alone.
    #[serde(default)]
    pub share_trunk: bool,
    pub missing_eos_penalty: Option<f64>,
    /// What ends an answer that the sampling went on with; `None`: nothing.
    pub stop_token: Option<StopToken>,
    pub generation: Generation,
}

/// Of the KL between policy and reference, from one sampled token (Schulman 2020,
/// joschu.net/blog/kl-approx.html).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KlEstimator {
    /// The log-ratio.
    K1,
    /// e^-k - 1 + k of the log-ratio k.
    K3,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StopToken {
    Eos,
}

impl ImportanceSamplingLevel {
    pub const ALL: [ImportanceSamplingLevel; 2] = [
        ImportanceSamplingLevel::Token,
        ImportanceSamplingLevel::Sequence,
    ];

    /// TRL's name.
    pub fn name(self) -> &'static str {
        match self {
            ImportanceSamplingLevel::Token => "token",
            ImportanceSamplingLevel::Sequence => "sequence",
        }
    }
}

impl ScaleRewards {
    pub const ALL: [ScaleRewards; 3] =
        [ScaleRewards::Group, ScaleRewards::Batch, ScaleRewards::None];

    /// TRL's name.
    pub fn name(self) -> &'static str {
        match self {
            ScaleRewards::Group => "group",
            ScaleRewards::Batch => "batch",
            ScaleRewards::None => "none",
        }
    }
}

impl KlEstimator {
    pub const ALL: [KlEstimator; 2] = [KlEstimator::K1, KlEstimator::K3];

    /// TRL's name.
    pub fn name(self) -> &'static str {
        match self {
            KlEstimator::K1 => "k1",
            KlEstimator::K3 => "k3",
        }
    }
}

impl Default for OnlineDpoObjective {
    fn default() -> OnlineDpoObjective {
        OnlineDpoObjective {
            loss: DpoTerm::Sigmoid,
            beta: 0.1,
            missing_eos_penalty: None,
            reward_weights: None,
            rounds: Rounds::default(),
            generation: Generation::of(2, 64, 0.9),
        }
    }
}

impl Default for RlooObjective {
    fn default() -> RlooObjective {
        RlooObjective {
            beta: 0.05,
            clip: ClipRange::default(),
            normalize_advantages: false,
            reward_clip_range: None,
            reuse: Reuse::once(),
            generation: Generation::of(2, 512, 1.0),
        }
    }
}

impl Default for GrpoObjective {
    fn default() -> GrpoObjective {
        GrpoObjective {
            loss: GrpoLoss::Dapo,
            beta: 0.0,
            clip: ClipRange::default(),
            delta: None,
            importance_sampling_level: ImportanceSamplingLevel::Token,
            use_bias_correction_kl: true,
            scale_rewards: ScaleRewards::Group,
            reuse: Reuse::once(),
            generation: Generation::of(8, 512, 1.0),
        }
    }
}

impl Default for PpoObjective {
    fn default() -> PpoObjective {
        PpoObjective {
            kl_coef: 0.05,
            kl_target: 0.0,
            kl_estimator: KlEstimator::K1,
            whiten_rewards: false,
            gamma: 1.0,
            lam: 0.95,
            cliprange: 0.2,
            vf_coef: 0.1,
            cliprange_value: 0.2,
            num_ppo_epochs: 4,
            num_mini_batches: 1,
            share_trunk: false,
            missing_eos_penalty: None,
            stop_token: None,
            generation: Generation::of(1, 53, 0.7),
        }
    }
}

impl PpoObjective {
    /// The gain of [`PpoObjective::steer`], and how far its error counts.
    const STEERING: [f64; 2] = [0.1, 0.2];

    /// Moves `kl_coef` after a sampling of this mean KL, in nats an answer: the proportional
    /// controller of Ziegler et al. 2019 (arXiv 1909.08593), section 2.2, in log space,
    /// beta' = beta (1 + 0.1 clip((KL - target) / target, -0.2, 0.2)). Nothing without a target.
    pub fn steer(&mut self, kl: f64) {
        if self.kl_target > 0.0 && kl.is_finite() {
            let [gain, most] = PpoObjective::STEERING;
            let error = (kl - self.kl_target) / self.kl_target;
            self.kl_coef *= 1.0 + gain * error.clamp(-most, most);
        }
    }
}

impl OnlineObjective {
    /// TRL's name of the trainer.
    pub fn trainer(&self) -> &'static str {
        match self {
            OnlineObjective::OnlineDpo(_) => "online_dpo",
            OnlineObjective::Rloo(_) => "rloo",
            OnlineObjective::Grpo(_) => "grpo",
            OnlineObjective::Ppo(_) => "ppo",
        }
    }

    pub fn generation(&self) -> &Generation {
        match self {
            OnlineObjective::OnlineDpo(online_dpo) => &online_dpo.generation,
            OnlineObjective::Rloo(rloo) => &rloo.generation,
            OnlineObjective::Grpo(grpo) => &grpo.generation,
            OnlineObjective::Ppo(ppo) => &ppo.generation,
        }
    }

    pub fn generation_mut(&mut self) -> &mut Generation {
        match self {
            OnlineObjective::OnlineDpo(online_dpo) => &mut online_dpo.generation,
            OnlineObjective::Rloo(rloo) => &mut rloo.generation,
            OnlineObjective::Grpo(grpo) => &mut grpo.generation,
            OnlineObjective::Ppo(ppo) => &mut ppo.generation,
        }
    }

    /// The temperature of the log-probs that the loss is made of. Online DPO's are the
    /// model's own, whatever it samples at.
    pub fn temperature(&self) -> f64 {
        match self {
            OnlineObjective::OnlineDpo(_) => 1.0,
            _ => self.generation().temperature,
        }
    }

    /// One a reward function; `None`: 1 each.
    pub fn reward_weights(&self) -> Option<&[f64]> {
        match self {
            OnlineObjective::OnlineDpo(online_dpo) => online_dpo.reward_weights.as_deref(),
            OnlineObjective::Rloo(rloo) => rloo.reuse.reward_weights.as_deref(),
            OnlineObjective::Grpo(grpo) => grpo.reuse.reward_weights.as_deref(),
            OnlineObjective::Ppo(_) => None,
        }
    }

    /// What weighs the KL: `beta`, or PPO's `kl_coef`.
    pub fn beta(&self) -> f64 {
        match self {
            OnlineObjective::OnlineDpo(online_dpo) => online_dpo.beta,
            OnlineObjective::Rloo(rloo) => rloo.beta,
            OnlineObjective::Grpo(grpo) => grpo.beta,
            OnlineObjective::Ppo(ppo) => ppo.kl_coef,
        }
    }

    pub fn set_beta(&mut self, value: f64) {
        match self {
            OnlineObjective::OnlineDpo(online_dpo) => online_dpo.beta = value,
            OnlineObjective::Rloo(rloo) => rloo.beta = value,
            OnlineObjective::Grpo(grpo) => grpo.beta = value,
            OnlineObjective::Ppo(ppo) => ppo.kl_coef = value,
        }
    }

    /// True when something compares with a frozen reference.
    pub fn needs_reference(&self) -> bool {
        match self {
            OnlineObjective::OnlineDpo(_) | OnlineObjective::Ppo(_) => true,
            OnlineObjective::Rloo(rloo) => rloo.beta != 0.0,
            OnlineObjective::Grpo(grpo) => grpo.beta != 0.0,
        }
    }

    /// # Errors
    /// [`Error::InvalidConfig`], under TRL's name, for a parameter outside its range.
    pub fn check(&self) -> Result<()> {
        match self {
            OnlineObjective::OnlineDpo(online_dpo) => {
                above_zero("beta", online_dpo.beta)?;
                online_dpo.loss.check()?;
                if online_dpo.loss == DpoTerm::Sft {
                    let expected = "a loss that compares two answers";
                    return Err(Error::invalid("loss_type", "sft", expected));
                }
                online_dpo.rounds.check()?;
                check_weights(online_dpo.reward_weights.as_deref())?;
                check_penalty(online_dpo.missing_eos_penalty)?;
                online_dpo.generation.check(2)
            }
            OnlineObjective::Rloo(rloo) => {
                within("beta", rloo.beta, 0.0, f64::INFINITY)?;
                rloo.clip.check()?;
                if let Some([least, most]) = rloo.reward_clip_range
                    && (!least.is_finite() || !most.is_finite() || least > most)
                {
                    let found = format!("[{least}, {most}]");
                    let expected = "two numbers, the smaller one first";
                    return Err(Error::invalid("reward_clip_range", found, expected));
                }
                rloo.reuse.check()?;
                rloo.generation.check(2)
            }
            OnlineObjective::Grpo(grpo) => {
                within("beta", grpo.beta, 0.0, f64::INFINITY)?;
                grpo.clip.check()?;
                if let Some(delta) = grpo.delta {
                    above_zero("delta", delta)?;
                }
                grpo.reuse.check()?;
                grpo.generation.check(2)
            }
            OnlineObjective::Ppo(ppo) => {
                within("kl_coef", ppo.kl_coef, 0.0, f64::INFINITY)?;
                within("kl_target", ppo.kl_target, 0.0, f64::INFINITY)?;
                if ppo.kl_target > 0.0 && ppo.kl_coef == 0.0 {
                    let expected = "above 0 where kl_target steers it";
                    return Err(Error::invalid("kl_coef", ppo.kl_coef, expected));
                }
                share("gamma", ppo.gamma)?;
                share("lam", ppo.lam)?;
                within("cliprange", ppo.cliprange, 0.0, f64::INFINITY)?;
                within("vf_coef", ppo.vf_coef, 0.0, f64::INFINITY)?;
                within("cliprange_value", ppo.cliprange_value, 0.0, f64::INFINITY)?;
                at_least("num_ppo_epochs", ppo.num_ppo_epochs, 1)?;
                at_least("num_mini_batches", ppo.num_mini_batches, 1)?;
                check_penalty(ppo.missing_eos_penalty)?;
                ppo.generation.check(1)
            }
        }
    }
}

fn check_penalty(penalty: Option<f64>) -> Result<()> {
    penalty.map_or(Ok(()), |penalty| finite("missing_eos_penalty", penalty))
}
