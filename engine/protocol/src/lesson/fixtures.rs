//! Lessons, checks and facts for tests.

use super::facts::{CurveFacts, Facts, KlFacts, RunFacts, WinRateFacts};
use super::label_facts::{LabelFacts, LabellerFacts};
use super::{Check, Lesson, Standing, check};
use crate::metrics::Metrics;
use crate::principle::Principle;
use crate::{ObjectiveKind, TrainSettings};
use serde_json::{Value, json};

/// A lesson with one of everything.
pub(super) fn full() -> Value {
    json!({
        "tilt_lesson": 1, "id": "beta-and-kl", "lang": "en", "title": "Beta", "minutes": 15,
        "goals": ["See what beta does."],
        "setup": {
            "model": "small", "objective": "dpo",
            "settings": {"beta": 0.5, "steps": 60, "seed": 1},
            "labels": {"judge": {"polite": 1}, "pairs": 64, "noise": 0.1},
            "level": "start", "show": "metrics", "hide": ["closed-form"], "device": "cpu"
        },
        "steps": [
            {"text": "Read this.", "show": "heatmap", "hint": "Look."},
            {"text": "Label.", "act": {"label": {"count": 12}},
             "check": {"kind": "labels", "at_least": 12, "by": "hand"}},
            {"text": "Run.", "show": ["runs", "win-rate"],
             "predict": {"kind": "choice", "options": ["up", "down"], "answer": 0},
             "act": [{"run": {"beta": 0.05}}, {"measure": {"principle": "polite"}},
                     {"label": {"set": "polite-noisy"}}, {"sample": {"count": 2}}],
             "check": {"kind": "all", "of": [
                {"kind": "run", "settings": {"beta": 0.05}},
                {"kind": "win_rate", "run": -1, "principle": "polite", "at_least": 0.8},
                {"kind": "kl", "run": -1, "at_most": 15},
                {"kind": "compare", "metric": "kl", "runs": [-2, -1], "relation": "greater", "by": 0},
                {"kind": "compare", "metric": "win_rate", "principle": "warm", "runs": [-1, -2],
                 "relation": "near", "by": 0.1},
                {"kind": "metric", "run": -1, "name": "rewards/margins", "at_least": 1},
                {"kind": "metric", "run": -1, "name": "loss", "at": "start", "at_most": 0.7},
                {"kind": "agreement", "at_least": 0.6, "judge": {"polite": 1, "short": 0.5}},
                {"kind": "token", "run": -1, "gained": " No"},
                {"kind": "any", "of": [{"kind": "token", "run": -2, "lost": " Yes"}]},
                {"kind": "not", "of": {"kind": "kl", "run": -1, "at_least": 100}}]},
             "explain": {"model": "Because.", "points": ["one", "two"]},
             "quiz": {"question": "Why?", "answer": "So.", "options": ["a", "b"], "right": 1,
                      "show": {"objective": "ipo", "settings": {"beta": 1}}}},
            {"text": "Guess.", "predict": {"kind": "number", "unit": "nats",
             "measure": {"metric": "kl", "run": -1}}},
            {"text": "Sort.", "predict": {"kind": "order", "items": ["a", "b"]}},
            {"text": "Slide.", "predict": {"kind": "slider", "from": 0, "to": 1,
             "measure": {"metric": "win_rate", "principle": "polite"}},
             "act": {"run": {"objective": "ipo", "beta": 1}}}
        ],
        "verify": {"labels": {"judge": {"polite": 1}, "noise": 0.2}}
    })
}

/// The full lesson with a value put in at a JSON pointer; `null` takes the field away.
pub(super) fn changed(pointer: &str, value: Value) -> String {
    let mut lesson = full();
    let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
    let parent = lesson.pointer_mut(parent).expect("a place in the lesson");
    match (parent, value) {
        (Value::Object(map), Value::Null) => {
            map.remove(name);
        }
        (Value::Object(map), value) => {
            map.insert(name.to_owned(), value);
        }
        (Value::Array(items), value) => items[name.parse::<usize>().expect("an index")] = value,
        _ => panic!("{pointer} is in no object"),
    }
    lesson.to_string()
}

/// A check as a lesson has it.
pub(super) fn read(value: &Value) -> Check {
    let lesson = json!({
        "tilt_lesson": 1, "id": "a", "lang": "en", "title": "A", "minutes": 5, "goals": ["a"],
        "setup": {}, "steps": [{"text": "a", "check": value}]
    });
    let lesson = Lesson::from_json(&lesson.to_string());
    let lesson = lesson.unwrap_or_else(|defects| panic!("{value}: {defects:?}"));
    lesson.steps[0].check.clone().expect("the check")
}

pub(super) fn verdict(value: &Value, facts: &Facts) -> (Standing, String) {
    let verdict = check(&read(value), facts);
    (verdict.verdict, verdict.seen)
}

pub(super) fn standing(value: Value, facts: &Facts) -> Standing {
    verdict(&value, facts).0
}

/// A run of 100 steps, over.
pub(super) fn run(beta: f64) -> RunFacts {
    let kind = ObjectiveKind::Dpo;
    let settings = TrainSettings {
        objective: kind.with_beta(beta),
        steps: 100,
        ..TrainSettings::lab_defaults(kind)
    };
    RunFacts {
        id: 1,
        objective: kind,
        settings,
        model: "small".to_owned(),
        steps: 100,
        is_ended: true,
        curve: Vec::new(),
        kl: None,
        win_rates: Vec::new(),
        tokens: Vec::new(),
        samples: Vec::new(),
    }
}

pub(super) fn with_rate(beta: f64, wins: usize, of: usize) -> RunFacts {
    let mut run = run(beta);
    run.win_rates.push(WinRateFacts {
        step: 100,
        principle: Principle::Polite,
        wins,
        losses: of - wins,
        ties: 7,
    });
    run
}

pub(super) fn with_kl(beta: f64, mean: f64, standard_error: Option<f64>) -> RunFacts {
    let mut run = run(beta);
    run.kl = Some(KlFacts {
        step: 100,
        mean,
        standard_error,
        answers: 200,
    });
    run
}

pub(super) fn with_margins(margins: &[f64]) -> RunFacts {
    let mut run = run(0.5);
    let points = margins.iter().enumerate().map(|(index, margin)| {
        let mut metrics = Metrics::default();
        metrics.set("rewards/margins", *margin);
        CurveFacts {
            step: index + 1,
            metrics,
        }
    });
    run.curve = points.collect();
    run
}

pub(super) fn of_runs(runs: &[RunFacts]) -> Facts {
    Facts {
        runs: runs.to_vec(),
        ..Facts::default()
    }
}

pub(super) fn of_labels(by: LabellerFacts, count: usize) -> Facts {
    Facts {
        labels: vec![LabelFacts {
            by,
            count,
            decisive: count,
        }],
        ..Facts::default()
    }
}
