//! Answers to plain prompts.

use crate::breath::rest;
use crate::crew::{self, Team};
use crate::generate::{Pick, SampledAnswer, SamplingRequest, check_prompt};
use crate::model::Model;
use crate::text;
use crate::world::{Prompt, held_out_prompts};
use burn::tensor::Tensor;
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
/// Those of [`text::prompt_ids`].
pub fn prompt_ids(model: &Model, prompt: &str) -> Result<Vec<u32>> {
    let text = Some(model.text("a prompt")?);
    text::prompt_ids(&Content::user(prompt), text, model.config.vocab_size)
}

/// Adds to the stream of the reference's answers, so that equal models still differ.
const REFERENCE_STREAM: usize = 1 << 20;

/// Up to `count` held-out prompts from all over their list; of them those that the model can
/// take, so none for an imported one that can take none.
pub fn some_held_out_prompts(model: &Model, count: usize) -> Vec<Prompt> {
    let all = held_out_prompts();
    let stride = (all.len() / count).max(1);
    let fits = |prompt: &Prompt| {
        prompt_ids(model, &prompt.text).is_ok_and(|ids| check_prompt(model, &ids).is_ok())
    };
    let spread = all.into_iter().step_by(stride).take(count);
    spread.filter(fits).collect()
}

/// [`answer_prompts`] of policy and reference, each in streams of its own.
///
/// # Errors
/// Those of [`crew::sample`].
pub async fn both_answer(
    model: &Model,
    [policy, reference]: [&Tensor<1>; 2],
    prompts: &[&str],
    sampling: &Sampling,
    first_stream: usize,
    team: Option<&Team>,
) -> Result<[Vec<WorldAnswer>; 2]> {
    let ours = answer_prompts(model, policy, prompts, sampling, first_stream, team).await?;
    let stream = REFERENCE_STREAM + first_stream;
    let theirs = answer_prompts(model, reference, prompts, sampling, stream, team).await?;
    Ok([ours, theirs])
}

/// One answer a prompt, in order, by the team where there is one; answer i draws from stream
/// `first_stream + i`.
///
/// # Errors
/// Those of [`crew::sample`].
pub async fn answer_prompts(
    model: &Model,
    arena: &Tensor<1>,
    prompts: &[&str],
    sampling: &Sampling,
    first_stream: usize,
    team: Option<&Team>,
) -> Result<Vec<WorldAnswer>> {
    let ids: Vec<Vec<u32>> = prompts
        .iter()
        .map(|prompt| prompt_ids(model, prompt))
        .collect::<Result<_>>()?;
    let request = SamplingRequest {
        prompts: &ids,
        pick: Pick::Sample(*sampling),
        max_new_tokens: sampling.max_new_tokens,
        seed: sampling.seed,
        first_stream,
    };
    let answers = crew::sample(model, arena, &request, team).await?;
    // However fast that was: what follows can be left out.
    rest().await;
    let text = model.text("a prompt")?;
    Ok(prompts
        .iter()
        .zip(ids)
        .zip(answers)
        .map(|((prompt, prompt_ids), answer)| WorldAnswer {
            prompt: (*prompt).to_owned(),
            text: text.answer(&answer.ids),
            prompt_ids,
            answer,
        })
        .collect())
}
