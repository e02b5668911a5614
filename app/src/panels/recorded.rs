//! A recorded run, played until the engine is ready. It never feeds a live number.

use crate::browser::http::fetch_text;
use crate::browser::url::resolve;
use crate::charts::path::line;
use crate::charts::scale::{Scale, domain, tick_text};
use crate::lab::use_lab;
use crate::model::json;
use crate::texts::recorded as texts;
use gloo_timers::callback::Interval;
use leptos::prelude::*;
use serde::Deserialize;
use tilt_protocol::EngineStatus;
use wasm_bindgen_futures::spawn_local;

const FILE: &str = "recorded/dpo-short.json";
/// Between one step and the next.
const FRAME_MS: u32 = 90;
/// Frames for which the whole run stands still before it is played again.
const REST: usize = 24;
const WIDTH: f64 = 520.0;
const HEIGHT: f64 = 150.0;
const LEFT: f64 = 34.0;

/// What `tilt train` wrote of a run, and how it was called.
#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Recording {
    command: String,
    model: String,
    pairs: usize,
    points: Vec<RecordedPoint>,
}

#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
struct RecordedPoint {
    step: usize,
    loss: f64,
    policy_chosen: f64,
    policy_rejected: f64,
    reference_chosen: f64,
    reference_rejected: f64,
}

/// True until there is something live to show in its place.
pub fn is_shown() -> Memo<bool> {
    let lab = use_lab();
    Memo::new(move |_| !lab.engine.is_up() && lab.engine.status().get() == EngineStatus::Loading)
}

#[component]
pub fn RecordedRun() -> impl IntoView {
    let is_shown = is_shown();
    let recording = RwSignal::new(None::<Recording>);
    spawn_local(async move {
        // Nothing depends on it: without the file there is no recording.
        let text = fetch_text(&resolve(FILE)).await;
        let read = text.ok().and_then(|text| json::from_str(&text).ok());
        let _ = recording.try_set(read);
    });
    move || {
        (is_shown.get())
            .then(|| recording.get())
            .flatten()
            .map(|recording| view! { <Playback recording=recording/> })
    }
}

#[component]
fn Playback(recording: Recording) -> impl IntoView {
    let count = recording.points.len();
    let frame = RwSignal::new(if is_still() { count } else { 1 });
    if !is_still() {
        let timer = StoredValue::new_local(Some(Interval::new(FRAME_MS, move || {
            frame.update(|frame| *frame = if *frame > count + REST { 1 } else { *frame + 1 });
        })));
        on_cleanup(move || drop(timer.try_update_value(Option::take)));
    }
    let points = StoredValue::new(recording.points);
    let played = move || frame.get().min(count);
    let now = move || {
        points.with_value(|points| {
            let point = points.get(played().checked_sub(1)?)?;
            Some(texts::step_and_loss(point.step, point.loss))
        })
    };
    let summary = texts::summary(count, recording.pairs);
    view! {
        <section class="panel recorded" data-testid="recorded" aria-labelledby="recorded-title">
            <header class="panel-head">
                <h2 id="recorded-title">{texts::TITLE}</h2>
                <span class="recorded-mark">{texts::MARK}</span>
                <span class="number muted">{now}</span>
            </header>
            <svg viewBox=format!("0 0 {WIDTH} {HEIGHT}") role="img" aria-label=summary>
                {move || points.with_value(|points| drawn(points, played()))}
            </svg>
            <p class="muted" title=recording.command>
                {texts::caption(recording.pairs, &recording.model)}
            </p>
        </section>
    }
}

/// The first `played` points, on scales of the whole run.
fn drawn(points: &[RecordedPoint], played: usize) -> impl IntoView + use<> {
    let all = points.iter().flat_map(|point| {
        [
            point.policy_chosen,
            point.policy_rejected,
            point.reference_chosen,
            point.reference_rejected,
        ]
    });
    let y = Scale::linear(domain(all).unwrap_or((-1.0, 0.0)), (HEIGHT - 8.0, 6.0));
    let last = points.last().map_or(2, |point| point.step.max(2));
    let x = Scale::linear((1.0, last as f64), (LEFT, WIDTH - 8.0));
    let path = |read: fn(&RecordedPoint) -> f64, count: usize| {
        let shown = points.iter().take(count);
        let placed: Vec<(f64, f64)> = shown
            .map(|point| (x.at(point.step as f64), y.at(read(point))))
            .collect();
        line(&placed)
    };
    let whole = points.len();
    let ticks = y.ticks(3).into_iter().map(|tick| {
        let height = y.at(tick);
        view! {
            <line class="grid" x1=LEFT x2=WIDTH - 8.0 y1=height y2=height></line>
            <text class="tick end" x=LEFT - 5.0 y=height + 3.0>
                {tick_text(tick)}
            </text>
        }
    });
    let name_at =
        |read: fn(&RecordedPoint) -> f64| points.first().map_or(0.0, |point| y.at(read(point)));
    view! {
        {ticks.collect_view()}
        <path class="curve reference chosen" d=path(|p| p.reference_chosen, whole)></path>
        <path class="curve reference rejected" d=path(|p| p.reference_rejected, whole)></path>
        <path class="curve chosen" d=path(|p| p.policy_chosen, played)></path>
        <path class="curve rejected" d=path(|p| p.policy_rejected, played)></path>
        <text class="band-name chosen" x=LEFT + 6.0 y=name_at(|p| p.reference_chosen) - 5.0>
            {texts::CHOSEN}
        </text>
        <text class="band-name rejected" x=LEFT + 6.0 y=name_at(|p| p.reference_rejected) + 14.0>
            {texts::REJECTED}
        </text>
    }
}

/// The person asked for no motion.
fn is_still() -> bool {
    web_sys::window()
        .and_then(|window| {
            window
                .match_media("(prefers-reduced-motion: reduce)")
                .ok()
                .flatten()
        })
        .is_some_and(|query| query.matches())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_recording_can_be_read_and_learns() {
        let text = include_str!("../../../public/recorded/dpo-short.json");
        let recording: Recording = serde_json::from_str(text).expect("the page's own file");
        assert!(recording.command.starts_with("tilt train"));
        let first = recording.points.first().expect("points");
        let last = recording.points.last().expect("points");
        assert!((first.loss - std::f64::consts::LN_2).abs() < 1e-3);
        assert!(last.loss < first.loss);
        assert!(last.policy_rejected < last.reference_rejected);
    }
}
