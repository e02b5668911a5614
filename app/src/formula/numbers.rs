//! The numbers of the selected pair, in words.

use super::pair_loss::{
    cpo_loss, dpo_loss, dpo_pair, log_odds, softplus, thumbs_loss, token_loss, whole_pair,
};
use crate::texts::formula as texts;
use crate::texts::numbers::{fixed, signed};
use tilt_protocol::{DpoObjective, DpoTerm, FDivergence, Inspection, Objective};

/// The pair's numbers in words; `kl` is KTO's estimate of the latest batch. `None` for
/// an objective that trains no policy, or not on pairs.
pub fn pair_text(
    inspection: &Inspection,
    objective: &Objective,
    kl: Option<f64>,
) -> Option<String> {
    let numbers = match objective {
        Objective::Dpo(dpo) => dpo_text(inspection, dpo),
        Objective::Kto(kto) => {
            let (chosen, rejected) = whole_pair(inspection);
            let z = if objective.needs_mismatched() {
                kl.unwrap_or(0.0)
            } else {
                0.0
            };
            texts::log_ratios_against(
                &signed(chosen.log_ratio(), 2),
                &signed(rejected.log_ratio(), 2),
                &fixed(z, 2),
                &fixed(thumbs_loss(kto, chosen, rejected, z), 3),
            )
        }
        Objective::Cpo(cpo) => {
            let (chosen, rejected) = whole_pair(inspection);
            let (c, r) = if cpo.uses_means() {
                (chosen.mean(), rejected.mean())
            } else {
                (chosen.policy, rejected.policy)
            };
            let loss = fixed(cpo_loss(cpo, chosen, rejected), 3);
            texts::log_probs(cpo.uses_means(), &fixed(c, 2), &fixed(r, 2), &loss)
        }
        Objective::Orpo { beta } => {
            let (chosen, rejected) = whole_pair(inspection);
            let log_odds = log_odds(chosen, rejected);
            format!(
                "N \u{2212} {beta} \u{00d7} log \u{03c3}({}) = N + {}",
                signed(log_odds, 2),
                fixed(beta * softplus(-log_odds), 3)
            )
        }
        Objective::Sft(sft) => {
            let loss = token_loss(&inspection.chosen, sft.loss);
            texts::loss_of_chosen(&fixed(loss, 3))
        }
        Objective::Reward { .. } | Objective::Online(_) => return None,
    };
    Some(texts::this_pair(&numbers))
}

fn dpo_text(inspection: &Inspection, dpo: &DpoObjective) -> String {
    let (chosen, rejected) = dpo_pair(inspection, dpo);
    let is_mean = |term| matches!(term, DpoTerm::Ipo | DpoTerm::SigmoidNorm);
    let (c, r) = match dpo.terms[..] {
        [only] if is_mean(only.term) => (
            signed(chosen.log_ratio() / chosen.len, 3),
            signed(rejected.log_ratio() / rejected.len, 3),
        ),
        _ => (
            signed(chosen.log_ratio(), 2),
            signed(rejected.log_ratio(), 2),
        ),
    };
    let Some(loss) = dpo_loss(dpo, chosen, rejected) else {
        return texts::log_ratios_of_sorted(&c, &r);
    };
    let loss = fixed(loss, 3);
    if dpo.use_weighting {
        // The weights need the whole vocabulary's probabilities, which the page has not.
        return texts::log_ratios_before_weights(&c, &r, &loss);
    }
    let beta = dpo.beta;
    let plain = match dpo.terms[..] {
        [only] if only.weight == 1.0 && dpo.f_divergence == FDivergence::ReverseKl => {
            Some(only.term)
        }
        _ => None,
    };
    match plain {
        Some(DpoTerm::Sigmoid | DpoTerm::SigmoidNorm) => {
            format!("\u{2212}log \u{03c3}({beta} \u{00d7} ({c} \u{2212} ({r}))) = {loss}")
        }
        Some(DpoTerm::Hinge) => {
            format!("max(0, 1 \u{2212} {beta} \u{00d7} ({c} \u{2212} ({r}))) = {loss}")
        }
        Some(DpoTerm::Ipo) => {
            let target = fixed(1.0 / (2.0 * beta), 2);
            format!("({c} \u{2212} ({r}) \u{2212} {target})\u{00b2} = {loss}")
        }
        _ => texts::log_ratios(&c, &r, &loss),
    }
}

#[cfg(test)]
mod tests {
    use super::super::pair_loss::tests::{has_pair, pair};
    use super::*;
    use tilt_protocol::ObjectiveKind;

    #[test]
    fn every_objective_with_a_policy_has_numbers() {
        let pair = pair([-10.0, -12.0], [-11.0, -11.0]);
        for kind in ObjectiveKind::ALL {
            let objective = kind.with_beta(kind.default_beta());
            let text = pair_text(&pair, &objective, None);
            assert_eq!(text.is_some(), has_pair(kind), "{kind:?}");
        }
        let text = pair_text(&pair, &ObjectiveKind::Dpo.with_beta(0.1), None);
        let expected = "this pair: −log σ(0.1 × (+1.00 − (−1.00))) = 0.598";
        assert_eq!(text.as_deref(), Some(expected));
    }
}
