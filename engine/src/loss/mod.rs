//! Objectives as pure functions of log-probs, in f64 on the CPU.
//!
//! A loss takes the log-probs of whole completions and gives its value, a value an
//! example, and its derivative with respect to each policy log-prob. The session
//! sends those derivatives back through the model. A loss imports no model, no
//! session, no other loss; `of_objective` puts together those that an objective names.

mod alpha;
mod aot;
mod apo_down;
mod apo_zero;
mod bco;
mod cdpo;
mod cpo;
mod discopop;
mod dpo;
mod exo;
mod f_divergence;
mod hinge;
mod ipo;
mod kto;
mod nca;
mod of_objective;
pub mod online;
mod orpo;
mod reward;
mod robust;
mod scalar;
mod sft;
mod sft_term;
mod sigmoid_norm;
mod simpo;
mod sppo;

pub use alpha::{Measure, alpha_reward};
pub use aot::{aot, aot_unpaired};
pub use apo_down::apo_down;
pub use apo_zero::apo_zero;
pub use bco::bco;
pub use cdpo::cdpo;
pub use cpo::{cpo, cpo_hinge, cpo_ipo};
pub use discopop::discopop;
pub use dpo::dpo;
pub use exo::exo;
pub use hinge::hinge;
pub use ipo::ipo;
pub use kto::{apo_zero_unpaired, kto, kto_kl};
pub use nca::nca;
pub use of_objective::{DpoLoss, cpo_loss, dpo_loss, kto_loss, online_dpo_loss};
pub use orpo::{log_odds, orpo};
pub use reward::reward;
pub use robust::robust;
pub use sft::{TokenLoss, dft, nll};
pub use sft_term::sft_term;
pub use sigmoid_norm::sigmoid_norm;
pub use simpo::simpo;
pub use sppo::sppo;
pub use tilt_protocol::FDivergence;

use f_divergence::phi;
use scalar::{growing_exp, sigmoid, smoothed, softplus};

/// log pi(y|x) summed over the tokens of a completion, in nats.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SummedLogp(pub f64);

/// log pi(y|x) divided by the completion's length, in nats a token.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MeanLogp(pub f64);

/// A completion's log-prob and its length in tokens, the end-of-text token included.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CompletionLogp {
    pub sum: SummedLogp,
    pub length: usize,
    /// Tokens that the sum is over: `length` but for an empty prompt, where nothing
    /// predicts the first.
    pub scored: usize,
}

impl CompletionLogp {
    pub fn new(sum: f64, length: usize) -> CompletionLogp {
        CompletionLogp {
            sum: SummedLogp(sum),
            length,
            scored: length,
        }
    }

    /// The length as a divisor: TRL counts an empty completion as one token.
    pub fn divisor(&self) -> f64 {
        self.length.max(1) as f64
    }

    pub fn mean(&self) -> MeanLogp {
        MeanLogp(self.sum.0 / self.divisor())
    }
}

/// A batch of pairs under one model; `chosen[i]` and `rejected[i]` share a prompt.
#[derive(Clone, Debug, PartialEq)]
pub struct PairLogps {
    pub chosen: Vec<CompletionLogp>,
    pub rejected: Vec<CompletionLogp>,
}

/// A paired loss over `[batch]` pairs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PairLoss {
    /// Mean over pairs.
    pub loss: f64,
    /// `[batch]`
    pub per_example: Vec<f64>,
    /// d loss / d log pi(chosen), `[batch]`
    pub d_chosen: Vec<f64>,
    /// d loss / d log pi(rejected), `[batch]`
    pub d_rejected: Vec<f64>,
}

impl PairLoss {
    /// Adds another loss over the same pairs, times a weight; the default is nothing.
    pub fn add_weighted(&mut self, other: &PairLoss, weight: f64) {
        let add = |to: &mut Vec<f64>, from: &[f64]| {
            to.resize(to.len().max(from.len()), 0.0);
            to.iter_mut()
                .zip(from)
                .for_each(|(to, from)| *to += weight * from);
        };
        self.loss += weight * other.loss;
        add(&mut self.per_example, &other.per_example);
        add(&mut self.d_chosen, &other.d_chosen);
        add(&mut self.d_rejected, &other.d_rejected);
    }

    /// Multiplies each pair's loss by a weight that is taken as constant; for losses in
    /// which an example is a function of its own pair.
    pub fn weigh(&mut self, weights: &[f64]) {
        for values in [
            &mut self.per_example,
            &mut self.d_chosen,
            &mut self.d_rejected,
        ] {
            values.iter_mut().zip(weights).for_each(|(v, w)| *v *= w);
        }
        let batch = self.per_example.len().max(1) as f64;
        self.loss = self.per_example.iter().sum::<f64>() / batch;
    }

    /// Mean of per-pair terms `(loss, d/d chosen, d/d rejected)`.
    fn mean_of(terms: impl Iterator<Item = (f64, f64, f64)>) -> PairLoss {
        let mut out = PairLoss {
            loss: 0.0,
            per_example: Vec::new(),
            d_chosen: Vec::new(),
            d_rejected: Vec::new(),
        };
        for (loss, chosen, rejected) in terms {
            out.per_example.push(loss);
            out.d_chosen.push(chosen);
            out.d_rejected.push(rejected);
        }
        let batch = out.per_example.len().max(1) as f64;
        out.loss = out.per_example.iter().sum::<f64>() / batch;
        for derivative in out.d_chosen.iter_mut().chain(&mut out.d_rejected) {
            *derivative /= batch;
        }
        out
    }
}

/// An unpaired loss over `[batch]` completions.
#[derive(Clone, Debug, PartialEq)]
pub struct UnpairedLoss {
    /// Mean over completions.
    pub loss: f64,
    /// `[batch]`
    pub per_example: Vec<f64>,
    /// d loss / d log pi(completion), `[batch]`
    pub d_completion: Vec<f64>,
}

/// A paired loss of h = phi(u_c) - phi(u_r), with u = log pi(y|x) - log pi_ref(y|x);
/// `term` gives the loss of a margin and its slope.
fn of_margin(
    policy: &PairLogps,
    reference: &PairLogps,
    divergence: FDivergence,
    term: impl Fn(f64) -> (f64, f64),
) -> PairLoss {
    of_ratios(policy, reference, |u_c, u_r| {
        let ((phi_c, slope_c), (phi_r, slope_r)) = (phi(divergence, u_c), phi(divergence, u_r));
        let (loss, slope) = term(phi_c - phi_r);
        (loss, slope * slope_c, -slope * slope_r)
    })
}

/// A paired loss of h = phi(u_c) / |y_c| - phi(u_r) / |y_r|.
fn of_mean_margin(
    policy: &PairLogps,
    reference: &PairLogps,
    divergence: FDivergence,
    term: impl Fn(f64) -> (f64, f64),
) -> PairLoss {
    PairLoss::mean_of(pairs(policy, reference).map(|[pc, pr, rc, rr]| {
        let (phi_c, slope_c) = phi(divergence, pc.sum.0 - rc.sum.0);
        let (phi_r, slope_r) = phi(divergence, pr.sum.0 - rr.sum.0);
        let (loss, slope) = term(phi_c / pc.divisor() - phi_r / pr.divisor());
        (
            loss,
            slope * slope_c / pc.divisor(),
            -slope * slope_r / pr.divisor(),
        )
    }))
}

/// A paired loss of the two log-ratios: `term` gives the loss and both slopes.
fn of_ratios(
    policy: &PairLogps,
    reference: &PairLogps,
    term: impl Fn(f64, f64) -> (f64, f64, f64),
) -> PairLoss {
    PairLoss::mean_of(
        pairs(policy, reference)
            .map(|[pc, pr, rc, rr]| term(pc.sum.0 - rc.sum.0, pr.sum.0 - rr.sum.0)),
    )
}

/// The rows of both models, pair by pair.
fn pairs<'a>(
    policy: &'a PairLogps,
    reference: &'a PairLogps,
) -> impl Iterator<Item = [&'a CompletionLogp; 4]> {
    policy
        .chosen
        .iter()
        .zip(&policy.rejected)
        .zip(reference.chosen.iter().zip(&reference.rejected))
        .map(|((pc, pr), (rc, rr))| [pc, pr, rc, rr])
}

#[cfg(test)]
mod extremes;

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) const DIVERGENCES: [FDivergence; 4] = [
        FDivergence::ReverseKl,
        FDivergence::ForwardKl,
        FDivergence::JsDivergence,
        FDivergence::AlphaDivergence { alpha: 0.5 },
    ];

    /// One pair's four sums with lengths 4 and 6.
    pub(crate) fn one_pair(sums: [f64; 4]) -> (PairLogps, PairLogps) {
        let side = |chosen: f64, rejected: f64| PairLogps {
            chosen: vec![CompletionLogp::new(chosen, 4)],
            rejected: vec![CompletionLogp::new(rejected, 6)],
        };
        (side(sums[0], sums[1]), side(sums[2], sums[3]))
    }

    /// Compares a paired loss's derivatives with central differences.
    pub(crate) fn check_derivatives(loss: impl Fn(&PairLogps, &PairLogps) -> PairLoss) {
        for sums in [
            [-10.0, -12.0, -11.0, -11.0],
            [-30.5, -7.25, -29.0, -9.0],
            [-3.0, -3.5, -3.0, -3.5],
        ] {
            let at = |chosen: f64, rejected: f64| {
                let (policy, reference) =
                    one_pair([sums[0] + chosen, sums[1] + rejected, sums[2], sums[3]]);
                loss(&policy, &reference)
            };
            let (here, step) = (at(0.0, 0.0), 1e-5);
            let chosen = (at(step, 0.0).loss - at(-step, 0.0).loss) / (2.0 * step);
            let rejected = (at(0.0, step).loss - at(0.0, -step).loss) / (2.0 * step);
            let close = |a: f64, b: f64| (a - b).abs() <= 1e-6 * (1.0 + a.abs().max(b.abs()));
            assert!(
                close(chosen, here.d_chosen[0]),
                "{sums:?}: {chosen} {here:?}"
            );
            assert!(
                close(rejected, here.d_rejected[0]),
                "{sums:?}: {rejected} {here:?}"
            );
        }
    }

    #[test]
    fn stable_forms_hold_at_the_extremes() {
        assert_eq!(softplus(-1350.0), 0.0);
        assert_eq!(softplus(1350.0), 1350.0);
        assert_eq!((sigmoid(-1350.0), sigmoid(1350.0)), (0.0, 1.0));
        assert!((softplus(0.0) - std::f64::consts::LN_2).abs() < 1e-15);
    }
}
