//! Answers to plain prompts, and the KL of a set of answers.

use crate::generate::{Pick, SampledAnswer, generate};
use crate::logps;
use crate::model::Model;
use crate::sequence::Sequence;
use burn::tensor::Tensor;
use tilt_protocol::statistics::{mean, standard_error};
use tilt_protocol::{Content, Result, Sampling};

/// A prompt with one sampled answer.
#[derive(Clone, Debug, PartialEq)]
pub struct WorldAnswer {
    pub prompt: String,
    pub text: String,
    pub prompt_ids: Vec<u32>,
    pub answer: SampledAnswer,
}

/// The ids of a person's prompt, rendered by the model's chat template.
///
/// # Errors
/// [`tilt_protocol::Error::NoTokenizer`], [`tilt_protocol::Error::ChatTemplate`].
pub fn prompt_ids(model: &Model, prompt: &str) -> Result<Vec<u32>> {
    let text = model.text("a prompt")?;
    let content = Content::user(prompt);
    text.encode(&text.prompt_text(&content)?, !text.has_chat_template())
}

/// One answer a prompt, in order; answer i draws from stream `first_stream + i`.
///
/// # Errors
/// Those of [`generate`].
pub async fn answer_prompts(
    model: &Model,
    arena: &Tensor<1>,
    prompts: &[&str],
    sampling: &Sampling,
    first_stream: usize,
) -> Result<Vec<WorldAnswer>> {
    let ids: Vec<Vec<u32>> = prompts
        .iter()
        .map(|prompt| prompt_ids(model, prompt))
        .collect::<Result<_>>()?;
    let pick = Pick::Sample(*sampling);
    let max = sampling.max_new_tokens;
    let answers = generate(model, arena, &ids, pick, max, sampling.seed, first_stream).await?;
    let text = model.text("a prompt")?;
    Ok(prompts
        .iter()
        .zip(ids)
        .zip(answers)
        .map(|((prompt, prompt_ids), answer)| WorldAnswer {
            prompt: (*prompt).to_owned(),
            text: text.decode(&answer.ids).trim().to_owned(),
            prompt_ids,
            answer,
        })
        .collect())
}

/// A Monte Carlo estimate of KL(policy || reference), in nats an answer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Kl {
    pub mean: f64,
    /// The answers' standard deviation over the root of their number; `None` for fewer
    /// than two.
    pub standard_error: Option<f64>,
}

impl Kl {
    /// Of the log-ratios of single answers.
    pub fn of(log_ratios: &[f64]) -> Kl {
        Kl {
            mean: mean(log_ratios).unwrap_or(0.0),
            standard_error: standard_error(log_ratios),
        }
    }
}

/// Mean over answers sampled from the policy of sum_t [log pi - log pi_ref]
/// (see [`log_ratios`]).
///
/// # Errors
/// [`tilt_protocol::Error::Device`] when the device was lost.
pub async fn kl_of_answers(
    model: &Model,
    reference: &Tensor<1>,
    answers: &[WorldAnswer],
) -> Result<Kl> {
    Ok(Kl::of(&log_ratios(model, reference, answers).await?))
}

/// sum_t [log pi - log pi_ref] of each answer that was sampled from the policy, in nats.
///
/// # Errors
/// [`tilt_protocol::Error::Device`] when the device was lost.
pub async fn log_ratios(
    model: &Model,
    reference: &Tensor<1>,
    answers: &[WorldAnswer],
) -> Result<Vec<f64>> {
    let sequences: Vec<Sequence> = answers
        .iter()
        .map(|answer| Sequence {
            prompt: answer.prompt_ids.clone(),
            completion: answer.answer.ids.clone(),
        })
        .collect();
    let refs: Vec<&Sequence> = sequences.iter().collect();
    let scored = logps::sequence_logps(model, reference, &refs, 32).await?;
    Ok(answers
        .iter()
        .zip(&scored)
        .map(|(answer, reference)| answer.answer.logps.iter().sum::<f64>() - reference.sum.0)
        .collect())
}
