//! The metrics that several objectives share.

use super::forward::Readout;
use crate::loss::CompletionLogp;
use std::ops::Range;
use tilt_protocol::{Metrics, metrics};

pub fn mean(numbers: &[f64]) -> Option<f64> {
    (!numbers.is_empty()).then(|| numbers.iter().sum::<f64>() / numbers.len() as f64)
}

pub fn mean_sum(rows: &[CompletionLogp]) -> Option<f64> {
    mean(&rows.iter().map(|row| row.sum.0).collect::<Vec<_>>())
}

/// Values at the tokens of some spans.
fn at_spans<'a>(values: &'a [f64], spans: impl IntoIterator<Item = &'a Range<usize>>) -> Vec<f64> {
    let pick = |span: &'a Range<usize>| values.get(span.clone()).unwrap_or_default();
    spans.into_iter().flat_map(pick).copied().collect()
}

/// `entropy` over the tokens of the given spans.
pub fn entropy(logged: &mut Metrics, pass: &Readout<'_>, spans: &[Range<usize>]) {
    if !pass.entropy.is_empty() {
        let value = mean(&at_spans(&pass.entropy, spans)).unwrap_or(0.0);
        logged.set(metrics::ENTROPY, value);
    }
}

/// `mean_token_accuracy` over the tokens of the given spans.
pub fn token_accuracy(logged: &mut Metrics, pass: &Readout<'_>, spans: &[Range<usize>]) {
    if !pass.is_top1.is_empty() {
        let value = mean(&at_spans(&pass.is_top1, spans)).unwrap_or(0.0);
        logged.set(metrics::MEAN_TOKEN_ACCURACY, value);
    }
}

/// `logits/chosen` and `logits/rejected`: the mean over the tokens of some spans.
pub fn mean_logits<'a>(
    pass: &'a Readout<'_>,
    spans: impl IntoIterator<Item = &'a Range<usize>>,
) -> Option<f64> {
    mean(&at_spans(&pass.mean_logits, spans))
}

/// Chosen minus rejected of each pair, and the share of pairs in which chosen is strictly
/// above.
pub fn margins(chosen: &[f64], rejected: &[f64]) -> (Vec<f64>, f64) {
    let pairs = chosen.iter().zip(rejected);
    let hits = pairs
        .clone()
        .filter(|(chosen, rejected)| chosen > rejected)
        .count();
    let margins = pairs.map(|(chosen, rejected)| chosen - rejected).collect();
    (margins, hits as f64 / chosen.len().max(1) as f64)
}

/// Rewards, accuracies and margins of pairs; returns the margins.
pub fn pair_rewards(logged: &mut Metrics, chosen: &[f64], rejected: &[f64]) -> Vec<f64> {
    let (margins, accuracy) = margins(chosen, rejected);
    logged.set_some(metrics::REWARDS_CHOSEN, mean(chosen));
    logged.set_some(metrics::REWARDS_REJECTED, mean(rejected));
    logged.set(metrics::REWARDS_ACCURACIES, accuracy);
    logged.set_some(metrics::REWARDS_MARGINS, mean(&margins));
    margins
}
