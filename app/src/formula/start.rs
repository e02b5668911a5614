//! The loss while policy and reference are still the same: where an objective's curve
//! begins, known beforehand if the loss depends on nothing but log-ratios.

use crate::texts::numbers::fixed;
use std::f64::consts::LN_2;
use tilt_protocol::{DpoTerm, KtoObjective, Objective};

#[derive(Clone, Debug, PartialEq)]
pub struct StartingLoss {
    pub value: f64,
    /// The value as a formula, such as "ln 2".
    pub name: &'static str,
}

impl StartingLoss {
    /// "ln 2 = 0.693"; a name that is its value stands alone.
    pub fn text(&self) -> String {
        if self.name.parse() == Ok(self.value) {
            self.name.to_owned()
        } else {
            format!("{} = {}", self.name, fixed(self.value, 3))
        }
    }
}

/// `None` where the loss depends on the log-probs themselves, as it does without a
/// reference.
pub fn starting_loss(objective: &Objective) -> Option<StartingLoss> {
    match objective {
        Objective::Dpo(dpo) if !dpo.use_weighting => match dpo.terms[..] {
            [only] => {
                let (value, name) = of_term(only.term, dpo.beta)?;
                (only.weight == 1.0).then_some(StartingLoss { value, name })
            }
            _ => None,
        },
        // Both thumbs start at sigma(0) times their weight.
        Objective::Kto(KtoObjective {
            desirable_weight: 1.0,
            undesirable_weight: 1.0,
            ..
        }) => Some(StartingLoss {
            value: 0.5,
            name: "½",
        }),
        _ => None,
    }
}

fn of_term(term: DpoTerm, beta: f64) -> Option<(f64, &'static str)> {
    match term {
        DpoTerm::Sigmoid
        | DpoTerm::Cdpo { .. }
        | DpoTerm::Robust { .. }
        | DpoTerm::SigmoidNorm
        | DpoTerm::Aot { .. }
        | DpoTerm::AotUnpaired { .. } => Some((LN_2, "ln 2")),
        DpoTerm::NcaPair | DpoTerm::BcoPair => Some((2.0 * LN_2, "2 ln 2")),
        DpoTerm::Hinge | DpoTerm::ApoZero | DpoTerm::ApoDown => Some((1.0, "1")),
        DpoTerm::Ipo => Some((0.25 / (beta * beta), "1/(4β²)")),
        DpoTerm::SppoHard => Some((0.5 / (beta * beta), "1/(2β²)")),
        DpoTerm::ExoPair { epsilon } => {
            let value = -0.5 * (4.0 * epsilon * (1.0 - epsilon)).ln();
            Some((value, "−½ ln(4ε(1−ε))"))
        }
        DpoTerm::Discopop { .. } => Some((0.5 * LN_2 + 0.5, "½ ln 2 + ½")),
        DpoTerm::Sft => None,
    }
}
