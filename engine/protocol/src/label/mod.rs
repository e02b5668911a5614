//! What a person or a judge says about two answers, and the training rows that follow.

mod agreement;
mod arrival;
mod origin;
mod provenance;
mod rows;
mod same_pair;
pub(crate) mod tilt_export;

use crate::dataset::Example;
use crate::principle::{JudgeSettings, Principle};
use serde::{Deserialize, Serialize};

pub use agreement::VerdictAgreement;
pub use arrival::Arrival;
pub use origin::Origin;
pub(crate) use rows::check_row;
pub use rows::{pairs_from_labels, rows_from_labels, unpaired_from_labels};
pub use same_pair::SamePair;
pub use tilt_export::write_tilt_jsonl;

/// Two answers to one prompt, in the order in which they are shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pair {
    /// Unique among the pairs of a lab, and kept in exports.
    pub id: String,
    pub prompt: String,
    pub answer_a: String,
    pub answer_b: String,
    pub source: PairSource,
    /// The row as it came from a file, where `prompt` as one user's turn and the answers
    /// as one assistant's turn each would not give it back: plain strings, several turns,
    /// a margin, a single completion with its label. The strings above then only show it.
    ///
    /// Of a pair, `chosen` is answer A and `rejected` answer B, whatever the verdict.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub row: Option<Box<Example>>,
}

impl Pair {
    /// Whether there is one answer alone, to be judged good or bad: answer A.
    pub fn is_single(&self) -> bool {
        matches!(self.row.as_deref(), Some(Example::Unpaired { .. }))
    }

    /// There are two answers, neither is empty, and they are not the same but for spaces at
    /// their edges: otherwise a preference between them teaches nothing.
    pub fn tells_apart(&self) -> bool {
        let (a, b) = (self.answer_a.trim(), self.answer_b.trim());
        !self.is_single() && !a.is_empty() && !b.is_empty() && a != b
    }

    /// The same pair with its sides swapped; a single answer stays where it is.
    pub fn swapped(&self) -> Pair {
        if self.is_single() {
            return self.clone();
        }
        Pair {
            answer_a: self.answer_b.clone(),
            answer_b: self.answer_a.clone(),
            row: self.row.as_deref().map(|row| Box::new(row.swapped())),
            ..self.clone()
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "source", rename_all = "snake_case")]
pub enum PairSource {
    /// Came with the page: sampled from `model` beforehand.
    Shipped {
        model: String,
    },
    /// Sampled in this tab.
    Sampled {
        model: String,
        seed: u64,
    },
    Imported {
        file: String,
    },
    Written,
}

/// A judgement of one pair. Values are stable: they are in exports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    A,
    B,
    Tie,
    BothGood,
    BothBad,
}

impl Verdict {
    pub const ALL: [Verdict; 5] = [
        Verdict::A,
        Verdict::B,
        Verdict::Tie,
        Verdict::BothGood,
        Verdict::BothBad,
    ];

    /// The stable name, as exports write it.
    pub fn slug(self) -> &'static str {
        match self {
            Verdict::A => "a",
            Verdict::B => "b",
            Verdict::Tie => "tie",
            Verdict::BothGood => "both_good",
            Verdict::BothBad => "both_bad",
        }
    }

    pub fn from_slug(slug: &str) -> Option<Verdict> {
        Verdict::ALL
            .into_iter()
            .find(|verdict| verdict.slug() == slug)
    }

    /// The same judgement of the pair with its sides swapped.
    pub fn swapped(self) -> Verdict {
        match self {
            Verdict::A => Verdict::B,
            Verdict::B => Verdict::A,
            other => other,
        }
    }

    pub fn is_decisive(self) -> bool {
        matches!(self, Verdict::A | Verdict::B)
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum Labeller {
    Person,
    Judge {
        /// The main one, with weight 1.
        principle: Principle,
        noise: f64,
        /// Further principles with their weights.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        others: Vec<(Principle, f64)>,
        /// Score for each word, whatever the principles say.
        #[serde(default, skip_serializing_if = "is_zero")]
        length_bias: f64,
    },
}

impl Labeller {
    /// One principle, without bias.
    pub fn judge(principle: Principle, noise: f64) -> Labeller {
        Labeller::Judge {
            principle,
            noise,
            others: Vec::new(),
            length_bias: 0.0,
        }
    }

    /// A judge with these settings, its first principle the main one; `None` without
    /// principles.
    pub fn of_judge(judge: &JudgeSettings) -> Option<Labeller> {
        let ((principle, _), others) = judge.principles.split_first()?;
        Some(Labeller::Judge {
            principle: *principle,
            noise: judge.noise,
            others: others.to_vec(),
            length_bias: judge.length_bias,
        })
    }

    /// How this labeller judges; `None` for a person.
    pub fn judge_settings(&self) -> Option<JudgeSettings> {
        let Labeller::Judge {
            principle,
            noise,
            others,
            length_bias,
        } = self
        else {
            return None;
        };
        let mut judge = JudgeSettings::of(*principle, *noise);
        judge.principles.extend(others);
        judge.length_bias = *length_bias;
        Some(judge)
    }
}

/// What serde's `skip_serializing_if` asks, which hands out references.
fn is_zero(value: &f64) -> bool {
    *value == 0.0
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Label {
    pub pair: Pair,
    pub verdict: Verdict,
    pub labeller: Labeller,
    /// Milliseconds since the Unix epoch.
    pub at_ms: f64,
    /// Later verdicts of the same person on the same pair, shown again with its sides
    /// swapped. Written for the pair as it stands here; they train nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rechecks: Vec<Verdict>,
    /// Where it was given, read by [`Label::origin`]; `None` where the pair says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
}

impl Label {
    pub fn new(pair: Pair, verdict: Verdict, labeller: Labeller, at_ms: f64) -> Label {
        Label {
            pair,
            verdict,
            labeller,
            at_ms,
            rechecks: Vec::new(),
            origin: None,
        }
    }

    /// Which of two answers is better, and they can be told apart.
    pub fn is_decisive(&self) -> bool {
        self.chosen_rejected().is_some()
    }

    /// Chosen and rejected, where there are two answers that can be told apart and the
    /// verdict is decisive.
    pub fn chosen_rejected(&self) -> Option<(&str, &str)> {
        if !self.pair.tells_apart() {
            return None;
        }
        match self.verdict {
            Verdict::A => Some((&self.pair.answer_a, &self.pair.answer_b)),
            Verdict::B => Some((&self.pair.answer_b, &self.pair.answer_a)),
            Verdict::Tie | Verdict::BothGood | Verdict::BothBad => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAIR: &str = r#"{"id":"nano-1-2-3","prompt":"Hello!","answer_a":"Hi.","answer_b":"Go away.",
        "source":{"source":"sampled","model":"nano","seed":1}}"#;

    #[test]
    fn labels_of_the_first_version_still_load() {
        let judged = format!(
            r#"{{"pair":{PAIR},"verdict":"a","labeller":{{"by":"judge","principle":"polite","noise":0.1}},"at_ms":5.0}}"#
        );
        let label: Label = serde_json::from_str(&judged).expect("a stored label");
        assert_eq!(label.labeller, Labeller::judge(Principle::Polite, 0.1));
        assert!(label.rechecks.is_empty());

        let by_hand = format!(
            r#"{{"pair":{PAIR},"verdict":"both_bad","labeller":{{"by":"person"}},"at_ms":5.0}}"#
        );
        let label: Label = serde_json::from_str(&by_hand).expect("a stored label");
        assert_eq!(label.labeller, Labeller::Person);
    }

    #[test]
    fn what_labelled_and_what_was_checked_stays_on_record() {
        let labeller = Labeller::Judge {
            principle: Principle::Truthful,
            noise: 0.0,
            others: vec![(Principle::Short, -0.5), (Principle::Warm, 2.0)],
            length_bias: 0.02,
        };
        let pair = serde_json::from_str(PAIR).expect("a pair");
        let mut label = Label::new(pair, Verdict::B, labeller, 7.0);
        label.rechecks = vec![Verdict::B, Verdict::Tie];
        let json = serde_json::to_string(&label).expect("plain data");
        let read: Label = serde_json::from_str(&json).expect("what was just written");
        assert_eq!(read, label);

        let judge = read.labeller.judge_settings().expect("a judge");
        assert_eq!(Labeller::of_judge(&judge), Some(read.labeller));
        assert_eq!(judge.principles.len(), 3);
        assert_eq!(judge.principles[0], (Principle::Truthful, 1.0));
        assert_eq!(judge.length_bias, 0.02);
    }

    #[test]
    fn slugs_are_what_serde_writes() {
        for verdict in Verdict::ALL {
            let json = serde_json::to_value(verdict).expect("plain data");
            assert_eq!(json, verdict.slug());
            assert_eq!(Verdict::from_slug(verdict.slug()), Some(verdict));
            assert_eq!(verdict.swapped().swapped(), verdict);
        }
    }
}
