//! Reports written, read, and looked at once more.

use super::*;
use crate::dataset::Content;
use crate::lesson::{CurveFacts, KlFacts, Lesson, Prediction, RunFacts, check, pack};
use crate::metrics::Metrics;
use crate::{Example, ObjectiveKind, TrainSettings};
use serde_json::json;
use std::collections::BTreeMap;

pub(super) fn lesson() -> Lesson {
    let text = json!({
        "tilt_lesson": 1, "id": "one-run", "lang": "en", "title": "One run", "minutes": 5,
        "goals": ["See a run."],
        "setup": {"model": "nano", "settings": {"beta": 0.5, "steps": 60, "seed": 1}},
        "steps": [
            {"text": "Train.", "act": {"run": {}},
             "predict": {"kind": "number", "unit": "nats"},
             "check": {"kind": "kl", "run": -1, "at_most": 5}},
            {"text": "Margins.", "check": {"kind": "metric", "run": -1,
             "name": "rewards/margins", "at_least": 1}}
        ]
    });
    Lesson::from_json(&text.to_string()).expect("a lesson")
}

fn pair(prompt: &str) -> Example {
    Example::Pair {
        prompt: Content::user(prompt),
        chosen: Content::assistant("Yes, </script> please."),
        rejected: Content::assistant("No."),
        margin: None,
    }
}

fn run() -> RunFacts {
    let curve = (1..=60).map(|step| {
        let metrics = [
            ("loss".to_owned(), 0.7 / step as f64),
            ("rewards/margins".to_owned(), 0.05 * step as f64),
            ("entropy".to_owned(), 1.5),
        ];
        CurveFacts {
            step,
            metrics: Metrics::from(BTreeMap::from(metrics)),
        }
    });
    RunFacts {
        id: 7,
        objective: ObjectiveKind::Dpo,
        settings: TrainSettings::lab_defaults(ObjectiveKind::Dpo),
        model: "nano".to_owned(),
        steps: 60,
        is_ended: true,
        curve: curve.collect(),
        kl: Some(KlFacts {
            step: 60,
            mean: 2.0,
            standard_error: Some(0.1),
            answers: 64,
        }),
        win_rates: Vec::new(),
        tokens: Vec::new(),
        samples: Vec::new(),
    }
}

pub(super) fn report() -> LearnerReport {
    let lesson = lesson();
    let mut rows = Vec::new();
    let of_run = LearnerReport::take_rows(&mut rows, &[pair("a"), pair("b"), pair("a")]);
    let facts = crate::lesson::Facts {
        runs: vec![run()],
        ..Default::default()
    };
    let verdict = |step: usize| lesson.steps[step].check.as_ref().map(|c| check(c, &facts));
    LearnerReport {
        tilt_report: REPORT_VERSION,
        lesson: lesson.id.clone(),
        lesson_hash: lesson.hash(),
        lesson_packed: pack(&lesson.to_json()),
        tilt: "1".to_owned(),
        device: Some("cpu".to_owned()),
        model: Some("nano".to_owned()),
        model_hash: None,
        name: String::new(),
        started: 1.0,
        ended: 2.0,
        predictions: vec![
            Some(PredictionReport {
                said: Prediction::Number(2.5),
                text: "2.5 nats".to_owned(),
                came: Some("2.0".to_owned()),
                is_right: None,
            }),
            None,
        ],
        acts: vec![
            ActReport {
                done: 1,
                of: 1,
                runs: vec![7],
                times: StepTimes::default(),
            },
            ActReport::default(),
        ],
        answers: vec![AnswerReport::default(); 2],
        verdicts: vec![verdict(0), verdict(1)],
        labels: Vec::new(),
        facts: ReportFacts::default(),
        rows,
        runs: vec![RunReport::of(&run(), false, Some(of_run))],
    }
}

#[test]
fn a_report_comes_back_from_either_file() {
    let report = report();
    let page = format!("<!doctype html><p>a</p>{}<p>b</p>", embedded(&report));
    assert_eq!(
        page.matches("</script>").count(),
        1,
        "the rows' own is escaped"
    );
    for text in [report.to_json(), format!("\u{feff}{page}")] {
        assert_eq!(LearnerReport::from_file(&text).as_ref(), Ok(&report));
    }
    let json = report.to_json();
    let lines = format!("{json}\n{json}\n");
    let several = LearnerReport::all_from_file(&lines).expect("two reports");
    assert_eq!(several, [report.clone(), report.clone()]);
    assert_eq!(
        LearnerReport::all_from_file(&page),
        Ok(vec![report.clone()])
    );
    let cut = format!("{json}\n{{\"tilt_report\":1}}\n");
    let refused = LearnerReport::all_from_file(&cut).expect_err("cut");
    assert!(refused.0.starts_with("report 2: "), "{refused}");
    assert_eq!(report.lesson_itself(), Some(lesson()));
    assert_eq!(report.checks_held(), (2, 2));
}

#[test]
fn what_is_no_report_is_told() {
    let newer = report()
        .to_json()
        .replacen("\"tilt_report\":1", "\"tilt_report\":2", 1);
    let broken = report()
        .to_json()
        .replacen("\"steps\":60", "\"steps\":\"many\"", 1);
    for (text, said) in [
        ("<p>a page</p>", "a page without a report"),
        ("{", "not valid JSON"),
        ("[1]", "no tilt_report"),
        (newer.as_str(), "tilt_report: 2, expected 1"),
        (broken.as_str(), "line 1 column"),
    ] {
        let refused = LearnerReport::from_file(text).expect_err(text);
        assert!(refused.0.contains(said), "{refused}");
    }
}

#[test]
fn rows_stand_once_and_runs_name_theirs() {
    let report = report();
    assert_eq!(report.rows.len(), 2);
    let examples = report.runs[0].examples(&report);
    assert_eq!(examples, Some(vec![pair("a"), pair("b"), pair("a")]));
    let mut cut = report.clone();
    cut.rows.pop();
    assert_eq!(cut.runs[0].examples(&cut), None);
}

#[test]
fn a_curve_keeps_the_steps_that_checks_look_at() {
    let steps: Vec<usize> = report().runs[0].curve.iter().map(|p| p.step).collect();
    assert_eq!(steps.len(), 40);
    assert_eq!(steps[0], 1);
    assert_eq!(steps[30..], [51, 52, 53, 54, 55, 56, 57, 58, 59, 60]);
    let first = &report().runs[0].curve[0].metrics;
    assert_eq!((first.get("loss"), first.get("entropy")), (Some(0.7), None));
}

#[test]
fn a_verdict_that_does_not_follow_is_found() {
    let mut told = report();
    assert_eq!(recheck(&told, &lesson()), []);
    // Whoever writes another verdict leaves the number that contradicts it.
    told.runs[0].kl = Some(KlFacts {
        step: 60,
        mean: 9.0,
        standard_error: Some(0.1),
        answers: 64,
    });
    let doubtful = recheck(&told, &lesson());
    assert_eq!(doubtful.len(), 1);
    assert_eq!(doubtful[0].step, 0);
    // What is not in the report contradicts nothing, and shows nothing either.
    told.runs[0].kl = None;
    assert_eq!(recheck(&told, &lesson()), []);
    assert_eq!(unfounded(&told, &lesson()), [0]);
    told.runs.clear();
    assert_eq!(unfounded(&told, &lesson()), [0, 1]);
}

#[test]
fn a_run_trained_again_is_compared_number_by_number() {
    let run = report().runs.remove(0);
    let again = self::run().curve;
    assert_eq!(compare_curves(&run, &again, Agreement::Exact), Ok(0.0));
    let mut near = again.clone();
    near[59].metrics = Metrics::from(BTreeMap::from([
        ("loss".to_owned(), 0.7 / 60.0 + 1e-9),
        ("rewards/margins".to_owned(), 3.0),
    ]));
    assert!(compare_curves(&run, &near, Agreement::Within(1e-6)).is_ok());
    let differs = compare_curves(&run, &near, Agreement::Exact).expect_err("a digit");
    assert_eq!((differs.step, differs.metric.as_str()), (60, "loss"));
    let differs = compare_curves(&run, &again[..59], Agreement::Within(1.0));
    assert!(differs.is_err(), "a step is missing");
    // Whoever takes numbers out of a report has not made them agree.
    let mut cut = run.clone();
    cut.curve.clear();
    let differs = compare_curves(&cut, &again, Agreement::Within(1.0));
    assert_eq!(differs.expect_err("no numbers").told, None);
}
