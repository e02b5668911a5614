//! What the run has changed: measured when it ends, unasked.

use crate::lab::Lab;
use crate::stores::engine::Purpose;
use leptos::prelude::*;
use tilt_protocol::{Command, Example};

/// A run begins or comes back with these rows.
pub fn begin(lab: Lab, rows: Vec<Example>) {
    clear(lab);
    lab.run_result.set_rows(rows);
}

/// The policy is the reference, or that of another model: what is still measured of the one
/// before is given up.
pub fn clear(lab: Lab) {
    lab.engine
        .give_up_on(|purpose| *purpose == Purpose::RunResult);
    lab.run_result.clear();
    lab.rollouts.clear();
    lab.fresh_pairs.clear();
}

/// The live run has ended, and its policy stands.
pub fn measure(lab: Lab) {
    let (run, step) = lab.run.run().with_untracked(|run| (run.id, run.step));
    let Some(record) = lab.runs.get(run).filter(|_| step > 0) else {
        return;
    };
    let examples = lab.run_result.rows();
    let command = Command::RunResult {
        examples,
        rewards: record.settings.rewards.clone(),
        seed: record.settings.seed,
    };
    if lab.engine.request(Purpose::RunResult, command).is_some() {
        lab.run_result.measuring();
    }
}
