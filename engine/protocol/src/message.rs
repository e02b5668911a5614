//! The worker boundary: commands to the engine, events from it.
//!
//! Each message is one JSON text plus an array of transferable `ArrayBuffer`s
//! (weights only). Both sides deserialise; nothing is cast. The worker speaks
//! first: [`Event::Ready`] with its protocol version. Before that, the script
//! that loads the engine posts [`Event::Fetching`] and, if it fails,
//! [`Event::Failed`].
//!
//! # The last event of a request
//!
//! Every request is answered, and exactly one of its events is the last: the one for which
//! [`Event::is_last`] is true. Each command says below which one that is; whatever it is,
//! [`Event::Failed`] with the request's id stands in its place where the command could not
//! be carried out, and no further event follows it. The page can forget a request then.
//!
//! [`Event::Failed`] without an id is the engine's own end: the device is lost, or a defect
//! stopped it. It is said once, whatever was under way; nothing is heard of any request
//! after it, and a run is to be restored in a fresh engine.

use crate::bench::{BenchReport, BenchSettings, Simd};
use crate::dataset::Example;
use crate::error::Error;
use crate::export::ExportMeta;
use crate::identity::ModelIdentity;
use crate::label::{Label, Pair};
use crate::metrics::Metrics;
use crate::principle::{JudgeSettings, Principle};
use crate::report::{DataReport, Filter, HeldOut};
use crate::run_end::RunEnd;
use crate::score::ScoreReport;
use crate::settings::TrainSettings;
use crate::view::{Inspection, WinRateReport};
use serde::{Deserialize, Serialize};

/// Raised whenever a message changes shape.
pub const PROTOCOL_VERSION: u32 = 7;

pub type RequestId = u64;
pub type RunId = u64;

/// A policy by what made it: whatever is drawn from it or measured of it carries this date.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyAt {
    /// `None`: no run has trained it, it equals the reference.
    pub run: Option<RunId>,
    /// Optimiser steps it had taken.
    pub step: usize,
}

/// What a judge makes of a set of answers under one principle.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct JudgedReward {
    pub principle: Principle,
    /// Mean score an answer, from 0 to 1.
    pub mean: f64,
    /// Standard error of the mean; `None` of a single answer.
    pub standard_error: Option<f64>,
}

/// From the page: one command with the id that its events will carry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Request {
    pub id: RequestId,
    pub command: Command,
}

/// From the worker: one event, with the id of the request it answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// `None` for what nobody asked for: `Ready`, `Fetching`, `Status`.
    pub id: Option<RequestId>,
    pub event: Event,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DevicePreference {
    /// WebGPU where it works and passes the self-test, otherwise the CPU.
    Auto,
    Webgpu,
    Cpu,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceKind {
    Webgpu,
    Cpu,
}

impl DeviceKind {
    pub fn slug(self) -> &'static str {
        match self {
            DeviceKind::Webgpu => "webgpu",
            DeviceKind::Cpu => "cpu",
        }
    }
}

/// The models that lie beside the page, as `tilt pretrain` makes them, smallest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ModelName {
    Nano,
    Small,
    Base,
}

impl ModelName {
    pub const ALL: [ModelName; 3] = [ModelName::Nano, ModelName::Small, ModelName::Base];

    pub fn slug(self) -> &'static str {
        match self {
            ModelName::Nano => "nano",
            ModelName::Small => "small",
            ModelName::Base => "base",
        }
    }

    pub fn from_slug(slug: &str) -> Option<ModelName> {
        Self::ALL.into_iter().find(|name| name.slug() == slug)
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ModelSource {
    /// A folder in Hugging Face's layout under `url` (ends in a slash), fetched by
    /// the worker.
    Url { name: String, url: String },
    /// Files that the person chose: texts here, the weights (`model.safetensors`)
    /// as the request's first transferable buffer.
    Files {
        name: String,
        config: String,
        tokenizer: String,
        tokenizer_config: Option<String>,
    },
}

/// How answers are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Sampling {
    /// Above 0; 1 samples the model as it is.
    pub temperature: f64,
    /// Keep the k most likely tokens; `None` keeps all.
    pub top_k: Option<usize>,
    /// Keep the smallest set of tokens whose probability reaches this; 1 keeps all.
    pub top_p: f64,
    /// Drop tokens less likely than this share of the most likely one; 0 keeps all.
    pub min_p: f64,
    /// Divide the logits of tokens that stand in the prompt or the answer by this (or
    /// multiply, where they are negative); 1 leaves them.
    pub repetition_penalty: f64,
    /// In tokens, the end-of-text token included.
    pub max_new_tokens: usize,
    pub seed: u64,
}

impl Default for Sampling {
    fn default() -> Self {
        Sampling {
            temperature: 1.0,
            top_k: None,
            top_p: 1.0,
            min_p: 0.0,
            repetition_penalty: 1.0,
            max_new_tokens: 96,
            seed: 0,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// Choose the device and test it. Last: `DeviceReady`.
    Start {
        protocol_version: u32,
        device: DevicePreference,
    },
    /// Replace the model; the policy starts as its copy. A run under way ends before
    /// (`RunEnded`, replaced), and whatever else is under way is cancelled. `Fetching`
    /// several times where it comes from an address. Last: `ModelLoaded`; `Failed`,
    /// cancelled, where another model was asked for meanwhile.
    LoadModel { source: ModelSource },
    /// Sample two answers each for `count` training prompts of the world (or the
    /// given ones, in turn). `Pairs`, in several batches. Last: the one with `done`.
    SamplePairs {
        count: usize,
        prompts: Vec<String>,
        sampling: Sampling,
    },
    /// Sample pairs until `count` are decisive under a judge. `Autolabelled`, in several
    /// batches. Last: the one with `done`.
    Autolabel {
        judge: JudgeSettings,
        count: usize,
        sampling: Sampling,
    },
    /// Start a run from the reference. A run under way ends before (`RunEnded`, replaced);
    /// where this one cannot begin (`Failed`), the other goes on. `RunStarted`, then `Step`
    /// each step and `Kl` now and then, at the end `Checkpoint` where it `is_kept`.
    /// Last: `RunEnded`.
    Train {
        run: RunId,
        settings: TrainSettings,
        examples: Vec<Example>,
        /// Take no step until `Resume` or `Steps`.
        paused: bool,
        /// The run's end is followed by a `Checkpoint`, before `RunEnded`.
        is_kept: bool,
    },
    /// Last: `Done`, when the run will take no further step.
    Pause,
    /// Last: `Done`.
    Resume,
    /// So many optimiser steps of a run, which is paused after them. Last: `Done`, at once:
    /// the steps are told under the id of the request that started the run.
    Steps { count: usize },
    /// Change a run under way from its next step on. Last: `Adjusted`.
    Adjust {
        beta: Option<f64>,
        learning_rate: Option<f64>,
    },
    /// End the run; the policy stays as it is. Last: `Done`, after the run's own `RunEnded`.
    Stop,
    /// End the run and make the policy equal to the reference again. Last: `WasReset`,
    /// after the `RunEnded` of a run under way.
    Reset,
    /// Show this pair now and every few steps: the policy against the reference, or
    /// against the policy that an earlier run ended with. `Inspected` each time.
    /// Last: `Done`, when another pair is watched or another model is loaded.
    Watch {
        example: Example,
        against: Option<RunId>,
    },
    /// Log-probs of written answers to one prompt, under policy and reference.
    /// Last: `Candidates`.
    Candidates {
        prompt: String,
        answers: Vec<String>,
    },
    /// One answer of policy and one of reference. Last: `Compared`.
    Compare { prompt: String, sampling: Sampling },
    /// `WinRate`, several times while it counts. Last: the one with `done`.
    WinRate { principle: Principle, seed: u64 },
    /// Loss, log-probs, metrics and gradient norm of rows (JSON lines in TRL's formats)
    /// under the loaded policy, as `tilt score` prints them. `config` has TRL's fields.
    /// The first transferable, if any, is another reference (`model.safetensors`).
    /// Last: `Scored`.
    Score { config: String, data: String },
    /// The policy as a zip that `transformers` loads. Last: `Exported`.
    ExportModel { meta: Box<ExportMeta> },
    /// A run as a zip that repeats it with TRL, from the reference. Last: `Exported`.
    ContinueInTrl {
        settings: TrainSettings,
        examples: Vec<Example>,
        meta: Box<ExportMeta>,
    },
    /// The run's weights, optimiser and random state, at any time of a run, paused or not.
    /// `Checkpoint`, state as transferable. Last: `Done`, right after it.
    SaveRun,
    /// Continue a saved run with the rows it had, or have the policy back that an ended
    /// one had come to. The checkpoint is the first transferable; one of another model is
    /// refused ([`Error::OtherModel`]). A run under way ends before (`RunEnded`, replaced).
    /// `RunStarted` with the step it stands at, and on as `Train`. Last: `RunEnded`.
    RestoreRun {
        run: RunId,
        examples: Vec<Example>,
        paused: bool,
        ended: bool,
    },
    /// Time a specified training step; needs no model. `BenchStep` each step.
    /// Last: `Benched`.
    Bench { settings: BenchSettings },
    /// Give up the request with this id, whatever it is: what is still under way of it ends
    /// with `Failed`, cancelled; a run ends as by `Stop`. A request that is answered already
    /// is no error. Last: `Done`, after the other's last event.
    Cancel { request: RequestId },
    /// What labels are like, scored under the reference and, with a principle, by the
    /// judge. Goes on beside training. `Reporting`, several times. Last: `Reported`.
    Report {
        labels: Vec<Label>,
        principle: Option<Principle>,
        /// Tokens of a training row at most; the model's context bounds it.
        max_length: usize,
        held_out: HeldOut,
    },
    /// Which labels of the latest report are left by filters. Last: `Filtered`.
    Filter {
        /// The request that asked for the report.
        report: RequestId,
        filters: Vec<Filter>,
        seed: u64,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EngineStatus {
    Loading,
    Ready,
    Sampling,
    Labelling,
    Training,
    Paused,
    Evaluating,
    Failed,
}

impl EngineStatus {
    /// The text that `engine-status` carries.
    pub fn slug(self) -> &'static str {
        match self {
            EngineStatus::Loading => "loading",
            EngineStatus::Ready => "ready",
            EngineStatus::Sampling => "sampling",
            EngineStatus::Labelling => "labelling",
            EngineStatus::Training => "training",
            EngineStatus::Paused => "paused",
            EngineStatus::Evaluating => "evaluating",
            EngineStatus::Failed => "failed",
        }
    }
}

/// What a zip holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExportKind {
    Model,
    Trl,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
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
        simd: Simd,
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
    /// `done` with the last batch.
    Pairs {
        pairs: Vec<Pair>,
        done: bool,
    },
    Autolabelled {
        /// Preferred answer first or second as sampled; verdicts match by index.
        pairs: Vec<Pair>,
        verdicts: Vec<crate::label::Verdict>,
        /// Pairs drawn that were not decisive.
        ties: usize,
        done: bool,
    },
    RunStarted {
        run: RunId,
        steps: usize,
        rows: usize,
        dropped: usize,
        /// Steps that a restored run had taken; 0 for a new one.
        step: usize,
    },
    /// After each step of a benchmark, `of` in all.
    BenchStep {
        step: usize,
        of: usize,
        ms: f64,
    },
    Benched {
        report: BenchReport,
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
    /// From the step after `step` on the run has these.
    Adjusted {
        run: RunId,
        step: usize,
        beta: Option<f64>,
        learning_rate: f64,
    },
    /// Summed log-probs of the answers, in their order, in nats.
    Candidates {
        of: PolicyAt,
        policy: Vec<f64>,
        reference: Vec<f64>,
    },
    /// Nothing more comes of this run. The policy is the one of `step`, whose weights are
    /// finite whatever `end` says; where the run is kept, its checkpoint came before.
    RunEnded {
        run: RunId,
        step: usize,
        end: RunEnd,
    },
    /// The request was carried out, and nothing else is to be said of it.
    Done,
    WasReset,
    Inspected {
        inspection: Inspection,
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
    Scored {
        report: ScoreReport,
    },
    /// The zip is the message's first transferable.
    Exported {
        kind: ExportKind,
    },
    /// The state is the message's first transferable.
    Checkpoint {
        run: RunId,
        step: usize,
    },
    /// The request failed. Without an id the engine did, for instance because the device
    /// was lost, whatever was under way: nothing more comes of any request.
    Failed {
        error: Error,
    },
    /// Labels that a report has looked at so far.
    Reporting {
        done: usize,
        of: usize,
    },
    /// Rows are counted from 0, in the order of the request's labels.
    Reported {
        report: Box<DataReport>,
    },
    /// The rows of the report that are left, ascending.
    Filtered {
        kept: Vec<usize>,
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
            | Event::Adjusted { .. }
            | Event::Candidates { .. }
            | Event::WasReset
            | Event::Compared { .. }
            | Event::Scored { .. }
            | Event::Exported { .. }
            | Event::Failed { .. }
            | Event::Reported { .. }
            | Event::Filtered { .. } => true,
            Event::Pairs { done, .. }
            | Event::Autolabelled { done, .. }
            | Event::WinRate { done, .. } => *done,
            Event::Fetching { .. }
            | Event::Ready { .. }
            | Event::Status { .. }
            | Event::RunStarted { .. }
            | Event::BenchStep { .. }
            | Event::Step { .. }
            | Event::Kl { .. }
            | Event::Inspected { .. }
            | Event::Checkpoint { .. }
            | Event::Reporting { .. } => false,
        }
    }
}
