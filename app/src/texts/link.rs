//! What in the page's address cannot be honoured.

/// `expected` is one of the values below, `instead` one of the sentences.
pub fn refused(name: &str, got: &str, expected: &str, instead: &str) -> String {
    format!("The URL asks for {name}={got}, expected {expected}. {instead}")
}

pub fn does_nothing(name: &str) -> String {
    format!("The URL's parameter {name} does nothing in this version of Tilt.")
}

pub const ON_OR_OFF: &str = "nothing, 1 or 0";
pub const SIMDS: &str = "plain or relaxed";
pub const BENCH_OBJECTIVES: &str = "sft or dpo, with bench";
pub const BENCH_DEFAULT: &str = "The benchmark's own is used.";
pub const BENCH_DEFAULTS: &str = "The benchmark's own numbers are used.";
pub const NO_BENCHMARK: &str = "No benchmark is run.";
pub const FASTEST_USED: &str = "The fastest is used.";

pub const DEVICES: &str = "webgpu or cpu";
pub const MODELS: &str = "nano, small or base";
pub const OBJECTIVES: &str = "one that the page lists, such as dpo or simpo";
pub const WHOLE_FROM_0: &str = "a whole number from 0";
pub const WHOLE_FROM_1: &str = "a whole number from 1";
pub const ABOVE_0: &str = "a number above 0";
pub const PARAMETERS: &str = "name:value, separated by commas, as Share writes it";
pub const THEMES: &str = "light or dark";
pub const LEVELS: &str = "start, standard or everything";

pub const TILT_CHOOSES: &str = "Tilt chooses by itself.";
pub const DEFAULT_MODEL: &str = "The default model is used.";
pub const YOURS_KEPT: &str = "Yours is kept.";
pub const DEFAULT_USED: &str = "The default is used.";
pub const SYSTEMS_THEME: &str = "Your system's is used.";
pub const WHOLE_PAGE: &str = "The whole page is shown.";
