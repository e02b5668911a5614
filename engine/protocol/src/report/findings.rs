//! What the statistics of a dataset amount to, one finding each.

use super::cycles::cycles;
use super::data_report::DataReport;
use super::finding::{Finding, FindingKind, Severity};
use super::lengths::Lengths;
use super::margins::Margins;
use super::near::NearDuplicates;
use super::repeats;
use super::row::{ReportRow, RowFit};
use crate::label::Verdict;

/// Rows that a finding names at most; all of them are counted.
const MOST_AFFECTED: usize = 60;
/// Fewer decisive pairs are thought few.
const FEW_PAIRS: usize = 20;
/// Prompts are few where one has more than this share of the rows, or where there are fewer
/// than one for so many rows; looked at among so many rows.
const COMMON_PROMPT: f64 = 0.25;
const ROWS_A_PROMPT: f64 = 8.0;
const ROWS_TO_COMPARE: usize = 12;

/// One finding for each statistic that the report has.
pub fn findings(
    report: &DataReport,
    rows: &[ReportRow<'_>],
    near: &NearDuplicates,
) -> Vec<Finding> {
    let finding = |kind, severity, value, count, mut affected: Vec<usize>| {
        affected.truncate(MOST_AFFECTED);
        Finding {
            kind,
            severity,
            value,
            count,
            affected,
        }
    };
    let counts = report.counts;
    let part = |count: usize, of: usize| count as f64 / of.max(1) as f64;
    let repeated = |kind, groups: &[Vec<usize>]| {
        let count = groups.iter().map(|group| group.len() - 1).sum::<usize>();
        let severity = graded(part(count, counts.rows), 0.1);
        finding(kind, severity, count as f64, count, groups.concat())
    };
    let named = |kind, severity, groups: Vec<usize>| {
        let count = groups.len();
        finding(kind, severity, count as f64, count, groups)
    };

    let contradictions = repeats::contradictions(rows).concat();
    let contradicting = graded(part(contradictions.len(), counts.decisive), 0.05);
    let circles = cycles(rows).concat();
    let same = repeats::same_answers(rows);
    let too_long: Vec<usize> = (0..rows.len())
        .filter(|&index| rows[index].fit(report.max_length) != RowFit::Whole)
        .collect();
    let ties = repeats::with_verdict(rows, Verdict::Tie);
    let mut found = vec![
        finding(
            FindingKind::Pairs,
            match counts.decisive {
                0 => Severity::Warn,
                few if few < FEW_PAIRS => Severity::Note,
                _ => Severity::Fine,
            },
            counts.decisive as f64,
            counts.decisive,
            Vec::new(),
        ),
        finding(
            FindingKind::Ties,
            if report.ties.low > 0.5 {
                Severity::Warn
            } else if report.ties.value().is_some_and(|share| share > 0.2) {
                Severity::Note
            } else {
                Severity::Fine
            },
            report.ties.value().unwrap_or(0.0),
            counts.ties,
            ties,
        ),
        repeated(FindingKind::Duplicates, &repeats::duplicates(rows)),
        repeated(FindingKind::NearDuplicates, &near.groups()),
        named(
            FindingKind::SameAnswers,
            graded(part(same.len(), rows.len()), 0.0),
            same,
        ),
        named(FindingKind::Contradictions, contradicting, contradictions),
        named(
            FindingKind::Cycles,
            graded(part(circles.len(), rows.len()), 1.0),
            circles,
        ),
    ];
    found.extend(report.lengths.as_ref().map(|lengths| {
        let share = lengths.longer.value().unwrap_or(0.5);
        // Rows that balancing takes away.
        let excess = (2 * lengths.longer.count).abs_diff(lengths.longer.of);
        finding(
            FindingKind::Length,
            of_lengths(lengths),
            share,
            excess,
            Vec::new(),
        )
    }));
    let margins = [
        (
            FindingKind::Reference,
            &report.reference,
            of_reference as fn(&Margins) -> Severity,
        ),
        (FindingKind::Judge, &report.judge, of_judge),
    ];
    for (kind, margins, severity) in margins {
        found.extend(margins.as_ref().map(|margins| {
            let share = margins.right.value().unwrap_or(0.5);
            let wrong = margins.right.of - margins.right.count;
            let is_wrong = |row: &ReportRow<'_>| {
                let margin = match kind {
                    FindingKind::Judge => row.measured.judge_margin,
                    _ => row.measured.reference_margin,
                };
                margin.is_some_and(|margin| margin < 0.0)
            };
            let affected = (0..rows.len()).filter(|&index| is_wrong(&rows[index]));
            finding(kind, severity(margins), share, wrong, affected.collect())
        }));
    }
    let cut = match (counts.dropped, counts.cut) {
        (0, 0) => Severity::Fine,
        (0, _) => Severity::Note,
        _ => Severity::Warn,
    };
    found.push(named(FindingKind::TooLong, cut, too_long));
    let most_common = part(report.diversity.most_common, counts.rows);
    // As many equally common prompts as have this entropy.
    let effective = report.diversity.entropy.exp();
    let are_few = most_common > COMMON_PROMPT || effective * ROWS_A_PROMPT < counts.rows as f64;
    let severity = if are_few && counts.rows >= ROWS_TO_COMPARE {
        Severity::Note
    } else {
        Severity::Fine
    };
    let prompts = report.diversity.prompts;
    found.push(finding(
        FindingKind::Prompts,
        severity,
        prompts as f64,
        report.diversity.most_common,
        Vec::new(),
    ));
    found.push(finding(
        FindingKind::Words,
        Severity::Fine,
        report.diversity.distinct_1,
        0,
        Vec::new(),
    ));
    found
}

/// Nothing is fine; some are worth a note, and more than the share `much` a warning.
fn graded(share: f64, much: f64) -> Severity {
    if share > much {
        Severity::Warn
    } else if share > 0.0 {
        Severity::Note
    } else {
        Severity::Fine
    }
}

/// A bias that the test is sure of, and that is not small.
fn of_lengths(lengths: &Lengths) -> Severity {
    let Some(share) = lengths.longer.value().filter(|_| lengths.is_biased()) else {
        return Severity::Fine;
    };
    if (share - 0.5).abs() > 0.1 {
        Severity::Warn
    } else {
        Severity::Note
    }
}

/// A reference that has nearly all pairs right, or wrong, is worth a note.
fn of_reference(margins: &Margins) -> Severity {
    if margins.right.low > 0.8 || margins.right.high < 0.2 {
        Severity::Note
    } else {
        Severity::Fine
    }
}

/// Labels that a judge contradicts more often than not are a warning.
fn of_judge(margins: &Margins) -> Severity {
    if margins.right.high < 0.5 {
        Severity::Warn
    } else if margins.right.value().is_some_and(|share| share < 0.75) {
        Severity::Note
    } else {
        Severity::Fine
    }
}
