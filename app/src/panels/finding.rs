//! A card on one statistic of the labels: its number, what it means, what to do.

use crate::charts::histogram::small_histogram;
use crate::flows::data_report::filter;
use crate::lab::{Lab, use_lab};
use crate::parts::action::Action;
use crate::stores::data_report::ShownReport;
use crate::texts::data_report as texts;
use leptos::prelude::*;
use tilt_protocol::Principle;
use tilt_protocol::report::{Filter, Finding, FindingKind, Severity};

/// Letters of a prompt that is shown as an example.
const EXAMPLE_LETTERS: usize = 80;

/// The card of a finding of a report.
pub fn card(finding: &Finding, shown: &ShownReport) -> AnyView {
    let lab = use_lab();
    let report = &shown.report;
    let judge = shown.principle.map(Principle::name).unwrap_or_default();
    let said = texts::said(finding, report, &judge);
    let example = finding
        .affected
        .first()
        .filter(|_| finding.severity > Severity::Fine)
        .and_then(|&index| shown.entries.get(index))
        .map(|entry| {
            let prompt: String = entry
                .label
                .pair
                .prompt
                .chars()
                .take(EXAMPLE_LETTERS)
                .collect();
            texts::example(&prompt)
        });
    view! {
        <li
            class="finding"
            data-testid="finding"
            data-kind=finding.kind.slug()
            data-severity=finding.severity.slug()
            data-value=finding.value.to_string()
            data-count=finding.count.to_string()
        >
            <h3>
                {said.title}
                <span class="muted finding-severity">{texts::severity(finding.severity)}</span>
            </h3>
            <p><strong class="number">{said.number}</strong> " " {said.means}</p>
            {drawing(finding.kind, shown)}
            {example.map(|example| view! { <p class="muted">{example}</p> })}
            {(!said.advice.is_empty()).then(|| view! { <p>{said.advice}</p> })}
            {remedy(lab, finding, shown)}
        </li>
    }
    .into_any()
}

/// The histogram that belongs to a finding.
fn drawing(kind: FindingKind, shown: &ShownReport) -> Option<AnyView> {
    let report = &shown.report;
    let (margins, unit) = match kind {
        FindingKind::Length => {
            let lengths = report.lengths.as_ref()?;
            let summary = texts::lengths_summary(report);
            return Some(small_histogram(&lengths.histogram, texts::ANSWERS, summary));
        }
        FindingKind::Reference => (report.reference.as_ref()?, texts::IN_NATS),
        FindingKind::Judge => (report.judge.as_ref()?, texts::IN_SCORES),
        _ => return None,
    };
    let summary = texts::margins_summary(unit, &margins.histogram);
    Some(small_histogram(&margins.histogram, texts::PAIRS, summary))
}

/// The button of the filter that takes away what the finding is about.
fn remedy(lab: Lab, finding: &Finding, shown: &ShownReport) -> Option<AnyView> {
    let counts = shown.report.counts;
    let (wanted, text) = if finding.kind == FindingKind::Pairs {
        let others = counts.rows - counts.decisive.min(counts.rows);
        let is_offered = others > 0 && counts.decisive > 0;
        (
            is_offered.then_some(Filter::Undecided)?,
            texts::keep_decisive(others),
        )
    } else {
        let wanted = finding.kind.filter(shown.report.max_length)?;
        let is_offered = match finding.kind {
            // Sides that can be balanced, and need it.
            FindingKind::Length => {
                finding.severity > Severity::Fine && finding.value > 0.0 && finding.value < 1.0
            }
            _ => finding.count > 0,
        };
        (
            is_offered.then_some(wanted)?,
            texts::remove(finding.kind, finding.count),
        )
    };
    let is_current = lab.data_report.is_current();
    let button = view! {
        <Action
            testid="finding-filter"
            text=text
            disabled=Signal::derive(move || !is_current.get())
            on_press=move || filter(lab, wanted)
        />
    };
    Some(button.into_any())
}
