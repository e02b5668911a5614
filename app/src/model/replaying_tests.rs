//! Reports trained again by an engine that is made up.

use super::*;
use serde_json::{Value, json};
use tilt_protocol::{ObjectiveKind, RunEnd, TrainSettings};

fn run(id: u64, model: &str, losses: &[f64]) -> Value {
    let curve: Vec<Value> = (1..)
        .zip(losses)
        .map(|(step, loss)| json!({"step": step, "metrics": {"loss": loss}}))
        .collect();
    let mut settings = TrainSettings::lab_defaults(ObjectiveKind::Dpo);
    settings.steps = 3;
    json!({"id": id, "objective": "dpo", "settings": settings, "model": model,
           "steps": losses.len(), "is_ended": true, "rows": [0], "curve": curve})
}

fn job(id: u64, runs: &[Value]) -> Job {
    let row = Example::Pair {
        prompt: tilt_protocol::Content::user("p"),
        chosen: tilt_protocol::Content::assistant("a"),
        rejected: tilt_protocol::Content::assistant("b"),
        margin: None,
    };
    let report = json!({"tilt_report": 1, "lesson": "l", "lesson_hash": "h", "tilt": "1",
        "device": "cpu", "started": 0.0, "predictions": [], "acts": [], "verdicts": [],
        "facts": {}, "rows": [row], "runs": runs});
    let report = LearnerReport::from_file(&report.to_string()).expect("a report");
    Job {
        id,
        report: Arc::new(report),
    }
}

fn loaded(identity: &str) -> Event {
    Event::ModelLoaded {
        name: "nano".to_owned(),
        identity: serde_json::from_value(json!(identity)).expect("an identity"),
        parameters: 1,
        vocab: 1,
        context: 1,
        training_prompts: Vec::new(),
        held_out_prompts: Vec::new(),
    }
}

fn step(step: usize, loss: f64) -> Event {
    Event::Step {
        run: 1,
        step,
        metrics: serde_json::from_value(json!({"loss": loss})).expect("metrics"),
        duration_ms: 1.0,
        tokens: 1,
        margins: Vec::new(),
    }
}

fn ended() -> Event {
    Event::RunEnded {
        run: 1,
        step: 3,
        end: RunEnd::Finished,
    }
}

/// Trains with these losses; what came of the runs.
fn trained(replaying: &mut Replaying, losses: &[f64]) -> Vec<Next> {
    for (index, loss) in losses.iter().enumerate() {
        replaying.hear(&step(index + 1, *loss));
    }
    replaying.hear(&ended())
}

fn came(next: &[Next]) -> Vec<RunReplayed> {
    let runs = next.iter().find_map(|next| match next {
        Next::Came { runs, .. } => Some(runs.clone()),
        _ => None,
    });
    runs.expect("a report")
}

const DEVICE: Event = Event::Done;

fn begin(version: &str, jobs: Vec<Job>) -> (Replaying, Vec<Next>) {
    let mut replaying = Replaying::new(version.to_owned(), jobs);
    let next = replaying.hear(&Event::DeviceReady {
        kind: tilt_protocol::DeviceKind::Cpu,
        adapter: String::new(),
        fallback: None,
        simd: tilt_protocol::SimdBuild::Plain,
        workers: 1,
    });
    (replaying, next)
}

#[test]
fn a_run_that_repeats_agrees_to_the_last_digit() {
    let (mut replaying, next) = begin("1", vec![job(7, &[run(1, "nano", &[0.7, 0.6, 0.5])])]);
    assert!(next.contains(&Next::Load(ModelName::Nano)));
    let next = replaying.hear(&loaded("x"));
    assert!(
        matches!(&next[..], [Next::Send(command)] if matches!(**command, Command::Train { .. }))
    );
    // What says nothing of a run is let be.
    assert!(replaying.hear(&DEVICE).is_empty());
    let told = replaying.hear(&step(1, 0.7));
    let at = UnderWay {
        id: 7,
        run: 1,
        of: 1,
        step: 1,
        steps: 3,
    };
    assert_eq!(told, [Next::Tell(at)]);
    replaying.hear(&step(2, 0.6));
    replaying.hear(&step(3, 0.5));
    let next = replaying.hear(&ended());
    assert_eq!(came(&next), [RunReplayed::Exactly]);
    assert_eq!(next.last(), Some(&Next::Done));
}

#[test]
fn an_altered_number_is_found_and_the_next_run_goes_on() {
    let runs = [
        run(1, "nano", &[0.7, 0.41, 0.5]),
        run(2, "nano", &[0.7, 0.600_001, 0.5]),
    ];
    let (mut replaying, _) = begin("1", vec![job(1, &runs)]);
    replaying.hear(&loaded("x"));
    let next = trained(&mut replaying, &[0.7, 0.52, 0.5]);
    // The model is there already.
    assert!(next.iter().any(|next| matches!(next, Next::Send(_))));
    let found = came(&trained(&mut replaying, &[0.7, 0.6, 0.5]));
    let RunReplayed::Differs(differs) = &found[0] else {
        panic!("{found:?}");
    };
    assert_eq!(
        (differs.step, differs.told, differs.found),
        (2, Some(0.41), Some(0.52))
    );
    assert!(matches!(
        found[1],
        RunReplayed::Nearly {
            is_same_build: true,
            ..
        }
    ));
}

#[test]
fn what_cannot_be_trained_again_holds_nothing_up() {
    let runs = [run(1, "mine", &[0.7]), run(2, "nano", &[0.7])];
    let (mut replaying, next) = begin("2", vec![job(1, &runs), job(2, &[])]);
    assert!(next.contains(&Next::Load(ModelName::Nano)));
    replaying.hear(&loaded("x"));
    // Stopped by the learner after one step of three.
    let next = replaying.hear(&step(1, 0.7));
    assert!(next.contains(&Next::Send(Box::new(Command::Stop))));
    assert!(replaying.hear(&step(2, 0.6)).is_empty());
    let next = replaying.hear(&ended());
    let own = RunReplayed::Not(NotReplayable::OwnModel("mine".to_owned()));
    assert_eq!(came(&next), [own, RunReplayed::Exactly]);
    let empty = Next::Came {
        id: 2,
        runs: Vec::new(),
    };
    assert_eq!(next[1..], [empty, Next::Done]);
}

#[test]
fn an_engine_that_breaks_is_told_of_all_that_wait() {
    let jobs = vec![
        job(1, &[run(1, "nano", &[0.7])]),
        job(2, &[run(1, "nano", &[0.7])]),
    ];
    let (mut replaying, _) = begin("1", jobs);
    replaying.hear(&loaded("x"));
    let next = replaying.give_up("gone");
    let refused = vec![RunReplayed::Refused("gone".to_owned())];
    let of = |id| Next::Came {
        id,
        runs: refused.clone(),
    };
    assert_eq!(next, [of(1), of(2), Next::Done]);
    assert!(replaying.hear(&ended()).is_empty());
}
