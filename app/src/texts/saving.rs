//! What is stored in this browser, and what cannot be.

use super::counts::counted;
use super::import::labelled;
use super::verdicts::YOU;
use tilt_protocol::label::Arrival;

pub const FULL: &str = "The browser has no room left for this page, so the last change is not stored. Everything works until this tab closes: export your labels or the whole lab now, then remove runs that you no longer need or free space on the disk. Tilt tries to store the change again with the next one.";
pub const OUTDATED: &str = "A newer version of Tilt was opened in another tab. Reload this tab: until then, nothing that you do here is stored.";

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
            "the page's settings last only until it is reloaded",
        ),
        (
            has_session,
            "a run that a reload cuts off waits before it goes on",
        ),
        (has_locks, "two tabs may go on with the same run"),
        (
            has_channel,
            "a tab sees what others did only after a reload",
        ),
    ];
    let told: Vec<&str> = told
        .into_iter()
        .filter(|(is_there, _)| !is_there)
        .map(|(_, told)| told)
        .collect();
    (!told.is_empty()).then(|| {
        format!(
            "This browser offers less than Tilt asks for: {}.",
            told.join("; ")
        )
    })
}

pub const SETTINGS_NOT_KEPT: &str = "This browser does not keep the page's settings (theme, level, the fields of the form): they last only until the page is reloaded.";

pub fn not_stored_yet(reason: &str) -> String {
    format!(
        "The last change is not stored yet ({reason}). It is kept in this tab and tried again. If this message stays, export your labels before the tab closes."
    )
}

pub fn not_read(reason: &str) -> String {
    format!(
        "What is stored could not be read ({reason}). None of it is lost or overwritten, and Tilt tries again."
    )
}

/// Why something is not stored, or not read.
pub const NO_DATABASE: &str = "it has no database";
pub const DATABASE_CLOSED: &str = "the database is closed";
pub const NO_ROOM: &str = "there is no room left";
pub const TAKEN_BACK: &str = "the browser took it back";
pub const NO_ANSWER: &str = "its storage does not answer";
pub const OLDER_COPY_OPEN: &str =
    "an older copy of Tilt is open in another tab: close or reload that one";

pub fn engine_restarts(error: &str) -> String {
    format!("The engine stopped ({error}). It is started again; nothing that was saved is lost.")
}

pub fn cut_off(name: &str, step: usize, steps: usize) -> String {
    format!("{name} was cut off and is back at step {step} of {steps}. Press Resume to go on.")
}

pub fn goes_on(name: &str, step: usize, steps: usize) -> String {
    format!("{name} goes on from step {step} of {steps}.")
}

pub fn other_model(name: &str, model: &str) -> String {
    format!("{name} was cut off. Choose the model \u{201c}{model}\u{201d} to go on with it.")
}

pub fn not_saved(name: &str) -> String {
    format!(
        "{name} was cut off before it was saved, and cannot go on. Its settings and labels are still there."
    )
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
    format!("The lab was not imported: it could not be stored ({reason}).")
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

/// A name for a lab whose file says none: that of the file, where a person gave it one,
/// or else its code.
pub fn lab_name(file: &str, code: Option<&str>) -> String {
    let stem = file.strip_suffix(".tilt").unwrap_or(file).trim();
    // What browsers make of it when the file is there already: "lab (1)".
    let plain = stem.split([' ', '(', '-']).next().unwrap_or_default();
    match code {
        Some(code) if plain == "lab" => code.to_owned(),
        _ => stem.to_owned(),
    }
}

/// "anna.tilt is a lab with 40 labels (you: 32, practice set: polite, clean: 8), 3 runs."
/// `labels` by labeller.
pub fn lab_holds(file: &str, labels: &[(&str, usize)], runs: usize, has_model: bool) -> String {
    let count = labels.iter().map(|(_, count)| count).sum();
    let by: Vec<String> = labels
        .iter()
        .map(|(name, count)| match *name {
            YOU => format!("{THEIR_PERSON}: {count}"),
            name => format!("{name}: {count}"),
        })
        .collect();
    let by = if by.is_empty() {
        String::new()
    } else {
        format!(" ({})", by.join("; "))
    };
    let model = if has_model {
        " and an imported model"
    } else {
        ""
    };
    format!(
        "{file} is a lab with {}{by}, {}{model}.",
        counted(count, "label"),
        counted(runs, "run")
    )
}

/// Whoever labelled by hand in the lab that comes in.
const THEIR_PERSON: &str = "by hand";

/// What its form says, where it is not as the page proposes it: objective, beta, learning
/// rate, steps, seed, model.
pub fn lab_settings(form: [Option<&str>; 6]) -> String {
    let names = [
        "objective",
        "\u{3b2}",
        "learning rate",
        "steps",
        "seed",
        "model",
    ];
    let said: Vec<String> = names
        .into_iter()
        .zip(form)
        .filter_map(|(name, value)| Some(format!("{name} {}", value?)))
        .collect();
    if said.is_empty() {
        return "Its settings are the usual ones.".to_owned();
    }
    format!("Its settings: {}.", said.join(", "))
}

/// How its labels stand to those here; empty where no pair has a label already.
pub fn lab_stands(arrival: &Arrival) -> String {
    let Arrival {
        repeated, contrary, ..
    } = arrival;
    if repeated.is_empty() && contrary.is_empty() {
        return String::new();
    }
    format!(
        "{} here already: {} with the same verdict, {} with another.",
        labelled(repeated.len() + contrary.len()),
        repeated.len(),
        contrary.len()
    )
}

pub const LAB_IS_MINE: &str = " These labels are mine";
pub const LAB_IS_OF: &str = "Whose labels they are ";
pub const LAB_WITH_SETTINGS: &str = " Take over its settings too";

pub fn lab_beside(labels: usize) -> String {
    format!("Add beside mine: {}", counted(labels, "label"))
}

pub fn lab_beside_new(labels: usize) -> String {
    format!("Add new pairs only: {}", counted(labels, "label"))
}

/// With what would go.
pub fn lab_replace(labels: usize, runs: usize) -> String {
    format!(
        "Replace mine: {} and {} go",
        counted(labels, "label"),
        counted(runs, "run")
    )
}

pub fn lab_came_in(file: &str, labels: usize) -> String {
    format!("{} of {file} came in.", counted(labels, "label"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lab_is_named_after_its_file_where_a_person_named_that() {
        let name = |file: &str| lab_name(file, Some("7f3a2c"));
        assert_eq!(name("anna.tilt"), "anna");
        assert_eq!(name("Lab of Ben.tilt"), "Lab of Ben");
        for plain in ["lab.tilt", "lab (1).tilt", "lab-2.tilt"] {
            assert_eq!(name(plain), "7f3a2c");
        }
        assert_eq!(lab_name("lab.tilt", None), "lab");
    }
}
