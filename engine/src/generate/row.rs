//! A row of a generation: its prompt, its answer so far, its own stream of random numbers.

use super::draw::{Drawer, Pick};
use crate::model::Model;
use crate::random::Random;
use tilt_protocol::{Error, Result};

/// An answer as it was sampled.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SampledAnswer {
    /// The end-of-text id included when it was reached.
    pub ids: Vec<u32>,
    /// Log-prob of each id under the model at temperature 1, in nats.
    pub logps: Vec<f64>,
    /// False when `max_new_tokens` or the context ended it.
    pub finished: bool,
}

/// What is asked for: the same for all rows, its prompts checked.
pub struct Request<'a> {
    pub pick: Pick,
    pub max_new_tokens: usize,
    pub seed: u64,
    pub first_stream: usize,
    pub prompts: &'a [Vec<u32>],
}

impl<'a> Request<'a> {
    /// # Errors
    /// Those of [`check_prompt`].
    pub fn checked(
        model: &Model,
        prompts: &'a [Vec<u32>],
        pick: Pick,
        max_new_tokens: usize,
        seed: u64,
        first_stream: usize,
    ) -> Result<Request<'a>> {
        for prompt in prompts {
            check_prompt(model, prompt)?;
        }
        Ok(Request {
            pick,
            max_new_tokens,
            seed,
            first_stream,
            prompts,
        })
    }
}

/// A row under way.
pub struct GenerationRow<'a> {
    pub prompt: &'a [u32],
    pub answer: SampledAnswer,
    random: Random,
    /// Where the answer goes in the result.
    pub index: usize,
}

impl<'a> GenerationRow<'a> {
    /// Row `index` of a request, with room for `most` tokens.
    pub fn new(request: &Request<'_>, prompt: &'a [u32], index: usize, most: usize) -> Self {
        let purpose = format!("row {}", request.first_stream + index);
        GenerationRow {
            prompt,
            answer: SampledAnswer {
                ids: Vec::with_capacity(most),
                logps: Vec::with_capacity(most),
                finished: false,
            },
            random: Random::from_seed_for(request.seed, &purpose),
            index,
        }
    }

    /// Draws the next token of the answer; with it, whether it was the last.
    pub fn draw(
        &mut self,
        model: &Model,
        logits: &[f32],
        request: &Request<'_>,
        drawer: &mut Drawer,
    ) -> (u32, bool) {
        let seen = self.prompt.iter().chain(&self.answer.ids);
        let (id, logp) = drawer.draw(logits, request.pick, seen, &mut self.random);
        (id, self.take(model, id, logp, request))
    }

    /// The numbers that its next draws take, as a GPU holds them: below 1 when they are rounded.
    pub fn next_units(&mut self, count: usize) -> Vec<f32> {
        let below_one = 1.0 - f32::EPSILON / 2.0;
        let next = || (self.random.unit() as f32).min(below_one);
        std::iter::repeat_with(next).take(count).collect()
    }

    /// Prompt and answer so far.
    pub fn ids(&self) -> Vec<u32> {
        [self.prompt, &self.answer.ids].concat()
    }

    /// Takes the next token of the answer; whether it was the last.
    pub fn take(&mut self, model: &Model, id: u32, logp: f64, request: &Request<'_>) -> bool {
        self.answer.ids.push(id);
        self.answer.logps.push(logp);
        self.answer.finished = model.config.ends_text(id);
        let (written, limit) = (self.answer.ids.len(), model.config.n_positions);
        let is_full = written >= request.max_new_tokens || self.prompt.len() + written >= limit;
        self.answer.finished || is_full
    }
}

/// Rows in one forward pass.
pub const GENERATION_BATCH: usize = 64;

/// # Errors
/// [`Error::Internal`] for a row without an answer.
pub fn all_there(answers: Vec<Option<SampledAnswer>>) -> Result<Vec<SampledAnswer>> {
    answers
        .into_iter()
        .map(|answer| answer.ok_or_else(|| Error::internal("an answer was lost")))
        .collect()
}

/// # Errors
/// [`Error::SequenceTooLong`] for a prompt that leaves no room in the context,
/// [`Error::TokenOutOfRange`], [`Error::NothingToUse`] for an empty one.
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

/// # Errors
/// [`Error::InvalidConfig`] with a logit that is no number.
pub fn check_logits(logits: &[f32]) -> Result<()> {
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
