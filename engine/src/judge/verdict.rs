//! Which of two answers is better.

use serde::{Deserialize, Serialize};

use super::score::Weighted;
use crate::random::Random;
use tilt_protocol::{JudgeSettings, Pair, Verdict};

/// Which answer a judge prefers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JudgeVerdict {
    First,
    Second,
    /// The scores are equal: the pair is not decisive.
    Tie,
}

impl JudgeVerdict {
    /// The verdict on the same answers in the other order.
    pub fn swapped(self) -> Self {
        match self {
            JudgeVerdict::First => JudgeVerdict::Second,
            JudgeVerdict::Second => JudgeVerdict::First,
            JudgeVerdict::Tie => JudgeVerdict::Tie,
        }
    }

    pub fn is_decisive(self) -> bool {
        self != JudgeVerdict::Tie
    }
}

/// A verdict and how clear it is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Judgement {
    pub verdict: JudgeVerdict,
    /// Score of the first answer less that of the second, in units of the score.
    pub margin: f64,
}

/// Compares two answers to one prompt.
pub fn compare(weighted: &Weighted, prompt: &str, first: &str, second: &str) -> Judgement {
    compare_biased(weighted, 0.0, prompt, first, second)
}

/// The same by a judge that adds `length_bias` to an answer's score for each of its words.
pub fn compare_biased(
    weighted: &Weighted,
    length_bias: f64,
    prompt: &str,
    first: &str,
    second: &str,
) -> Judgement {
    let words = |answer: &str| answer.split_whitespace().count() as f64;
    let margin = weighted.score(prompt, first) - weighted.score(prompt, second)
        + length_bias * (words(first) - words(second));
    // Sums of the same weights in the same order: equal readings give exactly 0.
    let verdict = if margin > 0.0 {
        JudgeVerdict::First
    } else if margin < 0.0 {
        JudgeVerdict::Second
    } else {
        JudgeVerdict::Tie
    };
    Judgement { verdict, margin }
}

/// What a judge says of a pair, without its noise.
pub fn verdict_on(judge: &JudgeSettings, pair: &Pair) -> Verdict {
    let weighted = Weighted(judge.principles.clone());
    let (first, second) = (&pair.answer_a, &pair.answer_b);
    match compare_biased(&weighted, judge.length_bias, &pair.prompt, first, second).verdict {
        JudgeVerdict::First => Verdict::A,
        JudgeVerdict::Second => Verdict::B,
        JudgeVerdict::Tie => Verdict::Tie,
    }
}

/// Label noise: a decisive verdict is flipped with probability
/// `flip_probability`. Draws one number, also for a tie.
pub fn with_noise(
    verdict: JudgeVerdict,
    flip_probability: f64,
    random: &mut Random,
) -> JudgeVerdict {
    if random.chance(flip_probability) {
        verdict.swapped()
    } else {
        verdict
    }
}
