//! The small parts that panels share: tabs and number fields.

pub const TABS: &str = "Views";
pub const LABEL_TAB: &str = "Label";
pub const MODEL_TAB: &str = "Model";
pub const CURVES_TAB: &str = "Curves";

/// Under a field that a run under way takes over.
pub const FROM_NEXT_STEP: &str = "applies from the next step";
