//! Whether a check holds: a pure function of measured facts. Intervals decide, so that
//! noise is never called a success; what was not measured, or not enough, is "not yet".

use super::check::{Bounds, Check, Direction, RunBack};
use super::estimate::{Estimate, Standing};
use super::expected::{by_whom, judged};
use super::facts::{Facts, RunFacts};
use super::label_facts::AgreementFacts;
use super::label_source::LabelledBy;
use super::measured::{Seen, compare, find, find_ended, kl, metric, win_rate, within};
use super::run_settings::RunSettings;
use super::words::{
    counted, interval, nats, number, percent, run_name, run_with_settings, sentence,
};
use crate::principle::JudgeSettings;
use crate::statistics::Proportion;
use serde::{Deserialize, Serialize};

/// What facts say of a check, in plain sentences.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    pub verdict: Standing,
    pub seen: String,
    pub expected: String,
}

/// Compares a claim with what was measured.
pub fn check(check: &Check, facts: &Facts) -> Verdict {
    let (verdict, seen) = see(check, facts);
    Verdict {
        verdict,
        seen,
        expected: check.claim(),
    }
}

fn see(check: &Check, facts: &Facts) -> (Standing, String) {
    // A missing fact is an answer too: what to do about it.
    let seen: Seen = match check {
        Check::Labels { at_least, by } => Ok(labels(*at_least, *by, facts)),
        Check::Run { settings, run } => run_with(settings, *run, facts),
        Check::WinRate {
            run,
            principle,
            bounds,
        } => win_rate(*run, *principle, *bounds, facts),
        Check::Kl { run, bounds } => kl(*run, *bounds, facts),
        Check::Compare {
            quantity,
            runs,
            relation,
            by,
        } => compare(quantity, *runs, *relation, *by, facts),
        Check::Metric {
            run,
            name,
            at,
            bounds,
        } => metric(*run, name, *at, *bounds, facts),
        Check::Agreement { bounds, judge } => agreement(*bounds, judge.as_ref(), facts),
        Check::Token {
            run,
            direction,
            token,
        } => token_change(*run, *direction, token, facts),
        Check::All(of) => Ok(several(of, facts, |all| Standing::all(all.into_iter()))),
        Check::Any(of) => Ok(several(of, facts, |any| Standing::any(any.into_iter()))),
        Check::Not(of) => {
            let (standing, seen) = see(of, facts);
            Ok((standing.negated(), seen))
        }
    };
    seen.unwrap_or_else(|missing| (Standing::NotYet, missing))
}

fn several(
    of: &[Check],
    facts: &Facts,
    joined: fn(Vec<Standing>) -> Standing,
) -> (Standing, String) {
    let (standings, seen): (Vec<Standing>, Vec<String>) =
        of.iter().map(|check| see(check, facts)).unzip();
    let mut told: Vec<String> = Vec::new();
    for sentence in seen {
        if !told.contains(&sentence) {
            told.push(sentence);
        }
    }
    (joined(standings), told.join(" "))
}

/// Labels are never too few for good.
fn labels(at_least: usize, by: Option<LabelledBy>, facts: &Facts) -> (Standing, String) {
    let of_kind = facts
        .labels
        .iter()
        .filter(|labels| by.is_none_or(|by| labels.by.kind() == by));
    let count: usize = of_kind.map(|labels| labels.count).sum();
    let whom = by.map(by_whom).unwrap_or_default();
    let verb = if count == 1 { "is" } else { "are" };
    let mut seen = format!("There {verb} {}{whom} so far.", counted(count, "label"));
    match at_least.saturating_sub(count) {
        0 => (Standing::Holds, seen),
        missing => {
            let verb = if missing == 1 { "is" } else { "are" };
            seen.push_str(&format!(" {missing} more {verb} needed."));
            (Standing::NotYet, seen)
        }
    }
}

fn run_with(settings: &RunSettings, run: Option<RunBack>, facts: &Facts) -> Seen {
    let has = |run: &RunFacts| settings.match_run(run.objective, &run.settings);
    let wanted = settings.in_words();
    if let Some(back) = run {
        let found = find_ended(back, facts)?;
        let name = run_with_settings(back, found);
        return Ok(match (has(found), found.took_all_steps()) {
            (false, _) => {
                let seen = format!("{name} had other settings than {wanted}");
                (Standing::DoesNotHold, sentence(&seen))
            }
            (true, false) => (Standing::NotYet, sentence(&cut_short(&name, found))),
            (true, true) => {
                let seen = format!("{name} had {wanted} and took all its steps");
                (Standing::Holds, sentence(&seen))
            }
        });
    }
    find(RunBack::LAST, facts)?;
    let mut matching = facts.runs.iter().filter(|run| has(run)).peekable();
    if matching.peek().is_none() {
        return Err(format!("No run with {wanted} has been trained yet."));
    }
    match matching.find(|run| run.took_all_steps()) {
        Some(_) => Ok((
            Standing::Holds,
            format!("A run with {wanted} took all its steps."),
        )),
        None => Err(format!("A run with {wanted} has not taken all its steps.")),
    }
}

fn cut_short(name: &str, run: &RunFacts) -> String {
    let of = counted(run.settings.steps, "step");
    format!("{name} was stopped after {} of {of}", run.steps)
}

fn agreement(bounds: Bounds, judge: Option<&JudgeSettings>, facts: &Facts) -> Seen {
    let is_with_judge = |compared: &&AgreementFacts| match judge {
        None => true,
        Some(judge) => compared.between.iter().any(|one| one.weighs_as(judge)),
    };
    let mut compared = facts.agreement.iter().rev();
    let found = compared.find(is_with_judge).ok_or_else(|| match judge {
        Some(judge) => format!(
            "No pair has been labelled both by hand and by the judge ({}) yet.",
            judged(judge)
        ),
        None => "No pair has been labelled by two labellers yet.".to_owned(),
    })?;
    let share = Proportion::new(found.same, found.of);
    let estimate = Estimate::of_share(&share)
        .ok_or_else(|| "No pair has been labelled by two labellers yet.".to_owned())?;
    let kappa = match found.kappa {
        Some(kappa) => format!("; kappa is {}", number(kappa)),
        None => String::new(),
    };
    let mut seen = format!(
        "The two agree on {} of {}: {}{}{kappa}.",
        found.same,
        counted(found.of, "pair"),
        percent(estimate.value),
        interval(&estimate, percent)
    );
    let standing = within(&estimate, bounds);
    if standing == Standing::NotYet {
        seen.push_str(" More pairs that both have labelled would tell.");
    }
    Ok((standing, seen))
}

fn token_change(run: RunBack, direction: Direction, token: &str, facts: &Facts) -> Seen {
    let found = find_ended(run, facts)?;
    if found.tokens.is_empty() {
        let seen = format!("no answer has been looked at under {} yet", run_name(run));
        return Err(sentence(&seen));
    }
    let mut all = found.tokens.iter();
    let change = all.find(|change| change.token == token).ok_or_else(|| {
        format!("The token “{token}” stands nowhere in the answers that were looked at.")
    })?;
    let places = match change.places {
        1 => "the 1 place where it stands".to_owned(),
        count => format!("the {count} places where it stands"),
    };
    let estimate = change.estimate();
    let became = match change.mean < 0.0 {
        true => "less",
        false => "more",
    };
    let mut seen = format!(
        "In {places}, “{token}” became {became} likely: log π − log π_ref is {} on average{}.",
        nats(change.mean, ""),
        match change.places {
            1 => String::new(),
            _ => interval(&estimate, number),
        }
    );
    let standing = match direction {
        Direction::Gained => estimate.greater(0.0),
        Direction::Lost => estimate.negated().greater(0.0),
    };
    if standing == Standing::NotYet {
        seen.push_str(" More answers with this token would tell.");
    }
    Ok((standing, seen))
}
