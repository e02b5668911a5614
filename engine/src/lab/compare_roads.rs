//! The roads from labels to a policy, walked one after the other beside whatever the page shows.

use super::job::Job;
use super::roads::Roads;
use super::state::EngineLab;
use crate::breath::until_rest;
use crate::evaluate::{DECISIVE_WANTED, RoadTask};
use tilt_protocol::roads::{Road, RoadNews};
use tilt_protocol::{Deferred, Event, Principle, RequestId, Result};

impl EngineLab {
    pub(super) fn compare_roads(
        &mut self,
        id: RequestId,
        roads: &[Road],
        principle: Principle,
        seeds: &[u64],
        labels: usize,
    ) -> Result<()> {
        self.loaded()?;
        let task = |(&seed, &road): (&u64, &Road)| RoadTask {
            road,
            principle,
            seed,
            labels,
            decisive: DECISIVE_WANTED,
            learning_rate: None,
            steps: None,
        };
        // Every road once before any is walked again.
        let runs = seeds
            .iter()
            .flat_map(|seed| roads.iter().map(move |road| (seed, road)));
        self.queue(Job::roads(id, Roads::new(runs.map(task))))
    }

    /// To the next rest of the run under way; true when all are over.
    pub(super) async fn advance_roads(&mut self, id: RequestId, roads: &mut Roads) -> Result<bool> {
        let Some((road, work)) = &mut roads.under_way else {
            let Some(task) = roads.left.pop_front() else {
                let (news, done) = (None, true);
                self.emit(id, Event::Road { news, done });
                return Ok(true);
            };
            let loaded = self.loaded()?;
            let (model, reference) = (loaded.model.clone(), loaded.reference.clone());
            let team = self.cpu_team();
            let work = async move { task.run(&model, &reference, team.as_ref()).await };
            roads.under_way = Some((task.road, Box::pin(work)));
            return Ok(false);
        };
        let Some(outcome) = until_rest(work).await else {
            return Ok(false);
        };
        let news = RoadNews {
            road: *road,
            outcome: outcome?,
        };
        roads.under_way = None;
        let done = roads.left.is_empty();
        let news = Some(Deferred::of(&news)?);
        self.emit(id, Event::Road { news, done });
        Ok(done)
    }
}
