//! The page as a whole: the top bar, how much is shown, the link to share, units.

pub const NAME: &str = "Tilt";
pub const TAGLINE: &str = "Teach a small language model what you prefer, and watch it lean.";
pub const RUN: &str = "Run";
pub const ONE_STEP: &str = "One step";
pub const BACK_TO_REFERENCE: &str = "Back to the reference";
pub const DOWNLOAD: &str = "Download";
pub const SWITCH_THEME: &str = "Switch between light and dark";
pub const HELP: &str = "Help and keys";
pub const HELP_SIGN: &str = "?";
pub const OPEN_FULL: &str = "Open it full";

pub const NO_DEVICE: &str = "no device yet";

pub const OPEN_BENCHMARK: &str = "Open the benchmark";

/// `speed` is what [`speed`] says, or empty.
pub fn device(kind: &str, adapter: &str, workers: usize, speed: &str) -> String {
    let workers = match workers {
        0 | 1 => String::new(),
        many => format!(" \u{b7} {many} workers"),
    };
    format!("{kind} \u{b7} {adapter}{workers}{speed}")
}

pub fn speed(ms_per_step: &str) -> String {
    format!(" \u{b7} {ms_per_step} ms/step")
}

pub fn model(name: &str, parameters: &str) -> String {
    format!("{name} \u{b7} {parameters} parameters")
}

/// Both amounts with their units; the total where it is known.
pub fn fetched(what: &str, received: &str, total: Option<&str>) -> String {
    let total = total.map_or_else(String::new, |total| format!(" of {total}"));
    format!("{what}: {received}{total}")
}

pub const HOW_MUCH_IS_SHOWN: &str = "How much is shown";
pub const LEVEL_START: &str = "Start";
pub const LEVEL_STANDARD: &str = "Standard";
pub const LEVEL_EVERYTHING: &str = "Everything";

pub const SHARE: &str = "Share";
pub const COPY_A_LINK: &str = "Copy a link with these settings";

pub fn link_to_share(is_copied: bool, address: &str) -> String {
    let begin = if is_copied {
        "The link is copied"
    } else {
        "Copy this link"
    };
    format!("{begin}:\n{address}\nIt holds the settings; labels and models stay here.")
}

/// Stands where a number is missing.
pub const NO_NUMBER: &str = "\u{2013}";
pub const BELOW_A_THOUSANDTH: &str = "<0.1%";
pub const ALMOST_NONE: &str = "<0.01%";
pub const ALMOST_ALL: &str = ">99.99%";

pub fn percent(number: &str) -> String {
    format!("{number}%")
}

pub fn kilobytes(number: &str) -> String {
    format!("{number} kB")
}

pub fn megabytes(number: &str) -> String {
    format!("{number} MB")
}

pub fn millions(number: &str) -> String {
    format!("{number} M")
}

/// What was typed, for a message about it.
pub fn quoted(text: &str) -> String {
    format!("\u{201c}{text}\u{201d}")
}
