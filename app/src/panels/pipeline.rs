//! The two roads from labels to a policy: directly, and through a reward. Each stage with its
//! state, its models in memory, its seconds and what came of it.

use super::reward::STYLES;
use super::roads::RoadsPanel;
use crate::browser::later::{Build, NotLoaded, wasm_split};
use crate::flows::act::perform;
use crate::flows::reward_model::choose;
use crate::lab::{Lab, use_lab};
use crate::model::act::Act;
use crate::model::json;
use crate::model::run::Phase;
use crate::parts::places::go_to;
use crate::parts::style_sheet::StyleSheet;
use crate::parts::tabs::Tabs;
use crate::texts::numbers::{bytes, fixed, percent};
use crate::texts::pipeline as texts;
use leptos::prelude::*;
use tilt_protocol::lesson::Place;
use tilt_protocol::metrics::{REWARD, SCORES};
use tilt_protocol::reward_report::RewardNews;
use tilt_protocol::{ObjectiveKind, Reward};

#[wasm_split(runs, wasm_split_path = leptos::wasm_split, fallible)]
pub fn pipeline() -> Result<Build, NotLoaded> {
    Ok(|| view! { <Pipeline/> }.into_any())
}

/// A road, by what its last stage trains on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Road {
    Direct,
    ThroughReward,
}

impl Road {
    fn of(kind: ObjectiveKind) -> Road {
        match kind.samples_answers() {
            true => Road::ThroughReward,
            false => Road::Direct,
        }
    }
}

/// What a stage says of itself.
#[derive(Clone, Default, PartialEq)]
struct Stage {
    slug: &'static str,
    title: String,
    /// Lines under the title.
    told: Vec<String>,
    is_current: bool,
}

#[component]
fn Pipeline() -> impl IntoView {
    let lab = use_lab();
    let tabs = use_context::<Tabs>();
    // The last run of each road that this tab has seen.
    let last: RwSignal<[Option<LastRun>; 2]> = RwSignal::new([None, None]);
    Effect::new(move |_| {
        if let Some((road, run)) = live_run(lab) {
            last.update(|last| last[road as usize] = Some(run));
        }
    });
    // A report of hundreds of answers is read when it comes, not at each step of a run.
    let reward = Memo::new(move |_| reward_stage(lab));
    let road = move |road: Road| {
        let stages = move || {
            let run = last.with(|last| last[road as usize].clone());
            stages(lab, road, run, reward)
        };
        let title = match road {
            Road::Direct => texts::DIRECT,
            Road::ThroughReward => texts::THROUGH_A_REWARD,
        };
        view! {
            <h3>{title}</h3>
            <ol class="pipeline-road">
                {move || stages().into_iter().map(|stage| stage_box(lab, tabs, road, stage)).collect_view()}
            </ol>
        }
    };
    view! {
        <StyleSheet file=STYLES/>
        <section class="panel pipeline" data-place="pipeline" data-testid="pipeline" aria-labelledby="pipeline-title">
            <h2 id="pipeline-title">{texts::TITLE}</h2>
            <p class="muted">{texts::EXPLAINED}</p>
            {road(Road::Direct)}
            {road(Road::ThroughReward)}
            <RoadsPanel/>
        </section>
    }
}

/// What is left to say of a run.
#[derive(Clone, PartialEq)]
struct LastRun {
    step: usize,
    steps: usize,
    seconds: f64,
    kl: Option<f64>,
    reward: Option<f64>,
    is_active: bool,
}

/// The live or latest run, with its road.
fn live_run(lab: Lab) -> Option<(Road, LastRun)> {
    let kind = lab.charts.shown().with(|shown| Some(shown.last()?.kind))?;
    lab.run.run().with(|run| {
        (run.phase != Phase::Idle).then(|| {
            let last = LastRun {
                step: run.step,
                steps: run.steps,
                seconds: run.seconds,
                kl: run.kl,
                reward: run.metrics.get(REWARD).or_else(|| run.metrics.get(SCORES)),
                is_active: run.phase.is_active(),
            };
            (Road::of(kind), last)
        })
    })
}

fn stages(lab: Lab, road: Road, run: Option<LastRun>, reward: Memo<Stage>) -> Vec<Stage> {
    let size = lab
        .engine
        .model()
        .with(|model| model.as_ref().map(|model| 4 * model.parameters as u64));
    let settings = lab.form.settings();
    let chosen = lab.form.objective().get();
    let of_models = |count: usize| {
        let size = size?;
        Some(texts::models(count, &bytes(count as u64 * size)))
    };
    let mut reference = vec![texts::IS_REFERENCE.to_owned()];
    reference.extend(of_models(1));
    let labels = lab.labels.entries().with(|entries| entries.len());
    let mut stages = vec![
        Stage {
            slug: "sft",
            title: texts::FINE_TUNING.to_owned(),
            told: reference,
            ..Stage::default()
        },
        Stage {
            slug: "labels",
            title: texts::LABELS.to_owned(),
            told: vec![texts::labels(labels)],
            ..Stage::default()
        },
    ];
    let (usual, mut models) = match road {
        Road::Direct => (ObjectiveKind::Dpo, 1),
        Road::ThroughReward => (ObjectiveKind::Ppo, 1),
    };
    let is_chosen = Road::of(chosen) == road;
    let kind = if is_chosen { chosen } else { usual };
    if road == Road::ThroughReward {
        let asks_judge = is_chosen && !settings.rewards.contains(&Reward::Model);
        stages.push(match asks_judge {
            true => Stage {
                slug: "reward",
                title: texts::JUDGE.to_owned(),
                told: vec![texts::ASKED_DIRECTLY.to_owned()],
                ..Stage::default()
            },
            false => reward.get(),
        });
        let shares_trunk = is_chosen && settings.objective.shares_trunk();
        let has_value_model = kind == ObjectiveKind::Ppo && !shares_trunk;
        models += usize::from(!asks_judge) + usize::from(has_value_model);
    }
    let objective = kind.with_beta(kind.default_beta());
    models += usize::from(objective.needs_reference());
    let mut told: Vec<String> = of_models(models).into_iter().collect();
    match &run {
        None => told.push(texts::NOT_TRAINED.to_owned()),
        Some(run) => {
            told.push(format!(
                "{}, {}",
                texts::steps(run.step, run.steps),
                texts::seconds(&fixed(run.seconds, 1))
            ));
            let kl = run.kl.map(|kl| fixed(kl, 2));
            let reward = run.reward.map(|reward| fixed(reward, 2));
            told.extend(texts::result(kl.as_deref(), reward.as_deref()));
        }
    }
    stages.push(Stage {
        slug: kind.slug(),
        title: kind.title().to_owned(),
        told,
        is_current: run.is_some_and(|run| run.is_active),
    });
    stages
}

/// The reward model's.
fn reward_stage(lab: Lab) -> Stage {
    let store = lab.reward_model;
    let is_current = store.is_under_way();
    let trained = store.trained().get();
    let report = trained.as_ref().and_then(|trained| {
        match json::from_str::<RewardNews>(trained.news.json()) {
            Ok(RewardNews::Report(report)) => Some(report),
            _ => None,
        }
    });
    let told = match (is_current, trained.zip(report)) {
        (true, _) => vec![texts::TRAINING.to_owned()],
        (false, None) => vec![texts::NOT_TRAINED.to_owned()],
        (false, Some((trained, report))) => {
            let share = report.held_out.value().map(percent).unwrap_or_default();
            let size = texts::models(1, &bytes(report.bytes as u64));
            let seconds = texts::seconds(&fixed(trained.seconds, 1));
            vec![size, seconds, texts::held_out(&share)]
        }
    };
    Stage {
        slug: "reward",
        title: texts::REWARD_MODEL.to_owned(),
        told,
        is_current,
    }
}

fn stage_box(lab: Lab, tabs: Option<Tabs>, road: Road, stage: Stage) -> impl IntoView + use<> {
    let Stage {
        slug,
        title,
        told,
        is_current,
    } = stage;
    let lines = told
        .into_iter()
        .map(|line| view! { <span class="muted number">{line}</span> });
    view! {
        <li>
            <button
                type="button"
                class="pipeline-box"
                data-testid="pipeline-box"
                data-value=slug
                aria-current=is_current.then_some("step")
                on:click=move |_| bring_up(lab, tabs, road, slug)
            >
                <b>{title}</b>
                {lines.collect_view()}
            </button>
        </li>
    }
}

/// Brings a stage up: chosen in the form where it can be, and in view.
fn bring_up(lab: Lab, tabs: Option<Tabs>, road: Road, slug: &'static str) {
    let chosen = lab.form.objective().get_untracked();
    let place = match slug {
        "labels" => Place::Label,
        "sft" => Place::Train,
        "reward" => {
            if !chosen.samples_answers() {
                perform(lab, Act::ChooseObjective(ObjectiveKind::Ppo));
            }
            choose(lab);
            Place::Train
        }
        slug => {
            if Road::of(chosen) != road
                && let Some(kind) = ObjectiveKind::from_slug(slug)
            {
                perform(lab, Act::ChooseObjective(kind));
            }
            Place::Train
        }
    };
    go_to(lab, tabs, place);
}
