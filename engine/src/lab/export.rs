//! What leaves the lab as a zip.

use super::{Lab, Loaded};
use crate::export::{model_zip, trl_zip};
use tilt_protocol::{Event, Example, ExportKind, ExportMeta, RequestId, Result, TrainSettings};

impl Lab {
    /// # Errors
    /// Those of [`model_zip`].
    pub(super) async fn export_model(&mut self, id: RequestId, meta: &ExportMeta) -> Result<()> {
        let zip = model_zip(&self.loaded()?.model, self.policy()?, meta).await?;
        let kind = ExportKind::Model;
        self.emit_with(id, Event::Exported { kind }, vec![zip]);
        Ok(())
    }

    /// # Errors
    /// Those of [`trl_zip`].
    pub(super) async fn continue_in_trl(
        &mut self,
        id: RequestId,
        settings: &TrainSettings,
        examples: &[Example],
        meta: &ExportMeta,
    ) -> Result<()> {
        let Loaded {
            model, reference, ..
        } = self.loaded()?;
        let zip = trl_zip(model, reference, examples, settings, meta).await?;
        let kind = ExportKind::Trl;
        self.emit_with(id, Event::Exported { kind }, vec![zip]);
        Ok(())
    }
}
