//! Lessons refused: each a change to a sound lesson, and what is said of it.

use super::Lesson;
use super::fixtures::{changed, full};
use serde_json::{Value, json};

fn defects(text: &str) -> Vec<String> {
    let defects = Lesson::from_json(text).expect_err("a lesson with a defect");
    defects.iter().map(ToString::to_string).collect()
}

#[test]
fn every_defect_is_told_by_its_path() {
    let missing = Value::Null;
    let mut wrong = Vec::new();
    for (pointer, value, told) in [
        (
            "/lang",
            missing.clone(),
            "lang: missing, expected a language tag such as en",
        ),
        (
            "/lang",
            json!("english language"),
            "lang: \"english language\", expected a language tag such as en",
        ),
        (
            "/tilt_lesson",
            json!(2),
            "tilt_lesson: 2, expected 1, the version of the format that is read here",
        ),
        (
            "/tilt_lesson",
            missing.clone(),
            "tilt_lesson: missing, expected 1",
        ),
        (
            "/id",
            json!("Beta and KL"),
            "id: \"Beta and KL\", expected small letters, digits and hyphens",
        ),
        (
            "/title",
            json!(" "),
            "title: an empty text, expected a text",
        ),
        (
            "/minutes",
            json!(0),
            "minutes: 0, expected a number from 1 to 600",
        ),
        (
            "/goals",
            json!([]),
            "goals: an empty list, expected a list of goals",
        ),
        (
            "/goals",
            json!(["a", 3]),
            "goals[1]: a number, expected a text",
        ),
        (
            "/steps",
            json!([]),
            "steps: an empty list, expected a list of steps",
        ),
        (
            "/steps",
            json!({}),
            "steps: an object, expected a list of steps",
        ),
        (
            "/setup",
            missing.clone(),
            "setup: missing, expected how the Lab is arranged, if only {}",
        ),
        (
            "/setup/model",
            json!("smal"),
            "setup.model: \"smal\", expected nano, small or base (did you mean \"small\"?)",
        ),
        (
            "/setup/settings/beta",
            json!("high"),
            "setup.settings.beta: \"high\", expected a number",
        ),
        (
            "/setup/settings/beta",
            json!(0),
            "setup.settings.beta: 0, expected a number above 0",
        ),
        (
            "/setup/settings/steps",
            json!(0),
            "setup.settings.steps: 0, expected a number of at least 1",
        ),
        (
            "/setup/settings/steps",
            json!(1e6),
            "setup.settings.steps: 1000000, expected a whole number from 1 to 100000",
        ),
        (
            "/setup/settings/steps",
            json!(2.5),
            "setup.settings.steps: 2.5, expected a whole number from 0",
        ),
        (
            "/setup/settings/seed",
            json!(-1),
            "setup.settings.seed: -1, expected a whole number from 0",
        ),
        (
            "/setup/settings/max_steps",
            json!(60),
            "setup.settings.steps: given twice, under two names, expected steps",
        ),
        (
            "/setup/settings/simpo_gamma",
            json!(1),
            "setup.settings.simpo_gamma: not a setting of this objective, expected settings that the objective has",
        ),
        (
            "/setup/labels",
            json!({"judge": {"safe": -1}}),
            "setup.labels.judge: no weight above 0, expected at least one weight above 0",
        ),
        (
            "/setup/labels",
            json!({"judge": {}}),
            "setup.labels.judge: no principle, expected at least one, such as {\"polite\": 1}",
        ),
        (
            "/setup/labels/judge",
            json!({"polite": 0}),
            "setup.labels.judge.polite: 0, expected a number other than 0",
        ),
        (
            "/setup/labels/noise",
            json!(0.6),
            "setup.labels.noise: 0.6, expected a number from 0 to 0.5",
        ),
        (
            "/setup/labels/pairs",
            json!(0),
            "setup.labels.pairs: 0, expected a whole number from 1 to 5000",
        ),
        (
            "/setup/labels",
            json!({"by": "hand", "pairs": 3}),
            "setup.labels.pairs: without a judge, expected a judge, with which it has a meaning",
        ),
        (
            "/setup/labels",
            json!({}),
            "setup.labels: none of them, expected judge, set, rows or by",
        ),
        (
            "/setup/labels",
            json!({"set": "polite", "by": "hand"}),
            "setup.labels: several of them, expected one of judge, set, rows and by",
        ),
        (
            "/setup/hide",
            json!(["metrics"]),
            "setup.hide: \"metrics\", which stands in show too, expected other places than those in show",
        ),
        (
            "/setup/device",
            json!("here"),
            "setup.device: \"here\", expected webgpu or cpu",
        ),
        (
            "/steps/0/text",
            missing.clone(),
            "steps[0].text: missing, expected a text",
        ),
        (
            "/steps/2/predict/options",
            json!(["up"]),
            "steps[2].predict.options: one item, expected a list of 2 or more options",
        ),
        (
            "/steps/2/predict/answer",
            json!(2),
            "steps[2].predict.answer: 2, expected a whole number from 0 to 1",
        ),
        (
            "/steps/5/predict/to",
            json!(0),
            "steps[5].predict.to: 0, expected a number above 0",
        ),
        (
            "/steps/5/predict/kind",
            json!("guess"),
            "steps[5].predict.kind: \"guess\", expected choice, number, order or slider",
        ),
        (
            "/steps/2/act/0",
            json!({"run": {}, "sample": {"count": 1}}),
            "steps[2].act[0]: 2 acts in one, expected one of label, run, measure and sample; several as a list",
        ),
        (
            "/steps/2/act",
            json!([]),
            "steps[2].act: an empty list, expected a list of acts",
        ),
        (
            "/steps/2/check/of/1/at_least",
            json!("high"),
            "steps[2].check.of[1].at_least: a word, expected a number from 0 to 1",
        ),
        (
            "/steps/2/check/of/1/at_least",
            json!(80),
            "steps[2].check.of[1].at_least: 80, expected a number from 0 to 1",
        ),
        (
            "/steps/2/check/of/1/at_least",
            missing.clone(),
            "steps[2].check.of[1]: no bound, expected at_least, at_most or both",
        ),
        (
            "/steps/2/check/of/1/run",
            json!(1),
            "steps[2].check.of[1].run: 1, expected a whole number below 0: -1 is the last run",
        ),
        (
            "/steps/2/check/of/2/at_least",
            json!(20),
            "steps[2].check.of[2]: at_least 20 above at_most 15, expected bounds with room between them",
        ),
        (
            "/steps/2/check/of/3/runs",
            json!([-1]),
            "steps[2].check.of[3].runs: 1 run, expected two runs, such as [-2, -1]",
        ),
        (
            "/steps/2/check/of/3/runs",
            json!([-1, -2, -3]),
            "steps[2].check.of[3].runs: 3 runs, expected two runs, such as [-2, -1]",
        ),
        (
            "/steps/2/check/of/3/runs",
            json!([-1, -1]),
            "steps[2].check.of[3].runs: the same run twice, expected two different runs",
        ),
        (
            "/steps/2/check/of/3/runs/0",
            json!(0),
            "steps[2].check.of[3].runs[0]: 0, expected a whole number below 0: -1 is the last run",
        ),
        (
            "/steps/2/check/of/3/principle",
            json!("polite"),
            "steps[2].check.of[3].principle: a principle, expected no principle: only a win rate has one",
        ),
        (
            "/steps/2/check/of/3/relation",
            json!("bigger"),
            "steps[2].check.of[3].relation: \"bigger\", expected greater, less or near",
        ),
        (
            "/steps/2/check/of/4/by",
            json!(0),
            "steps[2].check.of[4].by: nothing, expected a number above 0: how far apart is still near",
        ),
        (
            "/steps/2/check/of/8/lost",
            json!(" Yes"),
            "steps[2].check.of[8]: gained and lost, expected one of them",
        ),
        (
            "/steps/2/check/of",
            json!([]),
            "steps[2].check.of: an empty list, expected a list of checks",
        ),
        (
            "/steps/2/explain/points",
            json!([]),
            "steps[2].explain.points: an empty list, expected a list of points",
        ),
        (
            "/steps/2/quiz/right",
            missing,
            "steps[2].quiz.right: missing, expected the index of the right option",
        ),
        (
            "/verify/labels",
            json!({"by": "hand"}),
            "verify.labels: labels by hand, expected a judge, a practice set or rows",
        ),
    ] {
        let found = defects(&changed(pointer, value.clone()));
        if found != [told] {
            wrong.push(format!("{pointer} {value}: {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn unknown_names_are_told_with_the_nearest() {
    for (pointer, value, told) in [
        (
            "/setup/objectiv",
            json!("ipo"),
            "setup.objectiv: an unknown field, expected model, objective, settings, labels, level, show, hide or device (did you mean \"objective\"?)",
        ),
        (
            "/steps/1/check/at_last",
            json!(3),
            "steps[1].check.at_last: an unknown field, expected kind, at_least or by (did you mean \"at_least\"?)",
        ),
        (
            "/steps/1/check/kind",
            json!("label"),
            "(did you mean \"labels\"?)",
        ),
        (
            "/steps/0/show",
            json!("heatmaps"),
            "(did you mean \"heatmap\"?)",
        ),
        ("/setup/objective", json!("dppo"), "(did you mean \"dpo\"?)"),
        (
            "/steps/2/check/of/5/name",
            json!("rewards/margin"),
            "(did you mean \"rewards/margins\"?)",
        ),
        (
            "/steps/2/act/0/run/betta",
            json!(1),
            "(did you mean \"beta\"?)",
        ),
        (
            "/setup/settings/trainer",
            json!("dpo"),
            "setup.settings.trainer: an unknown field",
        ),
        (
            "/setup/objective",
            json!("reward"),
            "setup.objective: \"reward\"",
        ),
    ] {
        let found = defects(&changed(pointer, value));
        assert!(
            found.iter().any(|defect| defect.contains(told)),
            "{told}: {found:?}"
        );
    }
}

#[test]
fn all_defects_are_told_at_once() {
    let mut lesson = full();
    lesson["lang"] = Value::Null;
    lesson["setup"]["settings"]["beta"] = json!("high");
    lesson["steps"][1]["check"]["at_least"] = json!("many");
    lesson["steps"][2]["explain"]["point"] = json!([]);
    let found = defects(&lesson.to_string());
    let paths: Vec<&str> = found
        .iter()
        .filter_map(|told| told.split(':').next())
        .collect();
    let expected = [
        "lang",
        "setup.settings.beta",
        "steps[1].check.at_least",
        "steps[2].explain.point",
    ];
    assert_eq!(paths, expected);
}

#[test]
fn what_is_no_lesson_is_told_as_a_whole() {
    assert!(defects("{")[0].starts_with("the lesson: not valid JSON: "));
    assert!(defects("[]")[0].starts_with("the lesson: a list, expected an object with "));
    let huge = format!("{{\"title\": \"{}\"}}", "x".repeat(1 << 20));
    assert!(defects(&huge)[0].contains("expected at most 1 MiB"));
    let infinite = full()
        .to_string()
        .replace("\"minutes\":15", "\"minutes\":1e999");
    assert!(defects(&infinite)[0].contains("not valid JSON"));
    let mut deep = json!({"kind": "kl", "at_most": 1});
    for _ in 0..9 {
        deep = json!({"kind": "not", "of": deep});
    }
    let found = defects(&changed("/steps/1/check", deep));
    assert!(
        found[0].contains("fewer checks within each other"),
        "{found:?}"
    );
}
