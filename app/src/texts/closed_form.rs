//! The closed form: its explanation, its answers and what is said of them.

pub const OPTIMUM_FORMULA: &str = "The optimum as a formula";
pub const HEADING: &str = "Closed form";
pub const OPTIMUM_SIGN: &str = "optimum \u{03c0}*";
pub const EXPLANATION: &str = "The best possible policy for rewards r: the reference, tilted towards answers with more reward. The smaller beta is, the further it tilts.";
pub const CAUTION: &str = "Shares count these answers alone; a shorter answer is often far likelier than a longer one. The policy was trained on labels, not on these rewards: compare direction and size, but do not expect the same numbers.";

pub const NO_ANSWERS: &str = "Label a pair, or write a prompt and answers.";
pub const WRITE_OWN: &str = "Write a prompt";
pub const SCORING: &str = "Scoring the answers\u{2026}";
pub const NO_ENGINE: &str = "The engine scores these answers once it is ready.";

pub fn not_scored(reason: &str) -> String {
    format!("These answers cannot be scored: {reason}")
}

pub const PROMPT_LABEL: &str = "Prompt of the closed form";
pub const PROMPT_PLACEHOLDER: &str = "A prompt";
pub const SELECTED_PAIR: &str = "The selected pair";

pub fn reward_of(answer: &str) -> String {
    format!("Reward of \u{201c}{answer}\u{201d}")
}

pub fn reward_as_number(answer: &str) -> String {
    format!("Reward of \u{201c}{answer}\u{201d}, as a number")
}

pub fn remove(answer: &str) -> String {
    format!("Remove \u{201c}{answer}\u{201d}")
}

pub const OPTIMUM: &str = "optimum";
pub const LIFT_IS: &str = "Logarithm of this share divided by the reference's";

pub fn lift(nats: &str) -> String {
    format!("{nats} nats")
}

pub const ANSWER_LABEL: &str = "Another answer";
pub const ANSWER_PLACEHOLDER: &str = "Write another answer";
pub const ANSWERS_FULL: &str = "Eight answers are enough";
pub const ADD: &str = "Add";
pub const ADDED: &str = "The answer is added.";
pub const NOT_ADDED: &str = "Not added: the answer is empty, or is here already.";

pub const EXPECTED_REWARD: &str = "expected reward E[r]";
pub const KL: &str = "KL from the reference, nats";

/// What the bars say, for those who do not see them; all but the answer are percentages.
pub fn most_to(answer: &str, optimum: &str, reference: &str, policy: &str) -> String {
    format!(
        "The optimum gives the largest share to \u{201c}{answer}\u{201d}: {optimum}, against {reference} under the reference and {policy} under the policy."
    )
}
