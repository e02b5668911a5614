//! What all charts share: controls, frame, legend, data and downloads.

pub const ALL_CHARTS: &str = "All charts";
pub const SMOOTHING: &str = "Smoothing";
pub const SMOOTHING_OF_LINES: &str = "Smoothing of the lines";
pub const LOG_Y: &str = "log y";
pub const LOG_WHERE: &str = "Where all values are above zero";
pub const HOW_TO: &str =
    "Drag across steps to zoom in. In a chart, the arrow keys move the step; + and \u{2212} zoom.";
pub const RESET_ZOOM: &str = "Reset zoom";

pub const LOG: &str = "log";

pub fn axis_start(step: f64) -> String {
    format!("step {step}")
}

/// A mark where settings were changed; `what` is "β 0.1 → 0.3".
pub fn changed(run: &str, step: usize, what: &str) -> String {
    format!("{run}, after step {step}: {what}")
}

/// What a chart says of a step; `changes` is that of [`changes_at_step`].
pub fn at_step(step: usize, changes: &str, what: &str) -> String {
    format!("Step {step}{changes}: {what}")
}

/// " (β 0.1 → 0.3)", or nothing.
pub fn changes_at_step(changes: &[&str]) -> String {
    if changes.is_empty() {
        String::new()
    } else {
        format!(" ({})", changes.join(", "))
    }
}

pub fn value(name: &str, value: &str) -> String {
    format!("{name} {value}")
}

/// Those of [`value`].
pub fn values(values: &[String]) -> String {
    if values.is_empty() {
        "no value.".to_owned()
    } else {
        format!("{}.", values.join(", "))
    }
}

/// Before what is said of a run.
pub fn of_run(name: &str) -> String {
    format!("{name}: ")
}

/// A sentence of its own, with the run that it is about before it.
pub fn about_run(name: &str, sentence: &str) -> String {
    let mut letters = sentence.chars();
    match letters.next() {
        Some(first) => format!("{name}: {}{}", first.to_lowercase(), letters.as_str()),
        None => String::new(),
    }
}

pub const DATA: &str = "Data";
pub const SAVE_SVG: &str = "Save SVG";
pub const SAVE_CSV: &str = "Save CSV";

/// After [`DATA`], [`SAVE_SVG`] and [`SAVE_CSV`], for a screen reader.
pub fn of_the_chart(name: &str) -> String {
    format!(" of the {name} chart")
}

pub fn data_of(name: &str) -> String {
    format!("Data: {name}")
}

/// The head of the column of steps.
pub const STEP: &str = "step";

/// "tilt-gradient-norm.csv".
pub fn file_name(name: &str, kind: &str) -> String {
    format!("tilt-{}.{kind}", name.replace(' ', "-"))
}

pub const NOT_COPIED: &str = "the browser could not copy the drawing";
