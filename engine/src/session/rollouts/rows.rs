//! Rollouts as they come, checked against the model and cut as TRL cuts them.

use crate::gpt_config::GptConfig;
use crate::sequence::Sequence;
use tilt_protocol::dataset::{RolloutCompletion, RolloutRow};
use tilt_protocol::{Error, OnlineObjective, Result};

/// The rows that a model can read, and what is wrong with the others, an
/// [`Error::BadRow`] each. `generations`: how many completions the config says a prompt has.
pub fn check_rollouts(
    rows: Vec<RolloutRow>,
    objective: &OnlineObjective,
    config: &GptConfig,
    generations: Option<usize>,
) -> (Vec<RolloutRow>, Vec<Error>) {
    let (mut good, mut bad) = (Vec::new(), Vec::new());
    for row in rows {
        match check(&row, objective, config, generations) {
            Ok(()) => good.push(row),
            Err(error) => bad.push(error),
        }
    }
    (good, bad)
}

fn check(
    row: &RolloutRow,
    objective: &OnlineObjective,
    config: &GptConfig,
    generations: Option<usize>,
) -> Result<()> {
    let bad = |field: &str, found: String, expected: String| Error::BadRow {
        line: row.line,
        field: field.to_owned(),
        found,
        expected,
    };
    let count = row.completions.len();
    let completions = |count: usize| match count {
        1 => "1 completion".to_owned(),
        count => format!("{count} completions"),
    };
    let expected = match (objective, generations) {
        (OnlineObjective::OnlineDpo(_), _) => Some((2, "a pair")),
        (_, Some(generations)) => Some((generations, "as num_generations says")),
        (_, None) => None,
    };
    if let Some((expected, why)) = expected
        && count != expected
    {
        let expected = format!("{}, {why}", completions(expected));
        return Err(bad("completions_ids", completions(count), expected));
    }
    let beyond = |id: &&u32| **id as usize >= config.vocab_size;
    let vocabulary = || {
        format!(
            "ids below {}, the size of the vocabulary",
            config.vocab_size
        )
    };
    if let Some(id) = row.prompt.iter().find(beyond) {
        return Err(bad("prompt_ids", format!("the id {id}"), vocabulary()));
    }
    for completion in &row.completions {
        if let Some(id) = completion.ids.iter().find(beyond) {
            return Err(bad("completions_ids", format!("the id {id}"), vocabulary()));
        }
        let (prompt, length) = (row.prompt.len(), kept(&completion.ids, config));
        if prompt + length == 0 {
            let expected = "a token, in the prompt at least".to_owned();
            return Err(bad("completions_ids", "no token".to_owned(), expected));
        }
        let is_cut_to_fit = matches!(objective, OnlineObjective::OnlineDpo(_));
        if prompt + length > config.n_positions && !is_cut_to_fit {
            let found = format!("{prompt} tokens of prompt and {length} of a completion");
            let expected = format!("at most {}, the context", config.n_positions);
            return Err(bad("completions_ids", found, expected));
        }
    }
    let weights = objective.reward_weights().map(<[f64]>::len);
    let functions = row.completions.iter().map(|c| c.rewards.len()).max();
    if let (Some(weights), Some(functions)) = (weights, functions.filter(|&count| count > 0))
        && weights != functions
    {
        let expected = format!("{weights}, one a weight of reward_weights");
        let found = format!("{functions} numbers a completion");
        return Err(bad("rewards", found, expected));
    }
    if matches!(objective, OnlineObjective::OnlineDpo(_)) {
        let is_unscored =
            |completion: &RolloutCompletion| completion.rewards.iter().all(Option::is_none);
        if row.completions.iter().any(is_unscored) {
            let expected = "a number for both completions: without one there is no better answer";
            let found = "no number".to_owned();
            return Err(bad("rewards", found, expected.to_owned()));
        }
    }
    Ok(())
}

/// The tokens of a completion up to its first end of text, that one included: TRL masks what
/// comes behind.
pub fn kept(ids: &[u32], config: &GptConfig) -> usize {
    let end = ids.iter().position(|&id| config.ends_text(id));
    end.map_or(ids.len(), |end| end + 1)
}

/// A completion behind its prompt, without what stands behind its end of text.
pub fn sequence(prompt: &[u32], completion: &RolloutCompletion, config: &GptConfig) -> Sequence {
    Sequence {
        prompt: prompt.to_vec(),
        completion: completion.ids[..kept(&completion.ids, config)].to_vec(),
    }
}

/// Whether an answer was cut before its end: its last id is neither an end of text nor the
/// pad token.
pub fn is_truncated(completion: &[u32], config: &GptConfig) -> bool {
    completion
        .last()
        .is_none_or(|&id| !config.ends_text(id) && config.pad_token_id != Some(id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tilt_protocol::{GrpoObjective, OnlineDpoObjective};

    fn config() -> GptConfig {
        let mut config = GptConfig::new(10, 8, 8, 1, 2);
        config.eos_token_id = Some(9);
        config.pad_token_id = Some(0);
        config
    }

    fn row(prompt: &[u32], completions: &[&[u32]], rewards: &[Option<f64>]) -> RolloutRow {
        RolloutRow {
            prompt: prompt.to_vec(),
            completions: completions
                .iter()
                .map(|ids| RolloutCompletion {
                    ids: ids.to_vec(),
                    rewards: rewards.to_vec(),
                    advantage: None,
                    old_logps: None,
                })
                .collect(),
            line: 3,
        }
    }

    #[test]
    fn what_a_model_cannot_read_is_refused_by_line() {
        let grpo = OnlineObjective::Grpo(GrpoObjective::default());
        let pair = OnlineObjective::OnlineDpo(OnlineDpoObjective::default());
        let one = [Some(1.0)];
        for (objective, row, generations, field) in [
            (&grpo, row(&[10], &[&[1]], &one), None, "prompt_ids"),
            (&grpo, row(&[1], &[&[1, 11]], &one), None, "completions_ids"),
            (&grpo, row(&[], &[&[]], &one), None, "completions_ids"),
            (
                &grpo,
                row(&[1; 6], &[&[1; 3]], &one),
                None,
                "completions_ids",
            ),
            (&grpo, row(&[1], &[&[1]], &one), Some(2), "completions_ids"),
            (&pair, row(&[1], &[&[1]], &one), None, "completions_ids"),
            (&pair, row(&[1], &[&[1], &[2]], &[None]), None, "rewards"),
        ] {
            let (good, bad) = check_rollouts(vec![row], objective, &config(), generations);
            assert!(good.is_empty());
            match &bad[..] {
                [Error::BadRow { line, field: f, .. }] => {
                    assert_eq!((*line, f.as_str()), (3, field));
                }
                other => panic!("{other:?}"),
            }
        }
        // What stands behind the end of text takes no room.
        let cut = row(&[1; 6], &[&[9, 4, 4, 4]], &one);
        let (good, bad) = check_rollouts(vec![cut], &grpo, &config(), None);
        assert_eq!((good.len(), bad.len()), (1, 0));
    }

    #[test]
    fn an_answer_is_whole_with_its_end_of_text() {
        let config = config();
        assert!(!is_truncated(&[1, 9], &config) && !is_truncated(&[9, 0], &config));
        assert!(is_truncated(&[9, 1], &config) && is_truncated(&[], &config));
        assert_eq!(kept(&[1, 9, 9, 2], &config), 2);
    }
}
