//! The benchmark: one specified training step of a small GPT, the same numbers everywhere.

use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};

/// What a step does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BenchObjective {
    /// Cross-entropy of every next token.
    Sft,
    /// DPO over pairs that share the first half of their tokens, the reference's log-probs
    /// known; `batch` sequences are half as many pairs.
    Dpo,
    /// No training: answers to `batch` prompts of a quarter of the context, of many lengths up
    /// to all of it. On the CPU they are timed by burn's operations too.
    Sampling,
}

impl BenchObjective {
    pub const ALL: [BenchObjective; 3] = [
        BenchObjective::Sft,
        BenchObjective::Dpo,
        BenchObjective::Sampling,
    ];

    pub fn slug(self) -> &'static str {
        match self {
            BenchObjective::Sft => "sft",
            BenchObjective::Dpo => "dpo",
            BenchObjective::Sampling => "sampling",
        }
    }

    pub fn from_slug(slug: &str) -> Option<BenchObjective> {
        Self::ALL.into_iter().find(|one| one.slug() == slug)
    }
}

/// Which WebAssembly instructions the CPU kernels were built for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SimdBuild {
    /// simd128, which every browser with WebGPU has.
    Plain,
    /// Relaxed SIMD, with a fused multiply-add.
    Relaxed,
}

impl SimdBuild {
    pub const ALL: [SimdBuild; 2] = [SimdBuild::Plain, SimdBuild::Relaxed];

    pub fn slug(self) -> &'static str {
        match self {
            SimdBuild::Plain => "plain",
            SimdBuild::Relaxed => "relaxed",
        }
    }

    pub fn from_slug(slug: &str) -> Option<SimdBuild> {
        Self::ALL.into_iter().find(|simd| simd.slug() == slug)
    }
}

/// A step's shape. The defaults are those of the peers' benchmark.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct BenchSettings {
    pub layers: usize,
    pub d_model: usize,
    pub heads: usize,
    pub vocab: usize,
    /// In tokens.
    pub context: usize,
    /// Sequences a step.
    pub batch: usize,
    /// Whether the head is the token embedding.
    pub tied: bool,
    /// Steps that are timed, after [`BenchSettings::WARM_UP`] that are not.
    pub steps: usize,
    pub objective: BenchObjective,
    /// Workers that share a step on the CPU; `None` leaves it to the engine.
    pub workers: Option<usize>,
}

impl Default for BenchSettings {
    fn default() -> Self {
        BenchSettings {
            layers: 4,
            d_model: 128,
            heads: 4,
            vocab: 512,
            context: 64,
            batch: 8,
            tied: false,
            steps: 20,
            objective: BenchObjective::Sft,
            workers: None,
        }
    }
}

impl BenchSettings {
    /// Steps before the timed ones.
    pub const WARM_UP: usize = 5;
    pub const MOST_WORKERS: usize = 16;

    /// # Errors
    /// [`Error::InvalidConfig`] naming the field and what it takes.
    pub fn check(&self) -> Result<()> {
        let sizes = [
            ("layers", self.layers, 1, 48),
            ("d_model", self.d_model, 4, 4096),
            ("heads", self.heads, 1, 64),
            ("vocab", self.vocab, 2, 100_000),
            ("context", self.context, 4, 2048),
            ("batch", self.batch, 1, 256),
            ("steps", self.steps, 1, 10_000),
            ("workers", self.workers.unwrap_or(1), 1, Self::MOST_WORKERS),
        ];
        for (field, value, least, most) in sizes {
            if !(least..=most).contains(&value) {
                let expected = format!("a whole number from {least} to {most}");
                return Err(Error::invalid(field, value, expected));
            }
        }
        // The GPU's kernels read four numbers at a time.
        let unit = 4 * self.heads;
        if !self.d_model.is_multiple_of(unit) {
            let expected = format!("a multiple of 4 times heads ({unit})");
            return Err(Error::invalid("d_model", self.d_model, expected));
        }
        if self.objective == BenchObjective::Dpo && !self.batch.is_multiple_of(2) {
            return Err(Error::invalid("batch", self.batch, "an even number: pairs"));
        }
        Ok(())
    }
}

/// What was measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BenchReport {
    pub settings: BenchSettings,
    pub parameters: usize,
    /// Over the timed steps, each with its loss read back.
    pub median_ms: f64,
    pub min_ms: f64,
    /// Of each timed step, in order.
    pub step_ms: Vec<f64>,
    /// The first step by itself, with whatever is compiled or allocated then.
    pub first_step_ms: f64,
    /// Of the tokens that the model reads, or samples, at the median; `None` where that is no time at all
    /// by the clock, which in a browser ticks every tenth of a millisecond.
    pub tokens_per_s: Option<f64>,
    /// GPU dispatches a timed step; `None` where nothing counts them, as on the CPU.
    pub dispatches_per_step: Option<f64>,
    /// Calls of `GPUQueue.submit` a timed step.
    pub submissions_per_step: Option<f64>,
    /// GPU buffers made a timed step.
    pub new_buffers_per_step: Option<f64>,
    /// Bytes of GPU memory in use after the last step.
    pub gpu_bytes: Option<u64>,
    /// Of the engine's memory in the browser, after the last step: it never shrinks, so this
    /// is the most that was used. `None` natively.
    #[serde(default)]
    pub memory_bytes: Option<u64>,
    /// Nats a token (`sft`; of `sampling` those of the answers) or the objective's loss, of all
    /// steps from the first.
    pub losses: Vec<f64>,
    /// Of `sampling`.
    #[serde(default)]
    pub composed: Option<ComposedSampling>,
    /// `webgpu` or `cpu`.
    pub device: String,
    pub adapter: String,
    /// What the CPU kernels were built for.
    pub simd: SimdBuild,
    /// Workers that shared a step.
    pub workers: usize,
}

/// The same answers by burn's operations, on one worker and in turns with the device's kernels.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ComposedSampling {
    /// Of each timed step, in order.
    pub step_ms: Vec<f64>,
    /// Tokens of a step.
    pub tokens: usize,
    /// At the median.
    pub tokens_per_s: Option<f64>,
    /// Tokens a second of the device's kernels over those of burn's operations.
    pub ratio: Option<f64>,
    /// Answers of the last step that both sampled alike, token by token.
    pub same_answers: usize,
}

/// What was asked of the GPU since the engine began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GpuCalls {
    pub dispatches: u64,
    pub submissions: u64,
    pub buffers: u64,
    /// In buffers that are alive.
    pub bytes: u64,
}
