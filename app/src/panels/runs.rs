//! The runs of this visit beside each other.

use crate::browser::later::{Build, NotLoaded, wasm_split};
use crate::charts::run_style::{Look, swatch};
use crate::flows::export_runs::{RunFormat, export_runs};
use crate::flows::remove_run::{self, remove_run};
use crate::flows::settings;
use crate::flows::take_up::{TakeUp, steps_to_go_on, take_up};
use crate::lab::use_lab;
use crate::model::run_record::{KlPoint, RunRecord, WinRatePoint};
use crate::model::run_table::RunOrder;
use crate::parts::action::Action;
use crate::parts::focus::focus_after;
use crate::parts::later::Later;
use crate::texts::numbers::{fixed, percent};
use crate::texts::page::NO_NUMBER;
use crate::texts::runs as texts;
use crate::texts::training::replacement;
use leptos::html::Button;
use leptos::prelude::*;
use std::sync::Arc;
use tilt_protocol::RunId;
use tilt_protocol::metrics::LOSS;

#[component]
pub fn RunsPanel() -> impl IntoView {
    let lab = use_lab();
    let (records, removed) = (lab.runs.records(), lab.runs.removed());
    let is_any = Memo::new(move |_| {
        records.with(|records| !records.is_empty()) || removed.with(Option::is_some)
    });
    view! {
        <section class="panel runs-panel" data-place="runs" aria-labelledby="runs-title">
            <div class="panel-head">
                <h2 id="runs-title">{texts::RUNS}</h2>
                <span class="muted">{texts::PINNED_STAY}</span>
            </div>
            <Show when=move || records.with(|records| records.is_empty())>
                <p class="muted">{texts::NO_RUNS}</p>
            </Show>
            <Later wanted=is_any load=|| Box::pin(all_runs())/>
        </section>
    }
}

#[wasm_split(runs, wasm_split_path = leptos::wasm_split, fallible)]
fn all_runs() -> Result<Build, NotLoaded> {
    Ok(|| view! { <AllRuns/> }.into_any())
}

#[component]
fn AllRuns() -> impl IntoView {
    let lab = use_lab();
    let records = lab.runs.records();
    let order = RwSignal::new(RunOrder::default());
    let ids = Memo::new(move |_| {
        let sorted = records.with(|records| order.get().sorted(records));
        sorted.iter().map(|record| record.id).collect::<Vec<_>>()
    });
    let are_several = Memo::new(move |_| ids.with(|ids| ids.len() > 1));
    let undo = NodeRef::<Button>::new();
    let on_removed = Callback::new(move |()| {
        // The focus was in the row that is gone.
        request_animation_frame(move || {
            if let Some(button) = undo.get_untracked() {
                // A button that is there takes the focus.
                let _ = button.focus();
            }
        });
    });
    view! {
            <Show when=move || are_several.get()>
                <select
                    class="run-order"
                    aria-label=texts::ORDER
                    data-testid="runs-order"
                    on:change=move |event| {
                        order.set(RunOrder::from_slug(&event_target_value(&event)).unwrap_or_default());
                    }
                >
                    {RunOrder::ALL.map(|order| view! {
                        <option value=order.slug()>{texts::order(order.slug())}</option>
                    })}
                </select>
            </Show>
            <ul class="runs" data-testid="runs-list">
                <For each=move || ids.get() key=|id| *id let:id>
                    <RunRow id=id on_removed=on_removed/>
                </For>
            </ul>
            <Removed undo=undo/>
            <div class="row runs-save">
                <span class="muted">{texts::SAVE_ALL}</span>
                {RunFormat::ALL.map(|format| view! {
                    <Action
                        testid="runs-save" text=format.name() class="slim"
                        on_press=move || export_runs(lab, format)
                    />
                })}
            </div>
    }
}

/// The last removed run, to be had back.
#[component]
fn Removed(undo: NodeRef<Button>) -> impl IntoView {
    let lab = use_lab();
    let removed = lab.runs.removed();
    let name = move || removed.with(|removed| Some(removed.as_ref()?.1.name.clone()));
    view! {
        <Show when=move || removed.with(Option::is_some)>
            <p class="row runs-removed">
                <span>{name}{texts::IS_REMOVED}</span>
                <button
                    type="button"
                    class="button slim"
                    data-testid="runs-undo"
                    node_ref=undo
                    on:click=move |_| {
                        remove_run::undo(lab);
                        lab.notices.say(texts::RUN_IS_BACK);
                        focus_after(&["[data-testid=\"run-pin\"]"]);
                    }
                >
                    {texts::UNDO}
                </button>
            </p>
        </Show>
    }
}

/// What a row shows of its run.
#[derive(Clone, Debug, Default, PartialEq)]
struct RowText {
    name: String,
    objective: String,
    style: usize,
    is_pinned: bool,
    loss: Option<f64>,
    kl: Option<String>,
    /// One for each principle, the latest measured.
    win_rates: Vec<String>,
    changes: Vec<String>,
    /// What ended it before its time.
    replaced: Option<String>,
}

impl RowText {
    fn of(record: &RunRecord) -> RowText {
        let last = record.curve.last();
        RowText {
            name: record.name.clone(),
            objective: record.kind.title().to_owned(),
            style: record.style,
            is_pinned: record.is_pinned,
            loss: last.and_then(|point| point.metrics.get(LOSS)),
            kl: record.kls.last().map(KlPoint::shown),
            win_rates: latest_by_principle(&record.win_rates)
                .into_iter()
                .map(win_rate)
                .collect(),
            changes: record
                .changes
                .iter()
                .map(|change| texts::change(change.step, &change.what))
                .collect(),
            replaced: record
                .replaced
                .map(|end| texts::replaced(end.step, replacement(end.by))),
        }
    }
}

/// The last measurement under each principle, in the order in which they were first used.
fn latest_by_principle(points: &[WinRatePoint]) -> Vec<&WinRatePoint> {
    let mut latest: Vec<&WinRatePoint> = Vec::new();
    for point in points {
        match latest.iter_mut().find(|l| l.principle == point.principle) {
            Some(older) => *older = point,
            None => latest.push(point),
        }
    }
    latest
}

fn win_rate(point: &WinRatePoint) -> String {
    let interval = texts::interval(&percent(point.low), &percent(point.high));
    let counts = point.decisive.zip(point.ties);
    let counts = counts.map(|(decisive, ties)| texts::compared(decisive, ties));
    texts::win_rate(
        &percent(point.rate),
        &point.principle.name(),
        &interval,
        counts.as_deref(),
        point.step,
    )
}

#[component]
fn RunRow(id: RunId, on_removed: Callback<()>) -> impl IntoView {
    let lab = use_lab();
    let records = lab.runs.records();
    let is_active = Memo::new(move |_| {
        lab.run
            .run()
            .with(|run| run.id == id && run.phase.is_active())
    });
    let row = Memo::new(move |_| {
        let find = |records: &Vec<Arc<RunRecord>>| {
            let record = records.iter().find(|record| record.id == id)?;
            Some(RowText::of(record))
        };
        let mut row = records.with(find).unwrap_or_default();
        if is_active.get() {
            row.loss = lab.run.run().with(|run| run.metrics.get(LOSS));
        }
        row
    });
    let name = move || row.with(|row| row.name.clone());
    let number = |value: Option<f64>, digits| {
        value.map_or_else(|| NO_NUMBER.to_owned(), |value| fixed(value, digits))
    };
    let kl = move || {
        let kl = row.with(|row| row.kl.clone());
        kl.unwrap_or_else(|| NO_NUMBER.to_owned())
    };
    let win_rates = move || {
        let rates = row.with(|row| row.win_rates.clone());
        if rates.is_empty() {
            return view! { <dd>{NO_NUMBER}</dd> }.into_any();
        }
        let rates = rates
            .into_iter()
            .map(|rate| view! { <dd data-testid="run-win-rate">{rate}</dd> });
        rates.collect_view().into_any()
    };
    view! {
        <li class="run-row" data-run-id=id.to_string() data-testid="run-row">
            <div class="run-head">
                {move || swatch(Look::of_run(row.with(|row| row.style), false))}
                <input
                    type="text"
                    class="run-name"
                    data-testid="run-name"
                    aria-label=texts::NAME_OF_THE_RUN
                    autocomplete="off"
                    prop:value=name
                    on:change=move |event| {
                        lab.runs.rename(id, &event_target_value(&event));
                        // An empty name is none: the old one stands again.
                        event_target::<web_sys::HtmlInputElement>(&event)
                            .set_value(&untrack(name));
                    }
                />
                <span class="muted">{move || row.with(|row| row.objective.clone())}</span>
            </div>
            <dl class="run-facts number">
                <div><dt>{texts::LOSS}</dt><dd>{move || number(row.with(|row| row.loss), 4)}</dd></div>
                <div><dt>{texts::KL}</dt><dd>{kl}</dd></div>
                <div><dt>{texts::WINS}</dt>{win_rates}</div>
            </dl>
            <Changes row=row/>
            <NoteField id=id/>
            <Show when=move || row.with(|row| row.replaced.is_some())>
                <p class="run-changes" data-testid="run-replaced">
                    {move || row.with(|row| row.replaced.clone())}
                </p>
            </Show>
            <RowActions id=id row=row is_active=is_active on_removed=on_removed/>
        </li>
    }
}

/// What the person has to say of the run.
#[component]
fn NoteField(id: RunId) -> impl IntoView {
    let lab = use_lab();
    let note = Memo::new(move |_| {
        lab.runs.records().with(|records| {
            let record = records.iter().find(|record| record.id == id);
            record.map(|record| record.note.clone()).unwrap_or_default()
        })
    });
    view! {
        <details class="run-note" open=untrack(move || !note.get().is_empty())>
            <summary data-testid="run-note-open">{texts::NOTE}</summary>
            <textarea
                rows="2"
                data-testid="run-note"
                aria-label=texts::NOTE
                prop:value=move || note.get()
                on:input=move |event| lab.runs.set_note(id, event_target_value(&event))
            ></textarea>
        </details>
    }
}

/// What was changed while the run was under way.
#[component]
fn Changes(row: Memo<RowText>) -> impl IntoView {
    let changes = move || row.with(|row| row.changes.clone());
    view! {
        <Show when=move || row.with(|row| !row.changes.is_empty())>
            <ul class="run-changes" data-testid="run-changes">
                {move || changes().into_iter().map(|change| view! { <li>{change}</li> }).collect_view()}
            </ul>
        </Show>
    }
}

#[component]
fn RowActions(
    id: RunId,
    row: Memo<RowText>,
    is_active: Memo<bool>,
    on_removed: Callback<()>,
) -> impl IntoView {
    let lab = use_lab();
    let is_pinned = Signal::derive(move || row.with(|row| row.is_pinned));
    // Only where nothing runs can another policy take the place of the one that is there.
    let is_free = move || lab.engine.is_up() && !lab.run.phase().get().is_active();
    let is_live = Memo::new(move |_| lab.run.run().with(|run| run.id == id && run.step > 0));
    let record = move || lab.runs.records().with(|_| lab.runs.get(id));
    let steps = Memo::new(move |_| record().map(|record| steps_to_go_on(lab, &record)));
    let taken = Memo::new(move |_| record().map_or(0, |record| record.steps_taken()));
    let more = Signal::derive(move || {
        let more = steps.get().unwrap_or_default().saturating_sub(taken.get());
        texts::go_on(more)
    });
    view! {
        <div
            class="row run-actions"
            role="group"
            aria-label=move || row.with(|row| row.name.clone())
        >
            <Action
                testid="run-pin" text=texts::PIN class="slim" pressed=is_pinned
                on_press=move || lab.runs.toggle_pin(id)
            />
            <Action
                testid="run-use" text=texts::USE_SETTINGS class="slim"
                on_press=move || settings::use_settings(lab, id)
            />
            <Show when=move || !is_active.get() && (taken.get() > 0)>
                <Action
                    testid="run-take-up" text=texts::TAKE_UP class="slim"
                    disabled=Signal::derive(move || is_live.get() || !is_free())
                    on_press=move || take_up(lab, id, TakeUp::AsItEnded)
                />
                <Action
                    testid="run-go-on" text=more class="slim"
                    disabled=Signal::derive(move || !is_free())
                    on_press=move || {
                        if let Some(steps) = steps.get_untracked() {
                            take_up(lab, id, TakeUp::GoOn { steps });
                        }
                    }
                />
            </Show>
            <Action
                testid="run-remove" text=texts::DELETE class="slim"
                disabled=Signal::derive(move || is_active.get())
                on_press=move || remove_run(lab, id, on_removed)
            />
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tilt_protocol::Principle;

    #[test]
    fn each_principle_keeps_its_own_rate() {
        let point = |step: usize, principle: Principle, rate: f64| WinRatePoint {
            step,
            principle,
            rate,
            low: 0.5,
            high: 0.9,
            decisive: Some(120),
            ties: Some(1),
            kl: None,
        };
        let points = [
            point(10, Principle::Polite, 0.6),
            point(20, Principle::Short, 0.3),
            point(20, Principle::Polite, 0.7),
        ];
        let latest = latest_by_principle(&points);
        let shown: Vec<String> = latest.into_iter().map(win_rate).collect();
        assert_eq!(
            shown,
            [
                "70% polite (50% to 90%; 120 decisive, 1 tie; step 20)",
                "30% short (50% to 90%; 120 decisive, 1 tie; step 20)",
            ]
        );
    }
}
