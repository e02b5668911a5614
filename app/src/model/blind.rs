//! Rounds of the blind test, and what guessing is worth.

use serde::{Deserialize, Serialize};
use tilt_protocol::PolicyAt;

/// Two answers to one prompt.
#[derive(Clone, Debug, PartialEq)]
pub struct Round {
    pub prompt: String,
    pub left: String,
    pub right: String,
    /// The policy that wrote one of them.
    pub of: PolicyAt,
    /// Only shown once the person has guessed.
    is_left_policy: bool,
    /// `None` while the person has not said.
    pub guess: Option<Guess>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BlindSide {
    Left,
    Right,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Guess {
    pub policy: BlindSide,
    pub is_right: bool,
}

impl Round {
    pub fn new(
        of: PolicyAt,
        prompt: String,
        [policy, reference]: [String; 2],
        is_left_policy: bool,
    ) -> Round {
        let (left, right) = if is_left_policy {
            (policy, reference)
        } else {
            (reference, policy)
        };
        Round {
            prompt,
            left,
            right,
            of,
            is_left_policy,
            guess: None,
        }
    }

    pub fn guessed(&self, said: BlindSide) -> Guess {
        let policy = if self.is_left_policy {
            BlindSide::Left
        } else {
            BlindSide::Right
        };
        Guess {
            policy,
            is_right: said == policy,
        }
    }
}

/// Guesses about one policy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GuessScore {
    pub right: usize,
    pub total: usize,
}

impl GuessScore {
    /// How often pure guessing is right at least as often: P(X >= right) for X from
    /// Binomial(total, 1/2). 1 before the first guess.
    pub fn chance(&self) -> f64 {
        let total = self.total as f64;
        let mut share = 0.5f64.powf(total);
        let mut sum = 0.0;
        for successes in 0..=self.total {
            if successes >= self.right {
                sum += share;
            }
            let done = successes as f64;
            share *= (total - done) / (done + 1.0);
        }
        sum.min(1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chance_of_guessing_is_the_binomial_tail() {
        let chance = |right, total| GuessScore { right, total }.chance();
        assert_eq!(chance(4, 5), 6.0 / 32.0);
        assert_eq!(chance(5, 5), 1.0 / 32.0);
        assert_eq!(chance(0, 0), 1.0);
        assert!((chance(0, 7) - 1.0).abs() < 1e-12);
        assert!((chance(50, 100) - 0.539_794_618_693_6).abs() < 1e-9);
    }

    #[test]
    fn a_guess_is_right_on_the_policys_side() {
        let of = PolicyAt {
            run: Some(1),
            step: 23,
        };
        let answers = || ["tuned".to_owned(), "old".to_owned()];
        let round = |is_left| Round::new(of, "p".to_owned(), answers(), is_left);
        assert_eq!(round(true).left, "tuned");
        assert!(round(true).guessed(BlindSide::Left).is_right);
        assert_eq!(round(false).right, "tuned");
        assert!(!round(false).guessed(BlindSide::Left).is_right);
    }
}
