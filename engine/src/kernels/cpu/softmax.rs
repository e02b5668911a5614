//! Softmax over rows: of attention scores, and of logits with the log-prob of a target.

use super::math::{exp, largest, load, store, sum};
use super::simd::{Simd, SimdKernel, dispatch};

/// Probabilities of causal attention in place: row i of `scores` keeps its first
/// `offset + i + 1` numbers, the others become zero.
pub struct CausalSoftmax<'a> {
    /// `[queries, keys]`, before scaling.
    pub scores: &'a mut [f32],
    pub keys: usize,
    /// Keys before the first query's own.
    pub offset: usize,
    /// 1 / sqrt(head size).
    pub scale: f32,
    /// log of the sum of the exponentials of each row's scaled scores: written, or with
    /// `known` read.
    pub log_sums: &'a mut [f32],
    pub known: bool,
}

impl SimdKernel for CausalSoftmax<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        let rows = self.scores.chunks_exact_mut(self.keys).zip(self.log_sums);
        for (query, (row, log_sum)) in rows.enumerate() {
            let (seen, hidden) = row.split_at_mut(self.offset + query + 1);
            hidden.fill(0.0);
            // SAFETY: loads and stores stay within their slices.
            unsafe {
                let scale = S::splat(self.scale);
                if self.known {
                    let shift = S::splat(-*log_sum);
                    for chunk in seen.chunks_mut(S::LANES) {
                        let score = load::<S>(chunk, 0.0);
                        store::<S>(chunk, exp::<S>(S::mul_add(score, scale, shift)));
                    }
                    continue;
                }
                let mut most = S::splat(f32::NEG_INFINITY);
                for chunk in seen.chunks(S::LANES) {
                    most = S::max(most, load::<S>(chunk, f32::NEG_INFINITY));
                }
                let most = largest::<S>(most) * self.scale;
                let shift = S::splat(-most);
                let mut total = 0.0;
                let mut whole = S::splat(0.0);
                for chunk in seen.chunks_mut(S::LANES) {
                    let power = exp::<S>(S::mul_add(load::<S>(chunk, 0.0), scale, shift));
                    store::<S>(chunk, power);
                    if chunk.len() == S::LANES {
                        whole = S::add(whole, power);
                    } else {
                        total += chunk.iter().sum::<f32>();
                    }
                }
                total += sum::<S>(whole);
                *log_sum = most + total.ln();
                let share = S::splat(1.0 / total);
                for chunk in seen.chunks_mut(S::LANES) {
                    let power = load::<S>(chunk, 0.0);
                    store::<S>(chunk, S::mul(power, share));
                }
            }
        }
    }
}

/// Causal softmax's backward pass in place: `d` becomes
/// `scale * probabilities * (d - sum(d * probabilities))`.
pub struct CausalSoftmaxBackward<'a> {
    /// `[queries, keys]`
    pub d: &'a mut [f32],
    pub probabilities: &'a [f32],
    pub keys: usize,
    pub offset: usize,
    pub scale: f32,
}

impl SimdKernel for CausalSoftmaxBackward<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        let rows = self.d.chunks_exact_mut(self.keys);
        let rows = rows.zip(self.probabilities.chunks_exact(self.keys));
        for (query, (d, p)) in rows.enumerate() {
            let seen = self.offset + query + 1;
            let (d, hidden) = d.split_at_mut(seen);
            hidden.fill(0.0);
            let p = &p[..seen];
            // SAFETY: loads and stores stay within their slices.
            unsafe {
                let mut total = S::splat(0.0);
                for (d, p) in d.chunks(S::LANES).zip(p.chunks(S::LANES)) {
                    total = S::mul_add(load::<S>(d, 0.0), load::<S>(p, 0.0), total);
                }
                let total = S::splat(sum::<S>(total));
                let scale = S::splat(self.scale);
                for (d, p) in d.chunks_mut(S::LANES).zip(p.chunks(S::LANES)) {
                    let change = S::sub(load::<S>(d, 0.0), total);
                    let weight = S::mul(load::<S>(p, 0.0), scale);
                    store::<S>(d, S::mul(change, weight));
                }
            }
        }
    }
}

/// What is read of a row of logits.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ScoredToken {
    /// Log-prob of the target, nats.
    pub logp: f32,
    /// Entropy of the distribution, nats.
    pub entropy: f32,
    /// 1 where the target is the most likely token (of equals, the first), else 0.
    pub is_top1: f32,
    /// Mean logit.
    pub mean_logit: f32,
    /// log of the sum of squared probabilities.
    pub log_sum_squares: f32,
    /// log of the sum of the exponentials.
    pub log_sum: f32,
}

/// Reads rows of logits, one target each.
pub struct ReadLogits<'a> {
    /// `[rows, vocab]`
    pub logits: &'a [f32],
    pub vocab: usize,
    pub targets: &'a [u32],
    pub out: &'a mut [ScoredToken],
}

impl SimdKernel for ReadLogits<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        let rows = self.logits.chunks_exact(self.vocab);
        for ((row, &target), out) in rows.zip(self.targets).zip(self.out) {
            // SAFETY: loads stay within their slices.
            unsafe {
                let mut most = S::splat(f32::NEG_INFINITY);
                for chunk in row.chunks(S::LANES) {
                    most = S::max(most, load::<S>(chunk, f32::NEG_INFINITY));
                }
                let most = largest::<S>(most);
                let shift = S::splat(-most);
                let zero = S::splat(0.0);
                let (mut powers, mut squares, mut weighted, mut plain) = (zero, zero, zero, zero);
                let whole = row.chunks_exact(S::LANES);
                let rest = whole.remainder();
                for chunk in whole {
                    let logit = S::load(chunk.as_ptr());
                    let below = S::add(logit, shift);
                    let power = exp::<S>(below);
                    powers = S::add(powers, power);
                    squares = S::mul_add(power, power, squares);
                    weighted = S::mul_add(power, below, weighted);
                    plain = S::add(plain, logit);
                }
                let (mut powers, mut squares) = (sum::<S>(powers), sum::<S>(squares));
                let (mut weighted, mut plain) = (sum::<S>(weighted), sum::<S>(plain));
                for &logit in rest {
                    let below = logit - most;
                    let power = below.exp();
                    powers += power;
                    squares += power * power;
                    weighted += power * below;
                    plain += logit;
                }
                let target = target as usize;
                let log_powers = powers.ln();
                let is_top1 = row[target] == most && !row[..target].contains(&most);
                *out = ScoredToken {
                    logp: row[target] - most - log_powers,
                    entropy: log_powers - weighted / powers,
                    is_top1: f32::from(u8::from(is_top1)),
                    mean_logit: plain / self.vocab as f32,
                    log_sum_squares: squares.ln() - 2.0 * log_powers,
                    log_sum: most + log_powers,
                };
            }
        }
    }
}

/// Log-prob of a token under its row of logits `[vocab]`, in nats: to the last bit what scoring
/// says of it.
pub fn logp_of(logits: &[f32], id: u32) -> f32 {
    let mut scored = [ScoredToken::default()];
    dispatch(ReadLogits {
        logits,
        vocab: logits.len(),
        targets: &[id],
        out: &mut scored,
    });
    scored[0].logp
}

/// `exp((logits - largest) / temperature)`: probabilities but for their sum, the largest 1.
///
/// # Shapes
/// `logits` and `weights` `[vocab]`.
pub fn softmax_weights(logits: &[f32], temperature: f32, weights: &mut [f32]) {
    dispatch(SoftmaxWeights {
        logits,
        temperature,
        weights,
    });
}

struct SoftmaxWeights<'a> {
    logits: &'a [f32],
    temperature: f32,
    weights: &'a mut [f32],
}

impl SimdKernel for SoftmaxWeights<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        // SAFETY: loads and stores stay within their slices.
        unsafe {
            let mut most = S::splat(f32::NEG_INFINITY);
            for chunk in self.logits.chunks(S::LANES) {
                most = S::max(most, load::<S>(chunk, f32::NEG_INFINITY));
            }
            let most = S::splat(largest::<S>(most));
            let temperature = S::splat(self.temperature);
            let weights = self.weights.chunks_mut(S::LANES);
            for (weights, logits) in weights.zip(self.logits.chunks(S::LANES)) {
                let below = S::sub(load::<S>(logits, 0.0), most);
                store::<S>(weights, exp::<S>(S::div(below, temperature)));
            }
        }
    }
}

/// Logits become what the loss changes by with them: upstream (one at the target minus
/// the probability), upstream being d loss / d log-prob of each row's target.
pub struct LogitsBackward<'a> {
    /// `[rows, vocab]`
    pub logits: &'a mut [f32],
    pub vocab: usize,
    pub targets: &'a [u32],
    pub log_sums: &'a [f32],
    pub upstream: &'a [f32],
}

impl SimdKernel for LogitsBackward<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        let rows = self.logits.chunks_exact_mut(self.vocab);
        let known = self.targets.iter().zip(self.log_sums).zip(self.upstream);
        for (row, ((&target, &log_sum), &upstream)) in rows.zip(known) {
            // SAFETY: loads and stores stay within their slices.
            unsafe {
                let shift = S::splat(-log_sum);
                let scale = S::splat(-upstream);
                for chunk in row.chunks_mut(S::LANES) {
                    let p = exp::<S>(S::add(load::<S>(chunk, 0.0), shift));
                    store::<S>(chunk, S::mul(p, scale));
                }
                row[target as usize] += upstream;
            }
        }
    }
}
