//! What a run has changed: the answers before and after, what the labels prefer and whether
//! the policy does it now, how far it has gone, and whether its language still holds.

use crate::principle::Principle;
use crate::statistics::{Proportion, difference_interval};
use serde::{Deserialize, Serialize};

/// Measured on held-out prompts, one answer each of policy and reference at temperature 1.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunResult {
    /// A few of the answers, to be read.
    pub examples: Vec<BeforeAndAfter>,
    /// One entry a principle, in the order of [`Principle::ALL`].
    pub changes: Vec<AttributeChange>,
    /// Mean over the policy's answers of the sum over tokens of log pi - log pi_ref, in nats
    /// an answer.
    pub kl: f64,
    /// Of `kl`; `None` for a single answer.
    pub kl_standard_error: Option<f64>,
    /// Answers of each model.
    pub answers: usize,
    /// Answers that the world's grammar could have written.
    pub policy_sound: Proportion,
    pub reference_sound: Proportion,
    /// Answers that say the same words over and over.
    pub policy_repeats: Proportion,
    pub reference_repeats: Proportion,
}

/// One prompt, answered by both models.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BeforeAndAfter {
    pub prompt: String,
    pub reference: String,
    pub policy: String,
}

/// One attribute, by its principle: in the labels, and in what the two models say. Shares
/// are of the answers to which the principle applies.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct AttributeChange {
    pub principle: Principle,
    pub labels: LabelLean,
    pub policy: Proportion,
    pub reference: Proportion,
}

/// How an attribute goes with the verdicts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LabelLean {
    /// Pairs of which one answer alone has it, and those of them whose chosen answer does.
    pub pairs: Proportion,
    /// Single answers called good, and those of them that have it.
    pub good: Proportion,
    /// The same of single answers called bad.
    pub bad: Proportion,
    /// What the run's rewards give for it, where there are rewards in place of verdicts.
    #[serde(default)]
    pub reward: f64,
}

/// Which way something goes, beyond chance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    More,
    Less,
}

impl Direction {
    /// Of a 95% interval that may leave `nothing` on one side.
    fn of((low, high): (f64, f64), nothing: f64) -> Option<Direction> {
        if low > nothing {
            Some(Direction::More)
        } else if high < nothing {
            Some(Direction::Less)
        } else {
            None
        }
    }
}

impl LabelLean {
    /// What the labels prefer; `None` where that may be chance. Rewards leave no doubt.
    pub fn direction(&self) -> Option<Direction> {
        if self.reward != 0.0 {
            Direction::of((self.reward, self.reward), 0.0)
        } else if self.pairs.of > 0 {
            Direction::of((self.pairs.low, self.pairs.high), 0.5)
        } else {
            Direction::of(difference_interval(&self.good, &self.bad), 0.0)
        }
    }

    /// How strongly: from 0 to 1, or the reward.
    pub fn strength(&self) -> f64 {
        if self.reward != 0.0 {
            return self.reward.abs();
        }
        match (self.pairs.value(), self.good.value(), self.bad.value()) {
            (Some(share), _, _) => (2.0 * share - 1.0).abs(),
            (None, Some(good), Some(bad)) => (good - bad).abs(),
            _ => 0.0,
        }
    }
}

impl AttributeChange {
    /// What the policy does more or less often than the reference; `None` where that may be
    /// chance.
    pub fn direction(&self) -> Option<Direction> {
        Direction::of(difference_interval(&self.policy, &self.reference), 0.0)
    }
}

/// What an answer's language says of the policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    Sound,
    /// Fewer answers hold together than before, beyond chance.
    Worse,
    /// Most answers do not hold together any more.
    Broken,
}

impl RunResult {
    /// The principles that labels or rewards lean to or against beyond chance, the strongest first.
    /// *Short* and *long* are one matter: of the two the stronger stands.
    pub fn leanings(&self) -> Vec<(&AttributeChange, Direction)> {
        let leans = |change| {
            let change: &AttributeChange = change;
            Some((change, change.labels.direction()?))
        };
        let mut all: Vec<_> = self.changes.iter().filter_map(leans).collect();
        all.sort_by(|(a, _), (b, _)| b.labels.strength().total_cmp(&a.labels.strength()));
        let is_length = |(change, _): &(&AttributeChange, Direction)| {
            matches!(change.principle, Principle::Short | Principle::Long)
        };
        let mut has_length = false;
        all.retain(|leaning| !is_length(leaning) || !std::mem::replace(&mut has_length, true));
        all
    }

    /// `None` where the reference does not speak the world's language either.
    pub fn language(&self) -> Option<Language> {
        let (before, after) = (self.reference_sound.value()?, self.policy_sound.value()?);
        if before < 0.5 {
            return None;
        }
        let change = difference_interval(&self.policy_sound, &self.reference_sound);
        Some(match Direction::of(change, 0.0) {
            Some(Direction::Less) if after < 0.5 * before => Language::Broken,
            Some(Direction::Less) => Language::Worse,
            Some(Direction::More) | None => Language::Sound,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(principle: Principle, pairs: (usize, usize), models: [usize; 2]) -> AttributeChange {
        AttributeChange {
            principle,
            labels: LabelLean {
                pairs: Proportion::new(pairs.0, pairs.1),
                ..LabelLean::default()
            },
            policy: Proportion::new(models[0], 64),
            reference: Proportion::new(models[1], 64),
        }
    }

    fn result(changes: Vec<AttributeChange>, sound: [usize; 2]) -> RunResult {
        RunResult {
            examples: Vec::new(),
            changes,
            kl: 1.0,
            kl_standard_error: Some(0.1),
            answers: 64,
            policy_sound: Proportion::new(sound[0], 64),
            reference_sound: Proportion::new(sound[1], 64),
            policy_repeats: Proportion::new(0, 64),
            reference_repeats: Proportion::new(0, 64),
        }
    }

    #[test]
    fn labels_lean_where_it_is_no_chance_the_strongest_first() {
        let seen = result(
            vec![
                change(Principle::Truthful, (12, 20), [32, 32]),
                change(Principle::Polite, (18, 20), [60, 32]),
                change(Principle::Short, (19, 20), [30, 32]),
                change(Principle::Long, (0, 20), [3, 32]),
                change(Principle::Warm, (2, 20), [40, 32]),
            ],
            [64, 64],
        );
        let told: Vec<_> = seen
            .leanings()
            .into_iter()
            .map(|(change, lean)| (change.principle, lean, change.direction()))
            .collect();
        let expected = [
            (Principle::Long, Direction::Less, Some(Direction::Less)),
            (Principle::Polite, Direction::More, Some(Direction::More)),
            (Principle::Warm, Direction::Less, None),
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn thumbs_lean_by_how_often_good_and_bad_answers_have_it() {
        let lean = |good: (usize, usize), bad: (usize, usize)| LabelLean {
            pairs: Proportion::new(0, 0),
            good: Proportion::new(good.0, good.1),
            bad: Proportion::new(bad.0, bad.1),
            reward: 0.0,
        };
        assert_eq!(lean((28, 30), (5, 30)).direction(), Some(Direction::More));
        // Nine of ten good ones have it, and so do the bad ones: nothing follows.
        assert_eq!(lean((27, 30), (9, 10)).direction(), None);
        assert_eq!(lean((27, 30), (0, 0)).direction(), None);
    }

    #[test]
    fn language_breaks_by_what_the_reference_can() {
        let language = |policy, reference| result(Vec::new(), [policy, reference]).language();
        assert_eq!(language(60, 61), Some(Language::Sound));
        assert_eq!(language(45, 61), Some(Language::Worse));
        assert_eq!(language(10, 61), Some(Language::Broken));
        assert_eq!(language(0, 3), None, "another model's language");
    }
}
