//! The checks of a lesson: claims about measured facts, a closed set.

use super::label_source::{LabelledBy, judge_fields};
use super::node::{Fields, Node, Range, number_value, object};
use super::quantity::Quantity;
use super::run_settings::RunSettings;
use crate::principle::{JudgeSettings, Principle};
use serde_json::Value;

/// Runs back at most.
const MOST_RUNS_BACK: f64 = 100.0;

/// A run by its place from the end: 1 is the last (-1 in the file).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunBack(usize);

impl RunBack {
    pub const LAST: RunBack = RunBack(1);

    /// How many from the end, the last being 1.
    pub fn back(self) -> usize {
        self.0
    }

    pub(super) fn read(node: &Node<'_>) -> Option<RunBack> {
        let expected = "a whole number below 0: -1 is the last run";
        let Some(number) = node.value.as_f64() else {
            return node.wrong(expected);
        };
        let is_back = number.fract() == 0.0 && (-MOST_RUNS_BACK..=-1.0).contains(&number);
        match is_back {
            true => Some(RunBack(-number as usize)),
            false => node.fail(node.value.to_string(), expected),
        }
    }

    /// The field `run`, or the last one.
    pub(super) fn read_of(fields: &Fields<'_>) -> Option<RunBack> {
        match fields.optional("run") {
            None => Some(RunBack::LAST),
            Some(node) => RunBack::read(&node),
        }
    }

    pub(super) fn write(self) -> Value {
        Value::from(-(self.0 as i64))
    }
}

/// Where a number has to lie, at least one of the two.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounds {
    pub at_least: Option<f64>,
    pub at_most: Option<f64>,
}

impl Bounds {
    pub(super) fn read(fields: &Fields<'_>, range: Range) -> Option<Bounds> {
        let bound = |name: &str| match fields.optional(name) {
            None => Some(None),
            Some(node) => node.number(range).map(Some),
        };
        let (at_least, at_most) = (bound("at_least"), bound("at_most"));
        let bounds = Bounds {
            at_least: at_least?,
            at_most: at_most?,
        };
        match (bounds.at_least, bounds.at_most) {
            (None, None) => fields.fail("no bound", "at_least, at_most or both"),
            (Some(least), Some(most)) if least > most => {
                let found = format!("at_least {least} above at_most {most}");
                fields.fail(found, "bounds with room between them")
            }
            _ => Some(bounds),
        }
    }

    fn write(self) -> [(&'static str, Option<Value>); 2] {
        [
            ("at_least", self.at_least.map(number_value)),
            ("at_most", self.at_most.map(number_value)),
        ]
    }
}

/// Which part of a curve a metric is taken from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// The first step that has it.
    Start,
    /// The mean of the last ten steps that have it.
    End,
}

/// How the first run's number stands to the second's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    Greater,
    Less,
    /// No further apart than `by`.
    Near,
}

impl Relation {
    pub(super) const NAMES: [(&str, Relation); 3] = [
        ("greater", Relation::Greater),
        ("less", Relation::Less),
        ("near", Relation::Near),
    ];

    fn slug(self) -> &'static str {
        let named = Relation::NAMES.iter().find(|(_, one)| *one == self);
        named.map_or("", |(name, _)| name)
    }
}

/// What a token's probability did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    Gained,
    Lost,
}

/// A claim about measured facts.
#[derive(Clone, Debug, PartialEq)]
pub enum Check {
    /// So many labels, of one kind of labeller or of all.
    Labels {
        at_least: usize,
        by: Option<LabelledBy>,
    },
    /// A run was trained to its end, with these settings; any, or the one at a place.
    Run {
        settings: RunSettings,
        run: Option<RunBack>,
    },
    WinRate {
        run: RunBack,
        principle: Principle,
        bounds: Bounds,
    },
    Kl {
        run: RunBack,
        bounds: Bounds,
    },
    /// Two runs beside each other: the first's number stands in this relation to the
    /// second's.
    Compare {
        quantity: Quantity,
        runs: [RunBack; 2],
        relation: Relation,
        /// By at least this (`near`: at most), in the quantity's unit.
        by: f64,
    },
    Metric {
        run: RunBack,
        name: String,
        at: At,
        bounds: Bounds,
    },
    /// How often two labellers agree, a share; with a judge, or whoever was compared.
    Agreement {
        bounds: Bounds,
        judge: Option<JudgeSettings>,
    },
    /// A token became more or less likely in the answers that were looked at.
    Token {
        run: RunBack,
        direction: Direction,
        token: String,
    },
    All(Vec<Check>),
    Any(Vec<Check>),
    Not(Box<Check>),
}

impl Check {
    pub(super) fn write(&self) -> Value {
        let kind = |kind: &str| ("kind", Some(Value::from(kind)));
        match self {
            Check::Labels { at_least, by } => object([
                kind("labels"),
                ("at_least", Some((*at_least).into())),
                ("by", by.map(|by| by.slug().into())),
            ]),
            Check::Run { settings, run } => object([
                kind("run"),
                ("settings", Some(settings.write())),
                ("run", run.map(RunBack::write)),
            ]),
            Check::WinRate {
                run,
                principle,
                bounds,
            } => with_bounds(
                *bounds,
                [
                    kind("win_rate"),
                    ("run", Some(run.write())),
                    ("principle", Some(principle.slug().into())),
                ],
            ),
            Check::Kl { run, bounds } => {
                with_bounds(*bounds, [kind("kl"), ("run", Some(run.write()))])
            }
            Check::Compare {
                quantity,
                runs,
                relation,
                by,
            } => {
                let runs = runs.map(RunBack::write).to_vec();
                let fields = [
                    kind("compare"),
                    ("runs", Some(runs.into())),
                    ("relation", Some(relation.slug().into())),
                    ("by", (*by != 0.0).then(|| number_value(*by))),
                ];
                object(fields.into_iter().chain(quantity.write()))
            }
            Check::Metric {
                run,
                name,
                at,
                bounds,
            } => with_bounds(
                *bounds,
                [
                    kind("metric"),
                    ("run", Some(run.write())),
                    ("name", Some(name.as_str().into())),
                    ("at", (*at == At::Start).then(|| "start".into())),
                ],
            ),
            Check::Agreement { bounds, judge } => {
                let judge = judge.iter().flat_map(judge_fields);
                with_bounds(*bounds, [kind("agreement")].into_iter().chain(judge))
            }
            Check::Token {
                run,
                direction,
                token,
            } => {
                let name = match direction {
                    Direction::Gained => "gained",
                    Direction::Lost => "lost",
                };
                object([
                    kind("token"),
                    ("run", Some(run.write())),
                    (name, Some(token.as_str().into())),
                ])
            }
            Check::All(of) => object([kind("all"), ("of", Some(written(of)))]),
            Check::Any(of) => object([kind("any"), ("of", Some(written(of)))]),
            Check::Not(of) => object([kind("not"), ("of", Some(of.write()))]),
        }
    }

    /// The checks that this one is made of; itself, where it is none of others.
    pub fn parts(&self) -> Vec<&Check> {
        match self {
            Check::All(of) | Check::Any(of) => of.iter().flat_map(Check::parts).collect(),
            Check::Not(of) => of.parts(),
            one => vec![one],
        }
    }
}

fn written(of: &[Check]) -> Value {
    of.iter().map(Check::write).collect()
}

fn with_bounds(
    bounds: Bounds,
    fields: impl IntoIterator<Item = (&'static str, Option<Value>)>,
) -> Value {
    object(fields.into_iter().chain(bounds.write()))
}
