//! A run at the person's pace: slower than the engine can, or an epoch at a time.

use super::checkpoints;
use crate::lab::Lab;
use crate::model::pace::Pace;
use crate::model::run::Phase;
use crate::stores::engine::Purpose;
use leptos::prelude::*;
use tilt_protocol::{Command, EngineStatus};

/// Sets the pace, of a run under way too.
pub fn set_pace(lab: Lab, pace: Pace) {
    lab.pace.set(pace);
    if lab.run.phase().get_untracked() != Phase::Running {
        return;
    }
    match (lab.pace.is_walking(), pace) {
        (_, Pace::Full) => go_on(lab),
        (true, _) => walk(lab, false),
        (false, _) => {
            lab.engine.request(Purpose::Control, Command::Pause);
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
    let id = lab.engine.request(Purpose::Control, command);
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
                .request(Purpose::Control, Command::Steps { count: 1 });
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
    lab.engine.request(Purpose::Control, Command::Pause);
    lab.engine.report(EngineStatus::Paused);
    lab.run.set_paused(true);
    checkpoints::set_going(lab, false);
}
