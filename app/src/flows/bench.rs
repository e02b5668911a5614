//! A benchmark from its start to its report.

use super::later::do_later;
use crate::browser::later::{Doing, NotLoaded, wasm_split};
use crate::browser::url::engine_address;
use crate::browser::worker::{FromWorker, WorkerClient};
use crate::lab::Lab;
use crate::model::bench_form::BenchForm;
use crate::model::json;
use crate::stores::bench::BenchState;
use crate::texts::bench as texts;
use leptos::prelude::*;
use tilt_protocol::{
    BenchSettings, Command, DeviceKind, DevicePreference, EngineStatus, Error, Event,
    PROTOCOL_VERSION, SimdBuild,
};
use wasm_bindgen_futures::spawn_local;

/// Runs what the URL asks for once the lab's engine has its model: two engines at work
/// would both be slowed down.
pub fn run_if_asked(lab: Lab) {
    if !lab.bench.is_asked_by_url() {
        return;
    }
    let is_time = Memo::new(move |_| lab.labels.is_loaded().get() && is_free(lab));
    let has_begun = StoredValue::new(false);
    Effect::new(move |_| {
        if is_time.get() && !has_begun.get_value() {
            has_begun.set_value(true);
            do_later(lab, Box::pin(running(lab)));
        }
    });
}

#[wasm_split(runs, wasm_split_path = leptos::wasm_split, fallible)]
fn running(lab: Lab) -> Result<Doing, NotLoaded> {
    Ok(Box::pin(async move {
        run(lab, &lab.bench.form().get_untracked())
    }))
}

/// Whether the lab's engine leaves the machine to a benchmark.
pub fn is_free(lab: Lab) -> bool {
    matches!(
        lab.engine.status().get(),
        EngineStatus::Ready | EngineStatus::Paused | EngineStatus::Failed
    )
}

/// Runs what a form describes, on an engine started for it.
pub fn run(lab: Lab, form: &BenchForm) {
    let store = lab.bench;
    let settings = match form.settings() {
        Ok(settings) => settings,
        // The form says so itself.
        Err(_) => return,
    };
    let of_lab = lab.engine.device().with_untracked(|device| {
        device.as_ref().map(|device| match device.kind {
            DeviceKind::Webgpu => DevicePreference::Webgpu,
            DeviceKind::Cpu => DevicePreference::Cpu,
        })
    });
    let device = form.device.or(of_lab).unwrap_or(DevicePreference::Auto);
    store.begin();
    let address = engine_address(form.simd);
    let asked = BenchRequest {
        settings,
        device,
        simd: form.simd,
    };
    let started = WorkerClient::start(&address, move |incoming| {
        let outcome = match incoming {
            FromWorker::Message { message, .. } => heard(lab, &asked, message.event),
            FromWorker::Unreadable(error) | FromWorker::Broken(error) => Err(error),
        };
        if let Err(error) = outcome {
            end_later(lab, BenchState::Failed(error.to_string()));
        }
    });
    match started {
        Ok(client) => store.connect(client),
        Err(error) => store.end(BenchState::Failed(error.to_string())),
    }
}

#[derive(Clone)]
struct BenchRequest {
    settings: BenchSettings,
    device: DevicePreference,
    simd: Option<SimdBuild>,
}

/// Follows the engine from its greeting to its report.
fn heard(lab: Lab, asked: &BenchRequest, event: Event) -> Result<(), Error> {
    let store = lab.bench;
    match event {
        Event::Ready { protocol_version } => {
            if protocol_version != PROTOCOL_VERSION {
                let (page, engine) = (PROTOCOL_VERSION, protocol_version);
                return Err(Error::ProtocolVersion { page, engine });
            }
            store.command(Command::Start {
                protocol_version,
                device: asked.device,
            })
        }
        Event::DeviceReady {
            kind,
            fallback,
            simd,
            ..
        } => {
            store.remark(remarks(asked, kind, fallback, simd));
            let settings = asked.settings.clone();
            store.command(Command::Bench { settings })
        }
        Event::BenchStep { of, ms, .. } => {
            store.stepped(ms, of);
            Ok(())
        }
        Event::Benched { report } => {
            let report = json::from_str(report.json())
                .map_err(|error| Error::malformed("a report", error))?;
            lab.notices.say(texts::DONE);
            end_later(lab, BenchState::Done(Box::new(report)));
            Ok(())
        }
        Event::Failed { error } => Err(error),
        _ => Ok(()),
    }
}

/// Not inside the worker's own event: its listeners end with it.
fn end_later(lab: Lab, state: BenchState) {
    spawn_local(async move { lab.bench.end(state) });
}

/// What the engine does otherwise than asked.
fn remarks(
    asked: &BenchRequest,
    kind: DeviceKind,
    fallback: Option<String>,
    simd: SimdBuild,
) -> Vec<String> {
    let mut remarks = Vec::new();
    if asked.device == DevicePreference::Webgpu && kind == DeviceKind::Cpu {
        remarks.push(texts::device_refused(&fallback.unwrap_or_default()));
    }
    if asked.simd == Some(SimdBuild::Relaxed) && simd == SimdBuild::Plain {
        remarks.push(texts::RELAXED_REFUSED.to_owned());
    }
    if kind == DeviceKind::Webgpu && asked.settings.workers.is_some_and(|workers| workers > 1) {
        remarks.push(texts::WORKERS_REFUSED.to_owned());
    }
    remarks
}
