//! What the judge labels and measures, and answers of both models beside each other.

use crate::lab::Lab;
use crate::model::notice::NoticeKey;
use crate::model::random::derived;
use crate::model::run_record::{MeasuredKl, WinRatePoint};
use crate::stores::engine::Purpose;
use crate::texts::notices as texts;
use leptos::prelude::*;
use tilt_protocol::{
    Command, EngineStatus, Error, JudgeSettings, Label, Labeller, Pair, PolicyAt, Principle,
    Sampling, Verdict, WinRateReport,
};

/// The judge labels `count` decisive pairs.
pub fn autolabel(lab: Lab, judge: JudgeSettings, count: usize, seed: u64) {
    let Some((principle, _)) = judge.principles.first().copied() else {
        return;
    };
    lab.notices.dismiss(NoticeKey::Autolabel);
    let labelled = lab
        .labels
        .entries()
        .with_untracked(|entries| entries.len() as u64);
    let id = lab.engine.request(
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
            .begin_autolabel(principle, judge, count, js_sys::Date::now());
        lab.engine.expect(id, EngineStatus::Labelling);
    }
}

/// Policy and reference answer the same prompt.
pub fn compare(lab: Lab, prompt: String, seed: u64) {
    let prompt = prompt.trim().to_owned();
    if prompt.is_empty() {
        lab.notices.error(
            NoticeKey::Compare,
            &Error::invalid(texts::PROMPT, texts::NOTHING, texts::QUESTION_FOR_BOTH).to_string(),
        );
        return;
    }
    lab.notices.dismiss(NoticeKey::Compare);
    let draw = lab.evaluate.begin_comparison();
    let id = lab.engine.request(
        Purpose::Compare,
        Command::Compare {
            prompt,
            sampling: Sampling {
                seed: seed.wrapping_add(draw),
                ..Sampling::default()
            },
        },
    );
    lab.engine.expect(id, EngineStatus::Sampling);
    if id.is_none() {
        lab.evaluate.compared(None);
    }
}

/// How often the policy beats the reference under a principle.
pub fn measure_win_rate(lab: Lab, principle: Principle, seed: u64) {
    lab.notices.dismiss(NoticeKey::WinRate);
    let id = lab
        .engine
        .request(Purpose::WinRate, Command::WinRate { principle, seed });
    if id.is_some() {
        lab.evaluate.begin_win_rate();
        lab.engine.expect(id, EngineStatus::Evaluating);
    }
}

/// Notes a measured win rate with the run that the policy comes from.
pub fn keep_win_rate(lab: Lab, of: PolicyAt, report: &WinRateReport) {
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
        kl: Some(MeasuredKl {
            mean: report.kl,
            standard_error: report.kl_standard_error,
            answers: report.answers,
        }),
    };
    lab.runs.add_win_rate(run, point);
}

/// A portion of the labels that the judge was asked for has come.
pub fn autolabelled(
    lab: Lab,
    pairs: Vec<Pair>,
    verdicts: Vec<Verdict>,
    ties: usize,
    is_done: bool,
) {
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
