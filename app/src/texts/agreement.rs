//! Agreement of two sets of labels on the same pairs.

use super::counts::counted;

pub const AGREEMENT: &str = "Agreement with other labels";
pub const HOW_TO: &str = "Export pairs, have somebody else label the same ones, and import their file: prompts and answers are matched, in either order.";
pub const COMPARE: &str = "Compare with a file";

pub fn yours_and(file: &str) -> String {
    format!("your labels and {file}")
}

pub fn both(one: &str, other: &str) -> String {
    format!("{one} and {other}")
}

/// Stands after the share of equal verdicts; kappa is `None` where it is undefined.
pub fn of_pairs(count: usize, kappa: Option<&str>) -> String {
    let kappa = kappa.unwrap_or("—");
    format!(" of {}, kappa {kappa}", counted(count, "pair"))
}

/// What a file brought: labels, rows that are none, and whether any pair is among one's own.
pub fn file_read(file: &str, labels: usize, refused: usize, is_matched: bool) -> String {
    let refused = match refused {
        0 => String::new(),
        refused => format!(", {} of other forms left out", counted(refused, "row")),
    };
    let advice = if is_matched {
        ""
    } else {
        " None of them is among your pairs: both sides must label the same ones."
    };
    let labels = counted(labels, "labelled pair");
    format!("{file}: {labels}{refused}.{advice}")
}
