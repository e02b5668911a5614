//! The drawer under the formula: parameters, what changed against DPO, the TRL config,
//! and what is wrong with a field of the training form.

pub const DEFAULTS: &str = "Defaults";
pub const OPTIMISER: &str = "Optimiser";

/// Heading; `title` is the objective's.
pub fn parameters_of(title: &str) -> String {
    format!("{title}\u{2019}s parameters")
}

pub fn no_parameters(title: &str) -> String {
    format!("{title} has no parameters of its own.")
}

/// Which fields of the training form count too.
pub fn stand_above(has_beta: bool) -> &'static str {
    if has_beta {
        "Beta, learning rate, steps and seed are set above."
    } else {
        "Learning rate, steps and seed are set above."
    }
}

/// Before the parameter's name in TRL.
pub fn allowed(range: &str) -> String {
    format!("Allowed: {range}. TRL: ")
}

pub const AGAINST_DPO: &str = "What differs from DPO";
pub const TRL_FIELD: &str = "TRL field";
pub const DPO: &str = "DPO";
/// In place of the value of a field that a config leaves out.
pub const LEFT_OUT: &str = "\u{2013}";

pub const SAME_IN_TRL: &str = "The same in TRL";
pub const COPY: &str = "Copy";
pub const NO_CONFIG_YET: &str = "A value above is wrong, so there is no config yet.";
pub const CONFIG_COPIED: &str = "The TRL config is copied.";
pub const CONFIG_NOT_COPIED: &str =
    "The browser does not let the page copy; select the text instead.";

// The training form's fields, as messages name them and their values.
pub const BETA: &str = "beta";
pub const LEARNING_RATE: &str = "learning rate";
pub const STEPS: &str = "steps";
pub const SEED: &str = "seed";
pub const BETA_RANGE: &str = "a number above 0, such as 0.1";
/// Where beta is the price of the KL.
pub const BETA_FROM_ZERO: &str = "a number from 0, such as 0.05";
pub const LEARNING_RATE_RANGE: &str = "a number above 0, such as 0.0005";
pub const STEPS_RANGE: &str = "a whole number from 1 to 100000, such as 60";
pub const SEED_RANGE: &str = "a whole number from 0, such as 42";
