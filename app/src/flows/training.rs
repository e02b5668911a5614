//! What the person does with the run and its model.

use super::readiness::may_start;
use super::{checkpoints, pace, reward_model, run_result, watching};
use crate::lab::Lab;
use crate::model::act::NewTraining;
use crate::model::notice::NoticeKey;
use crate::model::pace::Pace;
use crate::model::run::Phase;
use crate::model::run_record::NewRun;
use crate::stores::engine::{ModelInfo, Purpose};
use crate::texts::notices as texts;
use crate::texts::numbers::capitalised;
use crate::texts::runs as run_texts;
use crate::texts::training as training_texts;
use leptos::prelude::*;
use tilt_protocol::label::rows_from_labels;
use tilt_protocol::{
    Command, Content, EngineStatus, Error, Example, Label, Reward, RowKind, RunEnd, RunId,
};

/// Curves of runs that take so much in the storage are spoken of.
const MANY_BYTES: usize = 50_000_000;

/// How a run begins.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Start {
    Running,
    /// The page asks for each step.
    Walking,
    Paused,
}

/// Trains from the reference with the labels there are, at the pace that is set. Nothing
/// while another run is under way.
pub fn start(lab: Lab, new: NewTraining) {
    let is_busy =
        lab.run.phase().get_untracked().is_active() || untrack(|| lab.reward_model.is_under_way());
    if is_busy || !may_start(lab) {
        return;
    }
    if new.settings.rewards.contains(&Reward::Model)
        && !lab.reward_model.is_current().get_untracked()
    {
        return reward_model::train(lab, Some(new));
    }
    let Some(model) = lab.engine.model().get_untracked() else {
        return;
    };
    let NewTraining {
        objective,
        mut settings,
        is_paused,
    } = new;
    let start = match lab.pace.pace().get_untracked() {
        _ if is_paused => Start::Paused,
        Pace::Full => Start::Running,
        _ => Start::Walking,
    };
    settings.max_length = settings.max_length.min(model.context);
    let kind = settings.objective.row_kind();
    let labels = lab.data_report.training_side(lab.labels.all());
    let examples = match kind {
        RowKind::Prompts => prompts(lab, &model, &labels),
        _ => rows_from_labels(&labels, kind),
    };
    if examples.len() < settings.objective.least_rows() {
        let error = Error::NothingToUse {
            what: training_texts::rows_wanted(kind).to_owned(),
            purpose: training_texts::to_train_on(objective.title()),
            advice: if untrack(|| lab.data_report.held_out().get()).share > 0.0 {
                training_texts::LABEL_OR_HOLD_OUT_LESS
            } else {
                training_texts::LABEL_FIRST
            }
            .to_owned(),
        };
        lab.notices
            .error(NoticeKey::Train, &capitalised(&error.to_string()));
        return;
    }
    lab.notices.dismiss(NoticeKey::Train);
    lab.notices.dismiss(NoticeKey::Run);
    lab.notices.dismiss(NoticeKey::OtherModel);
    lab.pace.stop();
    let uid = lab.labels.next_key();
    let new = NewRun {
        uid,
        kind: objective,
        settings: settings.clone(),
        model: model.name,
        identity: model.identity,
    };
    let run = lab.run.begin(new, is_paused);
    checkpoints::begin(lab, uid, &examples);
    run_result::begin(lab, examples.clone());
    warn_of_bytes(lab);
    let id = lab.engine.request(
        Purpose::Train(run),
        Command::Train {
            run,
            settings,
            examples,
            paused: start != Start::Running,
            is_kept: checkpoints::is_saved(lab),
        },
    );
    let status = if is_paused {
        EngineStatus::Paused
    } else {
        EngineStatus::Training
    };
    lab.engine.expect(id, status);
    if id.is_none() {
        refused(lab, run);
    } else if start == Start::Walking {
        pace::walk(lab, true);
    }
}

/// What the policy answers in training: the prompts of its own world, or those of the labels
/// where they are of another.
fn prompts(lab: Lab, model: &ModelInfo, labels: &[Label]) -> Vec<Example> {
    let is_known = |label: &Label| model.training_prompts.contains(&label.pair.prompt);
    if !labels.iter().all(is_known) {
        return rows_from_labels(labels, RowKind::Prompts);
    }
    let held_out = untrack(|| lab.data_report.held_out().get());
    let of_world = model.training_prompts.iter();
    of_world
        .filter(|prompt| !held_out.holds(prompt))
        .map(|prompt| Example::Prompt {
            prompt: Content::user(prompt),
        })
        .collect()
}

/// No run goes by itself: where they take much room, the person is told.
fn warn_of_bytes(lab: Lab) {
    let bytes = lab.run_saving.bytes();
    if bytes < MANY_BYTES {
        lab.notices.dismiss(NoticeKey::Runs);
        return;
    }
    let oldest = lab.runs.records().with_untracked(|records| {
        let oldest = records.iter().find(|record| !record.is_pinned)?;
        Some(oldest.name.clone())
    });
    let text = run_texts::many_bytes(bytes, oldest.as_deref());
    lab.notices.info(NoticeKey::Runs, &text);
}

/// The run under way, if any, goes no further: another model, or no engine. What it
/// showed is kept.
pub fn break_off(lab: Lab) {
    if !lab.run.phase().get_untracked().is_active() {
        return;
    }
    lab.pace.stop();
    let id = lab.run.run().with_untracked(|run| run.id);
    lab.run.finished(id);
    checkpoints::ended(lab);
}

/// A run cannot go on. One that never began is no run.
pub fn refused(lab: Lab, run: RunId) {
    let (live, has_begun) = lab
        .run
        .run()
        .with_untracked(|run| (run.id, run.rows > 0 || run.step > 0));
    if live != run {
        return;
    }
    if has_begun {
        break_off(lab);
    } else {
        lab.pace.stop();
        lab.run.forget(run);
        checkpoints::ended(lab);
    }
}

/// Pauses the run between two steps.
pub fn pause(lab: Lab) {
    if lab.run.phase().get_untracked() != Phase::Running {
        return;
    }
    if lab.pace.is_walking() {
        pace::stop_walking(lab);
    } else {
        // Not shown before the engine says so: a step may be under way.
        lab.engine.request(Purpose::Control, Command::Pause);
    }
}

/// Lets a run that waits go on.
pub fn resume(lab: Lab) {
    if lab.run.phase().get_untracked() == Phase::Paused {
        pace::go_on(lab);
    }
}

/// So many steps of a run that waits, then a pause.
pub fn take_steps(lab: Lab, count: usize) {
    if lab.run.phase().get_untracked() == Phase::Paused {
        lab.engine
            .request(Purpose::Control, Command::Steps { count });
    }
}

/// Ends the run under way; what it has learnt stays.
pub fn stop(lab: Lab) {
    if lab.run.phase().get_untracked().is_active() {
        checkpoints::stopping(lab);
        lab.engine.request(Purpose::Control, Command::Stop);
    }
}

/// Makes the policy the reference again.
pub fn reset(lab: Lab) {
    lab.engine.request(Purpose::Reset, Command::Reset);
}

/// A run takes no further steps. It may be one that another has followed already.
pub fn run_ended(lab: Lab, run: RunId, step: usize, end: RunEnd) {
    let is_live = lab.run.run().with_untracked(|live| live.id == run);
    lab.run.finished(run);
    if is_live {
        lab.pace.stop();
        lab.fresh_pairs.clear();
        checkpoints::ended(lab);
        watching::watch_again(lab);
    }
    let is_stopped = match end {
        RunEnd::Finished => false,
        RunEnd::Stopped => true,
        RunEnd::Replaced { by } => {
            if let Some(record) = lab.runs.get(run) {
                lab.runs.replaced(run, step, by);
                let text = training_texts::replaced(&record.name, step, by);
                lab.notices.info(NoticeKey::Run, &text);
            }
            return;
        }
        RunEnd::Failed { error } => {
            let what = Purpose::Train(run).failed();
            lab.notices
                .error(NoticeKey::Run, &texts::failed(&what, &error));
            return;
        }
    };
    if is_live {
        lab.notices.say(&texts::training_ended(is_stopped, step));
        run_result::measure(lab);
    }
}
