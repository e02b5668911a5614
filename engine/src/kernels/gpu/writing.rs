//! Rows that are written token by token, as the kernels read them: one buffer of words, uploaded
//! once for several steps. Between steps a draw writes in it what each row reads next.

use super::launch::{Gpu, Kernel, PLAN_WORDS};
use super::plan::BatchPlan;

/// Words behind those of every plan: where each list of a draw begins.
///
/// - `LEFT`: tokens that each row may still write. One that has written the end of its text goes
///   on; nobody reads that.
/// - `DRAWN`: how many each row has drawn since the upload.
/// - `LOGITS_ROWS`: which of the logits of prompts each row goes on from.
/// - `UNITS`: random numbers from 0 to 1, a row of them for each step.
const DRAW_WORDS: [&str; 4] = ["LEFT", "DRAWN", "LOGITS_ROWS", "UNITS"];

/// A token to be read, and the cells of the cache that it sees: those of a prefix, and from
/// `own` on those that its text has for itself. It gets the cell of its position there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CachedToken {
    pub id: u32,
    pub position: u32,
    pub prefix: u32,
    pub prefix_len: u32,
    pub own: u32,
}

/// A row that is written.
#[derive(Clone, Debug, PartialEq)]
pub struct WritingRow {
    /// What it reads next; of one that has not begun, the last token of its prompt.
    pub next: CachedToken,
    /// Which of the prompts that are read together it goes on from, for one that has not begun.
    pub prompt: u32,
    /// Tokens that it may still write.
    pub left: u32,
    /// A random number for each step; none to take the likeliest.
    pub units: Vec<f32>,
}

/// Uploads the tokens of prompts, of which those in rows `scored` say what comes next.
pub(super) fn of_prompts(gpu: &Gpu, tokens: &[CachedToken], scored: Vec<u32>) -> BatchPlan {
    upload(gpu, tokens, scored, [&[]; 4])
}

/// Uploads rows for so many steps.
pub(super) fn of_rows(gpu: &Gpu, rows: &[WritingRow], steps: usize) -> BatchPlan {
    let tokens: Vec<CachedToken> = rows.iter().map(|row| row.next).collect();
    let left: Vec<u32> = rows.iter().map(|row| row.left).collect();
    let prompts: Vec<u32> = rows.iter().map(|row| row.prompt).collect();
    let unit = |step: usize, row: &WritingRow| row.units.get(step).map_or(0, |unit| unit.to_bits());
    let units: Vec<u32> = (0..steps)
        .flat_map(|step| rows.iter().map(move |row| unit(step, row)))
        .collect();
    let drawn = vec![0; rows.len()];
    let scored = (0..rows.len() as u32).collect();
    upload(gpu, &tokens, scored, [&left, &drawn, &prompts, &units])
}

fn upload(gpu: &Gpu, tokens: &[CachedToken], scored: Vec<u32>, draw: [&[u32]; 4]) -> BatchPlan {
    let rows = tokens.len();
    let ids: Vec<u32> = tokens.iter().map(|token| token.id).collect();
    let positions: Vec<u32> = tokens.iter().map(|token| token.position).collect();
    let seen: Vec<u32> = tokens
        .iter()
        .flat_map(|token| [token.prefix, token.prefix_len, token.own, 0])
        .collect();
    let mut plan = BatchPlan {
        words: gpu.room(0),
        rows,
        scored: scored.len(),
    };
    let counts = [rows, plan.scored, plan.room()].map(|count| count as u32);
    let mut lists: Vec<(&str, &[u32])> = vec![
        ("TOKENS", &ids),
        ("POSITIONS", &positions),
        ("SEEN", &seen),
        ("SCORED_ROWS", &scored),
    ];
    lists.extend(DRAW_WORDS.into_iter().zip(draw));
    let mut words = counts.to_vec();
    words.resize(PLAN_WORDS.len() + DRAW_WORDS.len(), 0);
    for (name, list) in lists {
        if let Some(word) = word_of(name) {
            words[word] = words.len() as u32;
        }
        words.extend(list);
    }
    plan.words = gpu.upload_words(words.into_iter());
    plan
}

fn word_of(name: &str) -> Option<usize> {
    let mut words = PLAN_WORDS.iter().chain(&DRAW_WORDS);
    words.position(|word| *word == name)
}

/// A kernel that knows the words of a draw too.
pub(super) fn with_draw_words(mut kernel: Kernel) -> Kernel {
    let words = DRAW_WORDS.iter().zip(PLAN_WORDS.len()..);
    kernel.constants.extend(words.map(|(&word, at)| (word, at)));
    kernel
}
