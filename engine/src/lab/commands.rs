//! What each command of the page does. Long ones only begin here.

use super::job::{Job, Measuring};
use super::reporting::Reporting;
use super::state::EngineLab;
use super::training_run::{RestoreTo, RunRequest};
use crate::bench::Bench;
use crate::device::Compute;
use crate::evaluate::{PairDrawer, WinRateRun};
use crate::judge;
use crate::kernels;
use crate::model::ModelFiles;
use tilt_protocol::report::ReportOptions;
use tilt_protocol::{
    BenchSettings, Command, DeviceKind, DevicePreference, EngineStatus, Error, Event,
    JudgeSettings, Label, ModelSource, PROTOCOL_VERSION, PolicyAt, Principle, Request, RequestId,
    Result, RunEnd, Sampling,
};

impl EngineLab {
    /// Carries out one command; long ones only begin here.
    pub async fn handle(&mut self, request: Request, buffers: Vec<Vec<u8>>) {
        let id = request.id;
        if let Err(error) = self.try_handle(id, request.command, buffers).await {
            self.fail(id, error);
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
            } => self.start(id, protocol_version, device).await,
            Command::LoadModel { source } => self.load_source(id, source, buffers.pop()).await,
            Command::SamplePairs {
                count,
                prompts,
                sampling,
            } => self.sample_pairs(id, count, prompts, sampling),
            Command::Autolabel {
                judge,
                count,
                sampling,
            } => self.autolabel(id, judge, count, sampling),
            Command::JudgePairs { judge, pairs } => {
                let verdicts = pairs.iter().map(|pair| judge::verdict_on(&judge, pair));
                let verdicts = verdicts.collect();
                self.emit(id, Event::Judged { verdicts });
                Ok(())
            }
            Command::WinRate { principle, seed } => self.win_rate(id, principle, seed),
            Command::Bench { settings } => self.bench(id, settings),
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
                let options = ReportOptions {
                    max_length,
                    held_out,
                };
                self.report(id, labels, principle, options)
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
                let plan = RunRequest {
                    id,
                    run,
                    paused,
                    is_kept,
                };
                self.start_run(plan, settings, examples).await
            }
            Command::TrainReward {
                settings,
                examples,
                principle,
            } => self.train_reward(id, settings, &examples, principle),
            Command::CompareRoads {
                roads,
                principle,
                seeds,
                labels,
            } => self.compare_roads(id, &roads, principle, &seeds, labels),
            Command::Pause => self.set_paused(id, true),
            Command::Resume => self.set_paused(id, false),
            Command::Steps { count } => self.take_steps(id, count),
            Command::Prefer { run, verdicts } => self.prefer(id, run, verdicts),
            Command::Adjust {
                beta,
                learning_rate,
            } => self.adjust_run(id, beta, learning_rate),
            Command::Candidates { prompt, answers } => self.candidates(id, &prompt, &answers),
            Command::Stop => self.stop(id).await,
            Command::Reset => self.reset(id).await,
            Command::Watch { example, against } => self.watch(id, example, against).await,
            Command::Compare { prompt, sampling } => self.compare(id, prompt, sampling),
            Command::RunResult {
                examples,
                rewards,
                seed,
            } => self.run_result(id, examples, rewards, seed),
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
                steps,
            } => {
                let plan = RunRequest {
                    id,
                    run,
                    paused: paused || ended,
                    is_kept: true,
                };
                let end = match ended {
                    true => RestoreTo::Ended,
                    false => RestoreTo::Steps(steps),
                };
                self.restore_run(plan, examples, buffers.pop(), end).await
            }
        }
    }

    /// Chooses the device.
    async fn start(
        &mut self,
        id: RequestId,
        page: u32,
        preference: DevicePreference,
    ) -> Result<()> {
        if page != PROTOCOL_VERSION {
            let engine = PROTOCOL_VERSION;
            return Err(Error::ProtocolVersion { page, engine });
        }
        self.tell(EngineStatus::Loading);
        let compute = Compute::choose(preference).await;
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

    /// # Errors
    /// [`Error::Internal`] for an address: the worker fetches, so that is a defect of the
    /// caller; [`Error::NothingToUse`] without weights.
    async fn load_source(
        &mut self,
        id: RequestId,
        source: ModelSource,
        weights: Option<Vec<u8>>,
    ) -> Result<()> {
        let ModelSource::Files {
            name,
            config,
            tokenizer,
            tokenizer_config,
        } = source
        else {
            return Err(Error::internal("a model's files were not fetched"));
        };
        let weights = weights.ok_or_else(|| Error::NothingToUse {
            what: "model.safetensors".to_owned(),
            purpose: "load".to_owned(),
            advice: "choose it together with config.json and tokenizer.json".to_owned(),
        })?;
        let files = ModelFiles {
            config: &config,
            weights: &weights,
            tokenizer: Some(&tokenizer),
            tokenizer_config: tokenizer_config.as_deref(),
        };
        self.load(id, name, &files).await
    }

    fn sample_pairs(
        &mut self,
        id: RequestId,
        count: usize,
        prompts: Vec<String>,
        sampling: Sampling,
    ) -> Result<()> {
        self.loaded()?;
        let drawer = PairDrawer::new(prompts, None, count, sampling)?;
        let drawer = drawer.with_team(self.cpu_team());
        self.queue(Job::sample_pairs(id, drawer, sampling.seed))
    }

    fn autolabel(
        &mut self,
        id: RequestId,
        judge: JudgeSettings,
        count: usize,
        sampling: Sampling,
    ) -> Result<()> {
        self.loaded()?;
        let drawer = PairDrawer::new(Vec::new(), Some(judge), count, sampling)?;
        let drawer = drawer.with_team(self.cpu_team());
        self.queue(Job::autolabel(id, drawer, sampling.seed))
    }

    fn win_rate(&mut self, id: RequestId, principle: Principle, seed: u64) -> Result<()> {
        self.loaded()?;
        let measuring = Measuring {
            run: WinRateRun::new(principle, seed).with_team(self.cpu_team()),
            policy: self.policy()?.clone(),
            of: self.policy_at(),
        };
        self.queue(Job::win_rate(id, measuring, seed))
    }

    fn bench(&mut self, id: RequestId, settings: BenchSettings) -> Result<()> {
        let compute = self.compute()?;
        let is_on_cpu = compute.kind == DeviceKind::Cpu;
        let bench = Bench::start(settings, &compute.device)?
            .with_team(self.cpu_team())
            .with_gpu_calls(self.gpu_calls.filter(|_| !is_on_cpu));
        self.queue(Job::bench(id, bench))
    }

    fn report(
        &mut self,
        id: RequestId,
        labels: Vec<Label>,
        principle: Option<Principle>,
        mut options: ReportOptions,
    ) -> Result<()> {
        let limit = self.loaded()?.model.config.n_positions;
        options.max_length = options.max_length.clamp(1, limit.max(1));
        self.queue(Job::report(id, Reporting::new(labels, principle, options)))
    }

    async fn stop(&mut self, id: RequestId) -> Result<()> {
        self.run.as_ref().ok_or(Error::NoRun)?;
        self.end_run(RunEnd::Stopped, Some(id)).await;
        Ok(())
    }

    async fn reset(&mut self, id: RequestId) -> Result<()> {
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
}
