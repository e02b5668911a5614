//! The learner as the reward: a run asks which of two fresh answers is better, and goes on with
//! what is said.

use super::later::do_later;
use crate::browser::later::{Doing, NotLoaded, wasm_split};
use crate::lab::Lab;
use crate::model::parameters::Parameter;
use crate::model::train_form::TrainField;
use crate::stores::engine::Purpose;
use crate::texts::fresh_pairs as texts;
use js_sys::Date;
use leptos::prelude::*;
use tilt_protocol::{Command, Label, Labeller, Pair, Reward, RunId, Verdict};

/// Pairs of a step, where the learner is asked for each.
const PAIRS_A_STEP: usize = 4;
/// Steps of such a run.
const STEPS: usize = 12;
/// So few steps are larger ones.
const LEARNING_RATE: &str = "0.003";

/// Makes the learner the reward, with as few pairs as a person has patience for.
pub fn choose(lab: Lab) {
    super::reward_model::set_rewards(lab, &[Reward::Learner]);
    lab.form
        .set_parameter(Parameter::BatchSize, PAIRS_A_STEP.to_string());
    lab.form.leave_parameter(Parameter::BatchSize);
    super::settings::set_field(lab, TrainField::Steps, STEPS.to_string());
    super::settings::set_field(lab, TrainField::LearningRate, LEARNING_RATE.to_owned());
}

/// The run waits with these.
pub fn asked(lab: Lab, run: RunId, pairs: Vec<Pair>) {
    do_later(lab, Box::pin(asking(lab, run, pairs)));
}

/// A verdict on the pair that waits.
pub fn prefer(lab: Lab, verdict: Verdict) {
    do_later(lab, Box::pin(preferring(lab, verdict)));
}

#[wasm_split(runs, wasm_split_path = leptos::wasm_split, fallible)]
fn asking(lab: Lab, run: RunId, pairs: Vec<Pair>) -> Result<Doing, NotLoaded> {
    Ok(Box::pin(async move { ask(lab, run, pairs) }))
}

#[wasm_split(runs, wasm_split_path = leptos::wasm_split, fallible)]
fn preferring(lab: Lab, verdict: Verdict) -> Result<Doing, NotLoaded> {
    Ok(Box::pin(async move { take_verdict(lab, verdict) }))
}

fn ask(lab: Lab, run: RunId, pairs: Vec<Pair>) {
    // The run may be over by the time that this part of the page is here.
    if lab
        .run
        .run()
        .with_untracked(|live| live.id != run || !live.phase.is_active())
    {
        return;
    }
    lab.fresh_pairs.ask(run, pairs);
    say_next(lab);
}

/// The verdict is kept as a label like any other where it is decisive. With the last pair of a
/// step the run goes on.
fn take_verdict(lab: Lab, verdict: Verdict) {
    let Some(waiting) = untrack(|| lab.fresh_pairs.current()) else {
        return;
    };
    if verdict.is_decisive() && waiting.pair.tells_apart() {
        let label = Label::new(waiting.pair, verdict, Labeller::Person, Date::now());
        lab.labels.append_portion(vec![label.given_here()], None);
    }
    match lab.fresh_pairs.judge(verdict) {
        None => say_next(lab),
        Some(all) => {
            let (run, verdicts) = (all.run, all.verdicts);
            lab.engine
                .request(Purpose::Control, Command::Prefer { run, verdicts });
        }
    }
}

/// Tells a screen reader which pair waits.
fn say_next(lab: Lab) {
    if let Some(waiting) = untrack(|| lab.fresh_pairs.current()) {
        let place = texts::place(waiting.place, waiting.of);
        let Pair {
            prompt,
            answer_a,
            answer_b,
            ..
        } = &waiting.pair;
        lab.notices
            .say(&texts::said(&place, prompt, answer_a, answer_b));
    }
}
