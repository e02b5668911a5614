//! A learnt reward that is pushed, beside the true one: both against the root of the KL, as Gao,
//! Schulman and Hilton 2023 (arXiv 2210.10760) draw them.

use super::figure::ChartFigure;
use super::grid;
use super::path::{Point, drawn, line};
use super::plot::{LEFT, RIGHT, TOP, WIDTH};
use super::scale::{Scale, domain};
use super::table::{Cell, ChartTable};
use crate::lab::use_lab;
use crate::model::run_record::RunRecord;
use crate::texts::numbers::{fixed, signed};
use crate::texts::reward_model as texts;
use leptos::prelude::*;
use serde_json::json;
use tilt_protocol::Reward;
use tilt_protocol::metrics::{SAMPLED_KL, of_reward_function};

const HEIGHT: f64 = 156.0;
const BOTTOM: f64 = HEIGHT - 32.0;

/// Of the live or latest run, where a reward model scores it and the judge looks on.
#[component]
pub fn OverOptimisationChart() -> impl IntoView {
    let shown = use_lab().charts.shown();
    let trail = Memo::new(move |_| shown.with(|shown| shown.last().map(trail_of)));
    let is_there =
        Memo::new(move |_| trail.with(|trail| trail.as_ref().is_some_and(Option::is_some)));
    let points = move || trail.get().flatten().unwrap_or_default();
    let words = Signal::derive(move || summary(&points()));
    let data = Signal::derive(move || table(&points()));
    view! {
        <Show when=move || is_there.get()>
            <ChartFigure
                testid="chart-overoptimisation"
                name=texts::OVER_OPTIMISATION
                value=Signal::derive(move || carried(&points()))
                heading=|| view! { <h2>{texts::OVER_HEADING}</h2> }
                words=words
                table=data
                csv=data
                digits=3
            >
                <svg
                    class="drawing"
                    viewBox=format!("0 0 {WIDTH} {HEIGHT}")
                    role="img"
                    aria-label=move || words.get()
                >
                    {move || draw(&points())}
                </svg>
                <p class="muted">{texts::OVER_EXPLAINED}</p>
            </ChartFigure>
        </Show>
    }
}

/// One sampling of a run.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Pushed {
    /// The policy's steps before it.
    step: usize,
    /// Of the KL, nats an answer; a KL that is estimated below 0 counts as 0.
    root: f64,
    /// In deviations of the first sampling, from its mean.
    learnt: f64,
    truth: f64,
}

/// A point a sampling; `None` for a run that no reward model scores, or nobody watches.
fn trail_of(run: &RunRecord) -> Option<Vec<Pushed>> {
    let rewards = &run.settings.rewards;
    let named = |wanted: fn(&Reward) -> bool| {
        let reward = rewards.iter().find(|reward| wanted(reward))?;
        Some(of_reward_function(&reward.name()))
    };
    let names = [
        named(|reward| matches!(reward, Reward::Model))?,
        named(|reward| !reward.counts())?,
    ];
    let mut first: Option<[[f64; 2]; 2]> = None;
    let mut last = None;
    let mut trail = Vec::new();
    for point in run.curve.iter() {
        let metric = |name: &str| point.metrics.get(name);
        let numbers = |[mean, deviation]: &[String; 2]| Some([metric(mean)?, metric(deviation)?]);
        let (Some(kl), Some(learnt), Some(truth)) =
            (metric(SAMPLED_KL), numbers(&names[0]), numbers(&names[1]))
        else {
            continue;
        };
        // The steps on one sampling say the same of it.
        if last.replace((kl, learnt)) == Some((kl, learnt)) {
            continue;
        }
        let [learnt_at_first, truth_at_first] = *first.get_or_insert([learnt, truth]);
        trail.push(Pushed {
            step: point.step.saturating_sub(1),
            root: kl.max(0.0).sqrt(),
            learnt: deviations(learnt[0], learnt_at_first),
            truth: deviations(truth[0], truth_at_first),
        });
    }
    Some(trail)
}

fn deviations(mean: f64, [at_first, deviation]: [f64; 2]) -> f64 {
    (mean - at_first) / deviation.max(1e-6)
}

fn summary(trail: &[Pushed]) -> String {
    let Some(last) = trail.last() else {
        return texts::OF_NO_SAMPLING.to_owned();
    };
    let mut told = texts::over_told(
        &fixed(last.root, 2),
        &signed(last.learnt, 2),
        &signed(last.truth, 2),
        &fixed(last.learnt - last.truth, 2),
    );
    let best = trail.iter().max_by(|a, b| a.truth.total_cmp(&b.truth));
    if let Some(best) = best.filter(|best| best.step > 0 && best.step < last.step) {
        told += &texts::past_the_top(&fixed(best.root, 2), &signed(best.truth, 2));
    }
    told
}

fn carried(trail: &[Pushed]) -> String {
    if trail.is_empty() {
        return String::new();
    }
    let points = trail.iter().map(|point| {
        json!({
            "step": point.step,
            "root_kl": point.root,
            "learnt": point.learnt,
            "true": point.truth,
        })
    });
    serde_json::Value::Array(points.collect()).to_string()
}

fn table(trail: &[Pushed]) -> ChartTable {
    let rows = trail.iter().map(|point| {
        vec![
            Cell::Count(point.step),
            Cell::Number(point.root),
            Cell::Number(point.learnt),
            Cell::Number(point.truth),
        ]
    });
    ChartTable {
        head: ["step", "root of the KL", texts::LEARNT, texts::TRUE]
            .map(str::to_owned)
            .to_vec(),
        rows: rows.collect(),
    }
}

fn draw(trail: &[Pushed]) -> impl IntoView + use<> {
    let right = WIDTH - RIGHT;
    let roots = trail.iter().map(|point| point.root).chain([0.0]);
    let x = Scale::linear(domain(roots).unwrap_or((0.0, 1.0)), (LEFT, right));
    let both = trail.iter().flat_map(|point| [point.learnt, point.truth]);
    let y = Scale::linear(domain(both).unwrap_or((0.0, 1.0)), (BOTTOM, TOP));
    let path = |of: fn(&Pushed) -> f64| {
        let points = trail
            .iter()
            .map(|point| (x.at(point.root), y.at(of(point))));
        drawn(&points.collect::<Vec<Point>>())
    };
    let (learnt, truth) = (path(|point| point.learnt), path(|point| point.truth));
    let dots = |points: &[Point]| -> String {
        let dot = |(x, y): &Point| format!("M{:.1} {y:.1}a2 2 0 1 0 4 0a2 2 0 1 0 -4 0Z", x - 2.0);
        points.iter().map(dot).collect()
    };
    let ends = learnt.last().copied().zip(truth.last().copied());
    let gap = ends.map(|((at, from), (_, to))| {
        view! { <line class="reward-gap" x1=at x2=at y1=from y2=to></line> }
    });
    let names = ends.map(|((at, learnt), (_, truth))| {
        // Names that would lie on each other are moved apart.
        let (above, below) = if learnt <= truth {
            (-6.0, 14.0)
        } else {
            (14.0, -6.0)
        };
        view! {
            <text class="tick end" x=at - 4.0 y=learnt + above>{texts::LEARNT}</text>
            <text class="tick end" x=at - 4.0 y=truth + below>{texts::TRUE}</text>
        }
    });
    view! {
        <rect class="plot" x=LEFT y=TOP width=right - LEFT height=BOTTOM - TOP></rect>
        {grid::columns(x, 5, BOTTOM)}
        {grid::rows(y, 4)}
        {gap}
        <path class="curve reward-learnt" d=line(&learnt)></path>
        <path class="reward-learnt-dots" d=dots(&learnt)></path>
        <path class="curve reward-true" d=line(&truth)></path>
        <path class="reward-true-dots" d=dots(&truth)></path>
        {names}
        <text class="tick end" x=right y=HEIGHT - 5.0>{texts::ROOT_OF_KL}</text>
        <text class="tick axis-name" x=LEFT + 6.0 y=TOP + 12.0>{texts::DEVIATIONS}</text>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::run_record::record_for_tests;
    use crate::stores::run::CurvePoint;
    use std::sync::Arc;
    use tilt_protocol::{Metrics, ObjectiveKind, TrainSettings};

    fn run(rewards: &str, points: &[(f64, f64, f64)]) -> RunRecord {
        let mut record = RunRecord {
            settings: TrainSettings {
                rewards: Reward::all_of_specs(rewards).unwrap(),
                ..TrainSettings::lab_defaults(ObjectiveKind::Rloo)
            },
            ..record_for_tests()
        };
        let curve: Vec<_> = points
            .iter()
            .enumerate()
            .map(|(place, &(kl, learnt, truth))| {
                let mut metrics = Metrics::default();
                metrics.set(SAMPLED_KL, kl);
                metrics.set("rewards/model/mean", learnt);
                metrics.set("rewards/model/std", 0.5);
                metrics.set("rewards/polite/mean", truth);
                metrics.set("rewards/polite/std", 0.25);
                Arc::new(CurvePoint {
                    step: place + 1,
                    metrics,
                    margins: Vec::new(),
                })
            })
            .collect();
        record.curve = Arc::new(curve);
        record
    }

    #[test]
    fn rewards_are_measured_from_where_they_began() {
        let points = [
            (0.0, 1.0, 0.5),
            (0.0, 1.0, 0.5),
            (4.0, 3.0, 1.0),
            (9.0, 4.0, 0.75),
        ];
        let trail = trail_of(&run("model watched:polite=1", &points)).unwrap();
        let found: Vec<_> = trail
            .iter()
            .map(|point| (point.step, point.root, point.learnt, point.truth))
            .collect();
        let expected = [(0, 0.0, 0.0, 0.0), (2, 2.0, 4.0, 2.0), (3, 3.0, 6.0, 1.0)];
        assert_eq!(found, expected);
        let told = summary(&trail);
        assert!(told.contains("a gap of 5.00"), "{told}");
        assert!(told.contains("highest at √KL 2.00"), "{told}");
    }

    #[test]
    fn a_run_that_no_reward_model_scores_has_none() {
        for rewards in ["judge:polite=1", "model", "watched:polite=1"] {
            assert_eq!(trail_of(&run(rewards, &[])), None, "{rewards}");
        }
        let none = trail_of(&run("model watched:polite=1", &[])).unwrap();
        assert_eq!(summary(&none), texts::OF_NO_SAMPLING);
    }
}
