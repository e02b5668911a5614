//! A pair token by token under policy and reference.

use crate::batch::Batch;
use crate::model::Model;
use crate::pass::vocabulary_logps;
use crate::sequence::Sequence;
use crate::text::{Preparation, TokenisedRow};
use burn::tensor::Tensor;
use tilt_protocol::{Error, Example, Inspection, NextToken, Result, SequenceView, TokenView};

/// Most likely tokens kept a position and model.
const TOP: usize = 6;

/// One pair, with the reference's log-probs computed once.
pub struct Inspector {
    pub example: Example,
    /// Chosen and rejected, or the one there is.
    sides: Vec<Sequence>,
    /// Log-probs over the vocabulary at each scored position, `[n * v]`.
    reference: Vec<f32>,
}

impl Inspector {
    /// # Errors
    /// [`Error::SequenceTooLong`] for a pair that does not fit the context, and those
    /// of [`tokenise`](crate::text::tokenise).
    pub async fn new(model: &Model, reference: &Tensor<1>, example: Example) -> Result<Inspector> {
        let limit = model.config.n_positions;
        let one = std::slice::from_ref(&example);
        let preparation = match example {
            Example::Pair { .. } => Preparation::Preference,
            Example::Unpaired { .. } => Preparation::Unpaired,
            Example::Completion { .. } | Example::Text { .. } | Example::Prompt { .. } => {
                Preparation::Texts
            }
        };
        let rows = model.prepare(one, preparation, limit)?.all_good()?;
        let sides = match rows.rows.into_iter().next().map(|row| row.cut(limit)) {
            Some(TokenisedRow::Pair {
                chosen, rejected, ..
            }) => vec![chosen, rejected],
            Some(TokenisedRow::Unpaired { sequence, .. } | TokenisedRow::Text { sequence }) => {
                vec![sequence]
            }
            None => {
                return Err(Error::SequenceTooLong {
                    what: "the pair's prompt".to_owned(),
                    found: prompt_tokens(model, &example)?,
                    limit,
                });
            }
        };
        let reference = logps_of_sides(model, reference, &sides).await?;
        Ok(Inspector {
            example,
            sides,
            reference,
        })
    }

    /// The pair under the policy as it is now.
    ///
    /// # Errors
    /// [`Error::Device`] when the device was lost.
    pub async fn inspect(
        &self,
        model: &Model,
        policy: &Tensor<1>,
        step: usize,
    ) -> Result<Inspection> {
        let policy = logps_of_sides(model, policy, &self.sides).await?;
        let batch = Batch::new(&self.sides, model.pad_id())?;
        let vocab = model.config.vocab_size;
        let view = |side: usize| -> Result<SequenceView> {
            let text = model.text("showing tokens")?;
            let prompt_of = |sequence: &Sequence| {
                let ids = sequence.prompt.iter();
                ids.map(|&id| text.token_text(id)).collect()
            };
            let Some(sequence) = self.sides.get(side) else {
                let prompt = self.sides.first().map(prompt_of).unwrap_or_default();
                let completion = Vec::new();
                return Ok(SequenceView { prompt, completion });
            };
            let span = batch.spans[side].clone();
            let skipped = sequence.completion.len() - span.len();
            let completion = span
                .zip(&sequence.completion[skipped..])
                .map(|(row, &id)| {
                    let rows = row * vocab..(row + 1) * vocab;
                    let (policy, reference) = (&policy[rows.clone()], &self.reference[rows]);
                    TokenView {
                        token: text.token_text(id),
                        id,
                        policy_logp: f64::from(policy[id as usize]),
                        reference_logp: f64::from(reference[id as usize]),
                        next_tokens: next_tokens(policy, reference, |id| text.token_text(id)),
                    }
                })
                .collect();
            let prompt = prompt_of(sequence);
            Ok(SequenceView { prompt, completion })
        };
        Ok(Inspection {
            step,
            chosen: view(0)?,
            rejected: view(1)?,
        })
    }
}

fn prompt_tokens(model: &Model, example: &Example) -> Result<usize> {
    let (Example::Pair { prompt, .. }
    | Example::Unpaired { prompt, .. }
    | Example::Completion { prompt, .. }
    | Example::Prompt { prompt }
    | Example::Text { text: prompt }) = example;
    let text = model.text("a prompt")?;
    Ok(text.encode(&text.prompt_text(prompt)?, false)?.len())
}

/// The most likely tokens under either model, the policy's favourite first.
pub fn next_tokens(
    policy: &[f32],
    reference: &[f32],
    token_text: impl Fn(u32) -> String,
) -> Vec<NextToken> {
    let mut ids = likeliest(policy);
    ids.extend(likeliest(reference));
    ids.sort_by(|&a, &b| policy[b].total_cmp(&policy[a]).then(a.cmp(&b)));
    ids.dedup();
    ids.into_iter()
        .map(|id| NextToken {
            token: token_text(id as u32),
            id: id as u32,
            policy: f64::from(policy[id]).exp(),
            reference: f64::from(reference[id]).exp(),
        })
        .collect()
}

/// The [`TOP`] largest, of equals the first, in one pass over the vocabulary: few of its numbers
/// are ever among them.
fn likeliest(logps: &[f32]) -> Vec<usize> {
    let mut top: Vec<usize> = Vec::with_capacity(TOP + 1);
    for (id, logp) in logps.iter().enumerate() {
        let is_larger = |other: &usize| logp.total_cmp(&logps[*other]).is_gt();
        if top.len() == TOP && !top.last().is_some_and(is_larger) {
            continue;
        }
        let rank = top.partition_point(|other| !is_larger(other));
        top.insert(rank, id);
        top.truncate(TOP);
    }
    top
}

async fn logps_of_sides(model: &Model, arena: &Tensor<1>, sides: &[Sequence]) -> Result<Vec<f32>> {
    let batch = Batch::new(sides, model.pad_id())?;
    match batch.scored() {
        0 => Ok(Vec::new()),
        _ => vocabulary_logps(model, arena, &batch).await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    #[test]
    fn the_likeliest_are_those_of_a_sorted_vocabulary() {
        let mut random = Random::from_seed(2);
        for vocab in [0, 1, TOP - 1, TOP, TOP + 1, 500] {
            for levels in [2, 7, 1_000_000] {
                // Few levels: many equals.
                let logps = (0..vocab).map(|_| -(random.below(levels) as f32));
                let logps: Vec<f32> = logps.collect();
                let mut sorted: Vec<usize> = (0..vocab).collect();
                sorted.sort_by(|&a, &b| logps[b].total_cmp(&logps[a]));
                sorted.truncate(TOP);
                assert_eq!(likeliest(&logps), sorted, "{vocab} {levels}");
            }
        }
    }

    #[test]
    fn bars_hold_the_favourites_of_both_models_once() {
        let policy: Vec<f32> = (0..20).map(|id| -(id as f32)).collect();
        let reference: Vec<f32> = (0..20).map(|id| -((19 - id) as f32)).collect();
        let bars = next_tokens(&policy, &reference, |id| id.to_string());
        let ids: Vec<u32> = bars.iter().map(|bar| bar.id).collect();
        assert_eq!(ids, vec![0, 1, 2, 3, 4, 5, 14, 15, 16, 17, 18, 19]);
    }
}
