//! The whole lab: every store, made once and handed to whoever works on several of them.
//! A store itself never sees it.

use crate::model::address::UrlParams;
use crate::model::space::Space;
use crate::stores::{
    bench, blind, board, charts, closed_form, data_report, engine, evaluate, form, fresh_pairs,
    import, judged, lab_arrival, labels, lesson_list, models, notices, offline, others, pace,
    reward_model, roads, rollouts, run, run_result, run_saving, runs, saving, selection, settings,
};
use leptos::prelude::*;

/// All of the page's state. Copied freely: it holds signals, not data.
#[derive(Clone, Copy)]
pub struct Lab {
    /// The names under which it keeps what is its own.
    pub space: Space,
    pub notices: notices::Notices,
    pub engine: engine::EngineStore,
    pub labels: labels::LabelStore,
    pub judged: judged::JudgedStore,
    pub lesson_list: lesson_list::LessonListStore,
    pub board: board::BoardStore,
    pub form: form::FormStore,
    pub models: models::ModelsStore,
    pub run: run::RunStore,
    pub run_result: run_result::RunResultStore,
    pub rollouts: rollouts::RolloutsStore,
    pub fresh_pairs: fresh_pairs::FreshPairsStore,
    pub reward_model: reward_model::RewardModelStore,
    pub roads: roads::RoadsStore,
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
    pub resume: crate::stores::resume::ResumeStore,
    pub others: others::Others,
    pub offline: offline::OfflineStore,
}

impl Lab {
    /// The state at the page's start; the URL wins over what was remembered.
    pub fn new(params: &UrlParams, space: Space) -> Lab {
        let notices = notices::Notices::new();
        let settings = settings::SettingsStore::load(params, space, notices);
        let saving = saving::Saving::new(space, notices);
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
            space,
            notices,
            engine: engine::EngineStore::new(params.device, params.simd, notices),
            labels,
            judged: judged::JudgedStore::new(),
            lesson_list: lesson_list::LessonListStore::new(),
            board: board::BoardStore::new(),
            form,
            models: models::ModelsStore::new(),
            run,
            run_result: run_result::RunResultStore::new(),
            rollouts: rollouts::RolloutsStore::new(),
            fresh_pairs: fresh_pairs::FreshPairsStore::new(),
            reward_model: reward_model::RewardModelStore::new(labels),
            roads: roads::RoadsStore::new(),
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
            resume: crate::stores::resume::ResumeStore::new(),
            others,
            offline: offline::OfflineStore::new(),
        }
    }
}

/// The state that [`crate::shell::app::App`] provides.
pub fn use_lab() -> Lab {
    expect_context::<Lab>()
}
