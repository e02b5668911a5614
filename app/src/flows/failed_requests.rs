//! Requests that failed: what is no longer waited for, and what the person is told.

use super::{checkpoints, engine_gone, models, shipped_models, training};
use crate::lab::Lab;
use crate::model::notice::NoticeKey;
use crate::stores::engine::Purpose;
use crate::texts::notices as texts;
use leptos::prelude::*;
use tilt_protocol::{Error, RequestId};

/// What was asked for failed: it is no longer waited for, and the person is told.
pub fn failed(lab: Lab, id: RequestId, purpose: &Purpose, error: &Error) {
    // A lost device stays lost, whatever it was asked for; a run is not at its end by it.
    if matches!(error, Error::Device { .. }) {
        engine_gone::failed(lab, error);
        return;
    }
    if *purpose == Purpose::LoadStandIn {
        // It was only to bridge the time. One that was cancelled gave way to what was chosen.
        if *error != Error::Cancelled {
            models::load_chosen_model(lab);
        }
        return;
    }
    let key = match purpose {
        Purpose::Start | Purpose::LoadModel(_) | Purpose::LoadStandIn => NoticeKey::Model,
        Purpose::SamplePairs => {
            lab.labels.refill_failed();
            NoticeKey::Pairs
        }
        Purpose::Autolabel => {
            lab.evaluate.stop_autolabel();
            NoticeKey::Autolabel
        }
        Purpose::Roads => {
            lab.roads.failed(id);
            NoticeKey::Roads
        }
        Purpose::RewardModel => {
            lab.reward_model.failed(id);
            NoticeKey::RewardModel
        }
        Purpose::Train(run) => {
            training::refused(lab, *run);
            NoticeKey::Run
        }
        Purpose::Checkpoint(_) => {
            checkpoints::save_answered(lab);
            NoticeKey::Checkpoint
        }
        Purpose::Adjust | Purpose::Reset | Purpose::Control => {
            lab.pace.answered();
            NoticeKey::Run
        }
        Purpose::Watch => {
            lab.selection.clear();
            // A run whose weights are no longer kept is no longer compared with.
            lab.selection.set_against(None);
            NoticeKey::Watch
        }
        Purpose::Judge { judge, keys } => {
            lab.judged.failed(judge, keys);
            NoticeKey::Lesson
        }
        Purpose::Candidates => {
            lab.closed_form.failed(Some(id), error.to_string());
            NoticeKey::Candidates
        }
        Purpose::Compare => {
            lab.evaluate.compared(None);
            NoticeKey::Compare
        }
        Purpose::Blind => {
            lab.blind.settle();
            NoticeKey::Blind
        }
        Purpose::WinRate => {
            lab.evaluate.stop_win_rate();
            NoticeKey::WinRate
        }
        Purpose::RunResult => {
            lab.run_result.failed(error.to_string());
            NoticeKey::Run
        }
        Purpose::ExportModel => NoticeKey::Export,
        Purpose::Report => {
            lab.data_report.failed(id);
            NoticeKey::DataReport
        }
    };
    let has_model = lab.engine.model().with_untracked(Option::is_some);
    let is_fatal = match purpose {
        Purpose::Start => true,
        Purpose::LoadModel(_) => !has_model && *error != Error::Cancelled,
        _ => false,
    };
    if is_fatal {
        engine_gone::failed(lab, error);
        return;
    }
    if matches!(purpose, Purpose::LoadModel(_)) && !lab.engine.is_model_awaited() {
        // The model that was there is still the one in use.
        shipped_models::show_loaded_model(lab);
    }
    if *error != Error::Cancelled && !is_told_elsewhere(purpose, error) {
        lab.notices
            .error(key, &texts::failed(&purpose.failed(), error));
    }
}

/// A press of pause or stop that met the run's own end: nothing is wrong. Answers that
/// cannot be scored, and a result that cannot be measured, say so where they stand.
fn is_told_elsewhere(purpose: &Purpose, error: &Error) -> bool {
    let is_of_the_run = matches!(
        purpose,
        Purpose::Adjust | Purpose::Control | Purpose::Checkpoint(_)
    );
    (is_of_the_run && *error == Error::NoRun)
        || matches!(purpose, Purpose::Candidates | Purpose::RunResult)
}
