//! What a sweep's form asks for, and what its runs say together.

use super::*;
use crate::model::run_record::run_for_tests as record;

fn form(axis: SweepAxis, values: &str, seeds: &str) -> SweepForm {
    SweepForm {
        axis,
        values: values.to_owned(),
        seeds: seeds.to_owned(),
        principle: None,
    }
}

fn planned(axis: SweepAxis, values: &str, seeds: &str) -> Result<Sweep, String> {
    let settings = TrainSettings {
        steps: 60,
        ..TrainSettings::lab_defaults(ObjectiveKind::Dpo)
    };
    Sweep::planned(&form(axis, values, seeds), ObjectiveKind::Dpo, &settings)
}

#[test]
fn every_value_meets_every_seed_once() {
    let sweep = planned(SweepAxis::Beta, "0.05, 0.5 0.5", "1,2").expect("a plan");
    let told: Vec<(Option<f64>, u64)> = sweep
        .points
        .iter()
        .map(|point| (point.settings.objective.beta(), point.settings.seed))
        .collect();
    let expected = [(0.05, 1), (0.5, 1), (0.05, 2), (0.5, 2)];
    assert_eq!(told, expected.map(|(beta, seed)| (Some(beta), seed)));
    assert!(sweep.points.iter().all(|point| point.settings.steps == 60));
    assert_eq!((sweep.at(), sweep.done()), (Some(0), 0));
    let told = form(SweepAxis::Beta, "0.05, 0.5 0.5", "1,2").runs();
    assert_eq!(told, sweep.points.len());

    let seeds = planned(SweepAxis::Seed, "whatever", "7 8 9").expect("a plan");
    assert_eq!(seeds.points.len(), 3);
    let rates = planned(SweepAxis::LearningRate, "1e-4", "3").expect("a plan");
    assert_eq!(rates.points[0].settings.learning_rate, 1e-4);
    let kinds = planned(SweepAxis::Objective, "dpo, ipo", "1").expect("a plan");
    let kinds: Vec<ObjectiveKind> = kinds.points.iter().map(|point| point.kind).collect();
    assert_eq!(kinds, [ObjectiveKind::Dpo, ObjectiveKind::Ipo]);
}

#[test]
fn what_is_wrong_is_said() {
    for (axis, values, seeds, said) in [
        (SweepAxis::Beta, "0, 1", "1", "0, 1"),
        (SweepAxis::Beta, "", "1", "above 0"),
        (SweepAxis::LearningRate, "fast", "1", "fast"),
        (SweepAxis::Objective, "dpo, ppo2", "1", "ppo2"),
        (SweepAxis::Seed, "", "one", "one"),
        (SweepAxis::Seed, "", "", "whole number"),
        (
            SweepAxis::Beta,
            "1 2 3 4 5 6 7 8 9 10",
            "1 2 3 4 5 6 7",
            "70",
        ),
    ] {
        let error = planned(axis, values, seeds).expect_err("a refusal");
        assert!(error.contains(said), "{error}");
    }
    let sft = TrainSettings::lab_defaults(ObjectiveKind::Sft);
    let refused = Sweep::planned(&SweepForm::default(), ObjectiveKind::Sft, &sft);
    assert!(refused.is_err(), "there is no beta to vary");
}

#[test]
fn a_form_and_a_sweep_come_back_from_their_json() {
    let sweep = planned(SweepAxis::Objective, "dpo, simpo", "1 2").expect("a plan");
    let json = serde_json::to_string(&sweep).expect("plain data");
    assert_eq!(
        serde_json::from_str::<Sweep>(&json).expect("the same"),
        sweep
    );
    for axis in SweepAxis::ALL {
        assert_eq!(SweepAxis::from_slug(axis.slug()), Some(axis));
        let proposal = planned(axis, axis.proposal(), "1");
        assert!(proposal.is_ok(), "{axis:?}");
    }
}

#[test]
fn seeds_are_taken_together_by_setting() {
    let mut sweep = planned(SweepAxis::Beta, "1, 2", "1 2").expect("a plan");
    for (index, point) in sweep.points.iter_mut().enumerate() {
        point.run = Some(index as u64 + 10);
        point.is_done = index < 3;
    }
    let records = [
        record(10, &[0.5, 0.4]),
        record(11, &[0.7]),
        record(12, &[0.3, 0.2, 0.1]),
        record(13, &[9.0]),
    ];
    let groups = groups(&sweep, &records);
    assert_eq!(groups.len(), 2);
    assert_eq!((groups[0].asked, groups[0].runs.len()), (2, 2));
    // The fourth has not come to its end.
    assert_eq!((groups[1].asked, groups[1].runs.len()), (2, 1));
    let loss = groups[0].at_end("loss").expect("two runs");
    assert!((loss.mean - 0.325).abs() < 1e-12);
    assert_eq!(loss.seeds, 2);
    assert!(
        loss.interval
            .is_some_and(|[low, high]| low < 0.325 && high > 0.325)
    );
    assert_eq!(
        groups[1].at_end("loss").and_then(|loss| loss.interval),
        None
    );
    // Steps that both have.
    let steps: Vec<usize> = groups[0]
        .curve("loss")
        .iter()
        .map(|(step, _)| *step)
        .collect();
    assert_eq!(steps, [1, 2]);
    assert!((groups[0].curve("loss")[0].1.mean - 0.4).abs() < 1e-12);
    assert!(groups[0].curve("nothing").is_empty());
}
