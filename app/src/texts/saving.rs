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
