//! The guide to the first minute, and help.

pub const FIRST_STEPS: &str = "First steps";
pub const LABEL_THREE: &str = "Label three comparisons";
pub const TRAIN_ON_THEM: &str = "Train on them";
pub const SEE_WHAT_CHANGED: &str = "See what changed";
pub const SHOW: &str = "Show";
pub const GO_ON: &str = "Go on";
pub const GO_ON_BLIND: &str = "can you tell the tuned model's answers from the old one's?";
pub const GO_ON_LABELLING: &str =
    "label more by the same rule, let it train for more steps, or take one of the lessons.";
pub const GUESS: &str = "Guess";
pub const GO_ON_BY_HAND: &str =
    "A dozen labels teach more than three: go on by your own rule, which the judge does not know.";
pub const PUT_AWAY: &str = "Put the first steps away";
pub const PUT_AWAY_SIGN: &str = "\u{d7}";

pub fn labelled(count: usize, wanted: usize) -> String {
    format!("{count} of {wanted}")
}

pub fn judge_adds(count: usize) -> String {
    format!("Judge adds {count}")
}

pub fn why_the_judge(principle: &str) -> String {
    format!(
        "A dozen labels teach more than three. The judge\u{2019}s labels follow \u{201c}{principle}\u{201d}, not your taste; you can go on by hand instead."
    )
}

pub const HOW_TO_USE: &str = "How to use the Lab";
pub const HELP_LABEL: &str = "Label. ";
pub const HELP_LABEL_HOW: &str = "Say which of two answers is better, a dozen times or more, and keep to the same taste. Or let the judge label.";
pub const HELP_TRAIN: &str = "Train. ";
pub const HELP_TRAIN_HOW: &str = "Press P. A small GPT in this tab learns to prefer what you prefer, held to its frozen reference by beta.";
pub const HELP_LOOK: &str = "Look. ";
pub const HELP_LOOK_HOW: &str = "See which tokens became likelier, ask both models the same question, and measure how often the tuned one wins.";
pub const HELP_LEVELS: &str = "Start, Standard and Everything, at the top, set how much of the Lab is on the screen; nothing is lost when you switch. The blind test asks which of two answers came from the model that you trained.";
pub const KEYS: &str = "Keys";
pub const KEYS_SWITCH: &str = "Single keys act (switch them off if they get in your way)";
pub const HELP_KEYS: &str = "On the tokens: arrow keys move, Home and End jump. Keys do nothing while you type in a field. Words with a dotted line explain themselves.";
pub const HELP_PRIVACY: &str =
    "Everything happens in this tab. Labels are kept in this browser; nothing is sent anywhere.";
pub const CLOSE: &str = "Close";
