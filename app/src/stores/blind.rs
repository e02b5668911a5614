//! The blind test: two answers, sides shuffled; which is the tuned model's?

use super::engine::Purpose;
use super::notices::NoticeKey;
use crate::lab::Lab;
use crate::model::random::{coin, derived, mix};
use crate::texts::blind as texts;
use leptos::prelude::*;
use tilt_protocol::{Command, EngineStatus, PolicyAt, RequestId, Sampling};

/// Times that the same answer from both is drawn again.
const MOST_REDRAWS: usize = 6;

/// Two answers to one prompt.
#[derive(Clone, Debug, PartialEq)]
pub struct Round {
    pub prompt: String,
    pub left: String,
    pub right: String,
    /// The policy that wrote one of them.
    pub of: PolicyAt,
    /// Only shown once the person has guessed.
    is_left_policy: bool,
    /// `None` while the person has not said.
    pub guess: Option<Guess>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Left,
    Right,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Guess {
    pub policy: Side,
    pub is_right: bool,
}

impl Round {
    fn new(
        of: PolicyAt,
        prompt: String,
        [policy, reference]: [String; 2],
        is_left_policy: bool,
    ) -> Round {
        let (left, right) = if is_left_policy {
            (policy, reference)
        } else {
            (reference, policy)
        };
        Round {
            prompt,
            left,
            right,
            of,
            is_left_policy,
            guess: None,
        }
    }

    fn guessed(&self, said: Side) -> Guess {
        let policy = if self.is_left_policy {
            Side::Left
        } else {
            Side::Right
        };
        Guess {
            policy,
            is_right: said == policy,
        }
    }
}

/// Guesses about one policy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Score {
    pub right: usize,
    pub total: usize,
}

impl Score {
    /// How often pure guessing is right at least as often: P(X >= right) for X from
    /// Binomial(total, 1/2). 1 before the first guess.
    pub fn chance(&self) -> f64 {
        let total = self.total as f64;
        let mut share = 0.5f64.powf(total);
        let mut sum = 0.0;
        for successes in 0..=self.total {
            if successes >= self.right {
                sum += share;
            }
            let done = successes as f64;
            share *= (total - done) / (done + 1.0);
        }
        sum.min(1.0)
    }
}

#[derive(Clone, Copy)]
pub struct BlindStore {
    round: RwSignal<Option<Round>>,
    score: RwSignal<Score>,
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
            score: RwSignal::new(Score::default()),
            waiting: RwSignal::new(None),
            about: RwSignal::new(None),
            draws: StoredValue::new(0),
            redraws: StoredValue::new(0),
        }
    }

    pub fn round(&self) -> Signal<Option<Round>> {
        self.round.into()
    }

    pub fn score(&self) -> Signal<Score> {
        self.score.into()
    }

    /// The policy that the score is about.
    pub fn about(&self) -> Signal<Option<PolicyAt>> {
        self.about.into()
    }

    pub fn is_waiting(&self) -> bool {
        self.waiting.get().is_some()
    }

    /// True for the request that a round waits for.
    pub fn is_asking(&self, id: Option<RequestId>) -> bool {
        id.is_some() && self.waiting.get_untracked() == id
    }

    pub fn guess(&self, said: Side) {
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

    pub fn failed(&self) {
        self.waiting.set(None);
    }

    /// Another model or engine: nothing asked before belongs to it.
    pub fn clear(&self) {
        self.waiting.set(None);
        self.round.set(None);
        self.score.set(Score::default());
        self.about.set(None);
    }
}

/// Asks for a new pair of answers.
pub fn start(lab: Lab) {
    let store = lab.blind;
    let is_untrained = lab.run.policy_at().get_untracked().step == 0;
    if is_untrained || store.waiting.get_untracked().is_some() {
        return;
    }
    store.redraws.set_value(0);
    store.round.set(None);
    draw(lab);
}

fn draw(lab: Lab) {
    let store = lab.blind;
    let draw = store.draws.get_value();
    store.draws.set_value(draw + 1);
    let seed = derived(lab.form.seed(), draw ^ 0xB11D);
    let prompts = lab.engine.model().with_untracked(|model| {
        model
            .as_ref()
            .map(|model| model.held_out_prompts.clone())
            .unwrap_or_default()
    });
    let own = lab.evaluate.prompt().get_untracked().trim().to_owned();
    let at = (seed % prompts.len().max(1) as u64) as usize;
    let prompt = prompts.get(at).cloned().unwrap_or(own);
    if prompt.is_empty() {
        lab.notices.error(NoticeKey::Blind, texts::NO_PROMPT);
        return;
    }
    lab.notices.dismiss(NoticeKey::Blind);
    let command = Command::Compare {
        prompt,
        sampling: Sampling {
            seed,
            ..Sampling::default()
        },
    };
    let id = lab.engine.send(Purpose::Blind, command);
    lab.engine.expect(id, EngineStatus::Sampling);
    store.waiting.set(id);
}

/// The answers are there: shown without names, or drawn again where they are the same. A
/// score is about one policy: that of another begins anew.
pub fn compared(lab: Lab, of: PolicyAt, prompt: String, policy: String, reference: String) {
    let store = lab.blind;
    store.waiting.set(None);
    if policy.trim() == reference.trim() {
        let redraws = store.redraws.get_value();
        if redraws < MOST_REDRAWS {
            store.redraws.set_value(redraws + 1);
            draw(lab);
        } else {
            lab.notices.info(NoticeKey::Blind, texts::ALWAYS_SAME);
        }
        return;
    }
    let seed = mix(lab.form.seed() ^ js_sys::Date::now() as u64);
    let is_left_policy = coin(seed, &prompt);
    if store.about.get_untracked() != Some(of) {
        store.about.set(Some(of));
        store.score.set(Score::default());
    }
    let round = Round::new(of, prompt, [policy, reference], is_left_policy);
    store.round.set(Some(round));
    lab.notices.say(texts::ANSWERS_THERE);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chance_of_guessing_is_the_binomial_tail() {
        let chance = |right, total| Score { right, total }.chance();
        assert_eq!(chance(4, 5), 6.0 / 32.0);
        assert_eq!(chance(5, 5), 1.0 / 32.0);
        assert_eq!(chance(0, 0), 1.0);
        assert!((chance(0, 7) - 1.0).abs() < 1e-12);
        assert!((chance(50, 100) - 0.539_794_618_693_6).abs() < 1e-9);
    }

    #[test]
    fn a_guess_is_right_on_the_policys_side() {
        let of = PolicyAt {
            run: Some(1),
            step: 23,
        };
        let answers = || ["tuned".to_owned(), "old".to_owned()];
        let round = |is_left| Round::new(of, "p".to_owned(), answers(), is_left);
        assert_eq!(round(true).left, "tuned");
        assert!(round(true).guessed(Side::Left).is_right);
        assert_eq!(round(false).right, "tuned");
        assert!(!round(false).guessed(Side::Left).is_right);
    }
}
