//! What is stored in this browser, and what cannot be.

pub const FULL: &str = "The browser has no room left for this page, so the last change is not stored. It works until this tab closes: export your labels or the whole lab now, then remove runs that you no longer need or free space on the disk. The change is tried again with the next one.";
pub const OUTDATED: &str = "Tilt was opened in another tab in a newer version. Reload this tab: until then nothing that you do here is stored.";

pub fn cannot_store(error: &str) -> String {
    format!(
        "Nothing can be stored in this browser ({error}). Everything works until this tab closes; export your labels before that."
    )
}

pub fn engine_restarts(error: &str) -> String {
    format!("The engine stopped ({error}). It is started again; nothing that was saved is lost.")
}

pub fn cut_off(name: &str, step: usize, steps: usize) -> String {
    format!("{name} was cut off and is back at step {step} of {steps}. Press play to go on.")
}

pub fn goes_on(name: &str, step: usize, steps: usize) -> String {
    format!("{name} goes on from step {step} of {steps}.")
}

pub fn other_model(name: &str, model: &str) -> String {
    format!("{name} was cut off. Choose the model {model} to go on with it.")
}

pub fn runs_elsewhere(name: &str) -> String {
    format!("{name} is training in another tab.")
}

/// What the whole lab is saved as.
pub const LAB_FILE: &str = "lab.tilt";
pub const EXPORT_LAB: &str = "Export the whole lab";
pub const IMPORT_LAB: &str = "Import a lab";
pub const NO_FIRST_LINE: &str = "it has no first line, expected a lab as Tilt exports it";

pub fn not_a_lab(error: &serde_json::Error) -> String {
    format!("its first line is not that of a lab ({error})")
}

pub fn other_format(found: u32, expected: u32) -> String {
    format!("it is a lab of format {found}, expected {expected}")
}

pub fn unknown_table(name: &str) -> String {
    format!("it has a table \"{name}\", which this version of Tilt does not know")
}

pub fn bad_label(key: u64, error: &serde_json::Error) -> String {
    format!("its label {key} cannot be read ({error})")
}

pub fn cut_short(found: u64, expected: u64) -> String {
    format!("it has {found} bytes, expected at least {expected}: it was cut short")
}
