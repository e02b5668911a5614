//! The objectives, a closed set. Each carries its own parameters under the
//! paper's symbols and equals one TRL configuration.

use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};

/// An objective without its parameters: a value of `objective-select`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ObjectiveKind {
    Dpo,
    Ipo,
    Kto,
}

/// An objective with its parameters.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Objective {
    /// Rafailov et al. 2023, eq. 7. TRL: `loss_type = "sigmoid"`.
    Dpo { beta: f64 },
    /// Azar et al. 2023, eq. 17; `beta` is the paper's tau. TRL: `loss_type = "ipo"`.
    Ipo { beta: f64 },
    /// Ethayarajh et al. 2024, eq. 7 and 8; the weights are lambda_D and lambda_U.
    Kto {
        beta: f64,
        desirable_weight: f64,
        undesirable_weight: f64,
    },
}

/// The divergence that holds the policy to its reference (f-DPO, arXiv 2309.16240).
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "f_divergence_type", rename_all = "snake_case")]
pub enum FDivergence {
    #[default]
    ReverseKl,
    ForwardKl,
    JsDivergence,
    /// `alpha` is TRL's `f_alpha_divergence_coef`; other than 1.
    AlphaDivergence {
        alpha: f64,
    },
}

impl ObjectiveKind {
    pub const ALL: [ObjectiveKind; 3] =
        [ObjectiveKind::Dpo, ObjectiveKind::Ipo, ObjectiveKind::Kto];

    /// The stable name, as in `objective-select` and in URLs.
    pub fn slug(self) -> &'static str {
        match self {
            ObjectiveKind::Dpo => "dpo",
            ObjectiveKind::Ipo => "ipo",
            ObjectiveKind::Kto => "kto",
        }
    }

    pub fn from_slug(slug: &str) -> Option<ObjectiveKind> {
        Self::ALL.into_iter().find(|kind| kind.slug() == slug)
    }

    /// The name for people.
    pub fn title(self) -> &'static str {
        match self {
            ObjectiveKind::Dpo => "DPO",
            ObjectiveKind::Ipo => "IPO",
            ObjectiveKind::Kto => "KTO",
        }
    }

    /// True when rows are single completions with a thumb, not pairs.
    pub fn is_unpaired(self) -> bool {
        matches!(self, ObjectiveKind::Kto)
    }

    pub fn with_beta(self, beta: f64) -> Objective {
        match self {
            ObjectiveKind::Dpo => Objective::Dpo { beta },
            ObjectiveKind::Ipo => Objective::Ipo { beta },
            ObjectiveKind::Kto => Objective::Kto {
                beta,
                desirable_weight: 1.0,
                undesirable_weight: 1.0,
            },
        }
    }

    /// The value of beta that a first run on the shipped models works with. IPO's
    /// target margin is 1 / (2 beta) nats a token: 0.5 asks for one nat.
    pub fn default_beta(self) -> f64 {
        match self {
            ObjectiveKind::Dpo | ObjectiveKind::Kto => 0.1,
            ObjectiveKind::Ipo => 0.5,
        }
    }
}

impl Objective {
    pub fn kind(&self) -> ObjectiveKind {
        match self {
            Objective::Dpo { .. } => ObjectiveKind::Dpo,
            Objective::Ipo { .. } => ObjectiveKind::Ipo,
            Objective::Kto { .. } => ObjectiveKind::Kto,
        }
    }

    pub fn beta(&self) -> f64 {
        match self {
            Objective::Dpo { beta } | Objective::Ipo { beta } | Objective::Kto { beta, .. } => {
                *beta
            }
        }
    }

    /// # Errors
    /// [`Error::InvalidConfig`] for a parameter outside its range.
    pub fn check(&self) -> Result<()> {
        let positive = |field: &str, value: f64| {
            if value.is_finite() && value > 0.0 {
                Ok(())
            } else {
                Err(Error::invalid(field, value, "a number above 0"))
            }
        };
        positive("beta", self.beta())?;
        if let Objective::Kto {
            desirable_weight,
            undesirable_weight,
            ..
        } = self
        {
            positive("desirable_weight", *desirable_weight)?;
            positive("undesirable_weight", *undesirable_weight)?;
        }
        Ok(())
    }
}
