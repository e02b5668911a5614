//! The lab behind the page: commands in, events out.
//!
//! It knows no browser. The worker (or a test) hands it requests, lets it
//! [`advance`](Lab::advance) while there is work, and sends on what lies in the
//! outbox. Each advance is short (one optimiser step, one chunk of answers), so
//! that pause, stop and cancel land in between.

mod candidates;
mod export;
mod jobs;
mod load;
mod report;
mod run;
mod score;
mod status;
mod tasks;
mod warm_up;
mod watch;

use crate::bench::Bench;
use crate::crew::Team;
use crate::device::Compute;
use crate::evaluate::Inspector;
use crate::kernels;
use crate::model::{Model, ModelFiles};
use burn::tensor::Tensor;
use jobs::Job;
use report::{Reported, Reporting};
use run::{Plan, Run};
use std::collections::VecDeque;
use std::rc::Rc;
use tasks::Ending;
use tilt_protocol::report::ReportOptions;
use tilt_protocol::{
    Command, DeviceKind, EngineStatus, Error, Event, GpuCalls, Message, PROTOCOL_VERSION, PolicyAt,
    Request, RequestId, Result, RunEnd, RunId,
};

/// What the weights of ended runs, kept for comparison, may take in all, in bytes.
const ENDED_BYTES: usize = 64 << 20;

/// An event with the weights that travel beside it.
pub struct Outgoing {
    pub message: Message,
    pub buffers: Vec<Vec<u8>>,
}

/// A model with its two weights.
struct Loaded {
    name: String,
    model: Rc<Model>,
    /// The frozen reference, `[parameters]`.
    reference: Tensor<1>,
    /// The policy when no run holds it.
    policy: Tensor<1>,
    /// What made that policy.
    policy_at: PolicyAt,
}

/// Everything that the engine holds between two commands.
#[derive(Default)]
pub struct Lab {
    compute: Option<Compute>,
    loaded: Option<Loaded>,
    run: Option<Run>,
    jobs: VecDeque<Job>,
    /// A run that is over but for its last KL, which is the first of the jobs.
    ending: Option<Ending>,
    /// The labels of the latest report, to be filtered.
    reported: Option<Reported>,
    watch: Option<(RequestId, Inspector)>,
    /// Nothing has trained on this GPU yet.
    is_cold: bool,
    /// The policies that the last runs ended with, oldest first.
    ended: VecDeque<(RunId, Tensor<1>)>,
    status: Option<EngineStatus>,
    /// The device is lost, and the page knows.
    is_broken: bool,
    outbox: Vec<Outgoing>,
    /// Who shares training steps on the CPU; where there is nobody, `None`.
    pub team: Option<Team>,
    /// Counts what is asked of the GPU, where something can.
    pub gpu_calls: Option<fn() -> GpuCalls>,
    /// Reads how much memory the engine has, where it is a browser's.
    pub memory_bytes: Option<fn() -> u64>,
}

impl Lab {
    /// The events since the last call, in order.
    pub fn take_outbox(&mut self) -> Vec<Outgoing> {
        std::mem::take(&mut self.outbox)
    }

    /// True while [`Lab::advance`] has something to do.
    pub fn has_work(&self) -> bool {
        !self.jobs.is_empty() || self.run.as_ref().is_some_and(|run| !run.paused) || self.is_cold
    }

    /// Carries out one command; long ones only begin here.
    pub async fn handle(&mut self, request: Request, buffers: Vec<Vec<u8>>) {
        let id = request.id;
        if let Err(error) = self.try_handle(id, request.command, buffers).await {
            self.fail(id, error);
        }
        self.tell_status();
    }

    /// One short piece of the work under way: jobs first (a report in turn with training),
    /// then training, and where there is neither, what a first step would wait for.
    pub async fn advance(&mut self) {
        let is_training = self.run.as_ref().is_some_and(|run| !run.paused);
        let gives_way = is_training && self.jobs.front_mut().is_some_and(Job::gives_way);
        if let Some(mut job) = self.jobs.pop_front_if(|_| !gives_way) {
            if let Some(status) = job.status() {
                self.tell(status);
            }
            let advanced = self.advance_job(&mut job).await;
            self.after_job(job, advanced).await;
        } else if is_training {
            self.advance_run().await;
        } else if std::mem::take(&mut self.is_cold)
            && let Err(error) = self.warm_up().await
        {
            // The device fails before anything depends on it.
            self.break_down(error);
        }
        self.tell_status();
    }

    async fn try_handle(
        &mut self,
        id: RequestId,
        command: Command,
        mut buffers: Vec<Vec<u8>>,
    ) -> Result<()> {
        match command {
            Command::Start {
                protocol_version,
                device,
            } => {
                if protocol_version != PROTOCOL_VERSION {
                    let (page, engine) = (protocol_version, PROTOCOL_VERSION);
                    return Err(Error::ProtocolVersion { page, engine });
                }
                self.tell(EngineStatus::Loading);
                let compute = Compute::choose(device).await;
                self.emit(
                    id,
                    Event::DeviceReady {
                        kind: compute.kind,
                        adapter: compute.adapter.clone(),
                        fallback: compute.fallback.clone(),
                        simd: kernels::SIMD,
                        workers: match (&self.team, compute.kind) {
                            (Some(team), DeviceKind::Cpu) => team.workers,
                            _ => 1,
                        },
                    },
                );
                self.compute = Some(compute);
                self.is_broken = false;
                Ok(())
            }
            Command::LoadModel { source } => {
                let tilt_protocol::ModelSource::Files {
                    name,
                    config,
                    tokenizer,
                    tokenizer_config,
                } = source
                else {
                    // The worker fetches; a URL here is a defect of the caller.
                    return Err(Error::internal("a model's files were not fetched"));
                };
                let weights = buffers.pop().ok_or_else(|| Error::NothingToUse {
                    what: "model.safetensors".to_owned(),
                    purpose: "load".to_owned(),
                    advice: "choose it together with config.json and tokenizer.json".to_owned(),
                })?;
                self.load(
                    id,
                    name,
                    &ModelFiles {
                        config: &config,
                        weights: &weights,
                        tokenizer: Some(&tokenizer),
                        tokenizer_config: tokenizer_config.as_deref(),
                    },
                )
                .await
            }
            Command::SamplePairs {
                count,
                prompts,
                sampling,
            } => {
                self.loaded()?;
                self.queue(Job::sample_pairs(id, count, prompts, sampling)?)
            }
            Command::Autolabel {
                judge,
                count,
                sampling,
            } => {
                self.loaded()?;
                self.queue(Job::autolabel(id, judge, count, sampling)?)
            }
            Command::WinRate { principle, seed } => {
                self.loaded()?;
                let policy = (self.policy()?.clone(), self.policy_at());
                self.queue(Job::win_rate(id, principle, seed, policy))
            }
            Command::Bench { settings } => {
                let compute = self.compute()?;
                let is_on_cpu = compute.kind == DeviceKind::Cpu;
                let bench = Bench::start(settings, &compute.device)?
                    .with_team(self.team.clone().filter(|_| is_on_cpu))
                    .with_gpu_calls(self.gpu_calls.filter(|_| !is_on_cpu));
                self.queue(Job::bench(id, bench))
            }
            Command::Cancel { request } => {
                self.cancel(request).await;
                self.emit(id, Event::Done);
                Ok(())
            }
            Command::Report {
                labels,
                principle,
                max_length,
                held_out,
            } => {
                let limit = self.loaded()?.model.config.n_positions;
                let max_length = max_length.clamp(1, limit.max(1));
                let options = ReportOptions {
                    max_length,
                    held_out,
                };
                self.queue(Job::report(id, Reporting::new(labels, principle, options)))
            }
            Command::Filter {
                report,
                filters,
                seed,
            } => self.filter(id, report, &filters, seed),
            Command::Train {
                run,
                settings,
                examples,
                paused,
                is_kept,
            } => {
                let plan = Plan {
                    id,
                    run,
                    paused,
                    is_kept,
                };
                self.start_run(plan, settings, examples).await
            }
            Command::Pause => self.set_paused(id, true),
            Command::Resume => self.set_paused(id, false),
            Command::Steps { count } => self.take_steps(id, count),
            Command::Adjust {
                beta,
                learning_rate,
            } => self.adjust_run(id, beta, learning_rate),
            Command::Candidates { prompt, answers } => self.candidates(id, &prompt, &answers),
            Command::Stop => {
                self.run.as_ref().ok_or(Error::NoRun)?;
                self.end_run(RunEnd::Stopped, Some(id)).await;
                Ok(())
            }
            Command::Reset => {
                self.end_run(RunEnd::Stopped, None).await;
                // The policy that it would be measured on is given up.
                self.finish_ending();
                let loaded = self.loaded.as_mut().ok_or(Error::NoModel)?;
                loaded.policy = loaded.reference.clone();
                loaded.policy_at = PolicyAt::default();
                self.emit(id, Event::WasReset);
                self.show_watched().await;
                Ok(())
            }
            Command::Watch { example, against } => self.watch(id, example, against).await,
            Command::Compare { prompt, sampling } => self.compare(id, prompt, sampling),
            Command::Score { config, data } => self.score(id, &config, &data, buffers.pop()),
            Command::ExportModel { meta } => self.export_model(id, meta),
            Command::ContinueInTrl {
                settings,
                examples,
                meta,
            } => self.continue_in_trl(id, settings, examples, meta),
            Command::SaveRun => self.save_run(id).await,
            Command::RestoreRun {
                run,
                examples,
                paused,
                ended,
            } => {
                let bytes = buffers.pop().ok_or_else(|| {
                    Error::malformed("checkpoint", "the message carries no bytes")
                })?;
                let plan = Plan {
                    id,
                    run,
                    paused: paused || ended,
                    is_kept: true,
                };
                self.restore_run(plan, examples, &bytes, ended).await
            }
        }
    }

    fn compute(&self) -> Result<&Compute> {
        let reason = "work was sent before a device was chosen";
        self.compute.as_ref().ok_or_else(|| Error::internal(reason))
    }

    fn loaded(&self) -> Result<&Loaded> {
        self.loaded.as_ref().ok_or(Error::NoModel)
    }

    /// The policy as it is now: the run's while there is one.
    fn policy(&self) -> Result<&Tensor<1>> {
        match &self.run {
            Some(run) => Ok(&run.session.arena),
            None => Ok(&self.loaded()?.policy),
        }
    }

    /// What made the policy that [`Lab::policy`] gives.
    fn policy_at(&self) -> PolicyAt {
        match (&self.run, &self.loaded) {
            (Some(run), _) => run.policy_at(),
            (None, Some(loaded)) => loaded.policy_at,
            (None, None) => PolicyAt::default(),
        }
    }

    /// After those before it; what is short does not wait for what is long.
    fn queue(&mut self, job: Job) -> Result<()> {
        let first_long = self.jobs.iter().position(|job| !job.is_short());
        match first_long.filter(|_| job.is_short()) {
            Some(place) => self.jobs.insert(place, job),
            None => self.jobs.push_back(job),
        }
        Ok(())
    }

    /// A piece of a job is done: it goes on, is finished, or has failed.
    async fn after_job(&mut self, job: Job, advanced: Result<bool>) {
        match advanced {
            Ok(false) => self.jobs.push_front(job),
            Ok(true) if job.is_kl() => self.finish_ending(),
            Ok(true) => {}
            Err(error @ Error::Device { .. }) => self.break_down(error),
            // A run whose policy cannot answer has failed.
            Err(error) if job.is_kl() => match &mut self.ending {
                Some(ending) => {
                    ending.end = RunEnd::Failed { error };
                    self.finish_ending();
                }
                None => {
                    self.end_run(RunEnd::Failed { error }, None).await;
                    self.finish_ending();
                }
            },
            Err(error) => self.fail(job.id, error),
        }
    }

    fn emit(&mut self, id: RequestId, event: Event) {
        self.emit_with(id, event, Vec::new());
    }

    fn emit_with(&mut self, id: RequestId, event: Event, buffers: Vec<Vec<u8>>) {
        self.outbox.push(Outgoing {
            message: Message {
                id: Some(id),
                event,
            },
            buffers,
        });
    }

    /// Gives up what is under way of a request; nothing where it is answered already.
    async fn cancel(&mut self, request: RequestId) {
        let is_asked = |job: &Job| job.id == request && !job.is_kl();
        if let Some(place) = self.jobs.iter().position(is_asked) {
            self.jobs.remove(place);
            self.fail(request, Error::Cancelled);
        }
        if self
            .ending
            .as_ref()
            .is_some_and(|ending| ending.id == request)
        {
            self.finish_ending();
        }
        if self.watch.take_if(|(id, _)| *id == request).is_some() {
            self.fail(request, Error::Cancelled);
        }
        if self.run.as_ref().is_some_and(|run| run.is_of(request)) {
            self.end_run(RunEnd::Stopped, None).await;
            self.finish_ending();
        }
    }

    /// A lost device stays lost, whatever it was asked for: then not the request has failed
    /// but the engine.
    fn fail(&mut self, id: RequestId, error: Error) {
        if matches!(error, Error::Device { .. }) {
            self.break_down(error);
        } else {
            self.emit(id, Event::Failed { error });
        }
    }

    /// The engine is at its end, and says so once. Nothing that is under way goes on: a run
    /// can come back from its checkpoint in a fresh engine.
    fn break_down(&mut self, error: Error) {
        self.run = None;
        self.ending = None;
        self.jobs.clear();
        self.watch = None;
        self.is_cold = false;
        if !std::mem::replace(&mut self.is_broken, true) {
            self.outbox.push(Outgoing {
                message: Message {
                    id: None,
                    event: Event::Failed { error },
                },
                buffers: Vec::new(),
            });
        }
    }
}
