//! A lab without a page: does what a lesson asks of its learner, and measures what its
//! checks ask for.

use super::labels;
use super::sessions::Sessions;
use burn::tensor::Tensor;
use std::time::Instant;
use tilt_engine::evaluate::{Inspector, WinRateRun, answer_prompts};
use tilt_engine::model::Model;
use tilt_engine::world::held_out_prompts;
use tilt_protocol::lesson::{
    Act, Check, CurveFacts, Facts, KlFacts, LabelAct, LabelFacts, LabelSource, LabelledBy, Lesson,
    Quantity, RunBack, RunFacts, RunSettings, SampleFacts, TokenFacts, WinRateFacts,
};
use tilt_protocol::{
    Error, Example, JudgeSettings, Label, Labeller, Origin, Principle, Result, Sampling, hash,
};

/// Pairs whose tokens are looked at where a check asks what became of one.
const PAIRS_LOOKED_AT: usize = 64;

/// The lab of one lesson from one seed.
pub struct Lab<'a> {
    pub model: &'a Model,
    pub reference: &'a Tensor<1>,
    /// As it goes from this seed.
    pub lesson: &'a Lesson,
    pub seed: u64,
    pub facts: Facts,
    /// Seconds of each run's training, and the labels that it had.
    pub trained: Vec<(f64, usize)>,
    labels: Vec<Label>,
    /// Labels that the learner's stand-in has taken from a practice set or from rows.
    taken: usize,
    /// Times that labels were drawn, each from a seed of its own.
    draws: u64,
    /// What each run ended with.
    policies: Vec<Tensor<1>>,
}

impl<'a> Lab<'a> {
    /// As the lesson begins: with the labels that its set-up gives.
    ///
    /// # Errors
    /// Those of [`labels::draw`].
    pub async fn arranged(
        model: &'a Model,
        reference: &'a Tensor<1>,
        lesson: &'a Lesson,
        seed: u64,
    ) -> Result<Lab<'a>> {
        let mut lab = Lab {
            model,
            reference,
            lesson,
            seed,
            facts: Facts::default(),
            trained: Vec::new(),
            labels: Vec::new(),
            taken: 0,
            draws: 0,
            policies: Vec::new(),
        };
        match &lesson.setup.labels {
            None | Some(LabelSource::Hand) => {}
            Some(source) => lab.take_labels(source).await?,
        }
        Ok(lab)
    }

    /// Does one thing that a step asks for.
    ///
    /// # Errors
    /// What keeps it from being done: labels that nobody gives, a run that diverges.
    pub async fn act(&mut self, act: &Act) -> Result<()> {
        match act {
            Act::Label(LabelAct::From(source)) => self.take_labels(source).await,
            Act::Label(LabelAct::Count { count, by }) => self.give_labels(*count, *by).await,
            Act::Run(settings) => self.train(settings).await,
            Act::Measure(principle) => {
                self.last_run()?;
                self.measure(RunBack::LAST, *principle, true).await
            }
            Act::Sample(count) => self.sample(*count).await,
        }
    }

    async fn take_labels(&mut self, source: &LabelSource) -> Result<()> {
        let labels = match source {
            LabelSource::Judge { judge, pairs } => {
                let by = Labeller::of_judge(judge).unwrap_or(Labeller::Person);
                self.draw(judge, &by, *pairs).await?
            }
            LabelSource::Set(set) => labels::of_whole_set(*set)?,
            LabelSource::Rows(rows) => rows.labels(),
            LabelSource::Hand => self.by_stand_in(1).await?,
        };
        self.keep(labels);
        Ok(())
    }

    async fn give_labels(&mut self, count: usize, by: Option<LabelledBy>) -> Result<()> {
        let labels = match by {
            None | Some(LabelledBy::Hand) => self.by_stand_in(count).await?,
            Some(LabelledBy::Judge) => {
                let judge = self.setup_judge().ok_or_else(|| {
                    let expected = "a set-up with a judge, or an act that names one";
                    Error::invalid("label by the judge", "no judge", expected)
                })?;
                let by = Labeller::of_judge(&judge).unwrap_or(Labeller::Person);
                self.draw(&judge, &by, count).await?
            }
            Some(other) => {
                let expected = "labels by hand, by a judge, or from a set that the act names";
                return Err(Error::invalid("label by", other.slug(), expected));
            }
        };
        self.keep(labels);
        Ok(())
    }

    /// Labels of whoever stands in for the learner; they count as the learner's own.
    async fn by_stand_in(&mut self, count: usize) -> Result<Vec<Label>> {
        let verify = self.lesson.verify.as_ref().ok_or_else(|| {
            let expected = "who labels in the learner's place: {\"labels\": {\"judge\": ..}}";
            Error::invalid("verify", "missing", expected)
        })?;
        match &verify.labels {
            LabelSource::Judge { judge, .. } => {
                let judge = judge.clone();
                self.draw(&judge, &Labeller::Person, count).await
            }
            LabelSource::Set(set) => {
                let labels = labels::of_set(*set, self.taken..self.taken + count)?;
                Ok(self.as_own(labels))
            }
            LabelSource::Rows(rows) => {
                let labels = labels::of_rows(rows, self.taken..self.taken + count)?;
                Ok(self.as_own(labels))
            }
            // Refused where the lesson is read.
            LabelSource::Hand => Ok(Vec::new()),
        }
    }

    /// The next labels of a source with a fixed order, as if the learner had given them.
    fn as_own(&mut self, mut labels: Vec<Label>) -> Vec<Label> {
        self.taken += labels.len();
        for label in &mut labels {
            label.origin = Some(Origin::Here);
        }
        labels
    }

    fn keep(&mut self, labels: Vec<Label>) {
        self.labels.extend(labels);
        self.facts.labels = LabelFacts::of_labels(self.labels.iter());
    }

    async fn draw(
        &mut self,
        judge: &JudgeSettings,
        by: &Labeller,
        pairs: usize,
    ) -> Result<Vec<Label>> {
        let seed = self.draw_seed();
        labels::draw(self.model, self.reference, judge, by, pairs, seed).await
    }

    /// The first labels have the lesson's own seed, as on the page.
    fn draw_seed(&mut self) -> u64 {
        let seed = match self.draws {
            0 => self.seed,
            draws => hash::mix(self.seed ^ draws),
        };
        self.draws += 1;
        seed
    }

    async fn train(&mut self, settings: &RunSettings) -> Result<()> {
        let (objective, settings) = self.lesson.setup.run_settings(settings)?;
        let began = Instant::now();
        let sessions = Sessions {
            model: self.model,
            reference: self.reference,
            labels: &self.labels,
            stand_in: self.stand_in(),
        };
        let mut session = sessions.start(settings.clone()).await?;
        session.leave_out_statistics();
        let mut curve = Vec::new();
        loop {
            let outcome = session.step(self.model).await?;
            curve.push(CurveFacts {
                step: outcome.step,
                metrics: outcome.metrics,
            });
            if outcome.done {
                break;
            }
        }
        let decisive = self.labels.iter().filter(|one| one.is_decisive()).count();
        self.trained.push((began.elapsed().as_secs_f64(), decisive));
        self.facts.runs.push(RunFacts {
            id: self.facts.runs.len() as u64 + 1,
            objective,
            steps: session.steps_taken(),
            settings,
            model: self.lesson.setup.model.slug().to_owned(),
            is_ended: true,
            curve,
            kl: None,
            win_rates: Vec::new(),
            tokens: Vec::new(),
            samples: Vec::new(),
        });
        self.policies.push(session.into_policy());
        Ok(())
    }

    async fn sample(&mut self, count: usize) -> Result<()> {
        let index = self.last_run()?;
        let prompts: Vec<String> = held_out_prompts()
            .into_iter()
            .take(count)
            .map(|prompt| prompt.text)
            .collect();
        let prompts: Vec<&str> = prompts.iter().map(String::as_str).collect();
        let sampling = Sampling {
            seed: self.seed,
            ..Sampling::default()
        };
        let policy = &self.policies[index];
        let ours = answer_prompts(self.model, policy, &prompts, &sampling, 0, None).await?;
        let theirs =
            answer_prompts(self.model, self.reference, &prompts, &sampling, 0, None).await?;
        let both = ours.into_iter().zip(theirs);
        let samples = both.map(|(policy, reference)| SampleFacts {
            prompt: policy.prompt,
            policy: policy.text,
            reference: reference.text,
        });
        self.facts.runs[index].samples.extend(samples);
        Ok(())
    }

    /// Measures what a check asks for and nobody has measured yet. What is missing for
    /// other reasons stays missing: the check says so.
    ///
    /// # Errors
    /// Those of the measurements.
    pub async fn measure_for(&mut self, check: &Check) -> Result<()> {
        for part in check.parts() {
            match part {
                Check::WinRate { run, principle, .. } => {
                    self.measure(*run, *principle, false).await?;
                }
                Check::Kl { run, .. } => self.measure_kl(*run).await?,
                Check::Compare { quantity, runs, .. } => {
                    for run in runs {
                        match quantity {
                            Quantity::Kl => self.measure_kl(*run).await?,
                            Quantity::WinRate(principle) => {
                                self.measure(*run, *principle, false).await?;
                            }
                            Quantity::Metric(_) => {}
                        }
                    }
                }
                Check::Token { run, .. } => self.look_at_tokens(*run).await?,
                Check::Agreement { judge, .. } => {
                    let judge = judge.clone().or_else(|| self.setup_judge());
                    let judge = judge
                        .or_else(|| self.stand_in())
                        .map(|judge| JudgeSettings {
                            noise: 0.0,
                            ..judge
                        });
                    let compared = judge.and_then(|judge| labels::agreement(&self.labels, &judge));
                    self.facts.agreement.extend(compared);
                }
                Check::Labels { .. }
                | Check::Run { .. }
                | Check::Metric { .. }
                | Check::All(_)
                | Check::Any(_)
                | Check::Not(_) => {}
            }
        }
        Ok(())
    }

    /// The win rate of a run's policy, with its KL; once, or `again`.
    async fn measure(&mut self, run: RunBack, principle: Principle, again: bool) -> Result<()> {
        let Some(index) = self.index_of(run) else {
            return Ok(());
        };
        let (policy, found) = (&self.policies[index], &mut self.facts.runs[index]);
        if found.win_rate(principle).is_some() && !again {
            return Ok(());
        }
        let measured = WinRateRun::new(principle, self.seed);
        let report = measured.to_end(self.model, policy, self.reference).await?;
        found
            .win_rates
            .push(WinRateFacts::of_report(&report, found.steps));
        let kl = KlFacts::of_win_rate(&report, found.steps);
        if found.kl.is_none_or(|known| known.answers < kl.answers) {
            found.kl = Some(kl);
        }
        Ok(())
    }

    /// The KL is measured with a win rate, under the lesson's own principle.
    async fn measure_kl(&mut self, run: RunBack) -> Result<()> {
        let known = self.index_of(run).map(|index| &self.facts.runs[index]);
        if known.is_none_or(|run| run.kl.is_some()) {
            return Ok(());
        }
        let judge = self.setup_judge().or_else(|| self.stand_in());
        let main = judge.and_then(|judge| judge.principles.first().copied());
        let principle = main.map_or(Principle::Polite, |(principle, _)| principle);
        self.measure(run, principle, false).await
    }

    async fn look_at_tokens(&mut self, run: RunBack) -> Result<()> {
        let Some(index) = self.index_of(run) else {
            return Ok(());
        };
        let labels = self.labels.iter();
        let rows: Vec<Example> = labels
            .filter_map(Label::as_row)
            .take(PAIRS_LOOKED_AT)
            .collect();
        let mut inspections = Vec::new();
        for row in rows {
            let inspector = Inspector::new(self.model, self.reference, row).await?;
            let step = self.facts.runs[index].steps;
            let policy = &self.policies[index];
            inspections.push(inspector.inspect(self.model, policy, step).await?);
        }
        self.facts.runs[index].tokens = TokenFacts::of_inspections(inspections.iter());
        Ok(())
    }

    fn index_of(&self, run: RunBack) -> Option<usize> {
        self.facts.runs.len().checked_sub(run.back())
    }

    /// # Errors
    /// [`Error::NothingToUse`] before the first run.
    fn last_run(&self) -> Result<usize> {
        self.index_of(RunBack::LAST)
            .ok_or_else(|| Error::NothingToUse {
                what: "run".to_owned(),
                purpose: "measure".to_owned(),
                advice: "a step before has to ask for one".to_owned(),
            })
    }

    fn setup_judge(&self) -> Option<JudgeSettings> {
        judge_of(self.lesson.setup.labels.as_ref())
    }

    /// The judge that labels in the learner's place.
    fn stand_in(&self) -> Option<JudgeSettings> {
        judge_of(self.lesson.verify.as_ref().map(|verify| &verify.labels))
    }
}

fn judge_of(source: Option<&LabelSource>) -> Option<JudgeSettings> {
    match source {
        Some(LabelSource::Judge { judge, .. }) => Some(judge.clone()),
        Some(LabelSource::Set(_) | LabelSource::Rows(_) | LabelSource::Hand) | None => None,
    }
}
