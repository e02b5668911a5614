//! The losses of pairs against a reference.

use super::ranges::{above_zero, within};
use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};

/// A loss of TRL's DPO trainer, with the parameters that are its own; `epsilon` is
/// TRL's `label_smoothing`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DpoTerm {
    Sigmoid,
    Cdpo { epsilon: f64 },
    Hinge,
    Ipo,
    Robust { epsilon: f64 },
    ExoPair { epsilon: f64 },
    NcaPair,
    BcoPair,
    SppoHard,
    ApoZero,
    ApoDown,
    Aot { epsilon: f64 },
    AotUnpaired { epsilon: f64 },
    Discopop { tau: f64 },
    SigmoidNorm,
    Sft,
}

impl DpoTerm {
    /// TRL's `label_smoothing`, where the loss has one.
    pub fn epsilon(mut self) -> Option<f64> {
        self.epsilon_mut().copied()
    }

    pub fn epsilon_mut(&mut self) -> Option<&mut f64> {
        match self {
            DpoTerm::Cdpo { epsilon }
            | DpoTerm::Robust { epsilon }
            | DpoTerm::ExoPair { epsilon }
            | DpoTerm::Aot { epsilon }
            | DpoTerm::AotUnpaired { epsilon } => Some(epsilon),
            DpoTerm::Sigmoid
            | DpoTerm::Hinge
            | DpoTerm::Ipo
            | DpoTerm::NcaPair
            | DpoTerm::BcoPair
            | DpoTerm::SppoHard
            | DpoTerm::ApoZero
            | DpoTerm::ApoDown
            | DpoTerm::Discopop { .. }
            | DpoTerm::SigmoidNorm
            | DpoTerm::Sft => None,
        }
    }

    /// True when the loss is a function of phi(u), so that an f-divergence applies.
    pub(super) fn takes_divergence(&self) -> bool {
        match self {
            DpoTerm::Sigmoid
            | DpoTerm::Cdpo { .. }
            | DpoTerm::SigmoidNorm
            | DpoTerm::Hinge
            | DpoTerm::Ipo
            | DpoTerm::ExoPair { .. }
            | DpoTerm::Robust { .. }
            | DpoTerm::Discopop { .. }
            | DpoTerm::Sft => true,
            DpoTerm::NcaPair
            | DpoTerm::BcoPair
            | DpoTerm::SppoHard
            | DpoTerm::ApoZero
            | DpoTerm::ApoDown
            | DpoTerm::Aot { .. }
            | DpoTerm::AotUnpaired { .. } => false,
        }
    }

    pub(super) fn is_sorted(&self) -> bool {
        matches!(self, DpoTerm::Aot { .. } | DpoTerm::AotUnpaired { .. })
    }

    pub(super) fn check(&self) -> Result<()> {
        match *self {
            DpoTerm::Robust { epsilon } => within("label_smoothing", epsilon, 0.0, 0.5),
            DpoTerm::ExoPair { epsilon } if !(epsilon > 0.0 && epsilon < 1.0) => {
                Err(Error::invalid(
                    "label_smoothing",
                    epsilon,
                    "a number between 0 and 1 (exo_pair)",
                ))
            }
            DpoTerm::Cdpo { epsilon }
            | DpoTerm::Aot { epsilon }
            | DpoTerm::AotUnpaired { epsilon } => within("label_smoothing", epsilon, 0.0, 1.0),
            DpoTerm::Discopop { tau } => above_zero("discopop_tau", tau),
            DpoTerm::ExoPair { .. }
            | DpoTerm::Sigmoid
            | DpoTerm::Hinge
            | DpoTerm::Ipo
            | DpoTerm::NcaPair
            | DpoTerm::BcoPair
            | DpoTerm::SppoHard
            | DpoTerm::ApoZero
            | DpoTerm::ApoDown
            | DpoTerm::SigmoidNorm
            | DpoTerm::Sft => Ok(()),
        }
    }
}
