//! Answers to plain prompts.

use crate::generate::{Pick, SampledAnswer, generate};
use crate::model::Model;
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
