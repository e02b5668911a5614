//! TRL's CPO and ORPO trainers on one batch: pairs without a reference.

use super::Evaluated;
use super::dpo::split;
use super::forward::Readout;
use super::logged::{self, mean};
use crate::loss::{
    CompletionLogp, Measure, PairLogps, PairLoss, TokenLoss, alpha_reward, cpo_loss, log_odds, nll,
    orpo,
};
use std::ops::Range;
use tilt_protocol::{CpoObjective, Metrics, metrics};

/// CPO, SimPO and AlphaPO: the preference term plus `cpo_alpha` times the mean loss of
/// the chosen completions' tokens.
pub fn evaluate_cpo(objective: &CpoObjective, pass: &Readout<'_>) -> Evaluated {
    let pairs = pass.sequences.len() / 2;
    let sides = divided_by_scored(pass, pairs);
    let out = cpo_loss(objective, &sides);
    let measure = if objective.uses_means() {
        Measure::Mean
    } else {
        Measure::Sum
    };
    let supervised = nll_of(pass, &pass.batch.spans[..pairs]);
    let mut logged_of_batch = Metrics::default();
    let margins = log_sides(&mut logged_of_batch, &sides, measure, |m| {
        objective.beta * alpha_reward(m, objective.alpha).0
    });
    // As TRL: not computed where it does not count.
    let nll_loss = if objective.cpo_alpha == 0.0 {
        0.0
    } else {
        supervised.loss
    };
    logged_of_batch.set(metrics::NLL_LOSS, nll_loss);
    log_logits(&mut logged_of_batch, pass, pairs, pass.batch.width());
    let spans = &pass.batch.spans[..pairs];
    finish(
        pass,
        out,
        1.0,
        (supervised, spans, objective.cpo_alpha),
        (margins, logged_of_batch),
    )
}

/// ORPO: the mean loss of all tokens of prompt and chosen completion, plus beta times
/// the odds-ratio term.
pub fn evaluate_orpo(beta: f64, pass: &Readout<'_>) -> Evaluated {
    let pairs = pass.sequences.len() / 2;
    let sides = divided_by_scored(pass, pairs);
    let out = orpo(&sides);
    let spans = &pass.batch.scored_spans[..pairs];
    let supervised = nll_of(pass, spans);
    let mut logged_of_batch = Metrics::default();
    let margins = log_sides(&mut logged_of_batch, &sides, Measure::Mean, |m| beta * m);
    logged_of_batch.set(metrics::NLL_LOSS, supervised.loss);
    logged_of_batch.set(metrics::LOG_ODDS_RATIO, -out.loss);
    let odds: Vec<f64> = sides
        .chosen
        .iter()
        .zip(&sides.rejected)
        .map(|(chosen, rejected)| log_odds(chosen, rejected))
        .collect();
    logged_of_batch.set_some(metrics::LOG_ODDS_CHOSEN, mean(&odds));
    // TRL leaves out the last position here.
    log_logits(&mut logged_of_batch, pass, pairs, pass.batch.width() - 1);
    finish(
        pass,
        out,
        beta,
        (supervised, spans, 1.0),
        (margins, logged_of_batch),
    )
}

/// Both sides with the tokens that are predicted as lengths: these trainers divide by
/// them.
fn divided_by_scored(pass: &Readout<'_>, pairs: usize) -> PairLogps {
    let rows = pass.completions().into_iter();
    let counted = rows.map(|row| CompletionLogp {
        length: row.scored,
        ..row
    });
    split(counted.collect(), pairs)
}

fn nll_of(pass: &Readout<'_>, spans: &[Range<usize>]) -> TokenLoss {
    let tokens = spans.iter().flat_map(|span| &pass.values[span.clone()]);
    nll(&tokens.copied().collect::<Vec<_>>())
}

fn log_sides(
    logged_of_batch: &mut Metrics,
    sides: &PairLogps,
    measure: Measure,
    reward: impl Fn(f64) -> f64,
) -> Vec<f64> {
    let of =
        |rows: &[CompletionLogp]| -> Vec<f64> { rows.iter().map(|row| measure.of(row)).collect() };
    let (chosen, rejected) = (of(&sides.chosen), of(&sides.rejected));
    let rewards = |logps: &[f64]| -> Vec<f64> { logps.iter().map(|&m| reward(m)).collect() };
    let margins = logged::pair_rewards(logged_of_batch, &rewards(&chosen), &rewards(&rejected));
    logged_of_batch.set_some(metrics::LOGPS_CHOSEN, mean(&chosen));
    logged_of_batch.set_some(metrics::LOGPS_REJECTED, mean(&rejected));
    margins
}

/// The mean raw logit over the first `positions` positions of every row, padding too.
fn log_logits(logged_of_batch: &mut Metrics, pass: &Readout<'_>, pairs: usize, positions: usize) {
    let rows: Vec<&[f64]> = pass
        .all_mean_logits
        .chunks_exact(pass.batch.width())
        .collect();
    let (chosen, rejected) = rows.split_at(pairs.min(rows.len()));
    for (name, side) in [
        (metrics::LOGITS_CHOSEN, chosen),
        (metrics::LOGITS_REJECTED, rejected),
    ] {
        let values: Vec<f64> = side
            .iter()
            .flat_map(|row| &row[..positions])
            .copied()
            .collect();
        logged_of_batch.set_some(name, mean(&values));
    }
}

/// The preference term times `scale` plus the supervised one times its weight.
fn finish(
    pass: &Readout<'_>,
    preference: PairLoss,
    scale: f64,
    (supervised, spans, weight): (TokenLoss, &[Range<usize>], f64),
    (margins, logged_of_batch): (Vec<f64>, Metrics),
) -> Evaluated {
    let mut upstream = vec![0.0; pass.values.len()];
    let d_sums = preference.d_chosen.iter().chain(&preference.d_rejected);
    for (span, d_sum) in pass.batch.spans.iter().zip(d_sums) {
        upstream[span.clone()].fill(scale * d_sum);
    }
    let tokens = spans.iter().cloned().flatten();
    for (token, d) in tokens.zip(&supervised.d_tokens) {
        upstream[token] += weight * d;
    }
    Evaluated {
        loss: scale * preference.loss + weight * supervised.loss,
        per_example: preference
            .per_example
            .iter()
            .map(|loss| scale * loss)
            .collect(),
        upstream,
        metrics: logged_of_batch,
        margins,
        policy: pass.completions(),
        reference: Vec::new(),
    }
}
