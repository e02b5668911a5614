//! Rows of Nectar: a prompt as a transcript, and ranked answers.
//!
//! Source: <https://huggingface.co/datasets/berkeley-nest/Nectar>.

use super::transcript::turns_of_transcript;
use crate::dataset::json::kind_of;
use crate::dataset::row::Row;
use crate::dataset::{Content, Example, Role, Turn};
use crate::error::Result;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Which pairs a ranking gives. Two answers of the same rank give none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NectarPairs {
    /// One pair.
    #[default]
    BestWorst,
    /// The best against each other one.
    BestEach,
    /// Each against the next.
    Neighbours,
    /// Each against each below it.
    All,
}

/// Nectar ranks seven. More than this would make hundreds of pairs of one row.
const MOST_ANSWERS: usize = 16;

const PROMPT: &str =
    "a transcript that ends with an empty assistant's turn: \\n\\nHuman: ... \\n\\nAssistant: ";

/// The pairs of a row, the better ones first; at least one.
///
/// # Errors
/// [`crate::Error::BadRow`].
pub fn examples(row: &Row, pairs: NectarPairs) -> Result<Vec<Example>> {
    let prompt = Content::Turns(prompt(row)?);
    let mut answers = answers(row)?;
    // Stable: answers of the same rank stay in the file's order.
    answers.sort_by(|a, b| a.rank.total_cmp(&b.rank));
    let last = answers.len() - 1;
    let is_wanted = |better: usize, worse: usize| match pairs {
        NectarPairs::BestWorst => better == 0 && worse == last,
        NectarPairs::BestEach => better == 0,
        NectarPairs::Neighbours => worse == better + 1,
        NectarPairs::All => true,
    };
    let mut examples = Vec::new();
    for (better, chosen) in answers.iter().enumerate() {
        for (worse, rejected) in answers.iter().enumerate().skip(better + 1) {
            if is_wanted(better, worse) && chosen.rank < rejected.rank {
                examples.push(Example::Pair {
                    prompt: prompt.clone(),
                    chosen: Content::assistant(chosen.text),
                    rejected: Content::assistant(rejected.text),
                    margin: None,
                });
            }
        }
    }
    if examples.is_empty() {
        let found = "no two answers of different rank";
        return Err(row.bad("answers", found, "a ranking"));
    }
    Ok(examples)
}

fn prompt(row: &Row) -> Result<Vec<Turn>> {
    let text = match row.columns.get("prompt") {
        Some(Value::String(text)) => text,
        Some(other) => return Err(row.bad("prompt", kind_of(other), PROMPT)),
        None => return Err(row.bad("prompt", "missing", PROMPT)),
    };
    let mut turns = turns_of_transcript(text)
        .ok_or_else(|| row.bad("prompt", "a string that is no transcript", PROMPT))?;
    // The turn that the answers fill.
    turns.pop_if(|turn| turn.role == Role::Assistant && turn.content.trim().is_empty());
    match turns.last() {
        Some(turn) if turn.role == Role::User => Ok(turns),
        _ => Err(row.bad(
            "prompt",
            "a transcript that an assistant's turn ends",
            PROMPT,
        )),
    }
}

struct RankedAnswer<'a> {
    text: &'a str,
    /// 1 is the best.
    rank: f64,
}

fn answers(row: &Row) -> Result<Vec<RankedAnswer<'_>>> {
    let expected = "a list of {\"answer\", \"rank\"}";
    let items = row.list("answers", expected)?;
    if items.len() < 2 || items.len() > MOST_ANSWERS {
        let expected = format!("2 to {MOST_ANSWERS}");
        return Err(row.bad("answers", format!("{} answers", items.len()), &expected));
    }
    let answer = |item| {
        let item: &Value = item;
        let text = item.get("answer")?.as_str()?;
        let rank = item.get("rank")?.as_f64()?;
        Some(RankedAnswer { text, rank })
    };
    items
        .iter()
        .map(answer)
        .collect::<Option<Vec<RankedAnswer>>>()
        .ok_or_else(|| row.bad("answers", "an answer without text or rank", expected))
}
