//! The reward model of these labels: its training, how well it knows the judge, and how sure it
//! is of that.

use crate::charts::scatter::{ScatterPoint, scatter};
use crate::flows::reward_model::{give_up, train};
use crate::lab::{Lab, use_lab};
use crate::model::json;
use crate::parts::action::Action;
use crate::stores::reward_model::{TrainedModel, UnreadNews};
use crate::texts::numbers::{bytes, fixed, percent, signed};
use crate::texts::reward_model as texts;
use leptos::prelude::*;
use tilt_protocol::metrics::ACCURACY;
use tilt_protocol::reward_report::{RewardNews, RewardPoint, RewardReport};
use tilt_protocol::statistics::mean;

/// Bins of how sure it is.
const BINS: usize = 5;

#[component]
pub fn RewardModelPanel() -> impl IntoView {
    let lab = use_lab();
    let store = lab.reward_model;
    let is_under_way = Memo::new(move |_| store.is_under_way());
    let is_there = Memo::new(move |_| store.trained().with(Option::is_some));
    let is_off = Signal::derive(move || {
        !lab.engine.is_up() || lab.run.phase().get().is_active() || is_under_way.get()
    });
    let press_text = Signal::derive(move || {
        let text = if is_there.get() {
            texts::TRAIN_AGAIN
        } else {
            texts::TRAIN
        };
        text.to_owned()
    });
    view! {
        <section class="reward-model" data-place="reward-model" data-testid="reward-model" aria-labelledby="reward-model-title">
            <h3 id="reward-model-title">{texts::TITLE}</h3>
            <div class="row">
                <Action
                    testid="reward-train" text=press_text disabled=is_off
                    on_press=move || train(lab, None)
                />
                <Show when=move || is_under_way.get()>
                    <Action testid="reward-stop" text=texts::STOP on_press=move || give_up(lab)/>
                </Show>
                <span class="muted number" data-testid="reward-progress" role="status">
                    {move || progress(lab)}
                </span>
            </div>
            {move || store.trained().get().map(report_of)}
        </section>
    }
}

/// Where it stands, in a sentence.
fn progress(lab: Lab) -> String {
    let store = lab.reward_model;
    if store.is_under_way() {
        return match store.heard().get().as_ref().map(read) {
            None => texts::TRAINING.to_owned(),
            Some(Ok(RewardNews::Step { step, of, metrics })) => {
                let accuracy = metrics.get(ACCURACY).map(percent);
                texts::step(step, of, accuracy.as_deref())
            }
            Some(Ok(RewardNews::Pairs { found, of })) => texts::measuring(found, of),
            Some(Ok(RewardNews::Report(_))) => String::new(),
            Some(Err(why)) => texts::unreadable(&why),
        };
    }
    let is_there = store.trained().with(Option::is_some);
    match (is_there, store.is_current().get()) {
        (false, _) => texts::NOT_YET.to_owned(),
        (true, false) => texts::OTHER_LABELS.to_owned(),
        (true, true) => String::new(),
    }
}

/// # Errors
/// What is wrong with it, in words.
fn read(news: &UnreadNews) -> Result<RewardNews, String> {
    json::from_str(news.json()).map_err(|error| error.to_string())
}

fn report_of(trained: TrainedModel) -> AnyView {
    let report = match read(&trained.news) {
        Ok(RewardNews::Report(report)) => report,
        Ok(_) => return ().into_any(),
        Err(why) => return view! { <p class="muted">{texts::unreadable(&why)}</p> }.into_any(),
    };
    let held_out = report.held_out;
    let share = |count: Option<f64>| count.map(percent).unwrap_or_default();
    let accuracy = texts::accuracy(
        &share(held_out.value()),
        &percent(held_out.low),
        &percent(held_out.high),
        &trained.of.principle.name(),
    );
    let size = bytes(report.bytes as u64);
    let learnt = texts::learnt(report.labels, &fixed(trained.seconds, 0), &size);
    view! {
        <p
            class="number"
            data-testid="reward-accuracy"
            data-value=held_out.value().map(|value| value.to_string())
        >
            {accuracy}
        </p>
        <p class="muted number">
            {learnt} " " {texts::on_labels(&share(report.on_labels.value()))}
        </p>
        <div class="reward-drawings">
            {against_the_judge(&report)}
            {calibration(&report)}
        </div>
    }
    .into_any()
}

/// Each fresh answer, its learnt reward against the judge's score.
fn against_the_judge(report: &RewardReport) -> AnyView {
    let of = |side: usize| -> Vec<f64> {
        let points = report.pairs.iter();
        points.map(|pair| pair[side].learnt).collect()
    };
    let told = |side: usize| {
        mean(&of(side))
            .map(|mean| signed(mean, 2))
            .unwrap_or_default()
    };
    let summary = texts::scatter_told(2 * report.pairs.len(), &told(0), &told(1));
    let point = |(place, point): (usize, &RewardPoint)| ScatterPoint {
        // Beside each other where the judge gives the same to many.
        x: point.truth + jitter(place),
        y: point.learnt,
        interval: None,
    };
    let points = report.pairs.iter().flatten().enumerate().map(point);
    scatter(
        texts::SCATTER,
        [texts::JUDGE_AXIS, texts::LEARNT_AXIS],
        &points.collect::<Vec<_>>(),
        false,
        summary,
    )
}

/// A small shift by a point's number, the same every time.
fn jitter(place: usize) -> f64 {
    let golden = (place as f64 * 0.618_034).fract();
    (golden - 0.5) * 0.16
}

/// How often it is right where it is about equally sure.
fn calibration(report: &RewardReport) -> AnyView {
    let bins = report.calibration(BINS);
    let Some(last) = bins.last().copied() else {
        return ().into_any();
    };
    let found = last.found.value().map(percent).unwrap_or_default();
    let summary = texts::calibration_told(&percent(last.expected), &found, last.found.of);
    let points: Vec<ScatterPoint> = bins
        .iter()
        .filter_map(|bin| {
            Some(ScatterPoint {
                x: bin.expected,
                y: bin.found.value()?,
                interval: Some((bin.found.low, bin.found.high)),
            })
        })
        .collect();
    scatter(
        texts::CALIBRATION,
        [texts::SURE_AXIS, texts::RIGHT_AXIS],
        &points,
        true,
        summary,
    )
}
