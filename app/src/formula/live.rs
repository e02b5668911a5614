//! The formula's letters with the selected pair's values.

use super::pair_loss::{
    AnswerLogps, cpo_loss, dpo_loss, dpo_pair, log_odds, phi, softplus, thumbs_loss, token_loss,
    whole_pair,
};
use crate::texts::formula as texts;
use crate::texts::numbers::{fixed, signed};
use tilt_protocol::{
    CpoLoss, CpoObjective, DpoObjective, DpoTerm, FDivergence, Inspection, KtoObjective, Objective,
};

/// A letter or term of the formula with its value.
#[derive(Clone, Debug, PartialEq)]
pub struct LiveValue {
    pub symbol: &'static str,
    pub meaning: &'static str,
    pub value: String,
}

fn value(symbol: &'static str, meaning: &'static str, value: String) -> LiveValue {
    LiveValue {
        symbol,
        meaning,
        value,
    }
}

/// In the order in which the loss is worked out; `kl` is KTO's estimate of the latest
/// batch. Empty for an objective that trains no policy, or not on pairs.
pub fn live_values(
    inspection: &Inspection,
    objective: &Objective,
    kl: Option<f64>,
) -> Vec<LiveValue> {
    let (chosen, rejected) = whole_pair(inspection);
    match objective {
        Objective::Dpo(dpo) => dpo_values(inspection, dpo),
        Objective::Kto(kto) => {
            let z = kl.filter(|_| objective.needs_mismatched()).unwrap_or(0.0);
            kto_values(kto, chosen, rejected, z)
        }
        Objective::Cpo(cpo) => cpo_values(cpo, chosen, rejected),
        Objective::Orpo { beta } => {
            let odds = log_odds(chosen, rejected);
            let term = fixed(beta * softplus(-odds), 3);
            vec![
                value("β", texts::BETA, beta.to_string()),
                value("m_c", texts::MEAN_LOG_PROB_CHOSEN, fixed(chosen.mean(), 3)),
                value(
                    "m_r",
                    texts::MEAN_LOG_PROB_REJECTED,
                    fixed(rejected.mean(), 3),
                ),
                value("log o_c/o_r", texts::LOG_OF_ODDS_RATIO, signed(odds, 3)),
                value("−β log σ", texts::TERM_OF_PREFERENCE, term),
            ]
        }
        Objective::Sft(sft) => {
            let loss = token_loss(&inspection.chosen, sft.loss);
            vec![
                value("|y|", texts::TOKENS_OF_CHOSEN, fixed(chosen.len, 0)),
                value("ℒ", texts::LOSS_A_TOKEN, fixed(loss, 3)),
            ]
        }
        Objective::Reward { .. } | Objective::Online(_) => Vec::new(),
    }
}

fn dpo_values(inspection: &Inspection, dpo: &DpoObjective) -> Vec<LiveValue> {
    let (chosen, rejected) = dpo_pair(inspection, dpo);
    let (u_c, u_r) = (chosen.log_ratio(), rejected.log_ratio());
    let mut values = vec![
        value("β", texts::BETA, dpo.beta.to_string()),
        value("u_c", texts::LOG_RATIO_CHOSEN, signed(u_c, 3)),
        value("u_r", texts::LOG_RATIO_REJECTED, signed(u_r, 3)),
    ];
    let phi_c = phi(dpo.f_divergence, u_c);
    let phi_r = phi(dpo.f_divergence, u_r);
    if dpo.f_divergence != FDivergence::ReverseKl {
        values.push(value("φ(u_c)", texts::AFTER_DIVERGENCE, signed(phi_c, 3)));
        values.push(value("φ(u_r)", texts::AFTER_DIVERGENCE, signed(phi_r, 3)));
    }
    let has = |wanted: DpoTerm| dpo.terms.iter().any(|weighted| weighted.term == wanted);
    let gap = if has(DpoTerm::Ipo) || has(DpoTerm::SigmoidNorm) {
        let gap = phi_c / chosen.len - phi_r / rejected.len;
        values.push(value("h/|y|", texts::GAP_A_TOKEN, signed(gap, 3)));
        gap
    } else {
        let gap = phi_c - phi_r;
        values.push(value("h", texts::GAP, signed(gap, 3)));
        gap
    };
    values.push(if has(DpoTerm::Ipo) {
        value("1/(2β)", texts::GAP_ASKED_FOR, fixed(0.5 / dpo.beta, 3))
    } else {
        value("βh", texts::BETA_TIMES_GAP, signed(dpo.beta * gap, 3))
    });
    if let Some(loss) = dpo_loss(dpo, chosen, rejected) {
        let meaning = if dpo.use_weighting {
            texts::LOSS_BEFORE_WEIGHTS
        } else {
            texts::LOSS_OF_PAIR
        };
        values.push(value("ℒ", meaning, fixed(loss, 3)));
    }
    values
}

fn kto_values(
    kto: &KtoObjective,
    chosen: AnswerLogps,
    rejected: AnswerLogps,
    z: f64,
) -> Vec<LiveValue> {
    let loss = fixed(thumbs_loss(kto, chosen, rejected, z), 3);
    vec![
        value("β", texts::BETA, kto.beta.to_string()),
        value("u", texts::LOG_RATIO_GOOD, signed(chosen.log_ratio(), 3)),
        value("u", texts::LOG_RATIO_BAD, signed(rejected.log_ratio(), 3)),
        value("z", texts::DRIFT, fixed(z, 3)),
        value("ℒ", texts::LOSS_OF_BOTH, loss),
    ]
}

fn cpo_values(cpo: &CpoObjective, chosen: AnswerLogps, rejected: AnswerLogps) -> Vec<LiveValue> {
    let mut values = vec![value("β", texts::BETA, cpo.beta.to_string())];
    let gap = if cpo.uses_means() {
        let (c, r) = (chosen.mean(), rejected.mean());
        values.push(value("m_c", texts::MEAN_LOG_PROB_CHOSEN, fixed(c, 3)));
        values.push(value("m_r", texts::MEAN_LOG_PROB_REJECTED, fixed(r, 3)));
        c - r
    } else {
        let (c, r) = (chosen.policy, rejected.policy);
        values.push(value("log π", texts::LOG_PROB_CHOSEN, fixed(c, 3)));
        values.push(value("log π", texts::LOG_PROB_REJECTED, fixed(r, 3)));
        c - r
    };
    if cpo.alpha == 0.0 && cpo.loss != CpoLoss::Ipo {
        let scaled = signed(cpo.beta * gap, 3);
        values.push(value("βh", texts::BETA_TIMES_GAP, scaled));
    }
    match cpo.loss {
        CpoLoss::Simpo { gamma, .. } => {
            values.push(value("γ", texts::LEAD_ASKED_FOR, gamma.to_string()));
        }
        CpoLoss::Ipo => {
            let target = fixed(0.5 / cpo.beta, 3);
            values.push(value("1/(2β)", texts::GAP_ASKED_FOR, target));
        }
        CpoLoss::Sigmoid { .. } | CpoLoss::Hinge => {}
    }
    let loss = fixed(cpo_loss(cpo, chosen, rejected), 3);
    values.push(value("ℒ", texts::LOSS_OF_PAIR, loss));
    values
}

#[cfg(test)]
mod tests {
    use super::super::pair_loss::tests::{has_pair, pair};
    use super::*;
    use tilt_protocol::ObjectiveKind;

    #[test]
    fn every_objective_with_a_policy_has_live_values() {
        let pair = pair([-10.0, -12.0], [-11.0, -11.0]);
        for kind in ObjectiveKind::ALL {
            let objective = kind.with_beta(kind.default_beta());
            let values = live_values(&pair, &objective, Some(0.5));
            assert_eq!(!values.is_empty(), has_pair(kind), "{kind:?}");
        }
        let values = live_values(&pair, &ObjectiveKind::Dpo.with_beta(0.1), None);
        let seen: Vec<(&str, &str)> = values
            .iter()
            .map(|value| (value.symbol, value.value.as_str()))
            .collect();
        let expected = [
            ("β", "0.1"),
            ("u_c", "+1.000"),
            ("u_r", "−1.000"),
            ("h", "+2.000"),
            ("βh", "+0.200"),
            ("ℒ", "0.598"),
        ];
        assert_eq!(seen, expected);
    }
}
