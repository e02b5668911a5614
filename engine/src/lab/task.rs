//! Work that owns what it needs and goes from rest to rest: comparisons, scores, exports,
//! the KL of a run. It sees the policy as it was when it was asked for, and is cancelled by
//! being dropped.

use crate::breath;
use crate::model::Model;
use burn::tensor::Tensor;
use std::future::Future;
use std::rc::Rc;
use tilt_protocol::{EngineStatus, Event, PolicyAt, RequestId, Result, RunEnd, RunId};

/// What a task comes to: an event and the buffers beside it, if there is anything to say.
pub type TaskReply = Option<(Event, Vec<Vec<u8>>)>;

/// A task under way.
pub struct Task {
    future: breath::LongWork<Result<TaskReply>>,
    /// What the engine says that it is doing; `None` leaves that as it is.
    pub status: Option<EngineStatus>,
}

impl Task {
    pub fn new(
        status: Option<EngineStatus>,
        work: impl Future<Output = Result<TaskReply>> + 'static,
    ) -> Task {
        Task {
            future: Box::pin(work),
            status,
        }
    }

    /// To its end, which it gives, or to its next rest.
    pub async fn until_rest(&mut self) -> Option<Result<TaskReply>> {
        breath::until_rest(&mut self.future).await
    }
}

/// A run that is over, but for its last KL.
pub struct Ending {
    pub id: RequestId,
    pub run: RunId,
    pub step: usize,
    pub end: RunEnd,
    /// Who asked for the end, and hears when it has come.
    pub asked: Option<RequestId>,
}

/// What a task works on.
pub struct PolicySnapshot {
    pub model: Rc<Model>,
    pub policy: Tensor<1>,
    pub reference: Tensor<1>,
    /// Whose policy that is.
    pub at: PolicyAt,
}
