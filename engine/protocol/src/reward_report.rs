//! What a reward model has learnt, set against the judge's truth on held-out prompts.

use crate::metrics::Metrics;
use crate::statistics::Proportion;
use serde::{Deserialize, Serialize};

/// How far a reward model has come.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RewardNews {
    /// `of` optimiser steps in all; TRL's metrics of this one.
    Step {
        step: usize,
        of: usize,
        metrics: Metrics,
    },
    /// Fresh pairs that it will be measured on, so far.
    Pairs {
        found: usize,
        of: usize,
    },
    Report(Box<RewardReport>),
}

/// A reward model after its training.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RewardReport {
    /// Pairs that it was trained on.
    pub labels: usize,
    /// Of its rewards over the answers of its labels, before they were brought to 1.
    pub deviation: f64,
    pub steps: usize,
    /// Its weights in memory.
    pub bytes: usize,
    /// Share of its own pairs that it orders as they are labelled.
    pub on_labels: Proportion,
    /// Share of fresh pairs of held-out prompts that it orders as the judge does.
    pub held_out: Proportion,
    /// Those pairs, two answers each.
    pub pairs: Vec<[RewardPoint; 2]>,
}

/// An answer's two scores.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct RewardPoint {
    /// The reward model's: over the answers of its labels the mean is 0 and the deviation 1.
    pub learnt: f64,
    /// The judge's.
    pub truth: f64,
}

/// Pairs of which the model is about equally sure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CalibrationBin {
    /// How sure it is on average that it has the better one: from 0.5 to 1.
    pub expected: f64,
    /// How often it has.
    pub found: Proportion,
}

impl RewardReport {
    /// How often the model is right when it is so sure: sigma of the gap between two rewards is
    /// the probability that Bradley-Terry gives (Bradley and Terry 1952; Ouyang et al. 2022,
    /// eq. 1).
    pub fn calibration(&self, bins: usize) -> Vec<CalibrationBin> {
        let sure = |pair: &[RewardPoint; 2]| {
            let gap = (pair[0].learnt - pair[1].learnt) * self.deviation;
            let is_right = (gap > 0.0) == (pair[0].truth > pair[1].truth);
            (1.0 / (1.0 + (-gap.abs()).exp()), is_right)
        };
        let sure: Vec<(f64, bool)> = self.pairs.iter().map(sure).collect();
        let width = 0.5 / bins.max(1) as f64;
        (0..bins)
            .filter_map(|bin| {
                let low = 0.5 + bin as f64 * width;
                let is_last = bin + 1 == bins;
                let within = |p: f64| p >= low && (p < low + width || is_last);
                let own: Vec<_> = sure.iter().filter(|(p, _)| within(*p)).collect();
                let expected = own.iter().map(|(p, _)| p).sum::<f64>() / own.len() as f64;
                let right = own.iter().filter(|(_, is_right)| *is_right).count();
                let found = Proportion::new(right, own.len());
                (!own.is_empty()).then_some(CalibrationBin { expected, found })
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sure_model_that_is_right_is_in_the_last_bin() {
        let point = |learnt: f64, truth: f64| RewardPoint { learnt, truth };
        let report = RewardReport {
            labels: 2,
            deviation: 2.0,
            steps: 1,
            bytes: 4,
            on_labels: Proportion::new(2, 2),
            held_out: Proportion::new(2, 3),
            pairs: vec![
                [point(9.0, 1.0), point(0.0, 0.0)],
                [point(0.0, 0.0), point(0.1, 1.0)],
                [point(0.1, 0.0), point(0.0, 1.0)],
            ],
        };
        let bins = report.calibration(5);
        assert_eq!(bins.len(), 2);
        assert_eq!(bins[0].found, Proportion::new(1, 2));
        assert!((bins[0].expected - 1.0 / (1.0 + (-0.2_f64).exp())).abs() < 1e-12);
        assert_eq!(bins[1].found, Proportion::new(1, 1));
    }
}
