//! Sampling answers, batched, with a key-value cache: on the CPU by kernels of our own
//! (`decoded.rs`), elsewhere by burn's operations (`composed.rs`).
//!
//! Tokens are drawn on the CPU from our own generator, one stream a row, so that a row's
//! answer does not depend on its neighbours.

mod composed;
mod decoded;
mod draw;

pub use composed::generate_composed;
pub use draw::probabilities;

use crate::kernels::Packed;
use crate::kernels::cpu::decode::Decoder;
use crate::kernels::cpu::{self, CpuValues};
use crate::kernels::shape::Shape;
use crate::model::Model;
use crate::random::Random;
use burn::tensor::Tensor;
use decoded::{Request, generate_decoded};
use draw::Drawer;
use tilt_protocol::{Error, Result, Sampling};

/// An answer as it was sampled.
#[derive(Clone, Debug, PartialEq)]
pub struct SampledAnswer {
    /// The end-of-text id included when it was reached.
    pub ids: Vec<u32>,
    /// Log-prob of each id under the model at temperature 1, in nats.
    pub logps: Vec<f64>,
    /// False when `max_new_tokens` or the context ended it.
    pub finished: bool,
}

/// How the next token is picked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pick {
    Greedy,
    Sample(Sampling),
}

struct GenerationRow<'a> {
    prompt: &'a [u32],
    answer: SampledAnswer,
    random: Random,
    /// Where the answer goes in the result.
    index: usize,
}

impl<'a> GenerationRow<'a> {
    /// Row `index` of a request, with room for `most` tokens.
    fn new(prompt: &'a [u32], index: usize, most: usize, seed: u64, first_stream: usize) -> Self {
        let purpose = format!("row {}", first_stream + index);
        GenerationRow {
            prompt,
            answer: SampledAnswer {
                ids: Vec::with_capacity(most),
                logps: Vec::with_capacity(most),
                finished: false,
            },
            random: Random::from_seed_for(seed, &purpose),
            index,
        }
    }

    /// Draws the next token of the answer; with it, whether it was the last.
    fn draw(
        &mut self,
        model: &Model,
        logits: &[f32],
        pick: Pick,
        max_new_tokens: usize,
        drawer: &mut Drawer,
    ) -> (u32, bool) {
        let seen = self.prompt.iter().chain(&self.answer.ids);
        let (id, logp) = drawer.draw(logits, pick, seen, &mut self.random);
        self.answer.ids.push(id);
        self.answer.logps.push(logp);
        self.answer.finished = model.config.ends_text(id);
        let (written, limit) = (self.answer.ids.len(), model.config.n_positions);
        let is_full = written >= max_new_tokens || self.prompt.len() + written >= limit;
        (id, self.answer.finished || is_full)
    }
}

/// Rows in one forward pass.
pub const GENERATION_BATCH: usize = 64;

/// One answer a prompt, in order. Row i draws from stream `first_stream + i` of the
/// seed, so a list can be sampled in parts.
///
/// # Errors
/// [`Error::SequenceTooLong`] for a prompt that leaves no room in the context,
/// [`Error::TokenOutOfRange`], [`Error::NothingToUse`] for an empty prompt,
/// [`Error::InvalidConfig`] for a model whose logits are no numbers or a prompt that a GPU has
/// no room for, [`Error::Device`] when the device was lost.
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

/// Samples from one model as it is now; on the CPU its weights are packed once, and its room
/// stays from call to call.
pub struct Generator<'a> {
    model: &'a Model,
    arena: &'a Tensor<1>,
    /// On the CPU.
    decoder: Option<Decoder>,
}

impl<'a> Generator<'a> {
    pub fn new(model: &'a Model, arena: &'a Tensor<1>) -> Generator<'a> {
        let decoder =
            CpuValues::of(arena).map(|numbers| Decoder::new(Shape::new(&model.config), numbers));
        Generator {
            model,
            arena,
            decoder,
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
        let Some(decoder) = &mut self.decoder else {
            return generate_composed(
                model,
                arena,
                prompts,
                pick,
                max_new_tokens,
                seed,
                first_stream,
            )
            .await;
        };
        for prompt in prompts {
            check_prompt(model, prompt)?;
        }
        let request = Request {
            pick,
            max_new_tokens,
            seed,
            first_stream,
            prompts,
        };
        generate_decoded(model, decoder, &request).await
    }
}

fn all_there(answers: Vec<Option<SampledAnswer>>) -> Result<Vec<SampledAnswer>> {
    answers
        .into_iter()
        .map(|answer| answer.ok_or_else(|| Error::internal("an answer was lost")))
        .collect()
}

/// # Errors
/// As [`generate`].
pub fn check_prompt(model: &Model, prompt: &[u32]) -> Result<()> {
    let limit = model.config.n_positions;
    if prompt.is_empty() {
        return Err(Error::NothingToUse {
            what: "prompt".to_owned(),
            purpose: "answer".to_owned(),
            advice: "write at least one word".to_owned(),
        });
    }
    if prompt.len() >= limit {
        let what = "the prompt".to_owned();
        return Err(Error::SequenceTooLong {
            what,
            found: prompt.len(),
            limit,
        });
    }
    match prompt
        .iter()
        .find(|&&id| id as usize >= model.config.vocab_size)
    {
        Some(&id) => Err(Error::TokenOutOfRange {
            id,
            vocab: model.config.vocab_size,
        }),
        None => Ok(()),
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

/// # Errors
/// [`Error::InvalidConfig`] with a logit that is no number.
fn check_logits(logits: &[f32]) -> Result<()> {
    // The largest bits without the sign are those of infinity and beyond, if there are such.
    let most = logits.iter().fold(0, |most, logit| {
        let bits = logit.to_bits() & 0x7fff_ffff;
        if bits > most { bits } else { most }
    });
    if f32::from_bits(most).is_finite() {
        return Ok(());
    }
    let found = logits.iter().find(|logit| !logit.is_finite());
    Err(Error::invalid(
        "a logit of the model",
        found.copied().unwrap_or(f32::NAN),
        "a number: these weights have diverged, so train again at a lower learning rate",
    ))
}
