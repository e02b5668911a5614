//! What is read of the logits beside the log-probs.

use super::cpu::ScoredToken;

/// How many quantities: entropy of the next-token distribution
/// in nats; 1 where the token was the most likely one; mean raw logit over the vocabulary;
/// log of the sum over the vocabulary of p^2.
pub const STATISTICS: usize = 4;

/// `[STATISTICS * n]`, one quantity after the other.
pub fn statistics_of(scored: &[ScoredToken]) -> Vec<f32> {
    let part = |read: fn(&ScoredToken) -> f32| scored.iter().map(read);
    part(|scored| scored.entropy)
        .chain(part(|scored| scored.is_top1))
        .chain(part(|scored| scored.mean_logit))
        .chain(part(|scored| scored.log_sum_squares))
        .collect()
}
