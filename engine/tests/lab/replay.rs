//! `tilt lesson replay`: a report as it came, and as somebody has changed it.

use crate::page::{Page, train};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::{Command as Program, Output};
use tilt_protocol::classroom::{
    ActReport, AnswerReport, CurveReport, LearnerReport, REPORT_VERSION, ReportFacts, RunReport,
    embedded,
};
use tilt_protocol::label::pairs_from_labels;
use tilt_protocol::lesson::{Facts, Lesson, RunFacts, check, pack};
use tilt_protocol::{Command, Event, ObjectiveKind};

fn lesson() -> Lesson {
    let text = json!({
        "tilt_lesson": 1, "id": "tried", "lang": "en", "title": "Tried", "minutes": 1,
        "goals": ["Try."], "setup": {"model": "nano"},
        "steps": [{"text": "Train.", "act": {"run": {}},
                   "check": {"kind": "metric", "run": -1, "name": "loss", "at_most": 0.8}}]
    });
    Lesson::from_json(&text.to_string()).expect("a lesson")
}

/// A report of one run, trained as the page has it trained.
fn report() -> LearnerReport {
    let mut page = Page::ready();
    let examples = pairs_from_labels(&page.autolabel(8));
    let command = train(ObjectiveKind::Dpo, examples.clone(), 6);
    let Command::Train { settings, .. } = command.clone() else {
        panic!("a run");
    };
    let curve = page
        .ask(command)
        .into_iter()
        .filter_map(|event| match event {
            Event::Step { step, metrics, .. } => Some(CurveReport { step, metrics }),
            _ => None,
        });
    let run = RunFacts {
        id: 1,
        objective: ObjectiveKind::Dpo,
        settings,
        model: "nano".to_owned(),
        steps: 6,
        is_ended: true,
        curve: curve.collect(),
        kl: None,
        win_rates: Vec::new(),
        tokens: Vec::new(),
        samples: Vec::new(),
    };
    let facts = Facts {
        runs: vec![run.clone()],
        ..Facts::default()
    };
    let lesson = lesson();
    let claim = lesson.steps[0].check.as_ref().expect("a check");
    let mut rows = Vec::new();
    let of_run = LearnerReport::take_rows(&mut rows, &examples);
    LearnerReport {
        tilt_report: REPORT_VERSION,
        lesson: lesson.id.clone(),
        lesson_hash: lesson.hash(),
        lesson_packed: pack(&lesson.to_json()),
        tilt: "test".to_owned(),
        device: Some("cpu".to_owned()),
        model: Some("nano".to_owned()),
        model_hash: None,
        name: "Ada".to_owned(),
        started: 0.0,
        ended: 1.0,
        predictions: vec![None],
        acts: vec![ActReport {
            done: 1,
            of: 1,
            runs: vec![1],
            ..ActReport::default()
        }],
        answers: vec![AnswerReport::default()],
        verdicts: vec![Some(check(claim, &facts))],
        labels: Vec::new(),
        facts: ReportFacts::default(),
        rows,
        runs: vec![RunReport::of(&run, false, Some(of_run))],
    }
}

fn replay(name: &str, text: &str) -> Output {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("replay");
    std::fs::create_dir_all(&folder).expect("a folder");
    let file: PathBuf = folder.join(name);
    std::fs::write(&file, text).expect("a file");
    let mut program = Program::new(env!("CARGO_BIN_EXE_tilt"));
    program.args(["lesson", "replay"]).arg(&file);
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("../public/models");
    program.arg("--models").arg(models);
    program.output().expect("the program runs")
}

fn told(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).expect("JSON alone")
}

#[test]
fn a_report_agrees_until_somebody_changes_it() {
    let report = report();
    let page = format!("<!doctype html>{}", embedded(&report));
    let found = replay("good.html", &page);
    let value = told(&found);
    assert_eq!(found.status.code(), Some(0), "{value}");
    assert_eq!(
        value["runs"][0]["largest_difference"], 0.0,
        "the same program"
    );

    let changed = |change: &dyn Fn(&mut Value)| {
        let mut value = serde_json::to_value(&report).expect("plain data");
        change(&mut value);
        value.to_string()
    };
    let cases: [(&str, String, &str); 5] = [
        (
            "loss.json",
            changed(&|r| r["runs"][0]["curve"][5]["metrics"]["loss"] = json!(0.01)),
            "Step 6, loss: the report says 0.01, this run gives ",
        ),
        (
            "cut.json",
            changed(&|r| r["runs"][0]["curve"] = json!([])),
            "The report tells of none of its steps.",
        ),
        (
            "verdict.json",
            changed(&|r| r["verdicts"][0]["verdict"] = json!("does not hold")),
            "its own numbers say \\\"holds\\\"",
        ),
        (
            "no_run.json",
            changed(&|r| r["runs"] = json!([])),
            "nothing in the report shows what its verdict says",
        ),
        (
            "rate.json",
            changed(&|r| {
                let rate =
                    json!({"step": 6, "principle": "polite", "wins": 400, "losses": 1, "ties": 0});
                r["runs"][0]["win_rates"] = json!([rate]);
            }),
            "The report says it won 400 of 401",
        ),
    ];
    for (name, text, said) in cases {
        let found = replay(name, &text);
        assert_eq!(found.status.code(), Some(1), "{name}");
        let value = told(&found);
        assert_eq!(value["agrees"], false, "{name}");
        assert!(value.to_string().contains(said), "{name}: {value}");
    }

    let unknown = changed(&|r| r["runs"][0]["rows"] = Value::Null);
    let found = replay("unknown.json", &unknown);
    assert_eq!(found.status.code(), Some(1));
    assert!(
        told(&found)
            .to_string()
            .contains("rows are not in the report")
    );
    assert_eq!(replay("none.json", "{}").status.code(), Some(2));
}
