//! What stands around every drawing: heading, one sentence, legend, data and downloads.

use super::export;
use super::run_style::{RunLegend, legend};
use super::table::ChartTable;
use crate::browser::later::{Build, NotLoaded, wasm_split};
use crate::lab::use_lab;
use crate::parts::later::Later;
use crate::parts::opened::noted;
use crate::texts::charts as texts;
use leptos::context::Provider;
use leptos::html::Figure;
use leptos::prelude::*;

#[component]
pub fn ChartFigure(
    testid: &'static str,
    /// "loss": the files' name, and the buttons' for a screen reader.
    name: &'static str,
    /// What `data-value` carries.
    #[prop(into)]
    value: Signal<String>,
    #[prop(into)] heading: ViewFn,
    /// The sentence under the drawing.
    #[prop(into)]
    words: Signal<String>,
    #[prop(into)] table: Signal<ChartTable>,
    /// What is saved, where that is not the table on the page.
    #[prop(optional, into)]
    csv: Option<Signal<ChartTable>>,
    #[prop(default = 2)] digits: usize,
    /// For a chart of one run.
    #[prop(optional)]
    without_legend: bool,
    children: Children,
) -> impl IntoView {
    let figure = NodeRef::<Figure>::new();
    let is_open = RwSignal::new(false);
    let chart = ChartData {
        testid,
        name,
        table,
        csv: csv.unwrap_or(table),
        digits,
        without_legend,
        figure,
        is_open,
    };
    view! {
        <figure class="panel chart" data-place=place_of(testid) data-testid=testid data-value=move || value.get() node_ref=figure>
            <figcaption class="panel-head">{heading.run()}</figcaption>
            <div class="chart-frame">{children()}</div>
            <p class="chart-summary">{move || words.get()}</p>
            {(!without_legend).then(|| view! { <RunLegend/> })}
            <details class="chart-data" on:toggle=noted(is_open)>
                <summary>
                    {texts::DATA}
                    <span class="visually-hidden">{texts::of_the_chart(name)}</span>
                </summary>
                <Provider value=chart>
                    <Later wanted=is_open load=|| Box::pin(data())/>
                </Provider>
            </details>
        </figure>
    }
}

/// What the numbers under a drawing need of it.
#[derive(Clone, Copy)]
struct ChartData {
    testid: &'static str,
    name: &'static str,
    table: Signal<ChartTable>,
    csv: Signal<ChartTable>,
    digits: usize,
    without_legend: bool,
    figure: NodeRef<Figure>,
    is_open: RwSignal<bool>,
}

#[wasm_split(runs, wasm_split_path = leptos::wasm_split, fallible)]
fn data() -> Result<Build, NotLoaded> {
    Ok(|| view! { <Data/> }.into_any())
}

/// The numbers, and the drawing and them as files.
#[component]
fn Data() -> impl IntoView {
    let lab = use_lab();
    let ChartData {
        testid,
        name,
        table,
        csv,
        digits,
        without_legend,
        figure,
        is_open,
    } = expect_context();
    let save_svg = move |_| {
        let svg = figure
            .get_untracked()
            .and_then(|figure| figure.query_selector("svg.drawing").ok().flatten());
        if let Some(svg) = svg {
            let runs = if without_legend {
                Vec::new()
            } else {
                legend(&lab.charts.shown().get_untracked())
            };
            export::download_svg(lab, name, &svg, &runs);
        }
    };
    let save_csv =
        move |_| export::download_csv(lab, name, &csv.with_untracked(|table| table.csv()));
    view! {
        <div class="chart-files">
            <button
                type="button"
                class="button small"
                data-testid=format!("{testid}-svg")
                on:click=save_svg
            >
                {texts::SAVE_SVG}
                <span class="visually-hidden">{texts::of_the_chart(name)}</span>
            </button>
            <button
                type="button"
                class="button small"
                data-testid=format!("{testid}-csv")
                on:click=save_csv
            >
                {texts::SAVE_CSV}
                <span class="visually-hidden">{texts::of_the_chart(name)}</span>
            </button>
        </div>
        // Drawn only while it is looked at.
        {move || is_open.get().then(|| table.with(|table| cells(table, name, digits)))}
    }
}

fn cells(table: &ChartTable, name: &str, digits: usize) -> impl IntoView + use<> {
    let head = table
        .head
        .iter()
        .map(|name| view! { <th scope="col">{name.clone()}</th> });
    let rows = table.shown_rows().into_iter().map(|row| {
        let cells = row
            .iter()
            .map(|cell| view! { <td>{cell.shown(digits)}</td> });
        view! { <tr>{cells.collect_view()}</tr> }
    });
    view! {
        <div class="chart-table" role="region" tabindex="0" aria-label=texts::data_of(name)>
            <table>
                <thead>
                    <tr>{head.collect_view()}</tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
    }
}

/// As lessons call it, where they do.
fn place_of(testid: &'static str) -> Option<&'static str> {
    match testid {
        "chart-logps" | "chart-loss" => Some(testid),
        "chart-margins" | "chart-frontier" => testid.strip_prefix("chart-"),
        _ => None,
    }
}
