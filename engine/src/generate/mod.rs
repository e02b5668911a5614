//! Sampling answers, batched, with a key-value cache: by kernels of our own on the CPU
//! (`live.rs`) and on a GPU (`on_gpu.rs`). By burn's operations too (`composed.rs`), which those
//! are held to.
//!
//! Random numbers come from our own generator on the CPU, one stream a row, so that a row's
//! answer does not depend on its neighbours.

mod composed;
mod draw;
mod live;
mod on_gpu;
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
use crate::kernels::gpu;
use crate::kernels::shape::Shape;
use crate::model::Model;
use crate::pass::not_taken;
use burn::tensor::Tensor;
use on_gpu::generate_on_gpu;
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

/// Samples from one model as it is now; its weights are packed once, and its room stays from call
/// to call.
pub struct Generator<'a> {
    model: &'a Model,
    arena: &'a Tensor<1>,
    /// On the CPU. A sampling under way has taken it, and one that broke off keeps it.
    decoder: Option<Decoder>,
    /// On a GPU whose kernels take the model.
    on_gpu: Option<gpu::decode::Decoder>,
}

impl<'a> Generator<'a> {
    pub fn new(model: &'a Model, arena: &'a Tensor<1>) -> Generator<'a> {
        Generator {
            model,
            arena,
            decoder: None,
            on_gpu: None,
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
            return self.sample_elsewhere(shape, request).await;
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

    /// Where the weights are not on the CPU.
    async fn sample_elsewhere(
        &mut self,
        shape: Shape,
        request: &SamplingRequest<'_>,
    ) -> Result<Vec<SampledAnswer>> {
        let (model, arena) = (self.model, self.arena);
        if self.on_gpu.is_none() {
            self.on_gpu = gpu::decode::Decoder::new(&shape, arena);
        }
        match &mut self.on_gpu {
            Some(decoder) => generate_on_gpu(model, decoder, request).await,
            None => Err(not_taken()),
        }
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
    let (shape, packed) = (Shape::new(&model.config), Packed::prompts(&[prompt]));
    let logits = match CpuValues::of(arena) {
        Some(numbers) => cpu::gpt::logits(&shape, &numbers, &packed),
        None => match gpu::vocabulary_logits(&shape, arena, &packed).await? {
            Some((mut logits, _)) => {
                logits.truncate(shape.vocab);
                logits
            }
            None => return Err(not_taken()),
        },
    };
    check_logits(&logits)?;
    Ok(logits)
}
