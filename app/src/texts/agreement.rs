//! Agreement of two sets of labels on the same pairs.

use super::counts::counted;

pub const AGREEMENT: &str = "Agreement with other labels";
pub const HOW_TO: &str = "Export pairs, have somebody else label the same ones, and import their file: pairs are matched by prompt and answers, in either order.";
pub const COMPARE: &str = "Compare with a file";

/// The labeller, or where labels are from, and the file that they are compared with.
pub fn with_file(name: &str, file: &str) -> String {
    format!("{name} and the file {file}")
}

pub fn both(one: &str, other: &str) -> String {
    format!("{one} and {other}")
}

/// Stands after the share of equal verdicts; kappa is `None` where it is undefined.
pub fn of_pairs(count: usize, kappa: Option<&str>) -> String {
    let kappa = kappa.unwrap_or("—");
    format!(" of {}, kappa {kappa}", counted(count, "pair"))
}

/// What a file brought: labels, rows that are none, whether any pair is among those here,
/// and how many labels are from a set that is here itself.
pub fn file_read(
    file: &str,
    labels: usize,
    refused: usize,
    is_matched: bool,
    in_both: usize,
) -> String {
    let refused = match refused {
        0 => String::new(),
        refused => format!(", {} of another kind left out", counted(refused, "row")),
    };
    let advice = match in_both {
        0 if is_matched => String::new(),
        0 => " None of them is one of your pairs: both people must label the same ones.".to_owned(),
        count => {
            format!(" From a set that is here already: {count}. A set is not compared with itself.")
        }
    };
    let labels = counted(labels, "labelled pair");
    format!("{file}: {labels}{refused}.{advice}")
}
