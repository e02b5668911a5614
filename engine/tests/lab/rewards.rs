//! A reward model of labels, and runs that it scores.

use crate::page::{Page, failure};
use tilt_protocol::label::rows_from_labels;
use tilt_protocol::reward_report::{RewardNews, RewardReport};
use tilt_protocol::roads::{Road, RoadNews};
use tilt_protocol::{
    Command, Content, Error, Event, Example, Metrics, Objective, ObjectiveKind, OnlineObjective,
    Principle, Reward, RowKind, TrainSettings, Verdict, metrics,
};

/// A short training of one on labels that the judge gave.
fn train_reward(page: &mut Page) -> (Vec<RewardNews>, Vec<Event>) {
    let labels = page.autolabel(8);
    let settings = TrainSettings {
        steps: 4,
        ..TrainSettings::lab_defaults(ObjectiveKind::Reward)
    };
    let events = page.ask(Command::TrainReward {
        settings,
        examples: rows_from_labels(&labels, RowKind::Pairs),
        principle: Principle::Polite,
    });
    let news = events.iter().filter_map(|event| match event {
        Event::RewardModel { news, .. } => Some(news.read().expect("news")),
        _ => None,
    });
    (news.collect(), events)
}

fn report_of(news: &[RewardNews]) -> &RewardReport {
    match news.last() {
        Some(RewardNews::Report(report)) => report,
        other => panic!("{other:?}"),
    }
}

/// A run of PPO that the reward model scores and the judge watches.
fn pushed(steps: usize, paused: bool) -> Command {
    let mut settings = TrainSettings {
        steps,
        batch_size: 4,
        rewards: vec![
            Reward::Model,
            Reward::Watched(vec![(Principle::Polite, 1.0)]),
        ],
        ..TrainSettings::lab_defaults(ObjectiveKind::Ppo)
    };
    if let Objective::Online(online @ OnlineObjective::Ppo(_)) = &mut settings.objective {
        online.generation_mut().max_completion_length = 12;
    }
    Command::Train {
        run: 7,
        settings,
        examples: prompts(),
        paused,
        is_kept: true,
    }
}

fn prompts() -> Vec<Example> {
    let texts = ["What colour is a lemon?", "Hello there!", "Good morning."];
    let prompt = |text: &&str| Example::Prompt {
        prompt: Content::user(text),
    };
    texts.iter().map(prompt).collect()
}

fn steps(events: &[Event]) -> Vec<Metrics> {
    let steps = events.iter().filter_map(|event| match event {
        Event::Step { metrics, .. } => Some(metrics.clone()),
        _ => None,
    });
    steps.collect()
}

#[test]
fn a_reward_model_is_trained_measured_and_asked() {
    let mut page = Page::ready();
    let before = page.ask(pushed(1, false));
    let refused = before.iter().find_map(|event| match event {
        Event::Failed {
            error: Error::InvalidConfig { field, value, .. },
        } => Some((field.clone(), value.clone())),
        _ => None,
    });
    let expected = ("reward".to_owned(), "model".to_owned());
    assert_eq!(refused, Some(expected), "{before:?}");

    let (news, events) = train_reward(&mut page);
    assert!(matches!(news[0], RewardNews::Step { step: 1, of: 4, .. }));
    let report = report_of(&news);
    assert_eq!((report.labels, report.steps), (8, 4));
    assert_eq!((report.held_out.of, report.pairs.len()), (200, 200));
    // The judge's own pairs: the first is the better one.
    assert!(
        report
            .pairs
            .iter()
            .all(|pair| pair[0].truth > pair[1].truth)
    );
    let ordered = report.pairs.iter();
    let ordered = ordered.filter(|pair| pair[0].learnt > pair[1].learnt);
    assert_eq!(ordered.count(), report.held_out.count);
    let is_last = |event: &&Event| matches!(event, Event::RewardModel { .. }) && event.is_last();
    assert_eq!(events.iter().filter(is_last).count(), 1);

    let steps = steps(&page.ask(pushed(2, false)));
    assert_eq!(steps.len(), 2);
    let of = |name: &str| steps[0].get(name).unwrap_or(f64::NAN);
    // What counts is the reward model's word alone.
    assert_eq!(of(metrics::REWARD), of("rewards/model/mean"));
    assert!((0.0..=1.0).contains(&of("rewards/polite/mean")));
    assert_eq!(of(metrics::SAMPLED_KL), 0.0);
}

/// A run of Online DPO whose answers the learner judges.
fn asking() -> Command {
    let mut settings = TrainSettings {
        steps: 2,
        batch_size: 2,
        rewards: vec![Reward::Learner],
        ..TrainSettings::lab_defaults(ObjectiveKind::OnlineDpo)
    };
    if let Objective::Online(online) = &mut settings.objective {
        online.generation_mut().max_completion_length = 12;
    }
    Command::Train {
        run: 7,
        settings,
        examples: prompts(),
        paused: false,
        is_kept: false,
    }
}

#[test]
fn a_run_waits_for_the_learner() {
    let mut page = Page::ready();
    let mut events = page.ask(asking());
    for step in 0..2 {
        let asked = events.iter().find_map(|event| match event {
            Event::FreshPairs { run, step, pairs } => Some((*run, *step, pairs.clone())),
            _ => None,
        });
        let (run, at, pairs) = asked.expect("pairs");
        // Three prompts are an epoch, and no step crosses its end.
        assert_eq!((run, at, pairs.len()), (7, step, 2 - step));
        assert!(pairs.iter().all(|pair| !pair.prompt.is_empty()));
        assert!(steps(&events).len() <= 1);
        let of = |run, verdicts| Command::Prefer { run, verdicts };
        let others = [of(6, vec![Verdict::A; pairs.len()]), of(7, Vec::new())];
        for refused in others {
            assert!(failure(&page.ask(refused)).is_some());
        }
        // Pausing changes nothing of what is waited for.
        page.ask(Command::Pause);
        page.ask(Command::Resume);
        events = page.ask(of(7, vec![Verdict::A; pairs.len()]));
        assert_eq!(steps(&events).len(), 1, "{events:?}");
    }
    let ended = |event: &Event| matches!(event, Event::RunEnded { step: 2, .. });
    assert!(events.iter().any(ended));
    assert!(
        failure(&page.ask(Command::Prefer {
            run: 7,
            verdicts: vec![Verdict::A]
        }))
        .is_some()
    );
}

/// The reward model goes with the run: another engine has none.
#[test]
fn a_saved_run_keeps_its_reward_model() {
    let mut page = Page::ready();
    train_reward(&mut page);
    let whole = steps(&page.ask(pushed(6, false)));
    let saved = {
        page.ask(pushed(6, true));
        page.ask(Command::Steps { count: 3 });
        page.ask_for_checkpoint(Command::SaveRun, 3)
    };
    let mut other = Page::ready();
    let restored = other.ask_with(
        Command::RestoreRun {
            run: 8,
            examples: prompts(),
            paused: false,
            ended: false,
            steps: None,
        },
        saved,
    );
    let rest = steps(&restored);
    assert_eq!(rest.len(), 3, "{restored:?}");
    for (found, expected) in rest.iter().zip(&whole[3..]) {
        for name in [metrics::LOSS, metrics::VALUE_LOSS, "rewards/model/mean"] {
            assert_eq!(found.get(name), expected.get(name), "{name}");
            assert!(found.get(name).is_some(), "{name}");
        }
    }
}

/// A comparison touches neither the policy nor the run, and can be given up.
#[test]
fn roads_are_compared_one_after_the_other() {
    let mut page = Page::ready();
    let roads = |seeds: Vec<u64>| Command::CompareRoads {
        roads: vec![Road::Labels(ObjectiveKind::Dpo)],
        principle: Principle::Polite,
        seeds,
        labels: 8,
    };
    let events = page.ask(roads(vec![3]));
    let outcomes: Vec<RoadNews> = events
        .iter()
        .filter_map(|event| match event {
            Event::Road { news, .. } => news.as_ref().map(|news| news.read().expect("news")),
            _ => None,
        })
        .collect();
    let [one] = &outcomes[..] else {
        panic!("{events:?}");
    };
    assert_eq!(one.road, Road::Labels(ObjectiveKind::Dpo));
    assert_eq!((one.outcome.seed, one.outcome.steps), (3, 120));
    let report = one.outcome.report.as_ref().expect("a measurement");
    assert!(report.kl > 0.0 && one.outcome.passes > 0, "{report:?}");
    let none = page.ask(roads(Vec::new()));
    let is_over = |event: &Event| {
        matches!(
            event,
            Event::Road {
                news: None,
                done: true
            }
        )
    };
    assert!(none.iter().any(is_over), "{none:?}");
}
