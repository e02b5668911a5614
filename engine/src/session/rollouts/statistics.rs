//! What TRL logs of answers before anything is trained on them.

use super::rows::is_truncated;
use crate::gpt_config::GptConfig;
use crate::loss::online::{deviation, mean};
use crate::sequence::Sequence;
use tilt_protocol::{Metrics, metrics};

/// Mean and deviation of what each reward function said, and of their weighted sum, over
/// what could be scored.
pub fn log_rewards(
    logged: &mut Metrics,
    names: &[String],
    rewards: &[Vec<Option<f64>>],
    totals: &[Option<f64>],
) {
    let functions = rewards.iter().map(Vec::len).max().unwrap_or(0);
    for function in 0..functions {
        let of_one = rewards.iter().filter_map(|of_all| *of_all.get(function)?);
        let of_one: Vec<f64> = of_one.collect();
        let numbered = format!("f{function}");
        let name = names.get(function).unwrap_or(&numbered);
        let [mean_name, std_name] = metrics::of_reward_function(name);
        logged.set_some(&mean_name, mean(&of_one));
        logged.set_some(&std_name, deviation(&of_one));
    }
    let totals: Vec<f64> = totals.iter().copied().flatten().collect();
    logged.set_some(metrics::REWARD, mean(&totals));
    logged.set_some(metrics::REWARD_STD, deviation(&totals));
}

/// Lengths in tokens, of all answers and of those that ended by themselves.
pub fn log_lengths(logged: &mut Metrics, sequences: &[Sequence], config: &GptConfig) {
    let all: Vec<f64> = sequences.iter().map(length).collect();
    let ended = sequences.iter();
    let ended = ended.filter(|sequence| !is_truncated(&sequence.completion, config));
    let ended: Vec<f64> = ended.map(length).collect();
    let clipped = 1.0 - ended.len() as f64 / all.len().max(1) as f64;
    // TRL's zero where none ended.
    let ended = if ended.is_empty() { vec![0.0] } else { ended };
    for (names, lengths) in [
        (metrics::COMPLETION_LENGTHS, all),
        (metrics::TERMINATED_LENGTHS, ended),
    ] {
        logged.set_some(names[0], mean(&lengths));
        logged.set_some(names[1], lengths.iter().copied().reduce(f64::min));
        logged.set_some(names[2], lengths.iter().copied().reduce(f64::max));
    }
    logged.set(metrics::COMPLETIONS_CLIPPED, clipped);
}

fn length(sequence: &Sequence) -> f64 {
    sequence.completion.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_of_all_and_of_what_ended() {
        let mut config = GptConfig::new(10, 8, 8, 1, 2);
        config.eos_token_id = Some(9);
        let sequence = |completion: &[u32]| Sequence {
            prompt: vec![1],
            completion: completion.to_vec(),
        };
        let mut logged = Metrics::default();
        let all = [sequence(&[1, 2, 9]), sequence(&[1, 2, 3, 4])];
        log_lengths(&mut logged, &all, &config);
        for (name, expected) in [
            ("completions/mean_length", 3.5),
            ("completions/max_terminated_length", 3.0),
            ("completions/clipped_ratio", 0.5),
        ] {
            assert_eq!(logged.get(name), Some(expected), "{name}");
        }
        let mut logged = Metrics::default();
        log_lengths(&mut logged, &all[1..], &config);
        assert_eq!(logged.get("completions/mean_terminated_length"), Some(0.0));
    }

    #[test]
    fn what_could_not_be_scored_is_left_out() {
        let rewards = [vec![Some(1.0), None], vec![Some(3.0), Some(5.0)]];
        let mut logged = Metrics::default();
        log_rewards(&mut logged, &[], &rewards, &[Some(1.0), Some(8.0)]);
        for (name, expected) in [
            ("rewards/f0/mean", Some(2.0)),
            ("rewards/f0/std", Some(2.0_f64.sqrt())),
            ("rewards/f1/mean", Some(5.0)),
            ("rewards/f1/std", None),
            ("reward", Some(4.5)),
        ] {
            assert_eq!(logged.get(name), expected, "{name}");
        }
    }
}
