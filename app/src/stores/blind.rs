//! The blind test: two answers, sides shuffled; which is the tuned model's?

use crate::model::blind::{BlindSide, GuessScore, Round};
use leptos::prelude::*;
use tilt_protocol::{PolicyAt, RequestId};

/// Times that the same answer from both is drawn again.
const MOST_REDRAWS: usize = 6;

#[derive(Clone, Copy)]
pub struct BlindStore {
    round: RwSignal<Option<Round>>,
    score: RwSignal<GuessScore>,
    waiting: RwSignal<Option<RequestId>>,
    /// The policy that the score is about.
    about: RwSignal<Option<PolicyAt>>,
    draws: StoredValue<u64>,
    redraws: StoredValue<usize>,
}

impl BlindStore {
    pub fn new() -> BlindStore {
        BlindStore {
            round: RwSignal::new(None),
            score: RwSignal::new(GuessScore::default()),
            waiting: RwSignal::new(None),
            about: RwSignal::new(None),
            draws: StoredValue::new(0),
            redraws: StoredValue::new(0),
        }
    }

    pub fn round(&self) -> Signal<Option<Round>> {
        self.round.into()
    }

    pub fn score(&self) -> Signal<GuessScore> {
        self.score.into()
    }

    /// The policy that the score is about.
    pub fn about(&self) -> Signal<Option<PolicyAt>> {
        self.about.into()
    }

    pub fn is_waiting(&self) -> bool {
        self.waiting.get().is_some()
    }

    /// A new round, of which nothing is there yet.
    pub fn begin(&self) {
        self.redraws.set_value(0);
        self.round.set(None);
    }

    /// Counts what is drawn.
    pub fn next_draw(&self) -> u64 {
        let draw = self.draws.get_value();
        self.draws.set_value(draw + 1);
        draw
    }

    pub fn wait_for(&self, id: Option<RequestId>) {
        self.waiting.set(id);
    }

    /// Both wrote the same: true where it is worth drawing once more.
    pub fn may_redraw(&self) -> bool {
        let redraws = self.redraws.get_value();
        self.redraws.set_value(redraws + 1);
        redraws < MOST_REDRAWS
    }

    /// The answers are there. A score is about one policy: that of another begins anew.
    pub fn show(&self, round: Round) {
        if self.about.get_untracked() != Some(round.of) {
            self.about.set(Some(round.of));
            self.score.set(GuessScore::default());
        }
        self.round.set(Some(round));
    }

    /// True for the request that a round waits for.
    pub fn is_asking(&self, id: Option<RequestId>) -> bool {
        id.is_some() && self.waiting.get_untracked() == id
    }

    pub fn guess(&self, said: BlindSide) {
        let guess = self.round.with_untracked(|round| {
            round
                .as_ref()
                .filter(|round| round.guess.is_none())
                .map(|round| round.guessed(said))
        });
        let Some(guess) = guess else { return };
        self.round.update(|round| {
            if let Some(round) = round {
                round.guess = Some(guess);
            }
        });
        self.score.update(|score| {
            score.right += usize::from(guess.is_right);
            score.total += 1;
        });
    }

    /// What was waited for came, or does not.
    pub fn settle(&self) {
        self.waiting.set(None);
    }

    /// Another model or engine: nothing asked before belongs to it.
    pub fn clear(&self) {
        self.waiting.set(None);
        self.round.set(None);
        self.score.set(GuessScore::default());
        self.about.set(None);
    }
}
