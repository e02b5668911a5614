//! Sampling, labelling and evaluating: work that is done in chunks.

use super::Lab;
use super::report::Reporting;
use super::tasks::Task;
use crate::bench::Bench;
use crate::evaluate::{DrawnPair, PairDrawer, WinRateRun};
use burn::tensor::Tensor;
use tilt_protocol::{
    BenchReport, Event, JudgeSettings, Pair, PairSource, PolicyAt, Principle, RequestId, Result,
    Sampling, Verdict,
};

/// One piece of work with the request that asked for it.
pub struct Job {
    pub id: RequestId,
    pub work: Work,
    /// Pairs given out so far: the next one's number.
    pairs: usize,
    seed: u64,
}

pub enum Work {
    SamplePairs(PairDrawer),
    Autolabel(PairDrawer),
    WinRate(Box<Measuring>),
    Bench(Box<Bench>),
    Report(Box<Reporting>),
    /// Short: it comes before the long ones.
    Task(Task),
    /// The KL of a run, before its next step or its last word.
    Kl(Task),
}

/// A win rate being counted, with the policy as it was when that began.
pub struct Measuring {
    run: WinRateRun,
    policy: Tensor<1>,
    of: PolicyAt,
}

impl Job {
    pub fn sample_pairs(
        id: RequestId,
        count: usize,
        prompts: Vec<String>,
        sampling: Sampling,
    ) -> Result<Job> {
        let work = Work::SamplePairs(PairDrawer::new(prompts, None, count, sampling)?);
        Ok(Job {
            id,
            work,
            pairs: 0,
            seed: sampling.seed,
        })
    }

    pub fn autolabel(
        id: RequestId,
        judge: JudgeSettings,
        count: usize,
        sampling: Sampling,
    ) -> Result<Job> {
        let drawer = PairDrawer::new(Vec::new(), Some(judge), count, sampling)?;
        Ok(Job {
            id,
            work: Work::Autolabel(drawer),
            pairs: 0,
            seed: sampling.seed,
        })
    }

    /// Of a policy as it is now, with what made it.
    pub fn win_rate(
        id: RequestId,
        principle: Principle,
        seed: u64,
        (policy, of): (Tensor<1>, PolicyAt),
    ) -> Job {
        let work = Work::WinRate(Box::new(Measuring {
            run: WinRateRun::new(principle, seed),
            policy,
            of,
        }));
        Job {
            id,
            work,
            pairs: 0,
            seed,
        }
    }

    pub fn bench(id: RequestId, bench: Bench) -> Job {
        Job {
            id,
            work: Work::Bench(Box::new(bench)),
            pairs: 0,
            seed: 0,
        }
    }

    pub fn report(id: RequestId, reporting: Reporting) -> Job {
        Job {
            id,
            work: Work::Report(Box::new(reporting)),
            pairs: 0,
            seed: 0,
        }
    }

    pub fn task(id: RequestId, task: Task) -> Job {
        Job {
            id,
            work: Work::Task(task),
            pairs: 0,
            seed: 0,
        }
    }

    pub fn kl(id: RequestId, task: Task) -> Job {
        Job {
            id,
            work: Work::Kl(task),
            pairs: 0,
            seed: 0,
        }
    }

    pub fn is_kl(&self) -> bool {
        matches!(self.work, Work::Kl(_))
    }

    pub fn is_short(&self) -> bool {
        matches!(self.work, Work::Task(_) | Work::Kl(_))
    }

    /// True where the next piece of a training run comes before the job's.
    pub fn gives_way(&mut self) -> bool {
        match &mut self.work {
            Work::Report(reporting) => reporting.gives_way(),
            Work::SamplePairs(_)
            | Work::Autolabel(_)
            | Work::WinRate(_)
            | Work::Bench(_)
            | Work::Task(_)
            | Work::Kl(_) => false,
        }
    }

    /// Drawn pairs as the page keeps them, numbered through the whole request.
    fn name_pairs(&mut self, drawn: Vec<DrawnPair>, model: &str) -> Vec<Pair> {
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

impl Lab {
    /// One chunk of a job; true when it is finished.
    pub(super) async fn advance_job(&mut self, job: &mut Job) -> Result<bool> {
        match &mut job.work {
            Work::SamplePairs(drawer) => {
                let loaded = self.loaded()?;
                // Pairs to label come from the reference, as the page says.
                let drawn = drawer.advance(&loaded.model, &loaded.reference).await?;
                let done = drawer.is_done();
                let pairs = job.name_pairs(drawn, &loaded.name);
                self.emit(job.id, Event::Pairs { pairs, done });
                Ok(done)
            }
            Work::Autolabel(drawer) => {
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
            Work::WinRate(measuring) => {
                let loaded = self.loaded()?;
                let Measuring { run, policy, of } = measuring.as_mut();
                run.advance(&loaded.model, policy, &loaded.reference)
                    .await?;
                let (of, report, done) = (*of, run.report(), run.is_done());
                self.emit(job.id, Event::WinRate { of, report, done });
                Ok(done)
            }
            Work::Bench(bench) => self.advance_bench(job.id, bench).await,
            Work::Report(reporting) => self.advance_report(job.id, reporting).await,
            Work::Task(task) | Work::Kl(task) => self.advance_task(job.id, task).await,
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
        self.emit(id, Event::Benched { report });
        Ok(true)
    }
}
