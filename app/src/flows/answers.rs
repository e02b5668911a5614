//! What the engine says, sent to the state it concerns.

use super::failures::failed;
use super::{resume, startup, training};
use crate::flows::{files, own_models};
use crate::lab::Lab;
use crate::stores::engine::{DeviceInfo, Fetching, ModelInfo, Purpose};
use crate::stores::evaluate::{Comparison, Measured};
use crate::stores::models::ModelAsked;
use crate::stores::notices::NoticeKey;
use crate::stores::run::CurvePoint;
use crate::stores::runs::{KlPoint, WinRatePoint};
use crate::stores::{blind, data_report};
use crate::texts::notices as texts;
use crate::texts::training as training_texts;
use js_sys::ArrayBuffer;
use leptos::prelude::*;
use tilt_protocol::{
    Command, DeviceKind, DevicePreference, EngineStatus, Error, Event, Label, Labeller, Message,
    PROTOCOL_VERSION, Pair, PolicyAt, RequestId, RunEnd, RunId, Simd, Verdict, WinRateReport,
};

pub fn handle(lab: Lab, message: Message, buffers: &[ArrayBuffer]) {
    match message.id {
        None => unasked(lab, message.event),
        Some(id) => {
            // Without a ticket nobody waits for it.
            if let Some(answered) = lab.engine.answered(id, &message.event) {
                if answered.is_last && answered.purpose != Purpose::LoadStandIn {
                    lab.engine.settle(id);
                }
                answer(lab, id, answered.purpose, message.event, buffers);
            }
        }
    }
}

/// What the engine says by itself.
fn unasked(lab: Lab, event: Event) {
    match event {
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
        // Whatever was under way: the engine is gone.
        Event::Failed { error } => startup::engine_failed(lab, &error),
        // Everything else answers a request.
        _ => {}
    }
}

/// What the engine answers to `purpose`.
fn answer(lab: Lab, id: RequestId, purpose: Purpose, event: Event, buffers: &[ArrayBuffer]) {
    match event {
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
            identity,
            parameters,
            vocab,
            context,
            training_prompts,
            held_out_prompts,
        } => {
            let model = ModelInfo {
                name,
                identity,
                parameters,
                vocab,
                context,
                training_prompts,
                held_out_prompts,
            };
            if purpose == Purpose::LoadStandIn {
                lab.engine.set_model(model);
                training::load_chosen_model(lab);
            } else if let Purpose::LoadModel(asked) = purpose {
                model_loaded(lab, model, asked);
            }
        }
        Event::Pairs { pairs, .. } => lab.labels.sampled(Some(id), pairs),
        Event::Autolabelled {
            pairs,
            verdicts,
            ties,
            done,
        } => autolabelled(lab, pairs, verdicts, ties, done),
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
            n,
            standard_error,
            rewards,
        } => {
            lab.run.set_kl(run, kl);
            let point = KlPoint {
                step,
                kl,
                n: Some(n),
                standard_error,
                rewards,
                reward: None,
            };
            lab.runs.add_kl(run, point);
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
        Event::RunEnded { run, step, end } => run_ended(lab, run, step, end),
        Event::WasReset => {
            lab.runs.leave(lab.run.run().with_untracked(|run| run.id));
            lab.run.clear();
            startup::watch_again(lab);
            lab.notices.say(texts::WAS_RESET);
        }
        Event::Inspected { inspection } => lab.selection.inspected(Some(id), inspection),
        Event::Compared {
            of,
            prompt,
            policy,
            reference,
        } => {
            if purpose == Purpose::Blind {
                if lab.blind.is_asking(Some(id)) {
                    blind::compared(lab, of, prompt, policy, reference);
                }
                return;
            }
            lab.evaluate.compared(Some(Comparison {
                prompt,
                policy,
                reference,
                of,
            }));
        }
        Event::WinRate { of, report, done } => {
            if done {
                lab.notices.say(texts::WIN_RATE_MEASURED);
                keep_win_rate(lab, of, &report);
            }
            lab.evaluate.measured(Measured {
                report,
                of,
                is_done: done,
            });
        }
        Event::Exported { kind } => {
            if let Err(error) = files::download_zip(kind, buffers) {
                lab.notices.error(NoticeKey::Export, &error.to_string());
            }
        }
        Event::Candidates {
            of,
            policy,
            reference,
        } => lab.closed_form.answered(Some(id), of, policy, reference),
        Event::Checkpoint { run, step } => {
            if let Some(checkpoint) = buffers.first() {
                let is_asked = matches!(purpose, Purpose::Checkpoint(_));
                resume::save_came(lab, run, step, checkpoint.clone(), is_asked);
            }
        }
        Event::Done => {
            if matches!(purpose, Purpose::Checkpoint(_)) {
                resume::save_answered(lab);
            }
        }
        Event::Reporting { done, .. } => lab.data_report.progressed(Some(id), done),
        Event::Reported { report } => lab.data_report.answered(Some(id), *report),
        Event::Filtered { kept } => data_report::filtered(lab, &kept),
        Event::Failed { error } => failed(lab, id, &purpose, &error),
        Event::Fetching {
            what,
            received,
            total,
        } => lab.engine.set_fetching(Fetching {
            what,
            received,
            total,
        }),
        // The benchmark has an engine of its own; scores nothing asks for yet; the others
        // answer nothing.
        Event::Scored { .. }
        | Event::BenchStep { .. }
        | Event::Benched { .. }
        | Event::Ready { .. }
        | Event::Status { .. } => {}
    }
}

/// A run takes no further steps. It may be one that another has followed already.
fn run_ended(lab: Lab, run: RunId, step: usize, end: RunEnd) {
    lab.runs.finished(run);
    let is_live = lab.run.run().with_untracked(|live| live.id == run);
    if is_live {
        lab.pace.stop();
        lab.run.ended(run);
        resume::ended(lab);
        startup::watch_again(lab);
    }
    let is_stopped = match end {
        RunEnd::Finished => false,
        RunEnd::Stopped => true,
        RunEnd::Replaced { by } => {
            if let Some(record) = lab.runs.get(run) {
                lab.runs.replaced(run, step, by);
                let text = training_texts::replaced(&record.name, step, by);
                lab.notices.info(NoticeKey::Run, &text);
            }
            return;
        }
        RunEnd::Failed { error } => {
            let what = Purpose::Train(run).failed();
            lab.notices
                .error(NoticeKey::Run, &texts::failed(&what, &error));
            return;
        }
    };
    if is_live {
        lab.notices.say(&texts::training_ended(is_stopped, step));
    }
}

/// Notes a measured win rate with the run that the policy comes from.
fn keep_win_rate(lab: Lab, of: PolicyAt, report: &WinRateReport) {
    let (Some(rate), Some(run)) = (report.win_rate, of.run) else {
        return;
    };
    let point = WinRatePoint {
        step: of.step,
        principle: report.principle,
        rate,
        low: report.low,
        high: report.high,
        decisive: Some(report.decisive()),
        ties: Some(report.ties),
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

fn model_loaded(lab: Lab, mut model: ModelInfo, asked: ModelAsked) {
    lab.notices.dismiss(NoticeKey::Model);
    lab.notices.dismiss(NoticeKey::Engine);
    lab.notices.dismiss(NoticeKey::OtherModel);
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
    let is_chosen = match asked {
        ModelAsked::Shipped { is_chosen, .. } => is_chosen,
        ModelAsked::Own(own) => {
            let card = lab.models.loaded(&own, &model.identity);
            model.name = card.name.clone();
            own_models::keep(lab, *own, card);
            true
        }
    };
    if is_chosen {
        lab.form.choose_model(&model.name);
    }
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
