//! Lessons read, written, and what their runs have.

use super::fixtures::{changed, full};
use super::{Act, LabelSource, Lesson, Place, RunBack};
use crate::label::Labeller;
use crate::principle::Principle;
use crate::{ObjectiveKind, TrainSettings};
use serde_json::{Value, json};

#[test]
fn a_lesson_comes_back_as_it_was() {
    let lesson = Lesson::from_json(&full().to_string()).expect("a sound lesson");
    assert_eq!(lesson.steps.len(), 6);
    assert_eq!(lesson.steps[0].show, [Place::Heatmap]);
    let again = Lesson::from_json(&lesson.to_json()).expect("what was just written");
    assert_eq!(again, lesson);
    assert_eq!(again.to_json(), lesson.to_json());
    let pretty = Lesson::from_json(&lesson.to_pretty_json()).expect("for people too");
    assert_eq!(pretty.hash(), lesson.hash());
}

#[test]
fn lessons_that_mean_the_same_have_one_hash() {
    let hash = |text: &str| Lesson::from_json(text).expect("a sound lesson").hash();
    let plain = hash(&full().to_string());
    assert_eq!(plain.len(), 16);
    for (pointer, value) in [
        ("/minutes", json!(15.0)),
        (
            "/setup/settings",
            json!({"beta": 0.5, "max_steps": 60.0, "seed": 1}),
        ),
        ("/steps/0/show", json!(["heatmap"])),
        ("/steps/1/act", json!([{"label": {"count": 12}}])),
        (
            "/steps/2/check/of/8",
            json!({"kind": "token", "gained": " No"}),
        ),
    ] {
        assert_eq!(hash(&changed(pointer, value)), plain, "{pointer}");
    }
    assert_ne!(hash(&changed("/title", json!("Alpha"))), plain);
    assert_ne!(hash(&changed("/setup/settings/beta", json!(0.4))), plain);
}

#[test]
fn a_run_has_the_set_ups_settings_under_its_own() {
    let lesson = Lesson::from_json(&full().to_string()).expect("a sound lesson");
    let setup = &lesson.setup;
    let usual = TrainSettings::lab_defaults(ObjectiveKind::Dpo);
    let base = setup.train_settings().expect("sound settings");
    assert_eq!(base.steps, 60);
    assert_eq!(base.warmup_steps, 6);
    assert_eq!(base.objective, ObjectiveKind::Dpo.with_beta(0.5));
    assert_eq!(base.adam_epsilon, usual.adam_epsilon);
    assert!(!base.keep_order);

    let runs: Vec<_> = lesson.steps.iter().flat_map(|step| &step.acts).collect();
    let of = |act: &Act| match act {
        Act::Run(run) => Some(setup.run_settings(run).expect("sound settings")),
        _ => None,
    };
    let runs: Vec<_> = runs.into_iter().filter_map(of).collect();
    let low = TrainSettings {
        objective: ObjectiveKind::Dpo.with_beta(0.05),
        ..base
    };
    assert_eq!(runs[0], (ObjectiveKind::Dpo, low));
    // Another objective begins with its own, and keeps steps and seed.
    let ipo = TrainSettings {
        steps: 60,
        warmup_steps: 6,
        seed: 1,
        ..TrainSettings::lab_defaults(ObjectiveKind::Ipo)
    };
    assert_eq!(runs[1], (ObjectiveKind::Ipo, ipo));
    assert_eq!(RunBack::LAST.back(), 1);
}

#[test]
fn every_objective_can_be_a_lessons() {
    for kind in ObjectiveKind::ALL
        .into_iter()
        .filter(|kind| kind.trains_policy())
    {
        let settings = json!({"steps": 5, "lr": 0.001, "per_device_train_batch_size": 4});
        let mut lesson = full();
        lesson["setup"]["objective"] = kind.slug().into();
        lesson["setup"]["settings"] = settings;
        lesson["steps"] = json!([{"text": "Run.", "act": {"run": {}}}]);
        let lesson = Lesson::from_json(&lesson.to_string()).expect("a sound lesson");
        let (found, settings) = lesson
            .setup
            .run_settings(&Default::default())
            .expect("sound settings");
        let usual = TrainSettings::lab_defaults(kind);
        assert_eq!((found, settings.steps), (kind, 5));
        assert_eq!(settings.objective, usual.objective, "{kind:?}");
    }
}

#[test]
fn a_judge_is_known_by_its_largest_weight_above_0_which_is_1() {
    let judge = |weights: Value, bias: f64| {
        let labels = json!({"judge": weights, "pairs": 4, "length_bias": bias});
        let text = changed("/setup/labels", labels);
        let lesson = Lesson::from_json(&text).expect("a sound judge");
        match lesson.setup.labels {
            Some(LabelSource::Judge { judge, .. }) => judge,
            other => panic!("{other:?}"),
        }
    };
    let beside = judge(json!({"polite": 1, "short": 0.5}), 0.25);
    assert_eq!(judge(json!({"short": 1, "polite": 2}), 0.5), beside);
    let against = judge(json!({"safe": -1, "polite": 0.5}), 0.0);
    assert_eq!(
        against.principles,
        [(Principle::Polite, 1.0), (Principle::Safe, -2.0)]
    );
    // As its labels tell it.
    let label = Labeller::of_judge(&against).and_then(|labeller| labeller.judge_settings());
    assert_eq!(label, Some(against));
}
