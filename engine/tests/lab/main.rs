//! The lab as the page drives it, with the shipped `nano` on the CPU device.

mod page;
mod replay;
mod rewards;

use page::{Page, exported, failure, file, largest_log_ratio, last_status, nano, train};
use pollster::block_on;
use tilt_protocol::label::{pairs_from_labels, unpaired_from_labels};
use tilt_protocol::settings::LrSchedule;
use tilt_protocol::{
    Command, EngineStatus, Error, Event, Example, ObjectiveKind, PolicyAt, Principle, Request,
    RunEnd, Sampling, TrainSettings, Verdict, metrics,
};

#[test]
fn label_train_watch_and_reset() {
    let mut page = Page::ready();
    let labels = page.autolabel(10);
    assert_eq!(labels.len(), 10);
    assert!(
        labels
            .iter()
            .all(|label| matches!(label.verdict, Verdict::A | Verdict::B))
    );
    let rows = pairs_from_labels(&labels);
    let events = page.ask(Command::Watch {
        example: rows[0].clone(),
        against: None,
    });
    assert_eq!(
        largest_log_ratio(&events),
        0.0,
        "policy and reference agree before"
    );

    let events = page.ask(train(ObjectiveKind::Dpo, rows, 4));
    let losses: Vec<f64> = events
        .iter()
        .filter_map(|event| match event {
            Event::Step { metrics, .. } => metrics.get(metrics::LOSS),
            _ => None,
        })
        .collect();
    assert_eq!(losses.len(), 4);
    assert!(
        (losses[0] - std::f64::consts::LN_2).abs() < 1e-4,
        "{losses:?}"
    );
    assert!(largest_log_ratio(&events) > 1e-3);
    assert!(
        events
            .iter()
            .any(|event| matches!(event, Event::Kl { step: 4, .. }))
    );
    assert!(matches!(
        events.iter().rev().nth(1),
        Some(Event::RunEnded {
            end: RunEnd::Finished,
            ..
        })
    ));
    assert_eq!(last_status(&events), Some(EngineStatus::Ready));

    let prompt = "Hello!".to_owned();
    let events = page.ask(Command::Compare {
        prompt,
        sampling: Sampling::default(),
    });
    // What is drawn from a policy says whose it is, and after how many steps.
    let Event::Compared { of, policy, .. } = &events[0] else {
        panic!("{events:?}");
    };
    assert!(!policy.is_empty());
    let trained = PolicyAt {
        run: Some(1),
        step: 4,
    };
    assert_eq!(*of, trained);

    let events = page.ask(Command::Reset);
    assert_eq!(
        largest_log_ratio(&events),
        0.0,
        "the policy is the reference again"
    );
}

#[test]
fn kto_trains_on_thumbs() {
    let mut page = Page::ready();
    let rows = unpaired_from_labels(&page.autolabel(6));
    let events = page.ask(train(ObjectiveKind::Kto, rows, 2));
    let first = events.iter().find_map(|event| match event {
        Event::Step { metrics, .. } => metrics.get(metrics::LOSS),
        _ => None,
    });
    assert!((first.expect("a step") - 0.5).abs() < 1e-4, "{first:?}");
}

#[test]
fn a_run_is_saved_and_restored() {
    let mut page = Page::ready();
    let rows = pairs_from_labels(&page.autolabel(8));
    let settings = TrainSettings {
        steps: 4,
        ..TrainSettings::lab_defaults(ObjectiveKind::Dpo)
    };
    let paused = true;
    page.ask(Command::Train {
        run: 1,
        settings,
        examples: rows.clone(),
        paused,
        is_kept: false,
    });
    page.ask(Command::Steps { count: 1 });
    page.next_id += 1;
    let request = Request {
        id: page.next_id,
        command: Command::SaveRun,
    };
    block_on(page.lab.handle(request, Vec::new()));
    let told = page.lab.take_outbox();
    let is_saved = |event: &Event| matches!(event, Event::Checkpoint { step: 1, .. });
    let mut told = told.into_iter();
    let saved = told.find(|outgoing| is_saved(&outgoing.message.event));
    let saved = saved
        .expect("a checkpoint, also of a run that waits")
        .buffers;
    assert!(
        told.next()
            .is_some_and(|last| last.message.event == Event::Done)
    );
    let whole = page.ask(Command::Resume);

    let mut other = Page::ready();
    other.ask_with(
        Command::RestoreRun {
            run: 1,
            examples: rows,
            paused: true,
            ended: false,
            steps: None,
        },
        saved,
    );
    let resumed = other.ask(Command::Resume);
    let steps = |events: &[Event]| -> Vec<(usize, Option<f64>)> {
        events
            .iter()
            .filter_map(|event| match event {
                Event::Step { step, metrics, .. } => Some((*step, metrics.get(metrics::LOSS))),
                _ => None,
            })
            .collect()
    };
    assert_eq!(steps(&resumed).len(), 3);
    assert_eq!(steps(&resumed), steps(&whole));
}

#[test]
fn the_policy_of_an_ended_run_comes_back() {
    let mut page = Page::ready();
    let rows = pairs_from_labels(&page.autolabel(8));
    let mut command = train(ObjectiveKind::Dpo, rows.clone(), 3);
    if let Command::Train { is_kept, .. } = &mut command {
        *is_kept = true;
    }
    let saved = page.ask_for_checkpoint(command, 3);
    let trained = exported(&mut page);

    let mut other = Page::ready();
    assert_ne!(exported(&mut other), trained);
    let restore = Command::RestoreRun {
        run: 1,
        examples: rows,
        paused: false,
        ended: true,
        steps: None,
    };
    let events = other.ask_with(restore, saved);
    let is_expected = |event: &Event| matches!(event, Event::RunStarted { step: 3, .. });
    assert!(events.iter().any(is_expected), "{events:?}");
    assert_eq!(exported(&mut other), trained);
}

/// A run of three steps that goes on to five is a run of five, where the learning rate does
/// not look at the end.
#[test]
fn a_run_that_has_ended_goes_on() {
    let constant = |rows: &[Example], steps: usize| {
        let mut command = train(ObjectiveKind::Dpo, rows.to_vec(), steps);
        if let Command::Train {
            is_kept, settings, ..
        } = &mut command
        {
            *is_kept = true;
            settings.lr_schedule = LrSchedule::Constant;
            settings.warmup_steps = 0;
        }
        command
    };
    let mut page = Page::ready();
    let rows = pairs_from_labels(&page.autolabel(8));
    page.ask(constant(&rows, 5));
    let whole = exported(&mut page);

    let mut page = Page::ready();
    let saved = page.ask_for_checkpoint(constant(&rows, 3), 3);
    let restore = |steps| Command::RestoreRun {
        run: 1,
        examples: rows.clone(),
        paused: false,
        ended: false,
        steps: Some(steps),
    };
    let events = page.ask_with(restore(5), saved.clone());
    let taken = events.iter().filter_map(|event| match event {
        Event::Step { step, .. } => Some(*step),
        _ => None,
    });
    assert_eq!(taken.collect::<Vec<_>>(), [4, 5]);
    assert_eq!(exported(&mut page), whole);

    let events = page.ask_with(restore(2), saved);
    let refused = failure(&events).map(|error| error.to_string());
    assert!(
        refused
            .as_ref()
            .is_some_and(|told| told.contains("at least the 3 that were taken")),
        "{events:?}"
    );
}

#[test]
fn bad_requests_fail_by_name_and_the_lab_goes_on() {
    let mut page = Page::ready();
    let events = page.ask(train(ObjectiveKind::Dpo, Vec::new(), 2));
    assert!(
        matches!(failure(&events), Some(Error::NothingToUse { .. })),
        "{events:?}"
    );
    let prompt = "so ".repeat(400);
    let events = page.ask(Command::Compare {
        prompt,
        sampling: Sampling::default(),
    });
    assert!(
        matches!(failure(&events), Some(Error::SequenceTooLong { .. })),
        "{events:?}"
    );
    let events = page.ask(Command::Pause);
    assert_eq!(failure(&events), Some(&Error::NoRun));

    let mut broken = file("model.safetensors");
    broken.truncate(1000);
    let events = page.ask_with(nano(), vec![broken]);
    assert!(
        matches!(failure(&events), Some(Error::MalformedFile { .. })),
        "{events:?}"
    );

    assert_eq!(page.autolabel(4).len(), 4, "the old model is still there");
}

#[test]
fn a_cancelled_job_ends() {
    let mut page = Page::ready();
    let command = Command::WinRate {
        principle: Principle::Polite,
        seed: 0,
    };
    block_on(page.lab.handle(Request { id: 77, command }, Vec::new()));
    block_on(page.lab.advance());
    let events = page.ask(Command::Cancel { request: 77 });
    assert_eq!(failure(&events), Some(&Error::Cancelled));
    assert!(!page.lab.has_work());
}

#[test]
fn steps_are_counted_adjusted_and_kept_for_comparison() {
    let mut page = Page::ready();
    let rows = pairs_from_labels(&page.autolabel(8));
    let settings = TrainSettings {
        steps: 5,
        ..TrainSettings::lab_defaults(ObjectiveKind::Dpo)
    };
    let run = 7;
    page.ask(Command::Train {
        run,
        settings,
        examples: rows.clone(),
        paused: true,
        is_kept: false,
    });
    let events = page.ask(Command::Steps { count: 2 });
    let steps = |events: &[Event]| -> Vec<(usize, usize)> {
        let of_step = |event: &Event| match event {
            Event::Step { step, margins, .. } => Some((*step, margins.len())),
            _ => None,
        };
        events.iter().filter_map(of_step).collect()
    };
    assert_eq!(steps(&events), vec![(1, 8), (2, 8)], "a margin a pair");
    assert_eq!(last_status(&events), Some(EngineStatus::Paused));

    let events = page.ask(Command::Adjust {
        beta: Some(0.3),
        learning_rate: None,
    });
    assert!(events.iter().any(|event| matches!(
        event,
        Event::Adjusted { step: 2, beta: Some(beta), .. } if *beta == 0.3
    )));
    let events = page.ask(Command::Adjust {
        beta: Some(-1.0),
        learning_rate: None,
    });
    assert!(matches!(
        failure(&events),
        Some(Error::InvalidConfig { field, .. }) if field == "beta"
    ));
    let events = page.ask(Command::Resume);
    // Judged under every principle, so that one can be chosen when the run is over.
    let is_judged = |event: &Event| match event {
        Event::Kl { rewards, .. } => {
            let judged: Vec<Principle> = rewards.iter().map(|r| r.principle).collect();
            judged == Principle::ALL && rewards.iter().all(|r| (0.0..=1.0).contains(&r.mean))
        }
        _ => false,
    };
    assert!(events.iter().any(is_judged), "{events:?}");

    // The policy is that of the run itself: nothing differs.
    let against = Some(run);
    let example = rows[0].clone();
    let events = page.ask(Command::Watch { example, against });
    assert_eq!(largest_log_ratio(&events), 0.0);
    let example = rows[0].clone();
    let against = Some(run + 1);
    let events = page.ask(Command::Watch { example, against });
    assert!(matches!(failure(&events), Some(Error::NothingToUse { .. })));
}

#[test]
fn candidates_and_scores_agree() {
    let mut page = Page::ready();
    let answers = ["Hello there.", "I do not know."]
        .map(str::to_owned)
        .to_vec();
    let events = page.ask(Command::Candidates {
        prompt: "Hello!".to_owned(),
        answers: answers.clone(),
    });
    let [
        Event::Candidates {
            policy, reference, ..
        },
    ] = &events[..]
    else {
        panic!("{events:?}");
    };
    assert_eq!(policy, reference, "nothing is trained yet");
    let turn = |role: &str, text: &str| format!(r#"[{{"role":"{role}","content":"{text}"}}]"#);
    let data = format!(
        r#"{{"prompt":{},"chosen":{},"rejected":{}}}"#,
        turn("user", "Hello!"),
        turn("assistant", &answers[0]),
        turn("assistant", &answers[1])
    );
    let config = "{}".to_owned();
    let events = page.ask(Command::Score { config, data });
    let report = events.iter().find_map(|event| match event {
        Event::Scored { report } => Some(report.read().expect("a sound report")),
        _ => None,
    });
    let report = report.unwrap_or_else(|| panic!("{events:?}"));
    assert!((report.loss - std::f64::consts::LN_2).abs() < 1e-12);
    let Some(tilt_protocol::Sides::Pairs { chosen, rejected }) = &report.logps.policy else {
        panic!("{report:?}");
    };
    assert!((chosen[0] - policy[0]).abs() < 1e-3 && (rejected[0] - policy[1]).abs() < 1e-3);

    let data = r#"{"prompt":"a"}"#.to_owned();
    let config = "{}".to_owned();
    let events = page.ask(Command::Score { config, data });
    assert!(matches!(failure(&events), Some(Error::BadRows(rows)) if rows.len() == 1));
}
