use super::*;
use tilt_protocol::lesson::{Facts, Verdict};

fn lesson() -> Lesson {
    let text = json!({
        "tilt_lesson": 1,
        "id": "tiny",
        "lang": "en",
        "title": "Tiny",
        "minutes": 1,
        "goals": ["x"],
        "setup": {},
        "steps": [
            {"text": "Read.", "explain": {"model": "m", "points": ["p"]}},
            {
                "text": "Train.",
                "predict": {"kind": "choice", "options": ["a", "b"], "answer": 1},
                "act": {"run": {}},
                "check": {"kind": "kl", "run": -1, "at_most": 15},
            },
            {
                "text": "And?",
                "predict": {"kind": "order", "items": ["a", "b"]},
                "quiz": {"question": "?", "answer": "!", "options": ["a", "b"], "right": 0},
            },
            {"text": "Why?", "quiz": {"question": "?", "answer": "!"}},
        ]
    });
    Lesson::from_json(&text.to_string()).expect("a sound lesson")
}

fn found(verdict: Standing) -> Option<Verdict> {
    Some(Verdict {
        verdict,
        seen: "seen".to_owned(),
        expected: "expected".to_owned(),
    })
}

fn begun(lesson: &Lesson) -> LessonProgress {
    let mut progress = LessonProgress::begin(lesson, 0.0);
    progress.begin_step(0, &Facts::default());
    progress
}

#[test]
fn what_is_told_is_how_far_it_is_and_no_word_that_was_written() {
    let lesson = lesson();
    let mut progress = begun(&lesson);
    progress.steps[0].explanation = "a secret".to_owned();
    progress.steps[3].answer = "another secret".to_owned();
    progress.steps[3].is_answered = true;
    let message = LessonTold::of(&lesson, &progress).message(&lesson, "h", LessonEvent::Begin);
    let expected = json!({
        "type": "tilt-lesson",
        "version": 1,
        "event": "begin",
        "lesson": "tiny",
        "lesson_hash": "h",
        "step": 0,
        "steps": 4,
        "done": [true, false, false, false],
        "verdicts": [null, "not yet", null, null],
        "predictions": [null, null, null, null],
        "answers": [null, null, null, null],
    });
    assert_eq!(message, expected);
    assert!(!message.to_string().contains("secret"));
}

#[test]
fn a_prediction_is_told_when_it_is_locked_and_right_where_it_came_about() {
    let lesson = lesson();
    let mut progress = begun(&lesson);
    let told = |progress: &LessonProgress| {
        LessonTold::of(&lesson, progress).message(&lesson, "h", LessonEvent::Answer)["predictions"]
            .clone()
    };
    progress.steps[1].prediction = Some(Prediction::Choice(1));
    assert_eq!(told(&progress)[1], Value::Null);
    progress.steps[1].is_locked = true;
    let open = json!({"kind": "choice", "value": 1, "right": null});
    assert_eq!(told(&progress)[1], open);
    progress.steps[1].before = Some(Facts::default());
    progress.steps[1].done = 1;
    for (stands, right) in [
        (Standing::Holds, json!(true)),
        (Standing::NotYet, Value::Null),
        (Standing::DoesNotHold, Value::Null),
    ] {
        progress.steps[1].verdict = found(stands);
        assert_eq!(told(&progress)[1]["right"], right);
    }
    progress.steps[2].prediction = Some(Prediction::Order(vec![1, 0]));
    progress.steps[2].is_locked = true;
    let order = json!({"kind": "order", "value": [1, 0], "right": null});
    assert_eq!(told(&progress)[2], order);
}

#[test]
fn an_option_is_told_when_its_answer_was_looked_at() {
    let lesson = lesson();
    let mut progress = begun(&lesson);
    progress.steps[2].chosen = Some(1);
    assert_eq!(LessonTold::of(&lesson, &progress).answers[2], None);
    progress.steps[2].is_answered = true;
    let told = LessonTold::of(&lesson, &progress).message(&lesson, "h", LessonEvent::Answer);
    let chosen = json!({"kind": "choice", "value": 1, "right": false});
    assert_eq!(told["answers"][2], chosen);
}

#[test]
fn an_event_says_what_is_new() {
    let lesson = lesson();
    let mut progress = begun(&lesson);
    let first = LessonTold::of(&lesson, &progress);
    assert_eq!(first.event(None), LessonEvent::Begin);
    progress.steps[1].verdict = found(Standing::Holds);
    let checked = LessonTold::of(&lesson, &progress);
    assert_eq!(checked.event(Some(&first)), LessonEvent::Verdict);
    progress.steps[1].is_locked = true;
    progress.steps[1].prediction = Some(Prediction::Choice(0));
    let locked = LessonTold::of(&lesson, &progress);
    assert_eq!(locked.event(Some(&checked)), LessonEvent::Answer);
    progress.step = 2;
    let further = LessonTold::of(&lesson, &progress);
    assert_eq!(further.event(Some(&locked)), LessonEvent::Step);
    progress.step = 4;
    let over = LessonTold::of(&lesson, &progress);
    assert_eq!(over.event(Some(&further)), LessonEvent::End);
}

#[test]
fn a_learner_is_brought_back_in_the_same_text_alone() {
    let message = json!({"type": RESUME, "version": 1, "lesson_hash": "h", "step": 2});
    assert_eq!(resumed(&message, "h"), Some(2));
    assert_eq!(resumed(&message, "other"), None);
    for (name, bad) in [
        ("type", json!("tilt-lesson")),
        ("version", json!(2)),
        ("step", json!(-1)),
        ("step", json!("2")),
    ] {
        let mut message = message.clone();
        message[name] = bad;
        assert_eq!(resumed(&message, "h"), None, "{message}");
    }
    assert_eq!(resumed(&json!("hello"), "h"), None);
}
