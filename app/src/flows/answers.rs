//! What the engine says, sent to the state it concerns.

use super::blind::compared;
use super::data_report::{filtered, reported};
use super::engine::greet;
use super::failed_requests::failed;
use super::judging::{autolabelled, keep_win_rate};
use super::models::{device_ready, model_loaded};
use super::training::run_ended;
use super::{
    checkpoints, engine_gone, export, fresh_pairs, models, resume, reward_model_news, run_result,
    settings, watching,
};
use crate::lab::Lab;
use crate::model::notice::NoticeKey;
use crate::model::run_record::KlPoint;
use crate::stores::engine::{DeviceInfo, ModelInfo, Purpose};
use crate::stores::evaluate::{ComparedAnswers, MeasuredWinRate};
use crate::stores::rollouts::LastRollouts;
use crate::stores::run::CurvePoint;
use crate::stores::run_result::MeasuredResult;
use crate::texts::notices as texts;
use js_sys::{ArrayBuffer, Uint8Array};
use tilt_protocol::{EngineStatus, Event, Message, PolicyAt, RequestId};

/// Takes what the engine says. What nobody waits for any more is dropped.
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
        } => lab.engine.set_fetching(what, received, total),
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
                    checkpoints::set_going(lab, true);
                }
                EngineStatus::Paused => {
                    lab.run.set_paused(true);
                    checkpoints::set_going(lab, false);
                }
                _ => {}
            }
        }
        // Whatever was under way: the engine is gone.
        Event::Failed { error } => engine_gone::failed(lab, &error),
        // Everything else answers a request.
        _ => {}
    }
}

/// What the engine answers to `purpose`.
fn answer(lab: Lab, id: RequestId, purpose: Purpose, event: Event, buffers: &[ArrayBuffer]) {
    match event {
        Event::RunResult { of } => {
            if let Some(json) = buffers.first() {
                let json = Uint8Array::new(json).to_vec().into();
                lab.run_result.measured(MeasuredResult { of, json });
            }
        }
        Event::Sampled { run, step } => {
            if let Some(json) = buffers.first() {
                let of = PolicyAt {
                    run: Some(run),
                    step,
                };
                let json = Uint8Array::new(json).to_vec().into();
                lab.rollouts.sampled(LastRollouts { of, json });
            }
        }
        Event::FreshPairs { run, pairs, .. } => fresh_pairs::asked(lab, run, pairs),
        Event::Judged { verdicts } => {
            if let Purpose::Judge { judge, keys } = purpose {
                lab.judged.answered(&judge, &keys, &verdicts);
            }
        }
        event
        @ (Event::DeviceReady { .. } | Event::ModelLoaded { .. } | Event::Fetching { .. }) => {
            of_the_engine(lab, purpose, event)
        }
        event @ (Event::Pairs { .. }
        | Event::Autolabelled { .. }
        | Event::Reporting { .. }
        | Event::Reported { .. }
        | Event::Filtered { .. }) => of_the_labels(lab, id, event),
        Event::Road { news, done } => lab.roads.heard(id, news, done),
        Event::RewardModel { news, done } => reward_model_news::heard(lab, id, news, done),
        event @ (Event::RunStarted { .. }
        | Event::Step { .. }
        | Event::Kl { .. }
        | Event::Adjusted { .. }
        | Event::RunEnded { .. }
        | Event::WasReset
        | Event::Checkpoint { .. }) => of_the_run(lab, &purpose, event, buffers),
        event @ (Event::Inspected { .. }
        | Event::Compared { .. }
        | Event::WinRate { .. }
        | Event::Candidates { .. }) => of_the_model(lab, id, &purpose, event),
        Event::Exported { kind } => {
            if let Err(error) = export::download_zip(kind, buffers) {
                lab.notices.error(NoticeKey::Export, &error.to_string());
            }
        }
        Event::Done => {
            if matches!(purpose, Purpose::Checkpoint(_)) {
                checkpoints::save_answered(lab);
            }
        }
        Event::Failed { error } => failed(lab, id, &purpose, &error),
        // The benchmark has an engine of its own; scores nothing asks for yet; the others
        // answer nothing.
        Event::Scored { .. }
        | Event::BenchStep { .. }
        | Event::Benched { .. }
        | Event::Ready { .. }
        | Event::Status { .. } => {}
    }
}

/// The device, and the model on it.
fn of_the_engine(lab: Lab, purpose: Purpose, event: Event) {
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
                models::load_chosen_model(lab);
            } else if let Purpose::LoadModel(asked) = purpose {
                model_loaded(lab, model, asked);
            }
        }
        Event::Fetching {
            what,
            received,
            total,
        } => lab.engine.set_fetching(what, received, total),
        _ => {}
    }
}

fn of_the_labels(lab: Lab, id: RequestId, event: Event) {
    match event {
        Event::Pairs { pairs, .. } => lab.labels.sampled(Some(id), pairs),
        Event::Autolabelled {
            pairs,
            verdicts,
            ties,
            done,
        } => autolabelled(lab, pairs, verdicts, ties, done),
        Event::Reporting { done, .. } => lab.data_report.progressed(Some(id), done),
        Event::Reported { report } => reported(lab, id, report),
        Event::Filtered { kept } => filtered(lab, &kept),
        _ => {}
    }
}

fn of_the_run(lab: Lab, purpose: &Purpose, event: Event, buffers: &[ArrayBuffer]) {
    match event {
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
            checkpoints::stepped(lab);
        }
        Event::Kl {
            run,
            step,
            kl,
            n,
            standard_error,
            rewards,
        } => {
            let point = KlPoint {
                step,
                kl,
                n: Some(n),
                standard_error,
                rewards,
                reward: None,
            };
            lab.run.measured_kl(run, point);
        }
        Event::Adjusted {
            run,
            step,
            beta,
            learning_rate,
        } => {
            settings::adjusted(lab, run, step, beta, learning_rate);
            checkpoints::save(lab);
        }
        Event::RunEnded { run, step, end } => run_ended(lab, run, step, end),
        Event::WasReset => {
            lab.run.leave();
            run_result::clear(lab);
            watching::watch_again(lab);
            lab.notices.say(texts::WAS_RESET);
        }
        Event::Checkpoint { run, step } => {
            if let Some(checkpoint) = buffers.first() {
                let is_asked = matches!(purpose, Purpose::Checkpoint(_));
                checkpoints::save_came(lab, run, step, checkpoint.clone(), is_asked);
            }
        }
        _ => {}
    }
}

/// What the models say, and what is measured of them.
fn of_the_model(lab: Lab, id: RequestId, purpose: &Purpose, event: Event) {
    match event {
        Event::Inspected { inspection } => lab.selection.inspected(Some(id), inspection),
        Event::Compared {
            of,
            prompt,
            policy,
            reference,
        } => {
            if *purpose == Purpose::Blind {
                if lab.blind.is_asking(Some(id)) {
                    compared(lab, of, prompt, policy, reference);
                }
                return;
            }
            lab.evaluate.compared(Some(ComparedAnswers {
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
            lab.evaluate.measured(MeasuredWinRate {
                report,
                of,
                is_done: done,
            });
        }
        Event::Candidates {
            of,
            policy,
            reference,
        } => lab.closed_form.answered(Some(id), of, policy, reference),
        _ => {}
    }
}
