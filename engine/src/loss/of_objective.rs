//! The losses that an objective names, put together.

use super::*;
use tilt_protocol::{
    CpoLoss, CpoObjective, DpoObjective, DpoTerm, KtoLoss, KtoObjective, OnlineDpoObjective,
};

/// The weighted sum of a DPO objective's losses.
#[derive(Clone, Debug, PartialEq)]
pub struct DpoLoss {
    /// Loss and losses of the examples in all; derivatives of all terms but `sft`.
    pub total: PairLoss,
    /// The `sft` term's derivative with respect to each chosen completion's plain sum,
    /// `[batch]`.
    pub d_chosen_sft: Vec<f64>,
}

/// The losses of TRL's DPO trainer and their derivatives.
///
/// # Shapes
/// `policy` and `reference` hold `[batch]` pairs in the same order. `plain` is the policy
/// without LD-DPO's weights, which the `sft` term does not know. `pair_weights`
/// (`[batch]`, WPO's) multiply the loss of each pair; no objective that passes its check
/// has them together with `sft` or AOT.
pub fn dpo_loss(
    objective: &DpoObjective,
    policy: &PairLogps,
    plain: &PairLogps,
    reference: &PairLogps,
    pair_weights: Option<&[f64]>,
) -> DpoLoss {
    let mut out = DpoLoss {
        total: PairLoss::default(),
        d_chosen_sft: vec![0.0; policy.chosen.len()],
    };
    for weighted in &objective.terms {
        if weighted.term == DpoTerm::Sft {
            let mut term = sft_term(plain);
            for (to, d) in out.d_chosen_sft.iter_mut().zip(&mut term.d_chosen) {
                *to += weighted.weight * std::mem::take(d);
            }
            out.total.add_weighted(&term, weighted.weight);
        } else {
            let mut term = dpo_term(&weighted.term, objective, policy, reference);
            if let Some(weights) = pair_weights {
                term.weigh(weights);
            }
            out.total.add_weighted(&term, weighted.weight);
        }
    }
    out
}

fn dpo_term(term: &DpoTerm, objective: &DpoObjective, p: &PairLogps, r: &PairLogps) -> PairLoss {
    let (beta, divergence) = (objective.beta, objective.f_divergence);
    match *term {
        DpoTerm::Sigmoid => dpo(p, r, beta, divergence),
        DpoTerm::Cdpo { epsilon } => cdpo(p, r, beta, epsilon, divergence),
        DpoTerm::Hinge => hinge(p, r, beta, divergence),
        DpoTerm::Ipo => ipo(p, r, beta, divergence),
        DpoTerm::Robust { epsilon } => robust(p, r, beta, epsilon, divergence),
        DpoTerm::ExoPair { epsilon } => exo(p, r, beta, epsilon, divergence),
        DpoTerm::NcaPair => nca(p, r, beta),
        DpoTerm::BcoPair => bco(p, r, beta),
        DpoTerm::SppoHard => sppo(p, r, beta),
        DpoTerm::ApoZero => apo_zero(p, r, beta),
        DpoTerm::ApoDown => apo_down(p, r, beta),
        DpoTerm::Aot { epsilon } => aot(p, r, beta, epsilon),
        DpoTerm::AotUnpaired { epsilon } => aot_unpaired(p, r, beta, epsilon),
        DpoTerm::Discopop { tau } => discopop(p, r, beta, tau, divergence),
        DpoTerm::SigmoidNorm => sigmoid_norm(p, r, beta, divergence),
        DpoTerm::Sft => sft_term(p),
    }
}

/// The preference term of TRL's CPO trainer; the supervised term is not in it.
pub fn cpo_loss(objective: &CpoObjective, policy: &PairLogps) -> PairLoss {
    let (beta, alpha) = (objective.beta, objective.alpha);
    match objective.loss {
        CpoLoss::Sigmoid { epsilon } => cpo(policy, beta, epsilon, alpha),
        CpoLoss::Hinge => cpo_hinge(policy, beta, alpha),
        CpoLoss::Ipo => cpo_ipo(policy, beta, alpha),
        CpoLoss::Simpo { gamma, epsilon } => simpo(policy, beta, gamma, epsilon, alpha),
    }
}

/// The losses of TRL's KTO trainer; `kl` in nats, which APO-zero does not use.
///
/// # Shapes
/// `policy`, `reference`, `desirable`: `[batch]`.
pub fn kto_loss(
    objective: &KtoObjective,
    policy: &[CompletionLogp],
    reference: &[CompletionLogp],
    desirable: &[bool],
    kl: f64,
) -> UnpairedLoss {
    let (beta, weights) = (
        objective.beta,
        [objective.desirable_weight, objective.undesirable_weight],
    );
    match objective.loss {
        KtoLoss::Kto => kto(policy, reference, desirable, kl, beta, weights),
        KtoLoss::ApoZeroUnpaired => apo_zero_unpaired(policy, reference, desirable, beta, weights),
    }
}

/// The loss of TRL's Online DPO trainer on pairs of fresh answers, the better one chosen, or
/// another one that compares them. IPO's log-ratios are sums here, where TRL's DPO trainer divides them by the lengths.
///
/// # Shapes
/// `policy` and `reference` hold `[batch]` pairs in the same order.
pub fn online_dpo_loss(
    objective: &OnlineDpoObjective,
    policy: &PairLogps,
    reference: &PairLogps,
) -> PairLoss {
    let (term, given) = (
        objective.loss,
        DpoObjective::of(objective.loss, objective.beta),
    );
    if term == DpoTerm::Ipo {
        let of_sums = |sides: &PairLogps| {
            let whole = |row: &CompletionLogp| CompletionLogp { length: 1, ..*row };
            PairLogps {
                chosen: sides.chosen.iter().map(whole).collect(),
                rejected: sides.rejected.iter().map(whole).collect(),
            }
        };
        return dpo_term(&term, &given, &of_sums(policy), &of_sums(reference));
    }
    dpo_term(&term, &given, policy, reference)
}

#[cfg(test)]
mod tests {
    use super::super::tests::check_derivatives;
    use super::*;

    #[test]
    fn online_dpos_derivatives_agree_with_differences() {
        for mut loss in DpoTerm::ALL {
            if loss == DpoTerm::Sft {
                continue;
            }
            if let Some(epsilon) = loss.epsilon_mut() {
                *epsilon = 0.1;
            }
            let objective = OnlineDpoObjective {
                loss,
                beta: 0.3,
                ..OnlineDpoObjective::default()
            };
            check_derivatives(|policy, reference| online_dpo_loss(&objective, policy, reference));
        }
    }

    #[test]
    fn online_dpos_ipo_does_not_divide_by_lengths() {
        let (policy, reference) = super::super::tests::one_pair([-10.0, -12.0, -11.0, -11.5]);
        let objective = OnlineDpoObjective {
            loss: DpoTerm::Ipo,
            beta: 0.5,
            ..OnlineDpoObjective::default()
        };
        let found = online_dpo_loss(&objective, &policy, &reference).loss;
        assert!((found - 0.5_f64.powi(2)).abs() < 1e-12, "{found}");
    }
}
