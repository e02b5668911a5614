//! What the page knows. Each part of the state is plain data in signals with one
//! writer: its own module. What spans several parts stands in [`startup`],
//! [`training`] and [`actions`] (what the person does) and [`dispatch`] (what the
//! engine says).

pub mod actions;
pub mod arrivals;
pub mod autolabel_form;
pub mod bench;
pub mod bench_form;
pub mod blind;
pub mod charts;
pub mod closed_bars;
pub mod closed_form;
pub mod curves;
pub mod data_report;
pub mod dispatch;
pub mod engine;
pub mod evaluate;
pub mod export;
pub mod failures;
pub mod form;
pub mod history;
pub mod import;
pub mod lab_arrival;
pub mod lab_code;
pub mod label_filter;
pub mod label_history;
pub mod label_saving;
pub mod labels;
pub mod models;
pub mod notices;
pub mod others;
pub mod pace;
pub mod pacing;
pub mod parameters;
pub mod queue;
pub mod recheck;
pub mod remove_run;
pub mod resume;
pub mod run;
pub mod run_saving;
pub mod runs;
pub mod saving;
pub mod selection;
pub mod settings;
pub mod startup;
pub mod tickets;
pub mod training;
pub mod training_view;

use crate::url::UrlParams;
use leptos::prelude::*;

/// All of the page's state. Copied freely: it holds signals, not data.
#[derive(Clone, Copy)]
pub struct Lab {
    pub notices: notices::Notices,
    pub engine: engine::EngineStore,
    pub labels: labels::LabelStore,
    pub form: form::FormStore,
    pub models: models::ModelsStore,
    pub run: run::RunStore,
    pub pace: pace::PaceStore,
    pub runs: runs::RunsStore,
    pub charts: charts::ChartsStore,
    pub selection: selection::SelectionStore,
    pub evaluate: evaluate::EvaluateStore,
    pub closed_form: closed_form::ClosedFormStore,
    pub blind: blind::BlindStore,
    pub data_report: data_report::DataReportStore,
    pub bench: bench::BenchStore,
    pub settings: settings::SettingsStore,
    pub import: import::ImportStore,
    pub lab_arrival: lab_arrival::LabArrivalStore,
    pub saving: saving::Saving,
    pub run_saving: run_saving::RunSaving,
    pub resume: resume::ResumeStore,
    pub others: others::Others,
}

impl Lab {
    /// The state at the page's start; the URL wins over what was remembered.
    pub fn new(params: &UrlParams) -> Lab {
        let notices = notices::Notices::new();
        let settings = settings::SettingsStore::load(params, notices);
        let saving = saving::Saving::new(notices);
        let others = others::Others::new();
        let labels = labels::LabelStore::new(saving, others, notices);
        let runs = runs::RunsStore::new();
        let run = run::RunStore::new(runs);
        if let Some(share) = settings.saved().recheck_share {
            labels.set_recheck_share(share.clamp(0.0, 1.0));
        }
        let selection = selection::SelectionStore::new(labels);
        let form = form::FormStore::new(settings);
        Lab {
            notices,
            engine: engine::EngineStore::new(params.device, params.simd, notices),
            labels,
            form,
            models: models::ModelsStore::new(),
            run,
            runs,
            charts: charts::ChartsStore::new(run, runs),
            pace: pace::PaceStore::new(),
            selection,
            evaluate: evaluate::EvaluateStore::new(labels),
            closed_form: closed_form::ClosedFormStore::new(selection, form),
            blind: blind::BlindStore::new(),
            data_report: data_report::DataReportStore::new(labels, settings),
            bench: bench::BenchStore::new(params.bench.clone()),
            settings,
            import: import::ImportStore::new(),
            lab_arrival: lab_arrival::LabArrivalStore::new(),
            saving,
            run_saving: run_saving::RunSaving::new(saving),
            resume: resume::ResumeStore::new(),
            others,
        }
    }
}

/// The state that [`crate::app::App`] provides.
pub fn use_lab() -> Lab {
    expect_context::<Lab>()
}
