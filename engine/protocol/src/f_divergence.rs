//! The divergences of f-DPO.

use serde::{Deserialize, Serialize};

/// The divergence that holds the policy to its reference (f-DPO, arXiv 2309.16240).
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FDivergence {
    #[default]
    ReverseKl,
    ForwardKl,
    JsDivergence,
    /// `alpha` is TRL's `f_alpha_divergence_coef`; within 1e-6 of 1 it is the reverse KL.
    AlphaDivergence {
        alpha: f64,
    },
}

impl FDivergence {
    /// TRL's `f_divergence_type`.
    pub fn name(self) -> &'static str {
        match self {
            FDivergence::ReverseKl => "reverse_kl",
            FDivergence::ForwardKl => "forward_kl",
            FDivergence::JsDivergence => "js_divergence",
            FDivergence::AlphaDivergence { .. } => "alpha_divergence",
        }
    }

    /// The divergence of TRL's name; `alpha` for the one that has it.
    pub fn from_name(name: &str, alpha: f64) -> Option<FDivergence> {
        [
            FDivergence::ReverseKl,
            FDivergence::ForwardKl,
            FDivergence::JsDivergence,
            FDivergence::AlphaDivergence { alpha },
        ]
        .into_iter()
        .find(|divergence| divergence.name() == name)
    }
}
