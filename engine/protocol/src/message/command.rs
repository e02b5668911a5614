//! What the page can ask for.

use super::terms::{DevicePreference, ModelSource, RequestId, RunId, Sampling};
use crate::bench::BenchSettings;
use crate::dataset::Example;
use crate::export::ExportMeta;
use crate::label::{Label, Pair, Verdict};
use crate::principle::{JudgeSettings, Principle};
use crate::report::{Filter, HeldOut};
use crate::reward::Reward;
use crate::roads::Road;
use crate::settings::TrainSettings;
use serde::{Deserialize, Serialize};

/// Each says which of its events is the last.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    // The engine.
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
    /// Give up the request with this id, whatever it is: what is still under way of it ends
    /// with `Failed`, cancelled; a run ends as by `Stop`. A request that is answered already
    /// is no error. Last: `Done`, after the other's last event.
    Cancel { request: RequestId },
    /// Time a specified training step; needs no model. `BenchStep` each step.
    /// Last: `Benched`.
    Bench { settings: BenchSettings },

    // Labels, and pairs to label.
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
    /// What a judge says of pairs, without noise; needs no model. Last: `Judged`.
    JudgePairs {
        judge: JudgeSettings,
        pairs: Vec<Pair>,
    },
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

    /// Train a reward model on pairs, from the reference, and measure it on fresh pairs of
    /// held-out prompts by what the judge says under `principle`; from then on it is what
    /// [`Reward::Model`] names. `RewardModel`, several times. Last: the one with `done`.
    TrainReward {
        settings: TrainSettings,
        examples: Vec<Example>,
        principle: Principle,
    },

    // The run.
    /// Start a run from the reference. A run under way ends before (`RunEnded`, replaced);
    /// where this one cannot begin (`Failed`), the other goes on. The examples of an objective
    /// that samples its answers are prompts. `RunStarted`, then `Step` each step (and `Sampled`
    /// before it where it follows a sampling, and `FreshPairs` before that where
    /// [`Reward::Learner`] scores it) and `Kl` now and then, at the end `Checkpoint` where it
    /// `is_kept`. Last: `RunEnded`.
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
    /// What the learner says of the run's last `FreshPairs`, a verdict a pair: A or B is better;
    /// any other leaves the pair out. The run goes on. Last: `Done`.
    Prefer { run: RunId, verdicts: Vec<Verdict> },
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
    /// The run's weights, optimiser and random state, at any time of a run, paused or not.
    /// `Checkpoint`, state as transferable. Last: `Done`, right after it.
    SaveRun,
    /// Continue a saved run with the rows it had, or have the policy back that an ended
    /// one had come to. The checkpoint is the first transferable; one of another model is
    /// refused ([`crate::Error::OtherModel`]). A run under way ends before (`RunEnded`, replaced).
    /// `RunStarted` with the step it stands at, and on as `Train`. Last: `RunEnded`.
    RestoreRun {
        run: RunId,
        examples: Vec<Example>,
        paused: bool,
        ended: bool,
        /// The run goes on to so many optimiser steps instead of those of its settings; its
        /// learning rate goes on as that of a run of this length.
        steps: Option<usize>,
    },

    /// Walk each road from labels to a policy with each seed, from the reference, and measure
    /// what comes of it; touches neither the policy nor the labels. `Road`, one a run. Last: the
    /// one with `done`.
    CompareRoads {
        roads: Vec<Road>,
        principle: Principle,
        seeds: Vec<u64>,
        /// Decisive pairs that the judge labels.
        labels: usize,
    },

    // Looks at the policy.
    /// Show this pair now and every few steps: the policy against the reference, or
    /// against the policy that an earlier run ended with. `Inspected` each time.
    /// Last: `Done`, when another pair is watched or another model is loaded.
    Watch {
        example: Example,
        against: Option<RunId>,
    },
    /// What the policy has come to, on held-out prompts, beside what these rows or rewards
    /// prefer; gives way to training. Last: `RunResult`.
    RunResult {
        examples: Vec<Example>,
        rewards: Vec<Reward>,
        seed: u64,
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

    // What leaves.
    /// The policy as a zip that `transformers` loads. Last: `Exported`.
    ExportModel { meta: Box<ExportMeta> },
    /// A run as a zip that repeats it with TRL, from the reference. Last: `Exported`.
    ContinueInTrl {
        settings: TrainSettings,
        examples: Vec<Example>,
        meta: Box<ExportMeta>,
    },
}
