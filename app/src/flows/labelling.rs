//! What the person does apart from the run: judging, comparing, measuring, erasing.

use super::resume;
use super::startup::{load_starter_pairs, sample_pairs};
use super::training::reset;
use crate::browser::navigator;
use crate::browser::other_tabs::News;
use crate::browser::storage::{Store, Write};
use crate::lab::Lab;
use crate::model::random::derived;
use crate::stores::engine::Purpose;
use crate::stores::lab_code;
use crate::stores::notices::NoticeKey;
use crate::texts::label as label_texts;
use crate::texts::notices as texts;
use leptos::prelude::*;
use tilt_protocol::{Command, EngineStatus, Error, Sampling, Verdict};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::StorageManager;

/// Pairs sampled at a time for a prompt of the person's own.
const OWN_PAIRS: usize = 4;

pub fn judge(lab: Lab, verdict: Verdict) {
    let is_first = lab
        .labels
        .entries()
        .with_untracked(|entries| entries.is_empty());
    let is_there = untrack(|| lab.labels.current()).is_some();
    lab.labels.judge(verdict);
    lab.notices.dismiss(NoticeKey::Train);
    if is_there {
        let count = lab.labels.entries().with_untracked(|entries| entries.len());
        say_next(lab, &label_texts::judged(verdict, count));
    }
    if is_first {
        ask_to_persist();
    }
}

/// Leaves the pair for later.
pub fn skip(lab: Lab) {
    let is_there = untrack(|| lab.labels.current()).is_some();
    lab.labels.skip();
    if is_there {
        say_next(lab, label_texts::SKIPPED);
    }
}

/// Tells a screen reader what was done, and the pair that is there now.
fn say_next(lab: Lab, done: &str) {
    let next = match untrack(|| lab.labels.current()) {
        Some(pair) => label_texts::next(&pair.prompt, &pair.answer_a, &pair.answer_b),
        None => label_texts::NO_NEXT.to_owned(),
    };
    lab.notices.say(&label_texts::then(done, &next));
}

pub fn undo(lab: Lab) {
    if let Some(summary) = lab.labels.undo() {
        lab.notices.say(&texts::undone(&summary));
    }
}

pub fn redo(lab: Lab) {
    if let Some(summary) = lab.labels.redo() {
        lab.notices.say(&texts::redone(&summary));
    }
}

/// Asks for pairs of answers to a prompt of the person's own, which come next.
pub fn sample_for(lab: Lab, prompt: &str) {
    let id = sample_pairs(lab, OWN_PAIRS, vec![prompt.to_owned()]);
    lab.labels.await_pairs(id);
}

/// Asks the browser to keep what is stored; a refusal changes nothing.
fn ask_to_persist() {
    let storage = navigator::part("storage").map(JsCast::unchecked_into::<StorageManager>);
    if let Some(Ok(asked)) = storage.map(|storage| storage.persist()) {
        spawn_local(async move {
            let _ = JsFuture::from(asked).await;
        });
    }
}

pub fn autolabel(lab: Lab) {
    lab.notices.dismiss(NoticeKey::Autolabel);
    let form = lab.evaluate.autolabel_form().get_untracked();
    let (count, judge) = match form.count().and_then(|count| Ok((count, form.judge()?))) {
        Ok(read) => read,
        Err(error) => {
            lab.notices.error(NoticeKey::Autolabel, &error.to_string());
            return;
        }
    };
    let labelled = lab
        .labels
        .entries()
        .with_untracked(|entries| entries.len() as u64);
    let seed = lab.form.seed();
    let id = lab.engine.send(
        Purpose::Autolabel,
        Command::Autolabel {
            judge: judge.clone(),
            count,
            sampling: Sampling {
                // The first labels of a seed repeat; a second batch is new.
                seed: if labelled == 0 {
                    seed
                } else {
                    derived(seed, labelled)
                },
                ..Sampling::default()
            },
        },
    );
    if id.is_some() {
        lab.evaluate
            .begin_autolabel(form.principle, judge, count, js_sys::Date::now());
        lab.engine.expect(id, EngineStatus::Labelling);
    }
}

pub fn compare(lab: Lab) {
    let prompt = lab.evaluate.prompt().get_untracked().trim().to_owned();
    if prompt.is_empty() {
        lab.notices.error(
            NoticeKey::Compare,
            &Error::invalid(texts::PROMPT, texts::NOTHING, texts::QUESTION_FOR_BOTH).to_string(),
        );
        return;
    }
    lab.notices.dismiss(NoticeKey::Compare);
    let draw = lab.evaluate.begin_comparison();
    let id = lab.engine.send(
        Purpose::Compare,
        Command::Compare {
            prompt,
            sampling: Sampling {
                seed: lab.form.seed().wrapping_add(draw),
                ..Sampling::default()
            },
        },
    );
    lab.engine.expect(id, EngineStatus::Sampling);
    if id.is_none() {
        lab.evaluate.compared(None);
    }
}

pub fn measure_win_rate(lab: Lab) {
    let Some(principle) = lab.evaluate.principle().get_untracked() else {
        lab.notices
            .error(NoticeKey::WinRate, texts::CHOOSE_PRINCIPLE);
        return;
    };
    lab.notices.dismiss(NoticeKey::WinRate);
    let id = lab.engine.send(
        Purpose::WinRate,
        Command::WinRate {
            principle,
            seed: lab.form.seed(),
        },
    );
    if id.is_some() {
        lab.evaluate.begin_win_rate();
        lab.engine.expect(id, EngineStatus::Evaluating);
    }
}

/// Everything that is stored gone, in the other tabs too, the policy back at its
/// reference.
pub fn erase_all(lab: Lab) {
    lab.notices.dismiss(NoticeKey::Erase);
    spawn_local(async move {
        let at_ms = js_sys::Date::now();
        let was_open = lab.saving.was_open();
        match lab.saving.write_once(&Store::ALL.map(Write::Clear)).await {
            Ok(()) => lab.others.tell(&News::Erased { at_ms }),
            Err(reason) if was_open => {
                lab.notices
                    .error(NoticeKey::Erase, &texts::not_erased(&reason));
                return;
            }
            // Nothing of this visit was stored, and what it holds can be let go.
            Err(reason) => {
                lab.notices
                    .error(NoticeKey::Erase, &texts::erased_here(&reason));
            }
        }
        forget_all(lab, at_ms);
    });
}

/// What this tab knows gone, and what it was about to store: everything was erased at
/// `at_ms`.
pub fn forget_all(lab: Lab, at_ms: f64) {
    lab.saving.erased(at_ms);
    lab.run_saving.forget();
    lab.models.clear();
    resume::ended(lab);
    lab.labels.erase_all();
    lab_code::outlive(lab.settings);
    lab.settings.forget();
    lab.form.reset();
    lab.engine
        .give_up_on(|purpose| matches!(purpose, Purpose::Autolabel | Purpose::SamplePairs));
    lab.evaluate.stop_autolabel();
    if untrack(|| lab.engine.is_up()) {
        reset(lab);
    }
    lab.import.give_up();
    lab.lab_arrival.give_up();
    lab.runs.clear();
    lab.evaluate.clear();
    crate::stores::data_report::give_up(lab);
    lab.data_report.reset();
    lab.evaluate.choose_principle(None);
    lab.notices.say(texts::ERASED);
    spawn_local(load_starter_pairs(lab));
}
