//! The blind test: two answers are asked for and shown without names.

use crate::lab::Lab;
use crate::model::blind::Round;
use crate::model::notice::NoticeKey;
use crate::model::random::{coin, derived, mix};
use crate::stores::engine::Purpose;
use crate::texts::blind as texts;
use leptos::prelude::*;
use tilt_protocol::{Command, EngineStatus, PolicyAt, Sampling};

/// Asks for a new pair of answers.
pub fn start(lab: Lab) {
    let store = lab.blind;
    let is_untrained = lab.run.policy_at().get_untracked().step == 0;
    if is_untrained || untrack(|| store.is_waiting()) {
        return;
    }
    store.begin();
    draw(lab);
}

fn draw(lab: Lab) {
    let store = lab.blind;
    let seed = derived(lab.form.seed(), store.next_draw() ^ 0xB11D);
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
    let id = lab.engine.request(Purpose::Blind, command);
    lab.engine.expect(id, EngineStatus::Sampling);
    store.wait_for(id);
}

/// The answers are there: shown without names, or drawn again where they are the same.
pub fn compared(lab: Lab, of: PolicyAt, prompt: String, policy: String, reference: String) {
    let store = lab.blind;
    store.settle();
    if policy.trim() == reference.trim() {
        if store.may_redraw() {
            draw(lab);
        } else {
            lab.notices.info(NoticeKey::Blind, texts::ALWAYS_SAME);
        }
        return;
    }
    let seed = mix(lab.form.seed() ^ js_sys::Date::now() as u64);
    let is_left_policy = coin(seed, &prompt);
    store.show(Round::new(of, prompt, [policy, reference], is_left_policy));
    lab.notices.say(texts::ANSWERS_THERE);
}
