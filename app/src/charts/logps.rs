//! Chosen and rejected log-probs: policy (solid) against reference (dashed); of other
//! runs the policy alone.

use super::line_chart::LineChart;
use super::line_data::{Band, Line, points_of_metric};
use super::run_style::{about_last, run_class};
use crate::format::{fixed, signed};
use crate::parts::define::Define;
use crate::state::run::CurvePoint;
use crate::state::runs::RunRecord;
use crate::state::use_lab;
use crate::texts::glossary::Term;
use crate::texts::logps as texts;
use leptos::prelude::*;
use serde_json::json;
use tilt_protocol::RowKind;
use tilt_protocol::metrics::{LOGPS_CHOSEN, LOGPS_REJECTED, REF_LOGPS_CHOSEN, REF_LOGPS_REJECTED};

struct Side {
    class: &'static str,
    reference_class: &'static str,
    name: &'static str,
    policy: &'static str,
    reference: &'static str,
}

fn sides(is_unpaired: bool) -> [Side; 2] {
    let names = if is_unpaired {
        [texts::DESIRABLE, texts::UNDESIRABLE]
    } else {
        [Term::Chosen.name(), Term::Rejected.name()]
    };
    [
        Side {
            class: "chosen",
            reference_class: "reference chosen",
            name: names[0],
            policy: LOGPS_CHOSEN,
            reference: REF_LOGPS_CHOSEN,
        },
        Side {
            class: "rejected",
            reference_class: "reference rejected",
            name: names[1],
            policy: LOGPS_REJECTED,
            reference: REF_LOGPS_REJECTED,
        },
    ]
}

#[component]
pub fn LogpsChart() -> impl IntoView {
    let lab = use_lab();
    let curve = lab.run.curve();
    let shown = lab.charts.shown();
    let is_unpaired = Memo::new(move |_| {
        let of_run = shown.with(|shown| {
            let run = shown.last()?;
            Some(run.settings.objective.row_kind())
        });
        let of_form = || lab.form.objective().get().row_kind();
        of_run.unwrap_or_else(of_form) == RowKind::Unpaired
    });
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
            about_last(shown, summary(last, is_unpaired.get()))
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
            bands=move |()| shown.with(|shown| bands(shown, is_unpaired.get()))
            summary=Signal::derive(summary)
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

fn summary(last: Option<&CurvePoint>, is_unpaired: bool) -> String {
    let Some(last) = last else {
        return texts::NO_STEP.to_owned();
    };
    let clauses: Vec<String> = sides(is_unpaired)
        .iter()
        .filter_map(|side| {
            let gap = last.metrics.get(side.policy)? - last.metrics.get(side.reference)?;
            Some(texts::of_side(side.name, &signed(gap, 2)))
        })
        .collect();
    if !clauses.is_empty() {
        return texts::from_reference(&clauses);
    }
    let clauses: Vec<String> = sides(is_unpaired)
        .iter()
        .filter_map(|side| {
            let logp = last.metrics.get(side.policy)?;
            Some(texts::of_side(side.name, &fixed(logp, 2)))
        })
        .collect();
    if clauses.is_empty() {
        return texts::TOKENS_ONLY.to_owned();
    }
    texts::without_reference(&clauses)
}

fn bands(shown: &[RunRecord], is_unpaired: bool) -> Vec<Band> {
    let (live, others) = match shown.split_last() {
        Some((live, others)) => (Some(live), others),
        None => (None, shown),
    };
    let of_side = |side: Side| {
        // First the two lines whose gap is filled.
        let of_live = live.into_iter().flat_map(|run| {
            [
                Line {
                    column: texts::policy_of(side.name),
                    class: side.class.to_owned(),
                    marker: None,
                    points: points_of_metric(run, side.policy),
                },
                Line {
                    column: texts::reference_of(side.name),
                    class: side.reference_class.to_owned(),
                    marker: None,
                    points: points_of_metric(run, side.reference),
                },
            ]
        });
        let of_others = others.iter().map(|run| Line {
            column: texts::of_other_run(&run.name, side.name),
            class: format!("thin {}", run_class(run.style)),
            marker: Some(run.style),
            points: points_of_metric(run, side.policy),
        });
        Band {
            name: Some((side.name, side.class)),
            lines: of_live.chain(of_others).collect(),
            gap: Some(side.class),
            ..Band::default()
        }
    };
    sides(is_unpaired).into_iter().map(of_side).collect()
}
