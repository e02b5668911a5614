//! A reward model made of the page's labels.

use super::job::Job;
use super::state::EngineLab;
use crate::evaluate::{RewardModelPiece, RewardModelRun};
use tilt_protocol::reward_report::RewardNews;
use tilt_protocol::{Deferred, Event, Example, Principle, RequestId, Result, TrainSettings};

impl EngineLab {
    pub(super) fn train_reward(
        &mut self,
        id: RequestId,
        settings: TrainSettings,
        examples: &[Example],
        principle: Principle,
    ) -> Result<()> {
        let loaded = self.loaded()?;
        let (model, reference) = (&loaded.model, &loaded.reference);
        let run = RewardModelRun::new(model, reference, examples, settings, principle)?;
        let mut run = run.with_team(self.cpu_team());
        run.leave_out_statistics();
        self.queue(Job::reward_model(id, run))
    }

    /// One piece of it; true when it is finished.
    pub(super) async fn advance_reward_model(
        &mut self,
        id: RequestId,
        run: &mut RewardModelRun,
    ) -> Result<bool> {
        let loaded = self.loaded()?;
        let of = run.session().settings().steps;
        let (news, done) = match run.advance(&loaded.model, &loaded.reference).await? {
            RewardModelPiece::Stepped(outcome) => {
                let (step, metrics) = (outcome.step, outcome.metrics);
                (RewardNews::Step { step, of, metrics }, false)
            }
            RewardModelPiece::Drawn(found, of) => (RewardNews::Pairs { found, of }, false),
            RewardModelPiece::Done(rewards, report) => {
                self.reward_model = Some(rewards);
                (RewardNews::Report(report), true)
            }
        };
        let news = Deferred::of(&news)?;
        self.emit(id, Event::RewardModel { news, done });
        Ok(done)
    }
}
