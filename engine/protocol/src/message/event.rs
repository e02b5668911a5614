//! What the engine says.

use super::terms::{DeviceKind, EngineStatus, ExportKind, JudgedReward, PolicyAt, RunId};
use crate::bench::{BenchReport, SimdBuild};
use crate::deferred::Deferred;
use crate::error::Error;
use crate::identity::ModelIdentity;
use crate::label::{Pair, Verdict};
use crate::metrics::Metrics;
use crate::report::DataReport;
use crate::reward_report::RewardNews;
use crate::roads::RoadNews;
use crate::run_end::RunEnd;
use crate::score::ScoreReport;
use crate::view::{Inspection, WinRateReport};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    // The engine.
    /// Bytes of `what` ("engine", "model") that have come; `total` where known.
    Fetching {
        what: String,
        received: u64,
        total: Option<u64>,
    },
    /// First word of the engine itself.
    Ready {
        protocol_version: u32,
    },
    Status {
        status: EngineStatus,
    },
    DeviceReady {
        kind: DeviceKind,
        /// The adapter's own name, or the CPU's instruction set.
        adapter: String,
        /// Why WebGPU is not used, in words, when it was asked for or tried.
        fallback: Option<String>,
        /// What the CPU kernels were built for.
        simd: SimdBuild,
        /// Workers that share a step of training on the CPU.
        workers: usize,
    },
    ModelLoaded {
        name: String,
        /// Of weights, config and tokenizer: a name says nothing about what was imported.
        identity: ModelIdentity,
        parameters: usize,
        vocab: usize,
        context: usize,
        /// Prompts of the world to sample and compare with; the second list is
        /// held out of pretraining and labelling.
        training_prompts: Vec<String>,
        held_out_prompts: Vec<String>,
    },
    /// After each step of a benchmark, `of` in all.
    BenchStep {
        step: usize,
        of: usize,
        ms: f64,
    },
    Benched {
        report: Deferred<BenchReport>,
    },
    /// The request was carried out, and nothing else is to be said of it.
    Done,
    /// The request failed. Without an id the engine did, for instance because the device
    /// was lost, whatever was under way: nothing more comes of any request.
    Failed {
        error: Error,
    },

    // Labels, and pairs to label.
    /// `done` with the last batch.
    Pairs {
        pairs: Vec<Pair>,
        done: bool,
    },
    /// In the order of the pairs.
    Judged {
        verdicts: Vec<Verdict>,
    },
    Autolabelled {
        /// Preferred answer first or second as sampled; verdicts match by index.
        pairs: Vec<Pair>,
        verdicts: Vec<Verdict>,
        /// Pairs drawn that were not decisive.
        ties: usize,
        done: bool,
    },
    /// Labels that a report has looked at so far.
    Reporting {
        done: usize,
        of: usize,
    },
    /// Rows are counted from 0, in the order of the request's labels.
    Reported {
        report: Deferred<DataReport>,
    },
    /// The rows of the report that are left, ascending.
    Filtered {
        kept: Vec<usize>,
    },

    /// After each step of a reward model's training, while it is measured, and at the end.
    RewardModel {
        news: Deferred<RewardNews>,
        done: bool,
    },

    // The run.
    RunStarted {
        run: RunId,
        steps: usize,
        /// Or prompts, where the policy answers them.
        rows: usize,
        dropped: usize,
        /// Steps that a restored run had taken; 0 for a new one.
        step: usize,
    },
    /// After each optimiser step. `step` counts from 1.
    Step {
        run: RunId,
        step: usize,
        metrics: Metrics,
        duration_ms: f64,
        tokens: usize,
        /// Implicit-reward margins of the step's pairs; empty for other rows.
        margins: Vec<f64>,
    },
    /// The policy of `step` has answered, and trains on that next. The answers
    /// ([`crate::rollouts::RolloutBatch`]) are the message's first transferable, as JSON: the
    /// page reads them with the part that shows them.
    Sampled {
        run: RunId,
        step: usize,
    },
    /// The policy of `step` has answered each prompt twice, and waits for the learner, who
    /// says with `Prefer` which answers are better.
    FreshPairs {
        run: RunId,
        step: usize,
        pairs: Vec<Pair>,
    },
    /// `metric-kl`: nats an answer on a small fixed set of prompts.
    Kl {
        run: RunId,
        step: usize,
        /// Mean over the sampled answers.
        kl: f64,
        /// Answers that were sampled.
        n: usize,
        /// Of the mean: the answers' standard deviation over the root of `n`. `None` for a
        /// single answer.
        standard_error: Option<f64>,
        /// What the judge makes of the same answers, under each principle.
        rewards: Vec<JudgedReward>,
    },
    /// From the step after `step` on the run has these; no beta where none was asked for.
    Adjusted {
        run: RunId,
        step: usize,
        beta: Option<f64>,
        learning_rate: f64,
    },
    /// The state is the message's first transferable.
    Checkpoint {
        run: RunId,
        step: usize,
    },
    /// Nothing more comes of this run. The policy is the one of `step`, whose weights are
    /// finite whatever `end` says; where the run is kept, its checkpoint came before.
    RunEnded {
        run: RunId,
        step: usize,
        end: RunEnd,
    },
    WasReset,

    /// A run of a road has ended; none with a comparison of nothing.
    Road {
        news: Option<Deferred<RoadNews>>,
        done: bool,
    },

    // Looks at the policy.
    Inspected {
        inspection: Inspection,
    },
    /// Summed log-probs of the answers, in their order, in nats.
    Candidates {
        of: PolicyAt,
        policy: Vec<f64>,
        reference: Vec<f64>,
    },
    Compared {
        of: PolicyAt,
        prompt: String,
        policy: String,
        reference: String,
    },
    WinRate {
        of: PolicyAt,
        report: WinRateReport,
        done: bool,
    },
    /// The result ([`crate::RunResult`]) is the message's first transferable, as JSON: the
    /// page reads it with the part that shows it.
    RunResult {
        of: PolicyAt,
    },
    Scored {
        report: Deferred<ScoreReport>,
    },

    // What leaves.
    /// The zip is the message's first transferable.
    Exported {
        kind: ExportKind,
    },
}

impl Event {
    /// True where nothing more comes of the request whose id the event carries. The match
    /// names every event, so that a new one has to say.
    pub fn is_last(&self) -> bool {
        match self {
            Event::DeviceReady { .. }
            | Event::ModelLoaded { .. }
            | Event::RunEnded { .. }
            | Event::Done
            | Event::Benched { .. }
            | Event::Judged { .. }
            | Event::Adjusted { .. }
            | Event::Candidates { .. }
            | Event::WasReset
            | Event::Compared { .. }
            | Event::RunResult { .. }
            | Event::Scored { .. }
            | Event::Exported { .. }
            | Event::Failed { .. }
            | Event::Reported { .. }
            | Event::Filtered { .. } => true,
            Event::Pairs { done, .. }
            | Event::Autolabelled { done, .. }
            | Event::RewardModel { done, .. }
            | Event::Road { done, .. }
            | Event::WinRate { done, .. } => *done,
            Event::Fetching { .. }
            | Event::Ready { .. }
            | Event::Status { .. }
            | Event::RunStarted { .. }
            | Event::BenchStep { .. }
            | Event::Step { .. }
            | Event::Sampled { .. }
            | Event::FreshPairs { .. }
            | Event::Kl { .. }
            | Event::Inspected { .. }
            | Event::Checkpoint { .. }
            | Event::Reporting { .. } => false,
        }
    }
}
