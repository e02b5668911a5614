//! The closed form: a prompt, a handful of answers with rewards, and what the engine
//! says of them. What follows from these is computed here, without the engine.

use super::form::FormStore;
use super::selection::SelectionStore;
use crate::model::closed_bars::{Bars, Candidate, ClosedFormQuestion, ScoredAnswers, bars_from};
use leptos::prelude::*;
use tilt_protocol::{PolicyAt, RequestId, RunId};

/// Answers beside each other at most.
pub const MOST_CANDIDATES: usize = 8;
pub const REWARDS: (f64, f64) = (-3.0, 3.0);
pub const BETAS: (f64, f64) = (0.05, 5.0);
/// Where the objective has no beta.
const DEFAULT_BETA: f64 = 0.1;

/// One request for log-probs; a new one is due when it differs from the last.
#[derive(Clone, Debug, PartialEq)]
pub struct Ask {
    pub prompt: String,
    pub answers: Vec<String>,
    /// The run, and the step it is looked at.
    pub policy: (RunId, usize),
    pub generation: u64,
}

#[derive(Clone, Copy)]
pub struct ClosedFormStore {
    /// What the person wrote; `None` follows the selected pair.
    own: RwSignal<Option<ClosedFormQuestion>>,
    shown: Memo<ClosedFormQuestion>,
    /// `None` follows the training form's beta.
    own_beta: RwSignal<Option<f64>>,
    beta: Memo<f64>,
    scored: RwSignal<Option<ScoredAnswers>>,
    bars: Memo<Option<Bars>>,
    /// Why there are no log-probs, for people.
    failure: RwSignal<Option<String>>,
    waiting: RwSignal<Option<RequestId>>,
    asked: StoredValue<Option<Ask>>,
    /// Raised when another model or engine makes old log-probs worthless.
    generation: RwSignal<u64>,
}

impl ClosedFormStore {
    pub fn new(selection: SelectionStore, form: FormStore) -> ClosedFormStore {
        let own = RwSignal::new(None::<ClosedFormQuestion>);
        let own_beta = RwSignal::new(None::<f64>);
        let beta = Memo::new(move |_| {
            let of_form = || form.configured().beta().unwrap_or(DEFAULT_BETA);
            let beta = own_beta.get().unwrap_or_else(of_form);
            beta.clamp(BETAS.0, BETAS.1)
        });
        let scored = RwSignal::new(None::<ScoredAnswers>);
        let shown = Memo::new(move |_| {
            own.get().unwrap_or_else(|| {
                selection
                    .selected()
                    .with(|selected| selected.as_ref().map(ClosedFormQuestion::of_pair))
                    .unwrap_or_default()
            })
        });
        ClosedFormStore {
            own,
            shown,
            own_beta,
            beta,
            scored,
            bars: Memo::new(move |_| {
                let question = shown.get();
                scored.with(|scored| bars_from(&question, scored.as_ref()?, beta.get()))
            }),
            failure: RwSignal::new(None),
            waiting: RwSignal::new(None),
            asked: StoredValue::new(None),
            generation: RwSignal::new(0),
        }
    }

    pub fn question(&self) -> Memo<ClosedFormQuestion> {
        self.shown
    }

    pub fn is_own(&self) -> bool {
        self.own.with(Option::is_some)
    }

    pub fn beta(&self) -> Memo<f64> {
        self.beta
    }

    pub fn bars(&self) -> Memo<Option<Bars>> {
        self.bars
    }

    pub fn failure(&self) -> Signal<Option<String>> {
        self.failure.into()
    }

    pub fn set_beta(&self, beta: f64) {
        if beta.is_finite() {
            self.own_beta.set(Some(beta));
        }
    }

    pub fn set_prompt(&self, prompt: &str) {
        let prompt = prompt.trim().to_owned();
        if !prompt.is_empty() {
            self.change(|question| question.prompt = prompt);
        }
    }

    pub fn set_reward(&self, id: usize, reward: f64) {
        if reward.is_finite() {
            self.change(|question| {
                for candidate in &mut question.candidates {
                    if candidate.id == id {
                        candidate.reward = reward.clamp(REWARDS.0, REWARDS.1);
                    }
                }
            });
        }
    }

    /// False when the answer is empty, there already, or one too many.
    pub fn add(&self, answer: &str) -> bool {
        let answer = answer.trim();
        let is_new = self.shown.with_untracked(|question| {
            question.candidates.len() < MOST_CANDIDATES
                && !question.candidates.iter().any(|c| c.answer == answer)
        });
        if answer.is_empty() || !is_new {
            return false;
        }
        self.change(|question| {
            let id = question.candidates.iter().map(|c| c.id + 1).max();
            question.candidates.push(Candidate {
                id: id.unwrap_or(0),
                answer: answer.to_owned(),
                reward: 0.0,
            });
        });
        true
    }

    pub fn remove(&self, id: usize) {
        self.change(|question| question.candidates.retain(|c| c.id != id));
    }

    /// Follows the selected pair again.
    pub fn follow_selection(&self) {
        self.own.set(None);
    }

    /// Another model or engine: nothing that was scored belongs to it.
    pub fn clear(&self) {
        self.scored.set(None);
        self.failure.set(None);
        self.waiting.set(None);
        self.generation.update(|generation| *generation += 1);
    }

    /// Of the model and the engine: what is asked of another one is another question.
    pub fn generation(&self) -> u64 {
        self.generation.get()
    }

    /// True where this may be asked now: nothing else is waited for, and it was not asked
    /// last.
    pub fn may_ask(&self, ask: &Ask) -> bool {
        self.waiting.get().is_none() && self.asked.with_value(|asked| asked.as_ref() != Some(ask))
    }

    pub fn asked(&self, ask: Ask, id: Option<RequestId>) {
        self.asked.set_value(Some(ask));
        self.waiting.set(id);
    }

    /// The answer to the request that is waited for.
    pub fn answered(
        &self,
        id: Option<RequestId>,
        of: PolicyAt,
        policy: Vec<f64>,
        reference: Vec<f64>,
    ) {
        if !self.is_waiting_for(id) {
            return;
        }
        if let Some(ask) = self.asked.get_value() {
            self.failure.set(None);
            self.scored.set(Some(ScoredAnswers {
                prompt: ask.prompt,
                answers: ask.answers,
                policy,
                reference,
                of,
            }));
        }
        self.waiting.set(None);
    }

    pub fn failed(&self, id: Option<RequestId>, reason: String) {
        if self.is_waiting_for(id) {
            self.failure.set(Some(reason));
            self.waiting.set(None);
        }
    }

    fn is_waiting_for(&self, id: Option<RequestId>) -> bool {
        id.is_some() && self.waiting.get_untracked() == id
    }

    fn change(&self, change: impl FnOnce(&mut ClosedFormQuestion)) {
        let mut question = self.shown.get_untracked();
        change(&mut question);
        self.own.set(Some(question));
    }
}
