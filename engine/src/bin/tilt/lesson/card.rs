//! What was measured of a lesson, as Markdown beside it.

use super::report::{Claim, LessonReport};
use std::fmt::Write as _;
use tilt_protocol::statistics::median;

/// The card of a lesson.
pub fn markdown(report: &LessonReport, seeds: &[u64]) -> String {
    let seeds: Vec<String> = seeds.iter().map(u64::to_string).collect();
    let mut text = format!(
        "# {}: what was measured\n\n\
         Made by `tilt lesson verify {} --seeds {} --card` with the model `{}`. Each step's \
         check is a claim, and it holds where it holds from every seed.\n\n\
         | step | claim | seed | verdict | measured |\n|---|---|---|---|---|\n",
        cell(&report.title),
        report.file,
        seeds.join(","),
        report.model
    );
    for claim in &report.claims {
        rows(&mut text, claim);
    }
    let _ = write!(
        text,
        "\n{}\n",
        match report.holds {
            true => "Every claim holds.",
            false => "Not every claim holds.",
        }
    );
    if !report.runs.is_empty() {
        text.push_str(
            "\n| step | run | labels | steps | seconds, median over the seeds |\n|---|---|---|---|---|\n",
        );
        runs(&mut text, report);
    }
    text
}

fn rows(text: &mut String, claim: &Claim) {
    for (index, seed) in claim.seeds.iter().enumerate() {
        let claimed = if index == 0 {
            cell(&claim.claim)
        } else {
            String::new()
        };
        let step = match index {
            0 => (claim.step + 1).to_string(),
            _ => String::new(),
        };
        let _ = writeln!(
            text,
            "| {step} | {claimed} | {} | {} | {} |",
            seed.seed,
            seed.verdict.name(),
            cell(&seed.seen)
        );
    }
}

/// Each run once: those of one place in the lesson are of the same settings but the seed.
fn runs(text: &mut String, report: &LessonReport) {
    let Some(first) = report.runs.first().map(|run| run.seed) else {
        return;
    };
    let of_seed = |seed: u64| report.runs.iter().filter(move |run| run.seed == seed);
    let seeds: Vec<u64> = report
        .claims
        .first()
        .map(|claim| claim.seeds.iter().map(|seed| seed.seed).collect())
        .unwrap_or_else(|| vec![first]);
    for (place, run) in of_seed(first).enumerate() {
        let seconds: Vec<f64> = seeds
            .iter()
            .filter_map(|&seed| Some(of_seed(seed).nth(place)?.seconds))
            .collect();
        let beta = run.beta.map(|beta| format!(", beta {beta}"));
        let _ = writeln!(
            text,
            "| {} | {}{} | {} | {} | {:.0} |",
            run.step + 1,
            run.objective,
            beta.unwrap_or_default(),
            run.labels,
            run.steps,
            median(&seconds).unwrap_or(run.seconds)
        );
    }
}

/// A text that breaks no table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}
