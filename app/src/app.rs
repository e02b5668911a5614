//! The Lab: one screen of three columns, three tabs on a narrow one.

use crate::charts::controls::ChartControls;
use crate::charts::frontier::FrontierChart;
use crate::charts::grad_norm::GradNormChart;
use crate::charts::learning_rate::LearningRateChart;
use crate::charts::logps::LogpsChart;
use crate::charts::loss::LossChart;
use crate::charts::margins::MarginsChart;
use crate::charts::win_rate::WinRateChart;
use crate::keys;
use crate::panels::autolabel::AutolabelPanel;
use crate::panels::compare::ComparePanel;
use crate::panels::data::DataPanel;
use crate::panels::formula::FormulaPanel;
use crate::panels::help::Help;
use crate::panels::label::LabelPanel;
use crate::panels::metrics::MetricsStrip;
use crate::panels::notices::NoticeBanner;
use crate::panels::runs::RunsPanel;
use crate::panels::top_bar::TopBar;
use crate::panels::train::TrainPanel;
use crate::panels::verdicts::Verdicts;
use crate::panels::win_rate::WinRatePanel;
use crate::panels::write::WritePanel;
use crate::state::{Lab, startup};
use crate::url::read_params;
use crate::views::heatmap::Heatmap;
use crate::views::next_tokens::NextTokenBars;
use leptos::prelude::*;

const TABS: [(&str, &str); 3] = [("label", "Label"), ("model", "Model"), ("curves", "Curves")];

#[component]
pub fn App() -> impl IntoView {
    let (params, remarks) = read_params();
    let lab = Lab::new(&params);
    provide_context(lab);
    for remark in remarks {
        lab.notices.show(remark);
    }
    keys::listen(lab);
    follow_theme(lab);
    startup::start(lab);

    let tab = RwSignal::new("label");
    view! {
        <a class="skip-link" href="#lab">"Skip to the lab"</a>
        <TopBar/>
        <NoticeBanner/>
        <nav class="tabs" aria-label="Views">
            {TABS
                .into_iter()
                .map(|(slug, name)| {
                    view! {
                        <button
                            type="button"
                            class="tab"
                            aria-pressed=move || (tab.get() == slug).to_string()
                            on:click=move |_| tab.set(slug)
                        >
                            {name}
                        </button>
                    }
                })
                .collect_view()}
        </nav>
        <main id="lab" class="lab" data-tab=move || tab.get()>
            <div class="column column-label">
                <LabelPanel/>
                <AutolabelPanel/>
                <WritePanel/>
                <Verdicts/>
                <DataPanel/>
            </div>
            <div class="column column-model">
                <TrainPanel/>
                <FormulaPanel/>
                <Heatmap/>
                <NextTokenBars/>
                <ComparePanel/>
            </div>
            <div class="column column-curves">
                <MetricsStrip/>
                <ChartControls/>
                <LogpsChart/>
                <LossChart/>
                <WinRatePanel/>
                <MarginsChart/>
                <FrontierChart/>
                <WinRateChart/>
                <GradNormChart/>
                <LearningRateChart/>
                <RunsPanel/>
            </div>
        </main>
        <Help/>
        <p class="visually-hidden" role="status" aria-live="polite">
            {move || lab.notices.said().get()}
        </p>
    }
}

/// Writes the chosen theme where the style sheet looks for it.
fn follow_theme(lab: Lab) {
    Effect::new(move |_| {
        let root = web_sys::window()
            .and_then(|window| window.document())
            .and_then(|document| document.document_element());
        if let Some(root) = root {
            // The document's root always takes an attribute of this name.
            let _ = match lab.settings.theme().get() {
                Some(theme) => root.set_attribute("data-theme", &theme),
                None => root.remove_attribute("data-theme"),
            };
        }
    });
}
