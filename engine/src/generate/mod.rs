//! Sampling answers, batched, with a key-value cache: by kernels of our own on the CPU
//! (`decoded.rs`) and on a GPU (`on_gpu.rs`), elsewhere by burn's operations (`composed.rs`).
//!
//! Random numbers come from our own generator on the CPU, one stream a row, so that a row's
//! answer does not depend on its neighbours.

mod composed;
mod decoded;
mod draw;
mod on_gpu;
mod row;

pub use composed::generate_composed;
pub use draw::{Pick, probabilities};
pub use row::{GENERATION_BATCH, SampledAnswer, check_prompt};

use crate::kernels::Packed;
use crate::kernels::cpu::decode::Decoder;
use crate::kernels::cpu::{self, CpuValues};
use crate::kernels::gpu;
use crate::kernels::shape::Shape;
use crate::model::Model;
use burn::tensor::Tensor;
use composed::sample_composed;
use decoded::generate_decoded;
use on_gpu::generate_on_gpu;
use row::{Request, check_logits};
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
    let mut generator = Generator::new(model, arena);
    generator
        .generate(prompts, pick, max_new_tokens, seed, first_stream)
        .await
}

/// Samples from one model as it is now; its weights are packed once, and its room stays from call
/// to call.
pub struct Generator<'a> {
    model: &'a Model,
    arena: &'a Tensor<1>,
    /// On the CPU.
    decoder: Option<Decoder>,
    /// On a GPU whose kernels take the model.
    on_gpu: Option<gpu::decode::Decoder>,
}

impl<'a> Generator<'a> {
    pub fn new(model: &'a Model, arena: &'a Tensor<1>) -> Generator<'a> {
        let shape = Shape::new(&model.config);
        let on_gpu = gpu::decode::Decoder::new(shape.clone(), arena);
        let decoder = CpuValues::of(arena).map(|numbers| Decoder::new(shape, numbers));
        Generator {
            model,
            arena,
            decoder,
            on_gpu,
        }
    }

    /// As [`generate`].
    ///
    /// # Errors
    /// As there.
    pub async fn generate(
        &mut self,
        prompts: &[Vec<u32>],
        pick: Pick,
        max_new_tokens: usize,
        seed: u64,
        first_stream: usize,
    ) -> Result<Vec<SampledAnswer>> {
        let (model, arena) = (self.model, self.arena);
        let request = Request::checked(model, prompts, pick, max_new_tokens, seed, first_stream)?;
        if let Some(decoder) = &mut self.decoder {
            return generate_decoded(model, decoder, &request).await;
        }
        if let Some(decoder) = &mut self.on_gpu {
            return generate_on_gpu(model, decoder, &request).await;
        }
        sample_composed(model, arena, &request).await
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
            None => return composed::next_token_logits(model, arena, prompt).await,
        },
    };
    check_logits(&logits)?;
    Ok(logits)
}
