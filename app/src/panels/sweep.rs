//! Many runs from one press: what is varied, how far they are, and what they say together.

use crate::browser::later::{Build, NotLoaded, wasm_split};
use crate::charts::export::download_csv;
use crate::charts::sweep::SweepChart;
use crate::charts::table::{Cell, ChartTable};
use crate::flows::sweep::{begin, go_on, keep_going, stop};
use crate::lab::use_lab;
use crate::model::sweep::{Sweep, SweepAxis, SweepForm, SweepGroup, groups};
use crate::parts::action::Action;
use crate::parts::acts::settings_of_form;
use crate::parts::later::Later;
use crate::parts::opened::noted;
use crate::parts::principle_options::principle_options;
use crate::stores::sweep::SweepStore;
use crate::texts::numbers::{fixed, percent, with_interval};
use crate::texts::page::NO_NUMBER;
use crate::texts::sweep as texts;
use leptos::prelude::*;
use std::sync::Arc;
use tilt_protocol::metrics::{LOSS, REWARDS_MARGINS};
use tilt_protocol::statistics::OverSeeds;
use tilt_protocol::{EngineStatus, Principle};

#[component]
pub fn SweepPanel() -> impl IntoView {
    let is_open = RwSignal::new(false);
    view! {
        <details class="panel drawer sweep" data-place="sweep" on:toggle=noted(is_open)>
            <summary data-testid="sweep-open"><span>{texts::TITLE}</span></summary>
            <Later wanted=is_open load=|| Box::pin(whole_panel())/>
        </details>
    }
}

#[wasm_split(runs, wasm_split_path = leptos::wasm_split, fallible)]
fn whole_panel() -> Result<Build, NotLoaded> {
    Ok(|| view! { <Whole/> }.into_any())
}

#[component]
fn Whole() -> impl IntoView {
    let lab = use_lab();
    // It is of this panel alone: nothing else of the page asks for it.
    let store = SweepStore::new(lab.space);
    store.load();
    provide_context(store);
    keep_going(lab, store);
    let has_any = Memo::new(move |_| store.sweep().with(|sweep| !sweep.points.is_empty()));
    view! {
        <p class="muted">{texts::WHAT}</p>
        <Form/>
        <Progress/>
        <Show when=move || has_any.get()>
            <SweepChart/>
            <Results/>
        </Show>
    }
}

#[component]
fn Form() -> impl IntoView {
    let form = expect_context::<SweepStore>().form();
    let read = move |read: fn(&SweepForm) -> String| Memo::new(move |_| form.with(read));
    let (values, seeds) = (
        read(|form| form.values.clone()),
        read(|form| form.seeds.clone()),
    );
    let axis = Memo::new(move |_| form.with(|form| form.axis));
    let is_seed_alone = move || axis.get() == SweepAxis::Seed;
    view! {
        <div class="fields sweep-fields">
            <label class="field">
                <span>{texts::VARY}</span>
                <select
                    data-testid="sweep-vary"
                    prop:value=move || axis.get().slug()
                    on:change=move |event| {
                        let Some(axis) = SweepAxis::from_slug(&event_target_value(&event)) else {
                            return;
                        };
                        form.update(|form| {
                            form.axis = axis;
                            form.values = axis.proposal().to_owned();
                        });
                    }
                >
                    {SweepAxis::ALL.map(|axis| view! {
                        <option value=axis.slug() selected=axis == SweepAxis::default()>
                            {texts::axis(axis.slug())}
                        </option>
                    })}
                </select>
            </label>
            <label class="field" hidden=is_seed_alone>
                <span>{texts::VALUES}</span>
                <input
                    type="text"
                    autocomplete="off"
                    spellcheck="false"
                    data-testid="sweep-values"
                    prop:value=move || values.get()
                    on:input=move |event| form.update(|form| form.values = event_target_value(&event))
                />
            </label>
            <label class="field">
                <span>{texts::SEEDS}</span>
                <input
                    type="text"
                    autocomplete="off"
                    inputmode="numeric"
                    data-testid="sweep-seeds"
                    prop:value=move || seeds.get()
                    on:input=move |event| form.update(|form| form.seeds = event_target_value(&event))
                />
            </label>
            <label class="field">
                <span>{texts::THEN_MEASURE}</span>
                <select
                    data-testid="sweep-measure"
                    on:change=move |event| {
                        let principle = Principle::from_slug(&event_target_value(&event));
                        form.update(|form| form.principle = principle);
                    }
                >
                    <option value="">{texts::NOTHING}</option>
                    {principle_options(None)}
                </select>
            </label>
        </div>
    }
}

#[component]
fn Progress() -> impl IntoView {
    let lab = use_lab();
    let store = expect_context::<SweepStore>();
    let sweep = store.sweep();
    let is_going = Memo::new(move |_| sweep.with(|sweep| sweep.is_going));
    let is_left = Memo::new(move |_| sweep.with(|sweep| !sweep.is_going && sweep.at().is_some()));
    let cannot =
        Signal::derive(move || is_going.get() || lab.engine.status().get() != EngineStatus::Ready);
    let text = Signal::derive(move || store.form().with(|form| texts::run(form.runs())));
    let press = move || {
        if let Some((kind, settings)) = settings_of_form(lab) {
            let form = store.form().get_untracked();
            begin(lab, store, &form, kind, &settings);
        }
    };
    let told = move || {
        sweep.with(|sweep: &Sweep| {
            let of = sweep.points.len();
            (of > 0).then(|| texts::progress(sweep.done(), of))
        })
    };
    let value = move || sweep.with(|sweep| format!("{}/{}", sweep.done(), sweep.points.len()));
    view! {
        <div class="row">
            <Action testid="sweep-run" class="strong" text=text disabled=cannot on_press=press/>
            <Show when=move || is_going.get()>
                <Action testid="sweep-stop" text=texts::STOP on_press=move || stop(lab, store)/>
            </Show>
            <Show when=move || is_left.get()>
                <Action
                    testid="sweep-go-on"
                    text=texts::GO_ON
                    disabled=cannot
                    on_press=move || go_on(lab, store)
                />
            </Show>
            <span class="muted number" data-testid="sweep-progress" data-value=value>{told}</span>
        </div>
    }
}

/// A row of the table.
#[derive(Clone, Debug, PartialEq)]
struct SweepRow {
    setting: String,
    done: usize,
    asked: usize,
    loss: Option<OverSeeds>,
    margin: Option<OverSeeds>,
    kl: Option<OverSeeds>,
    win_rate: Option<OverSeeds>,
}

impl SweepRow {
    fn of(group: &SweepGroup, principle: Option<Principle>) -> SweepRow {
        SweepRow {
            setting: group.setting.clone(),
            done: group.runs.len(),
            asked: group.asked,
            loss: group.at_end(LOSS),
            margin: group.at_end(REWARDS_MARGINS),
            kl: group.kl(),
            win_rate: principle.and_then(|principle| group.win_rate(principle)),
        }
    }

    fn numbers(&self) -> [Option<OverSeeds>; 4] {
        [self.loss, self.margin, self.kl, self.win_rate]
    }
}

const COLUMNS: [&str; 4] = [texts::LOSS, texts::MARGIN, texts::KL, texts::WIN_RATE];

#[component]
fn Results() -> impl IntoView {
    let lab = use_lab();
    let store = expect_context::<SweepStore>();
    // The column that is sorted by, and whether the largest stands first.
    let sorted = RwSignal::new(None::<(usize, bool)>);
    let rows = Memo::new(move |_| {
        let sweep = store.sweep().get();
        let groups = lab.runs.records().with(|records| groups(&sweep, records));
        let rows = groups
            .iter()
            .map(|group| SweepRow::of(group, sweep.principle));
        let mut rows: Vec<SweepRow> = rows.collect();
        if let Some((column, is_down)) = sorted.get() {
            let key = |row: &SweepRow| row.numbers()[column].map_or(f64::NEG_INFINITY, |n| n.mean);
            rows.sort_by(|one, other| key(one).total_cmp(&key(other)));
            if is_down {
                rows.reverse();
            }
        }
        Arc::new(rows)
    });
    let sort = move |column: usize| {
        sorted.update(|sorted| {
            *sorted = Some((column, *sorted != Some((column, true))));
        });
    };
    let direction = move |column: usize| match sorted.get() {
        Some((of, true)) if of == column => "descending",
        Some((of, false)) if of == column => "ascending",
        _ => "none",
    };
    let heads = COLUMNS.into_iter().enumerate().map(|(column, name)| {
        view! {
            <th scope="col" aria-sort=move || direction(column)>
                <button
                    type="button"
                    class="sort"
                    title=texts::sort_by(name)
                    on:click=move |_| sort(column)
                >
                    {name}
                </button>
            </th>
        }
    });
    let body = move || {
        rows.with(|rows| {
            let rows = rows.iter().map(|row| {
                let cells = row
                    .numbers()
                    .into_iter()
                    .enumerate()
                    .map(|(column, number)| {
                        view! { <td class="number">{shown(column, number)}</td> }
                    });
                view! {
                    <tr>
                        <th scope="row">{row.setting.clone()}</th>
                        <td class="number">{texts::seeds(row.done, row.asked)}</td>
                        {cells.collect_view()}
                    </tr>
                }
            });
            rows.collect_view()
        })
    };
    view! {
        <div class="sweep-table" role="region" tabindex="0" aria-label=texts::TITLE>
            <table data-testid="sweep-table">
                <thead>
                    <tr>
                        <th scope="col">{texts::SETTING}</th>
                        <th scope="col">{texts::DONE}</th>
                        {heads.collect_view()}
                    </tr>
                </thead>
                <tbody>{body}</tbody>
            </table>
        </div>
        <p class="muted">{texts::NOTE}</p>
        <Action
            testid="sweep-csv"
            class="slim"
            text=texts::SAVE
            on_press=move || download_csv(lab, texts::CHART, &table(&rows.get_untracked()).csv())
        />
    }
}

fn shown(column: usize, number: Option<OverSeeds>) -> String {
    let Some(OverSeeds { mean, interval, .. }) = number else {
        return NO_NUMBER.to_owned();
    };
    let is_rate = COLUMNS[column] == texts::WIN_RATE;
    match interval {
        Some([low, high]) if is_rate => {
            format!("{} ({} to {})", percent(mean), percent(low), percent(high))
        }
        Some([low, high]) => with_interval(mean, (low, high), 3),
        None if is_rate => percent(mean),
        None => fixed(mean, 3),
    }
}

fn table(rows: &[SweepRow]) -> ChartTable {
    let columns = COLUMNS.into_iter().flat_map(|name| {
        [
            name.to_owned(),
            format!("{name} {}", texts::LOW),
            format!("{name} {}", texts::HIGH),
        ]
    });
    let first = [texts::SETTING, texts::DONE].map(str::to_owned);
    let rows = rows.iter().map(|row| {
        let mut cells = vec![Cell::Text(row.setting.clone()), Cell::Count(row.done)];
        for number in row.numbers() {
            let interval = number.and_then(|number| number.interval);
            cells.push(Cell::of(number.map(|number| number.mean)));
            cells.push(Cell::of(interval.map(|[low, _]| low)));
            cells.push(Cell::of(interval.map(|[_, high]| high)));
        }
        cells
    });
    ChartTable {
        head: first.into_iter().chain(columns).collect(),
        rows: rows.collect(),
    }
}
