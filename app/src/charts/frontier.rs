//! KL against judged reward: what each run pays in distance for what it gains, a trail a
//! run. All are judged by one principle, which can be chosen when the runs are over.

use super::figure::ChartFigure;
use super::grid;
use super::path::{Point, drawn, line};
use super::plot::{LEFT, RIGHT, TOP, WIDTH};
use super::run_style::{Look, looks, prefix};
use super::scale::{Scale, domain};
use super::table::{Cell, ChartTable};
use crate::flows::act::perform;
use crate::lab::use_lab;
use crate::model::act::Act;
use crate::model::run_record::{KlPoint, RunRecord};
use crate::parts::define::Define;
use crate::parts::principle_options::principle_options;
use crate::texts::frontier as texts;
use crate::texts::glossary::Term;
use crate::texts::numbers::signed;
use leptos::prelude::*;
use serde_json::json;
use tilt_protocol::Principle;

const HEIGHT: f64 = 156.0;
const BOTTOM: f64 = HEIGHT - 32.0;

#[component]
pub fn FrontierChart() -> impl IntoView {
    let lab = use_lab();
    let charts = lab.charts;
    let (shown, all) = (charts.shown(), charts.all());
    let principle = lab.evaluate.principle();
    let words = Signal::derive(move || {
        shown.with(|shown| summary(shown, principle.get(), charts.step().get()))
    });
    let summary = Signal::derive(move || shown.with(|shown| summary(shown, principle.get(), None)));
    let heading = move || {
        view! {
            <h2>{texts::HEADING_BEFORE}<Define term=Term::Kl/></h2>
            <label class="frontier-judge muted">
                {texts::JUDGED_BY}
                <select
                    data-testid="frontier-principle"
                    prop:value=move || principle.get().map_or("", Principle::slug)
                    on:change=move |event| {
                        let chosen = Principle::from_slug(&event_target_value(&event));
                        perform(lab, Act::ChoosePrinciple(chosen));
                    }
                >
                    <option value="">{texts::CHOOSE}</option>
                    {principle_options(principle.get_untracked())}
                </select>
            </label>
        }
    };
    view! {
        <ChartFigure
            testid="chart-frontier"
            name=texts::NAME
            value=Signal::derive(move || shown.with(|shown| carried(shown, principle.get())))
            heading=heading
            words=words
            table=Signal::derive(move || shown.with(|shown| table(shown, principle.get())))
            csv=Signal::derive(move || all.with(|all| table(all, principle.get())))
            digits=3
        >
            <svg
                class="drawing"
                viewBox=format!("0 0 {WIDTH} {HEIGHT}")
                role="img"
                aria-label=move || summary.get()
            >
                {move || shown.with(|shown| draw(shown, principle.get(), charts.step().get()))}
            </svg>
        </ChartFigure>
    }
}

/// A point of a trail.
#[derive(Clone, Debug, PartialEq)]
struct TrailPoint {
    step: usize,
    kl: f64,
    /// With its interval.
    kl_text: String,
    reward: f64,
}

/// The points that have both numbers.
fn trail(run: &RunRecord, principle: Option<Principle>) -> Vec<TrailPoint> {
    let place = |point: &KlPoint| {
        let (reward, _) = run.reward_at(point, principle?)?;
        let is_finite = point.kl.is_finite() && reward.is_finite();
        is_finite.then_some(TrailPoint {
            step: point.step,
            kl: point.kl,
            kl_text: point.shown(),
            reward,
        })
    };
    run.kls.iter().filter_map(place).collect()
}

/// The last point, or the last one up to a step.
fn last_of(trail: &[TrailPoint], step: Option<usize>) -> Option<TrailPoint> {
    trail
        .iter()
        .rev()
        .find(|place| step.is_none_or(|step| place.step <= step))
        .cloned()
}

fn carried(shown: &[RunRecord], principle: Option<Principle>) -> String {
    let points: Vec<serde_json::Value> = shown
        .iter()
        .filter_map(|run| {
            let place = last_of(&trail(run, principle), None)?;
            Some(json!({
                "run": run.name,
                "step": place.step,
                "kl": place.kl,
                "reward": place.reward,
            }))
        })
        .collect();
    if points.is_empty() {
        String::new()
    } else {
        serde_json::Value::Array(points).to_string()
    }
}

fn summary(shown: &[RunRecord], principle: Option<Principle>, step: Option<usize>) -> String {
    let of_run = |run: &RunRecord| {
        let place = last_of(&trail(run, principle), step)?;
        Some(texts::reached(
            &prefix(shown, run),
            place.step,
            &place.kl_text,
            &signed(place.reward, 2),
        ))
    };
    let clauses: Vec<String> = shown.iter().filter_map(of_run).collect();
    if !clauses.is_empty() {
        // A run in the legend is in the drawing, or it is said why not.
        let without = shown.iter().filter(|run| of_run(run).is_none());
        let without: Vec<&str> = without.map(|run| run.name.as_str()).collect();
        return texts::all_reached(&clauses, &without);
    }
    let has_kl = shown.iter().any(|run| !run.kls.is_empty());
    let text = match principle {
        _ if !has_kl => texts::NO_POINTS,
        None => texts::CHOOSE_PRINCIPLE,
        Some(_) => texts::NO_REWARDS,
    };
    text.to_owned()
}

fn table(runs: &[RunRecord], principle: Option<Principle>) -> ChartTable {
    let rows = runs.iter().flat_map(|run| {
        run.kls.iter().map(move |point| {
            let reward = principle.and_then(|principle| run.reward_at(point, principle));
            let judge = reward.and(principle).map_or("", Principle::slug);
            vec![
                Cell::Text(run.name.clone()),
                Cell::Count(point.step),
                Cell::Number(point.kl),
                Cell::of(point.standard_error),
                point.n.map_or(Cell::Missing, Cell::Count),
                Cell::Text(judge.to_owned()),
                Cell::of(reward.map(|(mean, _)| mean)),
                Cell::of(reward.and_then(|(_, error)| error)),
            ]
        })
    });
    ChartTable {
        head: texts::TABLE_HEAD.map(str::to_owned).to_vec(),
        rows: rows.collect(),
    }
}

fn draw(
    shown: &[RunRecord],
    principle: Option<Principle>,
    step: Option<usize>,
) -> impl IntoView + use<> {
    let right = WIDTH - RIGHT;
    let trails: Vec<(Look, Vec<TrailPoint>)> = looks(shown)
        .map(|(run, look)| (look, trail(run, principle)))
        .collect();
    let points = || trails.iter().flat_map(|(_, trail)| trail);
    // A trail starts at the reference, where the KL is zero.
    let kls = points().map(|place| place.kl).chain([0.0]);
    let x = Scale::linear(domain(kls).unwrap_or((0.0, 1.0)), (LEFT, right));
    let rewards = points().map(|place| place.reward);
    let y = domain(rewards).map(|domain| Scale::linear(domain, (BOTTOM, TOP)));
    let lines = y.map(|y| {
        let place = |place: &TrailPoint| -> Point { (x.at(place.kl), y.at(place.reward)) };
        let trails = trails.iter().map(|(look, trail)| {
            let class = look.class();
            let places: Vec<Point> = drawn(&trail.iter().map(place).collect::<Vec<Point>>());
            let small: String = places.iter().map(|at| look.mark(*at, 1.8)).collect();
            let last = last_of(trail, step).map(|last| look.mark(place(&last), 5.0));
            view! {
                <path class=format!("curve {class}") d=line(&places)></path>
                <path class=format!("run-mark {class}") d=small></path>
                {last.map(|d| view! { <path class=format!("dot strong {class}") d=d></path> })}
            }
        });
        view! { {grid::rows(y, 4)} {trails.collect_view()} }
    });
    let axis = principle.map_or_else(
        || texts::REWARD_AXIS.to_owned(),
        |principle| texts::reward_axis(&principle.name()),
    );
    view! {
        <rect class="plot" x=LEFT y=TOP width=right - LEFT height=BOTTOM - TOP></rect>
        {grid::columns(x, 5, BOTTOM)}
        {lines}
        <text class="tick end" x=right y=HEIGHT - 5.0>{texts::KL_AXIS}</text>
        <text class="tick axis-name" x=LEFT + 6.0 y=TOP + 12.0>{axis}</text>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::run_record::record_for_tests;
    use tilt_protocol::JudgedReward;

    fn point(step: usize, polite: f64, short: f64) -> KlPoint {
        let reward = |principle, mean| JudgedReward {
            principle,
            mean,
            standard_error: Some(0.1),
        };
        KlPoint {
            step,
            kl: step as f64 / 50.0,
            n: Some(16),
            standard_error: Some(0.2),
            rewards: vec![
                reward(Principle::Polite, polite),
                reward(Principle::Short, short),
            ],
            reward: None,
        }
    }

    fn run(name: &str, kls: Vec<KlPoint>) -> RunRecord {
        RunRecord {
            name: name.to_owned(),
            kls,
            ..record_for_tests()
        }
    }

    #[test]
    fn the_last_point_up_to_a_step() {
        let run = run("a", [5, 10, 15].map(|step| point(step, 0.5, 0.5)).to_vec());
        let trail = trail(&run, Some(Principle::Polite));
        let step_of = |step| last_of(&trail, step).map(|place| place.step);
        assert_eq!(step_of(None), Some(15));
        assert_eq!(step_of(Some(12)), Some(10));
        assert_eq!(step_of(Some(2)), None);
    }

    #[test]
    fn the_principle_can_be_chosen_when_the_runs_are_over() {
        let older = RunRecord {
            principle: Some(Principle::Polite),
            ..run(
                "older",
                vec![KlPoint {
                    rewards: Vec::new(),
                    reward: Some(0.25),
                    ..point(10, 0.0, 0.0)
                }],
            )
        };
        let shown = [older, run("newer", vec![point(10, 0.75, 0.5)])];
        let rewards = |principle| -> Vec<f64> {
            let trails = shown.iter().flat_map(|run| trail(run, principle));
            trails.map(|place| place.reward).collect()
        };
        assert!(rewards(None).is_empty());
        assert_eq!(summary(&shown, None, None), texts::CHOOSE_PRINCIPLE);
        assert_eq!(rewards(Some(Principle::Polite)), [0.25, 0.75]);
        assert_eq!(rewards(Some(Principle::Short)), [0.5]);
        // What stands in the legend without a point is named.
        let words = summary(&shown, Some(Principle::Short), None);
        assert!(
            words.ends_with("not judged by this principle: older."),
            "{words}"
        );
    }
}
