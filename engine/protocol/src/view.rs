//! What the page shows of a model: tokens with their log-probs, next-token bars,
//! win rates.

use crate::principle::Principle;
use serde::{Deserialize, Serialize};

/// One entry of the next-token bars: probabilities under both models.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NextToken {
    pub token: String,
    pub id: u32,
    pub policy: f64,
    pub reference: f64,
}

/// One completion token with its log-probs in nats, and the distribution it was
/// one draw of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TokenView {
    pub token: String,
    pub id: u32,
    pub policy_logp: f64,
    pub reference_logp: f64,
    /// The most likely tokens at this position under either model, most likely
    /// under the policy first.
    pub next_tokens: Vec<NextToken>,
}

impl TokenView {
    /// log pi - log pi_ref, in nats.
    pub fn log_ratio(&self) -> f64 {
        self.policy_logp - self.reference_logp
    }
}

/// One sequence: the prompt's tokens as text, the completion's with numbers
/// (its last token is the end-of-text token).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SequenceView {
    pub prompt: Vec<String>,
    pub completion: Vec<TokenView>,
}

impl SequenceView {
    pub fn policy_logp(&self) -> f64 {
        self.completion.iter().map(|token| token.policy_logp).sum()
    }

    pub fn reference_logp(&self) -> f64 {
        self.completion
            .iter()
            .map(|token| token.reference_logp)
            .sum()
    }
}

/// A pair seen through policy and reference at one step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Inspection {
    /// Optimiser steps the policy has taken.
    pub step: usize,
    pub chosen: SequenceView,
    pub rejected: SequenceView,
}

/// Policy against reference on held-out prompts, under one principle.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WinRateReport {
    pub principle: Principle,
    /// wins / (wins + losses); `None` while nothing was decisive.
    pub win_rate: Option<f64>,
    /// 95% Wilson interval on the decisive comparisons.
    pub low: f64,
    pub high: f64,
    pub wins: usize,
    pub losses: usize,
    pub ties: usize,
    /// Share of the policy's and the reference's answers that have the attribute which the
    /// principle prefers, among those to which it applies.
    pub policy_rate: f64,
    pub reference_rate: f64,
    /// Answers that each of these shares is of.
    pub policy_rated: usize,
    pub reference_rated: usize,
    /// Mean over the policy's answers of the sum over tokens of
    /// log pi - log pi_ref, in nats an answer.
    pub kl: f64,
    /// Of `kl`: the answers' standard deviation over the root of their number. `None` for a
    /// single answer, and where an older version measured.
    #[serde(default)]
    pub kl_standard_error: Option<f64>,
    /// The policy's answers that were sampled.
    #[serde(default)]
    pub answers: usize,
    /// Words an answer, mean.
    pub policy_words: f64,
    pub reference_words: f64,
}

impl WinRateReport {
    /// Comparisons that were decisive.
    pub fn decisive(&self) -> usize {
        self.wins + self.losses
    }
}
