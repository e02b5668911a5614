//! Rows scored under the loaded policy, as `tilt score` does it.

use super::job::Job;
use super::state::EngineLab;
use super::task::Task;
use crate::hf;
use crate::session;
use burn::tensor::Tensor;
use tilt_protocol::config::TrlConfig;
use tilt_protocol::dataset::parse_jsonl;
use tilt_protocol::{Deferred, EngineStatus, Error, Event, RequestId, Result};

impl EngineLab {
    /// `reference` is another reference's `model.safetensors`; without it the loaded one.
    pub(super) fn score(
        &mut self,
        id: RequestId,
        config: &str,
        data: &str,
        reference: Option<Vec<u8>>,
    ) -> Result<()> {
        let loaded = self.loaded()?;
        let model = &loaded.model;
        let config = TrlConfig::from_json(config)?;
        let parsed = parse_jsonl(data);
        if !parsed.errors.is_empty() {
            return Err(Error::BadRows(parsed.errors));
        }
        let objective = &config.settings.objective;
        let rows = model
            .rows(&parsed.examples, objective, config.settings.max_length)?
            .all_good()?;
        let reference = match reference {
            None => loaded.reference.clone(),
            Some(bytes) => {
                let numbers = hf::read_weights(&bytes, &model.layout)?;
                Tensor::from_data(numbers.as_slice(), &model.device)
            }
        };
        let settings = config.settings_to_score(rows.rows.len());
        let snapshot = self.policy_snapshot()?;
        let work = async move {
            let (model, policy) = (&snapshot.model, &snapshot.policy);
            let score =
                session::score_rows(model, policy, &reference, rows.rows, &settings).await?;
            let report = Deferred::of(&score.report)?;
            Ok(Some((Event::Scored { report }, Vec::new())))
        };
        let status = Some(EngineStatus::Evaluating);
        self.queue(Job::task(id, Task::new(status, work)))
    }
}
