//! A run as the lab holds it.

use crate::session::Session;
use std::time::Duration;
use tilt_protocol::{PolicyAt, RequestId, RunId};

/// How a run is asked for.
pub struct RunRequest {
    pub id: RequestId,
    pub run: RunId,
    pub paused: bool,
    /// Its end is saved.
    pub is_kept: bool,
}

/// How a saved run comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RestoreTo {
    /// At its end.
    Ended,
    /// To go on, to so many steps where that is not what its settings say.
    Steps(Option<usize>),
}

/// A session with its names on the page.
pub struct TrainingRun {
    pub session: Session,
    pub paused: bool,
    /// The learner has been asked, and nothing goes on before the answer.
    pub awaits_learner: bool,
    pub id: RequestId,
    pub run: RunId,
    pub is_kept: bool,
    /// What the answers of the next step have taken.
    pub sampling: Duration,
    /// Steps to take until it pauses by itself.
    pub until_pause: Option<usize>,
}

impl TrainingRun {
    /// Whether this request started it.
    pub fn is_of(&self, request: RequestId) -> bool {
        self.id == request
    }

    pub fn new(mut session: Session, plan: RunRequest) -> TrainingRun {
        // The page shows none of them, and they cost a pass over all logits.
        session.leave_out_statistics();
        TrainingRun {
            session,
            paused: plan.paused,
            awaits_learner: false,
            id: plan.id,
            run: plan.run,
            is_kept: plan.is_kept,
            sampling: Duration::ZERO,
            until_pause: None,
        }
    }

    /// It has something to do.
    pub fn has_work(&self) -> bool {
        !self.paused && !self.awaits_learner
    }

    pub fn policy_at(&self) -> PolicyAt {
        PolicyAt {
            run: Some(self.run),
            step: self.session.steps_taken(),
        }
    }
}
