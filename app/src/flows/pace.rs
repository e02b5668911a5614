//! A run at the person's pace: slower than the engine can, or an epoch at a time.

use super::{resume, training};
use crate::lab::Lab;
use crate::stores::engine::Purpose;
use crate::stores::notices::NoticeKey;
use crate::stores::pace::Pace;
use crate::stores::run::Phase;
use crate::texts::training as texts;
use leptos::prelude::*;
use tilt_protocol::label::rows_from_labels;
use tilt_protocol::{Command, EngineStatus, TrainSettings};

pub fn set_pace(lab: Lab, pace: Pace) {
    lab.pace.set(pace);
    if lab.run.phase().get_untracked() != Phase::Running {
        return;
    }
    match (lab.pace.is_walking(), pace) {
        (_, Pace::Full) => go_on(lab),
        (true, _) => walk(lab, false),
        (false, _) => {
            lab.engine.send(Purpose::Control, Command::Pause);
            walk(lab, true);
        }
    }
}

/// Lets a run that waits go on, as fast as the pace says.
pub fn go_on(lab: Lab) {
    lab.pace.stop();
    let command = if lab.pace.pace().get_untracked() == Pace::Full {
        Command::Resume
    } else {
        walk(lab, true);
        Command::Steps { count: 1 }
    };
    let id = lab.engine.send(Purpose::Control, command);
    if id.is_none() {
        lab.pace.stop();
        return;
    }
    lab.engine.expect(id, EngineStatus::Training);
    lab.run.set_paused(false);
}

/// Asks for one step after the other until the run ends or is paused.
pub fn walk(lab: Lab, is_waiting: bool) {
    lab.pace.walk(is_waiting, move || {
        if lab.run.phase().get_untracked() == Phase::Running {
            let id = lab
                .engine
                .send(Purpose::Control, Command::Steps { count: 1 });
            if id.is_none() {
                stop_walking(lab);
            }
        } else {
            lab.pace.stop();
        }
    });
}

/// Pauses a run whose steps the page asks for; the engine itself may be waiting already
/// and would not say so again.
pub fn stop_walking(lab: Lab) {
    lab.pace.stop();
    lab.engine.send(Purpose::Control, Command::Pause);
    lab.engine.report(EngineStatus::Paused);
    lab.run.set_paused(true);
    resume::set_going(lab, false);
}

/// Takes as many steps as an epoch has.
pub fn take_epoch(lab: Lab) {
    let settings = untrack(|| settings_at_hand(lab));
    // Rows that were too long are not trained on; before a run nobody knows of them.
    let (phase, of_run) = lab.run.run().with_untracked(|run| (run.phase, run.rows));
    let rows = if phase.is_active() && of_run > 0 {
        of_run
    } else {
        rows_of_labels(lab, &settings)
    };
    let steps = steps_an_epoch(rows, &settings);
    training::take_steps(lab, steps);
}

/// Rows that a run with these settings would have.
fn rows_of_labels(lab: Lab, settings: &TrainSettings) -> usize {
    let labels = lab.data_report.training_side(lab.labels.all());
    rows_from_labels(&labels, settings.objective.row_kind()).len()
}

/// Optimiser steps in which every row comes up once; at least one.
fn steps_an_epoch(rows: usize, settings: &TrainSettings) -> usize {
    settings.steps_an_epoch(rows).max(1)
}

/// One step of a single row, where that is what a step is.
pub fn take_one_row(lab: Lab) {
    let settings = untrack(|| settings_at_hand(lab));
    let rows = settings.batch_size * settings.gradient_accumulation_steps;
    if rows == 1 {
        training::take_steps(lab, 1);
        return;
    }
    let text = texts::rows_together(rows, settings.objective.needs_mismatched());
    lab.notices.info(NoticeKey::OneRow, &text);
}

/// The settings of the run under way, or of the next one.
fn settings_at_hand(lab: Lab) -> TrainSettings {
    let is_active = lab.run.phase().get().is_active();
    let run = lab.run.run().with(|run| run.id);
    lab.runs
        .settings_of(run)
        .filter(|_| is_active)
        .unwrap_or_else(|| lab.form.settings())
}

#[cfg(test)]
mod tests {
    use super::*;
    use tilt_protocol::ObjectiveKind;

    #[test]
    fn an_epoch_is_what_the_engine_counts() {
        let mut settings = TrainSettings::lab_defaults(ObjectiveKind::Dpo);
        assert_eq!(steps_an_epoch(17, &settings), 3);
        settings.gradient_accumulation_steps = 2;
        assert_eq!(steps_an_epoch(17, &settings), 2);
        assert_eq!(steps_an_epoch(0, &settings), 1);
    }
}
