//! Data coming in: where from, what was found in it, what cannot be used.

use super::counts::counted;
use tilt_protocol::import::{ImportReport, NectarPairs};
use tilt_protocol::label::Arrival;

pub const IMPORTER_ENDED: &str = "the importer stopped without giving a reason";

pub const FROM_THE_WEB: &str = "From the web\u{2026}";
pub const ADDRESS: &str = "Dataset on Hugging Face (owner/name), or the address of a file";
pub const ADDRESS_EXAMPLE: &str = "trl-lib/ultrafeedback_binarized";
pub const NO_ADDRESS: &str = "Nothing is fetched before you press the button.";
pub const NOT_AN_ADDRESS: &str =
    "Expected a dataset as owner/name, or an address that begins with https://.";
pub const FETCH: &str = "Fetch";

pub fn fetch_from(host: &str) -> String {
    format!("Fetch from {host}")
}

pub fn will_ask(host: &str) -> String {
    format!("This asks {host}, which then knows your IP address and what you asked for.")
}

pub const MOST_ROWS: &str = "At most this many rows";
pub const MOST_ROWS_HINT: &str = "From a longer file, a random sample comes in.";
/// `typed` is quoted.
pub fn not_a_limit(typed: &str, most: usize, kept: usize) -> String {
    format!(
        "{typed} is not accepted: expected a whole number from 1 to {most}. The limit stays {kept}."
    )
}

pub const RANKED: &str = "Ranked answers become";

pub fn nectar(pairs: NectarPairs) -> &'static str {
    match pairs {
        NectarPairs::BestWorst => "best against worst",
        NectarPairs::BestEach => "best against every other",
        NectarPairs::Neighbours => "each against the next",
        NectarPairs::All => "all pairs",
    }
}

pub const CANCEL: &str = "Cancel";
pub const CLOSE: &str = "Close";

pub const SHARE_READ: &str = "Share of the file that is read";

pub fn reading(name: &str, rows: usize, refused: usize, share: Option<f64>) -> String {
    let part = share.map_or_else(String::new, |share| format!(" {:.0}%:", 100.0 * share));
    let bad = match refused {
        0 => String::new(),
        count => format!(", {count} refused"),
    };
    format!("Reading {name},{part} {}{bad}", counted(rows, "row"))
}

pub fn found(name: &str, report: &ImportReport) -> String {
    let container = report
        .container
        .map_or("an empty file", |container| container.name());
    let format = match &report.format {
        Some(format) => format!(": {}", format.name()),
        None => String::new(),
    };
    format!("{name} is {container}{format}.")
}

/// `came_in` labels, which may be fewer than were read.
pub fn counts(report: &ImportReport, came_in: usize) -> String {
    let mut text = format!(
        "{}, {} refused",
        counted(report.rows, "row"),
        report.refused
    );
    if report.taken < report.good {
        text.push_str(&format!(
            "; a random sample of {} of the {} good ones came in",
            report.taken, report.good
        ));
    } else if report.good > 0 {
        text.push_str(&format!("; {} came in", report.taken));
    }
    if report.examples != report.taken {
        text.push_str(&format!(", as {}", counted(report.examples, "pair")));
    }
    if came_in < report.examples {
        text.push_str(&format!(
            ", of which you took the {}",
            counted(came_in, "new label")
        ));
    }
    text.push('.');
    text
}

/// What of the labels of a file repeats, contradicts itself or teaches nothing; empty where
/// nothing does.
pub fn remarks(arrival: &Arrival) -> String {
    let within = arrival.repeated_within + arrival.contrary_within;
    let said = [
        (
            within,
            format!(
                "{} on a pair that the file has already, {} with another verdict.",
                counted(within, "label"),
                arrival.contrary_within
            ),
        ),
        (
            arrival.same_answers,
            format!(
                "{} with the same answer on both sides: not decisive, and left out of training.",
                counted(arrival.same_answers, "pair")
            ),
        ),
        (
            arrival.empty_answers,
            format!(
                "{} with an empty answer: not decisive, and left out of training.",
                counted(arrival.empty_answers, "pair")
            ),
        ),
    ];
    let said = said.into_iter().filter(|(count, _)| *count > 0);
    said.map(|(_, said)| said).collect::<Vec<_>>().join("\n")
}

pub const BEFORE_IT_COMES_IN: &str = "Before it comes in";

/// What is asked of labels that are here in part, or of a practice set beside another.
///
/// `sets` are the practice sets that are here, where another one comes in, with `replaced`
/// labels.
pub fn question(
    name: &str,
    coming: usize,
    arrival: &Arrival,
    came_before: bool,
    (sets, replaced): (&[&str], usize),
) -> String {
    let Arrival {
        repeated, contrary, ..
    } = arrival;
    let mut text = format!("{name} has {}. ", counted(coming, "label"));
    if came_before {
        text.push_str("It came in before: each of them is here already, with the same verdict. ");
    } else if !sets.is_empty() {
        text.push_str(&format!(
            "From practice sets, here already: {} ({}). ",
            counted(replaced, "label"),
            sets.join(", ")
        ));
    }
    if !came_before && arrival.is_known_in_part() {
        text.push_str(&format!(
            "{} here already: {} with the same verdict, {} with another. ",
            labelled(repeated.len() + contrary.len()),
            repeated.len(),
            contrary.len()
        ));
    }
    if !repeated.is_empty() {
        text.push_str("A label that is there twice counts twice in training. ");
    }
    if !contrary.is_empty() {
        text.push_str("Of two that contradict each other, one takes back what the other teaches. ");
    }
    text.push_str("What should come in?");
    text
}

/// "1 of its pairs has a label", "3 of its pairs have a label"
pub fn labelled(pairs: usize) -> String {
    let verb = if pairs == 1 { "has" } else { "have" };
    format!("{pairs} of its pairs {verb} a label")
}

pub fn add_new(count: usize) -> String {
    match count {
        1 => "Add the new one".to_owned(),
        count => format!("Add the {count} new ones"),
    }
}

pub fn add_all(count: usize) -> String {
    format!("Add all {count}")
}

/// Labels of pairs that come in again, or of practice sets.
pub fn replace(count: usize) -> String {
    match count {
        1 => "Replace the one that is here".to_owned(),
        count => format!("Replace the {count} that are here"),
    }
}

pub const FIRST_ROWS: &str = "First rows";
pub const REFUSED_ROWS: &str = "Refused rows";
pub const LINE: &str = "Line";
pub const FIELD: &str = "Field";
pub const FOUND: &str = "Found";
pub const EXPECTED: &str = "Expected";
pub const SAVE_REFUSED: &str = "Save the refused rows";

pub fn more_refused(count: usize) -> String {
    format!("and {count} more, in the file of refused rows")
}

/// What the refused rows of a file are saved as.
pub fn refused_file(name: &str) -> String {
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, "txt"));
    format!("{stem}.refused.{ending}")
}
