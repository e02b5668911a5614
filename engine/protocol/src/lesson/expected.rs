//! What a check claims, as a clause: "the KL of the last run is at most 15 nats an answer".

use super::check::{At, Bounds, Check, Direction, Relation};
use super::label_source::LabelledBy;
use super::quantity::Quantity;
use super::words::{amount, counted, difference, number, percent, run_name, sentence};
use crate::principle::JudgeSettings;

impl Check {
    /// The claim as one sentence.
    pub fn claim(&self) -> String {
        sentence(&clause(self))
    }
}

pub(super) fn clause(check: &Check) -> String {
    match check {
        Check::Labels { at_least, by } => {
            let by = by.map(by_whom).unwrap_or_default();
            let verb = if *at_least == 1 { "is" } else { "are" };
            format!("there {verb} at least {}{by}", counted(*at_least, "label"))
        }
        Check::Run { settings, run } => match run {
            None => format!("a run with {} was trained to its end", settings.in_words()),
            Some(run) => format!(
                "{} was trained to its end with {}",
                run_name(*run),
                settings.in_words()
            ),
        },
        Check::WinRate {
            run,
            principle,
            bounds,
        } => {
            let name = Quantity::WinRate(*principle).name();
            let bounds = bounded(*bounds, percent);
            format!("the {name} of {} is {bounds}", run_name(*run))
        }
        Check::Kl { run, bounds } => {
            let bounds = bounded(*bounds, |value| amount(&Quantity::Kl, value));
            format!("the KL of {} is {bounds}", run_name(*run))
        }
        Check::Compare {
            quantity,
            runs: [one, other],
            relation,
            by,
        } => {
            let apart = difference(quantity, *by);
            let by_at_least = match *by > 0.0 {
                true => format!(", by at least {apart}"),
                false => String::new(),
            };
            let (name, one, other) = (quantity.name(), run_name(*one), run_name(*other));
            match relation {
                Relation::Greater => {
                    format!("the {name} of {one} is greater than that of {other}{by_at_least}")
                }
                Relation::Less => {
                    format!("the {name} of {one} is less than that of {other}{by_at_least}")
                }
                Relation::Near => {
                    format!("the {name} of {one} is within {apart} of that of {other}")
                }
            }
        }
        Check::Metric {
            run,
            name,
            at,
            bounds,
        } => {
            let at = match at {
                At::Start => "at the first step",
                At::End => "over the last steps",
            };
            let bounds = bounded(*bounds, number);
            format!("in {}, {name} is {bounds} {at}", run_name(*run))
        }
        Check::Agreement { bounds, judge } => {
            let between = match judge {
                Some(judge) => format!("your labels agree with the judge ({})", judged(judge)),
                None => "the two labellers agree".to_owned(),
            };
            format!("{between} on {} of the pairs", bounded(*bounds, percent))
        }
        Check::Token {
            run,
            direction,
            token,
        } => {
            let became = match direction {
                Direction::Gained => "more",
                Direction::Lost => "less",
            };
            format!(
                "{} made the token “{token}” {became} likely",
                run_name(*run)
            )
        }
        Check::All(of) => joined(of, " and "),
        Check::Any(of) => match of.len() {
            1 => joined(of, ""),
            _ => format!("either {}", joined(of, " or ")),
        },
        Check::Not(of) => format!("it is not so that {}", clause(of)),
    }
}

fn joined(of: &[Check], between: &str) -> String {
    let clauses: Vec<String> = of.iter().map(clause).collect();
    match clauses.split_last() {
        None => String::new(),
        Some((only, [])) => only.clone(),
        Some((last, others)) => format!("{},{between}{last}", others.join(", ")),
    }
}

pub(super) fn by_whom(by: LabelledBy) -> &'static str {
    match by {
        LabelledBy::Hand => " by hand",
        LabelledBy::Judge => " by the judge",
        LabelledBy::Set => " from a practice set",
        LabelledBy::File => " from a file",
    }
}

/// "polite + 0.5 short".
pub(super) fn judged(judge: &JudgeSettings) -> String {
    let terms = judge.principles.iter();
    let terms: Vec<String> = terms
        .map(|(principle, weight)| match *weight == 1.0 {
            true => principle.name(),
            false => format!("{} {}", number(*weight), principle.name()),
        })
        .collect();
    terms.join(" + ")
}

fn bounded(bounds: Bounds, text: impl Fn(f64) -> String) -> String {
    match (bounds.at_least, bounds.at_most) {
        (Some(least), Some(most)) if least == most => format!("exactly {}", text(least)),
        (Some(least), Some(most)) => format!("between {} and {}", text(least), text(most)),
        (Some(least), None) => format!("at least {}", text(least)),
        (None, Some(most)) => format!("at most {}", text(most)),
        (None, None) => "measured".to_owned(),
    }
}
