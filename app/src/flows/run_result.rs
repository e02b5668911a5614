//! What the run has changed: measured when it ends, unasked.

use crate::lab::Lab;
use crate::stores::engine::Purpose;
use leptos::prelude::*;
use tilt_protocol::{Command, Example, RequestId};

/// A run begins or comes back with these rows.
pub fn begin(lab: Lab, rows: Vec<Example>) {
    give_up(lab, lab.run_result.begin(rows));
}

/// The policy is the reference, or that of another model.
pub fn clear(lab: Lab) {
    give_up(lab, lab.run_result.clear());
}

fn give_up(lab: Lab, under_way: Option<RequestId>) {
    if let Some(request) = under_way {
        lab.engine
            .request(Purpose::Control, Command::Cancel { request });
    }
}

/// The live run has ended, and its policy stands.
pub fn measure(lab: Lab) {
    let (run, step) = lab.run.run().with_untracked(|run| (run.id, run.step));
    let Some(record) = lab.runs.get(run).filter(|_| step > 0) else {
        return;
    };
    let examples = lab.run_result.rows();
    let seed = record.settings.seed;
    let id = lab
        .engine
        .request(Purpose::RunResult, Command::RunResult { examples, seed });
    lab.run_result.asked(id);
}
