//! How a run begins: on given rows, on given rollouts, or on prompts.

use super::Session;
use super::critic::Critic;
use super::online::Sampler;
use super::order::RowOrder;
use super::policy::Policy;
use super::problem::{Problem, ProblemRows};
use super::reference::Reference;
use super::rollouts::{Keep, Sampled, prepare};
use crate::model::Model;
use crate::text::TokenisedRow;
use burn::tensor::Tensor;
use tilt_protocol::dataset::RolloutRow;
use tilt_protocol::{Error, Objective, OnlineObjective, Result, TrainSettings};

impl Session {
    /// A run that starts at `policy` against `reference`.
    ///
    /// # Errors
    /// [`Error::InvalidConfig`] for settings out of range, or a reward objective on a
    /// model without a scalar head, and those of [`Problem::new`].
    pub fn start(
        model: &Model,
        policy: Tensor<1>,
        reference: &Tensor<1>,
        rows: Vec<TokenisedRow>,
        settings: TrainSettings,
    ) -> Result<Session> {
        settings.check()?;
        check_head(model, &settings.objective)?;
        let problem = Problem::new(rows, &settings, model)?;
        Ok(Session::of_problem(
            model, policy, reference, None, problem, settings,
        ))
    }

    /// A run on given rollouts: each epoch is a pass over them, against what `policy` says of
    /// them at the start (or their `old_logps`).
    ///
    /// # Errors
    /// [`Error::InvalidConfig`] for settings out of range or another kind of objective,
    /// [`Error::NothingToUse`] without rollouts, [`Error::Device`] when the device was lost.
    pub async fn start_on_rollouts(
        model: &Model,
        policy: Tensor<1>,
        reference: &Tensor<1>,
        rows: &[RolloutRow],
        settings: TrainSettings,
    ) -> Result<Session> {
        settings.check()?;
        let sampled = Sampled {
            rows,
            names: &[],
            weights: None,
            keep: Keep::OldLogps,
            critic: None,
        };
        let prepared = prepare(model, &policy, reference, &sampled, &settings).await?;
        let problem = prepared.problem;
        problem.check_room(model)?;
        Ok(Session::of_problem(
            model, policy, reference, None, problem, settings,
        ))
    }

    /// A run on answers that the policy samples as it goes; PPO's value model begins as the
    /// policy with a fresh scalar head, see [`Session::start_online_with`].
    ///
    /// # Errors
    /// Those of [`Session::start_online_with`].
    pub fn start_online(
        model: &Model,
        policy: Tensor<1>,
        reference: &Tensor<1>,
        sampler: Sampler,
        settings: TrainSettings,
    ) -> Result<Session> {
        let critic = value_model(&settings)
            .map(|shares_trunk| Critic::of_policy(model, &policy, settings.seed, shares_trunk));
        Session::start_online_with(model, policy, reference, sampler, critic, settings)
    }

    /// As [`Session::start_online`], with the value model that PPO begins with.
    ///
    /// # Errors
    /// [`Error::InvalidConfig`] for settings out of range, or another objective than the
    /// sampler was made for, or a value model for another objective than PPO.
    pub fn start_online_with(
        model: &Model,
        policy: Tensor<1>,
        reference: &Tensor<1>,
        sampler: Sampler,
        critic: Option<Critic>,
        settings: TrainSettings,
    ) -> Result<Session> {
        settings.check()?;
        let Objective::Online(online) = &settings.objective else {
            return Err(Error::internal("answers for an objective on given rows"));
        };
        let given = critic.as_ref().map(|critic| critic.shares_trunk);
        match (given, value_model(&settings)) {
            (Some(false), Some(true)) => {
                let expected =
                    "false beside a value model that was given: it has a trunk of its own";
                return Err(Error::invalid("share_trunk", true, expected));
            }
            (given, wanted) if given != wanted => {
                let found = if given.is_some() { "one" } else { "none" };
                let expected = "one for ppo, and none for another trainer";
                return Err(Error::invalid("value_model", found, expected));
            }
            _ => {}
        }
        let problem = Problem::without_rows(online)?;
        let order = RowOrder::new(sampler.prompts(), !settings.keep_order, settings.seed);
        let session = Session::of_problem(model, policy, reference, critic, problem, settings);
        Ok(Session {
            order,
            sampler: Some(sampler),
            ..session
        })
    }

    fn of_problem(
        model: &Model,
        policy: Tensor<1>,
        reference: &Tensor<1>,
        critic: Option<Critic>,
        problem: Problem,
        settings: TrainSettings,
    ) -> Session {
        // Unpaired rows are shuffled once, when their partners are fixed.
        let shuffles = !settings.keep_order && !matches!(problem.rows(), ProblemRows::Unpaired(_));
        let order = RowOrder::new(problem.len(), shuffles, settings.seed);
        Session {
            reference: Reference::new(reference.clone(), problem.len()),
            policy: Policy::new(model, policy, critic, &settings),
            settings,
            problem,
            sampler: None,
            asked: None,
            statistics: true,
            team: None,
            order,
            step: 0,
            tokens_seen: 0,
            passes: 0,
            last: None,
            model: model.identity.clone(),
        }
    }
}

/// Whether the value model that a run trains beside the policy shares its trunk; `None` where it
/// trains none.
pub fn value_model(settings: &TrainSettings) -> Option<bool> {
    match &settings.objective {
        Objective::Online(OnlineObjective::Ppo(ppo)) => Some(ppo.share_trunk),
        _ => None,
    }
}

/// # Errors
/// [`Error::InvalidConfig`] for a reward objective on a model without a scalar head.
pub fn check_head(model: &Model, objective: &Objective) -> Result<()> {
    if matches!(objective, Objective::Reward { .. }) && !model.config.has_score_head {
        let expected = "a model with a scalar head (GPT2ForSequenceClassification)";
        return Err(Error::invalid("trainer", "reward", expected));
    }
    Ok(())
}
