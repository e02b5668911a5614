//! Written answers under policy and reference: what the closed form is drawn from.

use super::Lab;
use crate::batch::Sequence;
use crate::logps::score;
use crate::text::{Preparation, TokenisedRow};
use tilt_protocol::{Content, Error, Event, Example, RequestId, Result};

impl Lab {
    pub(super) async fn candidates(
        &mut self,
        id: RequestId,
        prompt: String,
        answers: Vec<String>,
    ) -> Result<()> {
        let loaded = self.loaded()?;
        let model = &loaded.model;
        let examples: Vec<Example> = answers
            .iter()
            .map(|answer| Example::Completion {
                prompt: Content::user(&prompt),
                completion: Content::assistant(answer),
            })
            .collect();
        // Whole answers or none: the sum over a part would look like a likely answer.
        let rows = model
            .prepare(&examples, Preparation::Texts, usize::MAX)?
            .all_good()?;
        let sequences: Vec<Sequence> = rows
            .rows
            .into_iter()
            .filter_map(|row| match row {
                TokenisedRow::Text { sequence } => Some(sequence),
                TokenisedRow::Pair { .. } | TokenisedRow::Unpaired { .. } => None,
            })
            .collect();
        let limit = model.config.n_positions;
        if let Some(found) = sequences.iter().map(Sequence::len).find(|len| *len > limit) {
            return Err(Error::SequenceTooLong {
                what: "prompt and answer".to_owned(),
                found,
                limit,
            });
        }
        let sequences: Vec<&Sequence> = sequences.iter().collect();
        let mut sums = Vec::new();
        for arena in [self.policy()?, &loaded.reference] {
            let scored = score(model, arena, &sequences, 8).await?;
            sums.push(scored.iter().map(|row| row.sum.0).collect::<Vec<f64>>());
        }
        let reference = sums.pop().unwrap_or_default();
        let event = Event::Candidates {
            of: self.policy_at(),
            policy: sums.pop().unwrap_or_default(),
            reference,
        };
        self.emit(id, event);
        Ok(())
    }
}
