//! How fast answers are sampled: by the device's own kernels, and for comparison by burn's
//! operations, in turns, so that both meet the same machine.

use crate::generate::{Pick, SampledAnswer, generate, generate_composed};
use crate::model::Model;
use burn::tensor::Tensor;
use serde::Serialize;
use tilt_protocol::statistics::median;
use tilt_protocol::{Result, Sampling, SimdBuild};
use web_time::Instant;

/// Both ways to sample the same answers.
#[derive(Clone, Debug, Serialize)]
pub struct SamplingReport {
    pub parameters: usize,
    pub answers: usize,
    /// The instructions of a wasm build.
    pub simd: SimdBuild,
    /// By the device's kernels.
    pub kernels: SamplingTimes,
    /// By burn's operations.
    pub composed: SamplingTimes,
    /// Tokens a second of the kernels over those of burn's operations.
    pub ratio: Option<f64>,
    /// Answers that are the same, token by token: what rounds otherwise may rarely differ.
    pub same_answers: usize,
}

/// The rounds of one way.
#[derive(Clone, Debug, Serialize)]
pub struct SamplingTimes {
    /// Tokens that were sampled in a round.
    pub tokens: usize,
    pub round_ms: Vec<f64>,
    pub median_ms: f64,
    /// `None` where the clock is too coarse.
    pub tokens_per_s: Option<f64>,
}

impl SamplingTimes {
    fn new(answers: &[SampledAnswer], round_ms: Vec<f64>) -> SamplingTimes {
        let tokens = answers.iter().map(|answer| answer.ids.len()).sum();
        let median_ms = median(&round_ms).unwrap_or(f64::NAN);
        SamplingTimes {
            tokens,
            round_ms,
            median_ms,
            tokens_per_s: super::tokens_per_s(tokens, median_ms),
        }
    }
}

/// Times one answer to each prompt at temperature 1: a round of both ways that is not timed,
/// then `rounds` that are.
///
/// # Errors
/// Those of [`generate`].
pub async fn time_sampling(
    model: &Model,
    arena: &Tensor<1>,
    prompts: &[Vec<u32>],
    rounds: usize,
) -> Result<SamplingReport> {
    let (pick, most) = (Pick::Sample(Sampling::default()), Sampling::NEW_TOKENS);
    let mut ms = [Vec::new(), Vec::new()];
    let mut answers = [Vec::new(), Vec::new()];
    for round in 0..=rounds {
        let start = Instant::now();
        answers[0] = generate(model, arena, prompts, pick, most, 0, 0).await?;
        let middle = Instant::now();
        answers[1] = generate_composed(model, arena, prompts, pick, most, 0, 0).await?;
        if round > 0 {
            ms[0].push(middle.duration_since(start).as_secs_f64() * 1e3);
            ms[1].push(middle.elapsed().as_secs_f64() * 1e3);
        }
    }
    let [of_kernels, of_composed] = ms;
    let kernels = SamplingTimes::new(&answers[0], of_kernels);
    let composed = SamplingTimes::new(&answers[1], of_composed);
    let rates = kernels.tokens_per_s.zip(composed.tokens_per_s);
    let pairs = answers[0].iter().zip(&answers[1]);
    Ok(SamplingReport {
        parameters: model.layout.len,
        answers: prompts.len(),
        simd: crate::kernels::SIMD,
        ratio: rates.map(|(kernels, composed)| kernels / composed),
        kernels,
        composed,
        same_answers: pairs.filter(|(a, b)| a.ids == b.ids).count(),
    })
}
