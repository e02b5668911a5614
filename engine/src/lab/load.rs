//! A model on its way into the lab.

use super::state::{EngineLab, LoadedModel};
use crate::gpt_config::GptConfig;
use crate::kernels::gpu::check_room;
use crate::model::{Model, ModelFiles};
use crate::world;
use std::rc::Rc;
use tilt_protocol::{DeviceKind, Error, Event, PolicyAt, Replacement, RequestId, Result};

impl EngineLab {
    /// Replaces the model.
    ///
    /// # Errors
    /// Those of [`Model::load`], and [`Error::InvalidConfig`] for one that the device has no
    /// room for; the model that was there is then still there.
    pub(super) async fn load(
        &mut self,
        id: RequestId,
        name: String,
        files: &ModelFiles<'_>,
    ) -> Result<()> {
        self.check_room(files.config)?;
        let (model, reference) = Model::load(files, &self.compute()?.device)?;
        let texts = |prompts: Vec<world::Prompt>| -> Vec<String> {
            prompts.into_iter().map(|prompt| prompt.text).collect()
        };
        let identity = model
            .identity
            .clone()
            .ok_or_else(|| Error::internal("a model of files has no identity"))?;
        // Only now, when nothing can fail any more, does the old model go.
        self.replace_run(Replacement::Model).await;
        for job in std::mem::take(&mut self.jobs) {
            self.fail(job.id, Error::Cancelled);
        }
        self.end_watch();
        self.reported = None;
        self.reward_model = None;
        self.ended.clear();
        self.emit(
            id,
            Event::ModelLoaded {
                name: name.clone(),
                identity,
                parameters: model.layout.len,
                vocab: model.config.vocab_size,
                context: model.config.n_positions,
                training_prompts: texts(world::training_prompts()),
                held_out_prompts: texts(world::held_out_prompts()),
            },
        );
        self.is_cold = self.compute()?.kind == DeviceKind::Webgpu;
        let policy = reference.clone();
        self.loaded = Some(LoadedModel {
            name,
            model: Rc::new(model),
            reference,
            policy,
            policy_at: PolicyAt::default(),
        });
        Ok(())
    }

    /// All parameters lie in one buffer, which a GPU limits, as it limits others.
    fn check_room(&self, config: &str) -> Result<()> {
        let config = GptConfig::from_json(config)?;
        check_room(&config, &self.compute()?.device)
    }
}
