//! Rows of UltraFeedback, binarized: pairs with `score_chosen` and `score_rejected`.
//!
//! Source: <https://huggingface.co/datasets/HuggingFaceH4/ultrafeedback_binarized>.

use super::imported::Imported;
use crate::dataset::json::kind_of;
use crate::dataset::row::Row;
use crate::error::Result;

/// A pair, or a tie where both scores are the same: there, which of the two was called
/// chosen is chance.
///
/// The scores make no `margin`: TRL does not read them, a margin is added in units of
/// reward while they are points from 1 to 10, and a run must come out as in TRL.
///
/// # Errors
/// [`crate::Error::BadRow`] without scores, and where the rejected answer has the higher
/// one: columns that contradict each other. Swapping the answers would train on the
/// opposite of what TRL makes of the same row.
pub fn imported(row: &Row) -> Result<Imported> {
    let example = row.example()?;
    let chosen = score(row, "score_chosen")?;
    let rejected = score(row, "score_rejected")?;
    if rejected > chosen {
        let expected = format!("at most {chosen}, as score_chosen is");
        return Err(row.bad("score_rejected", rejected, &expected));
    }
    Ok(if rejected < chosen {
        Imported::Row(example)
    } else {
        Imported::Tie(example)
    })
}

fn score(row: &Row, name: &str) -> Result<f64> {
    match row.columns.get(name) {
        Some(value) => value
            .as_f64()
            .ok_or_else(|| row.bad(name, kind_of(value), "a number")),
        None => Err(row.bad(name, "missing", "a number")),
    }
}
