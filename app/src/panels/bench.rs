//! The benchmark: what this machine can do, set up, run and read.

use crate::browser::later::{Build, NotLoaded, wasm_split};
use crate::flows::bench;
use crate::lab::use_lab;
use crate::model::bench_form::{BenchField, BenchForm};
use crate::parts::action::Action;
use crate::parts::clipboard::copied;
use crate::parts::focus::focus_after;
use crate::parts::style_sheet::StyleSheet;
use crate::stores::bench::BenchState;
use crate::texts::bench as texts;
use crate::texts::numbers::{bytes, fixed, full, parameters};
use leptos::prelude::*;
use tilt_protocol::{BenchObjective, BenchReport, BenchSettings, DevicePreference, SimdBuild};
use wasm_bindgen_futures::spawn_local;

/// What the device badge opens.
pub const ID: &str = "bench";

#[wasm_split(runs, wasm_split_path = leptos::wasm_split, fallible)]
pub fn bench_panel() -> Result<Build, NotLoaded> {
    Ok(|| view! { <BenchPanel/> }.into_any())
}

#[component]
fn BenchPanel() -> impl IntoView {
    let store = use_lab().bench;
    view! {
        <StyleSheet file="bench.css"/>
        <section
            id=ID
            class="panel bench"
            aria-labelledby="bench-title"
            data-testid="bench-panel"
            hidden=move || !store.is_open().get()
        >
            <header class="panel-head">
                <h2 id="bench-title">{texts::BENCHMARK}</h2>
                <button
                    type="button"
                    class="button icon small"
                    data-testid="bench-close"
                    aria-label=texts::CLOSE
                    on:click=move |_| {
                        store.toggle();
                        focus_after(&["[data-testid=\"device-badge\"]"]);
                    }
                >
                    {texts::CLOSE_SIGN}
                </button>
            </header>
            <p class="muted">{texts::WHAT_IT_IS}</p>
            <div class="bench-halves">
                <div>
                    <Form/>
                    <Transport/>
                </div>
                <div>
                    <Outcome/>
                </div>
            </div>
        </section>
    }
}

/// The slug of a choice with what the page calls it.
type Choice = (&'static str, &'static str);

#[component]
fn Form() -> impl IntoView {
    const DEVICES: [Choice; 3] = [
        ("", texts::AS_THE_LAB),
        ("webgpu", texts::WEBGPU),
        ("cpu", texts::CPU),
    ];
    const SIMDS: [Choice; 3] = [
        ("", texts::FASTEST),
        ("plain", texts::PLAIN),
        ("relaxed", texts::RELAXED),
    ];
    const OBJECTIVES: [Choice; 3] = [
        ("sft", texts::SFT),
        ("dpo", texts::DPO),
        ("sampling", texts::SAMPLING),
    ];
    const HEADS: [Choice; 2] = [("0", texts::TIED_NO), ("1", texts::TIED_YES)];
    view! {
        <div class="bench-fields">
            {select("device", texts::DEVICE, &DEVICES, |form| match form.device {
                Some(DevicePreference::Webgpu) => "webgpu",
                Some(DevicePreference::Cpu) => "cpu",
                _ => "",
            }, |form, value| form.device = match value {
                "webgpu" => Some(DevicePreference::Webgpu),
                "cpu" => Some(DevicePreference::Cpu),
                _ => None,
            })}
            {select("simd", texts::INSTRUCTIONS, &SIMDS,
                |form| form.simd.map_or("", SimdBuild::slug),
                |form, value| form.simd = SimdBuild::from_slug(value))}
            {select("objective", texts::OBJECTIVE, &OBJECTIVES,
                |form| form.objective.slug(),
                |form, value| form.objective = BenchObjective::from_slug(value).unwrap_or(form.objective))}
            {select("tied", texts::TIED, &HEADS,
                |form| if form.is_tied { "1" } else { "0" },
                |form, value| form.is_tied = value == "1")}
            {BenchField::ALL.into_iter().map(number).collect_view()}
        </div>
    }
}

fn select(
    slug: &'static str,
    name: &'static str,
    choices: &'static [Choice],
    read: fn(&BenchForm) -> &'static str,
    write: fn(&mut BenchForm, &str),
) -> AnyView {
    let form = use_lab().bench.form();
    let id = format!("bench-{slug}");
    let options = choices
        .iter()
        .map(|(value, name)| {
            let is_chosen = move || form.with(|form| read(form) == *value);
            view! { <option value=*value selected=is_chosen>{*name}</option> }
        })
        .collect_view();
    view! {
        <div class="field">
            <label for=id.clone()>{name}</label>
            <select
                id=id.clone()
                data-testid=id
                on:change=move |event| form.update(|form| write(form, &event_target_value(&event)))
            >
                {options}
            </select>
        </div>
    }
    .into_any()
}

fn number(field: BenchField) -> AnyView {
    let form = use_lab().bench.form();
    let id = format!("bench-{}", field.slug());
    let defect_id = format!("{id}-defect");
    let defect = Memo::new(move |_| {
        let defect = form.with(BenchForm::defect);
        defect
            .filter(|(of, _)| *of == field)
            .map(|(_, error)| error.to_string())
    });
    let described = defect_id.clone();
    view! {
        <div class="field">
            <label for=id.clone()>{field.name()}</label>
            <input
                type="text"
                inputmode="numeric"
                autocomplete="off"
                spellcheck="false"
                id=id.clone()
                data-testid=id
                placeholder=(field == BenchField::Workers).then_some(texts::AUTOMATIC)
                aria-invalid=move || defect.get().is_some().to_string()
                aria-describedby=move || defect.get().is_some().then(|| described.clone())
                prop:value=move || form.with(|form| form.number(field).to_owned())
                on:input=move |event| {
                    form.update(|form| form.set_number(field, event_target_value(&event)))
                }
            />
            <p class="field-defect" id=defect_id hidden=move || defect.get().is_none()>
                {move || defect.get()}
            </p>
        </div>
    }
    .into_any()
}

#[component]
fn Transport() -> impl IntoView {
    let lab = use_lab();
    let store = lab.bench;
    let is_busy = move || !store.is_running() && !bench::is_free(lab);
    let cannot = Signal::derive(move || {
        is_busy() || store.is_running() || store.form().with(|form| form.defect().is_some())
    });
    let cannot_cancel = Signal::derive(move || !store.is_running());
    let steps = store.steps();
    let of = move || match store.state().get() {
        BenchState::Running { of } => of,
        _ => 1,
    };
    let said = move || match store.state().get() {
        BenchState::Starting => texts::STARTING.to_owned(),
        BenchState::Running { of } => steps.with(|steps| {
            let last = steps.last().copied().unwrap_or_default();
            texts::progress(steps.len(), of, &milliseconds(last))
        }),
        _ => String::new(),
    };
    view! {
        <div class="row bench-transport">
            <Action
                testid="bench-run"
                text=texts::RUN
                class="strong"
                disabled=cannot
                on_press=move || bench::run(lab, &lab.bench.form().get_untracked())
            />
            <Action
                testid="bench-cancel"
                text=texts::CANCEL
                disabled=cannot_cancel
                on_press=move || store.cancel()
            />
            <Show when=move || store.is_running()>
                <progress
                    aria-label=texts::PROGRESS
                    max=of
                    value=move || steps.with(Vec::len)
                ></progress>
            </Show>
            <span class="muted number" data-testid="bench-progress">{said}</span>
            <Show when=is_busy>
                <span class="muted">{texts::ENGINE_IS_BUSY}</span>
            </Show>
        </div>
    }
}

#[component]
fn Outcome() -> impl IntoView {
    let store = use_lab().bench;
    view! {
        <ul class="bench-remarks" data-testid="bench-remarks">
            {move || {
                let remarks = store.remarks().get();
                remarks.into_iter().map(|remark| view! { <li>{remark}</li> }).collect_view()
            }}
        </ul>
        <Bars/>
        {move || match store.state().get() {
            BenchState::Done(report) => view! { <Report report=*report/> }.into_any(),
            BenchState::Failed(error) => {
                view! { <p class="field-defect" role="alert" data-testid="bench-error">{error}</p> }
                    .into_any()
            }
            BenchState::Idle => view! { <p class="muted">{texts::WHAT_TO_DO}</p> }.into_any(),
            BenchState::Starting | BenchState::Running { .. } => ().into_any(),
        }}
    }
}

/// Most bars that are drawn; of more steps the last ones.
const MOST_BARS: usize = 240;

/// A bar a step, as high as it took long.
#[component]
fn Bars() -> impl IntoView {
    let steps = use_lab().bench.steps();
    let bars = move || {
        steps.with(|steps| {
            let first = steps.len().saturating_sub(MOST_BARS);
            let most = steps.iter().skip(first).copied().fold(1e-9, f64::max);
            let bar = |(step, ms): (usize, &f64)| {
                let class = match step < BenchSettings::WARM_UP {
                    true => "warm-up",
                    false => "timed",
                };
                let height = format!("{:.1}%", ms / most * 100.0);
                view! { <span class=class style=("height", height)></span> }
            };
            let shown = steps.iter().enumerate().skip(first);
            shown.map(bar).collect_view()
        })
    };
    view! {
        <div
            class="bench-bars"
            role="img"
            aria-label=move || texts::steps_chart(steps.with(Vec::len))
            hidden=move || steps.with(Vec::is_empty)
        >
            {bars}
        </div>
    }
}

#[component]
fn Report(report: BenchReport) -> impl IntoView {
    let json = serde_json::to_string(&report).unwrap_or_default();
    let is_copied = RwSignal::new(false);
    let (carried, to_copy) = (json.clone(), json.clone());
    let copy = move || {
        let text = to_copy.clone();
        spawn_local(async move { is_copied.set(copied(&text).await) });
    };
    let device = format!("{} \u{b7} {}", report.device, report.adapter);
    let in_ms = |ms: f64| texts::milliseconds(&milliseconds(ms));
    let composed = report.composed.as_ref();
    let per_step = |count: f64| fixed(count, if count.fract() == 0.0 { 0 } else { 1 });
    let facts = [
        (texts::MEDIAN, Some(in_ms(report.median_ms))),
        (
            texts::TOKENS,
            report.tokens_per_s.map(|rate| fixed(rate, 0)),
        ),
        (
            texts::COMPOSED_TOKENS,
            composed
                .and_then(|composed| composed.tokens_per_s)
                .map(|rate| fixed(rate, 0)),
        ),
        (
            texts::TIMES_COMPOSED,
            composed
                .and_then(|composed| composed.ratio)
                .map(|ratio| texts::times(&fixed(ratio, 2))),
        ),
        (texts::FASTEST_STEP, Some(in_ms(report.min_ms))),
        (texts::FIRST_STEP, Some(in_ms(report.first_step_ms))),
        (texts::DISPATCHES, report.dispatches_per_step.map(per_step)),
        (
            texts::SUBMISSIONS,
            report.submissions_per_step.map(per_step),
        ),
        (texts::GPU_MEMORY, report.gpu_bytes.map(bytes)),
        (
            texts::LAST_LOSS,
            report.losses.last().map(|&loss| fixed(loss, 4)),
        ),
    ];
    let facts = facts.into_iter().filter_map(|(name, value)| {
        let value = value?;
        Some(view! {
            <div>
                <dt>{name}</dt>
                <dd class="number">{value}</dd>
            </div>
        })
    });
    view! {
        <p class="bench-what">
            {texts::measured(&parameters(report.parameters), &device, report.workers)}
        </p>
        <dl class="bench-facts" data-testid="bench-facts" data-value=full(Some(report.median_ms))>
            {facts.collect_view()}
        </dl>
        <Action
            testid="bench-copy"
            class="slim"
            text=Signal::derive(move || {
                if is_copied.get() { texts::COPIED.to_owned() } else { texts::COPY.to_owned() }
            })
            on_press=copy
        />
        <details class="drawer bench-json">
            <summary>{texts::AS_JSON}</summary>
            <pre class="trl" tabindex="0" data-testid="bench-result" data-value=carried>{json}</pre>
        </details>
    }
}

fn milliseconds(ms: f64) -> String {
    fixed(
        ms,
        if ms < 10.0 {
            2
        } else {
            usize::from(ms < 100.0)
        },
    )
}
