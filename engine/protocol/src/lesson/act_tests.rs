//! Acts told from what happened.

use super::facts::{Facts, RunFacts, SampleFacts, WinRateFacts};
use super::label_facts::{LabelFacts, LabellerFacts};
use super::{Act, LabelAct, LabelSource, LabelledBy, RunSettings, Setup, acts_done, runs_of_acts};
use crate::principle::{JudgeSettings, Principle};
use crate::{CuratedSet, ObjectiveKind};

fn setup() -> Setup {
    Setup::default()
}

fn labels(by: LabellerFacts, count: usize) -> LabelFacts {
    LabelFacts {
        by,
        count,
        decisive: count,
    }
}

fn by_hand(count: usize) -> Facts {
    Facts {
        labels: vec![labels(LabellerFacts::Hand, count)],
        ..Facts::default()
    }
}

/// A run that was trained to its end, with a seed of its own.
fn run(id: u64, seed: Option<u64>) -> RunFacts {
    let asked = seed.map_or_else(RunSettings::default, |seed| {
        RunSettings::default().with_seed(seed)
    });
    let (objective, settings) = setup().run_settings(&asked).expect("sound settings");
    RunFacts {
        id,
        objective,
        steps: settings.steps,
        settings,
        model: "small".to_owned(),
        is_ended: true,
        curve: Vec::new(),
        kl: None,
        win_rates: Vec::new(),
        tokens: Vec::new(),
        samples: Vec::new(),
    }
}

fn runs(runs: Vec<RunFacts>) -> Facts {
    Facts {
        runs,
        ..Facts::default()
    }
}

#[test]
fn labels_count_from_where_the_step_began() {
    let act = [Act::Label(LabelAct::Count {
        count: 12,
        by: Some(LabelledBy::Hand),
    })];
    let mut judged = by_hand(3);
    let judge = LabellerFacts::Judge(JudgeSettings::of(Principle::Polite, 0.0));
    judged.labels.push(labels(judge, 40));
    for (before, after, done) in [
        (by_hand(0), by_hand(12), 1),
        (by_hand(0), by_hand(11), 0),
        (by_hand(3), by_hand(12), 0),
        (by_hand(3), by_hand(15), 1),
        (Facts::default(), judged, 0),
        // Who takes back older labels has given none.
        (by_hand(20), by_hand(12), 0),
    ] {
        assert_eq!(acts_done(&act, &setup(), &before, &after), done);
    }
}

#[test]
fn the_same_labels_are_not_taken_twice() {
    let count = |count| Act::Label(LabelAct::Count { count, by: None });
    let acts = [count(5), count(5)];
    let done = |labels| acts_done(&acts, &setup(), &Facts::default(), &by_hand(labels));
    assert_eq!((done(4), done(5), done(9), done(10)), (0, 1, 1, 2));
}

#[test]
fn a_judge_is_known_by_what_it_weighs() {
    let judge = |noise| JudgeSettings {
        principles: vec![(Principle::Polite, 1.0), (Principle::Short, 0.5)],
        noise,
        length_bias: 0.0,
    };
    let act = [Act::Label(LabelAct::From(LabelSource::Judge {
        judge: judge(0.1),
        pairs: 64,
    }))];
    let facts = |mut judge: JudgeSettings, turned: bool, count| {
        if turned {
            judge.principles.reverse();
        }
        Facts {
            labels: vec![labels(LabellerFacts::Judge(judge), count)],
            ..Facts::default()
        }
    };
    for (after, done) in [
        (facts(judge(0.1), false, 64), 1),
        (facts(judge(0.1), true, 64), 1),
        (facts(judge(0.1), false, 63), 0),
        (facts(judge(0.2), false, 64), 0),
    ] {
        assert_eq!(acts_done(&act, &setup(), &Facts::default(), &after), done);
    }
    let act = [Act::Label(LabelAct::From(LabelSource::Set(
        CuratedSet::Noisy,
    )))];
    let set = |name: &str| Facts {
        labels: vec![labels(LabellerFacts::Set(name.to_owned()), 64)],
        ..Facts::default()
    };
    let done = |after| acts_done(&act, &setup(), &Facts::default(), &after);
    assert_eq!((done(set("polite-noisy")), done(set("polite"))), (1, 0));
}

#[test]
fn a_run_is_known_by_what_it_was_trained_with() {
    let asked = [Act::Run(RunSettings::default())];
    let whole = run(1, None);
    let changed = |change: fn(&mut RunFacts)| {
        let mut run = run(1, None);
        change(&mut run);
        run
    };
    let set_beta = |run: &mut RunFacts| run.settings.objective.set_beta(0.05);
    for (run, done) in [
        (whole.clone(), 1),
        (changed(|run| run.steps = 3), 0),
        (changed(|run| run.is_ended = false), 0),
        (changed(|run| run.model = "nano".to_owned()), 0),
        (changed(|run| run.objective = ObjectiveKind::Ipo), 0),
        (changed(|run| run.settings.learning_rate = 0.1), 0),
        (changed(set_beta), 0),
        // The context bounds it, and no lesson asked for it.
        (changed(|run| run.settings.max_length = 128), 1),
    ] {
        let found = acts_done(
            &asked,
            &setup(),
            &Facts::default(),
            &runs(vec![run.clone()]),
        );
        assert_eq!(found, done, "{run:?}");
    }
    // A run of before the step is none of it.
    let before = runs(vec![whole.clone()]);
    assert_eq!(acts_done(&asked, &setup(), &before, &before), 0);
    let after = runs(vec![whole, run(2, None)]);
    assert_eq!(acts_done(&asked, &setup(), &before, &after), 1);
}

#[test]
fn acts_are_done_in_their_order() {
    let asked = |seed| Act::Run(RunSettings::default().with_seed(seed));
    let acts = [asked(1), asked(2)];
    let done = |facts: &Facts| acts_done(&acts, &setup(), &Facts::default(), facts);
    let (one, two) = (run(1, Some(1)), run(2, Some(2)));
    assert_eq!(done(&runs(vec![two.clone()])), 0);
    assert_eq!(done(&runs(vec![two.clone(), one.clone()])), 1);
    assert_eq!(done(&runs(vec![one.clone(), run(3, Some(7)), two])), 2);
}

#[test]
fn of_several_runs_that_fit_the_latest_counts() {
    let asked = |seed| Act::Run(RunSettings::default().with_seed(seed));
    let acts = [asked(1), Act::Measure(Principle::Polite), asked(2)];
    let taken = |acts: &[Act], before: &Facts, after: Vec<RunFacts>| {
        runs_of_acts(acts, &setup(), before, &runs(after))
    };
    let nothing = Facts::default();
    let (one, again, two) = (run(1, Some(1)), run(3, Some(1)), run(5, Some(2)));
    let all = || vec![one.clone(), run(2, Some(9)), again.clone(), two.clone()];
    assert_eq!(taken(&acts[..1], &nothing, all()), [3]);
    assert_eq!(taken(&[asked(1), asked(2)], &nothing, all()), [3, 5]);
    // The measurement between them is missing, so the second is none of this step.
    assert_eq!(taken(&acts, &nothing, all()), [3]);
    let before = runs(vec![one.clone(), again.clone()]);
    assert_eq!(taken(&acts[..1], &before, all()), [0; 0]);
    // Two of the same are two runs.
    let twice = [asked(1), asked(1)];
    assert_eq!(taken(&twice, &nothing, all()), [1, 3]);
}

#[test]
fn labels_are_counted_up_to_what_is_asked_for() {
    let act = Act::Label(LabelAct::Count {
        count: 12,
        by: Some(LabelledBy::Hand),
    });
    let progress = |before, after| act.progress(&by_hand(before), &by_hand(after));
    assert_eq!(progress(0, 7), Some((7, 12)));
    assert_eq!(progress(5, 7), Some((2, 12)));
    assert_eq!(progress(5, 40), Some((12, 12)));
    assert_eq!(progress(5, 4), Some((0, 12)));
    let measure = Act::Measure(Principle::Polite);
    assert_eq!(measure.progress(&by_hand(0), &by_hand(1)), None);
}

#[test]
fn an_outline_tells_acts_as_the_facts_do() {
    let mut facts = runs(vec![run(1, None)]);
    facts.runs[0].samples = vec![SampleFacts {
        prompt: "Hello!".to_owned(),
        policy: "Hi.".to_owned(),
        reference: "What?".to_owned(),
    }];
    let outline = facts.outline();
    assert!(outline.runs[0].samples[0].prompt.is_empty());
    for act in [Act::Sample(1), Act::Run(RunSettings::default())] {
        let acts = [act];
        for (before, after) in [(&outline, &facts), (&facts, &outline)] {
            assert_eq!(acts_done(&acts, &setup(), before, after), 0);
            assert_eq!(acts_done(&acts, &setup(), &Facts::default(), after), 1);
        }
    }
    assert_eq!(facts.with_runs(&[2]).runs, []);
    assert_eq!(facts.with_runs(&[2, 1]).runs.len(), 1);
    // In the lesson's order, whenever they were trained.
    let two = runs(vec![run(1, None), run(2, None)]);
    let ids = |facts: Facts| facts.runs.iter().map(|run| run.id).collect::<Vec<u64>>();
    assert_eq!(ids(two.with_runs(&[2, 1])), [2, 1]);
}

#[test]
fn measuring_and_sampling_are_told_from_what_is_there() {
    let rate = |step| WinRateFacts {
        step,
        principle: Principle::Polite,
        wins: 1,
        losses: 1,
        ties: 0,
    };
    let sample = || SampleFacts {
        prompt: "Hello!".to_owned(),
        policy: "Hi.".to_owned(),
        reference: "What?".to_owned(),
    };
    let with = |rates: usize, samples: usize| {
        let mut run = run(1, None);
        run.win_rates = (0..rates).map(rate).collect();
        run.samples = (0..samples).map(|_| sample()).collect();
        runs(vec![run])
    };
    let measure = [Act::Measure(Principle::Polite)];
    let done = |acts: &[Act], before, after| acts_done(acts, &setup(), &before, &after);
    assert_eq!(done(&measure, with(0, 0), with(1, 0)), 1);
    assert_eq!(done(&measure, with(1, 0), with(1, 0)), 0);
    let twice = [measure[0].clone(), measure[0].clone()];
    assert_eq!(done(&twice, with(0, 0), with(1, 0)), 1);
    assert_eq!(done(&twice, with(0, 0), with(2, 0)), 2);
    let warm = [Act::Measure(Principle::Warm)];
    assert_eq!(done(&warm, with(0, 0), with(1, 0)), 0);
    let sample = [Act::Sample(2)];
    assert_eq!(done(&sample, with(0, 1), with(0, 2)), 0);
    assert_eq!(done(&sample, with(0, 1), with(0, 3)), 1);
}
