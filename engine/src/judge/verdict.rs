//! Which of two answers is better.

use serde::{Deserialize, Serialize};

use super::score::Weighted;
use crate::random::Random;

/// Which answer a judge prefers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    First,
    Second,
    /// The scores are equal: the pair is not decisive.
    Tie,
}

impl Verdict {
    /// The verdict on the same answers in the other order.
    pub fn swapped(self) -> Self {
        match self {
            Verdict::First => Verdict::Second,
            Verdict::Second => Verdict::First,
            Verdict::Tie => Verdict::Tie,
        }
    }

    pub fn is_decisive(self) -> bool {
        self != Verdict::Tie
    }
}

/// A verdict and how clear it is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    pub verdict: Verdict,
    /// Score of the first answer less that of the second, in units of the score.
    pub margin: f64,
}

/// Compares two answers to one prompt.
pub fn compare(weighted: &Weighted, prompt: &str, first: &str, second: &str) -> Comparison {
    compare_biased(weighted, 0.0, prompt, first, second)
}

/// The same by a judge that adds `length_bias` to an answer's score for each of its words.
pub fn compare_biased(
    weighted: &Weighted,
    length_bias: f64,
    prompt: &str,
    first: &str,
    second: &str,
) -> Comparison {
    let words = |answer: &str| answer.split_whitespace().count() as f64;
    let margin = weighted.score(prompt, first) - weighted.score(prompt, second)
        + length_bias * (words(first) - words(second));
    // Sums of the same weights in the same order: equal readings give exactly 0.
    let verdict = if margin > 0.0 {
        Verdict::First
    } else if margin < 0.0 {
        Verdict::Second
    } else {
        Verdict::Tie
    };
    Comparison { verdict, margin }
}

/// Label noise: a decisive verdict is flipped with probability
/// `flip_probability`. Draws one number, also for a tie.
pub fn with_noise(verdict: Verdict, flip_probability: f64, random: &mut Random) -> Verdict {
    if random.chance(flip_probability) {
        verdict.swapped()
    } else {
        verdict
    }
}
