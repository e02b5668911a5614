//! Sampling answers, batched, with a key-value cache: on the CPU by kernels of our own
//! (`live.rs`), elsewhere by burn's operations (`composed.rs`).
//!
//! Tokens are drawn on the CPU from our own generator, one stream a row, so that a row's
//! answer does not depend on its neighbours.

mod composed;
mod draw;
mod live;
mod request;
mod row;

pub use composed::generate_composed;
pub use draw::{Pick, probabilities};
pub use live::LiveBatch;
pub use request::{
    AnswerRules, GENERATION_BATCH, PromptRows, SamplingRequest, SamplingRoom, check_prompt,
};
pub use row::{SampledAnswer, all_there};

use crate::breath::rest;
use crate::kernels::Packed;
use crate::kernels::cpu::decode::Decoder;
use crate::kernels::cpu::{self, CpuValues};
use crate::kernels::shape::Shape;
use crate::model::Model;
use burn::tensor::Tensor;
use row::check_logits;
use tilt_protocol::Result;

/// One answer a prompt, in order. Row i draws from stream `first_stream + i` of the
/// seed, so a list can be sampled in parts.
///
/// # Errors
/// [`tilt_protocol::Error::SequenceTooLong`] for a prompt that leaves no room in the context,
/// [`tilt_protocol::Error::TokenOutOfRange`], [`tilt_protocol::Error::NothingToUse`] for an empty prompt,
/// [`tilt_protocol::Error::InvalidConfig`] for a model whose logits are no numbers or a prompt that a GPU has
/// no room for, [`tilt_protocol::Error::Device`] when the device was lost.
pub async fn generate(
    model: &Model,
    arena: &Tensor<1>,
    prompts: &[Vec<u32>],
    pick: Pick,
    max_new_tokens: usize,
    seed: u64,
    first_stream: usize,
) -> Result<Vec<SampledAnswer>> {
    let request = SamplingRequest {
        prompts,
        pick,
        max_new_tokens,
        seed,
        first_stream,
    };
    Generator::new(model, arena).sample(&request).await
}

/// Samples from one model as it is now; on the CPU its weights are packed once, and its room
/// stays from call to call.
pub struct Generator<'a> {
    model: &'a Model,
    arena: &'a Tensor<1>,
    /// On the CPU. A sampling under way has taken it, and one that broke off keeps it.
    decoder: Option<Decoder>,
}

impl<'a> Generator<'a> {
    pub fn new(model: &'a Model, arena: &'a Tensor<1>) -> Generator<'a> {
        Generator {
            model,
            arena,
            decoder: None,
        }
    }

    /// As [`generate`].
    ///
    /// # Errors
    /// As there.
    pub async fn sample(&mut self, request: &SamplingRequest<'_>) -> Result<Vec<SampledAnswer>> {
        let (model, arena) = (self.model, self.arena);
        request.check(model)?;
        let shape = Shape::new(&model.config);
        let kept = self.decoder.take();
        let packed = || Some(Decoder::new(shape.clone(), CpuValues::of(arena)?));
        let Some(decoder) = kept.or_else(packed) else {
            return generate_composed(model, arena, request).await;
        };
        let rules = AnswerRules::new(model, request);
        let rows = request.prompts.len();
        let room = SamplingRoom::new(&shape, &rules, request.longest_prompt(), rows);
        let mut batch = LiveBatch::new(decoder, rules, room);
        request
            .groups()
            .into_iter()
            .for_each(|group| batch.add(group));
        let mut answers: Vec<Option<SampledAnswer>> = vec![None; rows];
        while !batch.is_idle() {
            batch.advance()?;
            for (stream, answer) in batch.take_finished() {
                answers[stream - request.first_stream] = Some(answer);
            }
            rest().await;
        }
        self.decoder = Some(batch.into_decoder());
        all_there(answers)
    }
}

/// Logits of the token after a prompt, `[vocab]`.
///
/// # Errors
/// As [`generate`].
pub async fn next_token_logits(
    model: &Model,
    arena: &Tensor<1>,
    prompt: &[u32],
) -> Result<Vec<f32>> {
    check_prompt(model, prompt)?;
    let Some(numbers) = CpuValues::of(arena) else {
        return composed::next_token_logits(model, arena, prompt).await;
    };
    let packed = Packed::prompts(&[prompt]);
    let logits = cpu::gpt::logits(&Shape::new(&model.config), &numbers, &packed);
    check_logits(&logits)?;
    Ok(logits)
}
