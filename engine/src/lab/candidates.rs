//! Written answers under policy and reference: what the closed form is drawn from.

use super::job::Job;
use super::state::EngineLab;
use super::task::Task;
use crate::breath::rest;
use crate::logps::sequence_logps;
use crate::sequence::Sequence;
use crate::text::{Preparation, TokenisedRow};
use tilt_protocol::{Content, Error, Event, Example, RequestId, Result};

impl EngineLab {
    pub(super) fn candidates(
        &mut self,
        id: RequestId,
        prompt: &str,
        answers: &[String],
    ) -> Result<()> {
        let loaded = self.loaded()?;
        let model = &loaded.model;
        let examples: Vec<Example> = answers
            .iter()
            .map(|answer| Example::Completion {
                prompt: Content::user(prompt),
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
        let snapshot = self.policy_snapshot()?;
        let work = async move {
            let sequences: Vec<&Sequence> = sequences.iter().collect();
            let mut sums = Vec::new();
            for arena in [&snapshot.policy, &snapshot.reference] {
                let mut of_arena = Vec::new();
                for batch in sequences.chunks(8) {
                    rest().await;
                    let scored = sequence_logps(&snapshot.model, arena, batch, 8).await?;
                    of_arena.extend(scored.iter().map(|row| row.sum.0));
                }
                sums.push(of_arena);
            }
            let reference = sums.pop().unwrap_or_default();
            let event = Event::Candidates {
                of: snapshot.at,
                policy: sums.pop().unwrap_or_default(),
                reference,
            };
            Ok(Some((event, Vec::new())))
        };
        self.queue(Job::task(id, Task::new(None, work)))
    }
}
