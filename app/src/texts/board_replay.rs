//! On the teacher's board: reports trained again, and whether their numbers agree.

use super::counts::counted;
use super::numbers::{fixed, power};
use tilt_protocol::classroom::{Differs, Doubtful, ELSEWHERE, NotReplayable};

pub const TITLE: &str = "Do the numbers hold?";
pub const WHAT: &str = "What a browser says of itself can be forged. First each verdict is compared with the report\u{2019}s own numbers, at once. Then you can have the runs trained again in this tab, on the CPU, from the report\u{2019}s own rows, settings and seeds. That happens on an engine of its own; your Lab stays as it is. Losses, rewards and log-probs of each step are compared; KL and win rates, which come from sampled answers, are not measured again.";
pub const REPLAY_ALL: &str = "Train all again";
pub const REPLAY: &str = "Train again";
pub const STOP: &str = "Stop";
pub const PROGRESS: &str = "How far the run is";
pub const WAITS: &str = "Waits for its turn.";
pub const NO_RUNS: &str = "There is no run in this report.";
pub const NO_LESSON: &str =
    "The report does not carry its lesson, so its verdicts cannot be compared with its numbers.";
pub const VERDICTS_FOLLOW: &str = "Its verdicts follow from its own numbers.";

/// Behind [`REPLAY`], for a screen reader.
pub fn replay_of(name: &str) -> String {
    format!(": the runs of {name}")
}

pub fn done(count: usize, of: usize) -> String {
    format!("{count} of {} trained again.", counted(of, "report"))
}

pub fn under_way(run: usize, of: usize, step: usize, steps: usize) -> String {
    format!("run {run} of {of}, step {step} of {steps}")
}

pub fn run(number: usize, objective: &str, steps: usize) -> String {
    format!("Run {number} ({objective}, {})", counted(steps, "step"))
}

pub fn doubtful(one: &Doubtful) -> String {
    format!(
        "Step {}: the report says \u{201c}{}\u{201d}, its own numbers say \u{201c}{}\u{201d}. {}",
        one.step + 1,
        one.told.verdict.name(),
        one.found.verdict.name(),
        one.found.seen
    )
}

/// Of `data-value`.
pub fn verdict(verdict: &str) -> &'static str {
    match verdict {
        "agrees" => "\u{2713} agrees",
        "agrees in part" => "\u{2713} agrees, as far as it could be trained again",
        "differs" => "\u{2717} differs",
        "failed" => "could not be trained",
        _ => "cannot be trained again",
    }
}

pub fn exactly(run: &str) -> String {
    format!("{run}: agrees to the last digit.")
}

pub fn nearly(run: &str, largest: f64, is_same_build: bool) -> String {
    let why = match is_same_build {
        true => "another processor, or another number of cores, adds up in another order",
        false => "another build or device rounds differently",
    };
    format!(
        "{run}: agrees within {} of each number; {why}, and up to {} is allowed for.",
        share(largest),
        share(ELSEWHERE)
    )
}

pub fn differs(run: &str, differs: &Differs) -> String {
    format!("{run}: {}", differing(differs))
}

pub fn not(run: &str, why: &NotReplayable) -> String {
    format!("{run}: {}", not_replayable(why))
}

pub fn refused(run: &str, why: &str) -> String {
    format!("{run}: the engine could not train it. {why}")
}

fn differing(differs: &Differs) -> String {
    let Differs {
        step,
        metric,
        told,
        found,
    } = differs;
    match (told, found) {
        (Some(told), Some(found)) => {
            let digits = digits_apart(*told, *found);
            format!(
                "step {step}: the report says {metric} {}, this run gives {}.",
                fixed(*told, digits),
                fixed(*found, digits)
            )
        }
        (Some(told), None) => format!(
            "step {step}: the report says {metric} {}, and this run has no such number.",
            fixed(*told, 4)
        ),
        (None, found) => {
            let found = found.map_or_else(String::new, |found| format!(" ({})", fixed(found, 4)));
            format!(
                "step {step}: the report lacks {metric}, which reports of such a run have{found}."
            )
        }
    }
}

/// So many decimals that the two are told apart.
fn digits_apart(one: f64, other: f64) -> usize {
    let says = |value: f64, digits: usize| fixed(value, digits);
    (2..6)
        .find(|digits| says(one, *digits) != says(other, *digits))
        .unwrap_or(6)
}

fn share(value: f64) -> String {
    match value * 100.0 {
        percent if percent >= 0.01 => {
            format!("{}%", fixed(percent, usize::from(percent < 1.0) * 2))
        }
        percent => format!("{}%", power(percent, 0)),
    }
}

fn not_replayable(why: &NotReplayable) -> String {
    match why {
        NotReplayable::OwnModel(name) => format!(
            "cannot be trained again here, since its model \u{201c}{name}\u{201d} is not one that comes with Tilt."
        ),
        NotReplayable::OtherModel(name) => format!(
            "cannot be trained again here, since the model \u{201c}{name}\u{201d} of this version is another one."
        ),
        NotReplayable::Changed => {
            "cannot be trained again, since its settings were changed while it was under way."
                .to_owned()
        }
        NotReplayable::RowsUnknown => {
            "cannot be trained again, since the report does not say which rows it was trained on."
                .to_owned()
        }
        NotReplayable::RowsMissing => {
            "cannot be trained again, since the report has not got the rows that it names."
                .to_owned()
        }
        NotReplayable::NoSteps => {
            "cannot be compared, since the report has no step of it.".to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_is_told_in_as_many_digits_as_it_takes() {
        let differs = |told, found| {
            differing(&Differs {
                step: 12,
                metric: "loss".to_owned(),
                told,
                found,
            })
        };
        assert_eq!(
            differs(Some(0.41), Some(0.52)),
            "step 12: the report says loss 0.41, this run gives 0.52."
        );
        assert!(differs(Some(0.4121), Some(0.4126)).contains("0.412, this run gives 0.413"));
        assert!(differs(Some(1.0), None).ends_with("and this run has no such number."));
        assert!(differs(None, Some(0.52)).contains("the report lacks loss"));
    }

    #[test]
    fn shares_are_told_in_percent() {
        assert_eq!(share(1e-3), "0.10%");
        assert_eq!(share(0.0012), "0.12%");
        assert_eq!(share(3.2e-8), "3e-6%");
    }
}
