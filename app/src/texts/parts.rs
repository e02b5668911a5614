//! The small parts that panels share: tabs and number fields.

pub const TABS: &str = "Views";
pub const LABEL_TAB: &str = "Label";
pub const MODEL_TAB: &str = "Model";
pub const CURVES_TAB: &str = "Curves";

pub const SKIP: &str = "Skip to";
/// To each column, in their order.
pub const SKIP_TO: [&str; 3] = ["Skip to labelling", "Skip to training", "Skip to results"];

/// Under a field that a run under way takes over.
pub const FROM_NEXT_STEP: &str = "applies from the next step";

// A long text of which the beginning is shown.
pub const LESS: &str = "Show less";

pub fn show_all(characters: usize) -> String {
    format!("Show all {characters} characters")
}

// A part of the page whose code is fetched when it is wanted.
pub const COMES: &str = "Loading\u{2026}";
pub const NOT_HERE: &str = "This part could not be loaded.";
pub const TRY_AGAIN: &str = "Try again";
pub const PART_NOT_LOADED: &str = "A part of the page could not be loaded. Check the connection and try again; if Tilt has been updated on its host in the meantime, reload the page. Your labels are kept.";
