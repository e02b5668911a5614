//! The objectives, a closed set: one variant a trainer of TRL, each with its own
//! parameters. Each equals one TRL configuration (see [`crate::config`]).

mod dpo_term;
mod generation;
pub mod online;
mod ranges;

use crate::error::{Error, Result};
use crate::f_divergence::FDivergence;
pub use dpo_term::DpoTerm;
use online::OnlineObjective;
use ranges::{above_zero, finite, within};
use serde::{Deserialize, Serialize};

/// What a run minimises.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Objective {
    Dpo(DpoObjective),
    Kto(KtoObjective),
    Cpo(CpoObjective),
    /// Hong et al. 2024, eq. 6; `beta` is the paper's lambda.
    Orpo {
        beta: f64,
    },
    Sft(SftObjective),
    /// Bradley-Terry on a scalar head (Ouyang et al. 2022, eq. 1), centred by
    /// `center_rewards_coefficient` times the mean of (r_c + r_r)^2
    /// (Eisenstein et al. 2023, eq. 2).
    Reward {
        center_rewards_coefficient: Option<f64>,
    },
    /// On answers that the policy has just sampled.
    Online(OnlineObjective),
}

/// A weighted sum of losses over pairs against a reference: TRL's DPO trainer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DpoObjective {
    pub beta: f64,
    /// At least one.
    pub terms: Vec<WeightedTerm>,
    #[serde(default)]
    pub f_divergence: FDivergence,
    /// LD-DPO (arXiv 2409.06411): tokens beyond the shorter completion's length count
    /// this share.
    #[serde(default)]
    pub ld_alpha: Option<f64>,
    /// WPO (arXiv 2406.11827, eq. 2): pairs weigh as much as the policy finds them likely.
    #[serde(default)]
    pub use_weighting: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct WeightedTerm {
    pub term: DpoTerm,
    pub weight: f64,
}

/// Unpaired thumbs against a reference: TRL's KTO trainer.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct KtoObjective {
    pub loss: KtoLoss,
    pub beta: f64,
    /// lambda_D.
    pub desirable_weight: f64,
    /// lambda_U.
    pub undesirable_weight: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KtoLoss {
    /// Ethayarajh et al. 2024, eq. 7 and 8.
    Kto,
    /// D'Oosterlinck et al. 2024, eq. 7, on single completions; no KL.
    ApoZeroUnpaired,
}

/// Pairs without a reference, plus `cpo_alpha` times the chosen completions' mean token
/// loss: TRL's CPO trainer.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct CpoObjective {
    pub loss: CpoLoss,
    pub beta: f64,
    pub cpo_alpha: f64,
    /// AlphaPO's alpha (arXiv 2501.03884): log-probs m become (1 - e^(-alpha m)) / alpha;
    /// 0 leaves them.
    pub alpha: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CpoLoss {
    Sigmoid {
        epsilon: f64,
    },
    Hinge,
    Ipo,
    /// `gamma` itself, where the paper's configurations give gamma / beta.
    Simpo {
        gamma: f64,
        epsilon: f64,
    },
}

/// Supervised fine-tuning: TRL's SFT trainer.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct SftObjective {
    pub loss: SftLoss,
    /// False scores prompts too. Rows without a prompt are scored whole either way.
    pub completion_only_loss: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SftLoss {
    Nll,
    /// Wu et al. 2025 (arXiv 2508.05629): each token's loss times its own probability.
    Dft,
}

/// The rows that an objective trains on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowKind {
    /// Chosen and rejected.
    Pairs,
    /// Completions with a thumb.
    Unpaired,
    /// Texts, or prompts with one completion.
    Texts,
    /// Prompts, which the policy answers itself: rollouts.
    Prompts,
}

impl DpoObjective {
    /// One loss of weight 1 with everything else at TRL's defaults.
    pub fn of(term: DpoTerm, beta: f64) -> DpoObjective {
        DpoObjective {
            beta,
            terms: vec![WeightedTerm { term, weight: 1.0 }],
            f_divergence: FDivergence::ReverseKl,
            ld_alpha: None,
            use_weighting: false,
        }
    }

    fn check(&self) -> Result<()> {
        above_zero("beta", self.beta)?;
        if self.terms.is_empty() {
            return Err(Error::invalid("loss_type", "[]", "at least one loss"));
        }
        for WeightedTerm { term, weight } in &self.terms {
            term.check()?;
            if !weight.is_finite() {
                return Err(Error::invalid("loss_weights", weight, "numbers"));
            }
            if self.f_divergence != FDivergence::ReverseKl && !term.takes_divergence() {
                let expected = "\"reverse_kl\"; this loss knows no other divergence";
                return Err(Error::invalid(
                    "f_divergence_type",
                    term.loss_type(),
                    expected,
                ));
            }
            if self.use_weighting && (term.is_sorted() || *term == DpoTerm::Sft) {
                let expected = "losses of single pairs: in this one no pair has a weight";
                return Err(Error::invalid("use_weighting", term.loss_type(), expected));
            }
        }
        if let FDivergence::AlphaDivergence { alpha } = self.f_divergence
            && !alpha.is_finite()
        {
            return Err(Error::invalid("f_alpha_divergence_coef", alpha, "a number"));
        }
        match self.ld_alpha {
            Some(alpha) if !(0.0..=1.0).contains(&alpha) => {
                Err(Error::invalid("ld_alpha", alpha, "a number from 0 to 1"))
            }
            _ => Ok(()),
        }
    }
}

impl CpoObjective {
    /// True for the losses of mean log-probs; the others take sums.
    pub fn uses_means(&self) -> bool {
        match self.loss {
            CpoLoss::Ipo | CpoLoss::Simpo { .. } => true,
            CpoLoss::Sigmoid { .. } | CpoLoss::Hinge => false,
        }
    }

    fn check(&self) -> Result<()> {
        above_zero("beta", self.beta)?;
        finite("cpo_alpha", self.cpo_alpha)?;
        finite("alpha", self.alpha)?;
        match self.loss {
            CpoLoss::Simpo { gamma, epsilon } => {
                finite("simpo_gamma", gamma)?;
                within("label_smoothing", epsilon, 0.0, 1.0)
            }
            CpoLoss::Sigmoid { epsilon } => within("label_smoothing", epsilon, 0.0, 1.0),
            CpoLoss::Hinge | CpoLoss::Ipo => Ok(()),
        }
    }
}

impl Objective {
    /// The strength of the pull, where the objective has one.
    pub fn beta(&self) -> Option<f64> {
        match self {
            Objective::Dpo(dpo) => Some(dpo.beta),
            Objective::Kto(kto) => Some(kto.beta),
            Objective::Cpo(cpo) => Some(cpo.beta),
            Objective::Orpo { beta } => Some(*beta),
            Objective::Sft(_) | Objective::Reward { .. } => None,
            Objective::Online(online) => Some(online.beta()),
        }
    }

    /// The same objective with another beta, where it has one.
    pub fn set_beta(&mut self, value: f64) {
        match self {
            Objective::Dpo(dpo) => dpo.beta = value,
            Objective::Kto(kto) => kto.beta = value,
            Objective::Cpo(cpo) => cpo.beta = value,
            Objective::Orpo { beta } => *beta = value,
            Objective::Sft(_) | Objective::Reward { .. } => {}
            Objective::Online(online) => online.set_beta(value),
        }
    }

    pub fn row_kind(&self) -> RowKind {
        match self {
            Objective::Kto(_) => RowKind::Unpaired,
            Objective::Sft(_) => RowKind::Texts,
            Objective::Online(_) => RowKind::Prompts,
            Objective::Dpo(_)
            | Objective::Cpo(_)
            | Objective::Orpo { .. }
            | Objective::Reward { .. } => RowKind::Pairs,
        }
    }

    /// True when PPO reads its values off the policy, and has no model for them.
    pub fn shares_trunk(&self) -> bool {
        matches!(self, Objective::Online(OnlineObjective::Ppo(ppo)) if ppo.share_trunk)
    }

    /// True when the loss compares with a frozen reference.
    pub fn needs_reference(&self) -> bool {
        match self {
            Objective::Dpo(_) | Objective::Kto(_) => true,
            Objective::Cpo(_)
            | Objective::Orpo { .. }
            | Objective::Sft(_)
            | Objective::Reward { .. } => false,
            Objective::Online(online) => online.needs_reference(),
        }
    }

    /// True when every row also needs a mismatched completion, for KTO's KL.
    pub fn needs_mismatched(&self) -> bool {
        matches!(self, Objective::Kto(kto) if kto.loss == KtoLoss::Kto)
    }

    /// The fewest rows that a batch can have: KTO's KL needs a neighbour's completion.
    pub fn least_rows(&self) -> usize {
        if self.needs_mismatched() { 2 } else { 1 }
    }

    /// # Errors
    /// [`Error::InvalidConfig`], under TRL's name, for a parameter outside its range or
    /// options that exclude each other.
    pub fn check(&self) -> Result<()> {
        match self {
            Objective::Dpo(dpo) => dpo.check(),
            Objective::Kto(kto) => {
                above_zero("beta", kto.beta)?;
                within("desirable_weight", kto.desirable_weight, 0.0, f64::INFINITY)?;
                within(
                    "undesirable_weight",
                    kto.undesirable_weight,
                    0.0,
                    f64::INFINITY,
                )
            }
            Objective::Cpo(cpo) => cpo.check(),
            Objective::Orpo { beta } => above_zero("beta", *beta),
            Objective::Sft(_) => Ok(()),
            Objective::Reward {
                center_rewards_coefficient,
            } => center_rewards_coefficient
                .map_or(Ok(()), |c| finite("center_rewards_coefficient", c)),
            Objective::Online(online) => online.check(),
        }
    }
}

#[cfg(test)]
mod tests;
