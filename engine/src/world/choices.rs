//! Random choices that keep account of their own information.

use crate::random::Random;

/// Draws choices from a generator and adds up `-ln p` of what was drawn, nats.
pub struct Choices<'a> {
    random: &'a mut Random,
    nats: f64,
}

impl<'a> Choices<'a> {
    pub fn new(random: &'a mut Random) -> Self {
        Self { random, nats: 0.0 }
    }

    /// `-ln` of the probability of everything drawn so far, nats.
    pub fn nats(&self) -> f64 {
        self.nats
    }

    /// Uniform in `0..count`; 0 when `count` is 0.
    pub fn below(&mut self, count: usize) -> usize {
        self.nats += (count.max(1) as f64).ln();
        self.random.below(count)
    }

    /// An index drawn in proportion to its weight; `None` if all weights are 0.
    pub fn weighted(&mut self, weights: &[usize]) -> Option<usize> {
        let total: usize = weights.iter().sum();
        if total == 0 {
            return None;
        }
        let mut left = self.random.below(total);
        for (index, &weight) in weights.iter().enumerate() {
            if left < weight {
                self.nats += (total as f64 / weight as f64).ln();
                return Some(index);
            }
            left -= weight;
        }
        None
    }

    /// True with probability `probability`, which lies strictly between 0 and 1.
    pub fn chance(&mut self, probability: f64) -> bool {
        let drawn = self.random.chance(probability);
        self.nats -= if drawn {
            probability
        } else {
            1.0 - probability
        }
        .ln();
        drawn
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_add_up_their_information() {
        let mut random = Random::from_seed(1);
        let mut choices = Choices::new(&mut random);
        choices.below(8);
        choices.chance(0.5);
        let drawn = choices.weighted(&[1, 3]);
        let expected = 16_f64.ln()
            + if drawn == Some(0) {
                4_f64.ln()
            } else {
                (4_f64 / 3.0).ln()
            };
        assert!((choices.nats() - expected).abs() < 1e-12);
        assert_eq!(choices.weighted(&[0, 0]), None);
    }
}
