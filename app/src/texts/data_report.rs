//! What the data is like: each finding's number, what it means and what to do; the filters;
//! the prompts that are held out.

use super::counts::counted;
use crate::texts::numbers::{fixed, percent, signed};
use tilt_protocol::report::{DataReport, Finding, FindingKind, Histogram, Severity};
use tilt_protocol::statistics::Proportion;

pub const WHAT_THE_DATA_IS_LIKE: &str = "What the data is like";
pub const ASK: &str = "What is my data like?";
pub const STOP: &str = "Stop";
pub const LOOKED_AT: &str = "Labels looked at";
pub const CHANGED: &str = "The labels have changed since then. Ask again before you filter.";
pub const REMOVED_CAN_COME_BACK: &str = "What a filter removes comes back with U.";

pub fn looking(done: usize, of: usize) -> String {
    format!("{done} of {}", counted(of, "label"))
}

/// A card on one statistic.
pub struct StatisticCard {
    pub title: &'static str,
    pub number: String,
    pub means: String,
    /// Empty where nothing has to be done.
    pub advice: &'static str,
}

pub fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Fine => "fine",
        Severity::Note => "worth knowing",
        Severity::Warn => "look at this",
    }
}

pub fn fine_ones(count: usize) -> String {
    format!("Fine: {count}")
}

/// The prompt of a label that a finding is about.
pub fn example(prompt: &str) -> String {
    format!("For example, \u{201c}{prompt}\u{201d}")
}

/// "6% to 21%"
fn interval(share: &Proportion) -> String {
    format!(
        "95% interval {} to {}",
        percent(share.low),
        percent(share.high)
    )
}

/// What a finding says; `judge` is the principle's name.
pub fn said(finding: &Finding, report: &DataReport, judge: &str) -> StatisticCard {
    let is_fine = finding.severity == Severity::Fine;
    let unless_fine = |advice: &'static str| if is_fine { "" } else { advice };
    let count = finding.count.to_string();
    match finding.kind {
        FindingKind::Pairs => StatisticCard {
            title: "Decisive pairs",
            number: count,
            means: pairs(report),
            advice: unless_fine("Label more: with twenty decisive pairs or more, a run depends less on single labels."),
        },
        FindingKind::Ties => StatisticCard {
            title: "Ties",
            number: percent(finding.value),
            means: format!(
                "{count} of {}, {}. Objectives that compare two answers learn nothing from them.",
                counted(report.ties.of, "pair"),
                interval(&report.ties)
            ),
            advice: unless_fine("Label pairs whose answers differ more, or remove the ties."),
        },
        FindingKind::Duplicates => StatisticCard {
            title: "Repetitions",
            number: count,
            means: "among the labels: each has the same prompt, answers and verdict as an earlier one, and counts again in training.".to_owned(),
            advice: unless_fine("Remove them, unless the weight is meant."),
        },
        FindingKind::NearDuplicates => StatisticCard {
            title: "Near-repetitions",
            number: count,
            means: "among the labels: each shares at least 80% of its runs of three words with an earlier one.".to_owned(),
            advice: unless_fine("Remove them: the policy learns such rows by heart, and a held-out copy proves nothing."),
        },
        FindingKind::SameAnswers => StatisticCard {
            title: "An answer against itself",
            number: count,
            means: "among the labels: each prefers an answer to the same text, or to an empty one. Such a label teaches nothing: it counts as not decisive, and training leaves it out.".to_owned(),
            advice: unless_fine("Remove them."),
        },
        FindingKind::Contradictions => StatisticCard {
            title: "Contradictions",
            number: count,
            means: "among the labels: each is on a pair that was judged both ways. What one teaches, another takes back.".to_owned(),
            advice: unless_fine("Look at them again and keep one of each, or remove them all."),
        },
        FindingKind::Cycles => StatisticCard {
            title: "Circles",
            number: count,
            means: "among the labels: each is part of a circle within one prompt, such as A before B, B before C, C before A. No reward can rank these answers.".to_owned(),
            advice: unless_fine("Look at the labels of that prompt again."),
        },
        FindingKind::Length => StatisticCard {
            title: "Length",
            number: percent(finding.value),
            means: lengths(report),
            advice: unless_fine("The policy may learn length instead of what you mean. Balance the sides, or choose an objective that divides by length, such as SimPO."),
        },
        FindingKind::Reference => StatisticCard {
            title: "The reference's view",
            number: percent(finding.value),
            means: reference(report),
            advice: unless_fine(if finding.value > 0.5 {
                "The reference agrees with nearly all labels already: there is little left to learn."
            } else {
                "Training has to overturn what the reference prefers: expect to need more steps."
            }),
        },
        FindingKind::Judge => StatisticCard {
            title: "The judge's view",
            number: percent(finding.value),
            means: judged(report, judge),
            advice: unless_fine("Either the labels mean something other than the judge does, or many are mistaken: look at those on which the two differ."),
        },
        FindingKind::TooLong => StatisticCard {
            title: "Too long",
            number: count,
            means: too_long(report),
            advice: unless_fine("Remove them, shorten them, or train a model with a longer context."),
        },
        FindingKind::Prompts => StatisticCard {
            title: "Prompts",
            number: fixed(finding.value, 0),
            means: prompts(report),
            advice: unless_fine("Add other prompts, or what is learnt stays with these few."),
        },
        FindingKind::Words => StatisticCard {
            title: "Words",
            number: fixed(finding.value, 2),
            means: format!(
                "distinct words per word of the answers (distinct-1); for pairs of neighbouring words (distinct-2) it is {}. Both are low where all answers say the same, and in large datasets.",
                fixed(report.diversity.distinct_2, 2)
            ),
            advice: "",
        },
    }
}

fn pairs(report: &DataReport) -> String {
    let counts = &report.counts;
    let mut parts = vec![format!(
        "of {} on {}",
        counted(counts.rows, "label"),
        counted(report.diversity.prompts, "prompt")
    )];
    let others = [
        (counts.ties, "a tie", "ties"),
        (counts.both_good, "both good", "both good"),
        (counts.both_bad, "both bad", "both bad"),
        (counts.single, "single answer", "single answers"),
    ];
    for (count, one, more) in others {
        match count {
            0 => {}
            1 => parts.push(format!("1 {one}")),
            count => parts.push(format!("{count} {more}")),
        }
    }
    if counts.held_out > 0 {
        parts.push(format!(
            "{} of {} held out",
            counts.held_out,
            counted(counts.held_out_prompts, "prompt")
        ));
    }
    format!("{}.", parts.join(", "))
}

fn lengths(report: &DataReport) -> String {
    let Some(lengths) = &report.lengths else {
        return String::new();
    };
    let p_value = match lengths.p_value {
        small if small < 0.001 => "below 0.001".to_owned(),
        p_value => fixed(p_value, 3),
    };
    let verdict = if lengths.is_biased() {
        "a length bias"
    } else {
        "no sign of a length bias"
    };
    format!(
        "of {} with answers of different lengths prefer the longer one, {}; sign test p {p_value}: {verdict}. Chosen minus rejected is {} to {} tokens on average.",
        counted(lengths.longer.of, "pair"),
        interval(&lengths.longer),
        signed(lengths.difference[0], 1),
        signed(lengths.difference[1], 1)
    )
}

fn reference(report: &DataReport) -> String {
    let Some(margins) = &report.reference else {
        return String::new();
    };
    format!(
        "of {} are ranked as labelled by the frozen reference before any training, {}: it finds the chosen answer likelier. The mean difference is {} nats.",
        counted(margins.right.of, "pair"),
        interval(&margins.right),
        signed(margins.mean, 2)
    )
}

fn judged(report: &DataReport, judge: &str) -> String {
    let Some(margins) = &report.judge else {
        return String::new();
    };
    format!(
        "of {} that the judge can tell apart by \u{201c}{judge}\u{201d} have the label that it would give, {}; equal scores: {}.",
        counted(margins.right.of, "pair"),
        interval(&margins.right),
        margins.ties
    )
}

fn too_long(report: &DataReport) -> String {
    let counts = &report.counts;
    let limit = report.max_length;
    if counts.dropped + counts.cut == 0 {
        return format!(
            "labels are too long: all fit into {}.",
            counted(limit, "token")
        );
    }
    format!(
        "among the labels: each is longer than {}. Dropped from training, because the prompt leaves no room: {}. Cut, so that an answer loses its end: {}.",
        counted(limit, "token"),
        counts.dropped,
        counts.cut
    )
}

fn prompts(report: &DataReport) -> String {
    let diversity = &report.diversity;
    let share = diversity.most_common as f64 / report.counts.rows.max(1) as f64;
    format!(
        "in all, each counted once; the most common one has {} of the labels. Their entropy is {} nats, the same as for {} equally common prompts.",
        percent(share),
        fixed(diversity.entropy, 2),
        fixed(diversity.entropy.exp(), 1)
    )
}

/// Of the histogram of lengths.
pub fn lengths_summary(report: &DataReport) -> String {
    let (chosen, rejected) = report
        .lengths
        .as_ref()
        .map_or((0.0, 0.0), |lengths| (lengths.chosen, lengths.rejected));
    format!(
        "Tokens per answer: chosen (the left bar of each two, blue) {} on average, rejected (the right bar, orange) {}.",
        fixed(chosen, 1),
        fixed(rejected, 1)
    )
}

/// Of the histogram of margins.
pub fn margins_summary(unit: &str, histogram: &Histogram) -> String {
    let bins = histogram.counts.first().map_or(0, Vec::len);
    let high = histogram.low + bins as f64 * histogram.width;
    format!(
        "Chosen minus rejected, {unit}, from {} to {}; what lies below zero disagrees with the label.",
        signed(histogram.low, 1),
        signed(high, 1)
    )
}

pub const IN_NATS: &str = "in nats";
pub const IN_SCORES: &str = "in the judge's score";
/// The vertical axis.
pub const PAIRS: &str = "pairs";
pub const ANSWERS: &str = "answers";

/// On the button of a filter.
pub fn remove(kind: FindingKind, count: usize) -> String {
    match kind {
        FindingKind::Length => format!("Balance: remove {count} at random"),
        _ => format!("Remove {count}"),
    }
}

pub fn keep_decisive(others: usize) -> String {
    format!("Keep decisive pairs only: remove {others}")
}

pub const SAMPLE: &str = "Number of labels to keep, drawn at random";
pub const KEEP_SAMPLE: &str = "Keep a sample";
pub const MARGIN_FROM: &str = "Keep reference margins from, in nats";
pub const MARGIN_TO: &str = "to";
pub const KEEP_MARGINS: &str = "Keep these";
pub const LESS_THAN_ALL: &str = "a whole number of labels, 1 or more";
pub const FROM_LOW_TO_HIGH: &str = "two numbers, the lower one first";
pub const SAMPLE_SIZE: &str = "sample";
pub const MARGINS: &str = "margins";

pub fn removed(count: usize) -> String {
    format!("{} removed.", counted(count, "label"))
}

pub const HELD_OUT: &str = "Percent of the prompts to hold out of training";
pub const HELD_OUT_SEED: &str = "Seed of the held-out prompts";
pub const HELD_OUT_PERCENT: &str = "% of prompts held out, seed";

/// `too_long` of the labels do not fit the model, where a report says how many.
pub fn held_out(labels: usize, of: usize, prompts: usize, too_long: Option<usize>) -> String {
    let all = counted(of, "label");
    let held_out = match labels {
        0 => format!("None of {all} is held out"),
        _ => format!(
            "Held out: {labels} of {all}, on {}",
            counted(prompts, "prompt")
        ),
    };
    match too_long {
        Some(0) => format!("{held_out}; none is too long for the model."),
        Some(count) => format!("{held_out}; {count} too long for the model, and left out."),
        None => format!("{held_out}; training also leaves out what is too long for the model."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tilt_protocol::report::{HeldOut, ReportOptions};

    #[test]
    fn what_is_too_long_is_not_among_what_training_sees() {
        assert_eq!(
            held_out(0, 7, 0, Some(1)),
            "None of 7 labels is held out; 1 too long for the model, and left out."
        );
        assert!(held_out(2, 7, 1, Some(0)).starts_with("Held out: 2 of 7 labels, on 1 prompt;"));
        assert!(!held_out(0, 7, 0, None).contains("all"));
    }

    #[test]
    fn every_finding_of_an_empty_report_has_words() {
        let held_out = HeldOut::default();
        let options = ReportOptions {
            max_length: 128,
            held_out,
        };
        let report = DataReport::of(&[], options);
        assert!(!report.findings.is_empty());
        for finding in &report.findings {
            let said = said(finding, &report, "polite");
            assert!(
                !said.number.is_empty() && !said.means.is_empty(),
                "{finding:?}"
            );
            assert!(!said.means.contains("NaN") && !said.number.contains("NaN"));
        }
    }
}
