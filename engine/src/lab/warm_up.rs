//! A training step that nobody sees, made while the person labels: WebGPU compiles its
//! pipelines at their first use, which would otherwise be the first step's time.

use super::state::EngineLab;
use crate::sequence::Sequence;
use crate::session::Session;
use crate::text::TokenisedRow;
use tilt_protocol::{ObjectiveKind, Result, TrainSettings};

/// A run's second step reads what the first one left.
const STEPS: usize = 2;

impl EngineLab {
    /// Trains a copy of the policy on one short pair, and forgets it.
    ///
    /// # Errors
    /// Those of [`Session::start`] and [`Session::step`].
    pub(super) async fn warm_up(&self) -> Result<()> {
        let loaded = self.loaded()?;
        // Any ids do; every model has the first one.
        let side = |length: usize| Sequence {
            prompt: vec![0; 4],
            completion: vec![0; length],
        };
        let pair = TokenisedRow::Pair {
            chosen: side(4),
            rejected: side(3),
            margin: None,
        };
        let settings = TrainSettings {
            batch_size: 1,
            steps: STEPS,
            ..TrainSettings::trl_defaults(ObjectiveKind::Dpo.with_beta(0.1))
        };
        let (policy, reference) = (loaded.policy.clone(), &loaded.reference);
        let mut session = Session::start(&loaded.model, policy, reference, vec![pair], settings)?;
        session.leave_out_statistics();
        for _ in 0..STEPS {
            session.step(&loaded.model).await?;
        }
        session.last_grad_norm().await?;
        Ok(())
    }
}
