//! Where the labels of a lesson come from.

use super::defect::one_of;
use super::label_rows::LabelRows;
use super::names::{principles, sets};
use super::node::{Fields, Node, Range, number_value, object};
use crate::curated::CuratedSet;
use crate::principle::{JudgeSettings, Principle};
use serde_json::Value;

/// Pairs that a judge labels at most in one go.
pub(super) const MOST_PAIRS: u32 = 5_000;
const PAIRS: usize = 64;
/// The fields that say where labels come from, one of which stands in a source.
const SOURCES: [&str; 4] = ["judge", "set", "rows", "by"];

/// Who labels the pairs.
#[derive(Clone, Debug, PartialEq)]
pub enum LabelSource {
    /// The judge labels this many decisive pairs of the model's own answers.
    Judge { judge: JudgeSettings, pairs: usize },
    /// A practice set that ships with the page.
    Set(CuratedSet),
    /// Rows that the lesson brings with it.
    Rows(LabelRows),
    /// The learner.
    Hand,
}

impl LabelSource {
    pub(super) fn read(node: &Node<'_>) -> Option<LabelSource> {
        let known = [
            "judge",
            "pairs",
            "noise",
            "length_bias",
            "set",
            "rows",
            "by",
        ];
        let fields = node.object(&known)?;
        let given = SOURCES.iter().filter(|name| fields.has(name));
        let given: Vec<&str> = given.copied().collect();
        let source = match given[..] {
            ["judge"] => return read_judged(&fields),
            ["set"] => LabelSource::Set(fields.optional("set")?.name(&sets())?),
            ["rows"] => LabelSource::Rows(LabelRows::read(&fields.optional("rows")?)?),
            ["by"] => {
                let hand = [("hand", LabelledBy::Hand)];
                fields.optional("by")?.name(&hand)?;
                LabelSource::Hand
            }
            [] => return fields.fail("none of them", one_of(SOURCES)),
            _ => return fields.fail("several of them", "one of judge, set, rows and by"),
        };
        refuse_beside(&fields, "a judge, with which it has a meaning");
        Some(source)
    }

    /// As a lesson's file has it.
    pub fn to_value(&self) -> Value {
        self.write()
    }

    pub(super) fn write(&self) -> Value {
        match self {
            LabelSource::Judge { judge, pairs } => {
                let mut fields = judge_fields(judge);
                fields.push(("pairs", Some((*pairs).into())));
                object(fields)
            }
            LabelSource::Set(set) => object([("set", Some(set.slug().into()))]),
            LabelSource::Rows(rows) => object([("rows", Some(rows.write()))]),
            LabelSource::Hand => object([("by", Some("hand".into()))]),
        }
    }
}

fn read_judged(fields: &Fields<'_>) -> Option<LabelSource> {
    let judge = read_judge(fields);
    let pairs = match fields.optional("pairs") {
        None => Some(PAIRS),
        Some(node) => node.whole(1, MOST_PAIRS),
    };
    Some(LabelSource::Judge {
        judge: judge?,
        pairs: pairs?,
    })
}

/// `judge` with its weights, `noise` and `length_bias`.
pub(super) fn read_judge(fields: &Fields<'_>) -> Option<JudgeSettings> {
    let known = principles();
    let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
    let weights = fields.required("judge", "principles with their weights")?;
    let weights = weights.object(&names)?;
    let mut found: Vec<(Principle, f64)> = Vec::new();
    for (name, principle) in known {
        let Some(node) = weights.optional(name) else {
            continue;
        };
        match node.number(Range::ANY) {
            Some(0.0) => {
                node.fail::<()>("0", "a number other than 0");
            }
            Some(weight) => found.push((principle, weight)),
            None => {}
        }
    }
    if weights.names().next().is_none() {
        return weights.fail("no principle", "at least one, such as {\"polite\": 1}");
    }
    // The main one first, the largest above 0, since a label knows its judge by it; a sort that
    // keeps the order of equal weights.
    found.sort_by(|(_, one), (_, other)| {
        let rank = |weight: f64| (weight > 0.0, weight.abs());
        let ((is_one, one), (is_other, other)) = (rank(*one), rank(*other));
        is_other.cmp(&is_one).then(other.total_cmp(&one))
    });
    let main = found.first().map_or(1.0, |(_, weight)| *weight);
    if main < 0.0 {
        return weights.fail("no weight above 0", "at least one weight above 0");
    }
    // Its weight is 1 in the label. All weights and the bias divided by it judge alike.
    for (_, weight) in &mut found {
        *weight /= main;
    }
    Some(JudgeSettings {
        principles: found,
        noise: fields.number("noise", Range::to(0.0, 0.5), 0.0),
        length_bias: fields.number("length_bias", Range::ANY, 0.0) / main,
    })
}

/// A judge as a lesson writes it; what is 0 is left out.
pub(super) fn judge_fields(judge: &JudgeSettings) -> Vec<(&'static str, Option<Value>)> {
    let given = |number: f64| (number != 0.0).then(|| number_value(number));
    let weights = judge.principles.iter();
    let weights =
        weights.map(|(principle, weight)| (principle.slug(), Some(number_value(*weight))));
    vec![
        ("judge", Some(object(weights))),
        ("noise", given(judge.noise)),
        ("length_bias", given(judge.length_bias)),
    ]
}

fn refuse_beside(fields: &Fields<'_>, expected: &str) {
    for name in ["pairs", "noise", "length_bias"] {
        if fields.has(name) {
            fields.fail_at(name, "without a judge", expected);
        }
    }
}

/// Who gave labels, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LabelledBy {
    Hand,
    Judge,
    Set,
    File,
}

impl LabelledBy {
    pub(super) const NAMES: [(&str, LabelledBy); 4] = [
        ("hand", LabelledBy::Hand),
        ("judge", LabelledBy::Judge),
        ("set", LabelledBy::Set),
        ("file", LabelledBy::File),
    ];

    /// The stable name.
    pub fn slug(self) -> &'static str {
        match self {
            LabelledBy::Hand => "hand",
            LabelledBy::Judge => "judge",
            LabelledBy::Set => "set",
            LabelledBy::File => "file",
        }
    }
}
