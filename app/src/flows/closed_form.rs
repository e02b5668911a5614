//! The answers of the closed form, scored by the engine.

use crate::lab::Lab;
use crate::model::level::Level;
use crate::model::run::Phase;
use crate::stores::closed_form::Ask;
use crate::stores::engine::Purpose;
use leptos::prelude::*;
use tilt_protocol::Command;

/// While a run goes on, the policy is looked at every so many steps.
const STEPS_BETWEEN: usize = 10;

/// Asks for log-probs whenever prompt, answers or the policy change: one request at a
/// time, and none while nobody looks.
pub fn keep_scored(lab: Lab) {
    let store = lab.closed_form;
    let policy = Memo::new(move |_| {
        lab.run.run().with(|run| {
            let step = match run.phase {
                Phase::Running => run.step / STEPS_BETWEEN * STEPS_BETWEEN,
                Phase::Idle | Phase::Paused | Phase::Ended => run.step,
            };
            (run.id, step)
        })
    });
    let wanted = Memo::new(move |_| {
        let question = store.question().get();
        let is_seen = lab.settings.level().get() >= Level::Standard;
        let is_askable = !question.prompt.is_empty() && !question.candidates.is_empty();
        (is_seen && is_askable && lab.engine.is_up()).then(|| Ask {
            prompt: question.prompt,
            answers: question.candidates.into_iter().map(|c| c.answer).collect(),
            policy: policy.get(),
            generation: store.generation(),
        })
    });
    Effect::new(move |_| {
        let Some(ask) = wanted.get() else { return };
        if !store.may_ask(&ask) {
            return;
        }
        let command = Command::Candidates {
            prompt: ask.prompt.clone(),
            answers: ask.answers.clone(),
        };
        let id = lab.engine.request(Purpose::Candidates, command);
        store.asked(ask, id);
    });
}
