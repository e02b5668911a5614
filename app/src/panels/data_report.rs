//! What the labels are like, as the engine finds it, and filters to make them better.

use super::finding::card;
use super::held_out::HeldOutRow;
use crate::browser::later::{Build, NotLoaded, wasm_split};
use crate::flows::data_report::{ask, filter, give_up};
use crate::lab::{Lab, use_lab};
use crate::model::notice::NoticeKey;
use crate::parts::action::Action;
use crate::parts::later::Later;
use crate::stores::data_report::ShownReport;
use crate::texts::data_report as texts;
use leptos::prelude::*;
use tilt_protocol::Error;
use tilt_protocol::report::{Filter, Finding, Severity};

#[component]
pub fn DataReportPanel() -> impl IntoView {
    let lab = use_lab();
    let store = lab.data_report;
    let shown = store.shown();
    let is_current = store.is_current();
    let is_any = Memo::new(move |_| shown.with(Option::is_some));
    let entries = lab.labels.entries();
    let is_busy = move || store.progress().is_some();
    let cannot = Signal::derive(move || {
        !lab.engine.is_up() || is_busy() || entries.with(|entries| entries.is_empty())
    });
    let progress = move || {
        let (done, of) = store.progress().unwrap_or_default();
        texts::looking(done, of)
    };
    let fraction = move || {
        let (done, of) = store.progress().unwrap_or_default();
        done as f64 / of.max(1) as f64
    };
    let rows = move || {
        shown.with(|shown| {
            shown
                .as_ref()
                .map(|shown| shown.report.counts.rows.to_string())
        })
    };
    view! {
        <section
            class="panel quiet"
            aria-labelledby="data-report-title"
            data-testid="data-report"
            data-value=rows
            data-current=move || is_current.get().to_string()
        >
            <header class="panel-head">
                <h2 id="data-report-title">{texts::WHAT_THE_DATA_IS_LIKE}</h2>
            </header>
            <div class="row">
                <Action
                    testid="data-report-run"
                    text=texts::ASK
                    disabled=cannot
                    on_press=move || ask(lab)
                />
                <Show when=is_busy>
                    <Action testid="data-report-stop" text=texts::STOP on_press=move || give_up(lab)/>
                    <progress aria-label=texts::LOOKED_AT max="1" value=fraction></progress>
                    <span class="muted number">{progress}</span>
                </Show>
            </div>
            <Later wanted=is_any load=|| Box::pin(all_findings())/>
            <HeldOutRow/>
        </section>
    }
}

#[wasm_split(labels, wasm_split_path = leptos::wasm_split, fallible)]
fn all_findings() -> Result<Build, NotLoaded> {
    Ok(|| {
        let lab = use_lab();
        let shown = lab.data_report.shown();
        (move || shown.with(|shown| shown.as_ref().map(|shown| findings(lab, shown)))).into_any()
    })
}

fn findings(lab: Lab, shown: &ShownReport) -> AnyView {
    let all = &shown.report.findings;
    let with = |is_meant: fn(&Finding) -> bool| {
        let meant = all.iter().filter(|finding| is_meant(finding));
        meant
            .map(|finding| card(finding, shown))
            .collect::<Vec<_>>()
    };
    let fine = with(|finding| finding.severity == Severity::Fine);
    let is_current = lab.data_report.is_current();
    view! {
        <p class="muted" hidden=move || is_current.get()>{texts::CHANGED}</p>
        <ul class="findings">
            {with(|finding| finding.severity == Severity::Warn)}
            {with(|finding| finding.severity == Severity::Note)}
        </ul>
        <details class="findings-fine">
            <summary data-testid="findings-fine">{texts::fine_ones(fine.len())}</summary>
            <ul class="findings">{fine}</ul>
        </details>
        {sample(lab)}
        {shown.report.reference.is_some().then(|| margin_range(lab))}
        <p class="muted">{texts::REMOVED_CAN_COME_BACK}</p>
    }
    .into_any()
}

/// A field for a number, its text in a signal.
fn field(id: &'static str, label: &'static str, text: RwSignal<String>) -> AnyView {
    view! {
        <label>
            {label}
            <input
                type="text"
                inputmode="decimal"
                autocomplete="off"
                data-testid=id
                prop:value=move || text.get()
                on:input=move |event| text.set(event_target_value(&event))
            />
        </label>
    }
    .into_any()
}

fn sample(lab: Lab) -> AnyView {
    let text = RwSignal::new(String::new());
    let on_press = move || match text.get_untracked().trim().parse() {
        Ok(count) if count > 0 => filter(lab, Filter::Sample { count }),
        _ => refuse(lab, texts::SAMPLE_SIZE, text, texts::LESS_THAN_ALL),
    };
    view! {
        <div class="data-filter">
            {field("sample-count", texts::SAMPLE, text)}
            {button(lab, "sample-keep", texts::KEEP_SAMPLE, Box::new(on_press))}
        </div>
    }
    .into_any()
}

fn margin_range(lab: Lab) -> AnyView {
    let (from, to) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let number =
        |text: RwSignal<String>| crate::texts::numbers::typed_number(&text.get_untracked());
    let on_press = move || match (number(from), number(to)) {
        (Some(low), Some(high)) if low <= high => {
            filter(lab, Filter::ReferenceMargin { low, high });
        }
        _ => refuse(lab, texts::MARGINS, from, texts::FROM_LOW_TO_HIGH),
    };
    view! {
        <div class="data-filter">
            {field("margin-from", texts::MARGIN_FROM, from)}
            {field("margin-to", texts::MARGIN_TO, to)}
            {button(lab, "margin-keep", texts::KEEP_MARGINS, Box::new(on_press))}
        </div>
    }
    .into_any()
}

/// A filter's button, which needs a report on the labels as they are.
fn button(lab: Lab, id: &'static str, text: &'static str, on_press: Box<dyn Fn()>) -> AnyView {
    let is_current = lab.data_report.is_current();
    view! {
        <Action
            testid=id
            text=text
            disabled=Signal::derive(move || !is_current.get())
            on_press=on_press
        />
    }
    .into_any()
}

fn refuse(lab: Lab, what: &str, text: RwSignal<String>, expected: &str) {
    let typed = crate::texts::numbers::quoted(&text.get_untracked());
    let error = Error::invalid(what, typed, expected);
    lab.notices.error(NoticeKey::DataReport, &error.to_string());
}
