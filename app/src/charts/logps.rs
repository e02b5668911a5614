//! Chosen and rejected log-probs: each run's policy (solid) against its own reference
//! (dashed), since each run draws its own batches.

use super::line_chart::LineChart;
use super::line_data::{Band, Line, points_of_metric};
use super::run_style::{Look, about_last, looks};
use super::table::{Cell, ChartTable};
use crate::lab::use_lab;
use crate::model::run_record::RunRecord;
use crate::parts::define::Define;
use crate::stores::run::CurvePoint;
use crate::texts::glossary::Term;
use crate::texts::logps as texts;
use crate::texts::numbers::{fixed, signed};
use leptos::prelude::*;
use serde_json::json;
use tilt_protocol::RowKind;
use tilt_protocol::metrics::{LOGPS_CHOSEN, LOGPS_REJECTED, REF_LOGPS_CHOSEN, REF_LOGPS_REJECTED};

/// What TRL names the two sides of, whatever the rows are.
struct SideNames {
    /// Its colour, in words and areas.
    class: &'static str,
    policy: &'static str,
    reference: &'static str,
    /// Among pairs, and among single answers.
    of_pairs: &'static str,
    of_answers: &'static str,
}

impl SideNames {
    fn name(&self, kind: RowKind) -> &'static str {
        match kind {
            RowKind::Unpaired => self.of_answers,
            RowKind::Pairs | RowKind::Texts | RowKind::Prompts => self.of_pairs,
        }
    }

    /// What the sides of the drawn runs are called.
    fn name_of_all(&self, shown: &[RunRecord], kind: RowKind) -> String {
        let mut names = vec![self.name(kind)];
        names.extend(shown.iter().map(|run| self.name(kind_of(run))));
        let is_mixed = names.iter().any(|name| *name != names[0]);
        if is_mixed {
            texts::either(self.of_pairs, self.of_answers)
        } else {
            names[0].to_owned()
        }
    }
}

fn kind_of(run: &RunRecord) -> RowKind {
    run.settings.objective.row_kind()
}

fn sides() -> [SideNames; 2] {
    [
        SideNames {
            class: "chosen",
            policy: LOGPS_CHOSEN,
            reference: REF_LOGPS_CHOSEN,
            of_pairs: Term::Chosen.name(),
            of_answers: texts::DESIRABLE,
        },
        SideNames {
            class: "rejected",
            policy: LOGPS_REJECTED,
            reference: REF_LOGPS_REJECTED,
            of_pairs: Term::Rejected.name(),
            of_answers: texts::UNDESIRABLE,
        },
    ]
}

#[component]
pub fn LogpsChart() -> impl IntoView {
    let lab = use_lab();
    let curve = lab.run.curve();
    let shown = lab.charts.shown();
    // Of the run that the sentence is about, or of the one that the form would start.
    let kind = Memo::new(move |_| {
        let of_run = shown.with(|shown| shown.last().map(kind_of));
        of_run.unwrap_or_else(|| lab.form.objective().get().row_kind())
    });
    let all = lab.charts.all();
    let value = move || {
        curve.with(|curve| {
            curve
                .last()
                .map_or_else(String::new, |point| last_point(point))
        })
    };
    let summary = move || {
        shown.with(|shown| {
            let last = shown.last().and_then(|run| run.curve.last());
            let last = last.map(AsRef::as_ref);
            about_last(shown, summary(last, kind.get()))
        })
    };
    let heading = || {
        view! {
            <h2><Define term=Term::LogProb text=texts::HEADING/></h2>
            <span class="keyline">
                <span class="dash solid" aria-hidden="true"></span>
                <Define term=Term::Policy/>
                <span class="dash dashed" aria-hidden="true"></span>
                <Define term=Term::Reference/>
            </span>
        }
    };
    view! {
        <LineChart
            testid="chart-logps"
            name=texts::NAME
            value=Signal::derive(value)
            heading=heading
            bands=move |()| shown.with(|shown| bands(shown, kind.get()))
            summary=Signal::derive(summary)
            csv=Signal::derive(move || all.with(|all| csv(all)))
            height=162.0
        />
    }
}

fn last_point(point: &CurvePoint) -> String {
    let metric = |name: &str| point.metrics.get(name);
    json!({
        "step": point.step,
        "policy_chosen": metric(LOGPS_CHOSEN),
        "policy_rejected": metric(LOGPS_REJECTED),
        "reference_chosen": metric(REF_LOGPS_CHOSEN),
        "reference_rejected": metric(REF_LOGPS_REJECTED),
    })
    .to_string()
}

fn summary(last: Option<&CurvePoint>, kind: RowKind) -> String {
    let Some(last) = last else {
        return texts::NO_STEP.to_owned();
    };
    let clauses: Vec<String> = sides()
        .iter()
        .filter_map(|side| {
            let gap = last.metrics.get(side.policy)? - last.metrics.get(side.reference)?;
            Some(texts::of_side(side.name(kind), &signed(gap, 2)))
        })
        .collect();
    if !clauses.is_empty() {
        return texts::from_reference(&clauses);
    }
    let clauses: Vec<String> = sides()
        .iter()
        .filter_map(|side| {
            let logp = last.metrics.get(side.policy)?;
            Some(texts::of_side(side.name(kind), &fixed(logp, 2)))
        })
        .collect();
    if clauses.is_empty() {
        return texts::TOKENS_ONLY.to_owned();
    }
    texts::without_reference(&clauses)
}

/// `kind` is that of the last run, or of the next one.
pub fn bands(shown: &[RunRecord], kind: RowKind) -> Vec<Band> {
    let is_several = shown.len() > 1;
    let of_side = |side: SideNames| {
        // First the last run's two lines, whose gap is filled.
        let mut runs: Vec<(&RunRecord, Look)> = looks(shown).collect();
        runs.reverse();
        let lines = runs.into_iter().flat_map(|(run, look)| {
            let name = side.name(kind_of(run));
            let run_name = is_several.then_some(run.name.as_str());
            [
                Line {
                    column: texts::policy_of(run_name, name),
                    look,
                    points: points_of_metric(run, side.policy),
                },
                Line {
                    column: texts::reference_of(run_name, name),
                    look: look.reference(),
                    points: points_of_metric(run, side.reference),
                },
            ]
        });
        Band {
            name: Some((side.name_of_all(shown, kind), side.class)),
            lines: lines.collect(),
            gap: Some(side.class),
            ..Band::default()
        }
    };
    sides().into_iter().map(of_side).collect()
}

/// A row a run and step under TRL's names, pinned or not: each run has its own batches, so
/// a policy's drift is told from the reference's log-probs of the same rows alone.
fn csv(runs: &[RunRecord]) -> ChartTable {
    let columns = [
        LOGPS_CHOSEN,
        LOGPS_REJECTED,
        REF_LOGPS_CHOSEN,
        REF_LOGPS_REJECTED,
    ];
    let rows = runs.iter().flat_map(|run| {
        run.curve.iter().map(move |point| {
            let mut row = vec![
                Cell::Text(run.name.clone()),
                Cell::Text(run.kind.slug().to_owned()),
                Cell::Count(point.step),
            ];
            row.extend(columns.map(|column| Cell::of(point.metrics.get(column))));
            row
        })
    });
    let head = texts::CSV_HEAD.into_iter().chain(columns);
    ChartTable {
        head: head.map(str::to_owned).collect(),
        rows: rows.collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::run_record::record_for_tests;
    use std::sync::Arc;
    use tilt_protocol::{Metrics, ObjectiveKind};

    fn run(name: &str, kind: ObjectiveKind, logps: f64) -> RunRecord {
        let mut metrics = Metrics::default();
        metrics.set(LOGPS_CHOSEN, logps);
        metrics.set(REF_LOGPS_CHOSEN, logps - 1.0);
        let point = CurvePoint {
            step: 1,
            metrics,
            margins: Vec::new(),
        };
        RunRecord {
            name: name.to_owned(),
            kind,
            settings: tilt_protocol::TrainSettings::lab_defaults(kind),
            curve: Arc::new(vec![Arc::new(point)]),
            ..record_for_tests()
        }
    }

    #[test]
    fn every_run_is_saved_with_its_own_reference_under_trls_names() {
        let unpinned = RunRecord {
            is_pinned: false,
            ..run("a", ObjectiveKind::Dpo, -5.0)
        };
        let csv = csv(&[unpinned, run("b", ObjectiveKind::Kto, -7.0)]).csv();
        assert_eq!(
            csv,
            "run,objective,step,logps/chosen,logps/rejected,ref_logps/chosen,ref_logps/rejected\r\n\
             a,dpo,1,-5,,-6,\r\n\
             b,kto,1,-7,,-8,\r\n"
        );
    }

    #[test]
    fn each_run_has_its_own_words() {
        let runs = [
            run("a", ObjectiveKind::Dpo, -5.0),
            run("b", ObjectiveKind::Kto, -7.0),
        ];
        let [chosen, _] = &bands(&runs, RowKind::Unpaired)[..] else {
            panic!("two bands");
        };
        let columns: Vec<&str> = chosen
            .lines
            .iter()
            .map(|line| line.column.as_str())
            .collect();
        let expected = [
            "b desirable policy",
            "b desirable reference",
            "a chosen policy",
            "a chosen reference",
        ];
        assert_eq!(columns, expected);
    }
}
