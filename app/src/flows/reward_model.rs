//! The reward model of these labels, asked for and given up.

use super::later::do_later;
use super::readiness::may_start;
use crate::browser::later::{Doing, NotLoaded, wasm_split};
use crate::lab::Lab;
use crate::model::act::NewTraining;
use crate::model::notice::NoticeKey;
use crate::model::parameters::Parameter;
use crate::stores::engine::Purpose;
use crate::stores::reward_model::ModelOfLabels;
use crate::texts::numbers::capitalised;
use crate::texts::reward_model as texts;
use crate::texts::training as training_texts;
use js_sys::Date;
use leptos::prelude::*;
use tilt_protocol::label::rows_from_labels;
use tilt_protocol::{Command, EngineStatus, Error, Principle, Reward, RowKind};

/// Trains one on the labels there are, and `then` the run that is to be scored by it. Nothing
/// while a run or another one is under way.
pub fn train(lab: Lab, then: Option<NewTraining>) {
    do_later(lab, Box::pin(training(lab, then)));
}

#[wasm_split(runs, wasm_split_path = leptos::wasm_split, fallible)]
fn training(lab: Lab, then: Option<NewTraining>) -> Result<Doing, NotLoaded> {
    Ok(Box::pin(async move { begin(lab, then) }))
}

fn begin(lab: Lab, then: Option<NewTraining>) {
    let is_busy =
        lab.run.phase().get_untracked().is_active() || untrack(|| lab.reward_model.is_under_way());
    if is_busy || !may_start(lab) {
        return;
    }
    lab.notices.dismiss(NoticeKey::RewardModel);
    let labels = lab.data_report.training_side(lab.labels.all());
    let examples = rows_from_labels(&labels, RowKind::Pairs);
    if examples.is_empty() {
        let error = Error::NothingToUse {
            what: training_texts::rows_wanted(RowKind::Pairs).to_owned(),
            purpose: training_texts::to_train_on(texts::REWARD_MODEL),
            advice: training_texts::LABEL_FIRST.to_owned(),
        };
        lab.notices
            .error(NoticeKey::RewardModel, &capitalised(&error.to_string()));
        return;
    }
    let asked = then.as_ref().map(|then| then.settings.clone());
    let settings = asked.unwrap_or_else(|| untrack(|| lab.form.settings()));
    let principle = truth(lab, &settings.rewards);
    let of = ModelOfLabels {
        entries: lab.labels.entries().get_untracked(),
        principle,
    };
    let command = Command::TrainReward {
        settings: settings.of_reward_model(),
        examples,
        principle,
    };
    if let Some(id) = lab.engine.request(Purpose::RewardModel, command) {
        lab.reward_model.begin(id, of, Date::now(), then);
        lab.engine.expect(Some(id), EngineStatus::Training);
        lab.notices.say(texts::TRAINING);
    }
}

/// What the judge measures a learnt reward by: what the settings watch, or what is measured
/// anyway.
pub fn truth(lab: Lab, rewards: &[Reward]) -> Principle {
    let measured = lab.evaluate.principle().get_untracked();
    Reward::watched(rewards)
        .or(measured)
        .unwrap_or(Principle::Polite)
}

/// Makes it what scores answers, under the eyes of the judge.
pub fn choose(lab: Lab) {
    let watched = truth(lab, &untrack(|| lab.form.settings()).rewards);
    set_rewards(lab, &[Reward::Model, Reward::Watched(vec![(watched, 1.0)])]);
}

/// Writes the rewards into the form, as typed to their end.
pub fn set_rewards(lab: Lab, rewards: &[Reward]) {
    lab.form
        .set_parameter(Parameter::Reward, Reward::specs_of(rewards));
    lab.form.leave_parameter(Parameter::Reward);
}

/// Stops the one under way, if there is one.
pub fn give_up(lab: Lab) {
    if let Some(request) = lab.reward_model.give_up() {
        lab.engine
            .request(Purpose::Control, Command::Cancel { request });
    }
}
