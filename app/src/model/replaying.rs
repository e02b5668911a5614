//! Training the runs of reports again: what the engine is told next, and what came of it.
//! The engine is one of its own, on the CPU, where numbers repeat.

use std::collections::VecDeque;
use std::sync::Arc;
use tilt_protocol::classroom::{
    Agreement, CurveReport, Differs, ELSEWHERE, LearnerReport, NotReplayable, RunReport,
    compare_curves, replayable,
};
use tilt_protocol::{
    Command, DevicePreference, Event, Example, ModelIdentity, ModelName, PROTOCOL_VERSION,
};

/// A report whose runs are to be trained again.
#[derive(Clone, Debug)]
pub struct Job {
    /// Stands for the report.
    pub id: u64,
    pub report: Arc<LearnerReport>,
}

/// What came of one run.
#[derive(Clone, Debug, PartialEq)]
pub enum RunReplayed {
    /// To the last digit.
    Exactly,
    /// Apart from each other by this share at most, which is within the tolerance.
    Nearly {
        largest: f64,
        /// Where both builds are the same, and it should have been to the last digit.
        is_same_build: bool,
    },
    Differs(Differs),
    Not(NotReplayable),
    /// The engine refused it, and why.
    Refused(String),
}

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnderWay {
    pub id: u64,
    /// Counts from 1.
    pub run: usize,
    pub of: usize,
    pub step: usize,
    pub steps: usize,
}

/// What is to be done next.
#[derive(Clone, Debug, PartialEq)]
pub enum Next {
    Send(Box<Command>),
    /// Load this model, then send what is asked for.
    Load(ModelName),
    Tell(UnderWay),
    /// All runs of a report.
    Came {
        id: u64,
        runs: Vec<RunReplayed>,
    },
    /// Nothing is left to be trained.
    Done,
}

/// The run that is trained now.
struct Run {
    index: usize,
    model: ModelName,
    rows: Vec<Example>,
    curve: Vec<CurveReport>,
}

/// All reports that wait, and the one that is looked at.
pub struct Replaying {
    /// The version of this page.
    version: String,
    waiting: VecDeque<Job>,
    now: Option<(Job, Vec<RunReplayed>)>,
    run: Option<Run>,
    loaded: Option<(ModelName, ModelIdentity)>,
}

impl Replaying {
    pub fn new(version: String, jobs: Vec<Job>) -> Replaying {
        Replaying {
            version,
            waiting: jobs.into(),
            now: None,
            run: None,
            loaded: None,
        }
    }

    /// The engine has said something.
    pub fn hear(&mut self, event: &Event) -> Vec<Next> {
        match event {
            Event::Ready { .. } => vec![Next::Send(Box::new(Command::Start {
                protocol_version: PROTOCOL_VERSION,
                device: DevicePreference::Cpu,
            }))],
            Event::DeviceReady { .. } => self.go_on(),
            Event::ModelLoaded { identity, .. } => {
                if let Some(run) = &self.run {
                    self.loaded = Some((run.model, identity.clone()));
                }
                self.train()
            }
            Event::Step { step, metrics, .. } => {
                let point = CurveReport {
                    step: *step,
                    metrics: metrics.clone(),
                };
                self.take_step(point)
            }
            Event::RunEnded { .. } => {
                let found = self.compare();
                self.note(found)
            }
            Event::Failed { error } => self.note(RunReplayed::Refused(error.to_string())),
            _ => Vec::new(),
        }
    }

    /// Nothing more will come of the engine: what is left is told so.
    pub fn give_up(&mut self, reason: &str) -> Vec<Next> {
        self.run = None;
        let mut next = Vec::new();
        if let Some((job, mut runs)) = self.now.take() {
            runs.push(RunReplayed::Refused(reason.to_owned()));
            next.push(Next::Came { id: job.id, runs });
        }
        next.extend(self.waiting.drain(..).map(|job| Next::Came {
            id: job.id,
            runs: vec![RunReplayed::Refused(reason.to_owned())],
        }));
        next.push(Next::Done);
        next
    }

    /// To the next run that can be trained, over all that cannot.
    fn go_on(&mut self) -> Vec<Next> {
        let mut next = Vec::new();
        loop {
            if self.now.is_none() {
                self.now = self.waiting.pop_front().map(|job| (job, Vec::new()));
            }
            let Some((job, runs)) = &mut self.now else {
                next.push(Next::Done);
                return next;
            };
            let index = runs.len();
            let run = job.report.runs.get(index);
            match run.map(|run| replayable(&job.report, run)) {
                None => {
                    let (id, runs) = (job.id, std::mem::take(runs));
                    self.now = None;
                    next.push(Next::Came { id, runs });
                }
                Some(Err(why)) => runs.push(RunReplayed::Not(why)),
                Some(Ok((model, rows))) => {
                    self.run = Some(Run {
                        index,
                        model,
                        rows,
                        curve: Vec::new(),
                    });
                    next.extend(self.told());
                    match &self.loaded {
                        Some((loaded, _)) if *loaded == model => next.extend(self.train()),
                        Some(_) | None => next.push(Next::Load(model)),
                    }
                    return next;
                }
            }
        }
    }

    /// The model is there: the run begins, if it is the one that the report's runs had.
    fn train(&mut self) -> Vec<Next> {
        let (Some((job, _)), Some(run), Some((model, identity))) =
            (&self.now, &mut self.run, &self.loaded)
        else {
            return Vec::new();
        };
        if !job.report.has_model(*model, identity) {
            let other = NotReplayable::OtherModel(model.slug().to_owned());
            return self.note(RunReplayed::Not(other));
        }
        let Some(told) = job.report.runs.get(run.index) else {
            return Vec::new();
        };
        vec![Next::Send(Box::new(Command::Train {
            run: run.index as u64 + 1,
            settings: told.settings.clone(),
            examples: std::mem::take(&mut run.rows),
            paused: false,
            is_kept: false,
        }))]
    }

    fn take_step(&mut self, point: CurveReport) -> Vec<Next> {
        let Some(told) = self.told_run() else {
            return Vec::new();
        };
        let (steps, of) = (told.steps, told.settings.steps);
        let step = point.step;
        let Some(run) = self.run.as_mut().filter(|_| step <= steps) else {
            return Vec::new();
        };
        run.curve.push(point);
        let mut next: Vec<Next> = self.told().into_iter().collect();
        // The learner had stopped it here.
        if step == steps && steps < of {
            next.push(Next::Send(Box::new(Command::Stop)));
        }
        next
    }

    fn told_run(&self) -> Option<&RunReport> {
        let ((job, _), run) = (self.now.as_ref()?, self.run.as_ref()?);
        job.report.runs.get(run.index)
    }

    fn told(&self) -> Option<Next> {
        let ((job, _), run) = (self.now.as_ref()?, self.run.as_ref()?);
        Some(Next::Tell(UnderWay {
            id: job.id,
            run: run.index + 1,
            of: job.report.runs.len(),
            step: run.curve.last().map_or(0, |point| point.step),
            steps: self.told_run()?.steps,
        }))
    }

    fn compare(&self) -> RunReplayed {
        let (Some((job, _)), Some(run), Some(told)) = (&self.now, &self.run, self.told_run())
        else {
            return RunReplayed::Not(NotReplayable::NoSteps);
        };
        if compare_curves(told, &run.curve, Agreement::Exact).is_ok() {
            return RunReplayed::Exactly;
        }
        let is_same_build = job.report.expected(&self.version) == Agreement::Exact;
        match compare_curves(told, &run.curve, Agreement::Within(ELSEWHERE)) {
            Ok(largest) => RunReplayed::Nearly {
                largest,
                is_same_build,
            },
            Err(differs) => RunReplayed::Differs(differs),
        }
    }

    /// One run is settled. What the engine says of none is let be.
    fn note(&mut self, found: RunReplayed) -> Vec<Next> {
        if self.run.take().is_none() {
            return Vec::new();
        }
        if let Some((_, runs)) = &mut self.now {
            runs.push(found);
        }
        self.go_on()
    }
}

#[cfg(test)]
#[path = "replaying_tests.rs"]
mod tests;
