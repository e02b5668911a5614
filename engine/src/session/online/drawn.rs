//! Fresh answers before anything scores them, and what the learner says of them.

use crate::generate::SampledAnswer;
use tilt_protocol::Verdict;

/// Answers that were just sampled, before anything scores them.
pub struct Drawn {
    /// Which of the source's prompts were asked.
    pub prompts: Vec<usize>,
    /// Those to one prompt after another.
    pub answers: Vec<SampledAnswer>,
    /// `[answers]`
    pub texts: Vec<String>,
}

/// Two fresh answers to a prompt, as the learner is asked about them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskedPair {
    /// Which of the run's prompts they answer.
    pub prompt: usize,
    pub answers: [String; 2],
}

impl Drawn {
    /// The answers two by two.
    pub fn pairs(&self) -> Vec<AskedPair> {
        let pairs = self.prompts.iter().zip(self.texts.chunks_exact(2));
        pairs
            .map(|(&prompt, texts)| AskedPair {
                prompt,
                answers: [texts[0].clone(), texts[1].clone()],
            })
            .collect()
    }
}

/// What a verdict on a pair says of its two answers.
pub fn preferred(verdict: Verdict) -> [Option<f64>; 2] {
    match verdict {
        Verdict::A => [Some(1.0), Some(0.0)],
        Verdict::B => [Some(0.0), Some(1.0)],
        Verdict::Tie | Verdict::BothGood | Verdict::BothBad => [None; 2],
    }
}
