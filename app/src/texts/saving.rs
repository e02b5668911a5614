//! What is stored in this browser, and what cannot be.

use crate::storage::StorageError;

pub const FULL: &str = "The browser has no room left for this page, so the last change is not stored. It works until this tab closes: export your labels or the whole lab now, then remove runs that you no longer need or free space on the disk. The change is tried again with the next one.";
pub const OUTDATED: &str = "Tilt was opened in another tab in a newer version. Reload this tab: until then nothing that you do here is stored.";

pub fn cannot_store(reason: &str) -> String {
    format!(
        "Nothing can be stored in this browser ({reason}). Everything works until this tab closes; export your labels before that."
    )
}

/// What comes of what this browser does not offer; `None` where all is there.
pub fn missing(
    has_local: bool,
    has_session: bool,
    has_locks: bool,
    has_channel: bool,
) -> Option<String> {
    let told = [
        (
            has_local,
            "the page's settings last until it is loaded anew",
        ),
        (
            has_session,
            "a run that a reload cuts off waits before it goes on",
        ),
        (has_locks, "two tabs may go on with the same run"),
        (
            has_channel,
            "a tab learns what others did when it is loaded anew",
        ),
    ];
    let told: Vec<&str> = told
        .into_iter()
        .filter(|(is_there, _)| !is_there)
        .map(|(_, told)| told)
        .collect();
    (!told.is_empty()).then(|| {
        format!(
            "This browser keeps less than Tilt asks for: {}.",
            told.join("; ")
        )
    })
}

pub const SETTINGS_NOT_KEPT: &str = "This browser does not keep the page's settings (theme, level, the fields of the form): they last until the page is loaded anew.";

pub fn not_stored_yet(reason: &str) -> String {
    format!(
        "The last change is not stored yet ({reason}). It is kept here and tried again; if this stays, export your labels before the tab closes."
    )
}

pub fn not_read(reason: &str) -> String {
    format!(
        "What is stored could not be read ({reason}). Nothing of it is lost or written over; it is tried again."
    )
}

/// Why something is not stored, or not read.
pub fn reason(error: &StorageError) -> String {
    match error {
        StorageError::Missing => "it has no database".to_owned(),
        StorageError::Closed => "the database is closed".to_owned(),
        StorageError::Full => "there is no room left".to_owned(),
        StorageError::Blocked => {
            "an older copy of Tilt is open in another tab: close or reload that one".to_owned()
        }
        StorageError::Browser(told) => told.clone(),
    }
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

pub const LAB_NOT_READ: &str =
    "The lab was not exported: what is stored could not be read. Try again.";

pub fn lab_not_stored(reason: &str) -> String {
    format!("Nothing of the lab was taken in: it could not be stored ({reason}).")
}

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
