//! What scores a fresh answer.

use super::Prompt;
use super::reward_model::RewardModel;
use crate::judge::Weighted;
use crate::sequence::Sequence;
use std::rc::Rc;
use tilt_protocol::{Error, Result, Reward};

/// A reward function of an online run.
#[derive(Clone)]
pub struct RewardFunction {
    /// As metrics have it.
    pub name: String,
    /// False where it is told and does not count.
    pub counts: bool,
    scorer: Scorer,
}

#[derive(Clone)]
enum Scorer {
    /// The judge under a weighted sum of principles.
    Judge(Weighted),
    /// A reward model, which reads the policy's own tokens.
    Model(Rc<RewardModel>),
    /// Taken off for each token.
    Length(f64),
    /// The person who watches, who is asked about pairs.
    Learner,
}

/// An answer that was just sampled.
#[derive(Clone, Copy)]
pub struct FreshAnswer<'a> {
    pub prompt: &'a Prompt,
    /// What the learner says of it: 1 for the better of two, 0 for the other; `None` where
    /// nobody has said.
    pub preferred: Option<f64>,
    pub ids: &'a [u32],
    /// Without special tokens; empty where the policy has no tokenizer.
    pub text: &'a str,
}

impl RewardFunction {
    /// As settings name it; `model` is the reward model that was trained on labels.
    ///
    /// # Errors
    /// [`Error::InvalidConfig`] where that is wanted and there is none.
    pub fn of(reward: &Reward, model: Option<&Rc<RewardModel>>) -> Result<RewardFunction> {
        let scorer = match reward {
            Reward::Judge(principles) | Reward::Watched(principles) => {
                Scorer::Judge(Weighted(principles.clone()))
            }
            Reward::LengthPenalty(penalty) => Scorer::Length(*penalty),
            Reward::Learner => Scorer::Learner,
            Reward::Model => {
                let model = model.ok_or_else(|| {
                    let expected = "a reward model that was trained before";
                    Error::invalid(Reward::FIELD, "model", expected)
                })?;
                Scorer::Model(model.clone())
            }
        };
        Ok(RewardFunction {
            name: reward.name(),
            counts: reward.counts(),
            scorer,
        })
    }

    /// All that settings name.
    ///
    /// # Errors
    /// As [`RewardFunction::of`].
    pub fn all(rewards: &[Reward], model: Option<&Rc<RewardModel>>) -> Result<Vec<RewardFunction>> {
        let functions = rewards.iter();
        functions
            .map(|reward| RewardFunction::of(reward, model))
            .collect()
    }

    pub fn of_model(name: &str, model: Rc<RewardModel>) -> RewardFunction {
        RewardFunction {
            name: name.to_owned(),
            counts: true,
            scorer: Scorer::Model(model),
        }
    }

    /// The reward model that it asks, where it asks one.
    pub fn model(&self) -> Option<&Rc<RewardModel>> {
        match &self.scorer {
            Scorer::Model(model) => Some(model),
            Scorer::Judge(_) | Scorer::Length(_) | Scorer::Learner => None,
        }
    }

    /// Whether it reads the answers' text.
    pub fn reads_text(&self) -> bool {
        matches!(self.scorer, Scorer::Judge(_) | Scorer::Learner)
    }

    /// Whether it is the learner, who is asked.
    pub fn is_learner(&self) -> bool {
        matches!(self.scorer, Scorer::Learner)
    }

    /// The scores of answers, `[answers]`, NaN for what the learner has left out; a reward model
    /// reads `batch_size` at a time.
    ///
    /// # Errors
    /// Those of [`RewardModel::score`].
    pub async fn score(&self, answers: &[FreshAnswer<'_>], batch_size: usize) -> Result<Vec<f64>> {
        let answers = answers.iter();
        let model = match &self.scorer {
            Scorer::Judge(principles) => {
                let score =
                    |answer: &FreshAnswer<'_>| principles.score(&answer.prompt.text, answer.text);
                return Ok(answers.map(score).collect());
            }
            Scorer::Length(penalty) => {
                return Ok(answers
                    .map(|answer| -penalty * answer.ids.len() as f64)
                    .collect());
            }
            Scorer::Learner => {
                return Ok(answers
                    .map(|answer| answer.preferred.unwrap_or(f64::NAN))
                    .collect());
            }
            Scorer::Model(model) => model,
        };
        let sequences: Vec<Sequence> = answers
            .map(|answer| Sequence {
                prompt: answer.prompt.ids.clone(),
                completion: answer.ids.to_vec(),
            })
            .collect();
        model.score(&sequences, batch_size).await
    }
}

/// What each function counts: as `given`, or 1; what is only told, 0. `[functions]`
///
/// # Errors
/// [`Error::InvalidConfig`] under `reward_weights` for another number of weights than of
/// functions that count.
pub fn reward_weights(functions: &[RewardFunction], given: Option<&[f64]>) -> Result<Vec<f64>> {
    let counting = functions.iter().filter(|function| function.counts).count();
    if let Some(given) = given
        && given.len() != counting
    {
        let expected = format!("{counting}, one a reward function");
        let found = format!("{} numbers", given.len());
        return Err(Error::invalid("reward_weights", found, expected));
    }
    let mut given = given.into_iter().flatten().copied();
    let weight = |function: &RewardFunction| match function.counts {
        true => given.next().unwrap_or(1.0),
        false => 0.0,
    };
    Ok(functions.iter().map(weight).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_spec(spec: &str) -> RewardFunction {
        RewardFunction::of(&Reward::of_spec(spec).unwrap(), None).unwrap()
    }

    fn scores(function: &RewardFunction, ids: &[u32], texts: &[&str]) -> Vec<f64> {
        let prompt = Prompt {
            ids: Vec::new(),
            text: "What colour is a lemon?".to_owned(),
        };
        let answers = texts.iter().map(|text| FreshAnswer {
            prompt: &prompt,
            preferred: None,
            ids,
            text,
        });
        let answers: Vec<FreshAnswer<'_>> = answers.collect();
        pollster::block_on(function.score(&answers, 8)).unwrap()
    }

    #[test]
    fn a_judge_is_named_by_its_principles() {
        assert_eq!(of_spec("judge:polite=1,short=0.3").name, "polite+0.3short");
        assert_eq!(of_spec("judge:warm").name, "warm");
        assert!(RewardFunction::of(&Reward::Model, None).is_err());
    }

    #[test]
    fn a_polite_answer_has_more_of_polite_and_a_long_one_is_fined() {
        let texts = [
            "Thank you for asking. A lemon is yellow.",
            "A lemon is yellow.",
        ];
        assert_eq!(scores(&of_spec("judge:polite=2"), &[], &texts), [2.0, 0.0]);
        assert_eq!(scores(&of_spec("length:0.5"), &[1, 2, 3], &["x"]), [-1.5]);
    }

    #[test]
    fn what_is_only_watched_has_no_weight() {
        let functions = [
            of_spec("judge:warm"),
            of_spec("watched:polite"),
            of_spec("length:1"),
        ];
        assert_eq!(reward_weights(&functions, None).unwrap(), [1.0, 0.0, 1.0]);
        let given = reward_weights(&functions, Some(&[0.5, 2.0])).unwrap();
        assert_eq!(given, [0.5, 0.0, 2.0]);
        assert!(reward_weights(&functions, Some(&[0.5])).is_err());
    }
}
