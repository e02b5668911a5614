//! The pair that is looked at while a run goes on.

use super::state::{ENDED_BYTES, EngineLab};
use crate::evaluate::Inspector;
use burn::tensor::Tensor;
use tilt_protocol::{Error, Event, Example, RequestId, Result, RunId};

impl EngineLab {
    /// From now on shows this pair, against the reference or an ended run's policy.
    pub(super) async fn watch(
        &mut self,
        id: RequestId,
        example: Example,
        against: Option<RunId>,
    ) -> Result<()> {
        // Whatever is wrong with this pair, the old one is no longer wanted.
        self.end_watch();
        let loaded = self.loaded()?;
        let reference = match against {
            None => &loaded.reference,
            Some(run) => self.ended_policy(run)?,
        };
        let inspector = Inspector::new(&loaded.model, reference, example).await?;
        self.watch = Some((id, inspector));
        self.show_watched().await;
        Ok(())
    }

    /// Nothing is watched any more; whoever asked for it hears so.
    pub(super) fn end_watch(&mut self) {
        if let Some((id, _)) = self.watch.take() {
            self.emit(id, Event::Done);
        }
    }

    /// Keeps the policy that a run ended with, while there is room for it.
    pub(super) fn keep_ended(&mut self, run: RunId, policy: Tensor<1>) {
        // A run that came back ends again.
        self.ended.retain(|(kept, _)| *kept != run);
        self.ended.push_back((run, policy));
        let bytes = |(_, policy): &(RunId, Tensor<1>)| 4 * policy.dims()[0];
        while self.ended.iter().map(bytes).sum::<usize>() > ENDED_BYTES {
            self.ended.pop_front();
        }
    }

    fn ended_policy(&self, run: RunId) -> Result<&Tensor<1>> {
        let kept = self.ended.iter().find(|(kept, _)| *kept == run);
        kept.map(|(_, policy)| policy)
            .ok_or_else(|| Error::NothingToUse {
                what: format!("weights of run {run}"),
                purpose: "compare with".to_owned(),
                advice: format!(
                    "those of the latest runs are kept, as many as {} MiB hold",
                    ENDED_BYTES >> 20
                ),
            })
    }

    /// Sends the watched pair as the policy sees it now; a failure is the watch's own.
    pub(super) async fn show_watched(&mut self) {
        let Some((id, inspector)) = &self.watch else {
            return;
        };
        let (id, step) = (*id, self.policy_at().step);
        let inspected = match (self.loaded(), self.policy()) {
            (Ok(loaded), Ok(policy)) => inspector.inspect(&loaded.model, policy, step).await,
            (Err(error), _) | (_, Err(error)) => Err(error),
        };
        match inspected {
            Ok(inspection) => self.emit(id, Event::Inspected { inspection }),
            Err(error) => {
                self.watch = None;
                self.fail(id, error);
            }
        }
    }
}
