//! Rollouts of a file: answers of one prompt with what they are worth, as token ids.

use super::json::kind_of;
use super::row::Row;
use crate::error::{Error, Result};
use serde_json::Value;

const REWARDS: &str = "a list of numbers, one a completion, or of such lists, one number a reward function (null: could not be scored)";

/// A prompt and its completions.
#[derive(Clone, Debug, PartialEq)]
pub struct RolloutRow {
    pub prompt: Vec<u32>,
    /// At least one.
    pub completions: Vec<RolloutCompletion>,
    /// The line (from 1) that the row stands on.
    pub line: usize,
}

/// A completion as it was sampled and scored.
#[derive(Clone, Debug, PartialEq)]
pub struct RolloutCompletion {
    pub ids: Vec<u32>,
    /// One a reward function, `None` where it could not score. Empty with an advantage.
    pub rewards: Vec<Option<f64>>,
    /// Given in place of the rewards.
    pub advantage: Option<f64>,
    /// Log-probs of `ids` under the policy that sampled, nats.
    pub old_logps: Option<Vec<f64>>,
}

/// The rows of a file, good ones apart from refused ones.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ParsedRollouts {
    pub rows: Vec<RolloutRow>,
    /// [`Error::BadRow`], one a refused row.
    pub errors: Vec<Error>,
}

/// Reads JSON lines with the columns `prompt_ids`, `completions_ids` and `rewards`, or
/// `advantages` in place of the rewards, and optionally `old_logps`. Further columns do not
/// matter. All rows have as many reward functions as the first good one.
pub fn parse_rollouts(text: &str) -> ParsedRollouts {
    let mut parsed = ParsedRollouts::default();
    let mut functions = None;
    for (index, line) in text.lines().enumerate() {
        if line.trim().is_empty() {
            continue;
        }
        let row = Row::parse(line, index + 1).and_then(|row| {
            let rollout = row.rollout()?;
            let count = rollout.completions.first().map(|c| c.rewards.len());
            let expected = *functions.get_or_insert(count);
            if count != expected {
                let words = |count: Option<usize>| match count.unwrap_or(0) {
                    0 => "advantages".to_owned(),
                    1 => "one reward function".to_owned(),
                    count => format!("{count} reward functions"),
                };
                let expected = format!("{}, as the rows before it", words(expected));
                return Err(row.bad("rewards", words(count), &expected));
            }
            Ok(rollout)
        });
        match row {
            Ok(rollout) => parsed.rows.push(rollout),
            Err(error) => parsed.errors.push(error),
        }
    }
    parsed
}

impl Row {
    fn rollout(&self) -> Result<RolloutRow> {
        let prompt = self.ids("prompt_ids")?;
        let expected = "a list of completions, each a list of token ids";
        let completions = self.list("completions_ids", expected)?;
        if completions.is_empty() {
            return Err(self.bad("completions_ids", "an empty list", expected));
        }
        let count = completions.len();
        let id = |item: &Value| item.as_u64().and_then(|id| u32::try_from(id).ok());
        let of_items = |item: &Value| item.as_array()?.iter().map(id).collect::<Option<Vec<_>>>();
        let ids: Vec<Vec<u32>> = completions
            .iter()
            .map(of_items)
            .collect::<Option<_>>()
            .ok_or_else(|| self.bad("completions_ids", "another item", expected))?;
        let advantages = match self.has("advantages") {
            true => Some(self.advantages(count)?),
            false => None,
        };
        let rewards = match advantages {
            Some(_) => vec![Vec::new(); count],
            None => self.rewards(count)?,
        };
        let old_logps = match self.has("old_logps") {
            true => Some(self.old_logps(&ids)?),
            false => None,
        };
        let completions = ids.into_iter().zip(rewards).enumerate();
        Ok(RolloutRow {
            prompt,
            completions: completions
                .map(|(index, (ids, rewards))| RolloutCompletion {
                    ids,
                    rewards,
                    advantage: advantages.as_ref().map(|all| all[index]),
                    old_logps: old_logps.as_ref().map(|all| all[index].clone()),
                })
                .collect(),
            line: self.line,
        })
    }

    fn advantages(&self, count: usize) -> Result<Vec<f64>> {
        let expected = format!("{count} numbers, one a completion");
        let items = self.list("advantages", &expected)?;
        let numbers: Option<Vec<f64>> = items.iter().map(Value::as_f64).collect();
        match numbers {
            Some(numbers) if numbers.len() == count => Ok(numbers),
            Some(numbers) => {
                let found = format!("{} numbers", numbers.len());
                Err(self.bad("advantages", found, &expected))
            }
            None => Err(self.bad("advantages", "an item that is no number", &expected)),
        }
    }

    /// One list a completion, one number a reward function.
    fn rewards(&self, count: usize) -> Result<Vec<Vec<Option<f64>>>> {
        let items = self.list("rewards", REWARDS)?;
        if items.len() != count {
            let expected = format!("{count}, one a completion");
            return Err(self.bad("rewards", format!("{} items", items.len()), &expected));
        }
        let rewards: Vec<Vec<Option<f64>>> = items
            .iter()
            .map(|item| match item {
                Value::Array(of_functions) => of_functions.iter().map(reward).collect(),
                one => reward(one).map(|one| vec![one]),
            })
            .collect::<Option<_>>()
            .ok_or_else(|| self.bad("rewards", "another item", REWARDS))?;
        let functions = rewards.first().map_or(0, Vec::len);
        if functions == 0 || rewards.iter().any(|of_one| of_one.len() != functions) {
            let found = "lists of different lengths, or without a number";
            return Err(self.bad("rewards", found, REWARDS));
        }
        Ok(rewards)
    }

    fn old_logps(&self, ids: &[Vec<u32>]) -> Result<Vec<Vec<f64>>> {
        let expected = "lists of numbers, one a token of each completion";
        let items = self.list("old_logps", expected)?;
        let of_item = |item: &Value| {
            let numbers = item.as_array()?.iter().map(Value::as_f64);
            numbers.collect::<Option<Vec<f64>>>()
        };
        let logps: Option<Vec<Vec<f64>>> = items.iter().map(of_item).collect();
        let logps = logps.ok_or_else(|| {
            let found = items
                .iter()
                .map(kind_of)
                .find(|kind| *kind != "a list")
                .unwrap_or("an item that is no number");
            self.bad("old_logps", found, expected)
        })?;
        let lengths = |lists: &[Vec<f64>]| lists.iter().map(Vec::len).collect::<Vec<_>>();
        let wanted: Vec<usize> = ids.iter().map(Vec::len).collect();
        if lengths(&logps) != wanted {
            let found = format!("lists of {:?} numbers", lengths(&logps));
            let expected = format!("lists of {wanted:?} numbers, one a token");
            return Err(self.bad("old_logps", found, &expected));
        }
        Ok(logps)
    }
}

/// A reward, or none where a function could not score: null, which `NaN` is read as, or the
/// string "NaN". `None` for anything else.
fn reward(value: &Value) -> Option<Option<f64>> {
    match value {
        Value::Null => Some(None),
        Value::String(text) if text == "NaN" => Some(None),
        Value::Number(number) => number.as_f64().map(Some),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn only(text: &str) -> RolloutRow {
        let parsed = parse_rollouts(text);
        assert_eq!(parsed.errors, Vec::new());
        parsed.rows.into_iter().next().unwrap()
    }

    #[test]
    fn rewards_are_numbers_or_lists_of_them() {
        let row = only(
            r#"{"prompt_ids": [1], "completions_ids": [[2, 3], []], "rewards": [0.5, NaN], "x": 1}"#,
        );
        assert_eq!((row.prompt, row.line), (vec![1], 1));
        let rewards: Vec<_> = row.completions.iter().map(|c| c.rewards.clone()).collect();
        assert_eq!(rewards, [vec![Some(0.5)], vec![None]]);
        let row = only(
            r#"{"prompt_ids": [], "completions_ids": [[2], [3]], "rewards": [[1, null], ["NaN", 2]]}"#,
        );
        let rewards: Vec<_> = row.completions.iter().map(|c| c.rewards.clone()).collect();
        assert_eq!(rewards, [vec![Some(1.0), None], vec![None, Some(2.0)]]);
    }

    #[test]
    fn advantages_stand_in_for_rewards() {
        let row = only(
            r#"{"prompt_ids": [1], "completions_ids": [[2], [3, 4]], "rewards": "?", "advantages": [1, -1], "old_logps": [[-1], [-2, -3]]}"#,
        );
        assert_eq!(row.completions[1].advantage, Some(-1.0));
        assert_eq!(row.completions[1].old_logps, Some(vec![-2.0, -3.0]));
        assert_eq!(row.completions[1].rewards, []);
    }

    #[test]
    fn a_bad_row_names_its_line_and_column() {
        for (row, field) in [
            (
                r#"{"completions_ids": [[2]], "rewards": [1]}"#,
                "prompt_ids",
            ),
            (r#"{"prompt_ids": [1], "rewards": [1]}"#, "completions_ids"),
            (
                r#"{"prompt_ids": [1], "completions_ids": [2], "rewards": [1]}"#,
                "completions_ids",
            ),
            (
                r#"{"prompt_ids": [1], "completions_ids": [[2]]}"#,
                "rewards",
            ),
            (
                r#"{"prompt_ids": [1], "completions_ids": [[2]], "rewards": [1, 2]}"#,
                "rewards",
            ),
            (
                r#"{"prompt_ids": [1], "completions_ids": [[2]], "rewards": [[]]}"#,
                "rewards",
            ),
            (
                r#"{"prompt_ids": [1], "completions_ids": [[2]], "rewards": [Infinity]}"#,
                "rewards",
            ),
            (
                r#"{"prompt_ids": [1], "completions_ids": [[2]], "advantages": [null]}"#,
                "advantages",
            ),
            (
                r#"{"prompt_ids": [1], "completions_ids": [[2]], "rewards": [1], "old_logps": [[-1, -2]]}"#,
                "old_logps",
            ),
            ("[]", "row"),
        ] {
            let parsed = parse_rollouts(&format!("\n{row}\n"));
            assert_eq!(parsed.rows, [], "{row}");
            match &parsed.errors[..] {
                [Error::BadRow { line, field: f, .. }] => {
                    assert_eq!((*line, f.as_str()), (2, field), "{row}");
                }
                other => panic!("{row}: {other:?}"),
            }
        }
    }

    #[test]
    fn all_rows_have_as_many_reward_functions() {
        let row = |rewards: &str| {
            format!(r#"{{"prompt_ids": [1], "completions_ids": [[2]], {rewards}}}"#)
        };
        let text = [
            row(r#""rewards": [1]"#),
            row(r#""rewards": [[1, 2]]"#),
            row(r#""advantages": [1]"#),
            row(r#""rewards": [[null]]"#),
        ];
        let parsed = parse_rollouts(&text.join("\n"));
        assert_eq!((parsed.rows.len(), parsed.errors.len()), (2, 2));
    }
}
