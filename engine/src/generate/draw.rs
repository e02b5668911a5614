//! One token out of a row of logits.

use crate::kernels::cpu::{logp_of, softmax_weights};
use crate::random::Random;
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
use tilt_protocol::Sampling;

/// How the next token is picked.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pick {
    Greedy,
    Sample(Sampling),
}

/// Draws tokens, and keeps its room from one to the next.
#[derive(Default)]
pub struct Drawer {
    /// Logits after the penalty, `[vocab]`.
    penalised: Vec<f32>,
    /// Probabilities but for their sum, `[vocab]`; 0 for what is filtered out.
    weights: Vec<f32>,
    /// Ids, the likeliest first where they are sorted.
    order: Vec<u32>,
    seen: Vec<u32>,
}

/// So many weights are passed over at once.
const STRIDE: usize = 32;

impl Drawer {
    /// The picked id and its log-prob under the model at temperature 1, in nats. `seen` are the
    /// ids of prompt and answer so far.
    pub fn draw<'a>(
        &mut self,
        logits: &[f32],
        pick: Pick,
        seen: impl IntoIterator<Item = &'a u32>,
        random: &mut Random,
    ) -> (u32, f64) {
        let id = match pick {
            Pick::Greedy => argmax(logits),
            Pick::Sample(sampling) => {
                self.weigh(logits, seen, &sampling);
                sample(&self.weights, random)
            }
        } as u32;
        (id, f64::from(logp_of(logits, id)))
    }

    /// Weights after repetition penalty, temperature, top-k, top-p and min-p, in that order.
    fn weigh<'a>(
        &mut self,
        logits: &[f32],
        seen: impl IntoIterator<Item = &'a u32>,
        sampling: &Sampling,
    ) {
        self.weights.resize(logits.len(), 0.0);
        // Temperatures that f32 does not hold are as good as its ends: 0 / 0 would be no number.
        let temperature = (sampling.temperature as f32).max(f32::MIN_POSITIVE);
        let logits = match sampling.repetition_penalty == 1.0 {
            true => logits,
            false => {
                self.penalise(logits, seen, sampling.repetition_penalty);
                &self.penalised
            }
        };
        softmax_weights(logits, temperature, &mut self.weights);
        if sampling.top_k.is_some() || sampling.top_p < 1.0 {
            self.order.clear();
            self.order.extend(0..self.weights.len() as u32);
        }
        if let Some(k) = sampling.top_k {
            self.keep_top(k.max(1));
        }
        if sampling.top_p < 1.0 {
            self.keep_nucleus(sampling.top_p);
        }
        if sampling.min_p > 0.0 {
            let most = self.weights.iter().copied().fold(0.0, f32::max);
            let least = sampling.min_p * f64::from(most);
            let weights = self.weights.iter_mut();
            weights
                .filter(|weight| f64::from(**weight) < least)
                .for_each(|weight| *weight = 0.0);
        }
    }

    /// Keskar et al. 2019 (CTRL, arXiv 1909.05858), section 4.1; each id counts once.
    fn penalise<'a>(
        &mut self,
        logits: &[f32],
        seen: impl IntoIterator<Item = &'a u32>,
        penalty: f64,
    ) {
        self.penalised.clear();
        self.penalised.extend_from_slice(logits);
        self.seen.clear();
        self.seen.extend(seen);
        self.seen.sort_unstable();
        self.seen.dedup();
        for &id in &self.seen {
            if let Some(logit) = self.penalised.get_mut(id as usize) {
                let exact = f64::from(*logit);
                let penalised = match exact > 0.0 {
                    true => exact / penalty,
                    false => exact * penalty,
                };
                *logit = penalised as f32;
            }
        }
    }

    /// Keeps the `k` likeliest, in `order` too.
    fn keep_top(&mut self, k: usize) {
        if k >= self.order.len() {
            return;
        }
        let weights = &mut self.weights;
        let by_rank = |a: &u32, b: &u32| likelier(weights, *a, *b);
        self.order.select_nth_unstable_by(k - 1, by_rank);
        for &id in &self.order[k..] {
            weights[id as usize] = 0.0;
        }
        self.order.truncate(k);
    }

    /// Keeps the likeliest until they reach `top_p`; the first stays (Holtzman et al. 2020,
    /// arXiv 1904.09751, section 3.1).
    fn keep_nucleus(&mut self, top_p: f64) {
        let total = total(&self.weights);
        let weights = &mut self.weights;
        let mut before = 0.0;
        let mut rest = &mut self.order[..];
        // Few tokens have most of the probability: they are sorted in growing pieces.
        let mut piece = 2 * STRIDE;
        let mut is_first = true;
        while !rest.is_empty() && (is_first || before < top_p) {
            let count = piece.min(rest.len());
            let by_rank = |a: &u32, b: &u32| likelier(weights, *a, *b);
            if count < rest.len() {
                rest.select_nth_unstable_by(count - 1, by_rank);
            }
            let (sorted, later) = rest.split_at_mut(count);
            sorted.sort_unstable_by(by_rank);
            for &id in &*sorted {
                // A token goes when those before it already reach top_p.
                let probability = f64::from(weights[id as usize]) / total;
                if !is_first && before >= top_p {
                    weights[id as usize] = 0.0;
                }
                before += probability;
                is_first = false;
            }
            rest = later;
            piece *= 4;
        }
        for &id in &*rest {
            weights[id as usize] = 0.0;
        }
    }
}

/// The larger weight first, of equals the lower id.
fn likelier(weights: &[f32], a: u32, b: u32) -> Ordering {
    let (first, second) = (weights[a as usize], weights[b as usize]);
    second.total_cmp(&first).then(a.cmp(&b))
}

/// Probabilities after repetition penalty, temperature, top-k, top-p and min-p, in
/// that order (as `transformers` applies them); they sum to 1. `seen` are the ids of
/// prompt and answer so far.
pub fn probabilities<'a>(
    logits: &[f32],
    seen: impl IntoIterator<Item = &'a u32>,
    sampling: &Sampling,
) -> Vec<f64> {
    let mut drawer = Drawer::default();
    drawer.weigh(logits, seen, sampling);
    let total = total(&drawer.weights);
    let weights = drawer.weights.iter();
    weights.map(|&weight| f64::from(weight) / total).collect()
}

fn sum(weights: &[f32]) -> f64 {
    weights.iter().map(|&weight| f64::from(weight)).sum()
}

fn total(weights: &[f32]) -> f64 {
    weights.chunks(STRIDE).map(sum).sum()
}

fn sample(weights: &[f32], random: &mut Random) -> usize {
    let mut left = random.unit() * total(weights);
    let mut last = 0;
    for (index, chunk) in weights.chunks(STRIDE).enumerate() {
        let of_chunk = sum(chunk);
        if left >= of_chunk {
            left -= of_chunk;
            if let Some(place) = chunk.iter().rposition(|&weight| weight > 0.0) {
                last = index * STRIDE + place;
            }
            continue;
        }
        for (place, &weight) in chunk.iter().enumerate() {
            if weight > 0.0 {
                last = index * STRIDE + place;
                left -= f64::from(weight);
                if left < 0.0 {
                    return last;
                }
            }
        }
    }
    last
}

/// The first of the largest.
fn argmax(logits: &[f32]) -> usize {
    let largest = logits.iter().copied().fold(f32::MIN, f32::max);
    logits
        .iter()
        .position(|&logit| logit == largest)
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sampling(temperature: f64, top_k: Option<usize>, top_p: f64) -> Sampling {
        Sampling {
            temperature,
            top_k,
            top_p,
            ..Sampling::default()
        }
    }

    #[test]
    fn top_k_and_top_p_keep_the_most_likely() {
        let logits = [0.5_f32, 0.3, 0.2].map(f32::ln);
        let close = |a: &[f64], b: &[f64]| {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-6)
        };
        let all = probabilities(&logits, &[], &sampling(1.0, None, 1.0));
        assert!(close(&all, &[0.5, 0.3, 0.2]), "{all:?}");
        let two = probabilities(&logits, &[], &sampling(1.0, Some(2), 1.0));
        assert!(close(&two, &[0.625, 0.375, 0.0]), "{two:?}");
        let nucleus = probabilities(&logits, &[], &sampling(1.0, None, 0.4));
        assert!(close(&nucleus, &[1.0, 0.0, 0.0]), "{nucleus:?}");
        let cool = probabilities(&logits, &[], &sampling(0.5, None, 1.0));
        assert!(
            close(&cool, &[0.25 / 0.38, 0.09 / 0.38, 0.04 / 0.38]),
            "{cool:?}"
        );
    }

    #[test]
    fn samples_follow_the_probabilities() {
        let mut random = Random::from_seed(5);
        let mut counts = [0; 3];
        for _ in 0..3000 {
            counts[sample(&[0.5, 0.3, 0.2], &mut random)] += 1;
        }
        assert!((1400..1600).contains(&counts[0]), "{counts:?}");
        assert!((500..700).contains(&counts[2]), "{counts:?}");
    }

    /// As the filters are defined: everything sorted, one token after another, in f64.
    fn plainly(logits: &[f32], sampling: &Sampling) -> Vec<f64> {
        let largest = logits.iter().copied().fold(f32::MIN, f32::max);
        let weight = |&logit: &f32| (f64::from(logit - largest) / sampling.temperature).exp();
        let mut weights: Vec<f64> = logits.iter().map(weight).collect();
        let mut order: Vec<usize> = (0..weights.len()).collect();
        order.sort_by(|&a, &b| logits[b].total_cmp(&logits[a]));
        for &id in order.iter().skip(sampling.top_k.unwrap_or(usize::MAX)) {
            weights[id] = 0.0;
        }
        let total: f64 = weights.iter().sum();
        let mut before = 0.0;
        for (rank, &id) in order.iter().enumerate() {
            let share = weights[id] / total;
            if rank > 0 && before >= sampling.top_p {
                weights[id] = 0.0;
            }
            before += share;
        }
        let total: f64 = weights.iter().sum();
        weights.into_iter().map(|weight| weight / total).collect()
    }

    /// Logits without equals, so that one order is right.
    fn logits(vocab: usize, seed: u64) -> Vec<f32> {
        let mut random = Random::from_seed(seed);
        (0..vocab).map(|_| 2.0 * random.normal() as f32).collect()
    }

    #[test]
    fn filters_sort_no_more_than_they_must_and_keep_the_same() {
        for (vocab, seed) in [(3, 1), (64, 2), (65, 3), (1024, 4)] {
            let logits = logits(vocab, seed);
            for (top_k, top_p) in [
                (None, 1.0),
                (None, 0.9),
                (None, 0.999),
                (None, 1e-9),
                (Some(1), 1.0),
                (Some(40), 1.0),
                (Some(40), 0.7),
                (Some(2000), 0.95),
            ] {
                for temperature in [0.3, 1.0, 3.0] {
                    let sampling = sampling(temperature, top_k, top_p);
                    let found = probabilities(&logits, &[], &sampling);
                    let expected = plainly(&logits, &sampling);
                    for (id, (found, expected)) in found.iter().zip(&expected).enumerate() {
                        let what = || format!("{sampling:?} {id}: {found} against {expected}");
                        assert!((found - expected).abs() < 1e-6, "{}", what());
                        assert_eq!(*found > 0.0, *expected > 0.0, "{}", what());
                    }
                }
            }
        }
    }

    #[test]
    fn a_draw_is_where_the_sum_passes_it() {
        let logits = logits(1000, 7);
        let mut drawer = Drawer::default();
        for seed in 0..500 {
            let pick = Pick::Sample(sampling(1.0, None, 1.0));
            let (id, logp) = drawer.draw(&logits, pick, &[], &mut Random::from_seed(seed));
            let exact = plainly(&logits, &sampling(1.0, None, 1.0));
            let before: f64 = exact[..id as usize].iter().sum();
            let unit = Random::from_seed(seed).unit();
            let share = exact[id as usize];
            assert!(before - 1e-6 <= unit && unit <= before + share + 1e-6);
            assert!((logp - share.ln()).abs() < 1e-5, "{logp}");
        }
    }

    #[test]
    fn temperatures_that_f32_does_not_hold_are_its_ends() {
        let logits = [1.0, 3.0, 2.0];
        let cold = probabilities(&logits, &[], &sampling(1e-300, None, 1.0));
        assert!(cold[1] > 0.999_999, "{cold:?}");
        let hot = probabilities(&logits, &[], &sampling(1e300, None, 1.0));
        assert!(hot.iter().all(|p| (p - 1.0 / 3.0).abs() < 1e-6), "{hot:?}");
    }
}
