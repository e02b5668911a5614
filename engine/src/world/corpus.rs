//! Text without end: exchanges drawn from a seed, and how much is in them.

use super::answer::{Attributes, draw_attributes, write_answer};
use super::choices::Choices;
use super::prompts::{self, Prompt};
use crate::random::Random;

/// A prompt, an answer, and what the answer was drawn to be.
#[derive(Clone, Debug, PartialEq)]
pub struct Exchange {
    pub prompt: Prompt,
    pub answer: String,
    pub attributes: Attributes,
    /// `-ln P(prompt)`, nats.
    pub prompt_nats: f64,
    /// `-ln P(answer | prompt)`, nats: exact, since under one prompt a text has
    /// one derivation.
    pub answer_nats: f64,
}

impl Exchange {
    /// Draws attributes and words for this prompt.
    pub fn answer_to(prompt: Prompt, random: &mut Random) -> Exchange {
        let mut choices = Choices::new(random);
        let attributes = draw_attributes(&prompt, &mut choices);
        let answer = write_answer(&prompt, &attributes, &mut choices);
        let answer_nats = choices.nats();
        Exchange {
            prompt,
            answer,
            attributes,
            prompt_nats: 0.0,
            answer_nats,
        }
    }
}

/// Draws an exchange, its prompt uniformly from the training prompts.
pub fn draw_exchange(random: &mut Random) -> Exchange {
    let prompts = &prompts::all().0;
    let prompt = prompts[random.below(prompts.len())].clone();
    let mut exchange = Exchange::answer_to(prompt, random);
    exchange.prompt_nats = (prompts.len() as f64).ln();
    exchange
}

/// Exchanges forever. The same seed gives the same text on every machine.
#[derive(Clone, Debug)]
pub struct Corpus {
    random: Random,
}

/// The corpus named by `seed`.
pub fn corpus(seed: u64) -> Corpus {
    Corpus {
        random: Random::from_seed_for(seed, "world"),
    }
}

impl Iterator for Corpus {
    type Item = Exchange;

    fn next(&mut self) -> Option<Exchange> {
        Some(draw_exchange(&mut self.random))
    }
}

/// A Monte Carlo estimate of the entropy of answers given their prompts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Entropy {
    /// Mean nats an answer.
    pub mean: f64,
    /// Standard error of the mean, nats.
    pub standard_error: f64,
    /// Mean words an answer.
    pub words: f64,
    /// Answers drawn.
    pub samples: usize,
}

/// The entropy of answers to training prompts, from `samples` exchanges of the
/// corpus of `seed`. A model's loss, summed over an answer's tokens (the end of
/// the answer is certain from its closer), is on average no smaller.
pub fn answer_entropy(seed: u64, samples: usize) -> Entropy {
    let (mut sum, mut squares, mut words) = (0.0, 0.0, 0.0);
    for exchange in corpus(seed).take(samples) {
        sum += exchange.answer_nats;
        squares += exchange.answer_nats * exchange.answer_nats;
        words += exchange.answer.split_whitespace().count() as f64;
    }
    let count = samples.max(1) as f64;
    let mean = sum / count;
    let variance = (squares / count - mean * mean).max(0.0);
    let standard_error = (variance / count).sqrt();
    Entropy {
        mean,
        standard_error,
        words: words / count,
        samples,
    }
}
