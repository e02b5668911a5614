//! A learner's way through a lesson of two runs.

use super::*;
use serde_json::json;
use tilt_protocol::lesson::{KlFacts, RunFacts, RunSettings, Standing};

fn lesson() -> Lesson {
    let kl = |relation: &str| {
        json!({"kind": "compare", "metric": "kl", "runs": [-1, -2],
               "relation": relation, "by": 1})
    };
    let text = json!({
        "tilt_lesson": 1, "id": "two-runs", "lang": "en", "title": "Two runs", "minutes": 5,
        "goals": ["See two runs."],
        "setup": {"model": "nano", "settings": {"beta": 0.5, "steps": 10, "seed": 1}},
        "steps": [
            {"text": "Read."},
            {"text": "Train.", "act": {"run": {}},
             "check": {"kind": "kl", "run": -1, "at_most": 5}},
            {"text": "Again.", "predict": {"kind": "choice", "options": ["more", "less"]},
             "act": {"run": {"beta": 0.05}}, "check": kl("greater")}
        ]
    });
    Lesson::from_json(&text.to_string()).expect("a sound lesson")
}

fn run(lesson: &Lesson, id: u64, beta: f64, kl: f64) -> RunFacts {
    let (objective, mut settings) = lesson
        .setup
        .run_settings(&RunSettings::default())
        .expect("sound settings");
    settings.objective.set_beta(beta);
    RunFacts {
        id,
        objective,
        steps: settings.steps,
        settings,
        model: "nano".to_owned(),
        is_ended: true,
        curve: Vec::new(),
        kl: Some(KlFacts {
            step: 10,
            mean: kl,
            standard_error: Some(0.1),
            answers: 64,
        }),
        win_rates: Vec::new(),
        tokens: Vec::new(),
        samples: Vec::new(),
    }
}

fn facts(runs: &[RunFacts]) -> Facts {
    Facts {
        runs: runs.to_vec(),
        ..Facts::default()
    }
}

fn verdict(progress: &LessonProgress) -> Option<Standing> {
    let step = &progress.steps[progress.step];
    step.verdict.as_ref().map(|verdict| verdict.verdict)
}

#[test]
fn a_step_counts_what_happens_from_its_beginning() {
    let lesson = lesson();
    let mut progress = LessonProgress::begin(&lesson, 0.0);
    let early = run(&lesson, 1, 0.5, 2.0);
    progress.go_to(&lesson, 0, &Facts::default());
    assert!(progress.is_done(&lesson, 0));
    progress.go_to(&lesson, 1, &facts(std::slice::from_ref(&early)));
    progress.observe(&lesson, &facts(std::slice::from_ref(&early)));
    assert!(!progress.is_done(&lesson, 1));
    assert_eq!(verdict(&progress), None);
    let all = facts(&[early, run(&lesson, 2, 0.5, 3.0)]);
    assert!(progress.observe(&lesson, &all));
    assert!(progress.is_done(&lesson, 1));
    assert_eq!(progress.steps[1].runs, [2]);
    assert_eq!(verdict(&progress), Some(Standing::Holds));
    assert!(!progress.observe(&lesson, &all));
}

#[test]
fn what_is_played_between_two_steps_moves_no_run() {
    let lesson = lesson();
    let mut progress = LessonProgress::begin(&lesson, 0.0);
    let first = run(&lesson, 1, 0.5, 2.0);
    progress.go_to(&lesson, 1, &Facts::default());
    progress.observe(&lesson, &facts(std::slice::from_ref(&first)));
    let play = run(&lesson, 2, 3.0, 400.0);
    let so_far = facts(&[first.clone(), play.clone()]);
    progress.go_to(&lesson, 2, &so_far);
    progress.steps[2].prediction = Some(Prediction::Choice(0));
    progress.lock(&so_far);
    let all = facts(&[first, play, run(&lesson, 3, 0.05, 30.0)]);
    progress.observe(&lesson, &all);
    // Beside the played run, the last would have less.
    assert_eq!(verdict(&progress), Some(Standing::Holds));
}

#[test]
fn a_run_before_the_prediction_is_locked_does_not_count() {
    let lesson = lesson();
    let mut progress = LessonProgress::begin(&lesson, 0.0);
    progress.go_to(&lesson, 2, &Facts::default());
    let early = facts(&[run(&lesson, 1, 0.05, 30.0)]);
    progress.observe(&lesson, &early);
    // Nothing is locked without a prediction.
    progress.lock(&early);
    assert!(!progress.steps[2].is_locked);
    progress.steps[2].prediction = Some(Prediction::Choice(1));
    progress.lock(&early);
    progress.observe(&lesson, &early);
    assert!(!progress.is_done(&lesson, 2));
    let both = facts(&[early.runs[0].clone(), run(&lesson, 2, 0.05, 30.0)]);
    progress.observe(&lesson, &both);
    assert!(progress.is_done(&lesson, 2));
    // A second lock moves nothing.
    progress.lock(&both);
    assert!(progress.is_done(&lesson, 2));
}

#[test]
fn what_is_done_stays_done_and_can_be_done_again() {
    let lesson = lesson();
    let mut progress = LessonProgress::begin(&lesson, 0.0);
    progress.go_to(&lesson, 1, &Facts::default());
    let far = facts(&[run(&lesson, 1, 0.5, 20.0)]);
    progress.observe(&lesson, &far);
    assert_eq!(verdict(&progress), Some(Standing::DoesNotHold));
    progress.observe(&lesson, &Facts::default());
    assert!(progress.is_done(&lesson, 1));
    progress.again(&far);
    progress.observe(&lesson, &far);
    assert!(!progress.is_done(&lesson, 1));
    assert_eq!(verdict(&progress), None);
    let near = facts(&[far.runs[0].clone(), run(&lesson, 2, 0.5, 2.0)]);
    progress.observe(&lesson, &near);
    assert_eq!(verdict(&progress), Some(Standing::Holds));
}

#[test]
fn what_was_done_is_not_exchanged_by_what_comes_later() {
    let lesson = lesson();
    let mut progress = LessonProgress::begin(&lesson, 0.0);
    let first = run(&lesson, 1, 0.5, 2.0);
    progress.go_to(&lesson, 1, &Facts::default());
    progress.observe(&lesson, &facts(std::slice::from_ref(&first)));
    progress.go_to(&lesson, 2, &facts(std::slice::from_ref(&first)));
    let later = facts(&[first.clone(), run(&lesson, 2, 0.5, 90.0)]);
    progress.go_to(&lesson, 1, &later);
    progress.observe(&lesson, &later);
    assert_eq!(progress.steps[1].runs, [1]);
    assert_eq!(verdict(&progress), Some(Standing::Holds));
    // Nor by its being removed.
    progress.observe(&lesson, &Facts::default());
    assert_eq!(progress.steps[1].runs, [1]);
    assert_eq!(verdict(&progress), Some(Standing::Holds));
    // Asked for, it is.
    progress.again(&later);
    let third = facts(&[first, later.runs[1].clone(), run(&lesson, 3, 0.5, 90.0)]);
    progress.observe(&lesson, &third);
    assert_eq!(progress.steps[1].runs, [3]);
    assert_eq!(verdict(&progress), Some(Standing::DoesNotHold));
}

#[test]
fn a_lesson_is_untouched_until_something_is_done_or_the_next_step_begins() {
    let lesson = lesson();
    let mut progress = LessonProgress::begin(&lesson, 0.0);
    progress.begin_step(0, &Facts::default());
    assert!(progress.is_untouched());
    let mut done = progress.clone();
    done.steps[0].done = 1;
    assert!(!done.is_untouched());
    progress.go_to(&lesson, 1, &Facts::default());
    progress.go_to(&lesson, 0, &Facts::default());
    assert!(!progress.is_untouched());
}

#[test]
fn a_step_that_was_passed_over_can_be_done_later() {
    let lesson = lesson();
    let mut progress = LessonProgress::begin(&lesson, 0.0);
    progress.go_to(&lesson, 1, &Facts::default());
    progress.go_to(&lesson, 2, &Facts::default());
    progress.go_to(&lesson, 1, &Facts::default());
    progress.observe(&lesson, &facts(&[run(&lesson, 1, 0.5, 2.0)]));
    assert!(progress.is_done(&lesson, 1));
}

#[test]
fn answers_to_a_prompt_count_once_a_run() {
    let mut progress = LessonProgress::default();
    let sample = |prompt: &str| SampleFacts {
        prompt: prompt.to_owned(),
        ..SampleFacts::default()
    };
    let told = [(1, "a"), (1, "a"), (1, "b"), (2, "a")];
    let new = told.map(|(run, prompt)| progress.sampled(run, sample(prompt)));
    assert_eq!(new, [true, false, true, true]);
}

#[test]
fn progress_comes_back_from_its_json_and_knows_its_lesson() {
    let lesson = lesson();
    let mut progress = LessonProgress::begin(&lesson, 7.0);
    progress.go_to(&lesson, 1, &Facts::default());
    progress.observe(
        &lesson,
        &facts(&[run(&lesson, u64::from(u32::MAX), 0.5, 2.0)]),
    );
    progress.steps[2].prediction = Some(Prediction::Order(vec![1, 0]));
    let json = serde_json::to_string(&progress).expect("plain data");
    let read: LessonProgress = serde_json::from_str(&json).expect("what was written");
    assert_eq!(read, progress);
    assert!(read.is_of(&lesson));
    let mut other = lesson;
    other.title = "Other".to_owned();
    assert!(!read.is_of(&other));
}
