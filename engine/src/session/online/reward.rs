//! What scores a fresh answer.

use super::Prompt;
use crate::batch::Batch;
use crate::judge::Weighted;
use crate::model::Model;
use crate::pass::forward_rewards;
use crate::readback::read;
use crate::sequence::Sequence;
use burn::tensor::Tensor;
use tilt_protocol::{Error, Result, Reward};

/// A reward function of an online run.
pub struct RewardFunction {
    /// As metrics have it.
    pub name: String,
    scorer: Scorer,
}

enum Scorer {
    /// The judge under a weighted sum of principles.
    Judge(Weighted),
    /// A reward model, which reads the policy's own tokens.
    Model(Box<(Model, Tensor<1>)>),
}

/// An answer that was just sampled.
#[derive(Clone, Copy)]
pub struct FreshAnswer<'a> {
    pub prompt: &'a Prompt,
    pub ids: &'a [u32],
    /// Without special tokens; empty where the policy has no tokenizer.
    pub text: &'a str,
}

impl RewardFunction {
    /// As settings name it.
    pub fn of(reward: &Reward) -> RewardFunction {
        let Reward::Judge(principles) = reward;
        let principles = Weighted(principles.clone());
        RewardFunction {
            name: principles.name().replace(' ', ""),
            scorer: Scorer::Judge(principles),
        }
    }

    /// A reward model of the policy's vocabulary, `arena` `[parameters]`.
    ///
    /// # Errors
    /// [`Error::InvalidConfig`] for one without a scalar head or of another vocabulary, under
    /// `--reward-model`.
    pub fn of_model(
        name: &str,
        model: Model,
        arena: Tensor<1>,
        policy: &Model,
    ) -> Result<RewardFunction> {
        let wrong = |found: &str, expected: String| {
            Err(Error::invalid(
                "--reward-model",
                format!("{name}, {found}"),
                expected,
            ))
        };
        if !model.config.has_score_head {
            let expected = "one with a scalar head (GPT2ForSequenceClassification)";
            return wrong("a language model", expected.to_owned());
        }
        let (found, wanted) = (model.config.vocab_size, policy.config.vocab_size);
        if found != wanted {
            let expected = format!("the policy's {wanted}: it reads the policy's tokens");
            return wrong(&format!("a vocabulary of {found}"), expected);
        }
        Ok(RewardFunction {
            name: name.to_owned(),
            scorer: Scorer::Model(Box::new((model, arena))),
        })
    }

    /// Whether it reads the answers' text.
    pub fn reads_text(&self) -> bool {
        matches!(self.scorer, Scorer::Judge(_))
    }

    /// The scores of answers, `[answers]`; a reward model reads `batch_size` at a time.
    ///
    /// # Errors
    /// [`Error::Device`] when the device was lost, and those of [`forward_rewards`].
    pub async fn score(&self, answers: &[FreshAnswer<'_>], batch_size: usize) -> Result<Vec<f64>> {
        let (model, arena) = match &self.scorer {
            Scorer::Judge(principles) => {
                let score =
                    |answer: &FreshAnswer<'_>| principles.score(&answer.prompt.text, answer.text);
                return Ok(answers.iter().map(score).collect());
            }
            Scorer::Model(scorer) => (&scorer.0, &scorer.1),
        };
        let sequences: Vec<Sequence> = answers
            .iter()
            .map(|answer| Sequence {
                prompt: answer.prompt.ids.clone(),
                completion: answer.ids.to_vec(),
            })
            .collect();
        rewards_of(model, arena, &sequences, batch_size).await
    }
}

/// What a reward model gives for sequences, `[sequences]`, `batch_size` of them at a time.
///
/// # Errors
/// [`Error::Device`] when the device was lost, and those of [`forward_rewards`].
pub async fn rewards_of(
    model: &Model,
    arena: &Tensor<1>,
    sequences: &[Sequence],
    batch_size: usize,
) -> Result<Vec<f64>> {
    let mut rewards = Vec::with_capacity(sequences.len());
    for chunk in sequences.chunks(batch_size.max(1)) {
        let batch = Batch::whole(chunk, model.pad_id())?;
        let pad_id = model.config.pad_token_id;
        let ends = chunk.iter().map(|sequence| sequence.reward_token(pad_id));
        let ends: Vec<usize> = ends.collect();
        let pass = forward_rewards(model, arena, &batch, &ends)?;
        rewards.extend(read(pass.values).await?.into_iter().map(f64::from));
    }
    Ok(rewards)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_spec(spec: &str) -> RewardFunction {
        RewardFunction::of(&Reward::of_spec(spec).unwrap())
    }

    #[test]
    fn a_judge_is_named_by_its_principles() {
        assert_eq!(of_spec("judge:polite=1,short=0.3").name, "polite+0.3short");
        assert_eq!(of_spec("judge:warm").name, "warm");
    }

    #[test]
    fn a_polite_answer_has_more_of_polite() {
        let polite = of_spec("judge:polite=2");
        let prompt = Prompt {
            ids: Vec::new(),
            text: "What colour is a lemon?".to_owned(),
        };
        let texts = [
            "Thank you for asking. A lemon is yellow.",
            "A lemon is yellow.",
        ];
        let answers = texts.map(|text| FreshAnswer {
            prompt: &prompt,
            ids: &[],
            text,
        });
        let scores = pollster::block_on(polite.score(&answers, 8)).unwrap();
        assert_eq!(scores, [2.0, 0.0]);
    }
}
