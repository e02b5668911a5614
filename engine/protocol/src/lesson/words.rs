//! Numbers and sentences of verdicts, as a learner reads them.

use super::check::RunBack;
use super::estimate::Estimate;
use super::facts::RunFacts;
use super::quantity::Quantity;

/// "1 pair", "2 pairs".
pub(super) fn counted(count: usize, one: &str) -> String {
    match count {
        1 => format!("1 {one}"),
        _ => format!("{count} {one}s"),
    }
}

/// "83.2%".
pub(super) fn percent(share: f64) -> String {
    format!("{}%", trimmed(100.0 * share, 1))
}

/// Three digits or so: "198", "12.3", "0.0123".
pub(super) fn number(value: f64) -> String {
    let size = value.abs();
    let decimals = match size {
        _ if size >= 100.0 => 0,
        _ if size >= 10.0 => 1,
        _ if size >= 1.0 => 2,
        _ if size >= 0.001 => 4,
        _ => 6,
    };
    trimmed(value, decimals)
}

/// Without zeros at the end, and never "-0".
fn trimmed(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    let text = match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    };
    match text.as_str() {
        "-0" => "0".to_owned(),
        _ => text,
    }
}

/// A quantity's number with its unit: "12.3 nats an answer", "83.2%".
pub(super) fn amount(quantity: &Quantity, value: f64) -> String {
    match quantity {
        Quantity::Kl => nats(value, " an answer"),
        Quantity::WinRate(_) => percent(value),
        Quantity::Metric(_) => number(value),
    }
}

/// A difference of two numbers: of shares in percentage points.
pub(super) fn difference(quantity: &Quantity, value: f64) -> String {
    match quantity {
        Quantity::Kl => nats(value, " an answer"),
        Quantity::WinRate(_) => match trimmed(100.0 * value, 1) {
            one if one == "1" => "1 percentage point".to_owned(),
            points => format!("{points} percentage points"),
        },
        Quantity::Metric(_) => number(value),
    }
}

pub(super) fn nats(value: f64, what: &str) -> String {
    match number(value).as_str() {
        "1" => format!("1 nat{what}"),
        number => format!("{number} nats{what}"),
    }
}

/// " (95% interval 80.5% to 90.1%)"; nothing around a number that is exact.
pub(super) fn interval(estimate: &Estimate, text: impl Fn(f64) -> String) -> String {
    match estimate.interval {
        Some([low, high]) if low < high => {
            format!(" (95% interval {} to {})", text(low), text(high))
        }
        Some(_) => String::new(),
        None => " (how sure that is was not measured)".to_owned(),
    }
}

/// "the last run", "the run before the last", "the 3rd run from the end".
pub(super) fn run_name(run: RunBack) -> String {
    match run.back() {
        1 => "the last run".to_owned(),
        2 => "the run before the last".to_owned(),
        back => {
            let ending = match (back % 10, back % 100) {
                (1, hundred) if hundred != 11 => "st",
                (2, hundred) if hundred != 12 => "nd",
                (3, hundred) if hundred != 13 => "rd",
                _ => "th",
            };
            format!("the {back}{ending} run from the end")
        }
    }
}

/// "the last run (DPO, beta 0.5)".
pub(super) fn run_with_settings(run: RunBack, facts: &RunFacts) -> String {
    let name = run_name(run);
    let title = facts.objective.title();
    match facts.settings.objective.beta() {
        Some(beta) => format!("{name} ({title}, beta {beta})"),
        None => format!("{name} ({title})"),
    }
}

/// A clause as a sentence.
pub(super) fn sentence(clause: &str) -> String {
    let mut letters = clause.chars();
    let first = letters
        .next()
        .map(|letter| letter.to_uppercase().to_string());
    format!("{}{}.", first.unwrap_or_default(), letters.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_as_many_digits_as_they_can_bear() {
        for (value, text) in [
            (198.4, "198"),
            (12.34, "12.3"),
            (2.0, "2"),
            (-0.000_000_1, "0"),
            (0.05, "0.05"),
            (0.000_123, "0.000123"),
            (100.0, "100"),
        ] {
            assert_eq!(number(value), text);
        }
        assert_eq!(percent(0.8), "80%");
        assert_eq!(percent(0.832_1), "83.2%");
        assert_eq!(nats(1.0, ""), "1 nat");
        assert_eq!(nats(0.5, ""), "0.5 nats");
    }

    #[test]
    fn one_is_one_and_several_are_several() {
        assert_eq!(counted(1, "pair"), "1 pair");
        assert_eq!(counted(0, "pair"), "0 pairs");
        let win_rate = Quantity::WinRate(crate::Principle::Polite);
        assert_eq!(difference(&win_rate, 0.01), "1 percentage point");
        assert_eq!(difference(&win_rate, 0.1), "10 percentage points");
    }

    #[test]
    fn sentences_begin_with_a_capital() {
        assert_eq!(sentence("the KL is 1 nat"), "The KL is 1 nat.");
        assert_eq!(sentence(""), ".");
    }
}
