//! Reading the checks of a lesson.

use super::check::{At, Bounds, Check, Direction, Relation, RunBack};
use super::label_source::{LabelledBy, read_judge};
use super::node::{Fields, Node, Range};
use super::quantity::{Quantity, read_metric, read_principle};
use super::setup::Setup;
use serde_json::Value;

/// Checks within checks at most.
const DEPTH: usize = 8;

/// What a check's `kind` may be.
pub const CHECK_KINDS: [&str; 11] = [
    "labels",
    "run",
    "win_rate",
    "kl",
    "compare",
    "metric",
    "agreement",
    "token",
    "all",
    "any",
    "not",
];

pub(super) fn read_check(node: &Node<'_>, setup: &Setup) -> Option<Check> {
    read_within(node, setup, DEPTH)
}

fn read_within(node: &Node<'_>, setup: &Setup, depth: usize) -> Option<Check> {
    if depth == 0 {
        let found = format!("a check within {DEPTH} others");
        return node.fail(found, "fewer checks within each other");
    }
    let kinds = CHECK_KINDS.map(|kind| (kind, kind));
    let kind = node
        .any_object("a kind")?
        .required("kind", "the kind of the check")?
        .name(&kinds)?;
    let fields = |known: &[&str]| node.object(&[&["kind"], known].concat());
    match kind {
        "labels" => read_labels(&fields(&["at_least", "by"])?),
        "run" => {
            let fields = fields(&["settings", "run"])?;
            let run = match fields.optional("run") {
                None => Some(None),
                Some(node) => RunBack::read(&node).map(Some),
            };
            let settings = fields.required("settings", "the settings of the run")?;
            Some(Check::Run {
                settings: setup.read_run(&settings)?,
                run: run?,
            })
        }
        "win_rate" => {
            let fields = fields(&["run", "principle", "at_least", "at_most"])?;
            let run = RunBack::read_of(&fields);
            let principle = read_principle(&fields);
            Some(Check::WinRate {
                bounds: Bounds::read(&fields, Range::SHARE)?,
                run: run?,
                principle: principle?,
            })
        }
        "kl" => {
            let fields = fields(&["run", "at_least", "at_most"])?;
            let run = RunBack::read_of(&fields);
            Some(Check::Kl {
                bounds: Bounds::read(&fields, Range::ANY)?,
                run: run?,
            })
        }
        "compare" => read_compare(&fields(&["metric", "principle", "runs", "relation", "by"])?),
        "metric" => read_of_curve(&fields(&["run", "name", "at", "at_least", "at_most"])?),
        "agreement" => {
            let known = ["at_least", "at_most", "judge", "length_bias"];
            let fields = fields(&known)?;
            let bounds = Bounds::read(&fields, Range::SHARE);
            let judge = match fields.has("judge") {
                true => Some(read_judge(&fields)?),
                false => None,
            };
            let bounds = bounds?;
            Some(Check::Agreement { bounds, judge })
        }
        "token" => read_token(&fields(&["run", "gained", "lost"])?),
        "not" => {
            let of = fields(&["of"])?.required("of", "a check")?;
            Some(Check::Not(Box::new(read_within(&of, setup, depth - 1)?)))
        }
        kind => {
            let of = fields(&["of"])?.required("of", "a list of checks")?;
            let of = of.list(1, "checks")?;
            let of: Vec<Option<Check>> = of
                .iter()
                .map(|node| read_within(node, setup, depth - 1))
                .collect();
            let of = of.into_iter().collect::<Option<Vec<Check>>>()?;
            Some(match kind {
                "all" => Check::All(of),
                _ => Check::Any(of),
            })
        }
    }
}

fn read_labels(fields: &Fields<'_>) -> Option<Check> {
    let by = match fields.optional("by") {
        None => Some(None),
        Some(node) => node.name(&LabelledBy::NAMES).map(Some),
    };
    let at_least = fields.required("at_least", "a whole number from 1")?;
    Some(Check::Labels {
        at_least: at_least.whole(1, 1_000_000)?,
        by: by?,
    })
}

fn read_compare(fields: &Fields<'_>) -> Option<Check> {
    let quantity = Quantity::read(fields);
    let relation = fields
        .required("relation", "greater, less or near")
        .and_then(|node| node.name(&Relation::NAMES));
    let by = match fields.optional("by") {
        None => Some(0.0),
        Some(node) => node.number(Range::FROM_0),
    };
    if relation == Some(Relation::Near) && by == Some(0.0) {
        let expected = "a number above 0: how far apart is still near";
        fields.fail_at("by", "nothing", expected);
        return None;
    }
    let runs = fields.required("runs", "two runs, such as [-2, -1]")?;
    let Value::Array(items) = runs.value else {
        return runs.wrong("two runs, such as [-2, -1]");
    };
    if items.len() != 2 {
        let found = match items.len() {
            1 => "1 run".to_owned(),
            count => format!("{count} runs"),
        };
        return runs.fail(found, "two runs, such as [-2, -1]");
    }
    let nodes = runs.list(2, "runs")?;
    let both: Vec<Option<RunBack>> = nodes.iter().map(RunBack::read).collect();
    let &[Some(one), Some(other)] = &both[..] else {
        return None;
    };
    if one == other {
        return runs.fail("the same run twice", "two different runs");
    }
    Some(Check::Compare {
        quantity: quantity?,
        runs: [one, other],
        relation: relation?,
        by: by?,
    })
}

fn read_of_curve(fields: &Fields<'_>) -> Option<Check> {
    let run = RunBack::read_of(fields);
    let name = fields
        .required("name", "a metric's name, such as rewards/margins")
        .and_then(|node| read_metric(&node, &[]));
    let at = match fields.optional("at") {
        None => Some(At::End),
        Some(node) => node.name(&[("start", At::Start), ("end", At::End)]),
    };
    Some(Check::Metric {
        bounds: Bounds::read(fields, Range::ANY)?,
        run: run?,
        name: name?,
        at: at?,
    })
}

fn read_token(fields: &Fields<'_>) -> Option<Check> {
    let run = RunBack::read_of(fields);
    let (direction, node) = match (fields.optional("gained"), fields.optional("lost")) {
        (Some(node), None) => (Direction::Gained, node),
        (None, Some(node)) => (Direction::Lost, node),
        (None, None) => return fields.fail("no token", "gained or lost, with a token"),
        (Some(_), Some(_)) => return fields.fail("gained and lost", "one of them"),
    };
    Some(Check::Token {
        token: node.text()?,
        run: run?,
        direction,
    })
}
