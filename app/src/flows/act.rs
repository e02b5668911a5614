//! The one door for what a person does.

use super::{blind, fresh_pairs, judging, labelling, models, pace, settings, training};
use crate::lab::Lab;
use crate::model::act::Act;
use crate::stores::models::WantedModel;

/// Does what the act says, or tells the person why not.
pub fn perform(lab: Lab, act: Act) {
    match act {
        Act::Judge(verdict) => labelling::judge(lab, verdict),
        Act::Prefer(verdict) => fresh_pairs::prefer(lab, verdict),
        Act::Skip => labelling::skip(lab),
        Act::Undo => labelling::undo(lab),
        Act::Redo => labelling::redo(lab),
        Act::Sample { prompt } => labelling::sample_for(lab, &prompt),
        Act::ChooseRule(rule) => lab.evaluate.choose_rule(rule),
        Act::Autolabel { judge, count, seed } => judging::autolabel(lab, judge, count, seed),
        Act::Train(new) => training::start(lab, *new),
        Act::Pause => training::pause(lab),
        Act::Resume => training::resume(lab),
        Act::Steps { count } => training::take_steps(lab, count),
        Act::Stop => training::stop(lab),
        Act::Reset => training::reset(lab),
        Act::SetPace(pace) => pace::set_pace(lab, pace),
        Act::ChooseObjective(kind) => settings::choose_objective(lab, kind),
        Act::SetField { field, text } => settings::set_field(lab, field, text),
        Act::ChooseModel { name } => models::want_model(lab, WantedModel::Named(name)),
        Act::ChoosePrinciple(principle) => lab.evaluate.choose_principle(principle),
        Act::MeasureWinRate { principle, seed } => judging::measure_win_rate(lab, principle, seed),
        Act::Compare { prompt, seed } => judging::compare(lab, prompt, seed),
        Act::Test => blind::start(lab),
        Act::Guess(side) => lab.blind.guess(side),
        Act::SetLevel(level) => lab.settings.set_level(level),
    }
}
