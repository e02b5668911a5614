//! Comparisons with golden numbers.

use crate::set::GoldenSet;
use burn::tensor::{Device, Tensor};
use tilt_engine::model::{Model, ModelFiles};

/// Counts comparisons and keeps the worst; [`Checks::report`] fails on any miss.
#[derive(Default)]
pub struct Checks {
    count: usize,
    worst: f64,
    misses: Vec<String>,
}

impl Checks {
    /// `found` within `tolerance` of `expected`, relative to its size where that is above `floor`.
    pub fn relative(&mut self, what: &str, found: f64, expected: f64, tolerance: f64, floor: f64) {
        self.compare(what, found, expected, tolerance, expected.abs().max(floor));
    }

    pub fn finite(&mut self, what: &str, found: f64) {
        self.count += 1;
        if !found.is_finite() {
            self.misses
                .push(format!("{what}: found {found}, expected a finite number"));
        }
    }

    pub fn equal<T: PartialEq + std::fmt::Debug>(&mut self, what: &str, found: &T, expected: &T) {
        self.count += 1;
        if found != expected {
            self.misses
                .push(format!("{what}: found {found:?}, expected {expected:?}"));
        }
    }

    pub fn absolute(&mut self, what: &str, found: f64, expected: f64, tolerance: f64) {
        self.compare(what, found, expected, tolerance, 1.0);
    }

    pub fn compare(&mut self, what: &str, found: f64, expected: f64, tolerance: f64, scale: f64) {
        self.count += 1;
        let share = (found - expected).abs() / scale / tolerance;
        if share <= 1.0 {
            self.worst = self.worst.max(share);
        } else {
            self.misses
                .push(format!("{what}: found {found}, expected {expected}"));
        }
    }

    pub fn report(&self, what: &str, set: &str) {
        println!(
            "{set}/{what}: {} comparisons, worst at {:.1}% of its tolerance",
            self.count,
            100.0 * self.worst
        );
        assert!(self.count > 0, "{set}/{what}: nothing was compared");
        assert!(
            self.misses.is_empty(),
            "{set}/{what}:\n{}",
            self.misses.join("\n")
        );
    }
}

/// Two lists side by side. One that is shorter would end a comparison early.
pub fn paired<A, B>(
    what: &str,
    found: impl IntoIterator<Item = A>,
    expected: impl IntoIterator<Item = B>,
) -> impl Iterator<Item = (A, B)> {
    let found: Vec<A> = found.into_iter().collect();
    let expected: Vec<B> = expected.into_iter().collect();
    assert_eq!(found.len(), expected.len(), "{what}: numbers of both");
    found.into_iter().zip(expected)
}

/// A golden model on the CPU device.
pub fn load(set: &GoldenSet, folder: &str) -> (Model, Tensor<1>) {
    load_on(set, folder, &Device::flex())
}

pub fn load_on(set: &GoldenSet, folder: &str, device: &Device) -> (Model, Tensor<1>) {
    let files = ModelFiles {
        config: &set.text(&format!("{folder}/config.json")),
        weights: &set.bytes(&format!("{folder}/model.safetensors")),
        tokenizer: None,
        tokenizer_config: None,
    };
    Model::load(&files, device).expect("a golden model loads")
}
