//! The vocabulary that the page and the engine share: records, datasets,
//! objectives and their configuration, metrics, commands, events, errors.
//!
//! Pure data: no tensors, no DOM, no I/O. Everything here serialises to JSON and
//! is deserialised on both sides of the worker boundary.

pub mod bench;
pub mod calendar;
pub mod classroom;
pub mod config;
pub mod curated;
pub mod dataset;
mod deferred;
pub mod error;
pub mod export;
mod f_divergence;
pub mod hash;
pub mod held_out;
pub mod identity;
pub mod import;
pub mod import_message;
pub mod label;
pub mod lesson;
mod level;
mod loss_type;
pub mod message;
pub mod metrics;
pub mod objective;
pub mod objective_kind;
pub mod principle;
pub mod report;
mod reward;
pub mod reward_report;
pub mod roads;
pub mod rollouts;
pub mod run_end;
pub mod run_result;
pub mod score;
pub mod scorm;
pub mod settings;
pub mod shards;
pub mod statistics;
pub mod tensor_names;
pub mod tokenizer_files;
pub mod view;
pub mod zip;

pub use bench::{
    BenchObjective, BenchReport, BenchSettings, ComposedSampling, GpuCalls, SimdBuild,
};
pub use curated::CuratedSet;
pub use dataset::{Content, Example, Role, Turn};
pub use deferred::Deferred;
pub use error::{Error, Result};
pub use export::{ExportMeta, LabelCount};
pub use f_divergence::FDivergence;
pub use identity::ModelIdentity;
pub use import_message::{ImportEvent, ImportRequest, ImportSource};
pub use label::{Label, Labeller, Origin, Pair, PairSource, Verdict};
pub use level::Level;
pub use message::{
    Command, DeviceKind, DevicePreference, EngineStatus, Event, ExportKind, JudgedReward, Message,
    ModelName, ModelSource, PROTOCOL_VERSION, PolicyAt, Request, RequestId, RunId, Sampling,
};
pub use metrics::Metrics;
pub use objective::online::{
    ClipRange, Generation, GrpoLoss, GrpoObjective, ImportanceSamplingLevel, KlEstimator,
    OnlineDpoObjective, OnlineObjective, PpoObjective, RlooObjective, Rounds, ScaleRewards,
};
pub use objective::{
    CpoLoss, CpoObjective, DpoObjective, DpoTerm, KtoLoss, KtoObjective, Objective, RowKind,
    SftLoss, SftObjective, WeightedTerm,
};
pub use objective_kind::ObjectiveKind;
pub use principle::{JudgeSettings, Principle};
pub use report::{DataReport, Filter, HeldOut};
pub use reward::Reward;
pub use run_end::{Replacement, RunEnd};
pub use run_result::RunResult;
pub use score::{BothModels, ScoreReport, Sides};
pub use settings::{LrSchedule, ReferenceSync, TrainSettings};
pub use view::{Inspection, NextToken, SequenceView, TokenView, WinRateReport};
