//! The answers that a run samples, and their reward.

use super::counts::counted;

pub const TITLE: &str = "Fresh answers";
pub const EXPLAINED: &str = "The policy has just written these. The reward scores each of them, and the next step makes the better ones likelier and the others less so.";
pub const CHOSEN: &str = "chosen";
pub const REJECTED: &str = "rejected";
pub const FEWER: &str = "Fewer prompts";
pub const REWARD_SOURCE: &str = "Reward";
pub const REWARD_MODEL: &str = "Reward model of your labels";
pub const MODEL_EXPLAINED: &str = "A second model learns from your labels what a good answer is, and scores the answers. The judge looks on and does not count.";
/// The choice that stands for a reward which no single principle is.
pub const OTHER_REWARD: &str = "as written below";

/// Of all prompts of a sampling.
pub fn all(prompts: usize) -> String {
    format!("All {}", counted(prompts, "prompt"))
}

pub fn unreadable(why: &str) -> String {
    format!("The answers cannot be shown: {why}.")
}

/// All answers together.
pub fn summary(
    answers: usize,
    functions: &[String],
    reward: Option<&str>,
    tokens: Option<&str>,
    kl: Option<&str>,
    cut: usize,
) -> String {
    let mut told = vec![counted(answers, "answer")];
    if let Some(reward) = reward {
        told.push(format!("mean reward {reward} ({})", functions.join(" + ")));
    }
    told.extend(tokens.map(|tokens| format!("mean length {tokens}")));
    told.extend(kl.map(|kl| format!("KL {kl} nats an answer")));
    if cut > 0 {
        told.push(format!("{cut} cut off"));
    }
    told.join(" · ")
}

/// One token's under PPO.
pub fn token_told(advantage: &str, value: &str) -> String {
    format!("advantage {advantage}; expected before it: {value}")
}

/// One answer's.
pub fn numbers(
    reward: Option<&str>,
    advantage: Option<&str>,
    kl: Option<&str>,
    tokens: usize,
    is_finished: bool,
) -> String {
    let mut told = vec![match reward {
        Some(reward) => format!("reward {reward}"),
        None => "no reward".to_owned(),
    }];
    told.extend(advantage.map(|advantage| format!("advantage {advantage}")));
    told.extend(kl.map(|kl| format!("KL {kl}")));
    told.push(counted(tokens, "token"));
    if !is_finished {
        told.push("cut off".to_owned());
    }
    told.join(" · ")
}

pub const REWARD_CHART: &str = "reward";
pub const REWARD_HEADING: &str = "Reward of fresh answers";

pub fn reward_at(step: f64, reward: &str) -> String {
    format!("After step {step}, fresh answers have a mean reward of {reward}.")
}

pub const REWARD_OF_NO_STEP: &str = "No run has sampled answers yet.";
