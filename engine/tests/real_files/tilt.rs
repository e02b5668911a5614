//! The terminal program on a case, and what it says.

use crate::folders::{inputs, model, read, scratch};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// How far log-probs near 50 may be from the reference's, and in proportion above.
const TOLERANCE: f64 = 2e-3;

pub fn tilt(arguments: &[&str], paths: &[(&str, &Path)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tilt"));
    command.args(arguments);
    for (name, path) in paths {
        command.arg(name).arg(path);
    }
    command.output().expect("tilt starts")
}

pub fn errors(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A case's files: a model (`nano` is the shipped one), data and config.
#[derive(Clone, Copy)]
pub struct Case<'a> {
    pub case: &'a str,
    pub model: &'a str,
    pub data: &'a str,
    pub config: &'a str,
}

impl Case<'_> {
    fn path(&self, file: &str) -> PathBuf {
        inputs().join(self.case).join(file)
    }

    pub fn run(&self, command: &str, more: &[(&str, &Path)]) -> Output {
        let (data, config) = (self.path(self.data), self.path(self.config));
        let model = model(self.case, self.model);
        let mut paths = vec![
            ("--policy", model.as_path()),
            ("--data", &data),
            ("--config", &config),
        ];
        paths.extend(more);
        tilt(&[command], &paths)
    }

    fn name(&self) -> String {
        let Case {
            case,
            model,
            data,
            config,
        } = self;
        format!("{case}/{model}/{data} with {config}")
    }

    /// What `tilt score` prints.
    pub fn score(&self) -> Value {
        let output = self.run("score", &[]);
        assert!(
            output.status.success(),
            "{}: {}",
            self.name(),
            errors(&output)
        );
        serde_json::from_slice(&output.stdout).expect("JSON")
    }

    /// Scores with the log-probs that the reference tools give for the case of this key.
    pub fn check(&self, key: &str) {
        let expected: Value =
            serde_json::from_slice(&read(&inputs().join("expected.json"))).expect("JSON");
        let found = self.score();
        for side in ["chosen", "rejected"] {
            let numbers = |value: &Value| -> Vec<f64> {
                let items = value.as_array().unwrap_or_else(|| panic!("{value}"));
                items
                    .iter()
                    .map(|item| item.as_f64().expect("a number"))
                    .collect()
            };
            let expected = numbers(&expected[key][side]);
            let found = numbers(&found["logps"]["policy"][side]);
            assert_eq!(found.len(), expected.len(), "{}", self.name());
            for (found, expected) in found.iter().zip(&expected) {
                let tolerance = TOLERANCE * (expected.abs() / 50.0).max(1.0);
                assert!(
                    (found - expected).abs() <= tolerance,
                    "{}, {side}: {found}, expected {expected}",
                    self.name()
                );
            }
        }
    }

    /// Refuses with status 2 in one line, which holds all of these.
    pub fn check_refused(&self, expected: &[&str]) {
        let output = self.run("score", &[]);
        let told = errors(&output);
        assert_eq!(output.status.code(), Some(2), "{}: {told}", self.name());
        assert_eq!(told.lines().count(), 1, "{}: {told}", self.name());
        for part in expected {
            assert!(
                told.contains(part),
                "{}: {told}\nexpected {part:?}",
                self.name()
            );
        }
    }

    /// Trains; what was written and told.
    pub fn train(&self) -> (Output, String) {
        let name = format!("out-{}-{}-{}", self.case, self.data, self.config);
        let out = scratch(&name);
        let output = self.run("train", &[("--out", &out)]);
        let metrics = std::fs::read_to_string(out.join("metrics.jsonl")).unwrap_or_default();
        (output, metrics)
    }
}
