//! Acts whose values stand in a form, or which one key stands for in turn. What is wrong
//! with a form is said instead.

use crate::flows::act::perform;
use crate::flows::{readiness, settings, steps};
use crate::lab::Lab;
use crate::model::act::{Act, NewTraining};
use crate::model::notice::NoticeKey;
use crate::model::run::Phase;
use crate::texts::notices as texts;
use crate::texts::training as training_texts;
use leptos::prelude::*;
use tilt_protocol::{ObjectiveKind, TrainSettings};

/// Trains with what the form says; a run that waits goes on.
pub fn train(lab: Lab) {
    match lab.run.phase().get_untracked() {
        Phase::Running => {}
        Phase::Paused => perform(lab, Act::Resume),
        Phase::Idle | Phase::Ended => begin(lab, false),
    }
}

/// The play key: start, pause or resume, whichever applies.
pub fn play(lab: Lab) {
    if lab.run.phase().get_untracked() == Phase::Running {
        perform(lab, Act::Pause);
    } else {
        train(lab);
    }
}

pub fn pause_or_resume(lab: Lab) {
    if lab.run.phase().get_untracked().is_active() {
        play(lab);
    }
}

pub fn step_once(lab: Lab) {
    take_steps(lab, 1);
}

/// So many steps, then a pause; the first press starts a run.
fn take_steps(lab: Lab, count: usize) {
    let phase = lab.run.phase();
    match phase.get_untracked() {
        Phase::Running => perform(lab, Act::Pause),
        Phase::Paused => perform(lab, Act::Steps { count }),
        Phase::Idle | Phase::Ended => {
            begin(lab, true);
            if phase.get_untracked() == Phase::Paused {
                perform(lab, Act::Steps { count });
            }
        }
    }
}

/// Takes as many steps as an epoch has.
pub fn take_epoch(lab: Lab) {
    let settings = untrack(|| settings_at_hand(lab));
    take_steps(lab, steps::of_an_epoch(lab, &settings));
}

/// One step of a single row, where that is what a step is.
pub fn take_one_row(lab: Lab) {
    let settings = untrack(|| settings_at_hand(lab));
    let rows = settings.batch_size * settings.gradient_accumulation_steps;
    if rows == 1 {
        take_steps(lab, 1);
        return;
    }
    let text = training_texts::rows_together(rows, settings.objective.needs_mismatched());
    lab.notices.info(NoticeKey::OneRow, &text);
}

/// The settings of the run under way, or of the next one.
fn settings_at_hand(lab: Lab) -> TrainSettings {
    let is_active = lab.run.phase().get().is_active();
    let run = lab.run.run().with(|run| run.id);
    lab.runs
        .settings_of(run)
        .filter(|_| is_active)
        .unwrap_or_else(|| lab.form.settings())
}

fn begin(lab: Lab, is_paused: bool) {
    if !readiness::may_start(lab) {
        return;
    }
    if let Some((objective, settings)) = settings_of_form(lab) {
        let new = NewTraining {
            objective,
            settings,
            is_paused,
        };
        perform(lab, Act::Train(Box::new(new)));
    }
}

/// What the training form says; what is wrong with it is said instead.
pub fn settings_of_form(lab: Lab) -> Option<(ObjectiveKind, TrainSettings)> {
    settings::dismiss_defects(lab, |_| true);
    match untrack(|| lab.form.train_settings()) {
        Ok(settings) => Some((lab.form.objective().get_untracked(), settings)),
        Err(defects) => {
            for (key, error) in defects {
                lab.notices.error(key, &error.to_string());
            }
            None
        }
    }
}

/// The judge of the form labels `count` pairs, or as many as the form says.
pub fn autolabel(lab: Lab, count: Option<usize>) {
    lab.notices.dismiss(NoticeKey::Autolabel);
    let form = lab.evaluate.autolabel_form().get_untracked();
    let count = count.map_or_else(|| form.count(), Ok);
    match count.and_then(|count| Ok((count, form.judge()?))) {
        Ok((count, judge)) => {
            let seed = lab.form.seed();
            perform(lab, Act::Autolabel { judge, count, seed });
        }
        Err(error) => lab.notices.error(NoticeKey::Autolabel, &error.to_string()),
    }
}

/// Both models answer the prompt that is typed.
pub fn compare(lab: Lab) {
    let prompt = lab.evaluate.prompt().get_untracked();
    let seed = lab.form.seed();
    perform(lab, Act::Compare { prompt, seed });
}

/// The win rate under the principle that is chosen.
pub fn measure_win_rate(lab: Lab) {
    match lab.evaluate.principle().get_untracked() {
        Some(principle) => {
            let seed = lab.form.seed();
            perform(lab, Act::MeasureWinRate { principle, seed });
        }
        None => lab
            .notices
            .error(NoticeKey::WinRate, texts::CHOOSE_PRINCIPLE),
    }
}
