//! A job: sampling, labelling and evaluating, which are done in chunks.

use super::reporting::Reporting;
use super::roads::Roads;
use super::task::Task;
use crate::bench::Bench;
use crate::evaluate::{DrawnPair, PairDrawer, RewardModelRun, WinRateRun};
use burn::tensor::Tensor;
use tilt_protocol::{EngineStatus, Pair, PairSource, PolicyAt, RequestId};

/// One piece of work with the request that asked for it.
pub struct Job {
    pub id: RequestId,
    pub kind: JobKind,
    /// Pairs given out so far: the next one's number.
    pairs: usize,
    seed: u64,
}

pub enum JobKind {
    SamplePairs(PairDrawer),
    Autolabel(PairDrawer),
    WinRate(Box<Measuring>),
    Bench(Box<Bench>),
    Report(Box<Reporting>),
    RewardModel(Box<RewardModelRun>),
    Roads(Roads),
    /// Short: it comes before the long ones.
    Task(Task),
    /// The KL of a run, before its next step or its last word.
    Kl(Task),
    /// What nobody waits for: after all others, and after training.
    InPassing(Task),
}

/// A win rate being counted, with the policy as it was when that began.
pub struct Measuring {
    pub run: WinRateRun,
    pub policy: Tensor<1>,
    pub of: PolicyAt,
}

impl Job {
    fn new(id: RequestId, kind: JobKind, seed: u64) -> Job {
        Job {
            id,
            kind,
            pairs: 0,
            seed,
        }
    }

    /// The seed is that of the pairs' names.
    pub fn sample_pairs(id: RequestId, drawer: PairDrawer, seed: u64) -> Job {
        Job::new(id, JobKind::SamplePairs(drawer), seed)
    }

    /// The seed is that of the pairs' names.
    pub fn autolabel(id: RequestId, drawer: PairDrawer, seed: u64) -> Job {
        Job::new(id, JobKind::Autolabel(drawer), seed)
    }

    pub fn win_rate(id: RequestId, measuring: Measuring, seed: u64) -> Job {
        Job::new(id, JobKind::WinRate(Box::new(measuring)), seed)
    }

    pub fn bench(id: RequestId, bench: Bench) -> Job {
        Job::new(id, JobKind::Bench(Box::new(bench)), 0)
    }

    pub fn report(id: RequestId, reporting: Reporting) -> Job {
        Job::new(id, JobKind::Report(Box::new(reporting)), 0)
    }

    pub fn reward_model(id: RequestId, run: RewardModelRun) -> Job {
        Job::new(id, JobKind::RewardModel(Box::new(run)), 0)
    }

    pub fn roads(id: RequestId, roads: Roads) -> Job {
        Job::new(id, JobKind::Roads(roads), 0)
    }

    pub fn task(id: RequestId, task: Task) -> Job {
        Job::new(id, JobKind::Task(task), 0)
    }

    pub fn kl(id: RequestId, task: Task) -> Job {
        Job::new(id, JobKind::Kl(task), 0)
    }

    pub fn in_passing(id: RequestId, task: Task) -> Job {
        Job::new(id, JobKind::InPassing(task), 0)
    }

    pub fn is_kl(&self) -> bool {
        matches!(self.kind, JobKind::Kl(_))
    }

    pub fn is_short(&self) -> bool {
        matches!(self.kind, JobKind::Task(_) | JobKind::Kl(_))
    }

    pub fn is_in_passing(&self) -> bool {
        matches!(self.kind, JobKind::InPassing(_))
    }

    /// True where the next piece of a training run comes before the job's.
    pub fn gives_way(&mut self) -> bool {
        match &mut self.kind {
            JobKind::Report(reporting) => reporting.gives_way(),
            JobKind::InPassing(_) => true,
            JobKind::SamplePairs(_)
            | JobKind::Autolabel(_)
            | JobKind::WinRate(_)
            | JobKind::Bench(_)
            | JobKind::RewardModel(_)
            | JobKind::Roads(_)
            | JobKind::Task(_)
            | JobKind::Kl(_) => false,
        }
    }

    /// What the engine is doing while this comes first; `None` where that is another
    /// matter.
    pub fn status(&self) -> Option<EngineStatus> {
        match &self.kind {
            JobKind::SamplePairs(_) => Some(EngineStatus::Sampling),
            JobKind::Autolabel(_) => Some(EngineStatus::Labelling),
            JobKind::WinRate(_) | JobKind::Bench(_) | JobKind::Report(_) | JobKind::Roads(_) => {
                Some(EngineStatus::Evaluating)
            }
            JobKind::RewardModel(_) => Some(EngineStatus::Training),
            JobKind::Task(task) | JobKind::Kl(task) | JobKind::InPassing(task) => task.status,
        }
    }

    /// Drawn pairs as the page keeps them, numbered through the whole request.
    pub fn name_pairs(&mut self, drawn: Vec<DrawnPair>, model: &str) -> Vec<Pair> {
        let (seed, id) = (self.seed, self.id);
        let first = self.pairs;
        self.pairs += drawn.len();
        drawn
            .into_iter()
            .enumerate()
            .map(|(offset, pair)| {
                let [answer_a, answer_b] = pair.answers;
                Pair {
                    id: format!("{model}-{seed}-{id}-{}", first + offset),
                    prompt: pair.prompt,
                    answer_a,
                    answer_b,
                    source: PairSource::Sampled {
                        model: model.to_owned(),
                        seed,
                    },
                    row: None,
                }
            })
            .collect()
    }
}
