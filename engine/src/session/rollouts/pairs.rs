//! Two fresh answers to a prompt as a pair: the better one is chosen.

use super::rows::{kept, sequence};
use crate::gpt_config::GptConfig;
use crate::loss::online::{first_is_chosen, total_reward, with_eos_penalty};
use crate::sequence::Sequence;
use crate::session::rows::FreshPairs;
use tilt_protocol::dataset::{RolloutCompletion, RolloutRow};
use tilt_protocol::{Error, OnlineDpoObjective, Result};

/// The pairs of rows of two scored completions. A prompt is cut from the left so that the
/// longer answer ends within `max_length` tokens; TRL cuts all prompts of a batch as the
/// longest needs it.
///
/// # Errors
/// [`Error::NonFinite`] for an answer that could not be scored: there is no better one then.
pub fn pairs(
    rows: &[RolloutRow],
    objective: &OnlineDpoObjective,
    weights: Option<&[f64]>,
    config: &GptConfig,
    max_length: usize,
) -> Result<FreshPairs> {
    let mut out = FreshPairs::default();
    for row in rows {
        let [first, second] = &row.completions[..] else {
            return Err(Error::internal("a pair without two answers"));
        };
        let longest = kept(&first.ids, config).max(kept(&second.ids, config));
        let excess = (row.prompt.len() + longest).saturating_sub(max_length);
        let prompt = &row.prompt[excess.min(row.prompt.len())..];
        let scored = |completion: &RolloutCompletion| -> Result<(Sequence, f64, bool)> {
            let rewards = &completion.rewards;
            let ones = vec![1.0; rewards.len()];
            let weights = weights.unwrap_or(&ones);
            let reward = total_reward(rewards, weights).ok_or_else(|| Error::NonFinite {
                quantity: "the reward of an answer".to_owned(),
                value: "none".to_owned(),
            })?;
            let mut sequence = sequence(prompt, completion, config);
            sequence.cut(max_length);
            let has_eos = sequence.completion.iter().any(|&id| config.ends_text(id));
            let penalty = objective.missing_eos_penalty;
            let reward = with_eos_penalty(reward, has_eos, penalty);
            Ok((sequence, reward, has_eos))
        };
        let answers = [scored(first)?, scored(second)?];
        let [first, second] = &answers;
        let is_first = first_is_chosen([first.1, second.1]);
        let [chosen, rejected] = match is_first {
            true => [first, second],
            false => [second, first],
        };
        out.pairs.sides.push([chosen.0.clone(), rejected.0.clone()]);
        out.pairs.margins.push(0.0);
        out.scores.push([chosen.1, rejected.1]);
        out.ends.push([chosen.2, rejected.2]);
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_better_answer_is_chosen_and_the_prompt_gives_way() {
        let mut config = GptConfig::new(10, 8, 8, 1, 2);
        config.eos_token_id = Some(9);
        let completion = |ids: &[u32], reward: f64| RolloutCompletion {
            ids: ids.to_vec(),
            rewards: vec![Some(reward)],
            advantage: None,
            old_logps: None,
        };
        let row = |second: f64| RolloutRow {
            prompt: vec![1, 2, 3],
            completions: vec![
                completion(&[4, 5, 6], 1.0),
                completion(&[7, 9, 8, 8], second),
            ],
            line: 1,
        };
        let objective = OnlineDpoObjective {
            missing_eos_penalty: Some(0.5),
            ..OnlineDpoObjective::default()
        };
        let found = pairs(&[row(0.5), row(0.6)], &objective, None, &config, 5).unwrap();
        let [tie, second] = &found.pairs.sides[..] else {
            panic!("two pairs");
        };
        assert_eq!(tie[0].completion, [4, 5, 6]);
        assert_eq!((&tie[0].prompt, &tie[1].prompt), (&vec![2, 3], &vec![2, 3]));
        assert_eq!(second[0].completion, [7, 9]);
        assert_eq!(found.scores, [[0.5, 0.5], [0.6, 0.5]]);
        assert_eq!(found.ends[1], [true, false]);
    }
}
