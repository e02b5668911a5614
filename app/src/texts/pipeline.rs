//! The two roads from labels to a policy, stage by stage.

use super::counts::counted;

pub const TITLE: &str = "Two roads to a policy";
pub const EXPLAINED: &str =
    "Both begin with the same reference and the same labels. Press a stage to work on it.";
pub const DIRECT: &str = "Directly from preferences";
pub const THROUGH_A_REWARD: &str = "Through a reward";
pub const FINE_TUNING: &str = "Fine-tuning";
pub const LABELS: &str = "Labels";
pub const REWARD_MODEL: &str = "Reward model";
pub const JUDGE: &str = "Judge";
pub const IS_REFERENCE: &str = "is the reference";
pub const NOT_TRAINED: &str = "not trained yet";
pub const TRAINING: &str = "training…";
pub const ASKED_DIRECTLY: &str = "asked directly: no model";

pub fn labels(count: usize) -> String {
    counted(count, "label")
}

pub fn steps(step: usize, of: usize) -> String {
    format!("{step} of {}", counted(of, "step"))
}

pub fn models(count: usize, bytes: &str) -> String {
    format!("{}, {bytes}", counted(count, "model"))
}

pub fn seconds(seconds: &str) -> String {
    format!("{seconds} s")
}

pub fn held_out(share: &str) -> String {
    format!("{share} of held-out pairs")
}

pub fn result(kl: Option<&str>, reward: Option<&str>) -> Option<String> {
    let reward = reward.map(|reward| format!("reward {reward}"));
    let kl = kl.map(|kl| format!("KL {kl}"));
    let told: Vec<String> = reward.into_iter().chain(kl).collect();
    (!told.is_empty()).then(|| told.join(", "))
}
