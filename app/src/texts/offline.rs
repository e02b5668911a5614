//! The page kept for use without a network.

use super::counts::counted;
use super::numbers::bytes;

pub const COMING: &str = "Tilt is being kept in this browser for use without a network.";
pub const UPDATE: &str = "A newer version of Tilt is here.";
pub const TAKE_UPDATE: &str = "Load the new version";
pub const UPDATE_NOTICE: &str = "A newer version of Tilt is here. Load it under “Data and models” when it suits you; it comes by itself once all tabs of Tilt are closed.";
pub const KEEPS_SHORTLY: &str = "Safari erases what a page keeps after seven days without a visit, labels too, unless the page is on the home screen or in the Dock: export the whole lab for longer.";

pub const INSECURE: &str =
    "Without https the browser keeps nothing of the page: it needs the network at each visit.";
pub const BROWSER: &str =
    "This browser keeps no pages for use without a network: Tilt needs it at each visit.";
pub const REFUSED: &str = "The browser or the host does not let the page be kept, or there is no room: it needs the network at each visit.";
pub const ERASED: &str = "Nothing of the page is kept any more; the next visit keeps it again.";

pub fn kept(kept: u64) -> String {
    format!(
        "Tilt works without a network in this browser ({} are kept).",
        bytes(kept)
    )
}

pub fn keep_all(left: u64) -> String {
    format!("Keep everything for offline ({} more)", bytes(left))
}

pub const ALL_KEPT: &str = "Everything that ships with it is kept.";

pub fn coming(come: u64, of: u64) -> String {
    format!("{} of {} have come", bytes(come), bytes(of))
}

pub fn not_kept(reason: &str) -> String {
    format!("Not everything could be kept: {reason}.")
}

pub fn others_open(others: usize) -> String {
    format!(
        "{} of Tilt still shows this version: close it first, and nothing of it is cut off.",
        counted(others, "other tab")
    )
}
