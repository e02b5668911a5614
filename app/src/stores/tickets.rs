//! The requests under way. Each has a ticket, which says what was asked and goes with the
//! last answer. An answer without a ticket is one that nobody waits for any more.

use super::models::{ModelAsked, STAND_IN};
use crate::model::ordered::OrderedMap;
use crate::texts::notices as texts;
use tilt_protocol::{Event, RequestId, RunId};

/// What was asked: says what failed when it fails.
#[derive(Clone, Debug, PartialEq)]
pub enum Purpose {
    Start,
    LoadModel(ModelAsked),
    /// The smallest model, to look at until the chosen one has come.
    LoadStandIn,
    SamplePairs,
    Autolabel,
    /// What a judge says of labels, by their keys.
    Judge {
        judge: String,
        keys: Vec<u64>,
    },
    RewardModel,
    Roads,
    Train(RunId),
    Checkpoint(RunId),
    Adjust,
    Reset,
    /// Pause, stop and steps of a run, and giving something up.
    Control,
    Watch,
    Candidates,
    Compare,
    Blind,
    WinRate,
    RunResult,
    ExportModel,
    Report,
}

impl Purpose {
    /// The first words of the message when the request fails.
    pub fn failed(&self) -> String {
        match self {
            Purpose::Start => texts::DEVICE_NOT_STARTED.to_owned(),
            Purpose::LoadModel(asked) => texts::not_loaded(asked.name()),
            Purpose::LoadStandIn => texts::not_loaded(STAND_IN.slug()),
            Purpose::SamplePairs => texts::NOT_SAMPLED_PAIRS.to_owned(),
            Purpose::Autolabel | Purpose::Judge { .. } => texts::NOT_LABELLED.to_owned(),
            Purpose::Roads => texts::NOT_COMPARED.to_owned(),
            Purpose::RewardModel => texts::NO_REWARD_MODEL.to_owned(),
            Purpose::Train(_) => texts::RUN_STOPPED.to_owned(),
            Purpose::Checkpoint(_) => texts::NOT_SAVED.to_owned(),
            Purpose::Adjust | Purpose::Reset | Purpose::Control => texts::NOT_FOLLOWED.to_owned(),
            Purpose::Watch => texts::NOT_SHOWN_BY_TOKEN.to_owned(),
            Purpose::Candidates => texts::NOT_SCORED.to_owned(),
            Purpose::Compare | Purpose::Blind => texts::NOT_SAMPLED.to_owned(),
            Purpose::WinRate | Purpose::RunResult => texts::NOT_MEASURED.to_owned(),
            Purpose::ExportModel => texts::NOT_EXPORTED.to_owned(),
            Purpose::Report => texts::NOT_REPORTED.to_owned(),
        }
    }
}

/// An answer, as what was asked sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct Answered {
    pub purpose: Purpose,
    /// Nothing more will come.
    pub is_last: bool,
}

/// All tickets that are out.
#[derive(Debug, Default)]
pub struct Tickets(OrderedMap<RequestId, Purpose>);

impl Tickets {
    pub fn open(&mut self, id: RequestId, purpose: Purpose) {
        // One pair is watched at a time.
        if purpose == Purpose::Watch {
            self.close(|purpose| *purpose == Purpose::Watch);
        }
        self.0.insert(id, purpose);
    }

    /// Whom an answer is for; `None` where nobody waits for it.
    pub fn answered(&mut self, id: RequestId, event: &Event) -> Option<Answered> {
        let is_last = event.is_last();
        let purpose = if is_last {
            self.0.remove(&id)
        } else {
            self.0.get(&id).cloned()
        };
        Some(Answered {
            purpose: purpose?,
            is_last,
        })
    }

    /// Nobody waits for these any more; returns which they were.
    pub fn close(&mut self, is_meant: impl Fn(&Purpose) -> bool) -> Vec<RequestId> {
        let meant = self.0.iter().filter(|(_, purpose)| is_meant(purpose));
        let closed: Vec<RequestId> = meant.map(|(id, _)| *id).collect();
        self.0.retain(|id, _| !closed.contains(id));
        closed
    }

    pub fn clear(&mut self) {
        self.0.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tilt_protocol::Error;

    fn failed() -> Event {
        Event::Failed {
            error: Error::Cancelled,
        }
    }

    #[test]
    fn a_run_has_its_ticket_however_much_is_asked_meanwhile_and_leaves_none_behind() {
        let mut tickets = Tickets::default();
        tickets.open(1, Purpose::Train(7));
        for id in 2..1000 {
            tickets.open(id, Purpose::Checkpoint(7));
            let saved = Event::Checkpoint { run: 7, step: 1 };
            assert!(!tickets.answered(id, &saved).unwrap().is_last);
            assert!(tickets.answered(id, &Event::Done).unwrap().is_last);
        }
        assert_eq!(tickets.0.keys().count(), 1);
        let answered = tickets.answered(1, &failed()).unwrap();
        assert_eq!(answered.purpose, Purpose::Train(7));
        assert_eq!(tickets.answered(1, &failed()), None);
    }

    #[test]
    fn what_was_given_up_is_answered_to_nobody() {
        let mut tickets = Tickets::default();
        tickets.open(1, Purpose::Autolabel);
        tickets.open(2, Purpose::SamplePairs);
        assert_eq!(tickets.close(|purpose| *purpose == Purpose::Autolabel), [1]);
        tickets.open(3, Purpose::Autolabel);
        assert_eq!(tickets.answered(1, &failed()), None);
        let answered = tickets.answered(3, &failed()).unwrap();
        assert_eq!(answered.purpose, Purpose::Autolabel);
        assert!(answered.is_last);
    }

    #[test]
    fn one_pair_is_watched_at_a_time() {
        let mut tickets = Tickets::default();
        tickets.open(1, Purpose::Watch);
        tickets.open(2, Purpose::Watch);
        assert_eq!(tickets.answered(1, &Event::Done), None);
        assert!(tickets.answered(2, &Event::Done).is_some());
    }
}
