//! How long a report of many rows takes: `cargo run --release -p tilt-protocol --example
//! report -- 20000`. The rows are made up: a few hundred prompts, answers of common words,
//! some rows repeated, nearly repeated and turned round.

use std::time::Instant;
use tilt_protocol::hash::mix;
use tilt_protocol::report::{
    DataReport, Filter, HeldOut, MeasuredRow, NearDuplicates, ReportOptions, ReportRow, RowTokens,
    apply,
};
use tilt_protocol::{Label, Labeller, Pair, PairSource, Verdict};

fn text(seed: u64, words: u64) -> String {
    let words = (0..words).map(|place| format!("word{}", mix(seed ^ mix(place)) % 700));
    words.collect::<Vec<_>>().join(" ")
}

fn label(number: u64) -> Label {
    // One in ten rows repeats an earlier one, one in ten nearly does.
    let source = match number % 10 {
        0 => number / 2,
        1 => number / 3,
        _ => number,
    };
    let mut answer_a = text(mix(source), 12 + source % 30);
    if number % 10 == 1 {
        answer_a.push_str(" indeed");
    }
    let pair = Pair {
        id: number.to_string(),
        prompt: text(source % 300, 9),
        answer_a,
        answer_b: text(mix(source + 1), 10 + source % 25),
        source: PairSource::Written,
        row: None,
    };
    let verdict = match mix(number) % 8 {
        0 => Verdict::Tie,
        1..=4 => Verdict::A,
        _ => Verdict::B,
    };
    Label::new(pair, verdict, Labeller::Person, 0.0)
}

fn main() {
    let argument = std::env::args().nth(1);
    let count = argument
        .and_then(|count| count.parse().ok())
        .unwrap_or(20_000);
    let labels: Vec<Label> = (0..count).map(label).collect();
    let rows: Vec<ReportRow<'_>> = labels
        .iter()
        .map(|label| {
            let tokens = |text: &str| text.split(' ').count() + 1;
            let measured = MeasuredRow {
                tokens: Some(RowTokens {
                    prompt: tokens(&label.pair.prompt),
                    answers: [tokens(&label.pair.answer_a), tokens(&label.pair.answer_b)],
                }),
                ..MeasuredRow::default()
            };
            ReportRow::of_label(label, measured)
        })
        .collect();
    let options = ReportOptions {
        max_length: 50,
        held_out: HeldOut {
            share: 0.1,
            seed: 1,
        },
    };
    let started = Instant::now();
    let near = NearDuplicates::of(&rows);
    println!("near-duplicates: {:?}", started.elapsed());
    let started = Instant::now();
    let report = DataReport::with_near(&rows, &near, options);
    println!("the rest: {:?}", started.elapsed());
    for finding in &report.findings {
        println!(
            "{:16} {:5} {:10.4} {:6} rows",
            finding.kind.slug(),
            finding.severity.slug(),
            finding.value,
            finding.count
        );
    }
    let started = Instant::now();
    let filters = [
        Filter::Duplicates,
        Filter::NearDuplicates,
        Filter::Contradictions,
        Filter::LengthBias,
    ];
    let left = apply(&rows, &filters, 1);
    println!(
        "{} rows left by four filters: {:?}",
        left.len(),
        started.elapsed()
    );
}
