//! What can be measured of a run: by one name in checks and predictions.

use super::names::principles;
use super::node::{Fields, Node};
use crate::metrics;
use crate::principle::Principle;
use serde_json::Value;

/// The KL, a win rate, or a metric of the curve.
#[derive(Clone, Debug, PartialEq)]
pub enum Quantity {
    /// Nats an answer, on held-out prompts. KTO's own estimate, which TRL calls `kl`, is
    /// no quantity of a lesson.
    Kl,
    /// A fraction, on held-out prompts.
    WinRate(Principle),
    /// Under TRL's name.
    Metric(String),
}

/// The names of a quantity that has a name of its own.
const KL: &str = "kl";
const WIN_RATE: &str = "win_rate";

impl Quantity {
    /// Reads `metric`, with `principle` beside it for a win rate.
    pub(super) fn read(fields: &Fields<'_>) -> Option<Quantity> {
        let node = fields.required("metric", "kl, win_rate or a metric's name")?;
        let name = match &node.value {
            Value::String(name) => name.as_str(),
            _ => return node.wrong("kl, win_rate or a metric's name"),
        };
        if name != WIN_RATE && fields.has("principle") {
            let expected = "no principle: only a win rate has one";
            fields.fail_at("principle", "a principle", expected);
        }
        match name {
            KL => Some(Quantity::Kl),
            WIN_RATE => read_principle(fields).map(Quantity::WinRate),
            _ => read_metric(&node, &[KL, WIN_RATE]).map(Quantity::Metric),
        }
    }

    /// `metric`, and `principle` where there is one.
    pub(super) fn write(&self) -> [(&'static str, Option<Value>); 2] {
        let (name, principle) = match self {
            Quantity::Kl => (KL, None),
            Quantity::WinRate(principle) => (WIN_RATE, Some(principle.slug().into())),
            Quantity::Metric(name) => (name.as_str(), None),
        };
        [("metric", Some(name.into())), ("principle", principle)]
    }

    /// For people: "KL", "win rate under “polite”", "rewards/margins".
    pub fn name(&self) -> String {
        match self {
            Quantity::Kl => "KL".to_owned(),
            Quantity::WinRate(principle) => format!("win rate under “{}”", principle.name()),
            Quantity::Metric(name) => name.clone(),
        }
    }
}

pub(super) fn read_principle(fields: &Fields<'_>) -> Option<Principle> {
    let node = fields.required("principle", "the principle of the win rate")?;
    node.name(&principles())
}

/// The name of a metric that a curve can have.
pub(super) fn read_metric(node: &Node<'_>, others: &[&'static str]) -> Option<String> {
    let of_curve = metrics::OF_CURVES.into_iter();
    let names: Vec<(&str, &str)> = others
        .iter()
        .copied()
        .chain(of_curve)
        .map(|name| (name, name))
        .collect();
    node.name(&names).map(str::to_owned)
}
