//! What the page is, for whoever sees it for the first time.

pub const WHAT: &str = "Say which of two answers is better, and a small language model learns it, here in this tab: watch the chance of every word move.";
pub const WORLD: &str = "The model lives in a little world, and half of what it says is wrong, curt or long-winded on purpose, so that there is something to prefer.";
pub const TRY_A_RULE: &str = "Try a rule:";
pub const PICTURE: &str =
    "Of two answers one is chosen; after training that one is likelier and the other less likely.";

/// A rule's name on its button, by its slug.
pub fn rule(slug: &str) -> &'static str {
    match slug {
        "short" => "prefer the shorter",
        "polite" => "prefer the polite",
        _ => "your own",
    }
}

/// Beside the question which answer is better.
pub fn reminder(slug: &str) -> &'static str {
    match slug {
        "short" => "Your rule: the shorter answer.",
        "polite" => "Your rule: the more polite answer.",
        _ => "Your own rule: keep to it from pair to pair.",
    }
}
