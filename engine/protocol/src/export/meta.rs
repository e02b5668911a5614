//! What the page or the terminal knows of a model that the weights do not say.

use crate::label::{Label, Labeller, Origin};
use crate::metrics::Metrics;
use crate::principle::JudgeSettings;
use crate::settings::TrainSettings;
use crate::view::WinRateReport;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What an export says of the model and its run. What is not known stays empty, and the
/// card then does not speak of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ExportMeta {
    /// The model that training started from: `small`, `my-gpt2` or `organisation/model`.
    pub base_model: String,
    /// As Hugging Face writes it, where it is known: `mit`.
    pub license: Option<String>,
    /// The run that made the weights; `None` for a model as it was loaded.
    pub settings: Option<TrainSettings>,
    /// What was changed while the run was under way, in order and in words; `settings` are
    /// as the last change left them.
    pub changes: Vec<String>,
    /// Optimiser steps taken, which may be fewer than the settings ask for.
    pub steps_taken: usize,
    /// Where the labels come from, and how many there are of each kind.
    pub labels: Vec<LabelCount>,
    /// Rows that the run trained on.
    pub rows: usize,
    /// Of the run's last step, under TRL's names.
    pub metrics: Metrics,
    /// Of the model against its reference.
    pub win_rate: Option<WinRateReport>,
    /// What it was trained on: `webgpu, Apple M2` or `cpu`.
    pub device: Option<String>,
}

impl ExportMeta {
    /// The model that training started from, for people.
    pub fn base_name(&self) -> &str {
        match self.base_model.as_str() {
            "" => "the model",
            name => name,
        }
    }

    /// What is known of the model that a run starts from: of no run.
    pub fn of_base(&self) -> ExportMeta {
        ExportMeta {
            base_model: self.base_model.clone(),
            license: self.license.clone(),
            ..ExportMeta::default()
        }
    }
}

/// So many labels of one kind by one labeller.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelCount {
    /// The verdict or the kind of row, for people: `a`, `both good`, `pair`.
    pub kind: String,
    /// `a person`, `the judge (polite, noise 0.1)`, or the file that the rows came from.
    pub labeller: String,
    pub count: usize,
}

/// Labels counted by verdict and labeller, in a stable order.
pub fn label_counts(labels: &[Label]) -> Vec<LabelCount> {
    let mut counts: BTreeMap<(String, String), usize> = BTreeMap::new();
    for label in labels {
        let kind = label.verdict.slug().replace('_', " ");
        *counts.entry((labeller(label), kind)).or_default() += 1;
    }
    counts
        .into_iter()
        .map(|((labeller, kind), count)| LabelCount {
            kind,
            labeller,
            count,
        })
        .collect()
}

/// The labeller for people, and where the label came from if not from the lab itself.
fn labeller(label: &Label) -> String {
    let by = match label.labeller.judge_settings() {
        None => "a person".to_owned(),
        Some(judge) => in_words(&judge),
    };
    let from = match label.origin() {
        Origin::Here => return by,
        Origin::PracticeSet { name } => format!("the practice set {name}"),
        Origin::File { name, author: None } => format!("the file {name}"),
        Origin::File {
            name,
            author: Some(author),
        } => format!("the file {name} of lab {author}"),
        Origin::Lab { name } => format!("the lab {name}"),
        Origin::Author { code } => format!("lab {code}"),
    };
    match label.labeller {
        Labeller::Person => from,
        Labeller::Judge { .. } => format!("{by}, from {from}"),
    }
}

fn in_words(judge: &JudgeSettings) -> String {
    let principles: Vec<String> = judge
        .principles
        .iter()
        .map(|(principle, weight)| match weight {
            1.0 => principle.name(),
            weight => format!("{weight} x {}", principle.name()),
        })
        .collect();
    let mut text = format!("the judge ({}", principles.join(" + "));
    if judge.noise != 0.0 {
        text.push_str(&format!(", noise {}", judge.noise));
    }
    if judge.length_bias != 0.0 {
        text.push_str(&format!(", {} a word", judge.length_bias));
    }
    text.push(')');
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::label::{Pair, PairSource, Verdict};
    use crate::principle::Principle;

    #[test]
    fn labels_are_counted_by_verdict_and_labeller() {
        let label = |verdict, labeller| {
            let pair = Pair {
                id: "1".to_owned(),
                prompt: "Hello!".to_owned(),
                answer_a: "Hi.".to_owned(),
                answer_b: "Go.".to_owned(),
                source: PairSource::Written,
                row: None,
            };
            Label::new(pair, verdict, labeller, 0.0)
        };
        let judge = Labeller::judge(Principle::OnTopic, 0.1);
        let of_file = |labeller| Label {
            origin: Some(Origin::File {
                name: "b.csv".to_owned(),
                author: None,
            }),
            ..label(Verdict::A, labeller)
        };
        let labels = [
            of_file(Labeller::Person),
            of_file(Labeller::judge(Principle::Warm, 0.0)),
            label(Verdict::A, judge.clone()),
            label(Verdict::BothGood, Labeller::Person),
            label(Verdict::A, judge),
            label(Verdict::A, Labeller::Person),
        ];
        let counts: Vec<String> = label_counts(&labels)
            .into_iter()
            .map(|row| format!("{} {} {}", row.labeller, row.kind, row.count))
            .collect();
        assert_eq!(
            counts,
            [
                "a person a 1",
                "a person both good 1",
                "the file b.csv a 1",
                "the judge (on topic, noise 0.1) a 2",
                "the judge (warm), from the file b.csv a 1",
            ]
        );
    }
}
