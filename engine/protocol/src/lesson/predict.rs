//! What a learner says before a run, to be set beside what came.

use super::check::RunBack;
use super::node::{Fields, Node, Range, number_value, object};
use super::quantity::Quantity;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What a learner has said will come.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Prediction {
    /// The index of an option.
    Choice(usize),
    Number(f64),
    /// The indices of all items, as the learner has put them.
    Order(Vec<usize>),
}

/// A prediction, locked before the run.
#[derive(Clone, Debug, PartialEq)]
pub enum Predict {
    /// One of several.
    Choice {
        options: Vec<String>,
        /// The one that comes about, where the lesson knows it.
        answer: Option<usize>,
    },
    Number {
        unit: Option<String>,
        measure: Option<Measure>,
    },
    /// An order of all items.
    Order { items: Vec<String> },
    Slider {
        from: f64,
        to: f64,
        unit: Option<String>,
        measure: Option<Measure>,
    },
}

/// The measured number that a prediction is shown against.
#[derive(Clone, Debug, PartialEq)]
pub struct Measure {
    pub quantity: Quantity,
    pub run: RunBack,
}

impl Measure {
    fn read(node: &Node<'_>) -> Option<Measure> {
        let fields = node.object(&["metric", "principle", "run"])?;
        let run = RunBack::read_of(&fields);
        Some(Measure {
            quantity: Quantity::read(&fields)?,
            run: run?,
        })
    }

    fn write(&self) -> Value {
        let run = [("run", Some(self.run.write()))];
        object(run.into_iter().chain(self.quantity.write()))
    }
}

impl Predict {
    pub(super) fn read(node: &Node<'_>) -> Option<Predict> {
        let kinds = ["choice", "number", "order", "slider"].map(|kind| (kind, kind));
        let kind = node
            .any_object("a kind")?
            .required("kind", "choice, number, order or slider")?
            .name(&kinds)?;
        let fields = |known: &[&str]| node.object(&[&["kind"], known].concat());
        match kind {
            "choice" => {
                let fields = fields(&["options", "answer"])?;
                let options = fields.required("options", "a list of 2 or more options")?;
                let options = options.texts(2, "options")?;
                let answer = fields.optional("answer");
                Some(Predict::Choice {
                    answer: match answer {
                        None => None,
                        Some(node) => Some(node.index_below(options.len())?),
                    },
                    options,
                })
            }
            "number" => {
                let fields = fields(&["unit", "measure"])?;
                Some(Predict::Number {
                    unit: read_unit(&fields),
                    measure: read_measure(&fields),
                })
            }
            "order" => {
                let items = fields(&["items"])?;
                let items = items.required("items", "a list of 2 or more items")?;
                Some(Predict::Order {
                    items: items.texts(2, "items")?,
                })
            }
            _ => read_slider(&fields(&["from", "to", "unit", "measure"])?),
        }
    }

    pub(super) fn write(&self) -> Value {
        let kind = |kind: &str| ("kind", Some(Value::from(kind)));
        let unit = |unit: &Option<String>| ("unit", unit.as_deref().map(Value::from));
        let measure = |measure: &Option<Measure>| ("measure", measure.as_ref().map(Measure::write));
        match self {
            Predict::Choice { options, answer } => object([
                kind("choice"),
                ("options", Some(options.clone().into())),
                ("answer", answer.map(Value::from)),
            ]),
            Predict::Number {
                unit: its_unit,
                measure: measured,
            } => object([kind("number"), unit(its_unit), measure(measured)]),
            Predict::Order { items } => {
                object([kind("order"), ("items", Some(items.clone().into()))])
            }
            Predict::Slider {
                from,
                to,
                unit: its_unit,
                measure: measured,
            } => object([
                kind("slider"),
                ("from", Some(number_value(*from))),
                ("to", Some(number_value(*to))),
                unit(its_unit),
                measure(measured),
            ]),
        }
    }
}

fn read_unit(fields: &Fields<'_>) -> Option<String> {
    fields.optional("unit").and_then(|node| node.text())
}

fn read_measure(fields: &Fields<'_>) -> Option<Measure> {
    let node = fields.optional("measure")?;
    Measure::read(&node)
}

fn read_slider(fields: &Fields<'_>) -> Option<Predict> {
    let end = |name: &str| {
        let node = fields.required(name, "a number")?;
        node.number(Range::ANY)
    };
    let (from, to) = (end("from"), end("to"));
    let (from, to) = (from?, to?);
    if from >= to {
        fields.fail_at("to", to.to_string(), format!("a number above {from}"));
        return None;
    }
    Some(Predict::Slider {
        from,
        to,
        unit: read_unit(fields),
        measure: read_measure(fields),
    })
}
