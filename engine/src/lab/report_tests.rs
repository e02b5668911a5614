//! Reports on labels, with the shipped `nano` on the CPU device.

use super::*;
use pollster::block_on;
use std::path::Path;
use tilt_protocol::label::pairs_from_labels;
use tilt_protocol::report::{DataReport, FindingKind, HeldOut};
use tilt_protocol::{
    Command, Content, DevicePreference, Example, Label, Labeller, ModelSource, ObjectiveKind,
    PROTOCOL_VERSION, Pair, PairSource, Principle, Request, TrainSettings, Verdict,
};

fn file(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../public/models/nano");
    std::fs::read(folder.join(name)).expect("the shipped nano")
}

fn text(name: &str) -> String {
    String::from_utf8(file(name)).expect("text")
}

fn ask(lab: &mut EngineLab, id: RequestId, command: Command, buffers: Vec<Vec<u8>>) {
    block_on(lab.handle(Request { id, command }, buffers));
}

/// Lets the lab work until it rests; what it says, in order.
fn rest(lab: &mut EngineLab) -> Vec<Event> {
    while lab.has_work() {
        block_on(lab.advance());
    }
    let outbox = lab.take_outbox().into_iter();
    outbox.map(|outgoing| outgoing.message.event).collect()
}

fn ready() -> EngineLab {
    let mut lab = EngineLab::default();
    let device = DevicePreference::Cpu;
    let start = Command::Start {
        protocol_version: PROTOCOL_VERSION,
        device,
    };
    ask(&mut lab, 1, start, Vec::new());
    let source = ModelSource::Files {
        name: "nano".to_owned(),
        config: text("config.json"),
        tokenizer: text("tokenizer.json"),
        tokenizer_config: Some(text("tokenizer_config.json")),
    };
    let load = Command::LoadModel { source };
    ask(&mut lab, 2, load, vec![file("model.safetensors")]);
    rest(&mut lab);
    lab
}

fn label(prompt: &str, a: &str, b: &str, verdict: Verdict) -> Label {
    let pair = Pair {
        id: format!("{prompt}-{a}-{b}-{verdict:?}"),
        prompt: prompt.to_owned(),
        answer_a: a.to_owned(),
        answer_b: b.to_owned(),
        source: PairSource::Written,
        row: None,
    };
    Label::new(pair, verdict, Labeller::Person, 0.0)
}

/// One good answer alone.
fn single(prompt: &str, answer: &str) -> Label {
    let row = Example::Unpaired {
        prompt: Content::user(prompt),
        completion: Content::assistant(answer),
        label: true,
    };
    let id = format!("{prompt}-{answer}");
    Label::from_row(&row, 1, PairSource::Written, id, 0.0).expect("a label")
}

const POLITE: &str = "Thank you for asking. It is a pleasure to help.";
const RUDE: &str = "No.";

/// Forty labels, all decisive but two.
fn labels() -> Vec<Label> {
    let mut labels: Vec<Label> = (0..38)
        .map(|number| {
            let prompt = format!("Hello number {number}!");
            match number % 2 {
                0 => label(&prompt, POLITE, RUDE, Verdict::A),
                _ => label(&prompt, RUDE, POLITE, Verdict::B),
            }
        })
        .collect();
    labels.push(label("Hello!", POLITE, RUDE, Verdict::Tie));
    labels.push(label("Hello!", POLITE, RUDE, Verdict::BothBad));
    labels
}

fn report_command(labels: Vec<Label>, max_length: usize) -> Command {
    Command::Report {
        labels,
        principle: Some(Principle::Short),
        max_length,
        held_out: HeldOut::default(),
    }
}

fn reported(events: &[Event]) -> DataReport {
    let report = events.iter().find_map(|event| match event {
        Event::Reported { report } => Some(report),
        _ => None,
    });
    report.expect("a report").read().expect("a sound report")
}

#[test]
fn a_report_counts_tokens_and_scores_under_reference_and_judge() {
    let mut lab = ready();
    ask(&mut lab, 3, report_command(labels(), 1024), Vec::new());
    let events = rest(&mut lab);
    let progress: Vec<(usize, usize)> = events
        .iter()
        .filter_map(|event| match event {
            Event::Reporting { done, of } => Some((*done, *of)),
            _ => None,
        })
        .collect();
    assert_eq!(progress, [(16, 40), (32, 40), (40, 40)]);
    let report = reported(&events);
    assert_eq!((report.counts.rows, report.counts.decisive), (40, 38));
    let lengths = report.lengths.as_ref().expect("tokens");
    assert_eq!((lengths.longer.count, lengths.longer.of), (38, 38));
    assert!(lengths.chosen > lengths.rejected && lengths.is_biased());
    let judge = report.judge.as_ref().expect("scores");
    assert_eq!((judge.right.count, judge.right.of + judge.ties), (0, 38));

    // The same numbers as the closed form's.
    let sums = |lab: &mut EngineLab, prompt: &str| {
        let candidates = Command::Candidates {
            prompt: prompt.to_owned(),
            answers: vec![POLITE.to_owned(), RUDE.to_owned()],
        };
        ask(lab, 4, candidates, Vec::new());
        let found = rest(lab).into_iter().find_map(|event| match event {
            Event::Candidates { reference, .. } => Some(reference[0] - reference[1]),
            _ => None,
        });
        found.expect("log-probs")
    };
    let mean = (0..38)
        .map(|number| sums(&mut lab, &format!("Hello number {number}!")))
        .sum::<f64>()
        / 38.0;
    let found = report.reference.as_ref().expect("margins");
    assert!((found.mean - mean).abs() < 1e-3, "{} {mean}", found.mean);

    let filter = |report| Command::Filter {
        report,
        filters: vec![Filter::Undecided, Filter::Sample { count: 10 }],
        seed: 1,
    };
    ask(&mut lab, 5, filter(3), Vec::new());
    let events = rest(&mut lab);
    let kept = events.iter().find_map(|event| match event {
        Event::Filtered { kept } => Some(kept),
        _ => None,
    });
    let kept = kept.expect("an answer");
    assert!(kept.len() == 10 && kept.iter().all(|&index| index < 38));
    ask(&mut lab, 6, filter(99), Vec::new());
    let is_refused = |event: &Event| matches!(event, Event::Failed { .. });
    assert!(rest(&mut lab).iter().any(is_refused));
}

#[test]
fn a_report_on_long_rows_and_single_answers() {
    let mut lab = ready();
    let endless = "very ".repeat(400);
    let labels = vec![
        label(&endless, POLITE, RUDE, Verdict::A),
        label("Hello!", &endless, RUDE, Verdict::A),
        single("Hello!", POLITE),
        label("Hello!", POLITE, RUDE, Verdict::A),
    ];
    ask(&mut lab, 3, report_command(labels, usize::MAX), Vec::new());
    let events = rest(&mut lab);
    let report = reported(&events);
    let counts = report.counts;
    assert_eq!((counts.single, counts.dropped, counts.cut), (1, 1, 1));
    let reference = report.reference.as_ref().expect("margins");
    assert_eq!(reference.right.of, 2);
    assert!(reference.mean.is_finite());
    let too_long = report.finding(FindingKind::TooLong).expect("a finding");
    assert_eq!(too_long.affected, [0, 1]);
}

#[test]
fn a_run_goes_on_beside_a_report_and_a_report_can_be_given_up() {
    let mut lab = ready();
    let settings = TrainSettings {
        steps: 2,
        ..TrainSettings::lab_defaults(ObjectiveKind::Dpo)
    };
    let train = Command::Train {
        run: 1,
        settings,
        examples: pairs_from_labels(&labels()),
        paused: false,
        is_kept: false,
    };
    ask(&mut lab, 3, train, Vec::new());
    ask(&mut lab, 4, report_command(labels(), 1024), Vec::new());
    let events = rest(&mut lab);
    let place = |is_meant: &dyn Fn(&Event) -> bool| events.iter().position(is_meant);
    let first_step = place(&|event| matches!(event, Event::Step { step: 1, .. }));
    let report = place(&|event| matches!(event, Event::Reported { .. }));
    assert!(first_step.expect("a step") < report.expect("a report"));
    assert!(place(&|event| matches!(event, Event::RunEnded { .. })).is_some());

    ask(&mut lab, 5, report_command(labels(), 1024), Vec::new());
    block_on(lab.advance());
    ask(&mut lab, 6, Command::Cancel { request: 5 }, Vec::new());
    let events = rest(&mut lab);
    assert!(events.contains(&Event::Failed {
        error: Error::Cancelled
    }));
    assert!(
        !events
            .iter()
            .any(|event| matches!(event, Event::Reported { .. }))
    );
}
