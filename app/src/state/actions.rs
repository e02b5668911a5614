//! What the person does, where it touches more than one part of the state.

use super::Lab;
use super::engine::Purpose;
use super::form::Field;
use super::run::Phase;
use crate::random::mix;
use crate::url::resolve;
use crate::worker::{Incoming, WorkerClient};
use leptos::prelude::*;
use tilt_protocol::label::{pairs_from_labels, unpaired_from_labels};
use tilt_protocol::{
    Command, Content, EngineStatus, Error, Example, Label, ModelName, ModelSource, Pair, Sampling,
    Verdict,
};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::{JsFuture, spawn_local};

/// New pairs are sampled when fewer wait than this.
const QUEUE_LOW: usize = 6;
/// Pairs sampled at a time.
const REFILL: usize = 12;

/// Starts what the page needs at its start: stored labels, shipped pairs, engine.
pub fn start(lab: Lab) {
    spawn_local(async move {
        lab.labels.load().await;
        load_starter_pairs(lab).await;
    });
    let started = WorkerClient::start(&resolve("engine.js"), move |incoming| match incoming {
        Incoming::Message { message, buffers } => super::dispatch::handle(lab, message, &buffers),
        Incoming::Unreadable(error) => lab.notices.error("engine-message", &error.to_string()),
        Incoming::Broken(error) => engine_failed(lab, &error),
    });
    match started {
        Ok(client) => lab.engine.connect(client),
        Err(error) => engine_failed(lab, &error),
    }
    keep_watching(lab);
    keep_queue_filled(lab);
}

/// The engine will not come, or is gone: says so, and what still works.
pub fn engine_failed(lab: Lab, error: &Error) {
    lab.engine.give_up();
    lab.run.failed();
    lab.evaluate.clear();
    lab.evaluate.stop_autolabel();
    lab.notices.error(
        "engine",
        &format!(
            "The engine does not run: {error}. Labelling still works and is saved; reload the page to start the engine again."
        ),
    );
}

async fn load_starter_pairs(lab: Lab) {
    let url = resolve("datasets/starter-pairs.json");
    match fetch_text(&url).await.and_then(|text| {
        serde_json::from_str::<Vec<Pair>>(&text).map_err(|error| Error::malformed(&url, error))
    }) {
        Ok(pairs) => lab.labels.enqueue(pairs, Some(lab.form.seed())),
        Err(error) => lab.notices.error(
            "starter-pairs",
            &format!("The pairs that come with the page are missing: {error}. New ones are sampled once the engine is ready."),
        ),
    }
}

async fn fetch_text(url: &str) -> Result<String, Error> {
    let failed = |reason: String| Error::Fetch {
        url: url.to_owned(),
        reason,
    };
    let to_reason = |cause| failed(crate::worker::js_text(&cause));
    let window = web_sys::window().ok_or_else(|| failed("there is no window".to_owned()))?;
    let response = JsFuture::from(window.fetch_with_str(url))
        .await
        .and_then(|response| response.dyn_into::<web_sys::Response>())
        .map_err(to_reason)?;
    if !response.ok() {
        return Err(failed(format!("the server answered {}", response.status())));
    }
    let text = response.text().map_err(to_reason)?;
    let text = JsFuture::from(text).await.map_err(to_reason)?;
    text.as_string()
        .ok_or_else(|| failed("it is no text".to_owned()))
}

/// The selected pair, and the model that shows it, are watched by the engine.
fn keep_watching(lab: Lab) {
    let watched = Memo::new(move |_| {
        let is_up = lab.engine.is_up();
        let selected = lab.selection.selected().get();
        selected.filter(|_| is_up).map(|selected| selected.entry)
    });
    Effect::new(move |_| match watched.get() {
        Some(entry) => watch(lab, &entry.label),
        None => lab.selection.clear(),
    });
}

/// Asks for the selected pair's tokens again.
pub fn watch_again(lab: Lab) {
    if let Some(selected) = lab.selection.selected().get_untracked() {
        watch(lab, &selected.entry.label);
    }
}

fn watch(lab: Lab, label: &Label) {
    let Some((chosen, rejected)) = label.chosen_rejected() else {
        return;
    };
    let example = Example::Pair {
        prompt: Content::user(&label.pair.prompt),
        chosen: Content::assistant(chosen),
        rejected: Content::assistant(rejected),
    };
    if let Some(id) = lab.engine.send(Purpose::Watch, Command::Watch { example }) {
        lab.selection.watching(id);
    }
}

fn keep_queue_filled(lab: Lab) {
    let is_wanted = Memo::new(move |_| {
        lab.labels.is_loaded().get()
            && lab.labels.waiting() < QUEUE_LOW
            && lab.engine.status().get() == EngineStatus::Ready
    });
    Effect::new(move |_| {
        if is_wanted.get() {
            sample_pairs(lab);
        }
    });
}

fn sample_pairs(lab: Lab) {
    let labelled = lab
        .labels
        .entries()
        .with_untracked(|entries| entries.len() as u64);
    // Other pairs on the next visit too, but the same ones for the same labels.
    let seed = mix(lab.form.seed() ^ mix(labelled)) >> 12;
    let id = lab.engine.send(
        Purpose::SamplePairs,
        Command::SamplePairs {
            count: REFILL,
            prompts: Vec::new(),
            sampling: Sampling {
                seed,
                ..Sampling::default()
            },
        },
    );
    lab.engine.expect(id, EngineStatus::Sampling);
}

pub fn judge(lab: Lab, verdict: Verdict) {
    let is_first = lab
        .labels
        .entries()
        .with_untracked(|entries| entries.is_empty());
    lab.labels.judge(verdict);
    if is_first {
        ask_to_persist();
    }
}

/// Asks the browser to keep what is stored; a refusal changes nothing.
fn ask_to_persist() {
    if let Some(window) = web_sys::window()
        && let Ok(asked) = window.navigator().storage().persist()
    {
        spawn_local(async move {
            let _ = JsFuture::from(asked).await;
        });
    }
}

/// Trains from the reference with the labels there are; a paused run goes on.
pub fn train(lab: Lab) {
    match lab.run.phase().get_untracked() {
        Phase::Running => {}
        Phase::Paused => resume(lab),
        Phase::Idle | Phase::Ended => {
            start_run(lab, false);
        }
    }
}

/// Starts a run; true when the engine was asked for one.
fn start_run(lab: Lab, is_paused: bool) -> bool {
    for field in Field::ALL {
        lab.notices.dismiss(&field_key(field));
    }
    let mut settings = match lab.form.train_settings() {
        Ok(settings) => settings,
        Err(defects) => {
            for (field, error) in defects {
                lab.notices.error(&field_key(field), &error.to_string());
            }
            return false;
        }
    };
    if let Some(model) = lab.engine.model().get_untracked() {
        settings.max_length = settings.max_length.min(model.context);
    }
    let labels = lab.labels.all();
    let kind = settings.objective.kind();
    let examples = if kind.is_unpaired() {
        unpaired_from_labels(&labels)
    } else {
        pairs_from_labels(&labels)
    };
    let least = if kind.is_unpaired() { 2 } else { 1 };
    if examples.len() < least {
        let error = Error::NothingToUse {
            what: if kind.is_unpaired() { "labelled answers" } else { "decisive pairs" }.to_owned(),
            purpose: format!("train {} on", kind.title()),
            advice: "say which answer is better (keys 1 and 2), or open \u{201c}Let the judge label\u{201d}"
                .to_owned(),
        };
        lab.notices.error("train", &error.to_string());
        return false;
    }
    lab.notices.dismiss("train");
    lab.notices.dismiss("run");
    let run = lab
        .run
        .begin(settings.objective.clone(), settings.steps, is_paused);
    let id = lab.engine.send(
        Purpose::Train,
        Command::Train {
            run,
            settings,
            examples,
            paused: is_paused,
        },
    );
    let status = if is_paused {
        EngineStatus::Paused
    } else {
        EngineStatus::Training
    };
    lab.engine.expect(id, status);
    if id.is_none() {
        lab.run.clear();
    }
    id.is_some()
}

pub fn field_key(field: Field) -> String {
    format!("field-{}", field.name())
}

/// Says what is wrong with a field when the person leaves it.
pub fn check_field(lab: Lab, field: Field) {
    match untrack(|| lab.form.defect(field)) {
        Some(error) => lab.notices.error(&field_key(field), &error.to_string()),
        None => lab.notices.dismiss(&field_key(field)),
    }
}

fn resume(lab: Lab) {
    let id = lab.engine.send(Purpose::Control, Command::Resume);
    lab.engine.expect(id, EngineStatus::Training);
    lab.run.set_paused(false);
}

pub fn pause_or_resume(lab: Lab) {
    match lab.run.phase().get_untracked() {
        Phase::Running => {
            let id = lab.engine.send(Purpose::Control, Command::Pause);
            lab.engine.expect(id, EngineStatus::Paused);
            lab.run.set_paused(true);
        }
        Phase::Paused => resume(lab),
        Phase::Idle | Phase::Ended => {}
    }
}

/// The play key: start, pause or resume, whichever applies.
pub fn play(lab: Lab) {
    if lab.run.phase().get_untracked().is_active() {
        pause_or_resume(lab);
    } else {
        train(lab);
    }
}

pub fn step_once(lab: Lab) {
    let is_ready = match lab.run.phase().get_untracked() {
        Phase::Running => {
            pause_or_resume(lab);
            return;
        }
        Phase::Paused => true,
        Phase::Idle | Phase::Ended => start_run(lab, true),
    };
    if is_ready {
        lab.engine.send(Purpose::Control, Command::StepOnce);
    }
}

pub fn stop(lab: Lab) {
    if lab.run.phase().get_untracked().is_active() {
        lab.engine.send(Purpose::Control, Command::Stop);
    }
}

pub fn reset(lab: Lab) {
    lab.engine.send(Purpose::Control, Command::Reset);
}

/// Loads one of the shipped models.
pub fn load_model(lab: Lab, name: &str) {
    if ModelName::from_slug(name).is_none() {
        return;
    }
    lab.form.set_model(name);
    lab.notices.dismiss("model");
    let source = ModelSource::Url {
        name: name.to_owned(),
        url: resolve(&format!("models/{name}/")),
    };
    let id = lab.engine.send(
        Purpose::LoadModel(name.to_owned()),
        Command::LoadModel { source },
    );
    lab.engine.expect(id, EngineStatus::Loading);
}

pub fn autolabel(lab: Lab) {
    let form = lab.evaluate.autolabel_form().get_untracked();
    let count = form.count.trim().parse::<usize>().ok();
    let noise = form.noise.trim().parse::<f64>().ok();
    let count = count.filter(|count| (1..=4096).contains(count));
    let noise = noise.filter(|noise| (0.0..=0.5).contains(noise));
    let quoted = |text: &str| format!("\u{201c}{text}\u{201d}");
    lab.notices.dismiss("autolabel");
    let (Some(count), Some(noise)) = (count, noise) else {
        let error = if count.is_none() {
            Error::invalid(
                "pairs to label",
                quoted(&form.count),
                "a whole number from 1 to 4096",
            )
        } else {
            Error::invalid("noise", quoted(&form.noise), "a number from 0 to 0.5")
        };
        lab.notices.error("autolabel", &error.to_string());
        return;
    };
    let labelled = lab
        .labels
        .entries()
        .with_untracked(|entries| entries.len() as u64);
    let seed = lab.form.seed();
    let id = lab.engine.send(
        Purpose::Autolabel,
        Command::Autolabel {
            principle: form.principle,
            count,
            noise,
            sampling: Sampling {
                // The first labels of a seed repeat; a second batch is new.
                seed: if labelled == 0 {
                    seed
                } else {
                    mix(seed ^ mix(labelled)) >> 12
                },
                ..Sampling::default()
            },
        },
    );
    if id.is_some() {
        lab.evaluate.begin_autolabel(form.principle, count, noise);
        lab.engine.expect(id, EngineStatus::Labelling);
    }
}

pub fn compare(lab: Lab) {
    let prompt = lab.evaluate.prompt().get_untracked().trim().to_owned();
    if prompt.is_empty() {
        lab.notices.error(
            "compare",
            &Error::invalid("prompt", "nothing", "a question for both models").to_string(),
        );
        return;
    }
    lab.notices.dismiss("compare");
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
        lab.notices.error(
            "winrate",
            "Choose the principle to judge by first: labels given by hand do not say what they prefer.",
        );
        return;
    };
    lab.notices.dismiss("winrate");
    let step = lab.run.run().with_untracked(|run| run.step);
    let id = lab.engine.send(
        Purpose::WinRate,
        Command::WinRate {
            principle,
            seed: lab.form.seed(),
        },
    );
    if id.is_some() {
        lab.evaluate.begin_win_rate(step);
        lab.engine.expect(id, EngineStatus::Evaluating);
    }
}

pub fn export_model(lab: Lab) {
    lab.notices.dismiss("export");
    lab.engine.send(Purpose::ExportModel, Command::ExportModel);
}

/// Labels and settings gone, the policy back at its reference.
pub fn erase_all(lab: Lab) {
    lab.labels.erase_all();
    lab.settings.forget();
    lab.form.reset();
    if untrack(|| lab.engine.is_up()) {
        reset(lab);
    }
    lab.evaluate.clear();
    lab.evaluate.choose_principle(None);
    lab.notices.say("Everything stored was erased.");
    spawn_local(load_starter_pairs(lab));
}
