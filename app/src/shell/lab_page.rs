//! The Lab: one screen of three columns, three tabs on a narrow one.

use super::{drop, keys};
use crate::charts::logps::LogpsChart;
use crate::charts::more;
use crate::flows::lesson_file::OpenLesson;
use crate::flows::startup;
use crate::lab::Lab;
use crate::model::address::UrlParams;
use crate::model::level::Level;
use crate::model::notice::NoticeKey;
use crate::model::space::Space;
use crate::panels::autolabel::AutolabelPanel;
use crate::panels::bench::bench_panel;
use crate::panels::board::board;
use crate::panels::data::DataPanel;
use crate::panels::data_report::DataReportPanel;
use crate::panels::formula::formula_panel;
use crate::panels::guide::Guide;
use crate::panels::help::Help;
use crate::panels::label::LabelPanel;
use crate::panels::lesson::{lesson_list, lesson_panel};
use crate::panels::metrics::MetricsStrip;
use crate::panels::notices::{Announcer, NoticeBanner};
use crate::panels::pipeline;
use crate::panels::recorded::{self, RecordedRun};
use crate::panels::result_card;
use crate::panels::rollouts;
use crate::panels::runs::RunsPanel;
use crate::panels::sweep::SweepPanel;
use crate::panels::top_bar::TopBar;
use crate::panels::train::TrainPanel;
use crate::panels::verdicts::Verdicts;
use crate::panels::with_models;
use crate::panels::write::WritePanel;
use crate::panels::write_lesson::write_lesson;
use crate::parts::later::Later;
use crate::parts::level::AtLevel;
use crate::parts::tabs::{Column, SkipLinks, TabList, Tabs};
use crate::stores::run_result::ResultState;
use leptos::prelude::*;

/// One screen of three columns, with a lesson beside them where there is one.
#[component]
pub fn LabPage(
    params: UrlParams,
    remarks: Vec<String>,
    space: Space,
    lesson: Option<OpenLesson>,
) -> impl IntoView {
    let lab = Lab::new(&params, space);
    provide_context(lab);
    let has_lesson = lesson.is_some();
    if let Some(lesson) = lesson {
        provide_context(lesson);
    }
    // Once the region stands in the page: what is there at first is not announced.
    Effect::new(move |_| {
        if !remarks.is_empty() {
            lab.notices.info(NoticeKey::Address, &remarks.join("\n"));
        }
    });
    keys::listen(lab);
    drop::listen(lab);
    mark_root(lab, params.is_embedded, has_lesson);
    startup::start(lab);

    let is_everything = Signal::derive(move || lab.settings.level().get() >= Level::Everything);
    let shown = lab.charts.shown();
    let has_run = Memo::new(move |_| shown.with(|shown| !shown.is_empty()));
    let result = lab.run_result.state();
    let has_result = Memo::new(move |_| result.with(|result| *result != ResultState::None));
    let last_rollouts = lab.rollouts.last();
    let has_rollouts = Memo::new(move |_| last_rollouts.with(Option::is_some));
    let has_model = Signal::derive(move || lab.engine.is_up());
    let wants_formula =
        Signal::derive(move || has_model.get() && lab.settings.level().get() >= Level::Standard);
    let wants_pipeline = Signal::derive(move || {
        has_model.get() && (has_run.get() || lab.form.objective().get().samples_answers())
    });
    let is_bench_open = lab.bench.is_open();
    let is_list_open = lab.lesson_list.is_open();
    let is_writing = lab.lesson_list.is_writing();
    let is_board_open = lab.board.is_open();
    let tabs = Tabs::new();
    provide_context(tabs);
    let is_recorded = recorded::is_shown();
    view! {
        <SkipLinks tabs=tabs/>
        <TopBar is_embedded=params.is_embedded/>
        <NoticeBanner/>
        <Later wanted=is_bench_open load=|| Box::pin(bench_panel())/>
        <div hidden=move || !is_list_open.get()>
            <Later wanted=is_list_open load=|| Box::pin(lesson_list())/>
        </div>
        <div hidden=move || !is_writing.get()>
            <Later wanted=is_writing load=|| Box::pin(write_lesson())/>
        </div>
        <div hidden=move || !is_board_open.get()>
            <Later wanted=is_board_open load=|| Box::pin(board())/>
        </div>
        {(!has_lesson).then(|| view! { <Guide/> })}
        {has_lesson.then(|| view! { <Later wanted=Signal::stored(true) load=|| Box::pin(lesson_panel())/> })}
        <TabList tabs=tabs/>
        <main id="lab" class="lab" tabindex="-1" data-tab=move || tabs.slug()>
            <Column tabs=tabs slug="label">
                <LabelPanel/>
                <AutolabelPanel/>
                <AtLevel least=Level::Standard>
                    <WritePanel/>
                </AtLevel>
                <Verdicts/>
                <AtLevel least=Level::Standard>
                    <DataPanel/>
                    <DataReportPanel/>
                </AtLevel>
            </Column>
            <Column tabs=tabs slug="model">
                <TrainPanel/>
                <Later wanted=has_result load=|| Box::pin(result_card::result_card())/>
                <Later wanted=has_rollouts load=|| Box::pin(rollouts::rollouts())/>
                <AtLevel least=Level::Standard>
                    <Later wanted=wants_pipeline load=|| Box::pin(pipeline::pipeline())/>
                </AtLevel>
                <AtLevel least=Level::Standard>
                    <div class="formula-place" data-place="formula">
                        <Later wanted=wants_formula load=|| Box::pin(formula_panel())/>
                    </div>
                </AtLevel>
                <RecordedRun/>
                <div class="at-level" hidden=move || is_recorded.get()>
                    <Later wanted=has_model load=|| Box::pin(with_models::heatmap())/>
                </div>
                <AtLevel least=Level::Standard>
                    <Later wanted=has_model load=|| Box::pin(with_models::next_tokens())/>
                </AtLevel>
                <Later wanted=has_model load=|| Box::pin(with_models::compare())/>
                <AtLevel least=Level::Standard>
                    <Later wanted=has_model load=|| Box::pin(with_models::closed_form())/>
                </AtLevel>
                <AtLevel least=Level::Everything>
                    <Later wanted=is_everything load=|| Box::pin(more::token_table())/>
                </AtLevel>
            </Column>
            <Column tabs=tabs slug="curves">
                <MetricsStrip/>
                <AtLevel least=Level::Standard>
                    <Later wanted=has_model load=|| Box::pin(with_models::chart_controls())/>
                </AtLevel>
                <LogpsChart/>
                <AtLevel least=Level::Standard>
                    <Later wanted=has_model load=|| Box::pin(with_models::loss_chart())/>
                </AtLevel>
                <Later wanted=has_model load=|| Box::pin(with_models::win_rate())/>
                <AtLevel least=Level::Standard>
                    <Later wanted=has_run load=|| Box::pin(more::charts_of_runs())/>
                </AtLevel>
                <RunsPanel/>
                <AtLevel least=Level::Standard>
                    <SweepPanel/>
                </AtLevel>
                <AtLevel least=Level::Everything>
                    <Later wanted=is_everything load=|| Box::pin(more::charts())/>
                </AtLevel>
            </Column>
        </main>
        <Help/>
        <Announcer/>
    }
}

/// Writes theme, level, embedding and lesson where the style sheets look for them.
fn mark_root(lab: Lab, is_embedded: bool, has_lesson: bool) {
    Effect::new(move |_| {
        let root = web_sys::window()
            .and_then(|window| window.document())
            .and_then(|document| document.document_element());
        let Some(root) = root else { return };
        // The document's root always takes attributes of these names.
        let _ = match lab.settings.theme().get() {
            Some(theme) => root.set_attribute("data-theme", &theme),
            None => root.remove_attribute("data-theme"),
        };
        let _ = root.set_attribute("data-level", lab.settings.level().get().slug());
        // Where keys do nothing, none is printed on a button.
        let _ = root.toggle_attribute_with_force("data-keys-off", !lab.settings.are_keys_on());
        if is_embedded {
            let _ = root.set_attribute("data-embed", "");
        }
        if has_lesson {
            let _ = root.set_attribute("data-lesson", "");
        }
    });
}
