//! How fast answers are sampled: by the device's own kernels, and for comparison, in builds with
//! the feature `baseline`, by burn's operations, in turns, so that both meet the same machine.

use crate::crew::{self, Team};
#[cfg(feature = "baseline")]
use crate::generate::generate_composed;
use crate::generate::{Pick, SampledAnswer, SamplingRequest};
use crate::gpt_config::GptConfig;
use crate::model::Model;
use burn::tensor::Tensor;
use serde::Serialize;
use tilt_protocol::statistics::median;
use tilt_protocol::{BenchSettings, ComposedSampling, Result, Sampling, SimdBuild};
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
    /// By burn's operations, in a build that has them.
    pub composed: Option<SamplingTimes>,
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
            tokens_per_s: tokens_per_s(tokens, median_ms),
        }
    }
}

/// One sampling both ways.
struct Round {
    /// By the kernels.
    answers: Vec<SampledAnswer>,
    ms: f64,
    /// By burn's operations, and their time.
    composed: Option<(Vec<SampledAnswer>, f64)>,
}

impl Round {
    async fn time(
        model: &Model,
        arena: &Tensor<1>,
        prompts: &[Vec<u32>],
        team: Option<&Team>,
    ) -> Result<Round> {
        let request = SamplingRequest {
            prompts,
            pick: Pick::Sample(Sampling::default()),
            max_new_tokens: Sampling::NEW_TOKENS,
            seed: 0,
            first_stream: 0,
        };
        let start = Instant::now();
        let answers = crew::sample(model, arena, &request, team).await?;
        let ms = start.elapsed().as_secs_f64() * 1e3;
        Ok(Round {
            answers,
            ms,
            composed: composed(model, arena, &request).await?,
        })
    }

    fn same_answers(&self) -> usize {
        let theirs = self.composed.iter().flat_map(|(answers, _)| answers);
        let pairs = self.answers.iter().zip(theirs);
        pairs.filter(|(a, b)| a.ids == b.ids).count()
    }
}

#[cfg(feature = "baseline")]
async fn composed(
    model: &Model,
    arena: &Tensor<1>,
    request: &SamplingRequest<'_>,
) -> Result<Option<(Vec<SampledAnswer>, f64)>> {
    let start = Instant::now();
    let answers = generate_composed(model, arena, request).await?;
    Ok(Some((answers, start.elapsed().as_secs_f64() * 1e3)))
}

#[cfg(not(feature = "baseline"))]
async fn composed(
    _model: &Model,
    _arena: &Tensor<1>,
    _request: &SamplingRequest<'_>,
) -> Result<Option<(Vec<SampledAnswer>, f64)>> {
    Ok(None)
}

/// Times one answer to each prompt at temperature 1: a round of both ways that is not timed,
/// then `rounds` that are.
///
/// # Errors
/// Those of [`generate`](crate::generate::generate).
pub async fn time_sampling(
    model: &Model,
    arena: &Tensor<1>,
    prompts: &[Vec<u32>],
    rounds: usize,
) -> Result<SamplingReport> {
    let mut last = Round::time(model, arena, prompts, None).await?;
    let mut ms = [Vec::new(), Vec::new()];
    for _ in 0..rounds {
        last = Round::time(model, arena, prompts, None).await?;
        ms[0].push(last.ms);
        ms[1].extend(last.composed.as_ref().map(|(_, ms)| *ms));
    }
    let [of_kernels, of_composed] = ms;
    let kernels = SamplingTimes::new(&last.answers, of_kernels);
    let answers = last.composed.as_ref().map(|(answers, _)| answers);
    let composed = answers.map(|answers| SamplingTimes::new(answers, of_composed));
    Ok(SamplingReport {
        parameters: model.layout.len,
        answers: prompts.len(),
        simd: crate::kernels::SIMD,
        ratio: ratio(
            kernels.tokens_per_s,
            composed.as_ref().and_then(|composed| composed.tokens_per_s),
        ),
        kernels,
        composed,
        same_answers: last.same_answers(),
    })
}

/// `None` for no time at all.
pub fn tokens_per_s(tokens: usize, step_ms: f64) -> Option<f64> {
    (step_ms > 0.0).then(|| tokens as f64 / step_ms * 1e3)
}

fn ratio(ours: Option<f64>, theirs: Option<f64>) -> Option<f64> {
    ours.zip(theirs).map(|(ours, theirs)| ours / theirs)
}

/// One id in so many ends an answer.
const END_EVERY: usize = 32;

/// Ends answers of a model that has learnt nothing as those of a trained one do: some soon, a
/// few not before the context does.
pub fn end_answers(config: &mut GptConfig) {
    let ids = 0..config.vocab_size as u32;
    let mut ids = ids.step_by(END_EVERY);
    config.eos_token_id = ids.next();
    config.more_eos_ids = ids.collect();
}

/// The benchmark's answers, the same in every step.
pub struct SamplingWorkload {
    /// `[parameters]`
    arena: Tensor<1>,
    prompts: Vec<Vec<u32>>,
    /// Tokens of a step.
    tokens: usize,
    composed_ms: Vec<f64>,
    same_answers: usize,
}

/// What one step of it came to.
pub struct SampledStep {
    /// By the device's kernels.
    pub ms: f64,
    /// Of the answers under the model.
    pub nats_a_token: f64,
}

impl SamplingWorkload {
    pub fn new(arena: Tensor<1>, prompts: Vec<Vec<u32>>) -> SamplingWorkload {
        SamplingWorkload {
            arena,
            prompts,
            tokens: 0,
            composed_ms: Vec::new(),
            same_answers: 0,
        }
    }

    /// # Errors
    /// Those of [`generate`](crate::generate::generate).
    pub async fn step(&mut self, model: &Model, team: Option<&Team>) -> Result<SampledStep> {
        let round = Round::time(model, &self.arena, &self.prompts, team).await?;
        let logps = round.answers.iter().flat_map(|answer| &answer.logps);
        self.tokens = logps.clone().count();
        let nats: f64 = logps.sum();
        self.composed_ms
            .extend(round.composed.as_ref().map(|(_, ms)| *ms));
        self.same_answers = round.same_answers();
        Ok(SampledStep {
            ms: round.ms,
            nats_a_token: -nats / self.tokens.max(1) as f64,
        })
    }

    /// Tokens of a step.
    pub fn tokens(&self) -> usize {
        self.tokens
    }

    /// Burn's operations on the same, where the kernels took `median_ms`.
    pub fn composed(&self, median_ms: f64) -> Option<ComposedSampling> {
        let timed = self.composed_ms.iter().skip(BenchSettings::WARM_UP);
        let step_ms: Vec<f64> = timed.copied().collect();
        let composed = median(&step_ms)?;
        let rate = tokens_per_s(self.tokens, composed);
        Some(ComposedSampling {
            step_ms,
            tokens: self.tokens,
            tokens_per_s: rate,
            ratio: ratio(tokens_per_s(self.tokens, median_ms), rate),
            same_answers: self.same_answers,
        })
    }
}
