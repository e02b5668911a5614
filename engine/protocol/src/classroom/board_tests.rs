//! A class's reports side by side.

use super::report::{AnswerReport, LabelReport, LearnerReport, PredictionReport};
use super::tests::{lesson, report};
use super::*;
use crate::dataset::write_jsonl;
use crate::label::Verdict;
use crate::lesson::{Lesson, Prediction, Standing, pack};
use serde_json::json;

fn handed(file: &str, name: &str, started: f64, ended: f64) -> HandedIn {
    HandedIn {
        file: file.to_owned(),
        report: LearnerReport {
            name: name.to_owned(),
            started,
            ended,
            ..report()
        },
    }
}

fn labelled(name: &str, labels: &[(&str, &str, &str, Verdict)]) -> LearnerReport {
    let labels = labels.iter().map(|(prompt, a, b, verdict)| LabelReport {
        prompt: (*prompt).to_owned(),
        a: (*a).to_owned(),
        b: (*b).to_owned(),
        verdict: *verdict,
    });
    LearnerReport {
        name: name.to_owned(),
        labels: labels.collect(),
        ..report()
    }
}

#[test]
fn of_one_learners_reports_the_latest_counts_and_the_others_are_told() {
    let mut other = handed("other.json", "Ann", 1.0, 9.0);
    other.report.lesson = "another".to_owned();
    let all = [
        handed("ann-1.json", "Ann", 1.0, 5.0),
        handed("ben.json", "Ben", 1.0, 5.0),
        handed("ann-2.json", " Ann", 1.0, 8.0),
        handed("ben-again.json", "Ben", 1.0, 5.0),
        handed("ann-0.json", "Ann", 1.0, 3.0),
        handed("ann-anew.json", "Ann", 2.0, 9.0),
        other,
    ];
    let lessons = gather(all);
    let ids: Vec<&str> = lessons.iter().map(|one| one.lesson.as_str()).collect();
    assert_eq!(ids, ["another", "one-run"]);
    let one = &lessons[1];
    let files: Vec<&str> = one.reports.iter().map(|one| one.file.as_str()).collect();
    assert_eq!(files, ["ann-2.json", "ben.json", "ann-anew.json"]);
    let aside: Vec<(&str, &str, WhyAside)> = one
        .aside
        .iter()
        .map(|one| (one.file.as_str(), one.counts.as_str(), one.why))
        .collect();
    let expected = [
        ("ann-1.json", "ann-2.json", WhyAside::Earlier),
        ("ben-again.json", "ben.json", WhyAside::Same),
        ("ann-0.json", "ann-2.json", WhyAside::Earlier),
    ];
    assert_eq!(aside, expected);
    assert_eq!(one.itself, Some(lesson()));
    // A report whose lesson is another than it says carries none.
    assert_eq!(lessons[0].itself, None);
    assert_eq!(called(&one.reports, false), ["Ann", "Ben", "Ann (2)"]);
    let hidden = called(&one.reports, true);
    assert_eq!(hidden, ["Learner 1", "Learner 2", "Learner 3"]);
}

#[test]
fn a_way_is_counted_by_what_was_asked() {
    let mut told = report();
    told.started = 1_000.0;
    told.acts[0].times.began = Some(1_000.0);
    told.acts[0].times.left = Some(61_000.0);
    // A night between two steps is no time at the lesson.
    told.acts[1].times.began = Some(40_000_000.0);
    told.acts[1].times.left = Some(40_090_000.0);
    told.ended = 40_120_000.0;
    let way = Way::of(&told, Some(&lesson()));
    assert_eq!(way.steps, Count { count: 2, of: 2 });
    assert_eq!(way.checks, Count { count: 2, of: 2 });
    assert_eq!(way.predictions, Count { count: 0, of: 0 });
    assert_eq!(way.minutes, 3.0);
    assert_eq!((way.points(), way.is_complete()), (1.0, true));

    let mut half = report();
    half.acts[0].done = 0;
    half.verdicts[0].as_mut().expect("a verdict").verdict = Standing::NotYet;
    half.verdicts[1] = None;
    half.acts[1] = ActReport::default();
    let way = Way::of(&half, Some(&lesson()));
    assert_eq!(way.steps, Count { count: 0, of: 2 });
    assert_eq!(way.checks, Count { count: 0, of: 2 });
    assert_eq!((way.points(), way.is_complete()), (0.0, false));
}

fn asking() -> Lesson {
    let text = json!({
        "tilt_lesson": 1, "id": "asking", "lang": "en", "title": "Asking", "minutes": 5,
        "goals": ["Predict."], "setup": {"model": "nano"},
        "steps": [
            {"text": "a", "predict": {"kind": "choice", "options": ["up", "down"], "answer": 1}},
            {"text": "b", "predict": {"kind": "number", "unit": "nats",
             "measure": {"metric": "kl", "run": -1}}},
            {"text": "c", "predict": {"kind": "order", "items": ["x", "y", "z"]}},
            {"text": "d", "quiz": {"question": "?", "options": ["p", "q"], "right": 0,
             "answer": "p"}}
        ]
    });
    Lesson::from_json(&text.to_string()).expect("a lesson")
}

fn asked(said: [Prediction; 3], right: [bool; 2], chosen: usize) -> LearnerReport {
    let lesson = asking();
    let is_right = [Some(right[0]), None, Some(right[1])];
    let predictions = said.into_iter().zip(is_right).map(|(said, is_right)| {
        Some(PredictionReport {
            said,
            text: String::new(),
            came: None,
            is_right,
        })
    });
    let mut answers = vec![AnswerReport::default(); 4];
    answers[3].chosen = Some(chosen);
    answers[3].is_right = Some(chosen == 0);
    LearnerReport {
        lesson: lesson.id.clone(),
        lesson_hash: lesson.hash(),
        lesson_packed: pack(&lesson.to_json()),
        predictions: predictions.chain([None]).collect(),
        acts: vec![ActReport::default(); 4],
        answers,
        verdicts: vec![None; 4],
        ..report()
    }
}

#[test]
fn predictions_are_counted_by_what_was_said() {
    let order = |places: [usize; 3]| Prediction::Order(places.to_vec());
    let reports = [
        asked(
            [
                Prediction::Choice(1),
                Prediction::Number(2.0),
                order([0, 1, 2]),
            ],
            [true, true],
            0,
        ),
        asked(
            [
                Prediction::Choice(0),
                Prediction::Number(9.0),
                order([2, 1, 0]),
            ],
            [false, false],
            1,
        ),
        asked(
            [
                Prediction::Choice(1),
                Prediction::Number(3.0),
                order([2, 1, 0]),
            ],
            [true, false],
            1,
        ),
    ];
    let reports: Vec<&LearnerReport> = reports.iter().collect();
    let lesson = asking();
    let of = |step| predictions_of(&lesson, step, &reports).expect("predictions");
    let choice = of(0);
    assert_eq!((choice.count, choice.known, choice.right), (3, 3, 2));
    let Said::Choice { options, answer } = choice.said else {
        panic!("a choice");
    };
    assert_eq!(
        options,
        [("up".to_owned(), vec![1]), ("down".to_owned(), vec![0, 2])]
    );
    assert_eq!(answer, Some(1));
    let Said::Numbers {
        said,
        came,
        spread,
        unit,
    } = of(1).said
    else {
        panic!("numbers");
    };
    assert_eq!(said, [(0, 2.0), (1, 9.0), (2, 3.0)]);
    // The KL of the report's own run.
    assert_eq!(came, [(0, 2.0), (1, 2.0), (2, 2.0)]);
    let counted: Vec<usize> = spread.counts.iter().map(|bins| bins.iter().sum()).collect();
    assert_eq!(counted, [3, 3]);
    assert_eq!(unit.as_deref(), Some("nats"));
    let Said::Orders(orders) = of(2).said else {
        panic!("orders");
    };
    let words = ["z", "y", "x"].map(str::to_owned).to_vec();
    assert_eq!(orders[0], (words, vec![1, 2]));
    assert_eq!(predictions_of(&lesson, 3, &reports), None);

    let wrong = wrong_of(Some(&lesson), 4, &reports);
    let told: Vec<(usize, Asked, usize)> = wrong
        .iter()
        .map(|one| (one.step, one.asked, one.wrong))
        .collect();
    let expected = [
        (2, Asked::Prediction, 2),
        (3, Asked::Quiz, 2),
        (0, Asked::Prediction, 1),
    ];
    assert_eq!(told, expected);
    // What a report says of its own answers counts for nothing.
    let mut forged = reports[1].clone();
    forged.answers[3].is_right = Some(true);
    forged.verdicts = vec![report().verdicts.remove(0); 4];
    let way = Way::of(&forged, Some(&lesson));
    assert_eq!(
        (way.quizzes, way.checks),
        (Count { count: 0, of: 1 }, Count { count: 0, of: 0 })
    );
    let way = Way::of(reports[0], Some(&lesson));
    assert_eq!(way.quizzes, Count { count: 1, of: 1 });
    assert_eq!(way.predictions, Count { count: 2, of: 2 });
}

#[test]
fn labels_are_pooled_whichever_side_an_answer_stood_on() {
    use Verdict::{A, B, Tie};
    let reports = [
        labelled(
            "a",
            &[
                ("p", "x", "y", B),
                ("p", "x", "y", A),
                ("q", "x", "y", A),
                ("r", "m", "n", A),
            ],
        ),
        labelled("b", &[("p ", "y", "x", B), ("q", "x", "y", B)]),
        labelled("c", &[("p", "x", "y", A), ("q", "x", "y", Tie)]),
    ];
    let pooled = Pooled::of(reports.iter());
    assert_eq!(
        (pooled.raters, pooled.pairs.len(), pooled.shared()),
        (3, 3, 2)
    );
    // The first pair is agreed on by all, the second by none.
    assert_eq!((pooled.agreement, pooled.compared), (Some(0.5), 6));
    assert_eq!(pooled.pairs[0].counts(), [3, 0, 0]);
    assert_eq!(pooled.pairs[0].votes, [(0, A), (1, A), (2, A)]);
    assert_eq!(pooled.kappa, None);
    // Coincidences: 3 like and 3 unlike, n = 6 with four A: 1 - 5 * 3 / (36 - 16 - 1 - 1).
    assert!((pooled.alpha.expect("an alpha") - (1.0 - 15.0 / 18.0)).abs() < 1e-12);
    let disputed = pooled.disputed();
    assert_eq!(disputed.len(), 1);
    assert_eq!(disputed[0].prompt, "q");
    let (rows, left_out) = pooled.majority_rows();
    assert_eq!((rows.len(), left_out), (2, 1));
    let text = write_jsonl(&rows);
    let first: serde_json::Value =
        serde_json::from_str(text.lines().next().expect("a row")).expect("JSON");
    assert_eq!(first["chosen"][0]["content"], "x");
    assert_eq!(first["rejected"][0]["content"], "y");

    let two = Pooled::of(reports[..2].iter());
    assert!(two.kappa.is_some());
    assert_eq!(two.agreement, Some(0.5));
    let none = Pooled::of([].into_iter());
    assert_eq!((none.agreement, none.alpha, none.kappa), (None, None, None));
}

#[test]
fn a_gradebook_computes_nothing() {
    let named = report();
    let text = gradebook_csv(
        [("=cmd|' /C calc'!A0", &named), ("O\"Neill, Ann", &named)].into_iter(),
        Some(&lesson()),
        true,
    );
    let lines: Vec<&str> = text.split("\r\n").collect();
    assert_eq!(lines.len(), 4);
    let hash = lesson().hash();
    assert_eq!(
        lines[1],
        format!("'=cmd|' /C calc'!A0,one-run,{hash},2,2,2,2,100,0,1970-01-01")
    );
    assert!(
        lines[2].starts_with("\"O\"\"Neill, Ann\",one-run,"),
        "{}",
        lines[2]
    );
    let undated = gradebook_csv([("a", &named)].into_iter(), None, false);
    assert!(undated.trim_end().ends_with(",0,"), "{undated}");
}

#[test]
fn an_anonymous_report_tells_no_name_and_no_date() {
    let mut told = report();
    told.name = "Ann".to_owned();
    told.started = 1_700_000_000_000.0;
    told.ended = told.started + 60_000.0;
    told.acts[0].times.began = Some(told.started + 1_000.0);
    told.answers[0].explanation = "I, Ann, think so.".to_owned();
    let kept = told.anonymous(3, FreeTexts::Kept);
    assert_eq!(
        (kept.name.as_str(), kept.started, kept.ended),
        ("Learner 3", 0.0, 60_000.0)
    );
    assert_eq!(kept.acts[0].times.began, Some(1_000.0));
    assert_eq!(kept.answers[0].explanation, "I, Ann, think so.");
    assert_eq!(
        (kept.runs[0].id, kept.acts[0].runs.as_slice()),
        (1, &[1][..])
    );
    assert_eq!(recheck(&kept, &lesson()), []);
    let dropped = told.anonymous(3, FreeTexts::Dropped);
    assert!(!dropped.to_json().contains("Ann"));
    assert!(!dropped.to_json().contains("17000000"));
}

#[test]
fn what_cannot_be_trained_again_is_told() {
    let whole = report();
    let (model, rows) = replayable(&whole, &whole.runs[0]).expect("a run");
    assert_eq!((model.slug(), rows.len()), ("nano", 3));
    let with = |change: &dyn Fn(&mut LearnerReport)| {
        let mut changed = whole.clone();
        change(&mut changed);
        replayable(&changed, &changed.runs[0]).expect_err("not replayable")
    };
    let own = with(&|report| report.runs[0].model = "mine".to_owned());
    assert_eq!(own, NotReplayable::OwnModel("mine".to_owned()));
    assert_eq!(
        with(&|report| report.runs[0].is_changed = true),
        NotReplayable::Changed
    );
    assert_eq!(
        with(&|report| report.runs[0].rows = None),
        NotReplayable::RowsUnknown
    );
    assert_eq!(
        with(&|report| report.rows.clear()),
        NotReplayable::RowsMissing
    );
    assert_eq!(
        with(&|report| report.runs[0].steps = 0),
        NotReplayable::NoSteps
    );
    assert_eq!(whole.expected("1"), Agreement::Exact);
    assert_eq!(whole.expected("2"), Agreement::Within(ELSEWHERE));
}
