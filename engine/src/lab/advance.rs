//! One short piece of the work under way.

use super::job::{Job, JobKind, Measuring};
use super::state::EngineLab;
use super::task::Task;
use super::training_run::TrainingRun;
use crate::bench::Bench;
use tilt_protocol::{BenchReport, Deferred, Error, Event, RequestId, Result, RunEnd, Verdict};

impl EngineLab {
    /// One short piece of the work under way: jobs first (a report in turn with training),
    /// then training, and where there is neither, what a first step would wait for.
    pub async fn advance(&mut self) {
        let is_training = self.run.as_ref().is_some_and(TrainingRun::has_work);
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

    /// One chunk of a job; true when it is finished.
    async fn advance_job(&mut self, job: &mut Job) -> Result<bool> {
        match &mut job.kind {
            JobKind::SamplePairs(drawer) => {
                let loaded = self.loaded()?;
                // Pairs to label come from the reference, as the page says.
                let drawn = drawer.advance(&loaded.model, &loaded.reference).await?;
                let done = drawer.is_done();
                let pairs = job.name_pairs(drawn, &loaded.name);
                self.emit(job.id, Event::Pairs { pairs, done });
                Ok(done)
            }
            JobKind::Autolabel(drawer) => {
                let loaded = self.loaded()?;
                let drawn = drawer.advance(&loaded.model, &loaded.reference).await?;
                let (done, ties) = (drawer.is_done(), drawer.ties);
                let verdicts = drawn
                    .iter()
                    .map(|pair| match pair.preferred {
                        Some(0) => Verdict::A,
                        Some(_) => Verdict::B,
                        None => Verdict::Tie,
                    })
                    .collect();
                let pairs = job.name_pairs(drawn, &loaded.name);
                self.emit(
                    job.id,
                    Event::Autolabelled {
                        pairs,
                        verdicts,
                        ties,
                        done,
                    },
                );
                Ok(done)
            }
            JobKind::WinRate(measuring) => {
                let loaded = self.loaded()?;
                let Measuring { run, policy, of } = measuring.as_mut();
                run.advance(&loaded.model, policy, &loaded.reference)
                    .await?;
                let (of, report, done) = (*of, run.report(), run.is_done());
                self.emit(job.id, Event::WinRate { of, report, done });
                Ok(done)
            }
            JobKind::Bench(bench) => self.advance_bench(job.id, bench).await,
            JobKind::Report(reporting) => self.advance_report(job.id, reporting).await,
            JobKind::Roads(roads) => self.advance_roads(job.id, roads).await,
            JobKind::RewardModel(run) => self.advance_reward_model(job.id, run).await,
            JobKind::Task(task) | JobKind::Kl(task) | JobKind::InPassing(task) => {
                self.advance_task(job.id, task).await
            }
        }
    }

    async fn advance_bench(&mut self, id: RequestId, bench: &mut Bench) -> Result<bool> {
        let ms = bench.step().await?;
        let (step, of) = (bench.steps(), bench.of());
        self.emit(id, Event::BenchStep { step, of, ms });
        if step < of {
            return Ok(false);
        }
        let compute = self.compute()?;
        let report = BenchReport {
            memory_bytes: self.memory_bytes.map(|read| read()),
            ..bench.report(compute.kind.slug(), &compute.adapter)
        };
        let report = Deferred::of(&report)?;
        self.emit(id, Event::Benched { report });
        Ok(true)
    }

    /// One piece of a task; true when it is finished.
    async fn advance_task(&mut self, id: RequestId, task: &mut Task) -> Result<bool> {
        match task.until_rest().await {
            None => Ok(false),
            Some(answer) => {
                if let Some((event, buffers)) = answer? {
                    self.emit_with(id, event, buffers);
                }
                Ok(true)
            }
        }
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
}
