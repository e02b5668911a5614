//! Metrics of one optimiser step under TRL's names.

use serde::{Deserialize, Serialize, Serializer};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Steps at the end of a run whose mean a metric of the run is.
pub const LAST_STEPS: usize = 10;

pub const LOSS: &str = "loss";
/// Global L2 norm of the gradient before clipping.
pub const GRAD_NORM: &str = "grad_norm";
pub const LEARNING_RATE: &str = "learning_rate";
pub const EPOCH: &str = "epoch";
/// beta times the log-ratio of policy to reference, mean over chosen completions.
pub const REWARDS_CHOSEN: &str = "rewards/chosen";
pub const REWARDS_REJECTED: &str = "rewards/rejected";
/// Share of pairs whose chosen reward is strictly above the rejected one.
pub const REWARDS_ACCURACIES: &str = "rewards/accuracies";
pub const REWARDS_MARGINS: &str = "rewards/margins";
/// Mean over sequences of the summed log-probs of the completion, in nats.
pub const LOGPS_CHOSEN: &str = "logps/chosen";
pub const LOGPS_REJECTED: &str = "logps/rejected";
/// Not TRL's: the same two sums under the reference.
pub const REF_LOGPS_CHOSEN: &str = "ref_logps/chosen";
pub const REF_LOGPS_REJECTED: &str = "ref_logps/rejected";
/// KTO's batch estimate of the KL, clamped at 0.
pub const KL: &str = "kl";
/// Mean over scored tokens of the entropy of the policy's next-token distribution, in nats.
pub const ENTROPY: &str = "entropy";
/// Share of scored tokens (DPO: of the chosen ones) that were the policy's most likely.
pub const MEAN_TOKEN_ACCURACY: &str = "mean_token_accuracy";
/// Mean over positions and vocabulary of the raw logits: of the scored positions, but in
/// CPO and ORPO of all, padding included.
pub const LOGITS_CHOSEN: &str = "logits/chosen";
pub const LOGITS_REJECTED: &str = "logits/rejected";
/// CPO's and ORPO's supervised part.
pub const NLL_LOSS: &str = "nll_loss";
/// ORPO: mean over pairs of log sigma(log odds).
pub const LOG_ODDS_RATIO: &str = "log_odds_ratio";
/// ORPO: mean over pairs of the log odds of chosen to rejected.
pub const LOG_ODDS_CHOSEN: &str = "log_odds_chosen";
/// Reward model: share of pairs whose chosen reward is strictly above the rejected one.
pub const ACCURACY: &str = "accuracy";
/// Reward model: mean of chosen minus rejected reward.
pub const MARGIN: &str = "margin";
pub const MIN_REWARD: &str = "min_reward";
pub const MEAN_REWARD: &str = "mean_reward";
pub const MAX_REWARD: &str = "max_reward";
/// GRPO and RLOO: mean over answers of the weighted reward, as the functions gave it.
pub const REWARD: &str = "reward";
/// Its deviation over all answers, unbiased.
pub const REWARD_STD: &str = "reward_std";
/// Share of answers in a group of equal rewards, from which nothing can be learnt.
pub const FRAC_REWARD_ZERO_STD: &str = "frac_reward_zero_std";
/// Share of ratios below the clipping range with a negative advantage: over all, and in the
/// answer that has the fewest.
pub const CLIP_LOW_MEAN: &str = "clip_ratio/low_mean";
pub const CLIP_LOW_MIN: &str = "clip_ratio/low_min";
/// The same above the range with a positive advantage, and in the answer that has the most.
pub const CLIP_HIGH_MEAN: &str = "clip_ratio/high_mean";
pub const CLIP_HIGH_MAX: &str = "clip_ratio/high_max";
/// Both together.
pub const CLIP_REGION_MEAN: &str = "clip_ratio/region_mean";
/// CISPO: share of ratios above the bound with a positive advantage.
pub const CISPO_CLIP_RATIO: &str = "cispo_clip_ratio";
/// Mean, least and greatest length of an answer, in tokens.
pub const COMPLETION_LENGTHS: [&str; 3] = [
    "completions/mean_length",
    "completions/min_length",
    "completions/max_length",
];
/// The same of the answers that ended by themselves.
pub const TERMINATED_LENGTHS: [&str; 3] = [
    "completions/mean_terminated_length",
    "completions/min_terminated_length",
    "completions/max_terminated_length",
];
/// Share of answers that were cut.
pub const COMPLETIONS_CLIPPED: &str = "completions/clipped_ratio";
/// Online DPO and PPO: mean over answers of log pi - log pi_ref, in nats an answer.
pub const OBJECTIVE_KL: &str = "objective/kl";
/// Mean over answers of -log pi, in nats an answer.
pub const OBJECTIVE_ENTROPY: &str = "objective/entropy";
/// -beta times the KL.
pub const NON_SCORE_REWARD: &str = "objective/non_score_reward";
/// Not TRL's: PPO's `kl_coef` of a sampling, where it is steered.
pub const KL_COEF: &str = "objective/kl_coef";
/// The score with that on top.
pub const RLHF_REWARD: &str = "objective/rlhf_reward";
/// Mean score of all answers, penalties taken off.
pub const SCORES: &str = "objective/scores";
/// Mean of chosen minus rejected score.
pub const SCORES_MARGIN: &str = "objective/scores_margin";
/// Share of answers with an end of text.
pub const CONTAIN_EOS: &str = "val/contain_eos_token";
/// Not TRL's: mean over a sampling's answers of log pi - log pi_ref, in nats an answer, whatever
/// the trainer.
pub const SAMPLED_KL: &str = "sampled/kl";
/// PPO: answers of a sampling with an end of text.
pub const NUM_EOS: &str = "val/num_eos_tokens";
/// PPO: the two parts of its loss.
pub const POLICY_LOSS: &str = "loss/policy_avg";
pub const VALUE_LOSS: &str = "loss/value_avg";
/// PPO: half the mean square of the log-ratio of the policy to the one that sampled, nats squared.
pub const APPROXIMATE_KL: &str = "policy/approxkl_avg";
/// PPO: shares of tokens of which the clipped term counts.
pub const POLICY_CLIP_FRACTION: &str = "policy/clipfrac_avg";
pub const VALUE_CLIP_FRACTION: &str = "val/clipfrac_avg";
/// PPO: mean entropy of the next-token distributions, in nats.
pub const POLICY_ENTROPY: &str = "policy/entropy_avg";
/// PPO: mean ratio of the policy to the one that sampled.
pub const RATIO: &str = "val/ratio";
pub const BETA: &str = "beta";
/// Real (unpadded) tokens seen so far.
pub const NUM_TOKENS: &str = "num_tokens";

/// Mean and deviation of what one reward function said.
pub fn of_reward_function(name: &str) -> [String; 2] {
    ["mean", "std"].map(|what| format!("rewards/{name}/{what}"))
}

/// What the curve of a run that trains a policy can have, wherever it is trained: entropy,
/// token accuracy and logits are logged by the terminal alone.
pub const OF_CURVES: [&str; 17] = [
    LOSS,
    GRAD_NORM,
    LEARNING_RATE,
    EPOCH,
    REWARDS_CHOSEN,
    REWARDS_REJECTED,
    REWARDS_ACCURACIES,
    REWARDS_MARGINS,
    LOGPS_CHOSEN,
    LOGPS_REJECTED,
    NLL_LOSS,
    LOG_ODDS_RATIO,
    LOG_ODDS_CHOSEN,
    REF_LOGPS_CHOSEN,
    REF_LOGPS_REJECTED,
    REWARD,
    COMPLETION_LENGTHS[0],
];

/// Finite numbers by name. A quantity that a batch does not define (the mean
/// reward of chosen rows where there are none) is absent, as in TRL.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(from = "BTreeMap<String, f64>")]
pub struct Metrics {
    /// In the order of their names. A curve keeps one list a step, so a name that it usually
    /// has takes no memory of its own.
    values: Vec<(Cow<'static, str>, f64)>,
}

impl From<BTreeMap<String, f64>> for Metrics {
    fn from(values: BTreeMap<String, f64>) -> Metrics {
        let values = values.into_iter();
        Metrics {
            values: values.map(|(name, value)| (named(&name), value)).collect(),
        }
    }
}

impl Serialize for Metrics {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

/// The name as it is kept.
fn named(name: &str) -> Cow<'static, str> {
    match OF_CURVES.iter().find(|known| **known == name) {
        Some(known) => Cow::Borrowed(known),
        None => Cow::Owned(name.to_owned()),
    }
}

impl Metrics {
    pub fn get(&self, name: &str) -> Option<f64> {
        let place = self.place(name).ok()?;
        self.values.get(place).map(|(_, value)| *value)
    }

    fn place(&self, name: &str) -> Result<usize, usize> {
        self.values
            .binary_search_by(|(known, _)| (**known).cmp(name))
    }

    /// Names and values, in the order of the names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, f64)> {
        self.values.iter().map(|(name, value)| (&**name, *value))
    }

    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Records a value; one that is not finite is left out, since JSON cannot say it.
    pub fn set(&mut self, name: &str, value: f64) {
        if !value.is_finite() {
            return;
        }
        match self.place(name) {
            Ok(place) => self.values[place].1 = value,
            Err(place) => self.values.insert(place, (named(name), value)),
        }
    }

    /// Records all that another list has.
    pub fn set_all(&mut self, others: &Metrics) {
        for (name, value) in others.iter() {
            self.set(name, value);
        }
    }

    /// Records a value where the batch defines one.
    pub fn set_some(&mut self, name: &str, value: Option<f64>) {
        if let Some(value) = value {
            self.set(name, value);
        }
    }

    /// The mean of each metric over the batches that define it.
    pub fn mean(batches: &[Metrics]) -> Metrics {
        let mut sums: BTreeMap<&str, (f64, usize)> = BTreeMap::new();
        for (name, value) in batches.iter().flat_map(Metrics::iter) {
            let (sum, count) = sums.entry(name).or_default();
            *sum += value;
            *count += 1;
        }
        let mut mean = Metrics::default();
        for (name, (sum, count)) in sums {
            mean.set(name, sum / count as f64);
        }
        mean
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metrics_come_back_from_json_in_the_order_of_their_names() {
        let mut metrics = Metrics::default();
        for (name, value) in [("own/metric", 3.0), (LOSS, 2.0), (EPOCH, 1.0), (LOSS, 0.5)] {
            metrics.set(name, value);
        }
        metrics.set(GRAD_NORM, f64::NAN);
        let json = serde_json::to_string(&metrics).unwrap();
        assert_eq!(json, r#"{"epoch":1.0,"loss":0.5,"own/metric":3.0}"#);
        let back: Metrics = serde_json::from_str(&json).unwrap();
        assert_eq!(back, metrics);
        assert_eq!(back.get("own/metric"), Some(3.0));
        assert_eq!(back.get(GRAD_NORM), None);
        // A name that curves have is not kept a second time.
        let borrowed = |(name, _): &(Cow<str>, f64)| matches!(name, Cow::Borrowed(_));
        assert_eq!(
            back.values.iter().filter(|value| borrowed(value)).count(),
            2
        );
        let names: Vec<&str> = back.iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["epoch", "loss", "own/metric"]);
    }
}
