//! The parameters of the page's address: what each takes, and what cannot be honoured.

/// `takes` is one of the values below, `instead` one of the sentences.
pub fn refused(name: &str, got: &str, takes: &str, instead: &str) -> String {
    format!("The URL asks for {name}={got}, expected {takes}. {instead}")
}

pub fn does_nothing(name: &str) -> String {
    format!("The URL\u{2019}s parameter {name} does nothing in this version of Tilt.")
}

pub fn unknown(name: &str) -> String {
    format!("Tilt does not know the URL\u{2019}s parameter {name}.")
}

pub fn given_twice(name: &str) -> String {
    format!("The URL\u{2019}s parameter {name} is given more than once: the first is used.")
}

pub fn only_with_bench(name: &str) -> String {
    format!(
        "The URL\u{2019}s parameter {name} belongs to a benchmark, and does nothing without bench."
    )
}

/// `error` is what the field itself would say.
pub fn refused_parameter(error: &str) -> String {
    format!("In the URL\u{2019}s parameters: {error}. {AS_WITHOUT}")
}

pub fn not_of_objective(objective: &str, id: &str) -> String {
    format!("In the URL\u{2019}s parameters: {objective} has no {id}.")
}

pub const WITHOUT_OBJECTIVE: &str =
    "The URL\u{2019}s parameters mean nothing without the objective that they belong to.";

pub const DEVICES: &str = "webgpu or cpu";
pub const LESSON_SOURCES: &str = "the name of a lesson that ships with Tilt, or the address of one";
pub const MODELS: &str = "nano, small or base";
pub const OBJECTIVES: &str = "one that the page lists, such as dpo or simpo";
pub const ABOVE_0: &str = "a number above 0";
pub const HAS_BETA: &str = "an objective that has a beta";
pub const STEPS: &str = "a whole number from 1 to 100,000";
pub const WHOLE_FROM_0: &str = "a whole number from 0";
pub const WHOLE_FROM_1: &str = "a whole number from 1";
pub const PARAMETERS: &str = "name:value, separated by commas, as Share writes it";
pub const LEVELS: &str = "start, standard or everything";
pub const THEMES: &str = "light or dark";
pub const ON_OR_OFF: &str = "nothing, 1 or 0";
pub const SIMDS: &str = "plain or relaxed";
pub const BENCH_OBJECTIVES: &str = "sft, dpo or sampling, with bench";
pub const NOTHING_YET: &str = "nothing yet";

pub const AS_WITHOUT: &str = "It is ignored.";
pub const BENCH_DEFAULT: &str = "The benchmark\u{2019}s default is used.";
pub const BENCH_DEFAULTS: &str = "The benchmark\u{2019}s default numbers are used.";
