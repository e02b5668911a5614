//! The runs of a lesson, as the page begins them.

use burn::tensor::Tensor;
use std::rc::Rc;
use tilt_engine::evaluate::{RewardModelPiece, RewardModelRun, world_session};
use tilt_engine::model::Model;
use tilt_engine::session::Session;
use tilt_engine::session::online::{RewardFunction, RewardModel};
use tilt_protocol::label::rows_from_labels;
use tilt_protocol::{
    Error, JudgeSettings, Label, Objective, Principle, Result, Reward, RowKind, TrainSettings,
};

/// What runs begin with.
pub struct Sessions<'a> {
    pub model: &'a Model,
    pub reference: &'a Tensor<1>,
    pub labels: &'a [Label],
    /// Who labels in the learner's place, where that is a judge.
    pub stand_in: Option<JudgeSettings>,
}

impl Sessions<'_> {
    /// # Errors
    /// [`Error::NothingToUse`] without the labels that the run needs, [`Error::InvalidConfig`] where
    /// nobody prefers in the learner's place, and those of starting a session.
    pub async fn start(&self, settings: TrainSettings) -> Result<Session> {
        match settings.objective {
            Objective::Online(_) => self.on_answers(settings).await,
            _ => self.on_labels(settings),
        }
    }

    fn on_labels(&self, settings: TrainSettings) -> Result<Session> {
        let examples = rows_from_labels(self.labels, settings.objective.row_kind());
        let tokenised = self
            .model
            .rows(&examples, &settings.objective, settings.max_length)?;
        let rows = tokenised.all_good()?.rows;
        if rows.is_empty() {
            return Err(no_labels());
        }
        let reference = self.reference;
        Session::start(self.model, reference.clone(), reference, rows, settings)
    }

    /// On the policy's own answers. A reward model is trained on the labels first, and whoever
    /// labels in the learner's place prefers here too.
    async fn on_answers(&self, mut settings: TrainSettings) -> Result<Session> {
        let reward_model = match settings.rewards.contains(&Reward::Model) {
            true => Some(self.reward_model(&settings).await?),
            false => None,
        };
        for reward in &mut settings.rewards {
            if *reward == Reward::Learner {
                *reward = Reward::Judge(self.stand_in_principles()?);
            }
        }
        let functions = RewardFunction::all(&settings.rewards, reward_model.as_ref())?;
        world_session(self.model, self.reference, functions, settings)
    }

    fn stand_in_principles(&self) -> Result<Vec<(Principle, f64)>> {
        let judge = self.stand_in.clone().ok_or_else(|| {
            let expected =
                "a judge who prefers in the learner's place: {\"labels\": {\"judge\": ..}}";
            Error::invalid("verify", "none", expected)
        })?;
        Ok(judge.principles)
    }

    async fn reward_model(&self, settings: &TrainSettings) -> Result<Rc<RewardModel>> {
        let examples = rows_from_labels(self.labels, RowKind::Pairs);
        if examples.is_empty() {
            return Err(no_labels());
        }
        let principle = Reward::watched(&settings.rewards).unwrap_or(Principle::Polite);
        let settings = settings.of_reward_model();
        let (model, reference) = (self.model, self.reference);
        let mut run = RewardModelRun::new(model, reference, &examples, settings, principle)?;
        run.leave_out_statistics();
        loop {
            if let RewardModelPiece::Done(trained, _) = run.advance(model, reference).await? {
                return Ok(trained);
            }
        }
    }
}

fn no_labels() -> Error {
    Error::NothingToUse {
        what: "labels".to_owned(),
        purpose: "train on".to_owned(),
        advice: "a set-up or an act before the run has to give some".to_owned(),
    }
}
