//! The loss that one pair would have as a batch of its own, from its log-probs, in the
//! engine's formulas (`engine/src/loss/`).

use tilt_protocol::{
    CpoLoss, CpoObjective, DpoObjective, DpoTerm, FDivergence, Inspection, KtoObjective,
    SequenceView, SftLoss, TokenView,
};

/// The largest mean log-prob that ORPO's odds are taken of, as in the engine.
const LARGEST_MEAN: f64 = -1e-12;
/// Largest exponent of an f-divergence, as in the engine.
const EXPONENT_LIMIT: f64 = 80.0;

/// What an objective sees of one answer.
#[derive(Clone, Copy, Debug)]
pub struct AnswerLogps {
    pub policy: f64,
    pub reference: f64,
    /// In tokens, at least 1.
    pub len: f64,
}

impl AnswerLogps {
    /// Tokens from `limit` on count `share` (LD-DPO).
    fn new(view: &SequenceView, limit: usize, share: f64) -> AnswerLogps {
        let weigh = |of_token: fn(&TokenView) -> f64| -> f64 {
            let logps = view.completion.iter().map(of_token).enumerate();
            logps
                .map(|(index, logp)| if index < limit { logp } else { share * logp })
                .sum()
        };
        AnswerLogps {
            policy: weigh(|token| token.policy_logp),
            reference: weigh(|token| token.reference_logp),
            len: view.completion.len().max(1) as f64,
        }
    }

    fn whole(view: &SequenceView) -> AnswerLogps {
        AnswerLogps::new(view, usize::MAX, 1.0)
    }

    pub fn log_ratio(self) -> f64 {
        self.policy - self.reference
    }

    /// The policy's mean log-prob of a token.
    pub fn mean(self) -> f64 {
        self.policy / self.len
    }
}

pub fn whole_pair(inspection: &Inspection) -> (AnswerLogps, AnswerLogps) {
    (
        AnswerLogps::whole(&inspection.chosen),
        AnswerLogps::whole(&inspection.rejected),
    )
}

pub fn dpo_pair(inspection: &Inspection, dpo: &DpoObjective) -> (AnswerLogps, AnswerLogps) {
    let (chosen, rejected) = (&inspection.chosen, &inspection.rejected);
    match dpo.ld_alpha {
        None => whole_pair(inspection),
        Some(alpha) => {
            let shorter = chosen.completion.len().min(rejected.completion.len());
            (
                AnswerLogps::new(chosen, shorter, alpha),
                AnswerLogps::new(rejected, shorter, alpha),
            )
        }
    }
}

/// The weighted sum of the terms, before WPO's weights; `None` where a term sorts the
/// batch.
pub fn dpo_loss(dpo: &DpoObjective, chosen: AnswerLogps, rejected: AnswerLogps) -> Option<f64> {
    dpo.terms
        .iter()
        .map(|weighted| {
            let loss = term_loss(weighted.term, dpo, chosen, rejected)?;
            Some(weighted.weight * loss)
        })
        .sum()
}

fn term_loss(
    term: DpoTerm,
    dpo: &DpoObjective,
    chosen: AnswerLogps,
    rejected: AnswerLogps,
) -> Option<f64> {
    let beta = dpo.beta;
    let u_c = phi(dpo.f_divergence, chosen.log_ratio());
    let u_r = phi(dpo.f_divergence, rejected.log_ratio());
    let margin = beta * (u_c - u_r);
    let mean_gap = u_c / chosen.len - u_r / rejected.len;
    let target = 1.0 / (2.0 * beta);
    Some(match term {
        DpoTerm::Sigmoid => softplus(-margin),
        DpoTerm::Cdpo { epsilon } => smoothed(margin, epsilon),
        DpoTerm::Hinge => (1.0 - margin).max(0.0),
        DpoTerm::Ipo => (mean_gap - target).powi(2),
        DpoTerm::Robust { epsilon } => {
            let value = (1.0 - epsilon) * softplus(-margin) - epsilon * softplus(margin);
            value / (1.0 - 2.0 * epsilon)
        }
        DpoTerm::ExoPair { epsilon } => {
            sigmoid(margin) * (-softplus(-margin) - (1.0 - epsilon).ln())
                + sigmoid(-margin) * (-softplus(margin) - epsilon.ln())
        }
        DpoTerm::NcaPair => {
            softplus(-beta * u_c) + 0.5 * softplus(beta * u_c) + 0.5 * softplus(beta * u_r)
        }
        DpoTerm::BcoPair => softplus(-beta * u_c) + softplus(beta * u_r),
        DpoTerm::SppoHard => (u_c - target).powi(2) + (u_r + target).powi(2),
        DpoTerm::ApoZero => sigmoid(-beta * u_c) + sigmoid(beta * u_r),
        DpoTerm::ApoDown => sigmoid(beta * u_c) + sigmoid(-margin),
        DpoTerm::Aot { .. } | DpoTerm::AotUnpaired { .. } => return None,
        DpoTerm::Discopop { tau } => {
            // g e^-margin as one exponential, which cannot become 0 times infinity.
            let modulated = 1.0 + growing_exp(-softplus(-margin / tau) - margin);
            sigmoid(-margin / tau) * softplus(-margin) + modulated
        }
        DpoTerm::SigmoidNorm => softplus(-beta * mean_gap),
        DpoTerm::Sft => -chosen.mean(),
    })
}

/// The mean of the two answers' losses, each with its own thumb.
pub fn thumbs_loss(kto: &KtoObjective, chosen: AnswerLogps, rejected: AnswerLogps, z: f64) -> f64 {
    let good = kto.desirable_weight * sigmoid(-kto.beta * (chosen.log_ratio() - z));
    let bad = kto.undesirable_weight * sigmoid(kto.beta * (rejected.log_ratio() - z));
    0.5 * (good + bad)
}

/// With the chosen answer's own loss.
pub fn cpo_loss(cpo: &CpoObjective, chosen: AnswerLogps, rejected: AnswerLogps) -> f64 {
    // AlphaPO's reward, in all of them.
    let reward = |m: f64| match cpo.alpha {
        0.0 => m,
        alpha => -growing_exp(-alpha * m) / alpha,
    };
    let gap = cpo.beta * (reward(chosen.policy) - reward(rejected.policy));
    let mean_gap = reward(chosen.mean()) - reward(rejected.mean());
    let preference = match cpo.loss {
        CpoLoss::Sigmoid { epsilon } => smoothed(gap, epsilon),
        CpoLoss::Hinge => (1.0 - gap).max(0.0),
        CpoLoss::Ipo => (mean_gap - 1.0 / (2.0 * cpo.beta)).powi(2),
        CpoLoss::Simpo { gamma, epsilon } => smoothed(cpo.beta * mean_gap - gamma, epsilon),
    };
    preference - cpo.cpo_alpha * chosen.mean()
}

/// ORPO's log of the odds ratio.
pub fn log_odds(chosen: AnswerLogps, rejected: AnswerLogps) -> f64 {
    let of = |answer: AnswerLogps| {
        let m = answer.mean().min(LARGEST_MEAN);
        m - (-m.exp_m1()).ln()
    };
    of(chosen) - of(rejected)
}

/// The mean loss of a token.
pub fn token_loss(view: &SequenceView, loss: SftLoss) -> f64 {
    let logps = view.completion.iter().map(|token| token.policy_logp);
    let sum: f64 = match loss {
        SftLoss::Nll => logps.sum(),
        SftLoss::Dft => logps.map(|logp| logp.exp() * logp).sum(),
    };
    -sum / view.completion.len().max(1) as f64
}

pub fn phi(divergence: FDivergence, u: f64) -> f64 {
    let power = |exponent: f64| exponent.min(EXPONENT_LIMIT).exp();
    match divergence {
        FDivergence::ReverseKl => u,
        FDivergence::ForwardKl => 1.0 - power(-u),
        FDivergence::JsDivergence => std::f64::consts::LN_2 - softplus(-u),
        FDivergence::AlphaDivergence { alpha } if (alpha - 1.0).abs() < 1e-6 => u,
        FDivergence::AlphaDivergence { alpha } => (power((alpha - 1.0) * u) - 1.0) / (alpha - 1.0),
    }
}

/// e^x - 1, from [`EXPONENT_LIMIT`] on as a straight line: as in the engine's losses.
fn growing_exp(x: f64) -> f64 {
    let beyond = (x - EXPONENT_LIMIT).max(0.0);
    x.min(EXPONENT_LIMIT).exp_m1() + beyond * EXPONENT_LIMIT.exp()
}

/// log(1 + e^x), without overflow.
pub fn softplus(x: f64) -> f64 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}

fn sigmoid(x: f64) -> f64 {
    (-softplus(-x)).exp()
}

fn smoothed(x: f64, epsilon: f64) -> f64 {
    (1.0 - epsilon) * softplus(-x) + epsilon * softplus(x)
}

#[cfg(test)]
pub mod tests {
    use super::super::starting_loss;
    use super::*;
    use tilt_protocol::{Objective, ObjectiveKind};

    /// An answer of `len` equal tokens with these sums.
    fn answer(policy: f64, reference: f64, len: usize) -> SequenceView {
        let token = TokenView {
            token: String::new(),
            id: 0,
            policy_logp: policy / len as f64,
            reference_logp: reference / len as f64,
            next_tokens: Vec::new(),
        };
        SequenceView {
            prompt: Vec::new(),
            completion: vec![token; len],
        }
    }

    /// Whether an objective says something of a pair: rewards say nothing of the selected one.
    pub fn has_pair(kind: ObjectiveKind) -> bool {
        kind.trains_policy() && !kind.samples_answers()
    }

    pub fn pair(policy: [f64; 2], reference: [f64; 2]) -> Inspection {
        Inspection {
            step: 1,
            chosen: answer(policy[0], reference[0], 4),
            rejected: answer(policy[1], reference[1], 6),
        }
    }

    /// The loss where a pair alone has one.
    fn loss(pair: &Inspection, objective: &Objective) -> Option<f64> {
        let (chosen, rejected) = whole_pair(pair);
        match objective {
            Objective::Dpo(dpo) => {
                let (chosen, rejected) = dpo_pair(pair, dpo);
                dpo_loss(dpo, chosen, rejected)
            }
            Objective::Kto(kto) => Some(thumbs_loss(kto, chosen, rejected, 0.0)),
            Objective::Cpo(cpo) => Some(cpo_loss(cpo, chosen, rejected)),
            Objective::Sft(sft) => Some(token_loss(&pair.chosen, sft.loss)),
            Objective::Orpo { .. } | Objective::Reward { .. } | Objective::Online(_) => None,
        }
    }

    #[test]
    fn a_run_starts_where_the_guide_says() {
        let same = pair([-10.0, -12.0], [-10.0, -12.0]);
        let mut compared = 0;
        for kind in ObjectiveKind::ALL {
            let objective = kind.with_beta(0.3);
            let (Some(start), Some(loss)) = (starting_loss(&objective), loss(&same, &objective))
            else {
                continue;
            };
            assert!(
                (loss - start.value).abs() < 1e-12,
                "{kind:?}: {loss} {start:?}"
            );
            compared += 1;
        }
        assert_eq!(compared, 16);
    }

    /// TRL 1.16.0 (EXO in float32) on one pair: log-probs of policy and reference, lengths 4 and 6.
    #[test]
    fn a_pairs_loss_is_trls() {
        let pair = pair([-10.0, -12.0], [-11.0, -11.0]);
        for (kind, beta, expected) in [
            (ObjectiveKind::Dpo, 0.5, 0.3132616875182),
            (ObjectiveKind::Hinge, 0.1, 0.8),
            (ObjectiveKind::Ipo, 0.1, 21.00694444444),
            (ObjectiveKind::Robust, 0.1, 0.5731388693816),
            (ObjectiveKind::Exo, 0.1, 2.422014663881),
            (ObjectiveKind::Nca, 0.1, 1.338793320147),
            (ObjectiveKind::Bco, 0.1, 1.288793320147),
            (ObjectiveKind::Sppo, 0.1, 32.0),
            (ObjectiveKind::ApoZero, 0.1, 0.9500416250421),
            (ObjectiveKind::ApoDown, 0.1, 0.9751451901665),
            (ObjectiveKind::Discopop, 0.05, 0.8737921186732),
            (ObjectiveKind::SigmoidNorm, 2.0, 0.3608848159342),
            (ObjectiveKind::Mpo, 0.1, 3.236269759535),
            (ObjectiveKind::Rpo, 0.1, 3.098138869382),
            (ObjectiveKind::Cdpo, 0.1, 0.6181388693816),
            // TRL's table leaves the supervised term out: 2.5 here.
            (ObjectiveKind::Cpo, 0.1, 0.5981388693816 + 2.5),
            (ObjectiveKind::CpoHinge, 0.1, 0.8 + 2.5),
            (ObjectiveKind::CpoIpo, 0.1, 30.25 + 2.5),
            (ObjectiveKind::Sft, 0.1, 2.5),
        ] {
            let found = loss(&pair, &kind.with_beta(beta)).unwrap_or(f64::NAN);
            assert!(
                (found - expected).abs() < 1e-7,
                "{kind:?}: {found} {expected}"
            );
        }
    }

    #[test]
    fn odds_are_trls() {
        let logps = |mean| AnswerLogps {
            policy: mean,
            reference: 0.0,
            len: 1.0,
        };
        for (chosen, rejected, expected) in
            [(-1e-9, -5.0, 25.716505087), (-0.05, -2.0, 4.825214651189)]
        {
            let found = log_odds(logps(chosen), logps(rejected));
            assert!((found - expected).abs() < 1e-7, "{found} {expected}");
        }
    }

    #[test]
    fn what_is_beyond_the_shorter_answer_counts_half() {
        let objective = ObjectiveKind::LdDpo.with_beta(0.1);
        // u_c = 4 tokens of 0.25; u_r = 4 of -1/6 and 2 at half weight.
        let h: f64 = 1.0 - (-4.0 / 6.0 - 0.5 * 2.0 / 6.0);
        let found = loss(&pair([-10.0, -12.0], [-11.0, -11.0]), &objective);
        assert!(found.is_some_and(|loss| (loss - softplus(-0.1 * h)).abs() < 1e-12));
    }
}
