//! What scores a fresh answer.

use crate::judge::Weighted;
use tilt_protocol::{Error, JudgeSettings, Principle, Result};

/// A reward function of an online run: the judge under a weighted sum of principles.
#[derive(Clone, Debug, PartialEq)]
pub struct RewardFunction {
    /// As metrics have it.
    pub name: String,
    principles: Weighted,
}

const SPEC: &str = "judge:PRINCIPLE=WEIGHT,... , for instance judge:polite=1,short=0.3";

impl RewardFunction {
    /// The function that `spec` names: `judge:polite=1,short=0.3`. A weight that is left out
    /// is 1.
    ///
    /// # Errors
    /// [`Error::InvalidConfig`] for anything else, under `--reward`.
    pub fn of_spec(spec: &str) -> Result<RewardFunction> {
        let wrong = |expected: &str| Error::invalid("--reward", spec, expected);
        let of_judge = spec.strip_prefix("judge:").ok_or_else(|| wrong(SPEC))?;
        let mut principles = Vec::new();
        for part in of_judge.split(',') {
            let (slug, weight) = part.split_once('=').unwrap_or((part, "1"));
            let slugs = || Principle::ALL.map(Principle::slug).join(", ");
            let principle = Principle::from_slug(slug.trim())
                .ok_or_else(|| wrong(&format!("{SPEC}; principles are {}", slugs())))?;
            let weight: f64 = weight.trim().parse().map_err(|_| wrong(SPEC))?;
            principles.push((principle, weight));
        }
        let judge = JudgeSettings {
            principles,
            noise: 0.0,
            length_bias: 0.0,
        };
        judge.check()?;
        let principles = Weighted(judge.principles);
        Ok(RewardFunction {
            name: principles.name().replace(' ', ""),
            principles,
        })
    }

    /// The score of an answer.
    pub fn score(&self, prompt: &str, answer: &str) -> f64 {
        self.principles.score(prompt, answer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_judge_is_named_by_its_principles() {
        let found = RewardFunction::of_spec("judge:polite=1,short=0.3").unwrap();
        assert_eq!(found.name, "polite+0.3short");
        assert_eq!(
            RewardFunction::of_spec("judge:warm").unwrap().name,
            "warm".to_owned()
        );
        for wrong in [
            "polite=1",
            "judge:",
            "judge:kind=1",
            "judge:polite=x",
            "judge:polite=0",
        ] {
            assert!(RewardFunction::of_spec(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_polite_answer_has_more_of_polite() {
        let polite = RewardFunction::of_spec("judge:polite=2").unwrap();
        let prompt = "What colour is a lemon?";
        let score = |answer: &str| polite.score(prompt, answer);
        assert!(score("Thank you for asking. A lemon is yellow.") > score("A lemon is yellow."));
    }
}
