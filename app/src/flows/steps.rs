//! An epoch as so many steps.

use crate::lab::Lab;
use leptos::prelude::*;
use tilt_protocol::TrainSettings;
use tilt_protocol::label::rows_from_labels;

/// Steps in which every row of the run under way, or of one with these settings, comes up
/// once.
pub fn of_an_epoch(lab: Lab, settings: &TrainSettings) -> usize {
    // Rows that were too long are not trained on; before a run nobody knows of them.
    let (phase, of_run) = lab.run.run().with_untracked(|run| (run.phase, run.rows));
    let rows = if phase.is_active() && of_run > 0 {
        of_run
    } else {
        rows_of_labels(lab, settings)
    };
    steps_an_epoch(rows, settings)
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
