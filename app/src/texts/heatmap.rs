//! The heat map of the selected pair's tokens, and the table of them.

pub const HEADING: &str = "Where the policy moved";
pub const AGAINST: &str = "against";
pub const PREVIOUS: &str = "Previous labelled pair";
pub const NEXT: &str = "Next labelled pair";

/// `position` counts from 1.
pub fn place(position: usize, count: usize) -> String {
    format!("pair {position} of {count}")
}

pub const NO_PAIR: &str = "Say which answer is better, and its tokens appear here.";
pub const NO_ENGINE: &str = "The tokens appear here once the engine is ready.";
pub const READING: &str = "Reading the pair\u{2026}";

pub const SUM: &str = "Sum over the tokens, in nats";

pub fn tokens_of(side: &str) -> String {
    format!("Tokens of the {side} answer")
}

/// `ratio` is the log-ratio, `nats` the same as text.
pub fn token(text: &str, nats: &str, ratio: f64) -> String {
    let direction = if ratio > 0.0 {
        "likelier than under the reference"
    } else if ratio < 0.0 {
        "less likely than under the reference"
    } else {
        "as likely as under the reference"
    };
    format!("\u{201c}{text}\u{201d}: {nats} nats, {direction}")
}

/// What the colours mean.
pub const SCALE: &str = "nats: \u{2212} less likely than before, + likelier";

pub const TABLE: &str = "Every token in numbers";
pub const TOKEN: &str = "token";

pub fn whole_answer(side: &str) -> String {
    format!("{side}, whole answer")
}
