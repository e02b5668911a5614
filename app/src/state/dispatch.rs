//! What the engine says, sent to the state it concerns.

use super::Lab;
use super::blind;
use super::data_report;
use super::engine::{DeviceInfo, Fetching, ModelInfo, Purpose};
use super::evaluate::Comparison;
use super::notices::NoticeKey;
use super::resume;
use super::run::CurvePoint;
use super::runs::{KlPoint, WinRatePoint};
use super::startup;
use super::training;
use crate::files;
use crate::texts::notices as texts;
use js_sys::ArrayBuffer;
use leptos::prelude::*;
use tilt_protocol::{
    Command, DeviceKind, DevicePreference, EngineStatus, Error, Event, Label, Labeller, Message,
    PROTOCOL_VERSION, Pair, RequestId, RunEnd, Simd, Verdict, WinRateReport,
};

pub fn handle(lab: Lab, message: Message, buffers: &[ArrayBuffer]) {
    let id = message.id;
    match message.event {
        Event::Fetching {
            what,
            received,
            total,
        } => lab.engine.set_fetching(Fetching {
            what,
            received,
            total,
        }),
        Event::Ready { protocol_version } => greet(lab, protocol_version),
        // Between the steps that the page asks for the engine waits, and the run does not.
        Event::Status {
            status: EngineStatus::Paused,
        } if lab.pace.is_walking() => lab.pace.answered(),
        Event::Status { status } => {
            lab.engine.report(status);
            match status {
                EngineStatus::Training => {
                    lab.run.set_paused(false);
                    resume::set_going(lab, true);
                }
                EngineStatus::Paused => {
                    lab.run.set_paused(true);
                    resume::set_going(lab, false);
                }
                _ => {}
            }
        }
        Event::DeviceReady {
            kind,
            adapter,
            fallback,
            simd,
            workers,
        } => device_ready(
            lab,
            DeviceInfo {
                kind,
                adapter,
                fallback,
                simd,
                workers,
            },
        ),
        Event::ModelLoaded {
            name,
            parameters,
            vocab,
            context,
            training_prompts,
            held_out_prompts,
            ..
        } => {
            let is_stand_in =
                id.and_then(|id| lab.engine.purpose_of(id)) == Some(Purpose::LoadStandIn);
            let model = ModelInfo {
                name,
                parameters,
                vocab,
                context,
                training_prompts,
                held_out_prompts,
            };
            if is_stand_in {
                lab.engine.set_model(model);
                training::load_chosen_model(lab);
            } else {
                lab.engine.settle(id);
                model_loaded(lab, model);
            }
        }
        Event::Pairs { pairs, done } => {
            if done {
                lab.engine.settle(id);
            }
            lab.labels.sampled(id, pairs);
        }
        Event::Autolabelled {
            pairs,
            verdicts,
            ties,
            done,
        } => {
            if done {
                lab.engine.settle(id);
            }
            autolabelled(lab, pairs, verdicts, ties, done);
        }
        Event::RunStarted {
            run,
            steps,
            rows,
            dropped,
            step,
        } => {
            lab.run.started(run, steps, rows);
            resume::started(lab, run, step, steps);
            lab.pace.answered();
            if dropped > 0 {
                lab.notices
                    .info(NoticeKey::RowsDropped, &texts::rows_dropped(dropped));
            }
            lab.notices.say(&texts::training_started(steps, rows));
        }
        Event::Step {
            run,
            step,
            metrics,
            duration_ms,
            tokens,
            margins,
        } => {
            let point = CurvePoint {
                step,
                metrics,
                margins,
            };
            lab.run.stepped(run, point, duration_ms, tokens);
            lab.pace.answered();
            resume::stepped(lab);
        }
        Event::Kl {
            run,
            step,
            kl,
            reward,
            ..
        } => {
            lab.run.set_kl(run, kl);
            lab.runs.add_kl(run, KlPoint { step, kl, reward });
        }
        Event::Adjusted {
            run,
            step,
            beta,
            learning_rate,
        } => {
            training::adjusted(lab, run, step, beta, learning_rate);
            resume::save(lab);
        }
        // Nothing else is to be said of what was asked.
        Event::Done => {}
        // A run that came back, and by then another one was asked for.
        Event::RunEnded { run, .. } if lab.run.run().with_untracked(|live| live.id != run) => {}
        Event::RunEnded { run, step, end } => {
            lab.pace.stop();
            let curve = lab.run.ended(run);
            lab.runs.finished(run, curve);
            resume::ended(lab);
            startup::watch_again(lab);
            match end {
                RunEnd::Failed { error } => {
                    let what = Purpose::Train.failed();
                    lab.notices
                        .error(NoticeKey::Run, &texts::failed(&what, &error));
                }
                RunEnd::Finished => lab.notices.say(&texts::training_ended(false, step)),
                RunEnd::Stopped | RunEnd::Replaced { .. } => {
                    lab.notices.say(&texts::training_ended(true, step));
                }
            }
        }
        Event::WasReset => {
            lab.engine.settle(id);
            lab.runs.leave(lab.run.run().with_untracked(|run| run.id));
            lab.run.clear();
            startup::watch_again(lab);
            lab.notices.say(texts::WAS_RESET);
        }
        Event::Inspected { inspection } => lab.selection.inspected(id, inspection),
        Event::Compared {
            prompt,
            policy,
            reference,
        } => {
            lab.engine.settle(id);
            if lab.blind.is_asking(id) {
                blind::compared(lab, prompt, policy, reference);
                return;
            }
            if id.and_then(|id| lab.engine.purpose_of(id)) == Some(Purpose::Blind) {
                // Of a test that was given up.
                return;
            }
            let step = lab.run.run().with_untracked(|run| run.step);
            lab.evaluate.compared(Some(Comparison {
                prompt,
                policy,
                reference,
                step,
            }));
        }
        Event::WinRate { report, done } => {
            if done {
                lab.engine.settle(id);
                lab.notices.say(texts::WIN_RATE_MEASURED);
                keep_win_rate(lab, &report);
            }
            lab.evaluate.measured(report, done);
        }
        Event::Exported { kind } => {
            lab.engine.settle(id);
            if let Err(error) = files::download_zip(kind, buffers) {
                lab.notices.error(NoticeKey::Export, &error.to_string());
            }
        }
        Event::Candidates {
            step,
            policy,
            reference,
        } => lab.closed_form.answered(id, step, policy, reference),
        Event::Checkpoint { run, step } => {
            if let Some(checkpoint) = buffers.first() {
                resume::save_came(lab, run, step, checkpoint.clone());
            }
        }
        Event::Reporting { done, .. } => lab.data_report.progressed(id, done),
        Event::Reported { report } => {
            lab.engine.settle(id);
            lab.data_report.answered(id, *report);
        }
        Event::Filtered { kept } => data_report::filtered(lab, &kept),
        // The benchmark has an engine of its own; scores nothing asks for yet.
        Event::Scored { .. } | Event::BenchStep { .. } | Event::Benched { .. } => {}
        Event::Failed { error } => failed(lab, id, &error),
    }
}

/// Notes a measured win rate with the run that the policy comes from.
fn keep_win_rate(lab: Lab, report: &WinRateReport) {
    let (Some(rate), Some((run, step))) = (report.win_rate, lab.evaluate.measured_of()) else {
        return;
    };
    let point = WinRatePoint {
        step,
        principle: report.principle,
        rate,
        low: report.low,
        high: report.high,
    };
    lab.runs.add_win_rate(run, point);
}

fn greet(lab: Lab, protocol_version: u32) {
    if protocol_version != PROTOCOL_VERSION {
        startup::engine_failed(
            lab,
            &Error::ProtocolVersion {
                page: PROTOCOL_VERSION,
                engine: protocol_version,
            },
        );
        return;
    }
    lab.engine.send(
        Purpose::Start,
        Command::Start {
            protocol_version: PROTOCOL_VERSION,
            device: lab.engine.preference().unwrap_or(DevicePreference::Auto),
        },
    );
}

fn device_ready(lab: Lab, device: DeviceInfo) {
    let is_refused =
        lab.engine.preference() == Some(DevicePreference::Webgpu) && device.kind == DeviceKind::Cpu;
    if is_refused {
        lab.notices.info(
            NoticeKey::Device,
            &texts::webgpu_refused(device.fallback.as_deref()),
        );
    }
    if lab.engine.simd() == Some(Simd::Relaxed) && device.simd == Simd::Plain {
        lab.notices.info(NoticeKey::Simd, texts::NO_RELAXED_SIMD);
    }
    lab.engine.set_device(device);
    training::load_first_model(lab);
}

fn model_loaded(lab: Lab, model: ModelInfo) {
    lab.notices.dismiss(NoticeKey::Model);
    lab.notices.dismiss(NoticeKey::Engine);
    lab.evaluate.stop_autolabel();
    training::break_off(lab);
    lab.run.clear();
    lab.evaluate.clear();
    lab.selection.set_against(None);
    lab.selection.clear();
    lab.closed_form.clear();
    lab.blind.clear();
    lab.data_report.clear();
    let prompt = lab.evaluate.prompt();
    if prompt.with_untracked(|prompt| prompt.trim().is_empty())
        && let Some(first) = model.held_out_prompts.first()
    {
        prompt.set(first.clone());
    }
    lab.form.set_model(&model.name);
    lab.notices.say(&texts::model_ready(&model.name));
    let is_replaced = lab.engine.model().with_untracked(Option::is_some);
    lab.engine.set_model(model);
    resume::model_loaded(lab);
    if is_replaced {
        // A first model starts the watch by itself.
        startup::watch_again(lab);
    }
}

fn autolabelled(lab: Lab, pairs: Vec<Pair>, verdicts: Vec<Verdict>, ties: usize, is_done: bool) {
    let Some(progress) = lab.evaluate.autolabel().get_untracked() else {
        return;
    };
    if progress.is_done {
        // Given up, or erased, while this portion was under way.
        return;
    }
    let Some(labeller) = Labeller::of_judge(&progress.judge) else {
        return;
    };
    let labels: Vec<Label> = pairs
        .into_iter()
        .zip(verdicts)
        .map(|(pair, verdict)| Label::new(pair, verdict, labeller.clone(), progress.at_ms))
        .collect();
    let count = labels.len();
    if count > 0 {
        lab.labels
            .append_portion(labels, Some(progress.at_ms as u64));
        lab.notices.dismiss(NoticeKey::Train);
    }
    lab.evaluate.autolabelled(count, ties, is_done);
    if is_done {
        lab.notices
            .say(&texts::judge_labelled(progress.done + count));
    }
}

fn failed(lab: Lab, id: Option<RequestId>, error: &Error) {
    let Some(id) = id else {
        startup::engine_failed(lab, error);
        return;
    };
    lab.engine.settle(Some(id));
    let Some(purpose) = lab.engine.purpose_of(id) else {
        lab.notices
            .error(NoticeKey::EngineMessage, &error.to_string());
        return;
    };
    // A lost device stays lost, whatever it was asked for; a run is not at its end by it.
    if matches!(error, Error::Device { .. }) {
        startup::engine_failed(lab, error);
        return;
    }
    if purpose == Purpose::LoadStandIn {
        // It was only to bridge the time.
        training::load_chosen_model(lab);
        return;
    }
    let key = match &purpose {
        Purpose::Start | Purpose::LoadModel(_) | Purpose::LoadStandIn => NoticeKey::Model,
        Purpose::SamplePairs => {
            lab.labels.refill_failed();
            NoticeKey::Pairs
        }
        Purpose::Autolabel => {
            lab.evaluate.stop_autolabel();
            NoticeKey::Autolabel
        }
        Purpose::Train => {
            training::refused(lab);
            NoticeKey::Run
        }
        Purpose::Checkpoint => {
            resume::save_failed(lab);
            NoticeKey::Checkpoint
        }
        Purpose::Control => NoticeKey::Run,
        Purpose::Watch => {
            lab.selection.clear();
            // A run whose weights are no longer kept is no longer compared with.
            lab.selection.set_against(None);
            NoticeKey::Watch
        }
        Purpose::Candidates => {
            lab.closed_form.failed(Some(id), error.to_string());
            NoticeKey::Candidates
        }
        Purpose::Compare => {
            lab.evaluate.compared(None);
            NoticeKey::Compare
        }
        Purpose::Blind => {
            lab.blind.failed();
            NoticeKey::Blind
        }
        Purpose::WinRate => {
            lab.evaluate.stop_win_rate();
            NoticeKey::WinRate
        }
        Purpose::ExportModel => NoticeKey::Export,
        Purpose::Report => {
            lab.data_report.failed(id);
            NoticeKey::DataReport
        }
    };
    let loaded = lab.engine.model().get_untracked();
    let is_fatal = match &purpose {
        Purpose::Start => true,
        Purpose::LoadModel(_) => loaded.is_none(),
        _ => false,
    };
    if is_fatal {
        startup::engine_failed(lab, error);
    } else if *error != Error::Cancelled && !is_told_elsewhere(&purpose, error) {
        if let (Purpose::LoadModel(_), Some(model)) = (&purpose, &loaded) {
            // The model that was there is still the one in use.
            lab.form.set_model(&model.name);
        }
        lab.notices
            .error(key, &texts::failed(&purpose.failed(), error));
    }
}

/// A press of pause or stop that met the run's own end: nothing is wrong. Answers that
/// cannot be scored say so where they stand.
fn is_told_elsewhere(purpose: &Purpose, error: &Error) -> bool {
    let is_of_the_run = matches!(purpose, Purpose::Control | Purpose::Checkpoint);
    (is_of_the_run && *error == Error::NoRun) || *purpose == Purpose::Candidates
}
