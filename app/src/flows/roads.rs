//! Comparing the roads from labels to a policy.

use super::readiness::may_start;
use crate::lab::Lab;
use crate::model::notice::NoticeKey;
use crate::stores::engine::Purpose;
use leptos::prelude::*;
use tilt_protocol::roads::Road;
use tilt_protocol::{Command, EngineStatus, Principle};

/// Decisive pairs that the judge labels for each.
const LABELS: usize = 64;

/// Walks all roads with so many seeds, from 1 on. Nothing while a run is under way.
pub fn compare(lab: Lab, roads: Vec<Road>, principle: Principle, seeds: u64) {
    if !may_start(lab) || lab.run.phase().get_untracked().is_active() {
        return;
    }
    give_up(lab);
    lab.notices.dismiss(NoticeKey::Roads);
    let seeds: Vec<u64> = (1..=seeds).collect();
    let of = roads.len() * seeds.len();
    let command = Command::CompareRoads {
        roads,
        principle,
        seeds,
        labels: LABELS,
    };
    if let Some(id) = lab.engine.request(Purpose::Roads, command) {
        lab.roads.begin(id, principle, of);
        lab.engine.expect(Some(id), EngineStatus::Evaluating);
    }
}

/// Stops the comparison under way, if there is one.
pub fn give_up(lab: Lab) {
    if let Some(request) = lab.roads.give_up() {
        lab.engine
            .request(Purpose::Control, Command::Cancel { request });
    }
}
