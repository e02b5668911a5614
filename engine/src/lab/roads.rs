//! A comparison of roads under way.

use crate::breath::LongWork;
use crate::evaluate::RoadTask;
use std::collections::VecDeque;
use tilt_protocol::Result;
use tilt_protocol::roads::{Road, RoadOutcome};

/// Runs that are still to come, and the one under way.
pub struct Roads {
    pub left: VecDeque<RoadTask>,
    pub under_way: Option<(Road, LongWork<Result<RoadOutcome>>)>,
}

impl Roads {
    pub fn new(runs: impl Iterator<Item = RoadTask>) -> Roads {
        Roads {
            left: runs.collect(),
            under_way: None,
        }
    }
}
