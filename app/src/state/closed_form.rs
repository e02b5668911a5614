//! The closed form: a prompt, a handful of answers with rewards, and what the engine
//! says of them. What follows from these is computed here, without the engine.

use super::Lab;
use super::engine::Purpose;
use super::form::FormStore;
use super::run::Phase;
use super::selection::{Selected, SelectionStore};
use crate::level::Level;
use crate::tilt;
use leptos::prelude::*;
use serde::Serialize;
use tilt_protocol::{Command, RequestId};

/// Answers beside each other at most.
pub const MOST_CANDIDATES: usize = 8;
pub const REWARDS: (f64, f64) = (-3.0, 3.0);
pub const BETAS: (f64, f64) = (0.05, 5.0);
/// Where the objective has no beta.
const DEFAULT_BETA: f64 = 0.1;
/// While a run goes on, the policy is looked at every so many steps.
const STEPS_BETWEEN: usize = 10;

#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    pub id: usize,
    pub answer: String,
    pub reward: f64,
}

/// A prompt and the answers to compare.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Question {
    pub prompt: String,
    pub candidates: Vec<Candidate>,
}

impl Question {
    fn of_pair(selected: &Selected) -> Question {
        let pair = &selected.entry.label.pair;
        let answers = selected.entry.label.chosen_rejected();
        Question {
            prompt: pair.prompt.clone(),
            candidates: answers
                .into_iter()
                .flat_map(|(chosen, rejected)| [(chosen, 1.0), (rejected, -1.0)])
                .enumerate()
                .map(|(id, (answer, reward))| Candidate {
                    id,
                    answer: answer.to_owned(),
                    reward,
                })
                .collect(),
        }
    }
}

/// One request for log-probs; a new one is due when it differs from the last.
#[derive(Clone, Debug, PartialEq)]
struct Ask {
    prompt: String,
    answers: Vec<String>,
    step: usize,
    generation: u64,
}

/// Summed log-probs of answers, in nats.
#[derive(Clone, Debug, PartialEq)]
pub struct Scored {
    pub prompt: String,
    pub answers: Vec<String>,
    pub policy: Vec<f64>,
    pub reference: Vec<f64>,
    /// Optimiser steps the policy had taken.
    pub step: usize,
}

/// One answer's probabilities; each column sums to 1 over the answers.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Bar {
    pub answer: String,
    pub reward: f64,
    pub reference: f64,
    pub optimum: f64,
    pub policy: f64,
}

/// E[r], and KL against the reference in nats.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Summary {
    pub reward: f64,
    pub kl: f64,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Bars {
    pub rows: Vec<Bar>,
    pub reference: Summary,
    pub optimum: Summary,
    pub policy: Summary,
    pub step: usize,
}

/// `None` while an answer has no finite log-probs yet.
pub fn bars_from(question: &Question, scored: &Scored, beta: f64) -> Option<Bars> {
    if question.candidates.is_empty() || question.prompt != scored.prompt {
        return None;
    }
    let of = |logps: &[f64]| -> Option<Vec<f64>> {
        let found = question.candidates.iter().map(|candidate| {
            let at = scored
                .answers
                .iter()
                .position(|answer| *answer == candidate.answer)?;
            logps.get(at).copied().filter(|logp| logp.is_finite())
        });
        found.collect()
    };
    let reference = of(&scored.reference)?;
    let rewards: Vec<f64> = question
        .candidates
        .iter()
        .map(|candidate| candidate.reward)
        .collect();
    let optimum = tilt::optimum(&reference, &rewards, beta);
    let reference = tilt::renormalised(&reference);
    let policy = tilt::renormalised(&of(&scored.policy)?);
    let summary = |logps: &[f64]| Summary {
        reward: tilt::expected_reward(logps, &rewards),
        kl: tilt::kl(logps, &reference),
    };
    let rows = question
        .candidates
        .iter()
        .enumerate()
        .map(|(at, candidate)| Bar {
            answer: candidate.answer.clone(),
            reward: candidate.reward,
            reference: reference[at].exp(),
            optimum: optimum[at].exp(),
            policy: policy[at].exp(),
        })
        .collect();
    Some(Bars {
        rows,
        reference: summary(&reference),
        optimum: summary(&optimum),
        policy: summary(&policy),
        step: scored.step,
    })
}

#[derive(Clone, Copy)]
pub struct ClosedFormStore {
    /// What the person wrote; `None` follows the selected pair.
    own: RwSignal<Option<Question>>,
    shown: Memo<Question>,
    /// `None` follows the training form's beta.
    own_beta: RwSignal<Option<f64>>,
    beta: Memo<f64>,
    scored: RwSignal<Option<Scored>>,
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
        let own = RwSignal::new(None::<Question>);
        let own_beta = RwSignal::new(None::<f64>);
        let beta = Memo::new(move |_| {
            let of_form = || form.configured().beta().unwrap_or(DEFAULT_BETA);
            let beta = own_beta.get().unwrap_or_else(of_form);
            beta.clamp(BETAS.0, BETAS.1)
        });
        let scored = RwSignal::new(None::<Scored>);
        let shown = Memo::new(move |_| {
            own.get().unwrap_or_else(|| {
                selection
                    .selected()
                    .with(|selected| selected.as_ref().map(Question::of_pair))
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

    pub fn question(&self) -> Memo<Question> {
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

    /// The answer to the request that is waited for.
    pub fn answered(
        &self,
        id: Option<RequestId>,
        step: usize,
        policy: Vec<f64>,
        reference: Vec<f64>,
    ) {
        if !self.is_waiting_for(id) {
            return;
        }
        if let Some(ask) = self.asked.get_value() {
            self.failure.set(None);
            self.scored.set(Some(Scored {
                prompt: ask.prompt,
                answers: ask.answers,
                policy,
                reference,
                step,
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

    fn change(&self, change: impl FnOnce(&mut Question)) {
        let mut question = self.shown.get_untracked();
        change(&mut question);
        self.own.set(Some(question));
    }
}

/// Asks for log-probs whenever prompt, answers or the policy change: one request at a
/// time, and none while nobody looks.
pub fn keep_scored(lab: Lab) {
    let store = lab.closed_form;
    let step = Memo::new(move |_| {
        lab.run.run().with(|run| match run.phase {
            Phase::Running => run.step / STEPS_BETWEEN * STEPS_BETWEEN,
            Phase::Idle | Phase::Paused | Phase::Ended => run.step,
        })
    });
    let wanted = Memo::new(move |_| {
        let question = store.shown.get();
        let is_seen = lab.settings.level().get() >= Level::Standard;
        let is_askable = !question.prompt.is_empty() && !question.candidates.is_empty();
        (is_seen && is_askable && lab.engine.is_up()).then(|| Ask {
            prompt: question.prompt,
            answers: question.candidates.into_iter().map(|c| c.answer).collect(),
            step: step.get(),
            generation: store.generation.get(),
        })
    });
    Effect::new(move |_| {
        let Some(ask) = wanted.get() else { return };
        if store.waiting.get().is_some() || store.asked.get_value().as_ref() == Some(&ask) {
            return;
        }
        let command = Command::Candidates {
            prompt: ask.prompt.clone(),
            answers: ask.answers.clone(),
        };
        store.asked.set_value(Some(ask));
        store
            .waiting
            .set(lab.engine.send(Purpose::Candidates, command));
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question() -> Question {
        let candidate = |id: usize, answer: &str, reward| Candidate {
            id,
            answer: answer.to_owned(),
            reward,
        };
        Question {
            prompt: "Hello!".to_owned(),
            candidates: vec![
                candidate(0, "Good day.", 1.0),
                candidate(1, "Go away.", -1.0),
            ],
        }
    }

    fn scored() -> Scored {
        Scored {
            prompt: "Hello!".to_owned(),
            answers: vec!["Go away.".to_owned(), "Good day.".to_owned()],
            policy: vec![-9.0, -7.0],
            reference: vec![-8.0, -8.0],
            step: 12,
        }
    }

    #[test]
    fn bars_find_their_answers_and_sum_to_one() {
        let bars = bars_from(&question(), &scored(), 1.0).expect("all is scored");
        assert_eq!(bars.rows[0].answer, "Good day.");
        for read in [
            (|bar: &Bar| bar.reference) as fn(&Bar) -> f64,
            |bar| bar.optimum,
            |bar| bar.policy,
        ] {
            let sum: f64 = bars.rows.iter().map(read).sum();
            assert!((sum - 1.0).abs() < 1e-12);
        }
        assert_eq!(bars.rows[0].reference, 0.5);
        // exp(1) against exp(-1): both gaps are 2 nats.
        let expected = 1.0 / (1.0 + (-2f64).exp());
        assert!((bars.rows[0].optimum - expected).abs() < 1e-12);
        assert!((bars.rows[0].policy - expected).abs() < 1e-12);
        assert_eq!(bars.reference.kl, 0.0);
        assert!(bars.optimum.kl > 0.0 && bars.optimum.reward > 0.0);
    }

    #[test]
    fn no_bars_without_every_answer() {
        let mut missing = scored();
        missing.answers[0] = "Another.".to_owned();
        assert_eq!(bars_from(&question(), &missing, 1.0), None);
        let mut infinite = scored();
        infinite.policy[0] = f64::NEG_INFINITY;
        assert_eq!(bars_from(&question(), &infinite, 1.0), None);
    }
}
