//! What in the page's address cannot be honoured.

/// `expected` is one of the values below, `instead` one of the sentences.
pub fn refused(name: &str, got: &str, expected: &str, instead: &str) -> String {
    format!("The URL asks for {name}={got}, expected {expected}. {instead}")
}

pub fn does_nothing(name: &str) -> String {
    format!("The URL's parameter {name} does nothing in this version of Tilt.")
}

pub const DEVICES: &str = "webgpu or cpu";
pub const MODELS: &str = "nano, small or base";
pub const OBJECTIVES: &str = "one that the page lists, such as dpo or simpo";
pub const WHOLE_FROM_0: &str = "a whole number from 0";
pub const WHOLE_FROM_1: &str = "a whole number from 1";
pub const ABOVE_0: &str = "a number above 0";
pub const PARAMETERS: &str = "name:value, separated by commas, as Share writes it";
pub const THEMES: &str = "light or dark";
pub const LEVELS: &str = "start, standard or everything";
pub const EMBEDDED: &str = "nothing, 1 or 0";

pub const TILT_CHOOSES: &str = "Tilt chooses by itself.";
pub const DEFAULT_MODEL: &str = "The default model is used.";
pub const YOURS_KEPT: &str = "Yours is kept.";
pub const DEFAULT_USED: &str = "The default is used.";
pub const SYSTEMS_THEME: &str = "Your system's is used.";
pub const WHOLE_PAGE: &str = "The whole page is shown.";
