//! What was measured of runs beside what a check claims of them.

use super::check::{At, Bounds, Relation, RunBack};
use super::estimate::{Estimate, Standing};
use super::facts::{Facts, RunFacts};
use super::predict::Measure;
use super::quantity::Quantity;
use super::words::{
    amount, counted, difference, interval, number, percent, run_name, run_with_settings, sentence,
};
use crate::principle::Principle;
use crate::statistics::{Proportion, wilson_interval};

/// Comparisons beyond which an interval is no longer waited for.
const MOST_COMPARISONS: u64 = 20_000;

/// What was seen, and what follows; as an error what is missing, as a sentence.
pub(super) type Seen = Result<(Standing, String), String>;

/// # Errors
/// What is missing, as a sentence.
pub(super) fn find(run: RunBack, facts: &Facts) -> Result<&RunFacts, String> {
    let index = facts.runs.len().checked_sub(run.back());
    index
        .and_then(|index| facts.runs.get(index))
        .ok_or_else(|| match facts.runs.len() {
            0 => "No run has been trained yet.".to_owned(),
            1 => format!("There is only 1 run so far; {} is missing.", run_name(run)),
            count => format!(
                "There are only {count} runs so far; {} is missing.",
                run_name(run)
            ),
        })
}

/// A run that takes no further steps.
pub(super) fn find_ended(run: RunBack, facts: &Facts) -> Result<&RunFacts, String> {
    let found = find(run, facts)?;
    if found.is_ended {
        return Ok(found);
    }
    let (steps, of) = (found.steps, counted(found.settings.steps, "step"));
    Err(sentence(&format!(
        "{} is still going: {steps} of {of} are done",
        run_name(run)
    )))
}

/// The win rate of the policy that the run ended with.
///
/// # Errors
/// What is missing, as a sentence.
fn win_rate_share(run: RunBack, principle: Principle, facts: &Facts) -> Result<Proportion, String> {
    let found = find_ended(run, facts)?;
    let name = run_name(run);
    let measured = found.win_rate(principle).ok_or_else(|| {
        let principle = principle.name();
        format!("No win rate under “{principle}” has been measured of {name} yet. Measure it.")
    })?;
    if measured.step != found.steps {
        return Err(sentence(&format!(
            "the win rate of {name} was measured after {}, and the run has taken {} since. \
             Measure it again",
            counted(measured.step, "step"),
            found.steps.saturating_sub(measured.step)
        )));
    }
    let share = measured.share();
    if share.of == 0 {
        return Err(sentence(&format!(
            "of {} with the reference none was decisive, so {name} has no win rate",
            counted(measured.ties, "comparison")
        )));
    }
    Ok(share)
}

pub(super) fn win_rate(run: RunBack, principle: Principle, bounds: Bounds, facts: &Facts) -> Seen {
    let share = win_rate_share(run, principle, facts)?;
    let estimate = Estimate::of_share(&share).ok_or_else(String::new)?;
    let found = find(run, facts)?;
    let mut seen = sentence(&format!(
        "{} won {} of {} under “{}”: {}{}",
        run_with_settings(run, found),
        share.count,
        counted(share.of, "decisive comparison"),
        principle.name(),
        percent(estimate.value),
        interval(&estimate, percent)
    ));
    let standing = within(&estimate, bounds);
    if standing == Standing::NotYet {
        seen.push_str(&settle_share(&estimate, bounds));
    }
    Ok((standing, seen))
}

/// How an open win rate could be decided.
fn settle_share(estimate: &Estimate, bounds: Bounds) -> String {
    let wanted = [bounds.at_least, bounds.at_most];
    let open: Vec<f64> = wanted
        .into_iter()
        .flatten()
        .filter(|bound| is_within(estimate, *bound))
        .collect();
    let needed = open.iter().map(|&bound| comparisons(estimate.value, bound));
    let needed: Option<u64> = needed
        .collect::<Option<Vec<u64>>>()
        .and_then(|n| n.into_iter().max());
    let bound = open.first().copied().unwrap_or_default();
    let open = format!(
        " That interval holds {}, so it is open yet.",
        percent(bound)
    );
    match needed {
        Some(needed) => format!(
            "{open} If the rate stays what it is, about {needed} decisive comparisons tell; \
             more labels or more steps may move it sooner."
        ),
        None => format!("{open} More labels or more steps may move it."),
    }
}

fn is_within(estimate: &Estimate, bound: f64) -> bool {
    let within = |[low, high]: [f64; 2]| (low..=high).contains(&bound);
    estimate.interval.is_some_and(within)
}

/// Decisive comparisons at which the interval of this rate leaves the bound out, to two
/// digits; `None` where no sensible number does.
fn comparisons(rate: f64, bound: f64) -> Option<u64> {
    let mut count = 10;
    while count <= MOST_COMPARISONS {
        let (low, high) = wilson_interval((rate * count as f64).round() as u64, count);
        if bound < low || bound > high {
            return Some(count);
        }
        count += match count {
            ..100 => 10,
            100..1_000 => 50,
            _ => 500,
        };
    }
    None
}

/// The KL of the policy that the run ended with.
///
/// # Errors
/// What is missing, as a sentence.
fn kl_estimate(run: RunBack, facts: &Facts) -> Result<Estimate, String> {
    let found = find_ended(run, facts)?;
    let name = run_name(run);
    let Some(kl) = found.kl else {
        return Err(format!("The KL of {name} has not been measured yet."));
    };
    if kl.step != found.steps {
        let seen = format!(
            "the KL of {name} was measured after {}, and the run has gone on since",
            counted(kl.step, "step")
        );
        return Err(sentence(&seen));
    }
    Ok(kl.estimate())
}

pub(super) fn kl(run: RunBack, bounds: Bounds, facts: &Facts) -> Seen {
    let estimate = kl_estimate(run, facts)?;
    let found = find(run, facts)?;
    let mut seen = sentence(&format!(
        "the KL of {} is {}{}",
        run_with_settings(run, found),
        amount(&Quantity::Kl, estimate.value),
        interval(&estimate, number)
    ));
    let standing = within(&estimate, bounds);
    if standing == Standing::NotYet {
        seen.push_str(" More answers tell: measure the win rate, which measures the KL too.");
    }
    Ok((standing, seen))
}

pub(super) fn within(estimate: &Estimate, bounds: Bounds) -> Standing {
    let sides = [
        bounds.at_least.map(|bound| estimate.at_least(bound)),
        bounds.at_most.map(|bound| estimate.at_most(bound)),
    ];
    Standing::all(sides.into_iter().flatten())
}

pub(super) fn compare(
    quantity: &Quantity,
    runs: [RunBack; 2],
    relation: Relation,
    by: f64,
    facts: &Facts,
) -> Seen {
    // The run further back first: who has trained one run hears that the other is missing.
    for run in [runs[0], runs[1]] {
        find(run, facts)?;
    }
    let [one, other] = runs;
    let (apart, values) = match quantity {
        Quantity::WinRate(principle) => {
            let [one, other] = [
                win_rate_share(one, *principle, facts)?,
                win_rate_share(other, *principle, facts)?,
            ];
            let values = [&one, &other].map(|share| share.value().unwrap_or_default());
            let apart = Estimate::difference(&one, &other).ok_or_else(String::new)?;
            (apart, values)
        }
        Quantity::Kl => {
            let (one, other) = (kl_estimate(one, facts)?, kl_estimate(other, facts)?);
            (one.less(&other), [one.value, other.value])
        }
        Quantity::Metric(name) => {
            let estimate = |run| metric_estimate(run, name, At::End, facts);
            let (one, other) = (estimate(one)?, estimate(other)?);
            (one.less(&other), [one.value, other.value])
        }
    };
    let standing = match relation {
        Relation::Greater => apart.greater(by),
        Relation::Less => apart.negated().greater(by),
        Relation::Near => apart.near(by),
    };
    let (found, beside) = (find(one, facts)?, find(other, facts)?);
    let name = quantity.name();
    let mut seen = sentence(&format!(
        "the {name} is {} in {} and {} in {}: a difference of {}{}",
        amount(quantity, values[0]),
        run_with_settings(one, found),
        amount(quantity, values[1]),
        run_with_settings(other, beside),
        difference(quantity, apart.value),
        interval(&apart, |value| match quantity {
            Quantity::WinRate(_) => percent(value),
            Quantity::Kl | Quantity::Metric(_) => number(value),
        })
    ));
    if standing == Standing::NotYet {
        let settled = match quantity {
            Quantity::WinRate(_) | Quantity::Kl => {
                " The two are too close to tell from these answers: runs that differ more, or \
                 more comparisons, would."
            }
            Quantity::Metric(_) => {
                " The last steps vary too much to tell: longer runs, or runs that differ \
                 more, would."
            }
        };
        seen.push_str(settled);
    }
    Ok((standing, seen))
}

/// What came of a number that was predicted.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// In the quantity's unit; a win rate is a fraction.
    pub value: f64,
    /// With its unit and its 95% interval, where there is one.
    pub text: String,
}

/// The number that a prediction is shown against.
///
/// # Errors
/// What has not been measured yet, as a sentence.
pub fn outcome(measure: &Measure, facts: &Facts) -> Result<Outcome, String> {
    let Measure { quantity, run } = measure;
    let estimate = match quantity {
        Quantity::WinRate(principle) => {
            let share = win_rate_share(*run, *principle, facts)?;
            Estimate::of_share(&share).ok_or_else(String::new)?
        }
        Quantity::Kl => kl_estimate(*run, facts)?,
        Quantity::Metric(name) => metric_estimate(*run, name, At::End, facts)?,
    };
    let shown = match quantity {
        Quantity::WinRate(_) => interval(&estimate, percent),
        Quantity::Kl | Quantity::Metric(_) => interval(&estimate, number),
    };
    Ok(Outcome {
        value: estimate.value,
        text: format!("{}{shown}", amount(quantity, estimate.value)),
    })
}

fn metric_estimate(run: RunBack, name: &str, at: At, facts: &Facts) -> Result<Estimate, String> {
    let found = find(run, facts)?;
    let estimate = match at {
        At::Start => found.metric_at_start(name),
        At::End => find_ended(run, facts)?.metric_at_end(name),
    };
    let run = run_name(run);
    estimate.ok_or_else(|| match found.curve.is_empty() {
        true => sentence(&format!("{run} has not taken a step yet")),
        false => sentence(&format!(
            "{run} ({}) has no {name}: its objective does not measure it",
            found.objective.title()
        )),
    })
}

pub(super) fn metric(run: RunBack, name: &str, at: At, bounds: Bounds, facts: &Facts) -> Seen {
    let estimate = metric_estimate(run, name, at, facts)?;
    let found = find(run, facts)?;
    let at = match at {
        At::Start => "at the first step",
        At::End => "over the last steps",
    };
    let mut seen = format!(
        "In {}, {name} is {} {at}{}.",
        run_with_settings(run, found),
        number(estimate.value),
        interval(&estimate, number)
    );
    let standing = within(&estimate, bounds);
    if standing == Standing::NotYet {
        seen.push_str(" The last steps vary too much to tell: a longer run would.");
    }
    Ok((standing, seen))
}
