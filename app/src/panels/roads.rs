//! The roads from labels to a policy, measured beside each other in a table that fills itself.

use crate::flows::reward_model::truth;
use crate::flows::roads::{compare, give_up};
use crate::lab::{Lab, use_lab};
use crate::model::json;
use crate::parts::action::Action;
use crate::parts::scroll::Scroll;
use crate::texts::numbers::{bytes, fixed};
use crate::texts::roads as texts;
use leptos::prelude::*;
use tilt_protocol::roads::{Road, RoadNews, RoadOutcome, RoadRow};
use tilt_protocol::{Deferred, ObjectiveKind, Reward, RowKind};

/// DPO and its relatives, the same on fresh answers, and RLHF.
const ROADS: [Road; 11] = [
    Road::Labels(ObjectiveKind::Dpo),
    Road::RewardModel(ObjectiveKind::Ppo),
    Road::SecondRound(ObjectiveKind::Dpo),
    Road::Labels(ObjectiveKind::Ipo),
    Road::Labels(ObjectiveKind::Kto),
    Road::Labels(ObjectiveKind::Orpo),
    Road::Labels(ObjectiveKind::Simpo),
    Road::Judge(ObjectiveKind::OnlineDpo),
    Road::Judge(ObjectiveKind::Rloo),
    Road::Judge(ObjectiveKind::Grpo),
    Road::Judge(ObjectiveKind::Ppo),
];
/// How many seeds may be chosen.
const SEEDS: [u64; 3] = [1, 3, 5];

#[component]
pub fn RoadsPanel() -> impl IntoView {
    let lab = use_lab();
    let store = lab.roads;
    let seeds = RwSignal::new(SEEDS[0]);
    let is_off = Signal::derive(move || {
        !lab.engine.is_up() || lab.run.phase().get().is_active() || store.is_under_way().get()
    });
    let progress = move || {
        let of = store.asked().with(|asked| Some(asked.as_ref()?.of))?;
        Some(texts::progress(store.news().with(Vec::len), of))
    };
    let options = SEEDS.map(|count| {
        view! { <option value=count.to_string() selected=count == SEEDS[0]>{count}</option> }
    });
    view! {
        <div class="roads">
            <h3>{texts::HEADING}</h3>
            <p class="muted">{texts::EXPLAINED}</p>
            <div class="row">
                <label>
                    {texts::SEEDS} " "
                    <select
                        data-testid="roads-seeds"
                        on:change=move |event| {
                            if let Ok(count) = event_target_value(&event).parse() {
                                seeds.set(count);
                            }
                        }
                    >
                        {options}
                    </select>
                </label>
                <Action
                    testid="compare-roads" text=texts::COMPARE disabled=is_off
                    on_press=move || press(lab, seeds.get_untracked())
                />
                <Show when=move || store.is_under_way().get()>
                    <Action testid="roads-stop" text=texts::STOP on_press=move || give_up(lab)/>
                </Show>
                <span class="muted number" data-testid="roads-progress" role="status">{progress}</span>
            </div>
            {move || store.news().with(|news| (!news.is_empty()).then(|| table(lab, news)))}
        </div>
    }
}

/// Judged by what the reward is of, or what is measured anyway.
fn press(lab: Lab, seeds: u64) {
    let rewards = untrack(|| lab.form.settings()).rewards;
    let judged = rewards.iter().find_map(|reward| match reward {
        Reward::Judge(principles) => principles.first().map(|(principle, _)| *principle),
        _ => None,
    });
    let measured = lab.evaluate.principle().get_untracked();
    let principle = measured.or(judged).unwrap_or_else(|| truth(lab, &rewards));
    compare(lab, ROADS.to_vec(), principle, seeds);
}

fn table(lab: Lab, news: &[Deferred<RoadNews>]) -> AnyView {
    let mut read: Vec<RoadNews> = Vec::new();
    for one in news {
        match json::from_str(one.json()) {
            Ok(one) => read.push(one),
            Err(error) => {
                let why = texts::unreadable(&error.to_string());
                return view! { <p class="muted">{why}</p> }.into_any();
            }
        }
    }
    let principle = lab
        .roads
        .asked()
        .with(|asked| Some(asked.as_ref()?.principle));
    let judged = principle.map(|principle| texts::judged_by(&principle.name()));
    let head = texts::HEAD.map(|name| view! { <th scope="col">{name}</th> });
    let rows = ROADS.into_iter().filter_map(move |road| {
        let own = read.iter().filter(|one| one.road == road);
        let outcomes: Vec<RoadOutcome> = own.map(|one| one.outcome.clone()).collect();
        (!outcomes.is_empty()).then(|| row(road, outcomes))
    });
    view! {
        <Scroll class="roads-frame" name=texts::TABLE>
            <table data-testid="roads-table">
                <caption>{texts::TABLE} ", " {judged}</caption>
                <thead>
                    <tr>{head.collect_view()}</tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </Scroll>
    }
    .into_any()
}

fn row(road: Road, outcomes: Vec<RoadOutcome>) -> impl IntoView + use<> {
    // With one seed the interval is that of its comparisons.
    let single = match &outcomes[..] {
        [only] => only.report.as_ref().map(|report| [report.low, report.high]),
        _ => None,
    };
    let row = RoadRow::new(road, outcomes, Vec::new());
    let held = row.peak_bytes.map(|held| bytes(held as u64));
    let interval = row.interval.or(single);
    let win_rate = match (row.win_rate, interval) {
        (Some(rate), Some([low, high])) => {
            texts::interval(&fixed(rate, 2), &fixed(low, 2), &fixed(high, 2))
        }
        (Some(rate), None) => fixed(rate, 2),
        (None, _) => texts::BROKE_OFF.to_owned(),
    };
    let needs = match road.objective().row_kind() {
        RowKind::Unpaired => texts::THUMBS,
        RowKind::Prompts if !matches!(road, Road::RewardModel(_)) => texts::PROMPTS,
        _ => texts::PAIRS,
    };
    view! {
        <tr data-testid="roads-row" data-value=row.road.clone()>
            <th scope="row">{road.title()}</th>
            <td>{row.stages.join(" → ")}</td>
            <td>{needs}</td>
            <td class="number">{row.models}</td>
            <td class="number">{held.unwrap_or_else(|| texts::NOT_COUNTED.to_owned())}</td>
            <td class="number">{fixed(row.seconds, 1)}</td>
            <td class="number">{fixed(row.passes, 0)}</td>
            <td class="number">{win_rate}</td>
            <td class="number">{row.kl.map(|kl| fixed(kl, 1))}</td>
        </tr>
    }
}
