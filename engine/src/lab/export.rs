//! What leaves the lab as a zip.

use super::job::Job;
use super::state::EngineLab;
use super::task::Task;
use crate::export::{model_zip, trl_zip};
use tilt_protocol::{
    EngineStatus, Event, Example, ExportKind, ExportMeta, RequestId, Result, TrainSettings,
};

impl EngineLab {
    /// # Errors
    /// Without a model; the zip's own are the request's.
    pub(super) fn export_model(&mut self, id: RequestId, meta: Box<ExportMeta>) -> Result<()> {
        let snapshot = self.policy_snapshot()?;
        let work = async move {
            let zip = model_zip(&snapshot.model, &snapshot.policy, &meta).await?;
            let kind = ExportKind::Model;
            Ok(Some((Event::Exported { kind }, vec![zip])))
        };
        self.queue(Job::task(id, Task::new(None, work)))
    }

    /// # Errors
    /// Without a model; the zip's own are the request's.
    pub(super) fn continue_in_trl(
        &mut self,
        id: RequestId,
        settings: TrainSettings,
        examples: Vec<Example>,
        meta: Box<ExportMeta>,
    ) -> Result<()> {
        let snapshot = self.policy_snapshot()?;
        let of_run = self.run.as_ref().and_then(|run| run.session.reward_model());
        let scorer = of_run.or(self.reward_model.as_ref()).cloned();
        let work = async move {
            let (model, reference) = (&snapshot.model, &snapshot.reference);
            let scorer = scorer.as_deref();
            let zip = trl_zip(model, reference, &examples, &settings, &meta, scorer).await?;
            let kind = ExportKind::Trl;
            Ok(Some((Event::Exported { kind }, vec![zip])))
        };
        let status = Some(EngineStatus::Evaluating);
        self.queue(Job::task(id, Task::new(status, work)))
    }
}
