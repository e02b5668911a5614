//! Written answers under policy and reference: what the closed form is drawn from.

use super::Lab;
use crate::batch::Sequence;
use crate::logps::score;
use crate::text::TokenisedRow;
use tilt_protocol::{Content, Error, Event, Example, ObjectiveKind, RequestId, Result};

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
        let context = model.config.n_positions;
        let objective = ObjectiveKind::Sft.with_beta(1.0);
        let rows = model.rows(&examples, &objective, usize::MAX)?.all_good()?;
        if rows.dropped > 0 {
            return Err(Error::SequenceTooLong {
                what: "the prompt".to_owned(),
                found: context,
                limit: context,
            });
        }
        let sequences: Vec<Sequence> = rows
            .rows
            .into_iter()
            .filter_map(|row| match row {
                TokenisedRow::Text { sequence } => Some(sequence),
                TokenisedRow::Pair { .. } | TokenisedRow::Unpaired { .. } => None,
            })
            .collect();
        let sequences: Vec<&Sequence> = sequences.iter().collect();
        let mut sums = Vec::new();
        for arena in [self.policy()?, &loaded.reference] {
            let scored = score(&model.gpt(arena), &sequences, 8, model.pad_id()).await?;
            sums.push(scored.iter().map(|row| row.sum.0).collect::<Vec<f64>>());
        }
        let reference = sums.pop().unwrap_or_default();
        let event = Event::Candidates {
            step: self.policy_step(),
            policy: sums.pop().unwrap_or_default(),
            reference,
        };
        self.emit(id, event);
        Ok(())
    }
}
