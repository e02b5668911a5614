//! What scores the answers of a run that samples its own.

use crate::error::{Error, Result};
use crate::principle::{JudgeSettings, Principle};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A reward function. Written as on the command line: `judge:polite=1,short=0.3`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Reward {
    /// The judge under a weighted sum of principles, at least one.
    Judge(Vec<(Principle, f64)>),
    /// The reward model that was trained on labels last.
    Model,
    /// The person who watches: prefers one of two fresh answers.
    Learner,
    /// So much is taken off for each token of an answer.
    LengthPenalty(f64),
    /// The judge, which is only asked: what it says is told and does not count.
    Watched(Vec<(Principle, f64)>),
}

const JUDGE: &str = "judge:";
const MODEL: &str = "model";
const LEARNER: &str = "learner";
const LENGTH: &str = "length:";
const WATCHED: &str = "watched:";
const FORM: &str = "judge:PRINCIPLE=WEIGHT,... (for instance judge:polite=1,short=0.3), length:PENALTY, model, learner, or watched:PRINCIPLE=WEIGHT,...";

impl Reward {
    /// What messages call it.
    pub const FIELD: &str = "reward";

    /// The judge under one principle.
    pub fn of_principle(principle: Principle) -> Reward {
        Reward::Judge(vec![(principle, 1.0)])
    }

    /// What metrics call it: `polite`, `polite+0.3short`, `length`, `model`, `learner`.
    pub fn name(&self) -> String {
        let principles = match self {
            Reward::Model => return MODEL.to_owned(),
            Reward::Learner => return LEARNER.to_owned(),
            Reward::LengthPenalty(_) => return "length".to_owned(),
            Reward::Judge(principles) | Reward::Watched(principles) => principles,
        };
        let terms = principles.iter().map(|(principle, weight)| match weight {
            1.0 => principle.slug().to_owned(),
            weight => format!("{weight}{}", principle.slug()),
        });
        terms.collect::<Vec<_>>().join("+")
    }

    /// False for what is only told.
    pub fn counts(&self) -> bool {
        !matches!(self, Reward::Watched(_))
    }

    /// Reads `judge:polite=1,short=0.3`, `length:0.01`, `model`, `learner` or
    /// `watched:polite=1`. A principle's weight that is left out is 1.
    ///
    /// # Errors
    /// [`Error::InvalidConfig`] for anything else.
    pub fn of_spec(spec: &str) -> Result<Reward> {
        let wrong = |expected: &str| Error::invalid(Reward::FIELD, spec, expected);
        let text = spec.trim();
        if text == MODEL {
            return Ok(Reward::Model);
        }
        if text == LEARNER {
            return Ok(Reward::Learner);
        }
        if let Some(penalty) = text.strip_prefix(LENGTH) {
            let penalty: Option<f64> = penalty.trim().parse().ok();
            let penalty = penalty.filter(|penalty| penalty.is_finite() && *penalty != 0.0);
            let penalty = penalty.ok_or_else(|| wrong("length: with a number other than 0"))?;
            return Ok(Reward::LengthPenalty(penalty));
        }
        if let Some(principles) = text.strip_prefix(WATCHED) {
            return principles_of(principles, &wrong).map(Reward::Watched);
        }
        let principles = text.strip_prefix(JUDGE).ok_or_else(|| wrong(FORM))?;
        principles_of(principles, &wrong).map(Reward::Judge)
    }
}

impl Reward {
    /// Reads reward functions with white space between them.
    ///
    /// # Errors
    /// As [`Reward::of_spec`].
    pub fn all_of_specs(text: &str) -> Result<Vec<Reward>> {
        text.split_whitespace().map(Reward::of_spec).collect()
    }

    /// The main principle of what only looks on, where something does.
    pub fn watched(rewards: &[Reward]) -> Option<Principle> {
        rewards.iter().find_map(|reward| match reward {
            Reward::Watched(principles) => principles.first().map(|(principle, _)| *principle),
            _ => None,
        })
    }

    /// Reward functions as [`Reward::all_of_specs`] reads them.
    pub fn specs_of(rewards: &[Reward]) -> String {
        let specs: Vec<String> = rewards.iter().map(Reward::to_string).collect();
        specs.join(" ")
    }
}

/// Reads `polite=1,short=0.3`.
fn principles_of(text: &str, wrong: &impl Fn(&str) -> Error) -> Result<Vec<(Principle, f64)>> {
    let mut principles = Vec::new();
    for part in text.split(',') {
        let (slug, weight) = part.split_once('=').unwrap_or((part, "1"));
        let principle = Principle::from_slug(slug.trim()).ok_or_else(|| {
            let slugs = Principle::ALL.map(Principle::slug).join(", ");
            wrong(&format!("{FORM}; principles are {slugs}"))
        })?;
        let weight: f64 = weight.trim().parse().map_err(|_| wrong(FORM))?;
        principles.push((principle, weight));
    }
    let judge = JudgeSettings {
        principles,
        noise: 0.0,
        length_bias: 0.0,
    };
    judge.check()?;
    Ok(judge.principles)
}

impl fmt::Display for Reward {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (prefix, principles) = match self {
            Reward::Model => return f.write_str(MODEL),
            Reward::Learner => return f.write_str(LEARNER),
            Reward::LengthPenalty(penalty) => return write!(f, "{LENGTH}{penalty}"),
            Reward::Judge(principles) => (JUDGE, principles),
            Reward::Watched(principles) => (WATCHED, principles),
        };
        f.write_str(prefix)?;
        for (place, (principle, weight)) in principles.iter().enumerate() {
            let comma = if place == 0 { "" } else { "," };
            write!(f, "{comma}{}={weight}", principle.slug())?;
        }
        Ok(())
    }
}

impl TryFrom<String> for Reward {
    type Error = Error;

    fn try_from(spec: String) -> Result<Reward> {
        Reward::of_spec(&spec)
    }
}

impl From<Reward> for String {
    fn from(reward: Reward) -> String {
        reward.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reward_is_read_and_written() {
        let read = Reward::of_spec("judge:polite=1,short=0.3").unwrap();
        let principles = vec![(Principle::Polite, 1.0), (Principle::Short, 0.3)];
        assert_eq!(read, Reward::Judge(principles));
        assert_eq!(read.to_string(), "judge:polite=1,short=0.3");
        assert_eq!(read.name(), "polite+0.3short");
        let warm = Reward::of_spec(" judge:warm ").unwrap();
        assert_eq!(warm, Reward::of_principle(Principle::Warm));
        let text = serde_json::to_string(&read).unwrap();
        assert_eq!(text, "\"judge:polite=1,short=0.3\"");
        assert_eq!(serde_json::from_str::<Reward>(&text).unwrap(), read);
        for spec in ["model", "learner", "length:0.01", "watched:polite=1"] {
            let read = Reward::of_spec(spec).unwrap();
            assert_eq!(read.to_string(), spec);
            assert_eq!(read.counts(), !spec.starts_with("watched"));
        }
        for wrong in [
            "polite=1",
            "judge:",
            "judge:kind=1",
            "judge:polite=x",
            "judge:polite=0",
            "length:",
            "length:0",
            "models",
            "watched:",
        ] {
            assert!(Reward::of_spec(wrong).is_err(), "{wrong}");
        }
    }
}
