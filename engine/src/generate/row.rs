//! A row of a generation: its prompt, its answer so far, its own stream of random numbers.

use super::draw::Drawer;
use super::request::AnswerRules;
use crate::random::Random;
use std::rc::Rc;
use tilt_protocol::{Error, Result};

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

/// A row under way.
pub struct GenerationRow {
    pub prompt: Rc<[u32]>,
    pub answer: SampledAnswer,
    random: Random,
    /// The stream that it draws from, by which it is known.
    pub stream: usize,
}

impl GenerationRow {
    /// A row that draws from this stream, with room for `most` tokens.
    pub fn new(rules: &AnswerRules, prompt: Rc<[u32]>, stream: usize, most: usize) -> Self {
        GenerationRow {
            prompt,
            answer: SampledAnswer {
                ids: Vec::with_capacity(most),
                logps: Vec::with_capacity(most),
                finished: false,
            },
            random: Random::from_seed_for(rules.seed, &format!("row {stream}")),
            stream,
        }
    }

    /// Draws the next token of the answer; with it, whether it was the last.
    pub fn draw(
        &mut self,
        logits: &[f32],
        rules: &AnswerRules,
        drawer: &mut Drawer,
    ) -> (u32, bool) {
        let seen = self.prompt.iter().chain(&self.answer.ids);
        let (id, logp) = drawer.draw(logits, rules.pick, seen, &mut self.random);
        (id, self.take(id, logp, rules))
    }

    /// The numbers that its next draws take, as a GPU holds them: below 1 when they are rounded.
    pub fn next_units(&mut self, count: usize) -> Vec<f32> {
        let below_one = 1.0 - f32::EPSILON / 2.0;
        let next = || (self.random.unit() as f32).min(below_one);
        std::iter::repeat_with(next).take(count).collect()
    }

    /// Prompt and answer so far.
    pub fn ids(&self) -> Vec<u32> {
        [&self.prompt, self.answer.ids.as_slice()].concat()
    }

    /// Tokens that it may still write.
    pub fn left(&self, rules: &AnswerRules) -> usize {
        let most = rules.most_tokens(self.prompt.len());
        most.saturating_sub(self.answer.ids.len())
    }

    /// Takes the next token of the answer; whether it was the last.
    pub fn take(&mut self, id: u32, logp: f64, rules: &AnswerRules) -> bool {
        self.answer.ids.push(id);
        self.answer.logps.push(logp);
        self.answer.finished = rules.end_ids.contains(&id);
        self.answer.finished || self.left(rules) == 0
    }
}

/// # Errors
/// [`Error::Internal`] for a row without an answer.
pub fn all_there(answers: Vec<Option<SampledAnswer>>) -> Result<Vec<SampledAnswer>> {
    answers
        .into_iter()
        .map(|answer| answer.ok_or_else(|| Error::internal("an answer was lost")))
        .collect()
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
